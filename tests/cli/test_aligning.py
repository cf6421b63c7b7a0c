"""`normledger align`: it lists, asks, signs what was decided, and asks nothing twice."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Answer, Command
from tests.cli.test_bad_input import assert_refused, state_of

CLAUSES = {
    "a": "Each Party shall name a contact point for urgent incidents.",
    "b": "The Parties shall name a contact point for incidents.",
    "c": "Neither Party shall steal trade secrets.",
}
REPORTED = ("--basis", "reported")


@pytest.fixture
def bench(ready: Command, tmp_path: Path) -> Command:
    """Three reported agreements, and a policy that trusts North."""
    entries = [
        {
            "agreement_id": key,
            "title": f"Agreement {key}",
            "parties": [{"name": f"{key}-{at}", "kind": "company"} for at in range(2)],
            "clauses": [{"no": "1", "heading": "", "text": text}],
        }
        for key, text in CLAUSES.items()
    ]
    (tmp_path / "reports.jsonl").write_text("\n".join(map(json.dumps, entries)))
    assert ready("import", "reports.jsonl", "--as", "north", "--json").code == 0
    north = next(one["id"] for one in ready("parties", "--json").json["parties"] if one["name"] == "North")
    (tmp_path / ".normledger" / "trust.json").write_text(
        json.dumps({"type": "trust-policy", "alignments": [north], "reports": [north]})
    )
    return ready


def proposals(bench: Command) -> list[dict[str, Any]]:
    answer = bench("align", *REPORTED, "--json")
    assert answer.code == 0, answer.err
    return list(answer.json["proposals"])


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def done(answer: Answer) -> Any:
    assert answer.code == 0, answer.err
    return answer.json


def test_proposals_are_listed_with_their_differences_and_change_nothing(bench: Command, tmp_path: Path) -> None:
    before = state_of(tmp_path)
    first = proposals(bench)[0]
    assert {first["clause"]["text"], first["partner"]["text"]} == {CLAUSES["a"], CLAUSES["b"]}
    assert first["pairs_joined"] == 4
    assert {"in": "both", "text": "shall name a contact point for"} in first["differences"]
    shown = bench("align", *REPORTED)
    assert "[-" in shown.out
    assert "{+" in shown.out
    assert "Proposals count for nothing until somebody signs them" in shown.out
    assert state_of(tmp_path) == before


def test_decisions_in_a_file_are_signed_and_count(bench: Command, tmp_path: Path) -> None:
    one = proposals(bench)[0]
    decision = {"clause": one["clause"]["id"], "partner": one["partner"]["id"], "relation": "same"}
    (tmp_path / "decisions.json").write_text(json.dumps({"decisions": [decision]}))
    signed = done(bench("align", "--decide", "decisions.json", "--as", "north", *REPORTED, "--json"))
    assert signed["alignments"] == 2
    rows = done(bench("compose", *REPORTED, "--no-found", "--json"))["result"]["rows"]
    assert [len(row["parties"]) for row in rows] == [4]
    assert all(
        {one["clause"]["text"], one["partner"]["text"]} != {CLAUSES["a"], CLAUSES["b"]} for one in proposals(bench)
    )


def test_a_person_is_asked_and_signs(bench: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    count = len(proposals(bench))
    typed(monkeypatch, "what\nnone\nq\n")
    told = bench("align", *REPORTED, "--as", "north")
    assert told.code == 0, told.err
    assert "'what' is not one of them" in told.out
    assert "North signed 1 alignments" in told.out
    assert len(proposals(bench)) == count - 1
    typed(monkeypatch, "quit\n")
    assert "nothing is signed" in bench("align", *REPORTED, "--as", "north").out


def test_who_breaks_off_signs_nothing(bench: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state_of(tmp_path)
    typed(monkeypatch, "")
    assert bench("align", *REPORTED, "--as", "north").code == 1
    assert state_of(tmp_path) == before


def test_outcomes_may_imply_each_other_in_a_file(bench: Command, tmp_path: Path) -> None:
    outcomes = [{"key": key, "text": f"Parties {key}.", "polarity": "require"} for key in ("help", "answer")]
    alignments = [
        {"agreement": "a", "clause": "1", "outcome": "help", "relation": "same"},
        {"agreement": "b", "clause": "1", "outcome": "answer", "relation": "same"},
    ]
    between = [{"outcome": "help", "relation": "implies", "other": "answer"}]
    path = tmp_path / "proposals.json"
    path.write_text(json.dumps({"outcomes": outcomes, "alignments": alignments, "between": between}))
    assert done(bench("align", path, "--as", "north", "--json"))["alignments"] == 3
    rows = done(bench("compose", *REPORTED, "--no-found", "--json"))["result"]["rows"]
    assert sorted(len(row["parties"]) for row in rows) == [2, 4]
    circle = [*between, {"outcome": "answer", "relation": "implies", "other": "help"}]
    path.write_text(json.dumps({"outcomes": outcomes, "alignments": alignments, "between": circle}))
    assert_refused(bench("align", path, "--as", "north"), "proposals.json", "implications in a circle: 0x")
    path.write_text(json.dumps({"outcomes": outcomes, "alignments": [], "between": [{**between[0], "other": "x"}]}))
    assert_refused(bench("align", path, "--as", "north"), "between[0].other", "'x' is not among the outcomes")
    opposed = [*alignments, {**alignments[0], "relation": "opposite"}]
    path.write_text(json.dumps({"outcomes": outcomes, "alignments": opposed}))
    assert_refused(
        bench("align", path, "--as", "north"), "alignments[2]", "it would be the opposite of itself; keep one"
    )


UNKNOWN = "0x" + "11" * 32
FAULTS = {
    "no list": ({}, ("decisions", "give at least one")),
    "no object": ({"decisions": [1]}, ("decisions[0]", "is an object")),
    "a field missing": ({"decisions": [{"clause": UNKNOWN, "relation": "same"}]}, ("decisions[0].partner", "missing")),
    "another relation": (
        {"decisions": [{"clause": UNKNOWN, "partner": UNKNOWN, "relation": "near"}]},
        ("decisions[0].relation", "'near'", "same, implies, narrower, opposite, none"),
    ),
    "no hash": (
        {"decisions": [{"clause": "x", "partner": UNKNOWN, "relation": "same"}]},
        ("decisions[0].clause", "is not a hash"),
    ),
    "an unknown clause": (
        {"decisions": [{"clause": UNKNOWN, "partner": UNKNOWN, "relation": "same"}]},
        ("decisions[0].clause", "is not among those composed here"),
    ),
}


def test_faults_are_told_in_one_sentence_and_sign_nothing(bench: Command, tmp_path: Path) -> None:
    before = state_of(tmp_path)
    path = tmp_path / "decisions.json"
    for data, words in FAULTS.values():
        path.write_text(json.dumps(data))
        assert_refused(bench("align", "--decide", path, "--as", "north", *REPORTED), "decisions.json", *words)
    assert_refused(bench("align", "--decide", path), "--as", "say who signs")
    assert_refused(bench("align", path, "--decide", path, "--as", "north"), "--decide", "not both")
    assert_refused(bench("align", "--decide", "nowhere.json", "--as", "north"), "nowhere.json", "no such file")
    assert_refused(bench("align", "--basis", "hoped"), "--basis", "'hoped'")
    assert_refused(bench("align", "--as", "north", "--as-of", "1"), "--as-of or --at", "leave this out")
    assert state_of(tmp_path) == before
