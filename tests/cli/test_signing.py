"""Ceremonies by commands, and signing a file offline: what can't be told in words is not signed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from normledger.acts.act import ActKind
from normledger.acts.signature import recover
from normledger.documents.document import Agreement, Clause, Founder, Rules
from normledger.identifiers import Digest
from normledger.ledger.queries import terms_of
from normledger.workspace import Workspace
from tests.cli.conftest import Command
from tests.delegations import copy_of

TREATY = "Treaty of the Test"


def test_a_draft_circulates_and_the_last_signature_records_all(ready: Command, agreement: Path) -> None:
    opened = ready("ceremony", "open", agreement, "--days", "3", "--json").json
    link = opened["link"]
    assert link.startswith("/ceremonies/")
    assert "Still awaited: South" in ready("ceremony", "sign", link, "--as", "north").out
    shown = ready("ceremony", "show", link, "--json").json
    assert {one["name"]: one["state"] for one in shown["signatories"]} == {"North": "signed", "South": "awaited"}
    done = ready("ceremony", "sign", link.rpartition("/")[2], "--as", "south", "--subject-to-ratification", "--json")
    assert done.json["status"] == "recorded"
    told = ready("ceremony", "show", link).out
    assert "All is recorded." in told
    acts = ready("agreement", TREATY, "--json").json["acts"]
    assert {one["kind"] for one in acts} == {"signature", "signature subject to ratification"}
    again = ready("ceremony", "sign", link, "--as", "north")
    assert again.code == 1
    assert "nothing left to sign" in again.err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("show", "wrong"), "copy its link whole"),
        (("sign", "wrong", "--as", "north"), "copy its link whole"),
        (("open", "0x" + "00" * 32), "There is no agreement text"),
        (("open", "nothing.json"), "is not a hash"),
    ],
)
def test_a_wrong_ceremony_is_one_sentence(ready: Command, arguments: tuple[str, ...], word: str) -> None:
    answer = ready("ceremony", *arguments)
    assert answer.code == 1
    assert word in answer.err.replace("\n", " ")


@pytest.fixture(scope="module")
def preparation(made: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A workspace with the treaty, and North's declaration on it as the service prepares it. Never written to."""
    folder = tmp_path_factory.mktemp("preparation") / ".normledger"
    with copy_of(made, folder) as workspace:
        parties = [workspace.newest().party(name) for name in ("north", "south")]
        founders = sorted(
            (Founder(one.id, one.identifier, one.kind, one.name) for one in parties), key=lambda one: one.id
        )
        clauses = (Clause("1", "Neither Party shall attack a response team."),)
        text = Agreement(
            TREATY, clauses, Rules("treaty", "bilateral", "closed"), tuple(sorted(founders, key=lambda one: one.id))
        )
        workspace.store.put([text])
        workspace.act_at_once(
            [
                (
                    workspace.prepare(ActKind.SIGNATURE, terms_of(text).id, one.id, content=text.hash),
                    workspace.key_of(one.account),
                )
                for one in parties
            ]
        )
        body = {"kind": "declaration", "party": "north", "subject": TREATY, "text": "We mean\u202e it.", "clause": "1"}
        with TestClient(create_app(workspace)) as client:
            return folder, client.post("/v1/preparations", json=body).json()


@pytest.fixture
def prepared(preparation: tuple[Path, dict[str, Any]], tmp_path: Path) -> dict[str, Any]:
    """The declaration; the workspace here, and North's key in a folder of its own, as on an offline machine."""
    folder, answer = preparation
    shutil.copytree(folder, tmp_path / ".normledger")
    offline = tmp_path / "offline"
    offline.mkdir()
    for name in ("north.json", "passphrase"):
        shutil.copy(folder / "keys" / name, offline)
    copied: dict[str, Any] = json.loads(json.dumps(answer))
    return copied


