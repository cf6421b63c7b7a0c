"""Opening a database by its URL: SQLite or PostgreSQL, in the form that this release knows, durable at every commit.

    sqlite:////folder/index.db                               a file, one writer at a time
    postgresql://user@host/name?schema=normledger_index      a schema of a PostgreSQL 15 (psycopg 3)

A database without our tables gets them; one of an older form is brought up to date by its migrations (Alembic); one of
a newer form is refused. Belongs here: everything that differs between the two kinds of database.
"""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import SQLModel, create_engine

from normledger.errors import InputError, WorkspaceError

PATIENCE = 30
"""Seconds to wait for another's write, or for a server to take the connection."""

_AFTER_A_KILL = 3.0
"""Seconds in which a server notices that a process is gone, and lets go of its lock."""

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Form:
    """What a database holds. `revisions` are its forms, oldest first: the names of its migrations in `folder`.

    `rebuild` says what else a person may do with one that is newer than this release; `schema` is where it lies on
    PostgreSQL unless its URL names another.
    """

    title: str
    option: str
    schema: str
    tables: tuple[type[SQLModel], ...]
    folder: Path
    revisions: tuple[str, ...]
    rebuild: str = ""

    def create(self, connection: Connection) -> None:
        """Make the tables, in the newest form."""
        SQLModel.metadata.create_all(
            connection, tables=[SQLModel.metadata.tables[str(table.__tablename__)] for table in self.tables]
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database lies; two are equal where writing to one writes to the other. As text: without its password."""

    url: URL
    schema: str = ""

    def __str__(self) -> str:
        if self.url.get_backend_name() == "sqlite":
            return str(self.url.database)
        schema = f" (schema {self.schema})" if self.schema else ""
        return self.url.render_as_string(hide_password=True) + schema


def place_of(url: str, form: Form) -> Place:
    """The place that a URL names. Raises `InputError` for what is none."""
    fault = f"{{}}; give sqlite:///FILE or postgresql://USER@HOST/NAME for the {form.title}"
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InputError(fault.format("this is not a database's URL"), field=form.option) from None
    match parsed.drivername:
        case "sqlite" | "sqlite+pysqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise InputError(fault.format("a database in memory is lost at the end"), field=form.option)
            return Place(URL.create("sqlite", database=str(Path(parsed.database).resolve())))
        case "postgresql" | "postgres" | "postgresql+psycopg":
            schema = parsed.query.get("schema", form.schema)
            if not isinstance(schema, str) or not _SCHEMA.fullmatch(schema):
                raise InputError(
                    f"{schema!r} can't name a schema; use small letters, digits and _", field=f"{form.option} (schema)"
                )
            return Place(parsed.set(drivername="postgresql+psycopg").difference_update_query(["schema"]), schema)
    raise InputError(fault.format(f"{parsed.drivername!r} is no kind of database known here"), field=form.option)


def open_database(url: str, form: Form) -> Engine:
    """An engine on these tables alone, in the newest form. Raises `WorkspaceError` or `InputError` in one sentence.

    A transaction of `writing(engine)` takes its turn at its beginning, so that what it reads is still so when it
    writes.
    """
    place = place_of(url, form)
    with _told(place, form):
        engine = _sqlite(place) if not place.schema else _postgresql(place)
        try:
            _bring_up(engine, place, form)
        except BaseException:
            engine.dispose()
            raise
    return engine


def close(engine: Engine) -> None:
    """Let go of all connections. Whoever still reads, as a view may that is shown later, opens and closes its own."""
    engine.dispose()
    event.listen(engine, "checkin", lambda _connection, record: record.invalidate())


def writing(engine: Engine) -> Engine:
    """The same database, for transactions that write: on SQLite each takes the writer's turn as it begins."""
    return engine.execution_options(writes=True)


@contextmanager
def sole_writer(url: str, form: Form) -> Iterator[None]:
    """For as long as the block lasts nobody else has this turn. Raises `WorkspaceError` where somebody has it.

    PostgreSQL's advisory lock, which ends with the connection and so with a killed process; a file needs none, its
    folder has one.
    """
    place = place_of(url, form)
    if not place.schema:
        yield
        return
    with _told(place, form), psycopg.connect(_address(place), autocommit=True) as connection:
        give_up = time.monotonic() + _AFTER_A_KILL
        lock = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        while connection.execute(lock, (f"normledger {place.schema}",)).fetchone() != (True,):
            if time.monotonic() > give_up:
                raise WorkspaceError(
                    f"Another process is writing to the {form.title} in {place}; wait until it is done, or stop it."
                )
            time.sleep(0.05)
        yield


def _sqlite(place: Place) -> Engine:
    # A service answers from many threads; each takes its own connection, and SQLite waits its turn for writing.
    engine = create_engine(place.url, connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # Python would begin transactions itself, and end them before DDL
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(place: Place) -> Engine:
    with psycopg.connect(_address(place), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (place.schema,)).fetchone()
        if found is None:  # who may only read need not have the right to create
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {place.schema}")  # a checked name
    given = str(place.url.query.get("options", ""))
    url = place.url.difference_update_query(["options"])
    options = f"{given} -csearch_path={place.schema}".strip()
    return create_engine(url, connect_args={"options": options, "connect_timeout": PATIENCE}, pool_pre_ping=True)


def _address(place: Place) -> str:
    return place.url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def _told(place: Place, form: Form) -> Iterator[None]:
    """What the drivers raise while a database is opened, as one sentence without a password."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        reason = (str(cause).strip() or type(cause).__name__).splitlines()[0].rstrip(".")
        raise WorkspaceError(
            f"The {form.title}'s database {place} can't be opened: {reason}; start or mend it, or name another "
            f"({form.option})."
        ) from None


# --- forms


def _bring_up(engine: Engine, place: Place, form: Form) -> None:
    newest = form.revisions[-1]
    with engine.connect() as connection:
        if _revision(connection) == newest:
            return
    with writing(engine).begin() as connection:
        if place.schema:
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1))"), {"name": f"normledger {place.schema}"}
            )
        held = _revision(connection)
        if held == newest:  # another process was faster
            return
        if held is not None and held not in form.revisions:
            raise WorkspaceError(
                f"The {form.title} in {place} was made by a newer NormLedger (form {held}, this one knows {newest}); "
                f"update NormLedger{form.rebuild}."
            )
        if held is None and not _has_any(connection, form.tables):
            form.create(connection)
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": newest})
            return
        migrate(connection, form)


def migrate(connection: Connection, form: Form, *, to: str = "head") -> None:
    """Run the migrations that this database has not had, up to a revision, within the connection's transaction."""
    from alembic import command  # a fifth of a second, and hardly ever needed
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(form.folder).replace("%", "%%"))
    command.upgrade(config, to)


def _revision(connection: Connection) -> str | None:
    """The form that a database says it has; None where it says nothing."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    told = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if told is None else str(told)


def _has_any(connection: Connection, tables: Sequence[type[SQLModel]]) -> bool:
    names = set(inspect(connection).get_table_names())
    return any(str(table.__tablename__) in names for table in tables)
