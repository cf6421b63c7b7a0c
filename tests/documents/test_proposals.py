"""Proposed alignments: the shipped ones resolve to the last clause, and each fault is one sentence."""

import copy
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from normledger.documents.canonical import parse_json
from normledger.documents.formats import read
from normledger.documents.formats.proposals import read_proposals
from normledger.errors import InputError
from tests.strategies import text_of

DATA = resources.files("normledger") / "data"
TEXT = text_of("A", "B")
GOOD: dict[str, Any] = {
    "outcomes": [{"key": "help", "text": "Parties help.", "polarity": "require"}],
    "alignments": [{"agreement": "ab", "clause": "1", "outcome": "help", "relation": "same"}],
}


def test_the_shipped_proposals_resolve_completely() -> None:
    with resources.as_file(DATA / "cyber_agreements.jsonl") as path:
        imported = read([Path(path)])
    data = parse_json((DATA / "cyber_alignments.json").read_bytes())
    proposals = read_proposals(data, {text.source_id: text for text in imported.texts})
    assert len(imported.texts) == 55
    assert len(proposals.outcomes) == len(data["outcomes"])
    assert len(proposals.alignments) == len(data["alignments"])
    used = {alignment.outcome for alignment in proposals.alignments}
    assert used == {outcome.hash for outcome in proposals.outcomes.values()}
    known = {clause for text in imported.texts for clause in text.clause_ids}
    assert {alignment.clause for alignment in proposals.alignments} <= known


def test_the_shipped_facts_keep_all_that_the_source_tells() -> None:
    with resources.as_file(DATA / "cyber_agreements.jsonl") as path:
        rows = [parse_json(line) for line in Path(path).read_bytes().splitlines()]
        imported = read([Path(path)])
    assert len(imported.reports) == sum(len(row["parties"]) for row in rows)
    texts = {text.source_id: text for text in imported.texts}
    for row in rows:
        text = texts[row["id"]]
        assert list(text.sources) == row["sources"]
        assert dict(text.facts).get("notes", "") == row["notes"]
        assert [clause.text for clause in text.clauses] == [one["text"] for one in row["commitments"]]


def test_names_become_hashes() -> None:
    proposals = read_proposals(GOOD, {"ab": TEXT})
    (alignment,) = proposals.alignments
    assert alignment.clause == TEXT.clause_ids[0]
    assert alignment.outcome == proposals.outcomes["help"].hash


def test_other_keys_of_the_file_are_for_people() -> None:
    assert read_proposals({**GOOD, "type": "exercise", "note": "x"}, {"ab": TEXT}) == read_proposals(GOOD, {"ab": TEXT})


@pytest.mark.parametrize(
    ("path", "value", "field", "fault"),
    [
        (("outcomes",), None, "outcomes", "list"),
        (("outcomes", 0, "polarity"), "maybe", "outcomes[0].polarity", "'maybe'"),
        (("outcomes", 0, "text"), 5, "outcomes[0].text", "string"),
        (("outcomes",), GOOD["outcomes"] * 2, "outcomes[1].key", "outcome 'help' is given twice"),
        (("alignments", 0, "agreement"), "xy", "alignments[0].agreement", "agreement 'xy' is not at hand; import it"),
        (("alignments", 0, "clause"), "9", "alignments[0].clause", "has no clause '9'; it has 1, 2"),
        (("alignments", 0, "outcome"), "harm", "alignments[0].outcome", "'harm' is not among the outcomes above"),
        (("alignments", 0, "relation"), "near", "alignments[0].relation", "'near'"),
        (("alignments",), GOOD["alignments"] * 2, "alignments[1]", "this alignment is given twice; keep one"),
    ],
)
def test_each_fault_is_one_sentence_with_its_field(path: tuple[Any, ...], value: Any, field: str, fault: str) -> None:
    data = copy.deepcopy(GOOD)
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(InputError) as refused:
        read_proposals(data, {"ab": TEXT})
    assert refused.value.field == field
    assert fault in str(refused.value)


@pytest.mark.parametrize("data", [None, [], "text", {}, 5], ids=repr)
def test_what_is_no_proposal_is_told(data: Any) -> None:
    with pytest.raises(InputError):
        read_proposals(data, {})
