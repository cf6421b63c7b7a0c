"""Which vectors are alike: all pairs whose cosine reaches a floor, found exactly and without comparing all pairs.

Belongs here: the join of a block of rows with a block of columns, plain and, where numba is there, compiled. Does not
belong here: where vectors come from (`weights`), or cutting many into blocks (`partitions`).

Prefix filtering (Bayardo, Ma and Srikant 2007; with Cauchy and Schwarz's bound, Anastasiu and Karypis 2014) over bands,
all in integers. Features stand in the order of rarity and are cut into bands; from some band on, what is left of a
vector, its tail, is short. Two vectors that share nothing before a band can only share what their tails hold, at most
the product of the tails' lengths. So a row looks for a column only through features before the first band from which on
that product stays below the floor. To know this band for many columns at once, columns are ordered by how far their
weight reaches, the farthest first, and cut into classes; a class's tail is the longest of its columns' and of all that
follow. Then the columns to which a feature leads are the first so many of those that hold it. What a pair shares before
its band, and the product beyond, is the most it can reach; only a pair that may reach the floor is multiplied out.

Both ways give the same pairs with the same numbers: sums of integers do not depend on order.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from math import isqrt
from typing import Any

from normledger.composition.weights import LENGTH, ONE, Vector
from normledger.errors import InputError

Pair = tuple[int, int, int]
"""Row, column, and their dot product."""

WORTH_COMPILING = 2_000
"""So few vectors are compared before a compiler has even started."""

CLASSES = 64
"""Into so many classes columns are cut. More classes find fewer candidates, and each costs every row a little."""


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


def _tails(vector: Vector, bands: Sequence[int], count: int) -> list[int]:
    """A vector's length from each band on, rounded up; the last is 0."""
    squares = [0] * (count + 1)
    for feature, weight in vector:
        squares[bands[feature]] += weight * weight
    for band in range(count - 1, -1, -1):
        squares[band] += squares[band + 1]
    return [isqrt(square - 1) + 1 if square else 0 for square in squares]


def _plain(rows: Sequence[Vector], columns: Sequence[Vector] | None, bands: Sequence[int], floor: int) -> list[Pair]:
    """`alike` without anything but Python."""
    count = bands[-1] + 1 if bands else 0
    there = rows if columns is None else columns
    lengths = [_tails(vector, bands, count) for vector in there]
    row_lengths = lengths if columns is None else [_tails(vector, bands, count) for vector in rows]
    far = [sum(length * length >= floor for length in tails) for tails in lengths]
    order = sorted(range(len(there)), key=lambda at: (-far[at], at))
    step = len(there) // CLASSES + 1
    longest = _longest([lengths[at] for at in order], step)
    begins = [bisect_left(bands, band) for band in range(count + 1)]
    whole = [dict(vector) for vector in there]
    held = [sum(length * LENGTH >= floor for length in tails) for tails in lengths]
    index: dict[int, list[tuple[int, int]]] = defaultdict(list)

    def hold(place: int) -> None:
        for feature, weight in there[order[place]]:
            if bands[feature] >= held[order[place]]:
                break
            index[feature].append((place, weight))

    if columns is not None:
        for place in range(len(order)):
            hold(place)
    found: list[Pair] = []
    for turn, at in enumerate(order if columns is None else range(len(rows))):
        vector, tails = rows[at], row_lengths[at]
        led, first, ends = len(longest), [0] * len(longest), []
        for band, tail in enumerate(tails):
            while led and tail * longest[led - 1][band] < floor:
                led -= 1
                first[led] = band
            ends.append(led * step)
        dots: dict[int, int] = defaultdict(int)
        for feature, weight in vector:
            end, entries = ends[bands[feature]], index.get(feature, [])
            if entries and entries[-1][0] >= end:
                entries = entries[: bisect_left(entries, (end, 0))]
            for place, other_weight in entries:
                dots[place] += weight * other_weight
        for place, dot in dots.items():
            other = order[place]
            band = min(first[place // step], held[other])
            if dot + tails[band] * lengths[other][band] >= floor:
                features = whole[other]
                rest = vector[bisect_left(vector, (begins[band], 0)) :]
                dot += sum(weight * features[feature] for feature, weight in rest if feature in features)
                if dot >= floor:
                    found.append((at, other, dot) if columns is not None else (min(at, other), max(at, other), dot))
        if columns is None:
            hold(turn)
    return sorted(found)


def _longest(lengths: Sequence[Sequence[int]], step: int) -> list[list[int]]:
    """For each class of so many, the longest tail from each band on, of its own and of all classes that follow."""
    longest: list[list[int]] = []
    for begin in range((len(lengths) - 1) // step * step, -1, -step):
        tails = [*lengths[begin : begin + step], *longest[-1:]]
        longest.append([max(column) for column in zip(*tails, strict=True)])
    return longest[::-1]


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
