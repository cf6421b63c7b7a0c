"""The doors to provenance: `down`, from anything to what it rests on; `up`, from anything to all that rests on it.

Both take a view and the name of a thing: the id, hash or digest of a norm, candidate, outcome, agreement, clause, act,
report, alignment, document or party; an account's address; a title, name or identifier; or ``kind:hash`` as in a graph.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from normledger.composition.record import TrustPolicy
from normledger.errors import InputError, NotFound
from normledger.identifiers import Hash
from normledger.ledger.answers import NormView
from normledger.ledger.queries import View
from normledger.provenance.ascent import Ascent
from normledger.provenance.lineage import Lineage
from normledger.provenance.naming import find, standing_of
from normledger.provenance.nodes import Edge, Graph, Kind, Moment, Node, ProvType, Relation

NOBODY = TrustPolicy(Hash(bytes(32)))
"""Trusts nobody: no signed alignment and no report counts."""


def down(view: View, name: str, policy: TrustPolicy = NOBODY, *, depth: int | None = None) -> Graph:
    """What the thing called `name` rests on as of the view, at most `depth` steps away.

    It starts from the thing's standing, which gathers what accrued around it; from an act's instrument, which tells
    what ended it. Raises `NotFound` or `InputError`.
    """
    lineage, key = _found(view, name, policy)
    root = standing_of(lineage, key)
    return lineage.graph(root).reachable(root, depth=_steps(depth))


def up(view: View, name: str, policy: TrustPolicy = NOBODY, *, depth: int | None = None) -> Graph:
    """All that rests on the thing called `name` as of the view, at most `depth` steps away. Raises as `down`."""
    steps = _steps(depth)
    lineage, key = _found(view, name, policy, shallow=True)
    Ascent(lineage).climb(key, steps)
    return lineage.graph(key).reachable(key, up=True, depth=steps)


def _found(view: View, name: str, policy: TrustPolicy, *, shallow: bool = False) -> tuple[Lineage, str]:
    lineage = Lineage(view, policy, shallow=shallow)
    try:
        return lineage, find(lineage, name)
    except NotFound as absent:
        # Only what the method finds is left: candidates and outcomes that nobody declared or signed.
        lineage = Lineage(view, policy, found=True, shallow=shallow)
        lineage.candidates()
        for kind in ("candidate", "standing"):
            key = f"{kind}:{name.partition(':')[2] or name}".split(".")[0] + f".{view.at.block}"
            if lineage.has(key):
                return lineage, key
        raise absent


def _steps(depth: int | None) -> int | None:
    if depth is not None and depth < 1:
        raise InputError(f"{depth} is no number of steps; give a whole number from 1 on", field="--depth")
    return depth


@dataclass(frozen=True, slots=True)
class TraceNode:
    """One node of a trace. `block` and `time` are None for what is not on the chain itself."""

    prov: ProvType
    kind: str
    label: str
    hash: str
    block: int | None = None
    time: int | None = None
    note: str = ""
    children: tuple["TraceNode", ...] = ()

    def walk(self) -> Iterator["TraceNode"]:
        """This node and all below it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()


def trace(view: View, norm: NormView, policy: TrustPolicy) -> TraceNode:
    """What a published norm rests on, as a tree for a page: norm → outcomes → clauses → agreements → acts → parties.

    The short way through the graph: what leads to nobody's act is left to `down`. A norm that was a building block of
    this one opens below its derivation, all the way down.
    """
    lineage = Lineage(view, policy, brief=True)
    lineage.norm(norm.id)
    root = f"standing:{norm.id}.{view.at.block}"
    return _Tree(lineage.graph(root)).norm(f"norm:{norm.id}", root, frozenset())


