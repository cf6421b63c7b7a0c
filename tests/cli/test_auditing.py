"""audit, watch, fetch, diff, feed: an observer's commands, beside a service that may lie."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from normledger.identifiers import keccak
from normledger.workspace import Workspace
from tests.cli.conftest import Command, hurry, run_main
from tests.provenance.forging_service import Forging, forging
from tests.provenance.lying_node import lying, over_http

ROOT = Path(__file__).resolve().parents[2]
TITLE = "Treaty of the Test"


@pytest.fixture(scope="module")
def lived(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace in which a treaty was signed and left, and a pact is in force."""
    folder = tmp_path_factory.mktemp("lived")
    shutil.copytree(made, folder / ".normledger")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("NORMLEDGER_HOME", raising=False)
        hurry(patch)
        with Workspace.open(folder / ".normledger") as workspace:
            parties = sorted(workspace.newest().parties.values(), key=lambda one: one.id)
        for title in (TITLE, "Second"):
            text = {
                "type": "agreement", "title": title, "character": "treaty", "form": "bilateral", "admission": "closed",
                "takes_effect": "on-signature", "reservations": "prohibited", "notice_days": 0, "languages": ["en"],
                "parties": [
                    {"id": str(one.id), "identifier": one.identifier, "kind": one.kind, "name": one.name}
                    for one in parties
                ],
                "clauses": [
                    {"key": "1", "language": "en", "text": "Neither Party shall attack a response team."},
                    {"key": "2", "language": "en", "text": "The Parties meet."},
                ],
            }  # fmt: skip
            (folder / "text.json").write_text(json.dumps(text))
            for command in (
                ["import", "text.json"],
                ["sign", title, "--as", "north"],
                ["sign", title, "--as", "south"],
            ):
                patch.setattr("sys.argv", ["normledger", *command])
                assert run_main() == 0, command
        patch.setattr("sys.argv", ["normledger", "withdraw", TITLE, "--as", "south", "--text", "No more."])
        assert run_main() == 0
    return folder / ".normledger"


@pytest.fixture
def observer(normledger: Command, lived: Path, tmp_path: Path) -> Command:
    """The command line in a folder with a copy of that workspace."""
    shutil.copytree(lived, tmp_path / ".normledger")
    return normledger


@pytest.fixture
def service(lived: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Forging]]:
    """A service of a copy of its own, and the liar before it."""
    folder = tmp_path_factory.mktemp("service") / ".normledger"
    shutil.copytree(lived, folder)
    with Workspace.open(folder, write=True) as workspace, forging(workspace) as (url, liar):
        yield url, liar


def hide_the_withdrawal(liar: Forging) -> None:
    def lie(_: str, shown: dict[str, list[dict[str, str]]]) -> object:
        if "acts" in shown:
            shown["acts"] = [act for act in shown["acts"] if act["kind"] != "withdrawal"]
        return shown

    liar.lie = lie


# --- audit


def test_an_audit_of_index_and_service_that_tell_the_truth(observer: Command, service: tuple[str, Forging]) -> None:
    told = observer("audit", "--api", service[0])
    assert (told.code, told.err) == (0, "")
    assert "words by proofs against the block's state root" in told.out
    assert "Nothing differs: index at block" in told.out
    digest = observer("digest").out.split()[0]
    assert digest in told.out
    data = observer("audit", "--api", service[0], "--json").json
    assert (data["same"], data["digest"], data["differences"]) == (True, digest, [])
    assert data["compared"] == {"index": data["block"], "api": data["block"]}


def test_an_audit_names_what_a_service_hides_and_ends_with_1(observer: Command, service: tuple[str, Forging]) -> None:
    url, liar = service
    hide_the_withdrawal(liar)
    told = observer("audit", "--api", url)
    assert told.code == 1
    assert told.err.startswith(f"The service at {url} hides act 0x")
    assert len(told.err.strip().splitlines()) == 1
    data = observer("audit", "--api", url, "--json")
    assert data.code == 1
    (found,) = data.json["differences"]
    assert (found["what"], found["where"], found["block"]) == ("hidden", url, data.json["block"])


def test_an_audit_names_what_was_changed_in_the_index(observer: Command, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / ".normledger" / "index.db") as connection:
        connection.execute("DELETE FROM acts WHERE kind = 21")
    connection.close()
    told = observer("audit")
    assert told.code == 1
    assert "The index leaves out act 0x" in told.err
    assert "(withdrawal), which the chain holds in block" in told.err
    assert observer("index").code == 0


