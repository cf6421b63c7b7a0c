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
CLASSES = 64

STRIDE = 16
"""After so many features a pair is asked anew whether it can still reach the floor."""


def compile_join(compiler: Callable[..., Any]) -> Any:
    """`join`, compiled by `compiler` (``numba.njit``), kept on disk where the disk lets it."""
    try:
        return _compiled(partial(compiler, nogil=True, cache=True))
    except RuntimeError:  # numba finds no folder to write to
        return _compiled(partial(compiler, nogil=True))


def _compiled(compiler: Callable[..., Any]) -> Any:
    """What `join` calls is compiled under the same names, because numba looks names up where they are defined."""
    here = globals()
    for name in ("root", "beyond", "from_band", "longest_tails", "by_row"):
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
    """Of each vector: how far its weight reaches, its first band that is not indexed, where that begins, its tails."""
    size = begins.shape[0] - 1
    far = np.zeros(size, np.int32)
    held = np.zeros(size, np.int32)
    ends = begins[:size].copy()
    lengths = np.zeros((size, count + 1), np.int32)
    for at in range(size):
        square = np.int64(0)
        band = count
        place = begins[at + 1] - 1
        while band > 0:
            band -= 1
            last = place
            while place >= begins[at] and bands[features[place]] == band:
                square += np.int64(weights[place]) * np.int64(weights[place])
                place -= 1
            length = np.int64(root(square))
            lengths[at, band] = length
            far[at] += length * length >= floor
            if length * LENGTH >= floor and held[at] == 0:
                held[at] = band + 1
                ends[at] = last + 1
    return far, held, ends, lengths


def from_band(features: Any, bands: Any, low: int, high: int, band: int) -> Any:
    """The first of these entries that is of this band or a later one."""
    while low < high:
        middle = (low + high) >> 1
        if bands[features[middle]] < band:
            low = middle + 1
        else:
            high = middle
    return low


def longest_tails(lengths: Any, order: Any, step: int) -> Any:
    """For each class of so many, the longest tail from each band on, of its own and of all classes that follow."""
    size, width = lengths.shape
    classes = (size + step - 1) // step
    longest = np.zeros((classes, width), np.int32)
    for one in range(classes - 1, -1, -1):
        if one + 1 < classes:
            longest[one] = longest[one + 1]
        for place in range(one * step, min(size, one * step + step)):
            for band in range(width):
                longest[one, band] = max(longest[one, band], lengths[order[place], band])
    return longest


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
    far, held, ends, lengths = beyond(begins, features, weights, bands, count, floor)
    row_lengths = lengths
    if not among_themselves:
        row_lengths = beyond(row_begins, row_features, row_weights, bands, count, floor)[3]
    order = np.argsort(-far, kind="mergesort")
    step = size // CLASSES + 1
    longest = longest_tails(lengths, order, step)
    classes = longest.shape[0]
    # The index: for each feature, the places of the vectors that hold it before their tail, ascending.
    starts = np.zeros(places + 1, np.int64)
    for at in range(size):
        for entry in range(begins[at], ends[at]):
            starts[features[entry] + 1] += 1
    for feature in range(places):
        starts[feature + 1] += starts[feature]
    total = starts[places]
    holder = np.empty(total, np.int32)
    weight_there = np.empty(total, np.int32)
    filled = starts[:places].copy()
    for place in range(size):
        for entry in range(begins[order[place]], ends[order[place]]):
            feature = features[entry]
            holder[filled[feature]] = place
            weight_there[filled[feature]] = weights[entry]
            filled[feature] += 1
    if among_themselves:  # each looks for those before it: what it may see grows with its place
        filled[:] = starts[:places]
    dots = np.zeros(size, np.int32)
    touched = np.empty(size + 1, np.int32)
    mine = np.zeros(places, np.int32)
    first = np.zeros(classes, np.int32)
    reached = np.zeros(count + 1, np.int64)
    room, number = 1024, 0
    found = np.empty((room, 3), np.int32)
    for turn in range(rows):
        at = order[turn] if among_themselves else turn
        led = classes
        for band in range(count + 1):
            tail = np.int64(row_lengths[at, band])
            while led > 0 and tail * longest[led - 1, band] < floor:
                led -= 1
                first[led] = band
            reached[band] = led * step
        many = 0
        for entry in range(row_begins[at], row_begins[at + 1]):
            feature = row_features[entry]
            end = reached[bands[feature]]
            if end == 0:
                break
            weight = row_weights[entry]
            for there in range(starts[feature], filled[feature]):
                place = holder[there]
                if place >= end:
                    break
                touched[many] = place
                many += dots[place] == 0
                dots[place] += weight * weight_there[there]
        if among_themselves:
            for entry in range(begins[at], ends[at]):
                filled[features[entry]] += 1
        ready = False
        for one in range(many):
            place = touched[one]
            other = order[place]
            band = min(first[place // step], held[other])
            dot = np.int64(dots[place])
            dots[place] = 0
            if dot + np.int64(row_lengths[at, band]) * np.int64(lengths[other, band]) < floor:
                continue
            if not ready:
                for entry in range(row_begins[at], row_begins[at + 1]):
                    mine[row_features[entry]] = row_weights[entry]
                ready = True
            entry = from_band(features, bands, begins[other], begins[other + 1], band)
            while entry < begins[other + 1]:
                band = bands[features[entry]]
                if dot + np.int64(row_lengths[at, band]) * np.int64(lengths[other, band]) < floor:
                    break
                stop = min(entry + STRIDE, begins[other + 1])
                while entry < stop:
                    dot += mine[features[entry]] * weights[entry]
                    entry += 1
            if dot < floor:
                continue
            if number == room:
                more = np.empty((2 * room, 3), np.int32)
                more[:room] = found
                found = more
                room *= 2
            found[number, 0] = min(at, other) if among_themselves else at
            found[number, 1] = max(at, other) if among_themselves else other
            found[number, 2] = dot
            number += 1
        if ready:
            for entry in range(row_begins[at], row_begins[at + 1]):
                mine[row_features[entry]] = 0
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
