"""Each constraint has a graph that breaks it alone, and a sound graph breaks none."""

from dataclasses import replace
from itertools import pairwise

import pytest

from normledger.errors import IntegrityError
from normledger.provenance.constraints import check, demand_valid
from normledger.provenance.exports import NOTATIONS
from normledger.provenance.nodes import Edge, Graph, Moment, Node
from tests.provenance.graphs import AT, norm_with


def node(kind: str, letter: str, block: int | None = None) -> Node:
    at = None if block is None else Moment(block, block)
    return Node(kind, "0x" + letter * 64, letter, at)  # type: ignore[arg-type]


ACT, LATER = node("act", "a", 10), node("act", "b", 20)
ONE, TWO, THREE = node("text", "1"), node("text", "2"), node("text", "3")
PARTY = node("party", "f", 10)
NODES = (ACT, LATER, ONE, TWO, THREE, PARTY)


def edge(source: Node, relation: str, target: Node, block: int | None = None, **more: str) -> Edge:
    at = None if block is None else Moment(block, block)
    return Edge(source.key, relation, target.key, at=at, **more)  # type: ignore[arg-type]


def broken(*edges: Edge) -> list[int]:
    return sorted({one.constraint for one in check(Graph.of(ONE.key, NODES, edges))})


def test_sound_graphs_break_nothing() -> None:
    assert check(norm_with(5)) == ()
    sound = (
        edge(ONE, "wasGeneratedBy", ACT, 10), edge(LATER, "used", ONE, 20), edge(ONE, "wasInvalidatedBy", LATER, 20),
        edge(TWO, "wasGeneratedBy", LATER, 20), edge(TWO, "wasDerivedFrom", ONE), edge(THREE, "specializationOf", ONE),
        edge(THREE, "alternateOf", TWO), edge(ACT, "wasAssociatedWith", PARTY), edge(ONE, "wasAttributedTo", PARTY),
    )  # fmt: skip
    assert broken(*sound) == []


CASES = {
    "24, generated twice by one activity": [
        edge(ONE, "wasGeneratedBy", ACT, 10), edge(ONE, "wasGeneratedBy", ACT, 11)],
    "25, ended twice by one activity": [
        edge(ONE, "wasInvalidatedBy", ACT, 10), edge(ONE, "wasInvalidatedBy", ACT, 11)],
    "33, used outside the activity": [edge(ACT, "used", ONE, 11)],
    "34, generated outside the activity": [edge(ONE, "wasGeneratedBy", ACT, 9)],
    "34, ended outside the activity": [edge(ONE, "wasInvalidatedBy", ACT, 12)],
    "36, ended before it was": [
        edge(ONE, "wasGeneratedBy", LATER, 20), edge(ONE, "wasInvalidatedBy", ACT, 10)],
    "37, used before it was": [edge(ONE, "wasGeneratedBy", LATER, 20), edge(ACT, "used", ONE, 10)],
    "38, used after its end": [edge(ONE, "wasInvalidatedBy", ACT, 10), edge(LATER, "used", ONE, 20)],
    "39, generated at two moments": [
        edge(ONE, "wasGeneratedBy", ACT, 10), edge(ONE, "wasGeneratedBy", LATER, 20)],
    "40, ended at two moments": [
        edge(ONE, "wasInvalidatedBy", ACT, 10), edge(ONE, "wasInvalidatedBy", LATER, 20)],
    "42, derived from what came later": [
        edge(ONE, "wasGeneratedBy", ACT, 10), edge(TWO, "wasGeneratedBy", LATER, 20),
        edge(ONE, "wasDerivedFrom", TWO)],
    "42, derived in a circle": [
        edge(ONE, "wasDerivedFrom", TWO), edge(TWO, "wasDerivedFrom", THREE), edge(THREE, "wasDerivedFrom", ONE)],
    "42, derived from itself": [edge(ONE, "wasDerivedFrom", ONE)],
    "45, special before general": [
        edge(ONE, "wasGeneratedBy", ACT, 10), edge(TWO, "wasGeneratedBy", LATER, 20),
        edge(ONE, "specializationOf", TWO)],
    "46, general ended before special": [
        edge(ONE, "wasInvalidatedBy", LATER, 20), edge(TWO, "wasInvalidatedBy", ACT, 10),
        edge(ONE, "specializationOf", TWO)],
    "50, an agent generated": [edge(PARTY, "wasGeneratedBy", ACT, 10)],
    "50, on behalf in what is no activity": [edge(PARTY, "actedOnBehalfOf", PARTY, activity=ONE.key)],
    "52, specializes itself": [edge(ONE, "specializationOf", TWO), edge(TWO, "specializationOf", ONE)],
    "55, an entity used": [edge(ONE, "used", TWO)],
    "55, an activity derived": [edge(ACT, "wasDerivedFrom", TWO)],
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_broken_graph_is_named_by_its_constraint(case: str) -> None:
    number = int(case.partition(",")[0])
    # Twice by one activity is at two moments besides.
    assert broken(*CASES[case]) == [number, *({24: [39], 25: [40]}.get(number, []))]


def test_an_activity_that_ends_before_it_starts_breaks_30() -> None:
    backward = replace(ACT, ends=Moment(5, 5))
    assert {one.constraint for one in check(Graph.of(ACT.key, [backward], []))} == {30}


def test_an_agent_that_comes_after_its_activity_breaks_47() -> None:
    late = node("party", "e", 30)
    found = check(Graph.of(ACT.key, [ACT, late], [edge(ACT, "wasAssociatedWith", late)]))
    assert {one.constraint for one in found} == {47}


def test_a_name_without_a_description_or_with_two_breaks_22() -> None:
    assert {one.constraint for one in check(Graph.of(ONE.key, [ONE], [edge(ONE, "wasDerivedFrom", TWO)]))} == {22}
    assert {one.constraint for one in check(Graph(ONE.key, {ONE.key: TWO}, ()))} == {22}


def test_a_long_chain_of_derivations_is_no_recursion() -> None:
    nodes = [Node("text", f"0x{number:064x}", str(number)) for number in range(5_000)]
    chain = [edge(one, "wasDerivedFrom", other) for one, other in pairwise(nodes)]
    assert check(Graph.of(nodes[0].key, nodes, chain)) == ()
    assert check(Graph.of(nodes[0].key, nodes, [*chain, edge(nodes[-1], "wasDerivedFrom", nodes[0])]))


@pytest.mark.parametrize("notation", NOTATIONS)
def test_nothing_invalid_is_written(notation: str) -> None:
    wrong = Graph.of(ONE.key, NODES, [edge(ONE, "wasDerivedFrom", ONE)])
    with pytest.raises(IntegrityError, match="PROV-CONSTRAINTS 42"):
        NOTATIONS[notation][0](wrong, AT)
    with pytest.raises(IntegrityError):
        demand_valid(wrong)
