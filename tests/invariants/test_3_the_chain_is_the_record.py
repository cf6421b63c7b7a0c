"""Invariant 3: the chain is the record, the index a cache.

Delete the index, index again: given the same documents, the same rows, byte for byte, and the same digest. What is not
yet on the chain lives in the outbox, which is never deleted with the index.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from normledger.acts.act import ActKind
from normledger.documents.document import Profile
from normledger.errors import WorkspaceError
from normledger.exercise import Exercise
from normledger.identifiers import NormId, keccak
from normledger.ledger.tables import FACTS
from normledger.workspace import Workspace
from tests.delegations import copy_of
from tests.ledger.conftest import rows


def everything(workspace: Workspace) -> tuple[object, ...]:
    """All that a reader can see."""
    view = workspace.view()
    compositions = [
        workspace.compose(view, basis, world).canonical_bytes()  # type: ignore[arg-type]
        for basis in ("consented", "reported")
        for world in ("real", "exercise")
    ]
    return view.digest, view.words, view.parties, view.agreements, view.norms, compositions


def test_an_index_made_again_answers_the_same(deployed: Path, tmp_path: Path) -> None:
    folder = tmp_path / ".normledger"
    with copy_of(deployed, folder) as workspace:
        exercise = Exercise(workspace)
        key, claim = exercise.new_party("curator", "name:Curator", "ngo", Profile("Curator"))
        workspace.act_at_once([(claim, key)])
        exercise.register()
        exercise.sign_agreements()
        exercise.act()
        workspace.align(exercise.proposals(), exercise.parties["curator"])
        composition = workspace.compose(workspace.view(), "consented", "exercise")
        exercise.endorse(exercise.publish(workspace.keep_derivation(composition)))
        late, prepared = exercise.new_party("late", "name:Late", "ngo", Profile("Late"))
        pending = workspace.submit_own(prepared, late)  # accepted, not yet carried
        before, digest = everything(workspace), workspace.view().digest
    kept = json.dumps(rows(folder / "index.db"), default=repr)
    for name in ("index.db", "index.db-wal", "index.db-shm"):
        (folder / name).unlink(missing_ok=True)
    with Workspace.open(folder, write=True) as workspace:
        workspace.update()
        assert workspace.view().digest == digest
        assert everything(workspace) == before
        assert workspace.outbox.pending() == [pending]
    assert json.dumps(rows(folder / "index.db"), default=repr) == kept
    with Workspace.open(folder) as reader:  # a stranger's machine: the same chain, an index of its own
        assert reader.view().digest == digest


def test_every_block_on_the_way_has_the_digest_it_had_then(deployed: Path, tmp_path: Path) -> None:
    with copy_of(deployed, tmp_path / ".normledger") as workspace:
        exercise, told = Exercise(workspace), {}
        exercise.register()
        for step in (exercise.sign_agreements, exercise.act):
            step()
            told[workspace.view().at.block] = workspace.view().digest
        for block, digest in told.items():
            assert workspace.view(block).digest == digest
        assert len(set(told.values())) == 2


@pytest.fixture
def played(deployed: Path, tmp_path: Path) -> Iterator[tuple[Workspace, Exercise]]:
    """The exercise, a norm published and endorsed."""
    with copy_of(deployed, tmp_path / ".normledger") as workspace:
        exercise = Exercise(workspace)
        exercise.register()
        exercise.sign_agreements()
        exercise.act()
        exercise.endorse(exercise.publish(keccak(b"a derivation")))
        yield workspace, exercise


def bytes_of(path: Path) -> dict[str, list[bytes]]:
    """Every table of facts as SQLite itself tells it, past our own reading."""
    found = {}
    with closing(sqlite3.connect(path)) as database:
        for table in FACTS:
            keys = ", ".join(column.name for column in table.__table__.primary_key)  # type: ignore[attr-defined]
            told = database.execute(f"SELECT * FROM {table.__tablename__} ORDER BY {keys}")
            found[str(table.__tablename__)] = [repr(row).encode() for row in told]
    assert all(found.values()), "a table without rows shows nothing"
    return found


def forget(folder: Path) -> None:
    for file in folder.glob("index.db*"):
        file.unlink()


def test_the_facts_need_no_documents(played: tuple[Workspace, Exercise]) -> None:
    """Grown act by act, or read in one go by somebody who holds no text: the same bytes, the same digest."""
    workspace, _ = played
    folder, digest = workspace.folder, workspace.view().digest
    workspace.close()
    before = bytes_of(folder / "index.db")
    forget(folder)
    shutil.rmtree(folder / "documents")
    with Workspace.open(folder, write=True) as again:
        again.update()
        again.update()  # a second time adds nothing
        assert again.view().digest == digest
    assert bytes_of(folder / "index.db") == before


def test_the_outbox_is_not_touched_and_carries_on(played: tuple[Workspace, Exercise]) -> None:
    workspace, exercise = played
    folder, norm = workspace.folder, NormId(exercise.norm().hash)
    party = exercise.plan["norm"]["endorsers"][0]
    waiting = workspace.prepare(ActKind.OPPOSITION, norm, exercise.parties[party], text="On second thoughts.")
    workspace.submit_own(waiting, exercise.key_of(party))
    kept = workspace.outbox.pending()
    workspace.close()
    before = (folder / "outbox.db").read_bytes()
    forget(folder)
    with Workspace.open(folder, write=True) as again:
        with pytest.raises(WorkspaceError, match="Nothing is indexed yet"):
            again.view()
        again.update()
        assert (folder / "outbox.db").read_bytes() == before
        assert again.outbox.pending() == kept
        (done,) = again.carry()
        assert (done.digest, done.status) == (waiting.digest, "recorded")
        assert waiting.digest in again.view().acts
