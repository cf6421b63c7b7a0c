"""Which vectors are alike: all pairs whose cosine reaches a floor, found exactly and without comparing all pairs.

Belongs here: the join of a block of rows with a block of columns, plain and, where numba is there, compiled. Does not
belong here: where vectors come from (`weights`), or cutting many into blocks (`partitions`).

Prefix filtering (Bayardo, Ma and Srikant 2007; with Cauchy and Schwarz's bound, Anastasiu and Karypis 2014) over bands,
all in integers. Features stand in the order of rarity and are cut into bands. A vector's *level* is the first band
from which on the rest of it, its tail, is shorter than the floor; what stands before is its head. Of two vectors take
the lower level. If their heads share nothing, all they share lies beyond it, in a tail that is too short; so only heads
are indexed. What the heads share, and the product of both lengths beyond the lower level, is the most the pair can
reach; only a pair that may reach the floor is multiplied out.

Both ways give the same pairs with the same numbers: sums of integers do not depend on order.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from math import isqrt
from typing import Any

from normledger.composition.weights import ONE, Vector
from normledger.errors import InputError

Pair = tuple[int, int, int]
"""Row, column, and their dot product."""

WORTH_COMPILING = 2_000
"""So few vectors are compared before a compiler has even started."""


def alike(
    rows: Sequence[Vector],
    columns: Sequence[Vector] | None,
    bands: Sequence[int],
    floor: int,
    compiled: bool | None = None,
) -> list[Pair]:
    """All pairs (row, column, dot product) that reach `floor`, ascending; without `columns`, rows among themselves.

    Among themselves each pair stands once, the smaller first. `bands` tells each feature's band, ascending. `floor` is
    in units of 2^28. `compiled` None chooses by size and by what is installed; the answer is the same.
    Raises `InputError` for a floor out of range.
    """
    if not 0 < floor <= ONE:
        raise InputError(f"{floor} is out of range; give more than 0 and at most {ONE}", field="floor")
    if compiled is None:
        compiled = len(rows) + len(columns or ()) >= WORTH_COMPILING and can_compile()
    if compiled:
        one = packed(rows, bands)
        flat = join(one, one if columns is None else packed(columns, bands), floor, columns is None)
        return [(row, column, dot) for row, column, dot in flat.tolist()]
    return _plain(rows, columns, bands, floor)


def can_compile() -> bool:
    """Whether the optional extra is installed."""
    return find_spec("numba") is not None


@dataclass(frozen=True, slots=True)
class _Beyond:
    """A vector's level, how many features are its head, and its length from each band on (rounded up)."""

    level: int
    head: int
    lengths: Sequence[int]


def _beyond(vector: Vector, bands: Sequence[int], count: int, floor: int) -> _Beyond:
    squares = [0] * (count + 1)
    for feature, weight in vector:
        squares[bands[feature]] += weight * weight
    for band in range(count - 1, -1, -1):
        squares[band] += squares[band + 1]
    level = next(band for band, square in enumerate(squares) if square * ONE < floor * floor)
    head = sum(bands[feature] < level for feature, _ in vector)
    return _Beyond(level, head, [isqrt(square - 1) + 1 if square else 0 for square in squares])


def _plain(rows: Sequence[Vector], columns: Sequence[Vector] | None, bands: Sequence[int], floor: int) -> list[Pair]:
    """`alike` without anything but Python."""
    count = bands[-1] + 1 if bands else 0
    there = [_beyond(vector, bands, count, floor) for vector in (rows if columns is None else columns)]
    here = there if columns is None else [_beyond(vector, bands, count, floor) for vector in rows]
    whole = [dict(vector) for vector in (rows if columns is None else columns)]
    index: dict[int, list[tuple[int, int]]] = defaultdict(list)
    if columns is not None:
        for at, vector in enumerate(columns):
            for feature, weight in vector[: there[at].head]:
                index[feature].append((at, weight))
    found: list[Pair] = []
    for at, vector in enumerate(rows):
        dots: dict[int, int] = defaultdict(int)
        mine = here[at]
        for feature, weight in vector[: mine.head]:
            for other, other_weight in index[feature]:
                dots[other] += weight * other_weight
            if columns is None:
                index[feature].append((at, weight))
        for other, dot in dots.items():
            level = min(mine.level, there[other].level)
            if dot + mine.lengths[level] * there[other].lengths[level] >= floor:
                exact = sum(weight * whole[other].get(feature, 0) for feature, weight in vector)
                if exact >= floor:
                    found.append((other, at, exact) if columns is None else (at, other, exact))
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Packed:
    """Vectors as arrays: where each begins, their features and weights one behind the other; and the bands."""

    begins: Any
    features: Any
    weights: Any
    bands: Any


def packed(vectors: Sequence[Vector], bands: Sequence[int]) -> Packed:
    """Vectors as arrays; needs the optional extra."""
    numpy = import_module("numpy")
    begins = numpy.zeros(len(vectors) + 1, dtype="i8")
    numpy.cumsum([len(vector) for vector in vectors], out=begins[1:])
    total = int(begins[-1])
    chosen = numpy.fromiter((feature for vector in vectors for feature, _ in vector), dtype="i4", count=total)
    weights = numpy.fromiter((weight for vector in vectors for _, weight in vector), dtype="i4", count=total)
    return Packed(begins, chosen, weights, numpy.array(bands, dtype="i2"))


def join(rows: Packed, columns: Packed, floor: int, among_themselves: bool) -> Any:
    """`alike` compiled: an array of rows (row, column, dot product), ascending. Runs beside other threads."""
    return _search()(
        rows.begins, rows.features, rows.weights, columns.begins, columns.features, columns.weights, rows.bands,
        floor, among_themselves,
    )  # fmt: skip


def join_blocks(
    rows: bytes, columns: bytes | None, bands: Sequence[int], floor: int, row_begin: int, column_begin: int
) -> bytes:
    """`alike` compiled, on blocks in bytes (`partitions` tells their form) that begin at these places."""
    numpy = import_module("numpy")
    one = _unpacked(rows, bands)
    found = join(one, one if columns is None else _unpacked(columns, bands), floor, columns is None)
    found += numpy.array([row_begin, column_begin, 0], dtype="i4")
    content: bytes = found.astype("<i4").tobytes()
    return content


def union_by_row(parts: Sequence[bytes]) -> bytes:
    """Results of one block of rows, the columns ascending from part to part, as one."""
    numpy = import_module("numpy")
    found = numpy.concatenate([numpy.frombuffer(part, dtype="<i4").reshape(-1, 3) for part in parts])
    content: bytes = found[numpy.argsort(found[:, 0], kind="stable")].tobytes()
    return content


def _unpacked(block: bytes, bands: Sequence[int]) -> Packed:
    numpy = import_module("numpy")
    flat = numpy.frombuffer(block, dtype="<i4")
    count = int(flat[0])
    begins = flat[1 : count + 2].astype("i8")
    total = int(begins[-1])
    rest = flat[count + 2 :].astype("i4")
    return Packed(begins, rest[:total], rest[total:], numpy.array(bands, dtype="i2"))


@cache
def _search() -> Any:
    numba, searching = import_module("numba"), import_module("normledger.composition.similarity_compiled")
    return searching.compile_join(numba.njit)
