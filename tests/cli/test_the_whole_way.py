"""From an empty folder to a traced norm, command by command; with --json each prints exactly one document."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from normledger.documents.document import Norm, Outcome
from normledger.identifiers import OutcomeId
from normledger.workspace import Workspace
from tests.chains import free_port
from tests.cli.conftest import Answer, Command
from tests.cli.test_bad_input import assert_refused, line, state_of

OUTCOME = {"key": "help", "text": "Parties help one another.", "polarity": "require"}


def done(answer: Answer) -> Any:
    """The one document that a command printed."""
    assert answer.code == 0, answer.err
    assert answer.err == ""
    decoded, end = json.JSONDecoder().raw_decode(answer.out)
    assert answer.out[end:].strip() == ""
    return decoded


@pytest.fixture
def open_one(ready: Command, tmp_path: Path) -> str:
    """A multi-stakeholder agreement of North and South, imported and signed; its title."""
    parties = done(ready("parties", "--json"))["parties"]
    document = {
        "type": "agreement", "title": "Open Charter", "character": "voluntary", "form": "multi-stakeholder",
        "admission": "invitation", "takes_effect": "on-signature", "reservations": "allowed", "notice_days": 0,
        "reservation_days": 30,
        "languages": ["en"],
        "parties": sorted(({key: one[key] for key in ("id", "identifier", "kind", "name")} for one in parties),
                          key=lambda one: one["id"]),
        "clauses": [{"key": "1", "language": "en", "text": "Parties shall help one another."},
                    {"key": "2", "language": "en", "text": "Parties shall report incidents."}],
    }  # fmt: skip
    (tmp_path / "charter.json").write_text(json.dumps(document))
    assert done(ready("import", "charter.json", "--json"))["reports"] == 0  # a text to sign needs no observer
    for name in ("north", "south"):
        done(ready("sign", "Open Charter", "--as", name, "--json"))
    return "Open Charter"


def test_every_act_on_an_agreement_has_its_command(ready: Command, open_one: str) -> None:
    done(ready("key", "new", "east", "--json"))
    east = done(ready("register", "exercise:state:east", "--kind", "state", "--name", "East", "--key", "east",
                      "--region", "Asia", "--json"))["party"]  # fmt: skip
    assert_refused(ready("accede", open_one, "--as", "east"), "closed to East", "was not invited")
    done(ready("invite", open_one, east, "--as", "north", "--json"))
    done(ready("accede", open_one, "--as", "East", "--json"))
    reserved = done(ready("reserve", open_one, "--clause", "2", "--as", "East", "--text", "Not us.", "--json"))
    objected = done(ready("object", open_one, "--to", reserved["digest"], "--as", "south", "--text", "No.", "--json"))
    done(ready("declare", open_one, "--as", "north", "--text", "We read clause 1 widely.", "--json"))
    for command in ("ratify", "accept", "approve"):
        done(ready(command, open_one, "--as", "north", "--json"))
    done(ready("withdraw", open_one, "--as", "south", "--act", objected["digest"], "--json"))
    shown = done(ready("agreement", open_one, "--json"))
    assert sorted(shown["bound"]) == sorted(one["id"] for one in done(ready("parties", "--json"))["parties"])
    kinds = [act["kind"] for act in shown["acts"]]
    assert kinds[2:] == ["invitation", "accession", "reservation", "objection", "declaration", "ratification",
                         "acceptance", "approval", "withdrawal"]  # fmt: skip
    (bound,) = done(ready("party", "east", "--json"))["bound_by"]
    assert len(bound["clauses"]) == 1
    people = ready("agreement", open_one).out
    assert "East reserved a clause" in people
    assert "We read clause 1 widely." in people
    done(ready("withdraw", open_one, "--as", "East", "--json"))
    for name in ("north", "south"):
        done(ready("terminate", open_one, "--as", name, "--json"))
    after = done(ready("agreement", open_one, "--json"))
    assert (after["bound"], after["in_effect_since"]) == ([], None)


def test_a_norm_is_composed_published_endorsed_and_traced(ready: Command, open_one: str, tmp_path: Path) -> None:
    alignment = {"agreement": open_one, "clause": "1", "outcome": "help", "relation": "same"}
    proposals = {"outcomes": [OUTCOME], "alignments": [alignment]}
    (tmp_path / "proposals.json").write_text(json.dumps(proposals))
    by = done(ready("align", "proposals.json", "--as", "north", "--json"))["by"]
    (tmp_path / "trust.json").write_text(json.dumps({"type": "trust-policy", "alignments": [by]}))
    composed = done(ready("compose", "--world", "exercise", "--trust", "trust.json", "--json"))
    again = done(ready("compose", "--world", "exercise", "--trust", "trust.json", "--json"))
    assert composed == again
    outcome = OutcomeId(Outcome(OUTCOME["text"], "require").hash)
    norm = Norm("Help", "Parties should help one another.", (outcome,), "exercise")
    (tmp_path / "norm.json").write_text(json.dumps(norm.to_json()))
    published = done(ready("publish", "norm.json", "--as", "south", "--trust", "trust.json", "--json"))
    assert published["norm"] == str(norm.hash)
    assert_refused(ready("publish", "norm.json", "--as", "south", "--trust", "trust.json"), "is published already")
    done(ready("endorse", "Help", "--as", "north", "--reason", "Well said.", "--json"))
    done(ready("endorse", "Help", "--as", "south", "--oppose", "--json"))
    stances = {one["name"]: one["stance"] for one in done(ready("norm", "Help", "--json"))["stances"]}
    assert stances == {"North": "endorsement", "South": "opposition"}
    done(ready("endorse", "Help", "--as", "south", "--withdraw", "--json"))
    (listed,) = done(ready("norms", "--json"))["norms"]
    assert (listed["endorsed_by"], listed["opposed_by"]) == (1, 0)
    traced = done(ready("trace", "Help", "--trust", "trust.json", "--json"))["nodes"]
    kinds = {node["kind"] for node in traced}
    assert {"norm", "outcome", "clause", "agreement", "act", "instrument", "party", "account", "text"} <= kinds
    assert all(node["block"] for node in traced if node["kind"] in ("norm", "agreement", "act"))
    assert "Parties shall help one another." in ready("trace", "Help", "--trust", "trust.json").out


READING = ("parties", "party north", "agreements", "agreement Open_Charter", "compose --world exercise", "norms",
           "digest", "key list")  # fmt: skip


@pytest.mark.parametrize("command", READING)
def test_reading_commands_print_one_document_and_change_nothing(
    ready: Command, open_one: str, tmp_path: Path, command: str
) -> None:
    before = state_of(tmp_path)
    words = [word.replace("_", " ") for word in command.split()]
    done(ready(*words, "--json"))
    assert ready(*words).code == 0
    if command != "key list":
        done(ready(*words, "--json", "--as-of", str(done(ready("digest", "--json"))["as_of"]["block"])))
    assert state_of(tmp_path) == before


def test_signing_again_is_the_same_signature(ready: Command, open_one: str, tmp_path: Path) -> None:
    before = state_of(tmp_path)
    assert done(ready("sign", open_one, "--as", "north", "--json"))["status"] == "recorded"
    assert state_of(tmp_path) == before


def test_as_of_answers_as_it_was(ready: Command, open_one: str) -> None:
    now = done(ready("digest", "--json"))
    done(ready("declare", open_one, "--as", "north", "--text", "Later.", "--json"))
    assert done(ready("digest", "--json"))["digest"] != now["digest"]
    assert done(ready("digest", "--json", "--as-of", str(now["as_of"]["block"]))) == now


# --- nothing half-done


def test_a_chain_that_is_away_leaves_everything_as_it_was(ready: Command, open_one: str, tmp_path: Path) -> None:
    before = state_of(tmp_path)
    path = tmp_path / ".normledger" / "config.toml"
    here = path.read_text()
    path.write_text(here.replace('"embedded"', f'"http://127.0.0.1:{free_port()}"'))
    (tmp_path / "in.jsonl").write_text(line(1) + "\n")
    for told in (
        "import in.jsonl --as north",
        "declare TITLE --as north --text x",
        "withdraw TITLE --as north",
        "index",
    ):
        command = [open_one if word == "TITLE" else word for word in told.split()]
        assert_refused(ready(*command), "does not answer", "start it or give another --chain")
    assert ready("parties").code == 0, "reading needs no chain"
    path.write_text(here)
    assert state_of(tmp_path) == before


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("accede", "Nowhere", "--as", "north"), ("no agreement 'Nowhere'", "lists them")),
        (("accede", "Open Charter", "--as", "nobody"), ("no party 'nobody'", "lists them")),
        (("reserve", "Open Charter", "--clause", "9", "--as", "north", "--text", "x"), ("no clause '9'",)),
        (("reserve", "Open Charter", "--clause", "1", "--as", "north"), ("add --text",)),
        (("declare", "Open Charter", "--as", "north"), ("add --text",)),
        (("object", "Open Charter", "--to", "0x12", "--as", "north"), ("'0x12' is not a hash",)),
        (("object", "Open Charter", "--to", "0x" + "12" * 32, "--as", "north"), ("There is no act", "lists the acts")),
        (("endorse", "x", "--as", "north"), ("no norm 'x'",)),
        (("endorse", "x", "--as", "north", "--oppose", "--withdraw"), ("one of --oppose and --withdraw",)),
        (("publish", "none.json", "--as", "north"), ("none.json", "no such file")),
        (("publish", "charter.json", "--as", "north"), ("charter.json", "not a norm")),
        (("align", "none.json", "--as", "north"), ("none.json", "no such file")),
        (("align", "charter.json", "--as", "north"), ("charter.json", "outcomes")),
        (("register", "FRA", "--kind", "state", "--name", "X", "--key", "north"), ("scheme:value",)),
        (("register", "exercise:state:north", "--kind", "state", "--name", "N", "--key", "north"),
         ("registered already",)),
        (("register", "state:FRA", "--kind", "state", "--name", "F", "--key", "none"), ("no key 'none'",)),
        (("key", "new", "north"), ("a key 'north' already",)),
        (("key", "new", "../north"), ("can't name a key",)),
        (("candidate", "nothing like it"), ("no candidate norm",)),
        (("deploy", "--chain", "nowhere"), ("'nowhere' is not a chain",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) and value[0].isalpha() else "",
)  # fmt: skip
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(
    ready: Command, open_one: str, tmp_path: Path, command: tuple[str, ...], words: tuple[str, ...]
) -> None:
    before = state_of(tmp_path)
    assert_refused(ready(*command), *words)
    assert state_of(tmp_path) == before


def test_a_party_whose_key_is_elsewhere_signs_elsewhere(ready: Command, open_one: str, tmp_path: Path) -> None:
    (tmp_path / ".normledger" / "keys" / "south.json").unlink()
    assert_refused(ready("declare", open_one, "--as", "south", "--text", "x"), "no key", "its holder signs elsewhere")


def test_trash_in_the_folder_is_told(ready: Command, tmp_path: Path) -> None:
    folder = tmp_path / ".normledger"
    (folder / "config.toml").write_text("chain = ")
    assert_refused(ready("parties"), "config.toml", "can't be read")


def test_brackets_without_end_end_no_process(ready: Command, tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_text("[" * 200_000)
    assert_refused(ready("import", "deep.json", "--as", "north"), "deep.json", "nested deeper than 64")
    assert_refused(ready("compose", "--trust", "deep.json"), "deep.json", "nested deeper than 64")


@pytest.mark.parametrize(
    "command",
    [["nonsense"], ["sign"], ["sign", "x"], ["parties", "--as-of", "soon"], ["import"], ["serve", "--port", "x"],
     ["compose", "--limit", "many"], ["key"], ["parties", "--nonsense"]],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_exits_with_2(ready: Command, tmp_path: Path, command: list[str]) -> None:
    before = state_of(tmp_path)
    answer = ready(*command)
    assert answer.code == 2, answer
    assert "Traceback" not in answer.err
    assert state_of(tmp_path) == before


# --- as a shell runs it


def shell(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("normledger")
    return subprocess.run([str(program), *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_the_installed_command_does_the_same(ready: Command, tmp_path: Path) -> None:
    told = shell(tmp_path, "digest", "--json")
    assert (told.returncode, told.stderr) == (0, "")
    assert json.loads(told.stdout) == done(ready("digest", "--json"))
    missing = shell(tmp_path, "import", "none.jsonl", "--as", "north")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr == "none.jsonl: there is no such file; check the path\n"
    assert shell(tmp_path, "nonsense").returncode == 2


def test_two_processes_and_one_writer(ready: Command, tmp_path: Path) -> None:
    with Workspace.open(tmp_path / ".normledger", write=True):
        told = shell(tmp_path, "index")
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "Another process is writing to the workspace" in told.stderr
