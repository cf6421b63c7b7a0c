"""Charts as SVG made here of lines and words: the life of an outcome, and one tile for each country of UN M49.

No chart says anything that the text or table beside it does not say; shapes differ, never colours alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from api.pages.language import _, counted
from api.pages.rendering import term
from normledger.composition.emergence import Life, Step, scales
from normledger.composition.record import Actor
from normledger.documents.geography import REGIONS, countries


@dataclass(frozen=True, slots=True)
class Spark:
    """A life in one small line, and the same in numbers."""

    svg: Markup
    first_year: str
    first: int
    last_year: str
    last: int
    setbacks: int
    undated: int
    """Parties that stand behind it, and whose acts tell no day: the line does not count them."""

    def told(self) -> Markup:
        """The small line in words."""
        if self.first_year == self.last_year:
            line = _("%(count)s in %(year)s", count=self.last, year=self.last_year)
        else:
            line = _(
                "from %(first)s in %(first_year)s to %(last)s in %(last_year)s",
                first=self.first, first_year=self.first_year, last=self.last, last_year=self.last_year,
            )  # fmt: skip
        if self.undated:
            line += _("; ") + counted("%(num)s more without a date", "%(num)s more without a date", self.undated)
        return line


def spark(life: Life, parties: int) -> Spark | None:
    """Parties bound over time, of so many now, 132 × 30; None where no act has a date."""
    if not life.points:
        return None
    wide, high, top = 132, 30, 5
    first, last = life.points[0], life.points[-1]
    x, y = _scales(life, 2, wide - 6, high - 2, top)
    path = f"M{x(first.date)} {high - 2}" + "".join(f"H{x(one.date)}V{y(len(one.parties))}" for one in life.points)
    marks = "".join(_mark(one.step, x(one.date), y(_bound_on(life, one.date)), 3) for one in life.milestones)
    svg = Markup(
        f'<svg class="spark" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" aria-hidden="true" '
        f'focusable="false"><path class="line" d="{path}H{wide - 4}"/>{marks}</svg>'
    )
    setbacks = sum(one.step == "setback" for one in life.milestones)
    undated = max(parties - len(last.parties), 0)
    return Spark(svg, first.date[:4], len(first.parties), last.date[:4], len(last.parties), setbacks, undated)


def chart(life: Life) -> Markup:
    """The same at full size, with years and numbered marks; the list below it says what each mark is."""
    if not life.points:
        return Markup()
    wide, high, left, top, floor = 640, 220, 36, 26, 190
    x, y = _scales(life, left, wide - 16, floor, top)
    most = max(len(one.parties) for one in life.points)
    path = f"M{x(life.points[0].date)} {floor}" + "".join(
        f"H{x(one.date)}V{y(len(one.parties))}" for one in life.points
    )
    label = escape(_("Parties bound over time; the list below says the same").striptags())
    parts = [
        f'<svg class="chart" viewBox="0 0 {wide} {high}" role="img" aria-label="{label}">',
        f'<path class="axis" d="M{left} {top}V{floor}H{wide - 10}"/>',
        f'<text x="{left - 6}" y="{floor + 4}" text-anchor="end">0</text>',
        f'<text x="{left - 6}" y="{top + 4}" text-anchor="end">{most}</text>',
        f'<path class="line" d="{path}H{wide - 10}"/>',
    ]
    start, end = int(life.points[0].date[:4]), int(life.points[-1].date[:4])
    for year in range(start, end + 2, max(1, -(-(end - start + 1) // 8))):
        at = x(f"{year:04}-01-01")
        if left <= at <= wide - 16:
            parts.append(f'<path class="axis" d="M{at} {floor}v5"/>')
            parts.append(f'<text x="{at}" y="{floor + 19}" text-anchor="middle">{year}</text>')
    stacked: dict[int, int] = defaultdict(int)
    for place, one in enumerate(life.milestones, start=1):
        at, level = x(one.date), y(_bound_on(life, one.date))
        up = stacked[at]
        stacked[at] += 1
        parts.append(_mark(one.step, at, level, 4))
        parts.append(f'<text x="{at + 8 + 10 * up}" y="{max(10, level - 8)}">{place}</text>')
    parts.append("</svg>")
    return Markup("".join(parts))


def _bound_on(life: Life, day: str) -> int:
    return next((len(one.parties) for one in reversed(life.points) if one.date <= day), 0)


def _scales(
    life: Life, left: int, right: int, floor: int, top: int
) -> tuple[Callable[[str], int], Callable[[int], int]]:
    """As emergence has them, but what is beyond the chart stands at its edge."""
    width = right - left - 8
    x, y = scales(life, left, width, floor, top)
    return lambda day: min(max(x(day), left), left + width), y


def _mark(step: Step, x: int, y: int, r: int) -> str:
    """A shape of its own for each kind of step."""
    if step == "setback":
        return f'<path class="set" d="M{x - r} {y - r}l{2 * r} {2 * r}m0 -{2 * r}l-{2 * r} {2 * r}"/>'
    if step == "plurilateral":
        return f'<path class="full" d="M{x - r} {y - r}h{2 * r}v{2 * r}h-{2 * r}z"/>'
    if step == "every region":
        return f'<path class="full" d="M{x} {y - r - 1}l{r + 1} {r + 1}l-{r + 1} {r + 1}l-{r + 1} -{r + 1}z"/>'
    if step == "universal":
        return f'<path class="full" d="M{x} {y - r - 2}l{r + 1} {2 * r + 2}h-{2 * r + 2}z"/>'
    if step == "second bilateral":
        return f'<circle class="ring" cx="{x}" cy="{y}" r="{r}"/>'
    return f'<circle class="full" cx="{x}" cy="{y}" r="{r - 1}"/>'


# --- the map of tiles

_CELL = 23
"""A tile of 20 and its gap."""
_COLUMNS = {"Americas": 6, "Europe": 8, "Africa": 8, "Asia": 7, "Oceania": 4}


@dataclass(frozen=True, slots=True)
class Tile:
    """One square: its code, its name, and whether its owner stands behind it, is near, is against it, or neither."""

    code: str
    name: str
    state: str


def tiles(
    members: Iterable[Actor], near: Iterable[Actor] = (), against: Iterable[Actor] = ()
) -> Mapping[str, tuple[Tile, ...]]:
    """By region: every country or area of UN M49; or, where the parties are invented, one tile for each of them."""
    members, near, against = list(members), list(near), list(against)
    everybody = [*members, *near, *against]
    found: dict[str, list[Tile]] = {region: [] for region in REGIONS}
    if everybody and not any(one.country and one.kind == "state" for one in everybody):
        for state, group in (("member", members), ("near", near), ("against", against)):
            for one in sorted(group, key=lambda one: one.name):
                if one.region in found:
                    letters = "".join(letter for letter in one.name if letter.isalpha())[:3].upper()
                    found[one.region].append(Tile(letters, one.name, state))
        return {region: tuple(group) for region, group in found.items() if group}
    states = {one.country: "near" for one in near if one.kind == "state"}
    states |= {one.country: "member" for one in members if one.kind == "state"}
    states |= {
        one.country: "split" if states.get(one.country) == "member" else "against"
        for one in against
        if one.kind == "state"
    }
    for code, country in sorted(countries().items()):
        if country.region in found:
            found[country.region].append(Tile(code, country.name, states.get(code, "none")))
    return {region: tuple(group) for region, group in found.items()}


def map_of(found: Mapping[str, Sequence[Tile]]) -> Markup:
    """One drawing a region, side by side as far as there is room; whoever stands behind it carries a code."""
    blocks = []
    for region in ("Americas", "Europe", "Africa", "Asia", "Oceania"):
        group = found.get(region, ())
        if not group:
            continue
        columns = min(_COLUMNS[region], len(group))
        width, height = columns * _CELL, -(-len(group) // columns) * _CELL
        standing = sum(one.state in ("member", "split") for one in group)
        parts = [
            f'<path class="{state}" d="{strokes}"/>'
            for state in ("none", "near", "member", "split", "against")
            if (strokes := "".join(_runs(group, columns, state)))
        ]
        for at, one in enumerate(group):
            left, top = at % columns * _CELL, at // columns * _CELL
            if one.state in ("against", "split"):
                parts.append(f'<path class="cross" d="M{left + 2} {top + 2}l16 16m0-16l-16 16"/>')
            if one.state in ("member", "split", "against"):
                mark = "" if one.state == "member" else f' class="{one.state}"'
                parts.append(f'<text{mark} x="{left + 10}" y="{top + 13}">{escape(one.code)}</text>')
        blocks.append(
            Markup('<figure><figcaption>{} <b>{}</b></figcaption>').format(term(region), standing)
            + Markup(f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true" '
                     f'focusable="false">{"".join(parts)}</svg></figure>')
        )  # fmt: skip
    return Markup('<div class="map">{}</div>').format(Markup().join(blocks))


def _runs(group: Sequence[Tile], columns: int, state: str) -> Iterable[str]:
    """Neighbours of one state as one stroke along the middle of their row; the sheet dashes it into tiles."""
    start = None
    for at in range(len(group) + 1):
        inside = at < len(group) and group[at].state == state
        if start is not None and (not inside or at % columns == 0):
            yield f"M{start % columns * _CELL} {start // columns * _CELL + 10}h{(at - start) * _CELL - 3}"
            start = None
        if inside and start is None:
            start = at