class _Tree:
    """Unrolls a graph along the short way."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def _to(self, key: str, kind: Kind, *relations: Relation) -> list[tuple[Edge, Node]]:
        """What a thing rests on, of one kind and by these relations; in the order of recording."""
        nodes, start = self._graph.nodes, f"{kind}:"
        found = [
            (edge, nodes[further])
            for edge, further in self._graph.below.get(key, ())
            if further.startswith(start) and (not relations or edge.relation in relations)
        ]
        return found if len(found) < 2 else sorted(found, key=lambda pair: (pair[1].at or Moment(0, 0), pair[1].key))

    def norm(self, key: str, standing: str, above: frozenset[str]) -> TraceNode:
        graph, above = self._graph, above | {key}
        children = [self._act(act.key, "") for _, act in self._to(key, "act", "wasGeneratedBy")]
        published = {child.hash for child in children}
        outcomes = self._to(standing, "standing", "wasDerivedFrom")
        children += [self._outcome(outcome) for _, outcome in outcomes]
        if not outcomes and not self._to(key, "outcome"):
            children.append(
                TraceNode("entity", "text", "not at hand", graph.nodes[key].hash, note="fetch it by its hash")
            )
        for _, brought in self._to(standing, "instrument"):
            if brought.hash not in published:
                children.append(self._act(f"act:{brought.hash}", brought.note))
        for _, text in self._to(key, "text", "wasDerivedFrom"):
            blocks = [one.key for _, one in self._to(text.key, "norm") if one.key not in above]
            within = tuple(self.norm(one, graph.standing_of(one), above) for one in blocks)
            children.append(_line(text, "derivation", within))
        return _line(graph.nodes[key], "norm", tuple(children))

    def _outcome(self, standing: Node) -> TraceNode:
        graph, clauses = self._graph, []
        asked = [
            clause.key for _, one in self._to(standing.key, "alignment") for _, clause in self._to(one.key, "clause")
        ]
        for edge, one in self._to(standing.key, "standing", "wasDerivedFrom"):
            for _, clause in self._to(one.key, "clause", "specializationOf"):
                under = [self._agreement(agreement, one.key) for _, agreement in self._to(one.key, "agreement")]
                clauses.append(_line(clause, "clause", tuple(under), edge.note))
            for _, text in self._to(one.key, "text", "specializationOf"):
                for _, clause in self._to(text.key, "clause", "hadMember"):
                    if clause.key in asked:
                        clauses.append(_line(clause, "clause", (self._reported(text, one.key),), edge.note))
        for _, text in self._to(standing.key, "outcome", "specializationOf"):
            return _line(text, "outcome", tuple(dict.fromkeys(clauses)))
        return _line(graph.nodes[standing.key], "outcome", tuple(dict.fromkeys(clauses)))

    def _agreement(self, agreement: Node, clause: str) -> TraceNode:
        bearing = self._to(clause, "instrument", "hadMember")
        acts = tuple(self._act(f"act:{one.hash}", one.note) for _, one in bearing)
        return _line(agreement, "agreement", acts, "consented")

    def _reported(self, text: Node, standing: str) -> TraceNode:
        told = []
        for _, report in self._to(standing, "report", "hadMember"):
            actors = [_line(one, one.sort, (), f"{one.note}; as reported") for _, one in self._to(report.key, "actor")]
            by = [one.label for _, one in self._to(report.key, "party", "wasAttributedTo")]
            told.append(_line(report, "report", tuple(actors), f"{report.note}; says {', '.join(by)}"))
        return _line(text, "agreement", tuple(told), "reported")

    def _act(self, key: str, note: str) -> TraceNode:
        accounts = [account.label for _, account in self._to(key, "account", "wasAssociatedWith")]
        parties = self._to(key, "party", "wasAssociatedWith")
        by = tuple(
            _line(one, one.sort or "party", (), f"{one.note}; account {', '.join(accounts)}") for _, one in parties
        )
        act = self._graph.nodes[key]
        return _line(act, "act", by, "; ".join(filter(None, (note, act.note))))


def _line(node: Node, kind: str, children: tuple[TraceNode, ...], note: str | None = None) -> TraceNode:
    told = node.note if note is None else note
    return TraceNode(node.prov, kind, node.label, node.hash, node.block, node.time, told, children)
