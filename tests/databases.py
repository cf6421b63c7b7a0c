"""The databases that the suites of the ledger and the relay run on: files, and a PostgreSQL of one's own.

A cluster is made with the programs of Debian's package, in a temporary folder, on a Unix socket there, for as long as
the session lasts; nothing else on the machine is touched. Where the package is missing, its tests skip and say so.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest

KINDS = ("sqlite", "postgresql")
OF_THE_ENVIRONMENT = (
    "NORMLEDGER_HOME", "NORMLEDGER_PASSPHRASE", "NORMLEDGER_RELAYER_KEY", "NORMLEDGER_DATABASE", "NORMLEDGER_OUTBOX",
)  # fmt: skip
_PROGRAMS = Path("/usr/lib/postgresql/15/bin")


class Cluster:
    """A PostgreSQL 15 that forgets everything when it stops; nothing waits for the disk."""

    def __init__(self) -> None:
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
        data = str(self.folder / "data")
        # Debian's own order of letters, not that of bytes: nothing here may depend on it.
        order = ("--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en-US", "--locale=C")
        self._run("initdb", "-D", data, "--no-sync", "-A", "trust", "-U", "normledger", *order)
        quick = f"-F -k {self.folder} -c listen_addresses= -c synchronous_commit=off -c max_connections=200"
        self._run("pg_ctl", "-D", data, "-w", "-s", "-l", str(self.folder / "log"), "-o", quick, "start")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-s", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, schema: str) -> str:
        """Of one schema, which is made when it is first opened."""
        return f"postgresql+psycopg://normledger@/postgres?host={self.folder}&schema={schema}"

    def drop(self, schema: str) -> None:
        with psycopg.connect(f"postgresql://normledger@/postgres?host={self.folder}", autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [str(_PROGRAMS / name), *arguments], cwd=self.folder, check=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as,
        )  # fmt: skip


@dataclass
class Databases:
    """One kind of database; a path names one, on PostgreSQL too."""

    cluster: Cluster | None = None

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


def _schema(path: Path) -> str:
    return f"t_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]}"
