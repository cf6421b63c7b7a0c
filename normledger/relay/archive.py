"""A copy of the outbox in one file, as of one moment, and back again: what nobody else holds is to be kept twice.

The copy is an outbox on SQLite, whatever the outbox lies on, so that it can be looked into, restored on either kind of
database, and moved from form to form. Belongs here: whole outboxes. Does not belong here: one submission (`outbox`).
"""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select, text

from normledger.errors import InputError, WorkspaceError
from normledger.ledger.database import writing
from normledger.relay.outbox import open_outbox
from normledger.relay.tables import OUTBOX, SubmissionRow

_CHUNK = 1_000  # rows at once


def backup(engine: Engine, file: Path) -> int:
    """Copy an outbox, while it is in use, to a new file; how many submissions it holds. The file is there whole or not.

    Raises `InputError` where there is a file of that name already.
    """
    if file.exists():
        raise InputError(f"there is a file {file} already; name another", field="FILE")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=_folder(file)) as folder:
        draft = Path(folder) / file.name
        copy = open_outbox(f"sqlite:///{draft}")
        try:
            with _at_one_moment(engine).connect() as held, copy.begin() as connection:
                count = _copy(held, connection)
        finally:
            copy.dispose()
        with closing(sqlite3.connect(draft)) as alone:  # one file, not one with a log beside it
            alone.execute("PRAGMA journal_mode=DELETE")
        _flush(draft)
        os.link(draft, file)  # fails where somebody was faster
        _flush(_folder(file))
    return count


def restore(engine: Engine, file: Path) -> int:
    """Bring a backup's submissions, with their ways, into an empty outbox; how many there are.

    Raises `InputError` for a file that is no backup, `WorkspaceError` where the outbox holds something: two outboxes
    are never mixed.
    """
    if not file.is_file():
        raise InputError(f"there is no file {file}; check the path", field="FILE")
    if not file.read_bytes()[:16].startswith(b"SQLite format 3\0"):
        raise InputError(f"{file} is no backup of an outbox; `normledger outbox backup` makes one", field="FILE")
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "outbox.db"
        shutil.copyfile(file, draft)  # moved to this form, if need be, without a change to the file
        copy = open_outbox(f"sqlite:///{draft}")
        try:
            with copy.connect() as held, writing(engine).begin() as connection:
                if there := connection.execute(select(func.count()).select_from(SubmissionRow)).scalar_one():
                    raise WorkspaceError(
                        f"The outbox holds {there:,} submissions already; restore into an empty one, named by "
                        "NORMLEDGER_OUTBOX."
                    )
                return _copy(held, connection)
        finally:
            copy.dispose()


def _at_one_moment(engine: Engine) -> Engine:
    """SQLite's transactions see one moment by themselves."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ")
    return engine


def _copy(source: Connection, target: Connection) -> int:
    count = 0
    for model in OUTBOX.tables:
        table = model.metadata.tables[str(model.__tablename__)]
        rows = source.execute(select(table).order_by(*table.primary_key.columns)).mappings()
        for chunk in rows.partitions(_CHUNK):
            target.execute(insert(table), [dict(row) for row in chunk])
            count += len(chunk) if model is SubmissionRow else 0
    if target.dialect.name == "postgresql":
        for name in ("steps", "batches"):  # the counters of new rows start behind those brought along
            behind = f"(SELECT coalesce(max(id), 0) + 1 FROM {name})"
            target.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {behind}, false)"))
    return count


def _folder(file: Path) -> Path:
    folder = file.resolve().parent
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}; make it first", field="FILE")
    return folder


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    with suppress(OSError):  # some file systems do not flush folders
        os.fsync(handle)
    os.close(handle)
