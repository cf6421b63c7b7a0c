"""Exploring by commands, and the guided way from a bracketed draft to a signed norm."""

import json
import shutil
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from normledger.workspace import Workspace
from tests.cli.conftest import Command, run_main
from tests.cli.test_bad_input import assert_refused
from tests.cli.test_the_whole_way import done

OUTCOME = {"key": "theft", "text": "Parties do not support theft of trade secrets.", "polarity": "refrain"}
TEXTS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "ab": ("Parties should not knowingly support theft of trade secrets.", [("France", "FRA"), ("Kenya", "KEN")]),
    "ac": ("Parties shall not support theft of business secrets.", [("France", "FRA"), ("Peru", "PER")]),
    "open": ("Parties shall help the victims of theft.", [("Kenya", "KEN"), ("Peru", "PER"), ("Japan", "JPN")]),
}


def entry(name: str, text: str, parties: list[tuple[str, str]], date: str) -> str:
    return json.dumps(
        {
            "id": name, "name": name, "short_name": f"Pact {name}", "date": date, "legal_status": "political",
            "kind": "bilateral" if len(parties) == 2 else "regional", "commitments": [{"key": "1", "text": text}],
            "parties": [
                {"name": party, "kind": "state", "iso3": code, "role": "signatory", "date": date}
                for party, code in parties
            ],
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def pacts(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three reported pacts, two of them signed by north as asking for one outcome, and a policy that trusts north."""
    folder = tmp_path_factory.mktemp("pacts")
    shutil.copytree(made, folder / ".normledger")
    lines = []
    for year, (name, (text, parties)) in enumerate(TEXTS.items(), start=2015):
        lines.append(entry(name, text, parties, f"{year}-03-01"))
    (folder / "pacts.jsonl").write_text("\n".join(lines))
    alignments = [{"agreement": name, "clause": "1", "outcome": "theft", "relation": "same"} for name in ("ab", "ac")]
    (folder / "proposals.json").write_text(json.dumps({"outcomes": [OUTCOME], "alignments": alignments}))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("NORMLEDGER_HOME", raising=False)
        for command in ("import pacts.jsonl --as north", "align proposals.json --as north"):
            patch.setattr(sys, "argv", ["normledger", *command.split()])
            assert run_main() == 0, command
    with Workspace.open(folder / ".normledger") as workspace:
        north = str(workspace.view().party("north").id)
    policy = {"type": "trust-policy", "alignments": [north], "reports": [north]}
    (folder / "trust.json").write_text(json.dumps(policy))
    return folder


@pytest.fixture
def told(normledger: Command, pacts: Path, tmp_path: Path) -> Command:
    """The command line in a copy of that folder."""
    shutil.copytree(pacts, tmp_path, dirs_exist_ok=True)
    return normledger


REPORTED = ("--basis", "reported", "--trust", "trust.json")


def test_explore_tells_who_is_near_and_what_a_step_would_change(told: Command) -> None:
    answer = done(told("explore", "theft of trade", *REPORTED, "--json"))
    assert [one["party"] for one in answer["one_clause_away"]] == ["state:JPN"]
    assert answer["one_clause_away"][0]["joins"] is False, "both pacts are bilateral"
    assert answer["whom_to_invite"] == []
    changed = done(told("explore", "theft of trade", *REPORTED, "--sign", "Japan=Pact ac#1", "--json"))["changes"]
    assert [(one["turn"], one["joined"]) for one in changed] == [("grows", ["state:JPN"])]
    changed = done(told("explore", "theft of trade", *REPORTED, "--leave", "France=Pact ab", "--json"))["changes"]
    assert [(one["turn"], one["left"]) for one in changed] == [("vanishes", ["state:KEN"])]
    people = told("explore", "theft of trade", *REPORTED)
    assert people.code == 0
    assert "a new text in the words of" in people.out
    people = told("explore", "theft of trade", *REPORTED, "--leave", "state:FRA=Pact ab")
    assert "vanishes" in people.out


@pytest.mark.parametrize(
    ("step", "told_words"),
    [
        ("Japan", ("field --sign", "write PARTY=CLAUSE")),
        ("Nobody=Pact ac", ("no party 'Nobody'",)),
        ("Japan=Pact zz", ("no clause or agreement 'Pact zz'",)),
        ("Japan=Pact ac#9", ("has no clause '9'", "it has 1")),
    ],
)
def test_a_step_that_names_nothing_is_refused(told: Command, step: str, told_words: tuple[str, ...]) -> None:
    assert_refused(told("explore", "theft of trade", *REPORTED, "--sign", step), *told_words)


def test_compare_any_two(told: Command) -> None:
    found = done(told("compare", "France", "Kenya", *REPORTED, "--json"))["comparison"]
    assert len(found["both"]) == 1
    assert (found["only_one"], found["only_other"]) == ([], [])
    assert len(found["toward"][0]) == len(found["toward"][1]) == 1
    people = told("compare", "Pact ab", "Pact ac", *REPORTED)
    assert "Both Pact ab and Pact ac (1)" in people.out
    assert "1 parties of both: France" in people.out or "France" in people.out
    assert_refused(told("compare", "France", "Atlantis", *REPORTED), "Atlantis")


def test_emergence_tells_the_life_and_draws_it(told: Command, tmp_path: Path) -> None:
    life = done(told("emergence", "theft of trade", *REPORTED, "--svg", "life.svg", "--json"))["life"]
    assert [(one["date"], one["step"]) for one in life["milestones"]] == [
        ("2015-03-01", "first bilateral"), ("2016-03-01", "second bilateral"),
    ]  # fmt: skip
    assert ET.parse(tmp_path / "life.svg").getroot().tag.endswith("svg")
    people = told("emergence", "theft of trade", *REPORTED).out
    assert "2016-03-01: second bilateral, Pact ac: France, Peru." in people


@pytest.mark.parametrize("form", ["text", "html", "akn"])
def test_the_draft_is_printed_in_three_forms(told: Command, form: str) -> None:
    answer = told("draft", "theft of trade", *REPORTED, "--format", form)
    assert (answer.code, answer.err) == (0, "")
    assert "secrets" in answer.out
    if form != "text":
        ET.fromstring(answer.out.encode())
    assert_refused(told("draft", "theft of trade", *REPORTED, "--format", "pdf"), "field --format")


CHOICES = {"1.1.1": 1, "1.1.2": 2, "1.1.3": "trade or business"}


def test_choices_make_a_norm_that_publish_takes(told: Command, tmp_path: Path) -> None:
    (tmp_path / "choices.json").write_text(json.dumps(CHOICES))
    resolved = done(
        told("resolve", "theft of trade", *REPORTED, "--choices", "choices.json", "--title", "Secrets", "--out",
             "norm.json", "--json")
    )  # fmt: skip
    assert "trade or business secrets" in resolved["resolution"]["text"]
    assert [one["place"] for one in resolved["resolution"]["choices"]] == list(CHOICES)
    published = done(told("publish", "norm.json", "--as", "south", *REPORTED, "--json"))
    assert published["norm"] == resolved["norm"]


def test_open_brackets_are_refused_and_nothing_is_written(told: Command, tmp_path: Path) -> None:
    (tmp_path / "choices.json").write_text('{"1.1.1": 1}')
    words = ("resolve", "theft of trade", *REPORTED, "--choices", "choices.json", "--title", "Secrets")
    assert_refused(told(*words, "--out", "norm.json"), "2 open brackets (1.1.2, 1.1.3)", "choose one wording for each")
    assert not (tmp_path / "norm.json").exists()
    (tmp_path / "choices.json").write_text("[1]")
    assert_refused(told(*words, "--out", "norm.json"), "choices are a JSON object")
    (tmp_path / "choices.json").write_text(json.dumps(CHOICES))
    assert_refused(told(*words[:-2], "--out", "norm.json"), "a norm has a title; add --title")
    assert_refused(told(*words, "--out", "no/such/norm.json"), "can't be written")


def test_a_draft_offered_for_publication_is_refused_in_one_sentence(told: Command, tmp_path: Path) -> None:
    draft = told("draft", "theft of trade", *REPORTED).out.splitlines()[0]
    norm = {"type": "norm", "world": "real", "title": "Secrets", "text": draft, "outcomes": ["0x" + "11" * 32]}
    (tmp_path / "norm.json").write_text(json.dumps(norm))
    assert_refused(told("publish", "norm.json", "--as", "south", *REPORTED), "open brackets; resolve each of them")


def test_a_person_is_walked_through_the_brackets(
    told: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["7", "2", "1", "trade or business"])
    asked: list[str] = []

    def prompt(text: str, default: str = "") -> str:
        asked.append(text)
        return next(answers)

    monkeypatch.setattr("typer.prompt", prompt)
    answer = told("resolve", "theft of trade", *REPORTED, "--title", "Secrets", "--out", "norm.json")
    assert answer.code == 0, answer.err
    assert "There are 2 alternatives." in answer.out, "a number that is not there is asked for again"
    assert "Bracket 1.1.3" in answer.out
    assert "normledger publish norm.json" in answer.out
    assert len(asked) == 4
    assert "trade or business" in json.loads((tmp_path / "norm.json").read_text())["text"]
