"""The chains that the suite of this floor runs on, and a contract small enough to be written by hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from normledger.chain.node import Node, connect
from normledger.chain.sender import Sender
from normledger.identifiers import Address
from tests.chains import FUNDS, KEY, Anvil, Ganache

OWNER = Address.parse("0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1")  # the account of KEY


@dataclass
class Chain:
    """A chain under test. `keep` notes where it is, and what that returns goes back there, forgetting later blocks."""

    kind: str
    node: Node
    sender: Sender
    keep: Callable[[], Callable[[], object]]
    restart: Callable[[], Node] | None


@pytest.fixture(scope="session")
def ganache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ganache]:
    if reason := Ganache.missing():
        pytest.skip(reason)
    with Ganache(tmp_path_factory.mktemp("ganache")) as process:
        yield process


@pytest.fixture(scope="session")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Anvil]:
    if reason := Anvil.missing():
        pytest.skip(reason)
    with Anvil(tmp_path_factory.mktemp("anvil")) as process:
        yield process


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Node]:
    node = connect("embedded", data=tmp_path, funded={OWNER: FUNDS})
    yield node
    node.close()


@pytest.fixture(
    params=[
        "embedded",
        pytest.param("ganache", marks=pytest.mark.tools),
        pytest.param("anvil", marks=pytest.mark.tools),
    ]
)
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Chain]:
    if request.param == "embedded":
        node: Node = request.getfixturevalue("embedded")

        def reopened() -> Node:
            node.close()
            return connect("embedded", data=tmp_path)

        def kept() -> Callable[[], object]:
            number = node.head().number
            return lambda: node._provider.rewind(number)  # type: ignore[attr-defined]

        yield Chain("embedded", node, Sender(node, KEY), kept, reopened)
        return
    process: Ganache | Anvil = request.getfixturevalue(request.param)

    def restarted() -> Node:
        process.stop()
        process.start()
        return connect(process.url)

    def snapshot() -> Callable[[], object]:
        name = process.ask("evm_snapshot")
        return lambda: process.ask("evm_revert", name)

    node = connect(process.url)
    yield Chain(request.param, node, Sender(node, KEY), snapshot, restarted if request.param == "ganache" else None)
    node.close()
