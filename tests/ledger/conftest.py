"""One register on two chains: embedded and Ganache, each able to go back as a reorganisation does."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from normledger.chain.node import Node
from normledger.ledger import index
from normledger.ledger.index import Index, open_index
from normledger.ledger.queries import Ledger, View
from normledger.ledger.tables import FACTS
from normledger.workspace import Workspace
from tests.chains import KEY, Ganache
from tests.databases import CURRENT, Databases
from tests.delegations import Delegations, create

_OPENED: list[Engine] = []


@pytest.fixture(autouse=True)
def on_each_kind_of_database(databases: Databases) -> Iterator[Databases]:
    """Every test of this suite runs on SQLite and on PostgreSQL."""
    yield databases
    while _OPENED:
        _OPENED.pop().dispose()


def opened(path: Path) -> Engine:
    """An engine on the index that this path names; closed at the test's end."""
    _OPENED.append(open_index(CURRENT.url(path)))
    return _OPENED[-1]


@dataclass
class Register:
    """A workspace with three parties, and its chain. `keep()` notes where the chain is; what it gives goes back."""

    delegations: Delegations
    keep: Callable[[], Callable[[], object]]

    @property
    def workspace(self) -> Workspace:
        return self.delegations.workspace

    def index(self, path: Path, node: Node | None = None) -> tuple[Index, Path]:
        """An index of its own in another file, made from nothing or gone on with."""
        engine = opened(path)
        first = self.workspace.configuration.first_block
        return Index(engine, node or self.workspace.node, self.workspace.release, first), path


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of facts, byte for byte."""
    engine = open_index(CURRENT.url(path))
    found = {}
    with Session(engine) as session:
        for table in FACTS:
            keys = [column.name for column in table.__table__.primary_key]  # type: ignore[attr-defined]
            query = select(table).order_by(*(getattr(table, key) for key in keys))
            found[str(table.__tablename__)] = [tuple(row.model_dump().items()) for row in session.exec(query)]
    engine.dispose()
    return found


def view_of(register: Register, path: Path) -> View:
    """What a fresh reader of that index sees."""
    work = register.workspace
    return Ledger(opened(path), work.store, work.release).as_of()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not settle is asked again at once."""
    monkeypatch.setattr(index, "_PAUSES", (0.0, 0.0, 0.0))


@pytest.fixture(scope="session")
def ganache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ganache]:
    if reason := Ganache.missing():
        pytest.skip(reason)
    with Ganache(tmp_path_factory.mktemp("ganache")) as process:
        yield process


@pytest.fixture(params=["embedded", pytest.param("ganache", marks=pytest.mark.tools)])
def register(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    if request.param == "embedded":
        made: Delegations = request.getfixturevalue("delegations")
        provider = made.workspace.node._provider

        def keep() -> Callable[[], object]:
            number = made.workspace.node.head().number
            return lambda: provider.rewind(number)  # type: ignore[attr-defined]

        yield Register(made, keep)
        return
    process: Ganache = request.getfixturevalue("ganache")
    monkeypatch.setenv("NORMLEDGER_RELAYER_KEY", KEY.hex())
    with contextlib.ExitStack() as closing:
        # Every test starts on the same empty chain.
        start = process.ask("evm_snapshot")
        closing.callback(lambda: process.ask("evm_revert", start))
        workspace = closing.enter_context(create(tmp_path / ".normledger", chain=process.url))
        workspace.deploy()
        workspace.update()

        def snapshot() -> Callable[[], object]:
            name = process.ask("evm_snapshot")
            return lambda: process.ask("evm_revert", name)

        made = Delegations(workspace)
        made.register("A", "B", "C")
        yield Register(made, snapshot)
