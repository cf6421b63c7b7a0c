"""The folder: one writer, keys that stay closed, a format that is checked, a chain that is the right one."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from normledger.acts.act import ActKind, list_of
from normledger.configuration import FORMAT
from normledger.documents.document import Profile
from normledger.errors import ChainError, InputError, NotFound, WorkspaceError
from normledger.workspace import Workspace, find
from tests.chains import free_port
from tests.delegations import Delegations, copy_of


def test_the_folder_is_found_from_below_and_by_the_environment(
    deployed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    with pytest.raises(WorkspaceError, match="There is no workspace here; run `normledger init` first"):
        find()
    (tmp_path / ".normledger").mkdir()
    assert find() == tmp_path / ".normledger"
    assert find(below) == tmp_path / ".normledger"
    monkeypatch.setenv("NORMLEDGER_HOME", str(deployed))
    assert find() == deployed


def test_a_configuration_is_read_back(deployed: Path) -> None:
    with Workspace.open(deployed) as workspace:
        made = workspace.configuration
        assert (made.chain, made.format, made.release) == ("embedded", FORMAT, workspace.release.name)
    assert (deployed / "config.toml").read_text() == made.to_toml()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("format = 99\n", r"made by a newer NormLedger \(format 99, this one knows 1\); update NormLedger"),
        ("format = 'x'\n", "newer NormLedger"),
        ("", "newer NormLedger"),
        ("format = \n", "can't be read"),
        ("\xff", "can't be read"),
    ],
)
def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "config.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(WorkspaceError, match=fault):
        Workspace.open(tmp_path)


def test_a_folder_that_is_none_and_one_that_is_taken(deployed: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="There is no workspace in"):
        Workspace.open(tmp_path)
    with pytest.raises(WorkspaceError, match=r"There is a workspace in .* already"):
        Workspace.create(deployed)


def test_one_writes_and_any_number_read(workspace: Workspace) -> None:
    with Workspace.open(workspace.folder) as one, Workspace.open(workspace.folder) as other:
        assert one.view().digest == other.view().digest == workspace.view().digest
    with pytest.raises(WorkspaceError, match="Another process is writing to the workspace in"):
        Workspace.open(workspace.folder, write=True)
    workspace.close()
    Workspace.open(workspace.folder, write=True).close()


def test_a_writer_in_another_process_is_told(deployed: Path, tmp_path: Path) -> None:
    with copy_of(deployed, tmp_path / ".normledger") as workspace:
        code = (
            "from pathlib import Path\nfrom normledger.workspace import Workspace\n"
            f"Workspace.open(Path({str(workspace.folder)!r}), write=True)\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "Another process is writing" in done.stderr


def test_keys_are_kept_encrypted_and_for_their_owner_alone(workspace: Workspace) -> None:
    account = workspace.new_key("mine", light=True)
    path = workspace.folder / "keys" / "mine.json"
    key = workspace.private_key("mine")
    assert key.hex() not in path.read_text()
    for secret in (path, workspace.folder / "keys" / "passphrase"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE((workspace.folder / "keys").stat().st_mode) == 0o700
    assert workspace.key_of(account) == key
    assert workspace.keys()["mine"] == account
    with pytest.raises(InputError, match="there is a key 'mine' already"):
        workspace.new_key("mine")
    for name in ("", "../x", ".hidden", "a b", "a/b"):
        with pytest.raises(InputError, match="can't name a key"):
            workspace.new_key(name)
    with pytest.raises(NotFound, match="There is no key 'nobody'"):
        workspace.private_key("nobody")


def test_a_wrong_passphrase_opens_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.new_key("mine", light=True)
    monkeypatch.setenv("NORMLEDGER_PASSPHRASE", "wrong")
    with pytest.raises(InputError, match="the passphrase does not open key 'mine'; set NORMLEDGER_PASSPHRASE"):
        workspace.private_key("mine")
    monkeypatch.setenv("NORMLEDGER_RELAYER_KEY", "not hex")
    with pytest.raises(InputError, match="NORMLEDGER_RELAYER_KEY is not a private key"):
        _ = workspace.sender


def test_a_chain_without_the_contracts_is_told(workspace: Workspace) -> None:
    workspace.close()
    for path in (workspace.folder / "chain").iterdir():
        path.unlink()
    with (
        Workspace.open(workspace.folder, write=True) as again,
        pytest.raises(ChainError, match=r"holds no contract at 0x.* or deploy again"),
    ):
        again.update()


def test_deploying_again_finds_what_is_there(workspace: Workspace) -> None:
    before, told = workspace.node.head(), []
    workspace.deploy(lambda name, address, new: told.append((name, new)))
    assert told == [("PartyRegistry", False), ("AgreementLedger", False), ("NormRegistry", False)]
    assert workspace.node.head() == before
    assert workspace.configuration.first_block == 0


def everything(folder: Path) -> dict[str, bytes]:
    """Every file that matters, but for locks and SQLite's own logs."""
    with Workspace.open(folder) as reader:
        head = str(reader.node.head()) if reader.configuration.chain == "embedded" else ""
        told = {"pending": repr(reader.outbox.pending()), "view": str(reader.view().digest), "head": head}
    files = {str(path): path.read_bytes() for path in (folder / "documents").rglob("*.json")}
    return {**files, **{name: text.encode() for name, text in told.items()}}


