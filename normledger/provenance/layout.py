"""Places boxes in layers and leads lines between them, in whole numbers: the same graph looks the same anywhere.

The way of Sugiyama, Tagawa and Toda (1981): lines that go back are turned round for the time being; each box stands one
layer after the last of those that lead to it; a long line gets a point in every layer between; layers are ordered by
the barycentre of their neighbours, sweep by sweep; then each layer is moved to where its neighbours are, as far as its
order allows (pool adjacent violators). Layers are columns from left to right, because boxes are wider than high.

Belongs here: geometry. Does not belong here: what a box says.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SWEEPS = 12
_APART = 14
"""Between two boxes of a layer, and beside a line that passes."""

_PASSING = 6
"""The height that a passing line takes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box stands: its left upper corner, and its size."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each box stands, and for each line (in the order given) its points from source to target."""

    places: tuple[Place, ...]
    lines: tuple[tuple[tuple[int, int], ...], ...]
    width: int
    height: int


def lay_out(sizes: Sequence[tuple[int, int]], lines: Sequence[tuple[int, int]], *, gap: int, margin: int) -> Layout:
    """Places for boxes of these sizes (width, height), the first one the root, with lines between them by place.

    `gap` lies between two columns, `margin` around all.
    """
    onward = _without_circles(len(sizes), lines)
    layer = _layers(len(sizes), onward)
    graph = _Layered(sizes, layer, onward)
    graph.order()
    ys = graph.settle()
    widths = [0] * (max(layer, default=0) + 1)
    for box, at in enumerate(layer):
        widths[at] = max(widths[at], sizes[box][0])
    left = [margin]
    for width in widths:
        left.append(left[-1] + width + gap)
    top = min(ys.values(), default=0) - margin
    places = []
    for box, (width, height) in enumerate(sizes):
        at = layer[box]
        places.append(Place(left[at] + (widths[at] - width) // 2, ys[box] - top, width, height))
    found = []
    passing = dict(zip(onward, graph.ways, strict=True))
    for source, target in lines:
        back = (source, target) not in passing
        way = passing.get((target, source) if back else (source, target), [])
        points = []
        for number, one in enumerate(way):
            column = layer[target if back else source] + 1 + number
            points.append((left[column] + widths[column] // 2, ys[one] - top + _PASSING // 2))
        found.append(tuple(reversed(points)) if back else tuple(points))
    bottom = max((place.y + place.height for place in places), default=0)
    bottom = max([bottom, *(y for points in found for _, y in points)])
    return Layout(tuple(places), tuple(found), left[-1] - gap + margin, bottom + margin)


def _without_circles(count: int, lines: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The lines, each once, those turned round that lead back to where the way came from."""
    after: dict[int, list[int]] = defaultdict(list)
    for source, target in sorted(set(lines)):
        if source != target:
            after[source].append(target)
    state = [0] * count  # 0 not seen, 1 on the way, 2 done
    found: set[tuple[int, int]] = set()
    for start in range(count):
        if state[start]:
            continue
        state[start] = 1
        stack = [(start, iter(after[start]))]
        while stack:
            box, rest = stack[-1]
            for further in rest:
                found.add((further, box) if state[further] == 1 else (box, further))
                if state[further] == 0:
                    state[further] = 1
                    stack.append((further, iter(after[further])))
                    break
            else:
                state[box] = 2
                stack.pop()
    return sorted(found)


def _layers(count: int, lines: Sequence[tuple[int, int]]) -> list[int]:
    """Each box one layer after the last of those that lead to it; then as close to what it leads to as may be."""
    after: dict[int, list[int]] = defaultdict(list)
    waiting = [0] * count
    for source, target in lines:
        after[source].append(target)
        waiting[target] += 1
    layer = [0] * count
    ready = [box for box in range(count) if not waiting[box]]
    order = []
    for box in ready:
        order.append(box)
        for further in after[box]:
            layer[further] = max(layer[further], layer[box] + 1)
            waiting[further] -= 1
            if not waiting[further]:
                ready.append(further)
    for box in reversed(order):
        if box and after[box]:
            layer[box] = min(layer[further] for further in after[box]) - 1
    return layer


class _Layered:
    """Boxes and the points of passing lines, in layers, in an order."""

    def __init__(
        self, sizes: Sequence[tuple[int, int]], layer: Sequence[int], lines: Sequence[tuple[int, int]]
    ) -> None:
        self._height = {box: height for box, (_, height) in enumerate(sizes)}
        self._rows: list[list[int]] = [[] for _ in range(max(layer, default=0) + 1)]
        for box, at in enumerate(layer):
            self._rows[at].append(box)
        self._before: dict[int, list[int]] = defaultdict(list)
        self._after: dict[int, list[int]] = defaultdict(list)
        self.ways: list[list[int]] = []
        count = len(sizes)
        for source, target in lines:
            way, last = [], source
            for at in range(layer[source] + 1, layer[target]):
                self._height[count] = _PASSING
                self._rows[at].append(count)
                self._join(last, count)
                way.append(count)
                last, count = count, count + 1
            self._join(last, target)
            self.ways.append(way)

    def _join(self, one: int, other: int) -> None:
        self._after[one].append(other)
        self._before[other].append(one)

    def order(self) -> None:
        """Sweep to and fro; keep the order with the fewest crossings seen."""
        best, fewest = [list(row) for row in self._rows], self._crossings()
        for sweep in range(_SWEEPS):
            forth = sweep % 2 == 0
            for row in self._rows if forth else reversed(self._rows):
                self._sort(row, self._before if forth else self._after)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(row) for row in self._rows], crossings
        self._rows = best

    def _sort(self, row: list[int], beside: Mapping[int, Sequence[int]]) -> None:
        place = {one: at for other in self._rows for at, one in enumerate(other)}

        def centre(one: int) -> int:
            near = beside.get(one, ())
            return sum(place[other] for other in near) * 1024 // len(near) if near else place[one] * 1024

        row.sort(key=lambda one: (centre(one), place[one]))

    def _crossings(self) -> int:
        """Pairs of lines between neighbouring layers that cross, counted by inversions."""
        found = 0
        for row, following in zip(self._rows, self._rows[1:], strict=False):
            place = {one: at for at, one in enumerate(following)}
            ends = [place[other] for one in row for other in sorted(self._after[one], key=lambda it: place[it])]
            seen = [0] * (len(following) + 1)  # a Fenwick tree of the ends that came before
            for number, end in enumerate(ends):
                at, below = end + 1, 0
                while at:
                    below += seen[at]
                    at &= at - 1
                found += number - below
                at = end + 1
                while at <= len(following):
                    seen[at] += 1
                    at += at & -at
        return found

    def settle(self) -> dict[int, int]:
        """The upper edge of everything: as near its neighbours as the order of its layer allows."""
        tops: dict[int, int] = {}
        for row in self._rows:
            y = 0
            for one in row:
                tops[one] = y
                y += self._height[one] + _APART
        for sweep in range(_SWEEPS):
            forth = sweep % 2 == 0
            for row in self._rows if forth else reversed(self._rows):
                wished = []
                for one in row:
                    near = (self._before if forth else self._after).get(one) or [one]
                    centre = sum(2 * tops[other] + self._height[other] for other in near) // (2 * len(near))
                    wished.append(centre - self._height[one] // 2)
                for one, top in zip(row, self._apart(row, wished), strict=True):
                    tops[one] = top
        return tops

    def _apart(self, row: Sequence[int], wished: Sequence[int]) -> list[int]:
        """The tops nearest to those wished that keep the order and the distance (pool adjacent violators)."""
        offsets, offset = [], 0
        for one in row:
            offsets.append(offset)
            offset += self._height[one] + _APART
        pools: list[tuple[int, int]] = []  # the sum of what is wished, and how many wish it
        for wish, offset in zip(wished, offsets, strict=True):
            pools.append((wish - offset, 1))
            while len(pools) > 1 and pools[-2][0] * pools[-1][1] >= pools[-1][0] * pools[-2][1]:
                total, many = pools.pop()
                pools[-1] = (pools[-1][0] + total, pools[-1][1] + many)
        tops = [total // many for total, many in pools for _ in range(many)]
        return [top + offset for top, offset in zip(tops, offsets, strict=True)]
