"""What the tests of provenance share: a history of many acts, recorded once."""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.delegations import Delegations, copy_of
from tests.provenance.history import History

ACTS = 400 if os.environ.get("NORMLEDGER_LONG") else 45


@pytest.fixture(scope="session")
def history(registered: tuple[Path, Delegations], tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """Never written to."""
    folder, made = registered
    with copy_of(folder, tmp_path_factory.mktemp("history") / ".normledger") as workspace:
        mine = Delegations(workspace, dict(made.parties), dict(made.keys))
        mine.register("D")
        yield History(mine, Random(20261125)).begin().go_on(ACTS)