def test_where_the_chain_is_away_nothing_is_kept(delegations: Delegations, tmp_path: Path) -> None:
    made, folder = delegations, delegations.workspace.folder
    subject = made.found(made.text("A", "B"))
    source = tmp_path / "in.json"
    source.write_text('{"treaty": "t", "title": "T", "party": "Z", "action": "signature"}')
    prepared = made.prepare(ActKind.DECLARATION, subject, "A", text="We declare.")
    before = everything(folder)
    made.workspace.close()
    away = f"http://127.0.0.1:{free_port()}"
    with Workspace.open(folder, write=True, chain=away) as workspace:
        with pytest.raises(ChainError, match="does not answer"):
            workspace.act_at_once([(prepared, made.keys["A"])])
        with pytest.raises(ChainError, match="does not answer"):
            workspace.report([source], made.parties["A"])
    assert everything(folder) == before


def test_the_same_import_again_reports_nothing_twice(delegations: Delegations, tmp_path: Path) -> None:
    made, work = delegations, delegations.workspace
    source = tmp_path / "in.json"
    source.write_text('{"treaty": "t", "title": "T", "party": "Z", "action": "signature"}')
    one = work.report([source], made.parties["A"])
    head = work.node.head()
    other = work.report([source], made.parties["A"])
    assert one == other
    assert work.node.head() == head
    batch = work.view().batches(ActKind.REPORTS)[0]
    made.act(ActKind.WITHDRAWAL, list_of(made.parties["A"]), "A", refers_to=batch.act.digest)
    assert work.view().batches(ActKind.REPORTS) == ()
    work.report([source], made.parties["A"])  # withdrawn, and now stated again
    assert len(work.view().batches(ActKind.REPORTS)) == 1


def test_who_reports_must_be_said_and_hold_its_key(delegations: Delegations, tmp_path: Path) -> None:
    made, work = delegations, delegations.workspace
    source = tmp_path / "in.json"
    source.write_text('{"treaty": "t", "title": "T", "party": "Z", "action": "signature"}')
    with pytest.raises(InputError, match="say which party reports: add --as PARTY"):
        work.report([source], None)
    os.remove(work.folder / "keys" / "A.json")
    with pytest.raises(NotFound, match=r"There is no key '0x.*its holder signs elsewhere"):
        work.report([source], made.parties["A"])
    assert not [name for name in work.store.names() if not isinstance(work.store.read(name), Profile)]
