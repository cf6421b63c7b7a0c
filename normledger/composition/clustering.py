"""Average linkage: from similar pairs to groups (Sokal and Michener 1958).

Belongs here: joining, exactly and in a fixed order. Does not belong here: what a similarity is (`alignment`).
"""

import heapq
from collections.abc import Mapping, Sequence


def link(similar: Sequence[Mapping[int, int]], least: int) -> list[tuple[int, ...]]:
    """Groups of indices, so that no two groups' mean similarity reaches `least`; the closest two are joined first.

    `similar[i][j]` is the similarity of i and j, a whole number, 0 if absent; the matrix is symmetric; `least` is more
    than 0. The queue holds means as integers floor(sum · 2^64 / pairs): groups have fewer than 2^16 members each, so
    two different means differ by more than 2^-64, and the integers are ordered exactly as the fractions are. Ties go
    to the smallest indices, and a joined group keeps the smaller of its two.
    """
    near = [dict(row) for row in similar]
    members: list[tuple[int, ...]] = [(index,) for index in range(len(near))]
    queue: list[tuple[int, int, int]] = []
    for one, row in enumerate(near):
        queue += [(-(value << 64), one, other) for other, value in row.items() if one < other and value >= least]
    heapq.heapify(queue)
    while queue:
        offered, one, other = heapq.heappop(queue)
        mine, theirs = near[one], near[other]
        total = mine.get(other)
        if total is None or -offered != (total << 64) // (len(members[one]) * len(members[other])):
            continue
        members[one] += members[other]
        members[other] = ()
        near[other] = {}
        del mine[other]
        size = len(members[one])
        for third, value in theirs.items():
            if third == one:
                continue
            total = mine[third] = mine.get(third, 0) + value
            row = near[third]
            del row[other]
            row[one] = total
        for third, total in mine.items():
            pairs = size * len(members[third])
            if total >= least * pairs:
                place = (one, third) if one < third else (third, one)
                heapq.heappush(queue, (-((total << 64) // pairs), *place))
    return [tuple(sorted(group)) for group in members if group]
