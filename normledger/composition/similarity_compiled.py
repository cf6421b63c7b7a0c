"""The join of `similarity` on arrays, written for numba's compiler; needs numpy and numba.

Belongs here: only what is compiled, integers alone. Everything else about similar pairs is in `similarity`, which
imports this module when it is first worth it.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")

LENGTH = 1 << 14


def compile_join(compiler: Callable[..., Any]) -> Any:
    """`join`, compiled by `compiler` (``numba.njit``), kept on disk where the disk lets it."""
    try:
        return _compiled(partial(compiler, nogil=True, cache=True))
    except RuntimeError:  # numba finds no folder to write to
        return _compiled(partial(compiler, nogil=True))


def _compiled(compiler: Callable[..., Any]) -> Any:
    """What `join` calls is compiled under the same names, because numba looks names up where they are defined."""
    here = globals()
    for name in ("root", "beyond", "by_row"):
        here[name] = compiler()(getattr(here[name], "py_func", here[name]))
    return compiler()(join)


def root(square: Any) -> Any:
    """Square root of a whole number up to 2^28, rounded up."""
    low, high = 0, LENGTH
    while low < high:
        middle = (low + high) >> 1
        if middle * middle >= square:
            high = middle
        else:
            low = middle + 1
    return low


def beyond(begins: Any, features: Any, weights: Any, bands: Any, count: int, floor: int) -> Any:
    """Each vector's level, the end of its head, and its length from each band on (rounded up)."""
    size = begins.shape[0] - 1
    levels = np.empty(size, np.int32)
    ends = np.empty(size, np.int64)
    lengths = np.zeros((size, count + 1), np.int32)
    for at in range(size):
        square = np.int64(0)
        band = count
        levels[at] = count
        ends[at] = begins[at + 1]
        place = begins[at + 1] - 1
        while band > 0:
            band -= 1
            while place >= begins[at] and bands[features[place]] == band:
                square += np.int64(weights[place]) * np.int64(weights[place])
                place -= 1
            lengths[at, band] = root(square)
            if (square << 28) < floor * floor:
                levels[at] = band
                ends[at] = place + 1
    return levels, ends, lengths


def by_row(found: Any, rows: int) -> Any:
    """The same pairs ascending by row; within a row they keep their order."""
    starts = np.zeros(rows + 1, np.int64)
    for at in range(found.shape[0]):
        starts[found[at, 0] + 1] += 1
    for at in range(rows):
        starts[at + 1] += starts[at]
    ordered = np.empty_like(found)
    for at in range(found.shape[0]):
        place = starts[found[at, 0]]
        starts[found[at, 0]] = place + 1
        ordered[place, 0] = found[at, 0]
        ordered[place, 1] = found[at, 1]
        ordered[place, 2] = found[at, 2]
    return ordered


def join(
    row_begins: Any,
    row_features: Any,
    row_weights: Any,
    begins: Any,
    features: Any,
    weights: Any,
    bands: Any,
    floor: int,
    among_themselves: bool,
) -> Any:
    """Rows (row, column, dot product), ascending; among themselves each pair once, the smaller first."""
    floor = np.int64(floor)
    rows, size, places = row_begins.shape[0] - 1, begins.shape[0] - 1, bands.shape[0]
    count = bands[places - 1] + 1 if places else 0
    levels, ends, lengths = beyond(begins, features, weights, bands, count, floor)
    if among_themselves:
        row_levels, row_ends, row_lengths = levels, ends, lengths
    else:
        row_levels, row_ends, row_lengths = beyond(row_begins, row_features, row_weights, bands, count, floor)
    # The index: for each feature, the vectors whose head holds it, ascending.
    starts = np.zeros(places + 1, np.int64)
    for at in range(size):
        for place in range(begins[at], ends[at]):
            starts[features[place] + 1] += 1
    for feature in range(places):
        starts[feature + 1] += starts[feature]
    total = starts[places]
    holder = np.empty(total, np.int32)
    held = np.empty(total, np.int32)
    filled = starts[:places].copy()
    for at in range(size):
        for place in range(begins[at], ends[at]):
            feature = features[place]
            holder[filled[feature]] = at
            held[filled[feature]] = weights[place]
            filled[feature] += 1
    if among_themselves:  # the larger of each pair looks for the smaller: what it may see grows with it
        filled[:] = starts[:places]
    dots = np.zeros(size, np.int32)
    touched = np.empty(size + 1, np.int32)
    mine = np.zeros(places, np.int32)
    room, number = 1024, 0
    found = np.empty((room, 3), np.int32)
    for at in range(rows):
        many = 0
        for place in range(row_begins[at], row_ends[at]):
            feature = row_features[place]
            weight = row_weights[place]
            for entry in range(starts[feature], filled[feature]):
                other = holder[entry]
                touched[many] = other
                many += dots[other] == 0
                dots[other] += weight * held[entry]
            if among_themselves:
                filled[feature] += 1
        ready = False
        for one in range(many):
            other = touched[one]
            level = min(row_levels[at], levels[other])
            most = np.int64(dots[other]) + np.int64(row_lengths[at, level]) * np.int64(lengths[other, level])
            dots[other] = 0
            if most < floor:
                continue
            if not ready:
                for place in range(row_begins[at], row_begins[at + 1]):
                    mine[row_features[place]] = row_weights[place]
                ready = True
            dot = np.int64(0)
            for place in range(begins[other], begins[other + 1]):
                dot += np.int64(mine[features[place]]) * np.int64(weights[place])
            if dot < floor:
                continue
            if number == room:
                more = np.empty((2 * room, 3), np.int32)
                more[:room] = found
                found = more
                room *= 2
            found[number, 0] = other if among_themselves else at
            found[number, 1] = at if among_themselves else other
            found[number, 2] = dot
            number += 1
        if ready:
            for place in range(row_begins[at], row_begins[at + 1]):
                mine[row_features[place]] = 0
    # Two stable passes: by column, then by row.
    swapped = np.empty((number, 3), np.int32)
    for one in range(number):
        swapped[one, 0] = found[one, 1]
        swapped[one, 1] = found[one, 0]
        swapped[one, 2] = found[one, 2]
    swapped = by_row(swapped, max(rows, size))
    for one in range(number):
        swapped[one, 0], swapped[one, 1] = swapped[one, 1], swapped[one, 0]
    return by_row(swapped, max(rows, size))
