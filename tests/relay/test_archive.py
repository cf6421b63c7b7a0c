"""A backup is one moment of the outbox, whole, and gives it back on either kind of database."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from normledger.acts.act import ActKind
from normledger.errors import InputError, WorkspaceError
from normledger.relay.archive import backup, restore
from normledger.relay.outbox import Outbox, open_outbox
from normledger.relay.tables import OUTBOX
from normledger.workspace import Workspace
from tests.databases import CURRENT
from tests.delegations import Delegations


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to the last byte."""
    found = {}
    with engine.connect() as connection:
        for model in OUTBOX.tables:
            table = model.metadata.tables[str(model.__tablename__)]
            rows = connection.execute(select(table).order_by(*table.primary_key.columns)).all()
            found[table.name] = [tuple(row) for row in rows]
    return found


def test_a_backup_restored_elsewhere_is_carried_on(
    delegations: Delegations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    pending = made.submit(made.prepare(ActKind.DECLARATION, agreement, "A"), "A")
    kept, file = everything(work.outbox.engine), tmp_path / "backup.db"
    count = len(work.outbox.all())
    assert backup(work.outbox.engine, file) == count
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == ["backup.db"]
    with pytest.raises(InputError, match=r"there is a file .*backup.db already; name another"):
        backup(work.outbox.engine, file)
    work.carry()  # after the backup: what it holds as pending is on the chain by now
    folder, head = work.folder, work.node.head()
    work.close()
    monkeypatch.setenv("NORMLEDGER_OUTBOX", CURRENT.url(tmp_path / "elsewhere.db"))
    with Workspace.open(folder, write=True) as again:
        before = file.read_bytes()
        assert restore(again.outbox.engine, file) == count
        assert file.read_bytes() == before
        assert everything(again.outbox.engine) == kept
        with pytest.raises(
            WorkspaceError, match=r"The outbox holds \d+ submissions already; restore into an empty one"
        ):
            restore(again.outbox.engine, file)
        assert again.carry() == []
        assert again.node.head() == head
        assert again.submission(pending.digest).status == "recorded"
        late = made.workspace = again
        more = made.submit(made.prepare(ActKind.DECLARATION, agreement, "B"), "B")
        assert late.carry()[0].digest == more.digest, "new rows find their numbers"


def test_what_is_no_backup_is_told(delegations: Delegations, tmp_path: Path) -> None:
    engine, other = delegations.workspace.outbox.engine, tmp_path / "other"
    with pytest.raises(InputError, match="there is no file"):
        restore(engine, other)
    other.write_text("hello")
    with pytest.raises(InputError, match=r"is no backup of an outbox; `normledger outbox backup` makes one"):
        restore(engine, other)
    with pytest.raises(InputError, match="there is no folder"):
        backup(engine, tmp_path / "missing" / "x.db")


def test_a_backup_made_while_acts_come_in_is_one_moment(delegations: Delegations, tmp_path: Path) -> None:
    """Every submission in it has its way, and every step its submission."""
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    view, stop = work.newest(), threading.Event()
    prepared = [made.prepare(ActKind.DECLARATION, agreement, "A", view=view, number=n) for n in range(1, 60)]
    engine = open_outbox(work.outbox_database)
    domain, faults = made.domain(prepared[0].statement.contract), []  # type: ignore[union-attr]  # an act

    def submit() -> None:
        try:
            for one in prepared:
                Outbox(engine).accept(domain, one.statement, b"\1" * 65, 1)
        except Exception as error:  # shown below
            faults.append(error)
        stop.set()

    thread = threading.Thread(target=submit)
    thread.start()
    number = 0
    while not stop.is_set() or number == 0:
        file = tmp_path / f"{number}.db"
        backup(work.outbox.engine, file)
        number += 1
        with sqlite3.connect(file) as held:
            odd = "SELECT count(*) FROM submissions WHERE digest NOT IN (SELECT digest FROM steps)"
            assert held.execute(odd).fetchone() == (0,)
            odd = "SELECT count(*) FROM steps WHERE digest NOT IN (SELECT digest FROM submissions)"
            assert held.execute(odd).fetchone() == (0,)
        held.close()
    thread.join()
    engine.dispose()
    assert faults == []
