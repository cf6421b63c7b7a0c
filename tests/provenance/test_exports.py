"""Every notation is read back by others' parsers and holds the same facts; the same graph gives the same bytes."""

import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from prov.model import ProvDocument
from rdflib.compare import isomorphic

from normledger.errors import InputError
from normledger.ledger.answers import AsOf
from normledger.provenance import exports
from normledger.provenance.exports import NOTATIONS
from normledger.provenance.graph import down
from normledger.provenance.nodes import Edge, Graph, Node
from normledger.workspace import composing
from tests.evidence.story import Story
from tests.provenance.graphs import AT, HOSTILE, example, labelled, norm_with, shuffled

_PROV = "http://www.w3.org/ns/prov#"


@contextmanager
def others_warnings() -> Iterator[None]:
    """rdflib's parsers warn of rdflib's own classes; nothing of ours is silenced by it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def parsed(text: str, notation: str) -> rdflib.Graph:
    with others_warnings():
        return rdflib.Graph().parse(data=text, format=notation)


def read_back(graph: Graph, at: AsOf) -> None:
    """Assert that each notation, read by others, says what the graph says."""
    document = exports.document(graph, at)
    assert ProvDocument.deserialize(content=exports.prov_json(graph, at), format="json") == document
    assert ProvDocument.deserialize(content=exports.prov_n(graph, at), format="provn") == document
    turtle, json_ld = parsed(exports.turtle(graph, at), "turtle"), parsed(exports.json_ld(graph, at), "json-ld")
    # Blank nodes are all distinct by what they say, so that comparing what is said of them is enough.
    assert named(turtle) == named(json_ld) == named(exports.triples(graph, at))
    facts = {(str(a), str(b).removeprefix(_PROV), str(c)) for a, b, c in turtle if str(b).startswith(_PROV)}
    places = exports.namespaces(graph, at)

    def iri(key: str) -> str:
        kind, _, local = key.partition(":")
        return places[kind] + local

    for edge in graph.edges:
        assert (iri(edge.source), edge.relation, iri(edge.target)) in facts
    labels = {str(a): str(c) for a, c in turtle.subject_objects(rdflib.RDFS.label)}
    assert labels == {iri(key): node.label for key, node in graph.nodes.items()}
    with others_warnings():
        theirs = ProvDocument.deserialize(content=exports.turtle(graph, at), format="rdf", rdf_format="turtle")
    assert all(record in theirs.records for record in document.records)


def named(triples: rdflib.Graph) -> set[tuple[object, ...]]:
    """Triples, a blank node as the set of what is said of it."""

    def name(it: object) -> object:
        return frozenset(triples.predicate_objects(it)) if isinstance(it, rdflib.BNode) else it

    return {(name(a), b, name(c)) for a, b, c in triples}


def test_a_real_register_is_read_back(story: Story) -> None:
    view = story.workspace.view()
    read_back(down(view, str(story.norm.hash), composing(story.policy())), view.at)


def test_turtle_and_json_ld_are_isomorphic() -> None:
    graph = example()
    turtle, json_ld = parsed(exports.turtle(graph, AT), "turtle"), parsed(exports.json_ld(graph, AT), "json-ld")
    assert isomorphic(turtle, json_ld)
    assert isomorphic(turtle, exports.triples(graph, AT))


def test_hostile_labels_survive() -> None:
    read_back(labelled(example(), HOSTILE), AT)


@settings(max_examples=15)
@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_any_label_survives(label: str) -> None:
    read_back(labelled(example(), label), AT)


@settings(max_examples=8)
@given(st.integers(0, 4), st.integers(1, 3), st.integers(1, 3), st.integers(0, 10**6))
def test_any_shape_is_read_back_and_its_order_changes_no_byte(
    endorsements: int, agreements: int, clauses: int, seed: int
) -> None:
    graph = norm_with(endorsements, agreements, clauses)
    read_back(graph, AT)
    other = shuffled(graph, seed)
    assert other == graph
    for write, _ in NOTATIONS.values():
        assert write(graph, AT) == write(other, AT)


def test_the_same_bytes_in_any_process() -> None:
    program = (
        "import hashlib; from tests.provenance.graphs import AT, norm_with; "
        "from normledger.provenance.exports import NOTATIONS; from normledger.provenance.drawing import dot, svg; "
        "print([hashlib.sha256(write(norm_with(30), AT).encode()).hexdigest() "
        "for write in (*[one for one, _ in NOTATIONS.values()], dot, svg)])"
    )
    root = Path(__file__).resolve().parents[2]
    found = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=root, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


@pytest.mark.parametrize("local", ["", "0x", "0xzz", "state:FRA", "0x12 34", "0x12)", "0x12.x", "名", "0x" + "1" * 65])
def test_a_name_that_is_none_of_prov_s_is_refused(local: str) -> None:
    node = Node("text", local, "a text")
    for write, _ in NOTATIONS.values():
        with pytest.raises(InputError, match="cannot be a PROV name; give 0x and hexadecimal digits") as caught:
            write(Graph.of(node.key, [node], []), AT)
        assert "\n" not in str(caught.value)


def test_names_of_content_are_the_same_on_every_chain() -> None:
    here, there = exports.namespaces(norm_with(1), AT), exports.namespaces(norm_with(1), replace(AT, chain_id=1))
    same = {kind for kind in here if here[kind] == there[kind]}
    assert same == {"text", "clause", "outcome", "norm"}
    assert here["act"] == "urn:normledger:eip155:20044:act:"


def test_a_time_beyond_what_dates_can_write_is_written_as_the_last() -> None:
    far = [replace(node, at=replace(node.at, time=1 << 62)) for node in example().nodes.values() if node.at]
    assert "9999-12-31T23:59:59" in exports.prov_n(Graph.of(far[0].key, far, []), AT)


def test_all_relations_are_written() -> None:
    """No relation of ours is missing in a notation; what has no attributes in PROV loses its note alone."""
    one, two = Node("text", "0x11", "one"), Node("text", "0x22", "two")
    act, party, account = Node("act", "0x33", "act"), Node("party", "0x44", "party"), Node("account", "0x55", "account")
    ends = {
        "used": (act, one), "wasGeneratedBy": (one, act), "wasInvalidatedBy": (one, act), "wasDerivedFrom": (one, two),
        "wasAttributedTo": (one, party), "wasAssociatedWith": (act, party), "actedOnBehalfOf": (account, party),
        "specializationOf": (one, two), "alternateOf": (one, two), "hadMember": (one, two),
        "wasInfluencedBy": (one, party),
    }  # fmt: skip
    for relation, (source, target) in ends.items():
        activity = act.key if relation == "actedOnBehalfOf" else ""
        edge = Edge(source.key, relation, target.key, "why", activity=activity)  # type: ignore[arg-type]
        graph = Graph.of(one.key, [one, two, act, party, account], [edge])
        read_back(graph, AT)
        assert relation in exports.prov_n(graph, AT)