def run_offline(tmp_path: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own: no workspace above it, no network."""
    return subprocess.run(
        [sys.executable, "-c", "from normledger.cli import main; main()", *map(str, arguments)],
        cwd=tmp_path / "offline",
        env={
            "PATH": os.environ["PATH"],
            "NORMLEDGER_HOME": str(tmp_path / "nowhere"),
            "HTTP_PROXY": "http://127.0.0.1:9",
        },
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_a_file_is_signed_offline_and_submitted_elsewhere(prepared: dict[str, Any], tmp_path: Path) -> None:
    file, out = tmp_path / "offline" / "act.json", tmp_path / "offline" / "signature.json"
    file.write_text(json.dumps(prepared))
    done = run_offline(tmp_path, "sign", "--file", file, "--key", "north.json", "--out", out)
    assert done.returncode == 0, done.stderr
    assert (
        "North (exercise:state:north) makes a declaration on “Treaty of the Test”, clause 1 (“Neither Party"
        in done.stderr
    )
    assert "“We mean⟨U+202E⟩ it.”" in done.stderr
    assert prepared["digest"] in done.stderr
    signed = json.loads(out.read_text())
    account = recover(Digest.parse(prepared["digest"]), bytes.fromhex(signed["signature"][2:]))
    assert str(account) == prepared["account"]
    with Workspace.open(tmp_path / ".normledger", write=True) as workspace:
        workspace.submit(signed["typed_data"], signed["signature"], signed["texts"])
        assert [one.status for one in workspace.carry()] == ["recorded"]


def test_a_bare_key_signs_too(prepared: dict[str, Any], tmp_path: Path) -> None:
    with Workspace.open(tmp_path / ".normledger") as workspace:
        key = workspace.private_key("north")
    (tmp_path / "offline" / "key.hex").write_text(f"0x{key.hex()}\n")
    (tmp_path / "offline" / "act.json").write_text(json.dumps(prepared))
    done = run_offline(tmp_path, "sign", "--file", "act.json", "--key", "key.hex")
    assert done.returncode == 0, done.stderr
    assert key.hex() not in done.stdout + done.stderr
    assert set(json.loads(done.stdout)) == {"typed_data", "signature", "texts"}
    again = run_offline(tmp_path, "sign", "--file", "act.json", "--key", "key.hex", "--json")
    assert json.loads(again.stdout)["digest"] == prepared["digest"]


def change(path: str, value: Any) -> Any:
    def done(data: dict[str, Any]) -> None:
        *above, last = path.split("/")
        for name in above:
            data = data[int(name)] if isinstance(data, list) else data[name]
        if value is None:
            del data[last]
        else:
            data[last] = value

    return done


UNCLEAR = {
    "no text": (change("texts", []), "does not hold its text"),
    "another text": (change("texts/0/text", "We do not."), "does not hold its text"),
    "no agreement": (change("about", []), "does not hold the agreement"),
    "another agreement": (change("about/0/title", "Harmless"), "does not hold the agreement"),
    "a foreign field": (change("typed_data/message/more", "1"), "has no field 'more'"),
    "a foreign type": (change("typed_data/primaryType", "Permit"), "is not an act of NormLedger"),
    "another contract": (change("typed_data/domain/verifyingContract", "0x" + "12" * 20), "of this release is"),
    "another name": (change("typed_data/domain/name", "Other"), "not what NormLedger, version 1, prepares"),
    "another digest": (change("digest", "0x" + "11" * 32), "download it once more"),
    "no message": (change("typed_data/message", None), "exactly the fields"),
}  # fmt: skip


@pytest.mark.parametrize("flaw", UNCLEAR)
def test_what_can_not_be_explained_is_not_signed(
    prepared: dict[str, Any], normledger: Command, tmp_path: Path, flaw: str
) -> None:
    spoil, word = UNCLEAR[flaw]
    spoil(prepared)
    file = tmp_path / "act.json"
    file.write_text(json.dumps(prepared))
    answer = normledger("sign", "--file", file, "--key", tmp_path / "offline" / "north.json", "--out", tmp_path / "x")
    assert answer.code == 1
    assert word in answer.err.replace("\n", " ")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("--file", "nothing.json", "--key", "offline/north.json"), 1, "no such file"),
        (("--file", "act.json", "--key", "nobody"), 1, "there is no key 'nobody'"),
        (("--file", "act.json", "--key", "south"), 1, "take the key of that account"),
        (("--file", "act.json", "--key", "act.txt"), 1, "neither a keystore nor 64"),
        (("--file", "act.txt", "--key", "north"), 1, "act.txt"),
        (("--file", "act.json"), 2, "--file with --key"),
        (("X", "--as", "north", "--file", "act.json", "--key", "north"), 2, "neither AGREEMENT"),
        ((), 2, "name an AGREEMENT"),
    ],
)
def test_wrong_keys_and_files_are_one_sentence(
    prepared: dict[str, Any], normledger: Command, tmp_path: Path, arguments: tuple[str, ...], code: int, word: str
) -> None:
    (tmp_path / "act.json").write_text(json.dumps(prepared))
    (tmp_path / "act.txt").write_text("hello")
    answer = normledger("sign", *arguments)
    assert answer.code == code, answer
    assert word in " ".join(answer.err.replace("│", "").split()), answer.err
