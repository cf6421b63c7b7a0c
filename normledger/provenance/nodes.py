"""A provenance graph as a value: things, and why one rests on another, in the words of W3C PROV-DM.

Every relation points from what rests to what it rests on, as PROV writes it: a thing at the left of `wasGeneratedBy`
could not be what it is without the one at its right. So *down* is along the arrows, *up* against them.

Belongs here: nodes, edges, and what is reachable. Does not belong here: which node rests on which (`lineage`), and how
a graph is written (`exports`, `drawing`, `outline`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Literal

from normledger.acts.act import Recorded

ProvType = Literal["entity", "activity", "agent"]
Kind = Literal[
    "account", "act", "actor", "agreement", "alignment", "candidate", "clause", "instrument", "norm", "outcome",
    "party", "report", "standing", "text",
]  # fmt: skip
Relation = Literal[
    "used",
    "wasGeneratedBy",
    "wasInvalidatedBy",
    "wasDerivedFrom",
    "wasAttributedTo",
    "wasAssociatedWith",
    "actedOnBehalfOf",
    "specializationOf",
    "alternateOf",
    "hadMember",
    "wasInfluencedBy",
]

PROV_TYPE: Mapping[str, ProvType] = {"act": "activity", "account": "agent", "actor": "agent", "party": "agent"}
"""What is not an entity."""

SYMMETRIC = "alternateOf"
"""The one relation without a direction: it is followed both ways."""


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """When an event was: `time` in Unix seconds, then its block, its log there and its place in that log, which order
    what one second holds. An event that no block holds (a notice that ran out) comes after all blocks of its second.
    """

    time: int
    block: int = 1 << 63
    index: int = 0
    place: int = 0

    @classmethod
    def of(cls, recorded: Recorded) -> "Moment":
        """Of what the chain recorded."""
        return cls(recorded.time, *recorded.order)


@dataclass(frozen=True, slots=True)
class Node:
    """One thing. `hash` opens on the register (an account's is its address); `label` is what people read.

    `at` is when the chain recorded it, None for what is not on the chain itself; `ends` is when an activity's effect
    came, where notice ran. `as_of` is set for what is only so as of a block: it is part of the node's name. `sort`
    tells more of the kind: an act's, a party's, a document's type, whose standing it is.
    """

    kind: Kind
    hash: str
    label: str
    at: Moment | None = None
    note: str = ""
    as_of: int | None = None
    ends: Moment | None = None
    sort: str = ""

    @property
    def key(self) -> str:
        """Its name in the graph, ``kind:hash``, with the block where it is only so as of a block."""
        return f"{self.kind}:{self.hash}" if self.as_of is None else f"{self.kind}:{self.hash}.{self.as_of}"

    @property
    def prov(self) -> ProvType:
        """Entity, activity or agent."""
        return PROV_TYPE.get(self.kind, "entity")

    @property
    def block(self) -> int | None:
        """The block that recorded it."""
        return self.at.block if self.at else None

    @property
    def time(self) -> int | None:
        """That block's time, in Unix seconds."""
        return self.at.time if self.at else None


@dataclass(frozen=True, slots=True)
class Edge:
    """That `source` rests on `target`, by key. `at` is the event's moment where the relation is one.

    `activity` is the act for which an account acted on somebody's behalf.
    """

    source: str
    relation: Relation
    target: str
    note: str = ""
    at: Moment | None = None
    activity: str = ""


_PLACE = attrgetter("source", "relation", "target", "activity", "note")


def in_order(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """These edges, each once, in ascending order."""
    return tuple(sorted(dict.fromkeys(edges), key=_PLACE))


@dataclass(frozen=True)
class Graph:
    """Nodes by key and edges, both in ascending order, seen from `root`; `up` tells which way it was gathered.

    `cut` are the keys at which a depth ended the way although more lies beyond.
    """

    root: str
    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    up: bool = False
    cut: frozenset[str] = frozenset()

    @classmethod
    def of(cls, root: str, nodes: Iterable[Node], edges: Iterable[Edge], *, up: bool = False) -> "Graph":
        """A graph of these nodes and edges, in whatever order they come."""
        known = {node.key: node for node in nodes}
        sorted_ = {key: known[key] for key in sorted(known)}
        return cls(root, sorted_, in_order(edges), up)

    @cached_property
    def below(self) -> Mapping[str, tuple[tuple[Edge, str], ...]]:
        """By key, the edges to what it rests on, each with the key at its other end."""
        return _neighbours(self.edges, up=False)

    @cached_property
    def above(self) -> Mapping[str, tuple[tuple[Edge, str], ...]]:
        """By key, the edges from what rests on it, each with the key at its other end."""
        return _neighbours(self.edges, up=True)

    @property
    def onward(self) -> Mapping[str, tuple[tuple[Edge, str], ...]]:
        """The way this graph was gathered."""
        return self.above if self.up else self.below

    def standing_of(self, key: str) -> str:
        """The standing of a thing, which specializes it; the thing itself where it has none here."""
        standing = (edge.source for edge, _ in self.above.get(key, ()) if edge.relation == "specializationOf")
        return next((one for one in standing if self.nodes[one].kind == "standing"), key)

    def reachable(self, start: str, *, up: bool = False, depth: int | None = None) -> "Graph":
        """What `start` rests on, or with `up` what rests on it: at most `depth` steps away.

        Of the edges, those between two nodes that are there.
        """
        onward = self.above if up else self.below
        far = {start: 0}
        queue = [start]
        cut = set()
        for key in queue:
            for _, further in onward.get(key, ()):
                if further in far:
                    continue
                if depth is not None and far[key] >= depth:
                    cut.add(key)
                    continue
                far[further] = far[key] + 1
                queue.append(further)
        edges = tuple(
            edge
            for edge in self.edges
            if edge.source in far and edge.target in far and (not edge.activity or edge.activity in far)
        )
        return Graph(start, {key: self.nodes[key] for key in sorted(far)}, edges, up, frozenset(cut))


def _neighbours(edges: Iterable[Edge], *, up: bool) -> Mapping[str, tuple[tuple[Edge, str], ...]]:
    found: dict[str, list[tuple[Edge, str]]] = defaultdict(list)
    for edge in edges:
        if edge.activity:  # on whose behalf one act was done says nothing of an account's other acts
            continue
        near, further = (edge.target, edge.source) if up else (edge.source, edge.target)
        found[near].append((edge, further))
        if edge.relation == SYMMETRIC:
            found[further].append((edge, near))
    return {key: tuple(pairs) for key, pairs in found.items()}