def test_an_audit_compares_with_another_node(observer: Command, tmp_path: Path) -> None:
    with Workspace.open(tmp_path / ".normledger") as workspace:
        _, liar = lying(workspace.node)
        with over_http(liar) as url:
            told = observer("audit", "--node", url, "--json")
            assert told.code == 0, told.err
            assert told.json["compared"]["node"] == told.json["block"]
            liar.logs = lambda logs: logs[:-1]
            told = observer("audit", "--node", url)
            assert told.code == 1
            assert f"The node at {url.rpartition(':')[0]}" in told.err
            assert "leaves out act 0x" in told.out
            assert "left out or altered an act on subject 0x" in " ".join(told.out.split())


def test_an_audit_without_an_index_or_a_service_says_so(observer: Command, tmp_path: Path) -> None:
    (tmp_path / ".normledger" / "index.db").unlink()
    told = observer("audit")
    assert told.code == 1
    assert "The index cannot be compared: Nothing is indexed yet" in told.err
    told = observer("audit", "--api", "http://127.0.0.1:9")
    assert told.code == 1
    assert "does not answer /v1/status" in told.err


# --- watch


def test_a_watch_remembers_and_raises_one_alarm(
    observer: Command, service: tuple[str, Forging], tmp_path: Path
) -> None:
    url, liar = service
    state = tmp_path / "memory.json"
    words = ("watch", url, "--once", "--state", state)
    told = observer(*words)
    assert (told.code, told.err) == (0, "")
    assert json.loads(state.read_text())["looks"] == 1
    hide_the_withdrawal(liar)
    alarm = observer(*words, "--json")
    assert alarm.code == 1
    assert len(alarm.err.strip().splitlines()) == 1
    events = [json.loads(line) for line in alarm.out.splitlines()]
    assert {one["event"] for one in events} == {"alarm"}
    assert {"hidden", "taken back"} <= {one["what"] for one in events}
    assert alarm.err.startswith(events[0]["sentence"][:40])


def test_a_watch_of_yesterday_s_state_is_an_alarm_beyond_the_limit(
    observer: Command, service: tuple[str, Forging], tmp_path: Path
) -> None:
    url, liar = service
    liar.as_of = observer("digest", "--json").json["as_of"]["block"] - 1
    late = observer("watch", url, "--once", "--lag", "0")
    assert late.code == 1
    assert "it lags, or shows an old state on purpose." in late.err
    assert observer("watch", url, "--once", "--lag", "9000", "--state", tmp_path / "other.json").code == 0
    assert list((tmp_path / ".normledger").glob("watch-*.json"))


def test_a_watch_of_nobody_ends_in_one_sentence(observer: Command, tmp_path: Path) -> None:
    for url, word in (("http://127.0.0.1:9", "does not answer"), ("nobody", "is no address of a service")):
        told = observer("watch", url, "--once")
        assert told.code == 1
        assert word in told.err
        assert len(told.err.strip().splitlines()) == 1


def test_a_watch_goes_on_until_the_first_lie(observer: Command, service: tuple[str, Forging], tmp_path: Path) -> None:
    url, liar = service
    words = [sys.executable, "-c", "from normledger.cli import main; main()", "watch", url, "--interval", "1", "--json"]
    environment = {**os.environ, "NORMLEDGER_HOME": str(tmp_path / ".normledger")}
    with subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as watch:
        assert watch.stdout is not None
        first = [watch.stdout.readline() for _ in range(2)]
        assert [json.loads(line)["event"] for line in first if line] == ["look", "look"], watch.stderr.read()  # type: ignore[union-attr]  # piped
        hide_the_withdrawal(liar)
        out, err = watch.communicate(timeout=60)
    assert watch.returncode == 1
    assert {json.loads(line)["event"] for line in out.splitlines()} >= {"alarm"}
    assert len(err.strip().splitlines()) == 1


# --- fetch


def test_missing_texts_are_fetched_by_their_hash(
    observer: Command, service: tuple[str, Forging], tmp_path: Path
) -> None:
    url, liar = service
    documents = tmp_path / ".normledger" / "documents"
    shutil.rmtree(documents)
    documents.mkdir()
    assert "not at hand" in observer("agreements").out
    told = observer("fetch", "--from", url, "--json")
    assert told.code == 0, told.err
    assert len(told.json["fetched"]) == 5  # two texts, two profiles, the withdrawal's statement
    assert told.json["absent"] == []
    assert TITLE in observer("agreements").out
    assert observer("fetch", "--from", url).out.startswith("0 documents fetched, 0 bytes; 5 were here")
    name = next(iter(told.json["fetched"]))
    (documents / name[2:4] / f"{name[2:]}.json").unlink()
    liar.texts[f"/v1/documents/{name}"] = b'{"type":"statement","text":"swapped"}'
    refused = observer("fetch", name, "--from", url)
    assert refused.code == 1
    assert "the text was altered. Ask another mirror." in refused.err
    liar.honest()
    assert observer("fetch", name, "--from", url).code == 0
    absent = observer("fetch", str(keccak(b"nobody has it")), "--from", url)
    assert absent.code == 1
    assert "does not have it either" in absent.err
    assert observer("fetch", "0x12", "--from", url).code == 1


