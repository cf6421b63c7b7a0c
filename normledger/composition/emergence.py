"""The life of an outcome, by the acts' own dates: first bilateral, second, plurilateral, universal, and its setbacks.

Belongs here: ordering what is known by date, and a small chart of it. Does not belong here: who is bound (`context`),
or momentum as a number (`indicators`).

An act counts from the day on which it is said to have happened, not from its block: a report of 2026 on a promise of
2015 tells of 2015. What has no date is listed apart and never drawn. A day may be known as a month or a year alone; it
is then placed at the beginning of that time.

Example: two states promise each other in 2015; a third pair in 2016; twenty states together in 2017; one leaves in
2019. The milestones are a first bilateral, a second, a plurilateral and a setback; the counts are 2, 4, 20, 19.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from normledger.composition.markup import safe
from normledger.composition.record import Relation
from normledger.composition.result import Composition
from normledger.documents.geography import REGIONS
from normledger.identifiers import Hash

Step = Literal["first bilateral", "second bilateral", "plurilateral", "every region", "universal", "setback"]
"""*Plurilateral*: an agreement that binds three parties or more. *Every region*: parties of all five UN M49 regions.
*Universal*: every actor of the record, of the kinds that take part. *Setback*: a party no longer bound by it at all, or
bound by a clause that asks the opposite."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A turn in the outcome's life, with the agreement that brought it about and the parties and acts concerned."""

    step: Step
    date: str
    agreement: Hash
    parties: tuple[str, ...]
    acts: tuple[Hash, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """Who was bound on a day on which that changed, by which agreements, and all acts that this counts."""

    date: str
    parties: tuple[str, ...]
    agreements: tuple[Hash, ...]
    acts: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """The life of a candidate norm's outcomes. `undated` are acts that count today and whose day nobody tells."""

    key: Hash
    title: str
    points: tuple[Point, ...]
    milestones: tuple[Milestone, ...]
    undated: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """One party bound by one agreement to one outcome, from a day on, until another or still."""

    party: str
    agreement: Hash
    since: str
    until: str | None
    acts: tuple[Hash, ...]

    def covers(self, day: str) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def emergence(composition: Composition, key: Hash) -> Life:
    """The life of a row's outcome, or of a package's outcomes together: then who is bound is bound to each.

    Raises `NotFound` for an unknown key.
    """
    candidate = composition.candidate(key)
    by_outcome, undated = [], set[Hash]()
    for outcome in candidate.outcomes:
        spans, without = _spans(composition, frozenset(composition.outcomes[outcome].clauses))
        by_outcome.append(spans)
        undated |= without
    days = sorted({day for spans in by_outcome for one in spans for day in (one.since, one.until) if day})
    points: list[Point] = []
    standing: list[dict[str, list[_Span]]] = []
    for day in days:
        bound = _bound(by_outcome, day)
        standing.append(bound)
        point = Point(
            day,
            tuple(sorted(bound)),
            tuple(sorted({one.agreement for spans in bound.values() for one in spans})),
            tuple(sorted({act for spans in bound.values() for one in spans for act in one.acts})),
        )
        if point.parties or points:
            points.append(point)
    title = " · ".join(composition.outcomes[one].text for one in candidate.outcomes)
    milestones = [*_growth(composition, days, standing), *_setbacks(composition, key, days, standing, by_outcome)]
    milestones.sort(key=lambda one: (one.date, _ORDER.index(one.step), one.agreement, one.parties))
    return Life(key, title, tuple(points), tuple(milestones), tuple(sorted(undated)))


_ORDER: tuple[Step, ...] = (
    "first bilateral", "second bilateral", "plurilateral", "every region", "universal", "setback",
)  # fmt: skip


def _spans(composition: Composition, clauses: frozenset[Hash]) -> tuple[list[_Span], set[Hash]]:
    spans, undated = [], set[Hash]()
    for one in composition.selection.undertakings:
        if one.clauses & clauses:
            if one.date:
                spans.append(_Span(one.actor, one.agreement, _day(one.date), None, one.acts))
            else:
                undated |= set(one.acts)
    for ended in composition.selection.past:
        if ended.clauses & clauses and ended.since and ended.until:
            spans.append(_Span(ended.actor, ended.agreement, _day(ended.since), _day(ended.until), ended.acts))
    return sorted(spans, key=lambda one: (one.since, one.agreement, one.party, one.until or "")), undated


def _day(text: str) -> str:
    """The first day of what is known, as YYYY-MM-DD."""
    return (text.removesuffix("?") + "-01-01")[:10]


def _bound(by_outcome: Sequence[Sequence[_Span]], day: str) -> dict[str, list[_Span]]:
    """Each party bound to every outcome on a day, with what binds it."""
    found: dict[str, list[_Span]] = defaultdict(list)
    everywhere: set[str] | None = None
    for spans in by_outcome:
        here = [one for one in spans if one.covers(day)]
        names = {one.party for one in here}
        everywhere = names if everywhere is None else everywhere & names
        for one in here:
            found[one.party].append(one)
    return {party: found[party] for party in sorted(everywhere or ())}


def _growth(
    composition: Composition, days: Sequence[str], standing: Sequence[Mapping[str, Sequence[_Span]]]
) -> Iterable[Milestone]:
    regions = {actor.key: actor.region for actor in composition.record.actors}
    kinds = {actor.key: actor.kind for actor in composition.record.actors}
    seen: set[Hash] = set()
    bilaterals = 0
    reached: set[Step] = set()
    for day, bound in zip(days, standing, strict=True):
        binding: dict[Hash, list[_Span]] = defaultdict(list)
        for spans in bound.values():
            for one in spans:
                binding[one.agreement].append(one)
        for agreement in sorted(binding.keys() - seen):
            parties = {one.party for one in binding[agreement]}
            if len(parties) < 2:
                continue
            seen.add(agreement)
            step: Step | None = None
            if len(parties) > 2:
                step = "plurilateral" if "plurilateral" not in reached else None
            elif composition.selection.agreements[agreement].form == "bilateral":
                bilaterals += 1
                step = "first bilateral" if bilaterals == 1 else "second bilateral" if bilaterals == 2 else None
            if step:
                reached.add(step)
                yield _milestone(step, day, agreement, binding[agreement])
        newest = max(
            (one for spans in bound.values() for one in spans), key=lambda one: (one.since, one.agreement), default=None
        )
        if newest is None:
            continue
        everyone = [one for spans in bound.values() for one in spans]
        if "every region" not in reached and {regions.get(party, "") for party in bound} >= set(REGIONS):
            reached.add("every region")
            yield _milestone("every region", day, newest.agreement, everyone)
        taking_part = {kinds[party] for party in bound}
        others = {actor.key for actor in composition.context.parties if actor.kind in taking_part}
        if "universal" not in reached and len(bound) > 2 and others <= bound.keys():
            reached.add("universal")
            yield _milestone("universal", day, newest.agreement, everyone)


def _milestone(step: Step, day: str, agreement: Hash, spans: Sequence[_Span], note: str = "") -> Milestone:
    return Milestone(
        step,
        day,
        agreement,
        tuple(sorted({one.party for one in spans})),
        tuple(sorted({act for one in spans for act in one.acts})),
        note,
    )


def _setbacks(
    composition: Composition,
    key: Hash,
    days: Sequence[str],
    standing: Sequence[Mapping[str, Sequence[_Span]]],
    by_outcome: Sequence[Sequence[_Span]],
) -> Iterable[Milestone]:
    before: set[str] = set()
    for day, bound in zip(days, standing, strict=True):
        gone = before - bound.keys()
        ending = [one for spans in by_outcome for one in spans if one.until == day and one.party in gone]
        for agreement in sorted({one.agreement for one in ending}):
            yield _milestone(
                "setback", day, agreement, [one for one in ending if one.agreement == agreement], "no longer bound"
            )
        before = set(bound)
    opposite: Relation = "opposite"
    for outcome in composition.candidate(key).outcomes:
        against = {one.clause for one in composition.outcomes[outcome].shown if one.relation == opposite}
        spans, _ = _spans(composition, frozenset(against))
        for agreement in sorted({one.agreement for one in spans}):
            mine = [one for one in spans if one.agreement == agreement]
            yield _milestone(
                "setback", min(one.since for one in mine), agreement, mine, "a clause that asks the opposite"
            )


def sentences(life: Life, composition: Composition) -> tuple[str, ...]:
    """One plain sentence for each milestone."""
    names = {actor.key: actor.name for actor in composition.record.actors}
    told = []
    for one in life.milestones:
        who = [names.get(party, party) for party in one.parties]
        shown = ", ".join(who[:4]) + (f" and {len(who) - 4} more" if len(who) > 4 else "")
        title = composition.selection.agreements[one.agreement].title
        note = f" ({one.note})" if one.note else ""
        told.append(f"{one.date}: {one.step}{note}, {title}: {shown}.")
    return tuple(told)


# --- the chart

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 240, 44, 16, 28, 36
_ROW = 16


def svg(life: Life, composition: Composition, *, id_: str = "life") -> str:
    """The chart of parties bound over time, as one SVG element: steps, numbered marks, and below what each mark is.

    Made of lines and words in the text's own colour, so that it prints; every mark has a number and a shape of its own,
    none a colour. `title` and `desc` tell the same to who does not see it. `id_` starts its ids.
    """
    told = sentences(life, composition)
    height = _HEIGHT + _ROW * len(told) + (_ROW if life.undated else 0)
    title = f"Life of an outcome: {life.title}"
    if life.points:
        last = life.points[-1]
        desc = f"Bound on {last.date}: {len(last.parties)} parties by {len(last.agreements)} agreements."
    else:
        desc = "No act of it has a date."
    desc = " ".join([desc, *told])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="{safe(id_)}-title {safe(id_)}-desc" font-family="sans-serif" font-size="11" '
        'fill="currentColor">',
        f'<title id="{safe(id_)}-title">{safe(title)}</title>',
        f'<desc id="{safe(id_)}-desc">{safe(desc)}</desc>',
    ]
    if life.points:
        parts += _drawn(life)
    for number, line in enumerate(told, start=1):
        parts.append(f'<text x="{_LEFT}" y="{_HEIGHT + _ROW * number - 4}">{number}  {safe(_cut(line))}</text>')
    if life.undated:
        parts.append(
            f'<text x="{_LEFT}" y="{_HEIGHT + _ROW * (len(told) + 1) - 4}">'
            f"Not drawn: {len(life.undated)} acts without a date.</text>"
        )
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def scales(
    life: Life, left: int, width: int, floor: int, top: int
) -> tuple[Callable[[str], int], Callable[[int], int]]:
    """Where a day and a count stand in a chart of a life that has points, in the chart's units."""
    first, last = _ordinal(life.points[0].date), _ordinal(life.points[-1].date)
    span, most = max(1, last - first), max(1, *(len(one.parties) for one in life.points))
    return (
        lambda day: left + (_ordinal(day) - first) * width // span,
        lambda count: floor - count * (floor - top) // most,
    )


