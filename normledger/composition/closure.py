"""All closed pairs of a cross table above a support, as bit sets; the plain way and, where numba is there, compiled.

Belongs here: listing closed sets, fast and within bounds. Not: what makes one a candidate norm (`coalitions`), or
finding the best without listing all (`search`).

The way is close-by-one (Kuznetsov 1993; FCbO of Outrata and Vychodil, Information Sciences 185, 2012) on conditional
tables, as LCM has them (Uno, Kiyomi and Arimura 2004): a node of the search hands its children only those columns
that are still shared by enough of its own parties, each already cut down to these. Columns come in the order of their
size; a child is kept where its closure brings no earlier column, so each closed pair is met once. The order of the
result is that of the search, from the columns alone. Both ways give the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import Any, overload

from normledger.errors import InputError

LIMIT = 10_000_000
"""More closed sets than this are never listed: no reader reads them, and no memory should hold them."""

_PLAIN_FIRST = 20_000
"""So many sets are looked for the plain way before the compiled one is fetched, which takes seconds the first time."""


@dataclass(frozen=True)
class ClosedPairs(Sequence[tuple[int, int]]):
    """Closed (coalition, outcomes) pairs, packed; each is made into a pair of bit sets when asked for.

    `extents` and `intents` hold `extent_width` and `intent_width` bytes a pair, little-endian; bit i of a packed intent
    stands for column `kept[i]`.
    """

    extents: bytes
    intents: bytes
    extent_width: int
    intent_width: int
    kept: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.extents) // self.extent_width

    @overload
    def __getitem__(self, at: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, at: slice) -> list[tuple[int, int]]: ...
    def __getitem__(self, at: int | slice) -> tuple[int, int] | list[tuple[int, int]]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        place = range(len(self))[at]
        wide, deep = self.extent_width, self.intent_width
        extent = int.from_bytes(self.extents[place * wide : (place + 1) * wide], "little")
        return extent, self._spread(self.intents[place * deep : (place + 1) * deep])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return (self[at] for at in range(len(self)))

    def _spread(self, packed: bytes) -> int:
        if self._whole:
            return int.from_bytes(packed, "little")
        value = 0
        for table, byte in zip(self._tables, packed, strict=False):
            value |= table[byte]
        return value

    @cached_property
    def _whole(self) -> bool:
        return self.kept == tuple(range(len(self.kept)))

    @cached_property
    def _tables(self) -> list[list[int]]:
        """For each byte of a packed intent, what each of its 256 values stands for."""
        tables = []
        for first in range(0, len(self.kept), 8):
            table = [0]
            for column in self.kept[first : first + 8]:
                table += [value | 1 << column for value in table]
            tables.append(table)
        return tables


def close(columns: Sequence[int], parties: int, minimum: int, limit: int = LIMIT) -> ClosedPairs:
    """All closed (coalition, outcomes) pairs with at least `minimum` parties (at least one).

    `columns[j]` are the parties of outcome j, among `parties` many. Raises `InputError` as soon as there are more than
    `limit`.
    """
    if minimum < 1:
        raise InputError(f"{minimum} is out of range; give at least 1", field="minimum_parties")
    task = _Task.of(columns, parties, minimum, limit)
    if _compiled.ready:
        found = _compiled.run(task)
    else:
        within = min(limit, _PLAIN_FIRST) if _compiled.at_hand else limit
        found = plain(task, within)
        if found is None and within < limit:
            try:
                found = _compiled.run(task)
            except ImportError:  # the extra is there and does not fit this Python or numpy
                found = plain(task, limit)
    if found is None:
        raise InputError(
            f"there are more than {limit} packages of outcomes that at least {minimum} parties share; the search "
            f"stopped after seeing {limit} of them. Ask for more parties than {minimum}, for the best few under "
            f"constraints, or for rows only",
            field="minimum_parties",
        )
    return found


@dataclass(frozen=True, slots=True)
class _Task:
    """What is searched: columns that enough parties share, smallest first; `place[k]` is where the k-th is packed."""

    parties: int
    minimum: int
    limit: int
    kept: tuple[int, ...]
    columns: tuple[int, ...]
    place: tuple[int, ...]
    everywhere: int

    @classmethod
    def of(cls, columns: Sequence[int], parties: int, minimum: int, limit: int) -> "_Task":
        everyone = (1 << parties) - 1
        kept = tuple(j for j, column in enumerate(columns) if column.bit_count() >= minimum)
        place = {j: at for at, j in enumerate(kept)}
        everywhere = sum(1 << place[j] for j in kept if columns[j] == everyone)
        order = sorted((j for j in kept if columns[j] != everyone), key=lambda j: (columns[j].bit_count(), j))
        return cls(
            parties, minimum, limit, kept, tuple(columns[j] for j in order), tuple(place[j] for j in order), everywhere
        )

    @property
    def extent_words(self) -> int:
        return max(1, -(-self.parties // 64))

    @property
    def intent_words(self) -> int:
        return max(1, -(-len(self.kept) // 64))

    def packed(self, extents: bytes, intents: bytes) -> ClosedPairs:
        return ClosedPairs(extents, intents, 8 * self.extent_words, 8 * self.intent_words, self.kept)


def plain(task: _Task, limit: int) -> ClosedPairs | None:
    """With Python's integers alone; None where there are more than `limit`."""
    minimum, place = task.minimum, task.place
    wide, deep = 8 * task.extent_words, 8 * task.intent_words
    extents, intents = bytearray(), bytearray()
    count = 0
    # A node: its intent, its table [(column, its parties here)] in the columns' order, and where its children begin.
    stack: list[tuple[int, list[tuple[int, int]], int]] = []
    everyone = (1 << task.parties) - 1
    if task.parties >= minimum:
        if limit < 1:
            return None
        extents += everyone.to_bytes(wide, "little")
        intents += task.everywhere.to_bytes(deep, "little")
        count = 1
        stack.append((task.everywhere, list(enumerate(task.columns)), 0))
    while stack:
        intent, table, at = stack.pop()
        while at < len(table):
            j, extent = table[at]
            at += 1
            larger = intent | 1 << place[j]
            below: list[tuple[int, int]] = []
            start = 0
            for k, other in table:
                shared = other & extent
                if shared == extent:
                    if k < j:
                        break
                    larger |= 1 << place[k]
                elif shared.bit_count() >= minimum:
                    below.append((k, shared))
                    start += k < j
            else:
                if count >= limit:
                    return None
                count += 1
                extents += extent.to_bytes(wide, "little")
                intents += larger.to_bytes(deep, "little")
                if start < len(below):
                    stack.append((intent, table, at))
                    intent, table, at = larger, below, start
    return task.packed(bytes(extents), bytes(intents))


