"""The outbox by commands: what is in it, one act's way, a copy of it and back."""

import time
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.databases import Cluster


def test_what_is_accepted_is_listed_and_its_way_is_shown(ready: Command, agreement: Path) -> None:
    ready("import", agreement, "--as", "north")
    ready("sign", "Treaty of the Test", "--as", "north")
    (waiting,) = ready("outbox", "list", "--status", "accepted", "--json").json
    assert waiting["act"] == "Signature"
    assert "other founders" in waiting["reason"]
    shown = ready("outbox", "show", waiting["digest"])
    assert "accepted" in shown.out
    assert "received" in shown.out
    assert "waiting: It waits for the signatures" in " ".join(shown.out.split())
    ready("sign", "Treaty of the Test", "--as", "south")
    way = ready("outbox", "show", waiting["digest"], "--json").json["way"]
    assert [step["state"] for step in way] == ["received", "waiting", "relayed", "included", "final"]
    assert way[-1]["block"] == ready("agreements", "--json").json["consented"][0]["block"]
    assert ready("outbox", "list", "--status", "accepted", "--json").json == []
    assert "Signature" in ready("outbox", "list").out


def test_bad_input_is_told(ready: Command) -> None:
    odd = ready("outbox", "list", "--status", "lost")
    assert (odd.code, "'lost' is not known; it is one of accepted, recorded, refused" in odd.err) == (1, True)
    odd = ready("outbox", "show", "0x" + "11" * 32)
    assert (odd.code, "There is no submission" in odd.err) == (1, True)
    odd = ready("outbox", "restore", "nowhere.db")
    assert (odd.code, "there is no file nowhere.db; check the path" in odd.err) == (1, True)


def test_a_backup_comes_back_into_an_empty_outbox(ready: Command, agreement: Path, tmp_path: Path) -> None:
    ready("import", agreement, "--as", "north")
    ready("sign", "Treaty of the Test", "--as", "north")
    before = ready("outbox", "list", "--json").json
    made = ready("outbox", "backup", "copy.db", "--json")
    assert made.json == {"file": "copy.db", "submissions": len(before)}
    assert "already; name another" in ready("outbox", "backup", "copy.db").err
    assert "restore into an empty one" in ready("outbox", "restore", "copy.db").err
    for file in (tmp_path / ".normledger").glob("outbox.db*"):
        file.unlink()
    assert ready("outbox", "list", "--json").json == []
    assert "are here again." in ready("outbox", "restore", "copy.db").out
    assert ready("outbox", "list", "--json").json == before
    assert ready("sign", "Treaty of the Test", "--as", "south", "--json").json["status"] == "recorded"


def test_a_workspace_on_postgresql_by_options(normledger: Command, cluster: Cluster, tmp_path: Path) -> None:
    urls = [cluster.url(name) for name in ("cli_index", "cli_outbox")]
    assert normledger("init", "--database", urls[0], "--outbox", urls[1]).code == 0
    assert normledger("deploy").code == 0
    digest = normledger("digest", "--json").json
    assert not list((tmp_path / ".normledger").glob("*.db"))
    elsewhere = normledger("index", "--database", f"sqlite:///{tmp_path}/elsewhere.db", "--json")
    assert elsewhere.json["digest"] == digest["digest"]
    odd = normledger("index", "--database", "mysql://x/y")
    assert (odd.code, "'mysql' is no kind of database known here" in odd.err) == (1, True)
    assert "Traceback" not in odd.err


def test_a_command_leaves_no_connection_to_postgresql(
    ready: Command, agreement: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NORMLEDGER_DATABASE", cluster.known_as("teller", "told_index"))
    monkeypatch.setenv("NORMLEDGER_OUTBOX", cluster.url("told_outbox").replace("normledger@", "teller@"))
    commands = (
        "index", f"import {agreement} --as north", "sign Treaty --as north", "sign Treaty --as south", "parties",
        "agreements", "norms", "compose", "search Treaty", "digest", "outbox list", "nothing",
        "agreements --as-of 999",
    )  # fmt: skip
    worked = 0
    for command in commands:
        worked += ready(*command.split()).code == 0
        patience = time.monotonic() + 20  # the server notices in a moment that a client is gone
        while cluster.connections("teller") and time.monotonic() < patience:
            time.sleep(0.02)
        assert cluster.connections("teller") == 0, command
    assert worked > 6
