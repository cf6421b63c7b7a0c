"""Checks a graph against those of the PROV-CONSTRAINTS (W3C Recommendation, 30 April 2013) that it can break.

The recommendation orders events: an entity's generation, its uses, its invalidation; an activity's start and end. One
event *precedes* another, or strictly does; a graph is valid where no event strictly precedes itself. So the events and
what precedes what are laid out here as a second graph, known moments among them, and its circles are sought.

    22  one description per name                       42  derived from: generated strictly later
    24  one generation by one activity                 45  the special is generated after the general
    25  one invalidation by one activity               46  the special is invalidated before the general
    30  an activity starts before it ends              47  an agent is there before an activity of its own ends
    33  it uses within its time                        50  typing: what stands at which end of a relation
    34  it generates within its time                   52  nothing specializes itself
    36  generation precedes invalidation               55  nothing is both an entity and an activity
    37  generation precedes usage
    38  usage precedes invalidation
    39  all generations of an entity are at once
    40  all invalidations of an entity are at once

What our graphs cannot say (starts by entities, plans, empty collections, mentions) has no check here.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from normledger.errors import IntegrityError
from normledger.provenance.nodes import Edge, Graph, Moment, Node, Relation

_ENDS: Mapping[Relation, tuple[str, str]] = {
    "used": ("activity", "entity"),
    "wasGeneratedBy": ("entity", "activity"),
    "wasInvalidatedBy": ("entity", "activity"),
    "wasDerivedFrom": ("entity", "entity"),
    "wasAttributedTo": ("entity", "agent"),
    "wasAssociatedWith": ("activity", "agent"),
    "actedOnBehalfOf": ("agent", "agent"),
    "specializationOf": ("entity", "entity"),
    "alternateOf": ("entity", "entity"),
    "hadMember": ("entity", "entity"),
}
"""What each relation types its ends as (constraint 50); `wasInfluencedBy` takes anything."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One constraint that a graph breaks, by its number in the recommendation, and where."""

    constraint: int
    message: str

    def __str__(self) -> str:
        return f"PROV-CONSTRAINTS {self.constraint}: {self.message}"


def check(graph: Graph) -> tuple[Violation, ...]:
    """All that is wrong with a graph, by number; empty where it is valid."""
    found = [*_names(graph), *_types(graph), *_once(graph), *_specializations(graph)]
    # Without types there is no telling which events there are.
    if not any(one.constraint in (22, 50, 55) for one in found):
        found += _Events(graph).circles()
    return tuple(sorted(set(found), key=lambda one: (one.constraint, one.message)))


def demand_valid(graph: Graph) -> None:
    """Raise `IntegrityError` with the first constraint that a graph breaks."""
    for violation in check(graph):
        raise IntegrityError(f"This graph is no valid provenance ({violation}); please report it with the block.")


def _names(graph: Graph) -> Iterator[Violation]:
    for key, node in graph.nodes.items():
        if node.key != key:
            yield Violation(22, f"{key} is described as {node.key}")
    for edge in graph.edges:
        for end in (edge.source, edge.target, *([edge.activity] if edge.activity else [])):
            if end not in graph.nodes:
                yield Violation(22, f"{end} is named by {edge.relation} and described nowhere")


def _types(graph: Graph) -> Iterator[Violation]:
    for edge in graph.edges:
        ends = _ENDS.get(edge.relation, ())
        for end, expected in zip((edge.source, edge.target), ends, strict=False):
            if end not in graph.nodes:
                continue
            is_now = graph.nodes[end].prov
            if is_now == expected:
                continue
            number = 55 if {is_now, expected} == {"entity", "activity"} else 50
            yield Violation(number, f"{end} is an {is_now}, and {edge.relation} makes it an {expected}")
        if edge.activity in graph.nodes and graph.nodes[edge.activity].prov != "activity":
            yield Violation(50, f"{edge.activity} is no activity, and {edge.relation} makes it one")


def _once(graph: Graph) -> Iterator[Violation]:
    """One event for one entity and one activity (24, 25); one moment for all that generated or ended it (39, 40)."""
    for relation, unique, simultaneous in (("wasGeneratedBy", 24, 39), ("wasInvalidatedBy", 25, 40)):
        by_pair: dict[tuple[str, str], set[Moment | None]] = defaultdict(set)
        by_entity: dict[str, set[Moment]] = defaultdict(set)
        for edge in graph.edges:
            if edge.relation == relation:
                by_pair[edge.source, edge.target].add(edge.at)
                if edge.at is not None:
                    by_entity[edge.source].add(edge.at)
        for (entity, activity), moments in by_pair.items():
            if len(moments) > 1:
                yield Violation(unique, f"{entity} {relation} {activity} at {len(moments)} moments")
        for entity, known in by_entity.items():
            if len(known) > 1:
                yield Violation(simultaneous, f"{entity} {relation} several, and not at one moment")


def _specializations(graph: Graph) -> Iterator[Violation]:
    general: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        if edge.relation == "specializationOf":
            general[edge.source].append(edge.target)
    for start in general:
        seen, queue = set(general[start]), list(general[start])
        for key in queue:
            queue += (further := [one for one in general.get(key, ()) if one not in seen])
            seen |= set(further)
        if start in seen:
            yield Violation(52, f"{start} specializes itself")


_Event = tuple[str, ...]

