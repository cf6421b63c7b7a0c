"""The search of `closure.plain` on arrays of 64-bit words, written for numba's compiler; needs numpy and numba.

Belongs here: only what is compiled. Everything else about closed sets is in `closure`, which imports this module
when it is first worth it.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")


def compile_search(compiler: Callable[..., Any]) -> Any:
    """`search`, compiled by `compiler` (``numba.njit``), kept on disk where the disk lets it."""
    try:
        return compiler(cache=True)(search)
    except RuntimeError:  # numba finds no folder to write to
        return compiler()(search)


def search(columns: Any, place: Any, everyone: Any, everywhere: Any, minimum: int, limit: int) -> Any:
    """How many closed pairs there are (-1 for more than `limit`), and their extents and intents, a row each.

    `columns[k]` are the parties of the k-th column in words, smallest first, and `place[k]` its bit in an intent.
    """
    count, wide = columns.shape
    deep = everywhere.shape[0]
    room = 1024
    extents = np.empty((room, wide), np.uint64)
    intents = np.empty((room, deep), np.uint64)
    found = 0
    if limit < 1:
        return -1, extents, intents
    extents[0] = everyone
    intents[0] = everywhere
    found = 1
    # The tables of the nodes from the root to the present one, one behind the other: column and its parties there.
    depth_room = count + 2
    pool = 4 * count + 64
    item = np.empty(pool, np.int64)
    part = np.empty((pool, wide), np.uint64)
    low = np.zeros(depth_room, np.int64)
    high = np.zeros(depth_room, np.int64)
    at = np.zeros(depth_room, np.int64)
    intent_of = np.zeros((depth_room, deep), np.uint64)
    extent_of = np.zeros((depth_room, wide), np.uint64)
    words = np.zeros(depth_room, np.int64)
    shared = np.empty(wide, np.uint64)
    larger = np.empty(deep, np.uint64)
    left = np.empty(64 * wide, np.int64)
    one = np.uint64(1)
    for k in range(count):
        item[k] = k
        for w in range(wide):
            part[k, w] = columns[k, w]
    high[0] = count
    intent_of[0] = everywhere
    extent_of[0] = everyone
    words[0] = wide
    depth = 0
    while depth >= 0:
        if at[depth] >= high[depth]:
            depth -= 1
            continue
        x = at[depth]
        at[depth] += 1
        j = item[x]
        first, last, width = low[depth], high[depth], words[depth]
        top = last
        if top + (last - first) > pool:
            pool = 2 * (top + (last - first))
            more_item = np.empty(pool, np.int64)
            more_item[:top] = item[:top]
            item = more_item
            more_part = np.empty((pool, wide), np.uint64)
            more_part[:top] = part[:top]
            part = more_part
        for w in range(deep):
            larger[w] = intent_of[depth, w]
        larger[place[j] >> 6] |= one << np.uint64(place[j] & 63)
        start = 0
        kept = True
        for y in range(first, last):
            size = 0
            inside = True
            for w in range(width):
                extent = part[x, w]
                v = part[y, w] & extent
                shared[w] = v
                inside = inside and v == extent
                v = v - ((v >> one) & np.uint64(0x5555555555555555))
                v = (v & np.uint64(0x3333333333333333)) + ((v >> np.uint64(2)) & np.uint64(0x3333333333333333))
                v = (v + (v >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
                size += np.int64((v * np.uint64(0x0101010101010101)) >> np.uint64(56))
            k = item[y]
            if inside:
                if k < j:
                    kept = False
                    break
                larger[place[k] >> 6] |= one << np.uint64(place[k] & 63)
            elif size >= minimum:
                item[top] = k
                for w in range(width):
                    part[top, w] = shared[w]
                top += 1
                if k < j:
                    start += 1
        if not kept:
            continue
        if found >= limit:
            return -1, extents, intents
        if found >= room:
            more = np.empty((2 * room, wide), np.uint64)
            more[:room] = extents
            extents = more
            more_intents = np.empty((2 * room, deep), np.uint64)
            more_intents[:room] = intents
            intents = more_intents
            room *= 2
        for w in range(wide):
            extents[found, w] = extent_of[depth, w] & columns[j, w]
        for w in range(deep):
            intents[found, w] = larger[w]
        found += 1
        if last + start < top:
            depth += 1
            low[depth] = last
            high[depth] = top
            at[depth] = last + start
            for w in range(deep):
                intent_of[depth, w] = larger[w]
            for w in range(wide):
                extent_of[depth, w] = extents[found - 1, w]
            words[depth] = width
            if depth == 1:
                # The parties left are numbered anew: below, most tables need a few words only.
                fewer = 0
                for p in range(64 * wide):
                    if extent_of[1, p >> 6] >> np.uint64(p & 63) & one:
                        left[fewer] = p
                        fewer += 1
                words[1] = (fewer + 63) >> 6
                if words[1] < width:
                    for y in range(last, top):
                        for w in range(wide):
                            shared[w] = part[y, w]
                            part[y, w] = 0
                        for n in range(fewer):
                            p = left[n]
                            part[y, n >> 6] |= (shared[p >> 6] >> np.uint64(p & 63) & one) << np.uint64(n & 63)
                else:
                    words[1] = width
    return found, extents, intents
