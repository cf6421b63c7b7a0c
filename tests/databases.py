"""The databases that the suites of the ledger, the relay and the API run on: files, and a PostgreSQL of one's own.

A cluster is made with the programs of Debian's package, in a temporary folder, on a Unix socket there, for as long as
the session lasts; nothing else on the machine is touched. Where the package is missing, its tests skip and say so.
Each test has schemas of its own: PostgreSQL makes our tables as fast as it copies a template database.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import psycopg
import pytest
from sqlalchemy import Engine, text

from normledger.ledger.database import Form
from normledger.relay.outbox import open_outbox
from normledger.relay.tables import OUTBOX
from normledger.workspace import Workspace

_T = TypeVar("_T")

KINDS = ("sqlite", "postgresql")
OF_THE_ENVIRONMENT = (
    "NORMLEDGER_HOME", "NORMLEDGER_PASSPHRASE", "NORMLEDGER_RELAYER_KEY", "NORMLEDGER_DATABASE", "NORMLEDGER_OUTBOX",
)  # fmt: skip
_PROGRAMS = Path("/usr/lib/postgresql/15/bin")


class Cluster:
    """A PostgreSQL 15 that forgets everything when it stops; nothing waits for the disk. It starts when first named."""

    def __init__(self) -> None:
        self._runs = False
        self.folder = Path(tempfile.mkdtemp(prefix="normledger-postgresql-"))
        # PostgreSQL refuses to run as root.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            known = {one.pw_name: one for one in pwd.getpwall()}
            owner = known.get("postgres") or known["nobody"]
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._as = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    @staticmethod
    def missing() -> str:
        """Why tests on it are skipped; empty if they need not be."""
        found = all((_PROGRAMS / name).exists() for name in ("initdb", "pg_ctl", "postgres"))
        return "" if found else "PostgreSQL 15 is not installed: scripts/debian_packages.sh"

    def __enter__(self) -> Self:
        return self

    def start(self) -> None:
        """Start it, once; skips the test where there is none."""
        if self._runs:
            return
        if reason := self.missing():
            pytest.skip(reason)
        data = str(self.folder / "data")
        # Debian's own order of letters, not that of bytes: nothing here may depend on it.
        order = ("--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en-US", "--locale=C")
        self._run("initdb", "-D", data, "--no-sync", "-A", "trust", "-U", "normledger", *order)
        quick = f"-F -k {self.folder} -c listen_addresses= -c max_connections=200 -c jit=off"
        for name in ("synchronous_commit", "full_page_writes", "autovacuum"):
            quick += f" -c {name}=off"
        self._run("pg_ctl", "-D", data, "-w", "-s", "-l", str(self.folder / "log"), "-o", quick, "start")
        self._runs = True

    def __exit__(self, *_: object) -> None:
        if self._runs:
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-s", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, schema: str) -> str:
        """Of one schema, which is made when it is first opened."""
        self.start()
        return f"postgresql+psycopg://normledger@/postgres?host={self.folder}&schema={schema}"

    def drop(self, schema: str) -> None:
        with self._itself() as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")

    def known_as(self, user: str, schema: str) -> str:
        """The URL of one schema for a user of one's own, whose connections are told apart from others'."""
        self.start()
        with self._itself() as connection:
            connection.execute(f"CREATE ROLE {user} SUPERUSER LOGIN")
        return self.url(schema).replace("normledger@", f"{user}@")

    def connections(self, user: str) -> int:
        """How many this user holds now."""
        with self._itself() as connection:
            found = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = %s", (user,)).fetchone()
        return int(found[0]) if found else 0

    def _itself(self) -> psycopg.Connection:
        return psycopg.connect(f"postgresql://normledger@/postgres?host={self.folder}", autocommit=True)

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [str(_PROGRAMS / name), *arguments], cwd=self.folder, check=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as,
        )  # fmt: skip


@dataclass
class Databases:
    """One kind of database; a path names one, on PostgreSQL too."""

    cluster: Cluster | None = None

    @property
    def kind(self) -> str:
        return KINDS[1] if self.cluster else KINDS[0]

    def settings(self, folder: Path) -> dict[str, str]:
        """The variables by which a workspace in this folder takes them."""
        if self.cluster is None:
            return {}
        files = {"NORMLEDGER_DATABASE": "index.db", "NORMLEDGER_OUTBOX": "outbox.db"}
        return {name: self.url(folder / file) for name, file in files.items()}

    def url(self, path: Path) -> str:
        """The URL of the database that would be this file."""
        return self.cluster.url(_schema(path)) if self.cluster else f"sqlite:///{path}"

    def forget(self, path: Path) -> None:
        """Delete it."""
        if self.cluster:
            self.cluster.drop(_schema(path))
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()


CURRENT = Databases()
"""Those of the test that runs; the fixture `databases` sets it."""


def use(cluster: Cluster | None) -> Databases:
    """Run on these from now on."""
    CURRENT.cluster = cluster
    return CURRENT


@contextmanager
def on_files() -> Iterator[None]:
    """What is made once for all tests lies in files, whatever the test that asks for it first runs on."""
    with pytest.MonkeyPatch.context() as patch:
        for name in OF_THE_ENVIRONMENT:
            patch.delenv(name, raising=False)
        yield


@contextmanager
def of_each_kind(make: Callable[[Databases], AbstractContextManager[_T]]) -> Iterator[Callable[[Databases], _T]]:
    """What many tests share, on each kind of database: made when it is first asked for, closed at the block's end."""
    with ExitStack() as closing:
        made: dict[str, _T] = {}

        def of(databases: Databases) -> _T:
            if databases.kind not in made:
                made[databases.kind] = closing.enter_context(make(databases))
            return made[databases.kind]

        yield of


def copied(template: Path, folder: Path, databases: Databases) -> Workspace:
    """A copy of a workspace that lies in files, on these databases: the chain indexed again, the outbox row by row."""
    shutil.copytree(template, folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in databases.settings(folder).items():
            patch.setenv(name, value)
        workspace = Workspace.open(folder, write=True)
        if databases.cluster:
            file = open_outbox(f"sqlite:///{folder / 'outbox.db'}")
            move(OUTBOX, file, workspace.outbox.engine)
            file.dispose()
            workspace.update()
        _ = workspace.ledger, workspace.outbox  # opened where the variables say, whatever they say later
    return workspace


def rows_of(form: Form, engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, sorted as text: for comparing two databases."""
    with engine.connect() as reading:
        return {
            str(one.__tablename__): sorted((tuple(row) for row in reading.execute(one.__table__.select())), key=repr)  # type: ignore[attr-defined]  # SQLModel's
            for one in form.tables
        }


def move(form: Form, source: Engine, target: Engine) -> None:
    """Every row of one database into an empty one of the same form."""
    with source.connect() as reading, target.begin() as writing:
        for one in form.tables:
            table = one.__table__  # type: ignore[attr-defined]  # SQLModel's
            if rows := [dict(row._mapping) for row in reading.execute(table.select())]:
                writing.execute(table.insert(), rows)
            counted = table.autoincrement_column
            if target.dialect.name == "postgresql" and counted is not None:
                last = f"setval(pg_get_serial_sequence('{table.name}', '{counted.name}'), max({counted.name}))"
                writing.execute(text(f"SELECT {last} FROM {table.name}"))


def _schema(path: Path) -> str:
    return f"t_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]}"
