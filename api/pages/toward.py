"""Who undertook it toward whom, in the reader's language and as a party × party matrix. Never "all" for some."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

from api.pages.language import _, counted
from api.pages.rendering import join
from normledger.composition.indicators import Mutuality

LARGEST_TABLE = 12
"""Parties of a matrix that is written as a table; beyond, it is drawn."""

LARGEST_DRAWING = 64
"""Parties of a matrix that is drawn; beyond, it is told agreement by agreement."""

_NAMED = 5

Cell = Literal["both", "there", "back", "none"]


def sentence(found: Mutuality, names: Mapping[str, str], size: int) -> Markup:
    """The library's sentence on mutuality (`indicators.sentence`), from the same numbers."""
    if size < 2:
        return _("One party alone undertook it: there is no pair.")
    pairs, possible, silent = found.pairs.held, found.pairs.possible, found.toward_nobody
    if pairs == possible:
        return _(
            "Each undertook it toward all others: %(pairs)s of %(possible)s pairs.", pairs=pairs, possible=possible
        )
    if len(silent) == size:
        return _("Nobody undertook it toward another of them: 0 of %(possible)s pairs.", possible=possible)
    values = {"pairs": pairs, "possible": possible}
    mixed = bool(silent or found.toward_all)
    hub = _hub(found)
    if hub is None:
        told = [
            _("Not all undertook it toward all others: %(pairs)s of %(possible)s pairs.", **values)
            if mixed
            else _("Each undertook it toward some, not all: %(pairs)s of %(possible)s pairs.", **values)
        ]
    else:
        name = _name(names.get(hub[0], hub[0]))
        told = [
            _(
                "Not all undertook it toward all others: %(pairs)s of %(possible)s pairs, "
                "%(most)s of them with %(name)s.",
                most=hub[1], name=name, **values,
            )
            if mixed
            else _(
                "Each undertook it toward some, not all: %(pairs)s of %(possible)s pairs, "
                "%(most)s of them with %(name)s.",
                most=hub[1], name=name, **values,
            )
        ]  # fmt: skip
    if found.one_way.value:
        told.append(
            counted("%(num)s more pair is one way only.", "%(num)s more pairs are one way only.", found.one_way.value)
        )
    if silent:
        listed = [_name(names.get(key, key)) for key in silent[:_NAMED]]
        if len(silent) > _NAMED:
            listed.append(counted("%(num)s other", "%(num)s others", len(silent) - _NAMED))
        told.append(_("Undertook it toward nobody else of the coalition: %(names)s.", names=join(listed)))
    return Markup(" ").join(told)


def _name(text: str) -> Markup:
    return Markup("<bdi>{}</bdi>").format(text)


def _hub(found: Mutuality) -> tuple[str, int] | None:
    """The one party in more than half of at least three held pairs."""
    held = Counter(key for pair in found.listed if pair.both for key in (pair.one, pair.other))
    if found.pairs.held < 3 or not held:
        return None
    (key, most), *rest = held.most_common(2)
    if 2 * most <= found.pairs.held or (rest and rest[0][1] == most):
        return None
    return key, most


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows and columns are the same parties in one order; `cells[i][j]` says what i and j undertook mutually or not."""

    parties: tuple[str, ...]
    names: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def as_table(self) -> bool:
        """Whether it is small enough to be written as a table."""
        return len(self.parties) <= LARGEST_TABLE

    @property
    def as_drawing(self) -> bool:
        """Whether it is still small enough to be drawn."""
        return not self.as_table and len(self.parties) <= LARGEST_DRAWING

    def drawing(self) -> Markup:
        """One square a pair: full for both ways, a triangle for one way, empty for none; numbered like the table."""
        size, step = len(self.parties), 10
        paths: dict[Cell, list[str]] = {"both": [], "there": [], "back": [], "none": []}
        for i, row in enumerate(self.cells):
            for cell in ("both", "there", "back"):
                paths[cell] += _runs(row, cell, i, step)
        edge = 24
        side = edge + size * step
        label = escape(_("Who undertook it toward whom, as a matrix; the table says the same").striptags())
        parts = [
            f'<svg class="matrix" viewBox="0 0 {side} {side}" width="{side}" height="{side}" role="img" '
            f'aria-label="{label}">'
        ]
        for n in range(0, size, 5):
            middle = edge + n * step + step - 2
            parts.append(f'<text x="{edge - 3}" y="{middle}" text-anchor="end">{n + 1}</text>')
            parts.append(f'<text x="{middle - step // 2 + 2}" y="{edge - 5}" text-anchor="middle">{n + 1}</text>')
        parts.append(f'<g transform="translate({edge} {edge})">')
        parts.append(f'<path class="ground" d="M0 0H{size * step}V{size * step}H0z"/>')
        parts.append(f'<path class="self" d="M0 0L{size * step} {size * step}"/>')
        parts += [
            f'<path class="{cell}" d="{"".join(paths[cell])}"/>' for cell in ("both", "there", "back") if paths[cell]
        ]
        parts.append(f'<path class="grid" d="{"".join(f"M{n * step - 1} 0V{size * step}" for n in range(1, size))}"/>')
        parts.append("</g></svg>")
        return Markup("".join(parts))


def _runs(row: Sequence[Cell], cell: Cell, i: int, step: int) -> list[str]:
    """Squares of one kind in one row; neighbours of the same kind in one stroke, half a square high where one way."""
    found, start = [], None
    for j in range(len(row) + 1):
        inside = j < len(row) and row[j] == cell and j != i
        if inside and start is None:
            start = j
        elif not inside and start is not None:
            high, top = (step - 1, i * step) if cell == "both" else (4, i * step + (0 if cell == "there" else 5))
            found.append(f"M{start * step} {top}h{(j - start) * step - 1}v{high}h-{(j - start) * step - 1}z")
            start = None
    return found


def matrix(parties: Sequence[str], names: Mapping[str, str], toward: Mapping[str, int]) -> Matrix:
    """From toward whom each undertook it, as bits in the order of `parties`; the rows go by name."""
    order = sorted(range(len(parties)), key=lambda at: (names.get(parties[at], parties[at]).casefold(), parties[at]))
    rows = [toward[key] for key in parties]

    def cell(i: int, j: int) -> Cell:
        there, back = bool(rows[i] >> j & 1), bool(rows[j] >> i & 1)
        return "both" if there and back else "there" if there else "back" if back else "none"

    return Matrix(
        tuple(parties[at] for at in order),
        tuple(names.get(parties[at], parties[at]) for at in order),
        tuple(tuple(cell(i, j) for j in order) for i in order),
    )
