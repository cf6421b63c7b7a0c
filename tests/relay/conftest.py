"""Every test of this suite runs on SQLite and on PostgreSQL; some on Anvil, whose blocks come and go as told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chains import KEY, Anvil
from tests.databases import Databases
from tests.delegations import Delegations, create


@pytest.fixture(autouse=True)
def on_each_kind_of_database(databases: Databases) -> Databases:
    return databases


@pytest.fixture
def anvil_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Anvil, Delegations]]:
    """An Anvil of one's own, and parties A, B and C in a workspace on it."""
    if reason := Anvil.missing():
        pytest.skip(reason)
    monkeypatch.setenv("NORMLEDGER_RELAYER_KEY", KEY.hex())
    with Anvil(tmp_path / "anvil") as anvil, create(tmp_path / ".normledger", chain=anvil.url) as work:
        work.deploy()
        work.update()
        made = Delegations(work)
        made.register("A", "B", "C")
        yield anvil, made
