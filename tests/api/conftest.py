"""What the tests of the API ask: the exercise and the real reports, or three parties, each on SQLite and PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from normledger.documents.canonical import parse_json
from normledger.documents.document import Profile
from normledger.documents.formats.proposals import read_proposals
from normledger.documents.trust_policy import TrustPolicy
from normledger.exercise import Exercise
from normledger.identifiers import NormId
from normledger.workspace import Workspace
from tests.databases import Cluster, Databases, copied, of_each_kind, on_files
from tests.delegations import Delegations, create

DATA = Path(__file__).parents[2] / "normledger" / "data"
EVIL = "<script>alert(1)</script>"
"""A party's name, and so on every page that shows it."""


class Served:
    """A client, with what the tests need to know of the workspace behind it."""

    def __init__(self, client: TestClient, workspace: Workspace, exercise: Exercise, norm: NormId) -> None:
        self.client, self.workspace, self.exercise, self.norm = client, workspace, exercise, norm


@pytest.fixture
def delegations(databases: Databases, delegations: Delegations) -> Delegations:
    """Whoever acts through the service does so on each kind of database."""
    return delegations


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Exercise, TrustPolicy, NormId]:
    """The exercise and the real reports, told once. Never written to: copy its folder."""
    with on_files(), create(tmp_path_factory.mktemp("told") / "workspace") as workspace:
        workspace.deploy()
        workspace.update()
        exercise = Exercise(workspace)
        observers = [
            exercise.new_party("observer", "name:Observer", "ngo", Profile("Observer")),
            exercise.new_party("curator", "name:Curator", "ngo", Profile(EVIL)),
        ]
        workspace.act_at_once([(prepared, key) for key, prepared in observers])
        observer, curator = exercise.parties["observer"], exercise.parties["curator"]
        policy = TrustPolicy(alignments=(curator,), reports=(observer,))
        workspace.__dict__["trust"] = policy
        texts = workspace.report([DATA / "cyber_agreements.jsonl"], observer).imported.texts
        plan = parse_json((DATA / "cyber_alignments.json").read_bytes())
        workspace.align(read_proposals(plan, {text.source_id: text for text in texts}), curator)
        exercise.register()
        exercise.sign_agreements()
        exercise.act()
        workspace.align(exercise.proposals(), curator)
        norm = exercise.publish(workspace.keep_derivation(workspace.compose(workspace.view(), "consented", "exercise")))
        exercise.endorse(norm)
    return exercise, policy, norm


@pytest.fixture(scope="session")
def services(
    cluster: Cluster, told: tuple[Exercise, TrustPolicy, NormId], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Databases], Served]]:
    """That workspace, served from each kind of database: one chain, one set of texts."""
    exercise, policy, norm = told

    @contextmanager
    def served_from(databases: Databases) -> Iterator[Served]:
        folder = tmp_path_factory.mktemp(databases.kind) / "workspace"
        with copied(exercise.workspace.folder, folder, databases) as workspace:
            workspace.__dict__["trust"] = policy
            with TestClient(create_app(workspace)) as client:
                yield Served(client, workspace, replace(exercise, workspace=workspace), norm)

    with of_each_kind(served_from) as service:
        yield service


@pytest.fixture
def served(databases: Databases, services: Callable[[Databases], Served]) -> Served:
    """The service on the test's kind of database; nobody changes what it tells."""
    return services(databases)
