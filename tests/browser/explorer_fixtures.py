"""Two registers, served: reports with an exercise, and one in which everything is hostile."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from normledger.cli.service import running
from normledger.documents.canonical import parse_json
from normledger.documents.document import Profile
from normledger.documents.formats.proposals import read_proposals
from normledger.documents.trust_policy import TrustPolicy
from normledger.exercise import Exercise
from normledger.workspace import Workspace
from tests.api.hostile import build
from tests.delegations import create

DATA = Path(__file__).parents[2] / "normledger" / "data"


@dataclass(frozen=True)
class Explored:
    """Where a register is served, and the pages of it."""

    url: str
    workspace: Workspace
    paths: tuple[str, ...]


@pytest.fixture(scope="module")
def explored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explored]:
    with create(tmp_path_factory.mktemp("explored") / "workspace") as workspace:
        workspace.deploy()
        workspace.update()
        exercise = Exercise(workspace)
        authors = [
            exercise.new_party(name, f"name:{name.title()}", "ngo", Profile(f"The {name}"))
            for name in ("observer", "curator")
        ]
        workspace.act_at_once([(prepared, key) for key, prepared in authors])
        observer, curator = exercise.parties["observer"], exercise.parties["curator"]
        workspace.__dict__["trust"] = TrustPolicy(alignments=(curator,), reports=(observer,))
        texts = workspace.report([DATA / "cyber_agreements.jsonl"], observer).imported.texts
        plan = parse_json((DATA / "cyber_alignments.json").read_bytes())
        workspace.align(read_proposals(plan, {text.source_id: text for text in texts}), curator)
        exercise.register()
        exercise.sign_agreements()
        exercise.act()
        workspace.align(exercise.proposals(), curator)
        norm = exercise.publish(workspace.keep_derivation(workspace.compose(workspace.view(), "consented", "exercise")))
        exercise.endorse(norm)
        with running(workspace) as url:
            yield Explored(url, workspace, _paths(url, str(norm), str(exercise.parties["observer"])))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explored]:
    folder = tmp_path_factory.mktemp("hostile")
    with create(folder / "workspace") as workspace:
        workspace.deploy()
        workspace.update()
        found = build(workspace, folder)
        with running(workspace) as url:
            yield Explored(url, workspace, found.paths)


def _step(url: str) -> str:
    text = httpx.get(f"{url}/what-if?party=France&agreement=Quad+Joint+Principles", timeout=60).text
    return re.findall(r'name="consent" value="(state:FRA=0x[0-9a-f]{64})"', text)[0]


def _paths(url: str, norm: str, observer: str) -> tuple[str, ...]:
    def links(path: str, beginning: str) -> list[str]:
        return re.findall(rf'href="({beginning}/0x[0-9a-f]{{64}})', httpx.get(url + path, timeout=60).text)

    reported, fictional = links("/", "/candidates"), links("/?shown=exercise", "/candidates")
    agreements = links("/agreements?shown=exercise", "/agreements")
    act = links(f"{reported[0]}/acts", "/acts")[0]
    bench = re.findall(r'value="(same\.[^"]+)"', httpx.get(f"{url}/workbench", timeout=60).text)
    return (
        "/",
        "/?party=state:KEN",
        "/?shown=exercise",
        reported[4],
        f"{fictional[0]}?shown=exercise",
        f"{reported[6]}/coalition",
        f"{reported[0]}/acts",
        f"/norms/{norm}",
        "/agreements",
        agreements[0],
        links("/agreements", "/agreements")[0],
        "/parties?shown=exercise",
        "/parties/state:FRA",
        "/parties/state:FRA?by=2015-12-31",
        "/parties/exercise:state:umbrelle?shown=exercise",
        "/acts?party=state:FRA&of=inside",
        f"/parties/{observer}",
        act,
        "/timeline",
        "/timeline?q=France&kind=signature",
        "/compare?one=France&other=Kenya",
        "/compare?one=united&other=no+one",
        "/what-if?party=France&agreement=Quad+Joint+Principles",
        f"/what-if?consent={_step(url)}",
        "/search?q=parties&sort=clause&page=2",
        "/search?q=secrets",
        "/audit",
        "/about",
        "/workbench",
        f"/workbench/decisions?d1={bench[0]}&party=The%20observer",
        f"/documents/{norm}",
        f"/provenance/{norm}",
        "/nothing",
    )
