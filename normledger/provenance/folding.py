"""Brings a graph to a size that can be looked at: things that stand in the same place become one box.

Two things stand in the same place when they are of one kind and rest on, and bear, things of the same places: a colour
refinement (Weisfeiler and Leman 1968), stopped where it would give more boxes than can be read.

Belongs here: which nodes share a box. Does not belong here: where a box stands (`layout`) and how it looks (`drawing`).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from normledger.provenance.nodes import Graph, Node, Relation

READABLE = 64
"""Up to so many nodes each has a box of its own."""

_BOXES = 36
"""About so many boxes there are at most where nodes share them."""


@dataclass(frozen=True, slots=True)
class Box:
    """What is drawn as one: `nodes` in ascending order of label, then key."""

    nodes: tuple[Node, ...]

    @property
    def key(self) -> str:
        """The first one's: the box's name."""
        return self.nodes[0].key


@dataclass(frozen=True, slots=True)
class Link:
    """All edges of one relation from a box to another, by their places in the list of boxes; how many they are."""

    source: int
    relation: Relation
    target: int
    count: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """Boxes, the root's first, and links between them."""

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]


def fold(graph: Graph) -> Folded:
    """A graph in as many boxes as can be read; every node is in exactly one."""
    classes = _refined(graph, _BOXES) if len(graph.nodes) > READABLE else {key: (key,) for key in graph.nodes}
    members: dict[tuple[str, ...], list[Node]] = defaultdict(list)
    for key, node in graph.nodes.items():
        members[classes[key]].append(node)
    grouped = (Box(tuple(sorted(nodes, key=lambda node: (node.label, node.key)))) for nodes in members.values())
    boxes = sorted(grouped, key=lambda box: (box.key != graph.root, box.key))
    place = {node.key: at for at, box in enumerate(boxes) for node in box.nodes}
    links: dict[tuple[int, Relation, int], list[str]] = defaultdict(list)
    for edge in graph.edges:
        links[place[edge.source], edge.relation, place[edge.target]].append(edge.note)
    return Folded(
        tuple(boxes),
        tuple(
            Link(source, relation, target, len(notes), tuple(sorted(set(notes) - {""})))
            for (source, relation, target), notes in sorted(links.items())
        ),
    )


_Class = tuple[str, ...]


def _refined(graph: Graph, most: int) -> Mapping[str, _Class]:
    """Classes split as far as `most` allows, those with few members first: what is rare says more."""
    classes: dict[str, _Class] = {
        key: ("",) if key == graph.root else (node.kind, node.sort) for key, node in graph.nodes.items()
    }
    while True:
        views: dict[_Class, dict[tuple[object, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
        for key in graph.nodes:
            around = {
                (way, edge.relation, classes[other])
                for way, found in (("down", graph.below), ("up", graph.above))
                for edge, other in found.get(key, ())
            }
            views[classes[key]][tuple(sorted(around))].append(key)
        count, split = len(views), False
        for name, parts in sorted(views.items(), key=lambda item: (sum(map(len, item[1].values())), item[0])):
            if len(parts) > 1 and count + len(parts) - 1 <= most:
                count += len(parts) - 1
                split = True
                for number, (_, keys) in enumerate(sorted(parts.items(), key=lambda item: min(item[1]))):
                    for key in keys:
                        classes[key] = (*name, f"{number:04d}")
        if not split:
            break
    # Whoever is few enough stands alone: no colour tells two founders of one agreement apart, their names do.
    members: dict[_Class, list[str]] = defaultdict(list)
    for key, name in classes.items():
        members[name].append(key)
    count = len(members)
    for name, keys in sorted(members.items(), key=lambda item: (len(item[1]), item[0])):
        if 1 < len(keys) <= 4 and count + len(keys) - 1 <= most:
            count += len(keys) - 1
            for key in keys:
                classes[key] = (*name, key)
    return classes