class _Compiled:
    """The compiled search, fetched when it is first worth it. `at_hand` tells whether the optional extra is there."""

    def __init__(self) -> None:
        self._search: Any = None

    @property
    def at_hand(self) -> bool:
        return find_spec("numba") is not None

    @property
    def ready(self) -> bool:
        return self._search is not None

    def run(self, task: _Task) -> ClosedPairs | None:
        """The same as `plain`. Raises `ImportError` without the extra."""
        numpy = import_module("numpy")
        if self._search is None:
            self._search = _fetched()
        if task.parties < task.minimum:
            return task.packed(b"", b"")

        def words(values: Sequence[int], width: int) -> Any:
            flat = b"".join(value.to_bytes(8 * width, "little") for value in values)
            return numpy.frombuffer(flat, dtype="<u8").reshape(len(values), width)

        found, extents, intents = self._search(
            words(task.columns, task.extent_words),
            numpy.array(task.place, dtype="i8"),
            words([(1 << task.parties) - 1], task.extent_words)[0],
            words([task.everywhere], task.intent_words)[0],
            task.minimum,
            task.limit,
        )
        if found < 0:
            return None
        return task.packed(extents[:found].tobytes(), intents[:found].tobytes())


def _fetched() -> Any:
    numba, searching = import_module("numba"), import_module("normledger.composition.closure_compiled")
    return searching.compile_search(numba.njit)


_compiled = _Compiled()
