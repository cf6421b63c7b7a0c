"""Documents read back are the documents that were written; nothing is shown that is not hashed."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.documents.canonical import content_hash, parse_canonical
from normledger.documents.document import DerivationRecord, Document
from normledger.documents.document_reader import parse_date, read_document
from normledger.errors import InputError
from normledger.identifiers import keccak
from tests.strategies import DOCUMENTS, agreements, text_of

AGREEMENT = text_of("A", "B", "C").to_json()
ID = str(keccak(b"id"))
EXAMPLES: list[dict[str, Any]] = [
    {**AGREEMENT, "date": "2018-11-12", "clauses": [{"key": "1", "language": "en", "text": "Help.", "heading": "I",
     "asks": [{"outcome": ID, "relation": "same"}]}]},
    {"type": "reported-agreement", "source_id": "x", "title": "X", "character": "treaty", "form": "bilateral",
     "clauses": [{"key": "1", "language": "en", "text": "Help."}], "facts": {"notes": ""}, "sources": ["s"],
     "date": "2018"},
    {"type": "reports", "author": ID, "leaves": [{"agreement": ID, "act": "signature", "date": "2018", "seen": "2019",
     "party": {"identifier": "state:FRA", "kind": "state", "name": "France", "country": "FRA"}}]},
    {"type": "alignments", "author": ID, "leaves": [{"clause": ID, "outcome": ID, "relation": "same"}]},
    {"type": "outcome", "polarity": "refrain", "text": "No theft."},
    {"type": "norm", "world": "real", "title": "N", "text": "T", "outcomes": [ID]},
    {"type": "party", "name": "P", "country": "FRA", "region": "Europe"},
    {"type": "statement", "text": "We object."},
]  # fmt: skip
OPTIONAL = {"date", "heading", "asks", "seen", "country", "region", "reservation_days"}


@given(DOCUMENTS)
def test_what_is_written_is_read_back(document: Document) -> None:
    read = read_document(parse_canonical(document.bytes))
    assert read == document
    assert read.hash == document.hash == content_hash(document.to_json())


def test_a_derivation_keeps_whatever_it_holds() -> None:
    document = DerivationRecord({"method": "m", "parameters": {"found": True}})
    assert read_document(parse_canonical(document.bytes)) == document


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["type"])
def test_the_examples_are_documents(example: dict[str, Any]) -> None:
    assert read_document(example).to_json() == example


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every object in it."""
    if isinstance(data, dict):
        yield path
        for key, inner in data.items():
            yield from places(inner, (*path, key))
    elif isinstance(data, list):
        for index, inner in enumerate(data):
            yield from places(inner, (*path, index))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def told(path: tuple[Any, ...]) -> str:
    shown = ""
    for step in path:
        shown += f"[{step}]" if isinstance(step, int) else f".{step}" if shown else step
    return shown


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["type"])
def test_every_unknown_field_is_refused(example: dict[str, Any]) -> None:
    for path in places(example):
        if path == ("facts",):
            continue  # its keys are the reporter's own
        data = copy.deepcopy(example)
        at(data, path)["note"] = "shown and not hashed"
        with pytest.raises(InputError, match="no such field") as refused:
            read_document(data)
        assert refused.value.field == told((*path, "note"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["type"])
def test_every_missing_field_is_named(example: dict[str, Any]) -> None:
    for path in places(example):
        if path == ("facts",):
            continue
        for key in at(example, path):
            data = copy.deepcopy(example)
            del at(data, path)[key]
            if key in OPTIONAL:
                assert read_document(data).to_json() == data
                continue
            with pytest.raises(InputError) as refused:
                read_document(data)
            assert refused.value.field == told((*path, key))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["type"])
@pytest.mark.parametrize("wrong", [None, 1, True, "", " ", [], {}, ["x", 1], [[]]], ids=repr)
def test_no_field_is_read_in_two_ways(example: dict[str, Any], wrong: Any) -> None:
    """Whatever stands in a field, it is refused by name or is part of the hash, as it stands."""
    for path in places(example):
        for key in at(example, path):
            data = copy.deepcopy(example)
            at(data, path)[key] = wrong
            try:
                read = read_document(data)
            except InputError as refused:
                field = refused.field
            else:
                assert read.to_json() == data
                continue
            assert field is not None
            assert field.startswith(told(path)) or key == "type"


