"""Provenance graphs of any size in the shape of real ones, made without a chain: for layouts, exports and folding."""

from dataclasses import replace
from random import Random

from normledger.identifiers import Hash, keccak
from normledger.ledger.answers import AsOf
from normledger.provenance.nodes import Edge, Graph, Kind, Moment, Node, Relation

AT = AsOf(20044, 900, keccak(b"block 900"), 1_800_000_900, True)

HOSTILE = 'a "b" <c> & \\N \n {|} ]]> \u202e evil \u2028 ”]); DROP 名 \U0001f600'
"""A label with something for every notation to stumble on."""


class Sketch:
    """Puts a graph together by short names."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []

    def node(self, kind: Kind, name: str, label: str = "", block: int | None = None, note: str = "") -> str:
        as_of = AT.block if kind in ("standing", "candidate") else None
        at = None if block is None else Moment(1_800_000_000 + block, block)
        hash_ = str(keccak(name.encode()))
        sort = name.partition(" ")[0] if kind in ("act", "instrument") else ""
        one = Node(kind, hash_ if kind != "account" else hash_[:42], label or name, at, note, as_of, sort=sort)
        self.nodes.append(one)
        return one.key

    def edge(self, source: str, relation: Relation, target: str, note: str = "", block: int | None = None) -> None:
        at = None if block is None else Moment(1_800_000_000 + block, block)
        self.edges.append(Edge(source, relation, target, note, at))

    def graph(self, root: str, *, up: bool = False) -> Graph:
        return Graph.of(root, self.nodes, self.edges, up=up)


def norm_with(endorsements: int, agreements: int = 3, clauses: int = 4) -> Graph:
    """A norm under some outcomes, on agreements between a few parties each, endorsed by many others."""
    made = Sketch()
    root = made.node("standing", "norm", "norm “No harm to those who respond to incidents”")
    norm = made.node("norm", "norm", "No harm to those who respond to incidents", 60, "exercise")
    outcome = made.node(
        "standing", "outcome", "outcome “Nobody attacks those who answer calls for help” as of block 900"
    )
    asked = made.node("outcome", "outcome", "Nobody attacks those who answer calls for help")
    made.edge(root, "specializationOf", norm)
    made.edge(root, "wasDerivedFrom", outcome, "what it asks for")
    made.edge(norm, "wasDerivedFrom", asked)
    made.edge(outcome, "specializationOf", asked)
    parties: dict[str, str] = {}

    def party(name: str) -> str:
        if name not in parties:
            parties[name] = made.node("party", name, name, 2, "state")
            account = made.node("account", f"account of {name}", f"account of {name}")
            claim, act = made.node("instrument", f"claim {name}", f"claim by {name}", 2), made.node(
                "act", f"claim {name}", f"claim by {name}", 2
            )  # fmt: skip
            made.edge(claim, "wasGeneratedBy", act, block=2)
            made.edge(claim, "wasAttributedTo", parties[name])
            made.edge(act, "wasAssociatedWith", parties[name])
            made.edge(act, "wasAssociatedWith", account)
        return parties[name]

    def act(term: str, name: str, block: int, on: str, note: str = "") -> str:
        who = party(name)
        done = made.node("act", f"{term} {name} {block}", f"{term} by {name}", block)
        brought = made.node("instrument", f"{term} {name} {block}", f"{term} by {name}", block, note)
        made.edge(brought, "wasGeneratedBy", done, block=block)
        made.edge(done, "used", on, "what it is about", block)
        made.edge(done, "used", f"instrument:{keccak(f'claim {name}'.encode())}", "tenure of the account", block)
        made.edge(done, "wasAssociatedWith", who, "in its name")
        return brought

    for number in range(agreements):
        text = made.node("text", f"text {number}", f"Treaty {number} on the use of networks")
        agreement = made.node(
            "agreement", f"agreement {number}", f"Treaty {number} on the use of networks", 10 + number
        )
        made.edge(agreement, "specializationOf", text)
        signed = [act("signature", f"Party {number}{letter}", 10 + number, text) for letter in "AB"]
        for one in signed:
            made.edge(agreement, "wasGeneratedBy", "act:" + one.partition(":")[2], "founded by", 10 + number)
        for place in range(clauses):
            clause = made.node("clause", f"clause {number}.{place}", f"{place}. Neither Party attacks a response team.")
            made.edge(text, "hadMember", clause)
        bound = made.node("standing", f"clause {number}.0", "clause 0. Neither Party attacks a response team.")
        made.edge(bound, "specializationOf", f"clause:{keccak(f'clause {number}.0'.encode())}")
        made.edge(bound, "wasDerivedFrom", agreement, "where it stands")
        for one in signed:
            made.edge(bound, "hadMember", one, "bound by it")
        made.edge(outcome, "wasDerivedFrom", bound, "asks for the same, its parties declare")
    published = act("publication", "Publisher", 60, asked)
    made.edge(norm, "wasGeneratedBy", "act:" + published.partition(":")[2], block=60)
    made.edge(root, "hadMember", published)
    for number in range(endorsements):
        made.edge(root, "hadMember", act("endorsement", f"Endorser {number}", 100 + number, norm, "stands"))
    return made.graph(root)


def hash_of(name: str) -> Hash:
    return keccak(name.encode())


def shuffled(graph: Graph, seed: int) -> Graph:
    """The same graph, put together in another order."""
    nodes, edges = list(graph.nodes.values()), list(graph.edges)
    Random(seed).shuffle(nodes)
    Random(seed + 1).shuffle(edges)
    return Graph.of(graph.root, nodes, edges, up=graph.up)


def labelled(graph: Graph, label: str) -> Graph:
    """The same graph, whose things all have this label and this note."""
    nodes = [replace(node, label=label, note=label) for node in graph.nodes.values()]
    return Graph.of(graph.root, nodes, [replace(edge, note=label) for edge in graph.edges], up=graph.up)


def example() -> Graph:
    """What docs/reference/provenance.md shows: an endorsement of a norm, withdrawn again."""
    made = Sketch()
    root = made.node("standing", "norm", "norm “Safe answers”")
    norm = made.node("norm", "norm", "Safe answers", 18)
    party = made.node("party", "Norvale", "Norvale", 6, "state, claims to be exercise:state:norvale")
    made.edge(root, "specializationOf", norm)
    for term, block in (("endorsement", 19), ("withdrawal", 27)):
        act = made.node("act", f"{term} by Norvale", "", block)
        instrument = made.node("instrument", f"{term} by Norvale", "", block, "withdrawn" if block == 19 else "")
        made.edge(act, "used", norm, "what it is about", block)
        made.edge(act, "wasAssociatedWith", party, "in its name")
        made.edge(instrument, "wasGeneratedBy", act, block=block)
        made.edge(root, "wasDerivedFrom", instrument)
    withdrawn, by = (f"{kind}:{hash_of(f'{term} by Norvale')}" for kind, term in
                     (("instrument", "endorsement"), ("act", "withdrawal")))  # fmt: skip
    made.edge(withdrawn, "wasInvalidatedBy", by, "withdrawn", 27)
    return made.graph(root)


def deed() -> Graph:
    """The example's endorsement alone: its act, and the instrument that it brought forth."""
    whole = example()
    kept = [node for node in whole.nodes.values() if node.label == "endorsement by Norvale"]
    keys = {node.key for node in kept}
    return Graph.of(min(keys), kept, [edge for edge in whole.edges if {edge.source, edge.target} <= keys])
