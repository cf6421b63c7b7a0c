"""One workspace for all API tests: the exercise and the real reports on an embedded chain, served in this process."""

from collections.abc import Iterator
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

DATA = Path(__file__).parents[2] / "normledger" / "data"
EVIL = "<script>alert(1)</script>"
"""A party's name, and so on every page that shows it."""


class Served:
    """A client, with what the tests need to know of the workspace behind it."""

    def __init__(self, client: TestClient, workspace: Workspace, exercise: Exercise, norm: NormId) -> None:
        self.client, self.workspace, self.exercise, self.norm = client, workspace, exercise, norm


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Workspace.create(tmp_path_factory.mktemp("api") / "workspace") as workspace:
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
        with TestClient(create_app(workspace)) as client:
            yield Served(client, workspace, exercise, norm)