@pytest.mark.parametrize(
    ("change", "field", "fault"),
    [
        ({"parties": AGREEMENT["parties"][:1]}, "parties", "at least two parties"),
        ({"parties": AGREEMENT["parties"][::-1]}, "parties[1]", "in ascending order of id"),
        ({"parties": [AGREEMENT["parties"][0]] * 2}, "parties[1]", "is named twice"),
        ({"form": "bilateral"}, "parties", "a bilateral agreement has two parties, this one has 3"),
        ({"clauses": []}, "clauses", "at least one clause"),
        ({"clauses": AGREEMENT["clauses"][:1] * 2}, "clauses[1].key", "clause '1' stands twice"),
        ({"clauses": [{"key": "1", "language": "en", "text": " "}]}, "clauses[0].text", "the text is empty"),
        ({"notice_days": -1}, "notice_days", "a whole number from 0"),
        ({"notice_days": 36_526}, "notice_days", "more than a hundred years"),
        ({"character": "law"}, "character", "'law' is not known here; it is one of treaty, contract"),
        ({"date": "12 November 2018"}, "date", "is not a date"),
        ({"type": "contract"}, "type", "unknown type of document; it is one of agreement"),
    ],
)
def test_each_fault_of_an_agreement_is_one_sentence_with_its_field(
    change: dict[str, Any], field: str, fault: str
) -> None:
    with pytest.raises(InputError, match=fault) as refused:
        read_document({**AGREEMENT, **change})
    assert refused.value.field == field


def test_a_bilateral_agreement_takes_no_reservations() -> None:
    two = text_of("A", "B", form="bilateral", reservations=False).to_json()
    read_document(two)
    with pytest.raises(InputError, match="takes no reservations"):
        read_document({**two, "reservations": "allowed"})


def test_a_consenting_party_is_of_a_known_kind() -> None:
    parties = [{**AGREEMENT["parties"][0], "kind": "unknown"}, *AGREEMENT["parties"][1:]]
    with pytest.raises(InputError, match="'unknown' is not known here; it is one of state, igo") as refused:
        read_document({**AGREEMENT, "parties": parties})
    assert refused.value.field == "parties[0].kind"


def test_a_norm_has_no_open_brackets() -> None:
    for text in ("Parties [shall] [should] help.", "a]", "["):
        with pytest.raises(InputError, match="open brackets"):
            read_document({**EXAMPLES[5], "text": text})


def test_a_norm_names_each_outcome_once_in_order() -> None:
    other = str(keccak(b"other"))
    first, last = sorted([ID, other])
    for wrong in ([], [ID, ID], [last, first]):
        with pytest.raises(InputError, match="each once, in ascending order"):
            read_document({**EXAMPLES[5], "outcomes": wrong})
    read_document({**EXAMPLES[5], "outcomes": [first, last]})


@pytest.mark.parametrize("what", [None, 1, "text", [], [{}], {}, {"type": ["agreement"]}, {"type": None}], ids=repr)
def test_what_is_no_document_is_told(what: Any) -> None:
    with pytest.raises(InputError):
        read_document(what)


@pytest.mark.parametrize("good", ["2018-11-12", "2018-11", "2018", "2018?", "2015-09?", "2024-02-29", "0001-01-01"])
def test_days_months_and_years_are_dates(good: str) -> None:
    assert parse_date(good, "date") == good


@pytest.mark.parametrize(
    "bad",
    ["", "18", "2018-13", "2018-02-30", "2018-1-1", "2018-01- 1", "2018-11-12T00", "20181112", "٢٠١٨", "2018??", "?",
     "2018-11-12\n", "0000"],
)  # fmt: skip
def test_nothing_else_is_a_date(bad: str) -> None:
    with pytest.raises(InputError, match="is not a date; write YYYY-MM-DD") as refused:
        parse_date(bad, "date_signed")
    assert refused.value.field == "date_signed"


@given(agreements(), st.data())
def test_every_clause_has_an_id_of_its_own(agreement: Any, data: st.DataObject) -> None:
    assert len(set(agreement.clause_ids)) == len(agreement.clauses)
    clause = data.draw(st.sampled_from(agreement.clauses))
    assert agreement.clause_id(clause.key) in agreement.clause_ids
    with pytest.raises(InputError, match="has no clause 'none such'"):
        agreement.clause_id("none such")
