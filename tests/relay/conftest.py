"""Every test of this suite runs on SQLite and on PostgreSQL; some on Anvil, whose blocks come and go as told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chains import KEY, Anvil
from tests.databases import Databases, on_files
from tests.delegations import Delegations, copy_of, create


@pytest.fixture(autouse=True)
def on_each_kind_of_database(databases: Databases) -> Databases:
    return databases


@pytest.fixture(scope="session")
def anvil_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Anvil, Path, Delegations]]:
    """An Anvil, and the folder of a workspace on it in which parties A, B and C are registered. Never written to."""
    if reason := Anvil.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("anvil") / ".normledger"
    with Anvil(tmp_path_factory.mktemp("chain")) as anvil:
        with on_files(), pytest.MonkeyPatch.context() as patch:
            patch.setenv("NORMLEDGER_RELAYER_KEY", KEY.hex())
            with create(folder, chain=anvil.url) as work:
                work.deploy()
                work.update()
                made = Delegations(work)
                made.register("A", "B", "C")
        yield anvil, folder, made


@pytest.fixture
def anvil_work(
    anvil_template: tuple[Anvil, Path, Delegations], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Anvil, Delegations]]:
    """Parties A, B and C in a workspace of one's own on Anvil, which goes back afterwards to where it was."""
    anvil, folder, made = anvil_template
    monkeypatch.setenv("NORMLEDGER_RELAYER_KEY", KEY.hex())
    start = anvil.ask("evm_snapshot")
    with copy_of(folder, tmp_path / ".normledger") as work:
        yield anvil, Delegations(work, dict(made.parties), dict(made.keys))
    anvil.ask("anvil_dropAllTransactions")
    anvil.ask("evm_setAutomine", True)
    anvil.ask("evm_revert", start)