# --- diff and feed


def test_a_diff_of_blocks_hashes_and_times(observer: Command) -> None:
    newest = observer("digest", "--json").json["as_of"]
    block, hash_ = newest["block"], newest["block_hash"]
    told = observer("diff", block - 1, hash_)
    assert told.code == 0, told.err
    assert f"South left “{TITLE}”." in told.out
    assert f"“{TITLE}” ended." in told.out
    assert f"withdrawal by South, block {block}: 0x" in told.out
    data = observer("diff", "0", block, "--basis", "consented", "--world", "exercise", "--json").json
    assert data["from"] is None
    assert {entry["sentence"] for entry in data["differences"]["joined"]} == {
        "North joined “Second”.",
        "South joined “Second”.",
    }
    assert all(entry["acts"] for entries in data["differences"].values() for entry in entries)
    assert observer("diff", newest["time"], "2090-01-01").out.startswith("Nothing changed.")
    for words, word in (
        ((block, block - 1), "swap them"),
        ((block, "0"), "swap them"),
        (("0x12", block), "is not a hash"),
        (("0x" + "77" * 32, block), "field FROM: no block of this chain has the hash"),
        (("yesterday", block), "field FROM: 'yesterday' is not a time"),
        ((0, "tomorrow"), "field TO: 'tomorrow' is not a time"),
        ((0, 10**9), "is beyond block"),
    ):
        refused = observer("diff", *words)
        assert refused.code == 1, words
        assert word in refused.err, words


def test_a_feed_in_every_form_and_checked(observer: Command, tmp_path: Path) -> None:
    text = observer("feed", TITLE)
    assert text.code == 0, text.err
    assert f"South withdrew its consent to “{TITLE}”" in text.out
    path = tmp_path / "feed.xml"
    path.write_text(observer("feed", TITLE, "--format", "atom", "--base", "https://example.org").out)
    told = observer("feed", TITLE, "--check", path)
    assert told.code == 0, told.err
    assert "Nothing is left out: 3 notifications" in told.out
    data = observer("feed", TITLE, "--format", "json-feed").json
    del data["items"][0]
    path.write_text(json.dumps(data))
    cut = observer("feed", TITLE, "--check", path)
    assert cut.code == 1
    assert "it leaves out what came last" in cut.err
    assert [one["_normledger"]["number"] for one in observer("feed", TITLE, "--since", 1, "--json").json["items"]] == [
        3,
        2,
    ]
    assert observer("feed", "exercise:state:north").code == 0
    assert "There is no agreement, norm or party" in observer("feed", "Nobody").err
    assert observer("feed", TITLE, "--format", "rss").code == 1


# --- evidence at signing time


def test_evidence_is_written_when_the_last_founder_signs(ready: Command, agreement: Path, tmp_path: Path) -> None:
    assert ready("import", agreement).code == 0
    out = tmp_path / "treaty.evidence.json"
    first = ready("sign", TITLE, "--as", "north", "--evidence", out)
    assert first.code == 0, first.err
    assert "Evidence can be made once it is recorded" in first.out
    assert not out.exists()
    second = ready("sign", TITLE, "--as", "south", "--evidence", out, "--json")
    assert second.code == 0, second.err
    assert second.json["evidence"] == [str(out)]
    verdict = ready("verify", out, "--json").json
    assert int(verdict["as_of"]["block"]) == second.json["block"]


def test_evidence_of_several_clauses_has_a_file_each(lived: Path, observer: Command, tmp_path: Path) -> None:
    with Workspace.open(tmp_path / ".normledger") as workspace:
        document = workspace.newest().agreement("Second").document
    assert document is not None
    data = document.to_json() | {"title": "Third", "takes_effect": "on-ratification"}
    (tmp_path / "third.json").write_text(json.dumps(data))
    assert observer("import", tmp_path / "third.json").code == 0
    for party in ("north", "south"):
        assert observer("sign", "Third", "--as", party, "--subject-to-ratification").code == 0
    early = observer("sign", "Third", "--as", "north", "--subject-to-ratification", "--evidence", tmp_path / "e.json")
    assert early.code == 1
    assert "ask for its evidence then" in early.err
    assert observer("ratify", "Third", "--as", "north").code == 0
    told = observer("ratify", "Third", "--as", "south", "--evidence", tmp_path / "e.json", "--json")
    assert told.code == 0, told.err
    assert told.json["evidence"] == [str(tmp_path / f"e.{number}.json") for number in (1, 2)]
    for path in told.json["evidence"]:
        assert observer("verify", path).code == 0
    refused = observer("endorse", "Second", "--as", "north", "--evidence", tmp_path / "f.json")
    assert refused.code == 1
    assert "evidence is made of endorsements of norms alone" in refused.err
