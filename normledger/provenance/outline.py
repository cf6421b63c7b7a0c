"""A graph as an outline: each thing under what led to it, opened once, and folded where it says nothing new.

An act and its instrument stand on one line, since they are one deed. A thing that was opened above is named again and
not opened again; many things of one kind that lead no further are one line.

Belongs here: the order of lines. Does not belong here: how they look.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from normledger.provenance.nodes import Edge, Graph, Node, Relation

FOLD = 4
"""More ends of one kind than this, for one reason, are folded into one line."""

_ORDER: tuple[Relation, ...] = (
    "wasInvalidatedBy", "wasGeneratedBy", "wasDerivedFrom", "alternateOf", "hadMember", "wasAssociatedWith",
    "wasAttributedTo", "specializationOf", "used", "wasInfluencedBy", "actedOnBehalfOf",
)  # fmt: skip
"""What tells most comes first, since a thing is opened where it is first met."""

_DOWN: Mapping[Relation, str] = {
    "specializationOf": "of", "wasGeneratedBy": "brought forth by", "wasInvalidatedBy": "ended by",
    "hadMember": "holds", "wasDerivedFrom": "from", "alternateOf": "the same as", "used": "on",
    "wasAssociatedWith": "by", "wasAttributedTo": "by", "wasInfluencedBy": "beside", "actedOnBehalfOf": "for",
}  # fmt: skip
_UP: Mapping[Relation, str] = {
    "specializationOf": "stands as", "wasGeneratedBy": "brought forth", "wasInvalidatedBy": "ended",
    "hadMember": "held by", "wasDerivedFrom": "gave", "alternateOf": "the same as", "used": "bore",
    "wasAssociatedWith": "did", "wasAttributedTo": "stated", "wasInfluencedBy": "beside", "actedOnBehalfOf": "for",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line: how deep, what, and why it is there. `again` tells that it was opened above.

    `folded` are all things of the kind here that lead no further; `more` tells that a depth hides the rest.
    """

    depth: int
    node: Node
    why: str = ""
    again: bool = False
    folded: tuple[Node, ...] = ()
    more: bool = False


def outline(graph: Graph) -> tuple[Line, ...]:
    """A graph's lines from its root on, the way it was gathered."""
    lines: list[Line] = []
    opened: set[str] = set()
    stack: list[Line] = [Line(0, _told(graph, graph.root))]
    while stack:
        line = stack.pop()
        key = line.node.key
        if key in opened and not line.folded:
            lines.append(Line(line.depth, line.node, line.why, again=True))
            continue
        if not line.folded:
            opened |= _deed(graph, key)
        deed = frozenset({key}) if line.folded else _deed(graph, key)
        lines.append(Line(line.depth, line.node, line.why, folded=line.folded, more=not deed.isdisjoint(graph.cut)))
        if not line.folded:
            stack += reversed(_below(graph, line.depth + 1, deed))
    return tuple(lines)


def _deed(graph: Graph, key: str) -> frozenset[str]:
    """An act with its instrument, or a thing by itself."""
    kind, _, name = key.partition(":")
    other = {"act": f"instrument:{name}", "instrument": f"act:{name}"}.get(kind, key)
    return frozenset({key, other}) if other in graph.nodes else frozenset({key})


def _told(graph: Graph, key: str) -> Node:
    """A node, an act's with what is told of its instrument: that it stands, was withdrawn, or is left aside."""
    notes = [note for one in sorted(_deed(graph, key)) if (note := graph.nodes[one].note)]
    return replace(graph.nodes[min(_deed(graph, key))], note="; ".join(notes))


def _onward(graph: Graph, deed: frozenset[str]) -> list[tuple[Edge, str]]:
    return [
        (edge, further) for key in sorted(deed) for edge, further in graph.onward.get(key, ()) if further not in deed
    ]


def _below(graph: Graph, depth: int, deed: frozenset[str]) -> list[Line]:
    words = _UP if graph.up else _DOWN
    reasons: dict[str, list[Edge]] = defaultdict(list)
    for edge, further in _onward(graph, deed):
        # Both halves of a deed lead to one line.
        reasons[min(_deed(graph, further))].append(edge)
    found: list[tuple[tuple[object, ...], Line]] = []
    folding: dict[tuple[str, str], list[tuple[tuple[object, ...], Line]]] = defaultdict(list)
    for key, edges in reasons.items():
        edges.sort(key=lambda edge: (_ORDER.index(edge.relation), edge.note))
        node = _told(graph, key)
        why = ", ".join(dict.fromkeys(_why(words, edge) for edge in edges))
        standing = node.kind != "standing"
        order = (
            _ORDER.index(edges[0].relation),
            standing,
            node.kind,
            node.at is None,
            node.at or 0,
            node.label,
            node.key,
        )
        line = Line(depth, node, why)
        if _onward(graph, _deed(graph, key)):
            found.append((order, line))
        else:
            folding[node.kind, why].append((order, line))
    for group in folding.values():
        group.sort(key=lambda pair: pair[0])
        if len(group) > FOLD:
            first = group[0][1]
            found.append((group[0][0], Line(depth, first.node, first.why, folded=tuple(one.node for _, one in group))))
        else:
            found += group
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def _why(words: Mapping[Relation, str], edge: Edge) -> str:
    return f"{words[edge.relation]} ({edge.note})" if edge.note else words[edge.relation]