_CIRCLES = 40
"""So many are told of a graph at most: one is enough to refuse it."""


class _Events:
    """The events of a graph and what precedes what, each with its constraint's number and whether strictly."""

    def __init__(self, graph: Graph) -> None:
        self._after: dict[_Event, list[tuple[_Event, int, bool]]] = defaultdict(list)
        self._moments: dict[Moment, set[_Event]] = defaultdict(set)
        for node in graph.nodes.values():
            self._node(node)
        for edge in graph.edges:
            self._edge(edge, graph)
        self._clock()

    def _precedes(self, first: _Event, second: _Event, number: int, *, strictly: bool = False) -> None:
        self._after[first].append((second, number, strictly))

    def _at(self, event: _Event, moment: Moment | None) -> None:
        if moment is not None:
            self._moments[moment].add(event)

    def _node(self, node: Node) -> None:
        key = node.key
        if node.prov == "entity":
            self._precedes(("generated", key), ("invalidated", key), 36)
        elif node.prov == "activity":
            self._precedes(("start", key), ("end", key), 30)
            self._at(("start", key), node.at)
            self._at(("end", key), node.ends or node.at)
        else:
            self._at(("there", key), node.at)

    def _edge(self, edge: Edge, graph: Graph) -> None:
        source, target = edge.source, edge.target
        match edge.relation:
            case "used":
                use = ("used", source, target, str(edge.at))
                self._at(use, edge.at)
                self._within(use, source, 33)
                self._precedes(("generated", target), use, 37)
                self._precedes(use, ("invalidated", target), 38)
            case "wasGeneratedBy":
                self._at(("generated", source), edge.at)
                self._within(("generated", source), target, 34)
            case "wasInvalidatedBy":
                self._at(("invalidated", source), edge.at)
                self._within(("invalidated", source), target, 34)
            case "wasDerivedFrom":
                self._precedes(("generated", target), ("generated", source), 42, strictly=True)
            case "specializationOf":
                self._precedes(("generated", target), ("generated", source), 45)
                self._precedes(("invalidated", source), ("invalidated", target), 46)
            case "wasAssociatedWith":
                if graph.nodes[target].at is not None:
                    self._precedes(("there", target), ("end", source), 47)

    def _within(self, event: _Event, activity: str, number: int) -> None:
        self._precedes(("start", activity), event, number)
        self._precedes(event, ("end", activity), number)

    def _clock(self) -> None:
        """What happened at known moments: each event at its own, the moments one after the other."""
        order = sorted(self._moments)
        for moment in order:
            for event in self._moments[moment]:
                self._precedes(event, ("moment", str(moment)), 0)
                self._precedes(("moment", str(moment)), event, 0)
        for first, second in pairwise(order):
            self._precedes(("moment", str(first)), ("moment", str(second)), 0, strictly=True)

    def circles(self) -> Iterator[Violation]:
        """For each event that strictly precedes another and follows it too: the shortest chain that says so."""
        group = _groups({event: [one[0] for one in after] for event, after in self._after.items()})
        left = _CIRCLES
        for event, after in self._after.items():
            for further, number, strictly in after:
                if strictly and group[event] == group[further] and left:
                    left -= 1
                    for constraint, said in [*self._way(further, event, group), *([(number, "")] if number else [])]:
                        yield Violation(constraint, said or f"{_told(event)} precedes itself")

    def _way(self, start: _Event, goal: _Event, group: Mapping[_Event, int]) -> list[tuple[int, str]]:
        """The constraints on a way between two events of a group, as few as may be; what the clock says is free."""
        before: dict[_Event, tuple[_Event, int]] = {}
        settled: set[_Event] = set()
        queue: deque[_Event] = deque([start])
        cost = {start: 0}
        while queue:
            event = queue.popleft()
            if event in settled:
                continue
            settled.add(event)
            for further, number, _ in self._after.get(event, ()):
                if group[further] != group[start] or cost[event] + (number > 0) >= cost.get(further, 1 << 30):
                    continue
                cost[further] = cost[event] + (number > 0)
                before[further] = (event, number)
                if number:
                    queue.append(further)
                else:
                    queue.appendleft(further)
        steps = []
        while goal != start:
            earlier, number = before[goal]
            if number:
                steps.append((number, f"{_told(earlier)} precedes {_told(goal)}, and the other way round"))
            goal = earlier
        return steps


def _told(event: _Event) -> str:
    """``text:0x… is generated``."""
    return f"{event[1]} is {event[0]}"


def _groups(after: Mapping[_Event, list[_Event]]) -> dict[_Event, int]:
    """The strongly connected components (Tarjan 1972, without recursion): each event's number."""
    index: dict[_Event, int] = {}
    low: dict[_Event, int] = {}
    group: dict[_Event, int] = {}
    stack: list[_Event] = []
    for start in after:
        if start in index:
            continue
        index[start] = low[start] = len(index)
        stack.append(start)
        work = [(start, iter(after.get(start, ())))]
        while work:
            event, rest = work[-1]
            for further in rest:
                if further not in index:
                    index[further] = low[further] = len(index)
                    stack.append(further)
                    work.append((further, iter(after.get(further, ()))))
                    break
                if further not in group:
                    low[event] = min(low[event], index[further])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[event])
                if low[event] == index[event]:
                    while True:
                        member = stack.pop()
                        group[member] = index[event]
                        if member == event:
                            break
    return group
