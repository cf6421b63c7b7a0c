"""A graph in the notations of W3C PROV: PROV-JSON, PROV-N, Turtle and JSON-LD (PROV-O).

Names are URNs of our own, ``urn:normledger:…``: a name must outlive every host, nobody owns the register, and each name
ends in a hash that opens on any mirror. What a chain holds carries the chain (CAIP-2, ``eip155:1``); what only its
content names (texts, clauses, outcomes, norms, leaves) does not, so that two registers' graphs meet there.

Belongs here: notation. Does not belong here: which statements there are (`lineage`) and whether they are valid
(`constraints`, asked before anything is written).
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from prov.constants import XSD_LONG
from prov.model import Literal, ProvDocument
from rdflib import RDF, RDFS, XSD, BNode, Namespace, URIRef
from rdflib import Graph as Triples
from rdflib import Literal as RdfLiteral

from normledger.errors import InputError
from normledger.ledger.answers import AsOf
from normledger.provenance.constraints import demand_valid
from normledger.provenance.nodes import Edge, Graph, Kind, Moment, Node

TERMS = "urn:normledger:ns:"
"""Our terms: kinds of node, and what PROV has no word for (`hash`, `sort`, `block`,
`recorded`, `note`, `asOf`, `blockHash`)."""

_BY_CONTENT: frozenset[Kind] = frozenset({"text", "clause", "outcome", "norm", "report", "alignment", "actor"})
_LOCAL = re.compile(r"0x[0-9a-fA-F]{2,64}(\.[0-9]{1,19})?\Z")
_PROV = Namespace("http://www.w3.org/ns/prov#")
_NL = Namespace(TERMS)
_LATEST = 253_402_300_799
"""The last second of the year 9999, the last that a date can write."""


def namespaces(graph: Graph, at: AsOf) -> dict[str, str]:
    """The prefixes of a graph's names, with what they stand for; a prefix is a kind of node."""
    kinds = sorted({node.kind for node in graph.nodes.values()})
    return {kind: _namespace(kind, at) for kind in kinds}


def name_of(node: Node) -> str:
    """A node's qualified name. Raises `InputError` for one that PROV-N or Turtle could not write."""
    prefix, _, local = node.key.partition(":")
    if not _LOCAL.match(local):
        raise InputError(
            f"{local[:80]!r} cannot be a PROV name; give 0x and hexadecimal digits, after a dot the block's number",
            field=prefix,
        )
    return node.key


def prov_json(graph: Graph, at: AsOf) -> str:
    """PROV-JSON (W3C Member Submission, 2013), one object in canonical order of keys."""
    data = json.loads(document(graph, at).serialize(format="json") or "{}")
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def prov_n(graph: Graph, at: AsOf) -> str:
    """PROV-N (W3C Recommendation, 2013)."""
    return document(graph, at).get_provn() + "\n"


def turtle(graph: Graph, at: AsOf) -> str:
    """Turtle, in the words of PROV-O (W3C Recommendation, 2013)."""
    return triples(graph, at).serialize(format="turtle")


