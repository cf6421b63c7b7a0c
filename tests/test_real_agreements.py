"""Real agreements, imported, anchored, indexed and composed: their own counts, and the same bytes every time."""

import gzip
import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from normledger.composition.result import Parameters
from normledger.documents.trust_policy import TrustPolicy
from normledger.identifiers import PartyId
from normledger.workspace import Workspace
from tests.delegations import Delegations

ROOT = Path(__file__).resolve().parents[1]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def reported(delegations: Delegations, *paths: Path) -> TrustPolicy:
    """A reports what the files say; the policy of a reader who trusts A."""
    delegations.workspace.report(list(paths), delegations.parties["A"])
    return TrustPolicy(reports=(delegations.parties["A"],))


def test_supporters_of_the_paris_call_are_counted_as_the_file_has_them(
    delegations: Delegations, shared_data: Path
) -> None:
    source = shared_data / "paris_call.jsonl.gz"
    policy, work = reported(delegations, source), delegations.workspace
    (call,) = lines(source)
    assert len(call["parties"]) == 1222
    view = work.view()
    record = view.record("reported", "real")
    assert len(record.undertakings) == 1222
    assert Counter(one.kind for one in record.actors) == Counter(one["kind"] for one in call["parties"])
    told = Counter(one.get("iso3") or "" for one in call["parties"])
    assert Counter(one.country for one in record.actors) == told
    composition = work.compose(view, "reported", "real", policy, Parameters())
    for row in composition.rows:
        seen = composition.judge(row.key)
        assert seen.parties.value == 1222
        assert {kind: count.value for kind, count in seen.kinds} == Counter(one["kind"] for one in call["parties"])


def test_acts_on_the_paris_call_add_nobody_and_lose_nobody(delegations: Delegations, shared_data: Path) -> None:
    names = ("paris_call.jsonl.gz", "paris_call_participation.jsonl.gz")
    reported(delegations, *(shared_data / name for name in names))
    view = delegations.workspace.view()
    (text,) = view.reported_agreements.values()
    assert len(text.clauses) == 9
    assert len(view.record("reported", "real").undertakings) == 1222


def test_votes_against_undertake_nothing(delegations: Delegations, shared_data: Path) -> None:
    source = shared_data / "unga_cyber_votes.jsonl.gz"
    reported(delegations, source)
    yes = Counter(one["treaty"] for one in lines(source) if one["action"] == "vote:yes")
    view = delegations.workspace.view()
    texts = view.reported_agreements
    got = Counter(texts[one.agreement].source_id for one in view.record("reported", "real").undertakings)  # type: ignore[index]
    assert got == yes


COMPOSE = """
import sys
from pathlib import Path
from normledger.documents.trust_policy import TrustPolicy
from normledger.identifiers import PartyId
from normledger.workspace import Workspace
with Workspace.open(Path(sys.argv[1])) as workspace:
    policy = TrustPolicy(reports=(PartyId.parse(sys.argv[2]),))
    sys.stdout.buffer.write(workspace.compose(workspace.view(), "reported", "real", policy).canonical_bytes())
"""


def composed(folder: Path, observer: PartyId, seed: str) -> bytes:
    """In a fresh process with this PYTHONHASHSEED."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", COMPOSE, str(folder), str(observer)],
        cwd=ROOT, env=environment, capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.timeout(300)
def test_composing_e_commerce_gives_the_same_bytes_in_any_process_and_order_of_input(
    delegations: Delegations, shared_data: Path, tmp_path: Path
) -> None:
    source, observer = shared_data / "tota_dev_ecommerce.jsonl.gz", delegations.parties["A"]
    folder, start = delegations.workspace.folder, delegations.workspace.node.head().number
    delegations.workspace.close()
    rows = gzip.decompress(source.read_bytes()).splitlines()
    assert len(rows) == 36
    chance, answers, roots, heads = random.Random(7), [], set(), []
    for seed in ("0", "4242"):
        shuffled = tmp_path / f"shuffled-{seed}.jsonl"
        chance.shuffle(rows)
        shuffled.write_bytes(b"\n".join(rows) + b"\n")
        with Workspace.open(folder, write=True) as workspace:
            batch = workspace.report([shuffled], observer).batch
            assert batch
            roots.add(batch.root)
            heads.append(workspace.node.head())
        answers.append(composed(folder, observer, seed))
    assert len(roots) == 1, "order of input entered the batch"
    assert heads[0] == heads[1], "the same batch was stated twice"
    assert heads[0].number > start
    assert answers[0] == answers[1]
    told = json.loads(answers[0])
    assert len(told["derivation"]["sources"]["agreements"]) == 36
    assert told["result"]["rows"]
