"""Fixtures that many floors share: a deployed workspace, made once and copied, and parties in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from normledger.workspace import Workspace
from tests.databases import KINDS, OF_THE_ENVIRONMENT, Cluster, Databases, on_files, use
from tests.delegations import Delegations, copy_of, create
from tests.evidence.story import Story, still

# Deadlines measure the machine; a database of examples would make two runs differ.
settings.register_profile("suite", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("suite"), max_examples=2_000)
settings.load_profile("long" if os.environ.get("NORMLEDGER_LONG") else "suite")

# `make brownie-test` runs these, in an environment that has no normledger.
collect_ignore = ["brownie"]

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def no_workspace_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OF_THE_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of this process's own, which starts when a test first asks for a place on it."""
    with Cluster() as made:
        yield made


@pytest.fixture(params=KINDS)
def databases(
    request: pytest.FixtureRequest, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Databases]:
    """Each kind of database in turn, for the workspace in the test's folder too. A suite takes it for all its tests."""
    if request.param == "postgresql":
        made = use(cluster)
        for name, value in made.settings(tmp_path / ".normledger").items():
            monkeypatch.setenv(name, value)
        yield made
    else:
        yield use(None)
    use(None)


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace with the contracts on an embedded chain. Never written to: copy it."""
    folder = tmp_path_factory.mktemp("deployed") / ".normledger"
    with on_files(), create(folder) as workspace:
        workspace.deploy()
        workspace.update()
    return folder


@pytest.fixture
def workspace(deployed: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace of one's own, deployed and indexed."""
    with copy_of(deployed, tmp_path / ".normledger") as made:
        yield made


@pytest.fixture(scope="session")
def registered(deployed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Delegations]:
    """A folder in which parties A, B and C are registered, and who they are. Never written to: copy it."""
    folder = tmp_path_factory.mktemp("registered") / ".normledger"
    with on_files(), copy_of(deployed, folder) as workspace:
        made = Delegations(workspace)
        made.register("A", "B", "C")
    return folder, made


@pytest.fixture
def delegations(registered: tuple[Path, Delegations], tmp_path: Path) -> Iterator[Delegations]:
    """Parties A, B and C in a workspace of one's own."""
    folder, made = registered
    with copy_of(folder, tmp_path / ".normledger") as workspace:
        yield Delegations(workspace, dict(made.parties), dict(made.keys))


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story of which every claim can be proven, to its end. Never written to."""
    with on_files(), still(tmp_path_factory.mktemp("story")) as workspace:
        yield Story(workspace).begin().turn()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real agreements that the project does not ship."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data in {os.path.relpath(SHARED)}")
    return SHARED