def _drawn(life: Life) -> list[str]:
    floor, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    x, y = scales(life, _LEFT, right - _LEFT - 20, floor, _TOP)
    most = max(1, *(len(one.parties) for one in life.points))
    path = [f"M{x(life.points[0].date)} {floor}"]
    for one in life.points:
        path.append(f"H{x(one.date)}V{y(len(one.parties))}")
    path.append(f"H{right}")
    parts = [
        f'<path d="M{_LEFT} {_TOP}V{floor}H{right}" fill="none" stroke="currentColor"/>',
        f'<path d="{"".join(path)}" fill="none" stroke="currentColor" stroke-width="2"/>',
        f'<text x="{_LEFT}" y="14">parties bound</text>',
        f'<text x="{_LEFT - 6}" y="{floor + 4}" text-anchor="end">0</text>',
        f'<text x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end">{most}</text>',
    ]
    for year in _years(life.points[0].date, life.points[-1].date):
        at = x(f"{year:04}-01-01")
        if _LEFT <= at <= right:
            parts.append(
                f'<path d="M{at} {floor}v5" stroke="currentColor"/>'
                f'<text x="{at}" y="{floor + 18}" text-anchor="middle">{year}</text>'
            )
    stacked: dict[int, int] = defaultdict(int)
    counts = {one.date: len(one.parties) for one in life.points}
    for number, mark in enumerate(life.milestones, start=1):
        at = x(max(mark.date, life.points[0].date))
        level = y(counts.get(mark.date, 0))
        up = stacked[at]
        stacked[at] += 1
        parts.append(_mark(mark.step, at, level))
        parts.append(f'<text x="{at + 7 + 9 * up}" y="{max(10, level - 6)}">{number}</text>')
    return parts