def json_ld(graph: Graph, at: AsOf) -> str:
    """JSON-LD of the same triples, with its context inside: nothing is fetched to read it."""
    context = {
        "prov": str(_PROV), "rdfs": str(RDFS), "xsd": str(XSD), "nl": TERMS, **namespaces(graph, at)
    }  # fmt: skip
    written = triples(graph, at).serialize(format="json-ld", context=context, auto_compact=False)
    return json.dumps(_sorted(json.loads(written)), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


NOTATIONS: Mapping[str, tuple[Callable[[Graph, AsOf], str], str]] = {
    "prov-json": (prov_json, "application/json"),
    "prov-n": (prov_n, "text/provenance-notation"),
    "turtle": (turtle, "text/turtle"),
    "json-ld": (json_ld, "application/ld+json"),
}
"""By the name of a notation: what writes it, and its media type."""


def document(graph: Graph, at: AsOf) -> ProvDocument:
    """The graph as a document of the `prov` package. Raises `IntegrityError` where PROV-CONSTRAINTS are broken."""
    demand_valid(graph)
    made = ProvDocument()
    made.add_namespace("nl", TERMS)
    for prefix, uri in namespaces(graph, at).items():
        made.add_namespace(prefix, uri)
    collections = _collections(graph)
    for node in graph.nodes.values():
        name = name_of(node)
        attributes: list[tuple[str, Any]] = [("prov:type", made.valid_qualified_name(f"nl:{node.kind.capitalize()}"))]
        if node.key in collections:
            attributes.append(("prov:type", made.valid_qualified_name("prov:Collection")))
        attributes += [
            (f"nl:{key}", Literal(str(value), XSD_LONG) if isinstance(value, int) else value)
            for key, value in _facts(node, at)
        ]
        attributes.append(("prov:label", node.label))
        if node.prov == "entity":
            made.entity(name, attributes)
        elif node.prov == "activity":
            made.activity(name, _date(node.at), _date(node.ends or node.at), attributes)
        else:
            made.agent(name, attributes)
    for edge in graph.edges:
        _relate(made, edge)
    return made


def _relate(made: ProvDocument, edge: Edge) -> None:
    source, target, time = edge.source, edge.target, _date(edge.at)
    note = {"nl:note": edge.note} if edge.note else None
    match edge.relation:
        case "used":
            made.usage(source, target, time, other_attributes=note)
        case "wasGeneratedBy":
            made.generation(source, target, time, other_attributes=note)
        case "wasInvalidatedBy":
            made.invalidation(source, target, time, other_attributes=note)
        case "wasDerivedFrom":
            made.derivation(source, target, other_attributes=note)
        case "wasAttributedTo":
            made.attribution(source, target, other_attributes=note)
        case "wasAssociatedWith":
            made.association(source, target, other_attributes=note)
        case "actedOnBehalfOf":
            made.delegation(source, target, edge.activity, other_attributes=note)
        case "wasInfluencedBy":
            made.influence(source, target, other_attributes=note)
        case "specializationOf":
            made.specialization(source, target)
        case "alternateOf":
            made.alternate(source, target)
        case "hadMember":
            made.membership(source, target)


_QUALIFIED = {
    "used": ("qualifiedUsage", "Usage", "entity"),
    "wasGeneratedBy": ("qualifiedGeneration", "Generation", "activity"),
    "wasInvalidatedBy": ("qualifiedInvalidation", "Invalidation", "activity"),
    "wasDerivedFrom": ("qualifiedDerivation", "Derivation", "entity"),
    "wasAttributedTo": ("qualifiedAttribution", "Attribution", "agent"),
    "wasAssociatedWith": ("qualifiedAssociation", "Association", "agent"),
    "actedOnBehalfOf": ("qualifiedDelegation", "Delegation", "agent"),
    "wasInfluencedBy": ("qualifiedInfluence", "Influence", "influencer"),
}


def triples(graph: Graph, at: AsOf) -> Triples:
    """The graph in PROV-O; an edge's time and note stand in its qualified form, a blank node numbered in order."""
    demand_valid(graph)
    made = Triples(bind_namespaces="none")
    for prefix, uri in {"prov": str(_PROV), "rdfs": str(RDFS), "xsd": str(XSD), "nl": TERMS}.items():
        made.bind(prefix, uri)
    for prefix, uri in namespaces(graph, at).items():
        made.bind(prefix, uri)
    names = {
        key: URIRef(_namespace(node.kind, at) + name_of(node).partition(":")[2]) for key, node in graph.nodes.items()
    }
    collections = _collections(graph)
    for key, node in graph.nodes.items():
        it = names[key]
        made.add((it, RDF.type, _PROV[node.prov.capitalize()]))
        made.add((it, RDF.type, _NL[node.kind.capitalize()]))
        if key in collections:
            made.add((it, RDF.type, _PROV.Collection))
        made.add((it, RDFS.label, RdfLiteral(node.label)))
        for fact, value in _facts(node, at):
            made.add((it, _NL[fact], RdfLiteral(str(value), datatype=XSD.long if isinstance(value, int) else None)))
        if node.prov == "activity" and node.at is not None:
            made.add((it, _PROV.startedAtTime, _rdf_date(node.at)))
            made.add((it, _PROV.endedAtTime, _rdf_date(node.ends or node.at)))
    for number, edge in enumerate(graph.edges):
        made.add((names[edge.source], _PROV[edge.relation], names[edge.target]))
        if edge.relation in _QUALIFIED and (edge.note or edge.at or edge.activity):
            way, type_, end = _QUALIFIED[edge.relation]
            blank = BNode(f"e{number}")
            made.add((names[edge.source], _PROV[way], blank))
            made.add((blank, RDF.type, _PROV[type_]))
            made.add((blank, _PROV[end], names[edge.target]))
            if edge.at is not None:
                made.add((blank, _PROV.atTime, _rdf_date(edge.at)))
            if edge.note:
                made.add((blank, _NL.note, RdfLiteral(edge.note)))
            if edge.activity:
                made.add((blank, _PROV.hadActivity, names[edge.activity]))
    return made


def _namespace(kind: str, at: AsOf) -> str:
    return f"urn:normledger:{kind}:" if kind in _BY_CONTENT else f"urn:normledger:eip155:{at.chain_id}:{kind}:"


def _facts(node: Node, at: AsOf) -> list[tuple[str, str | int]]:
    """What PROV has no word for, by term."""
    facts: list[tuple[str, str | int]] = [("hash", node.hash)]
    if node.at is not None:
        facts += [("block", node.at.block), ("recorded", _written(node.at))]
    if node.as_of is not None:
        facts += [("asOf", node.as_of), ("blockHash", str(at.hash))]
    if node.sort:
        facts.append(("sort", node.sort))
    if node.note:
        facts.append(("note", node.note))
    return facts


def _collections(graph: Graph) -> frozenset[str]:
    return frozenset(edge.source for edge in graph.edges if edge.relation == "hadMember")


def _date(moment: Moment | None) -> datetime | None:
    return None if moment is None else datetime.fromtimestamp(min(moment.time, _LATEST), UTC)


def _written(moment: Moment) -> str:
    return datetime.fromtimestamp(min(moment.time, _LATEST), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rdf_date(moment: Moment) -> RdfLiteral:
    return RdfLiteral(_date(moment))


def _sorted(data: Any) -> Any:
    """JSON-LD's lists are sets: put into one order, whatever order triples were iterated in."""
    if isinstance(data, dict):
        return {key: _sorted(value) for key, value in data.items()}
    if isinstance(data, list):
        return sorted((_sorted(one) for one in data), key=lambda one: json.dumps(one, sort_keys=True))
    return data
