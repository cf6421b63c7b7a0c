"""A real browser on a real service: Chromium of the system, uvicorn on the exercise's workspace."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from normledger.chain.deployment import deploy
from normledger.cli.service import running
from normledger.documents.document import Profile
from normledger.exercise import Exercise
from normledger.identifiers import Address, NormId
from normledger.workspace import Workspace
from tests.delegations import create
from tests.relay.test_wallets import init_code

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Service:
    """Where the service listens, and what the tests need to know of the workspace behind it."""

    url: str
    workspace: Workspace
    exercise: Exercise
    norm: NormId
    safe: Address
    """A contract wallet that takes every signature for its own; the party ``safe`` acts through it."""


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with create(tmp_path_factory.mktemp("browser") / "workspace") as workspace:
        workspace.deploy()
        workspace.update()
        exercise = Exercise(workspace)
        exercise.register()
        exercise.sign_agreements()
        exercise.act()
        workspace.align(exercise.proposals(), exercise.parties[exercise.plan["norm"]["publisher"]])
        norm = exercise.publish(workspace.keep_derivation(workspace.compose(workspace.view(), "consented", "exercise")))
        exercise.endorse(norm)
        safe, _ = deploy(workspace.sender, init_code())
        claim = workspace.prepare_claim("exercise:ngo:safe", "ngo", Profile("The Safe"), safe)
        workspace.submit(claim.typed_data, "0x1234", [text.to_json() for text in claim.texts])
        workspace.carry()
        exercise.parties["safe"] = claim.statement.party
        with running(workspace) as url:
            yield Service(url, workspace, exercise, norm, safe)


# Of the module: a second browser in one process would find the first one's loop running.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is missing; install Debian's package chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield launched
        launched.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with a page, each with the elements."""
    if not AXE.exists():
        pytest.skip("axe-core is not in node_modules: run npm install")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations")
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]