def _mark(step: Step, x: int, y: int) -> str:
    """A shape of its own for each kind of step."""
    line = 'fill="none" stroke="currentColor"'
    if step == "setback":
        return f'<path d="M{x - 4} {y - 4}l8 8m0 -8l-8 8" {line} stroke-width="2"/>'
    if step == "plurilateral":
        return f'<rect x="{x - 4}" y="{y - 4}" width="8" height="8"/>'
    if step == "every region":
        return f'<path d="M{x} {y - 6}l6 6l-6 6l-6 -6z" {line}/>'
    if step == "universal":
        return f'<path d="M{x} {y - 7}l6 12h-12z"/>'
    ring = f'<circle cx="{x}" cy="{y}" r="6" {line}/>' if step == "second bilateral" else ""
    return f'<circle cx="{x}" cy="{y}" r="3"/>{ring}'


def _years(first: str, last: str) -> list[int]:
    """Years to write below the axis, eight of them at most."""
    start, end = int(first[:4]), int(last[:4])
    step = max(1, -(-(end - start + 1) // 8))
    return list(range(start, end + 1, step))


def _ordinal(day: str) -> int:
    """Days since the first of March of the year 0 (proleptic Gregorian), in integers: March as the first month puts
    the leap day last, so that the months before it never shift.
    """
    year, month, number = int(day[:4]), int(day[5:7]), int(day[8:10])
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + number - 1


def _cut(line: str, most: int = 104) -> str:
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0] + "…"
