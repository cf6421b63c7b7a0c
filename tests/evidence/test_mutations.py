"""Random changes: refused with a step, or a claim that says what was changed and is true; never anything else."""

import json
from random import Random

import pytest

from normledger.evidence.claims import KINDS_OF_CLAIM
from normledger.evidence.verdict import STEPS, Unproven
from normledger.evidence.verification import verify
from tests.evidence.bundles import block_hashes, good
from tests.evidence.mutations import mutated
from tests.vectors.make_evidence import difference

ROUNDS = 250


@pytest.mark.parametrize("within", [None, "claim", "documents", "subjects"])
def test_a_changed_bundle_is_refused_or_says_so(within: str | None) -> None:
    draw, refused, sentences = Random(f"mutations within {within}"), set[str](), set[str]()
    everything = list(good().values())
    for _ in range(ROUNDS):
        name = draw.choice(sorted(good()))
        raw = mutated(good()[name], everything, draw, within=within)
        try:
            verdict = verify(raw, block_hash=block_hashes()[name])
        except Unproven as error:
            refused.add(error.step)
            sentences.add(error.sentence)
            continue
        asked = KINDS_OF_CLAIM[verdict.claim["kind"]].asks
        for change in difference(json.loads(good()[name]), json.loads(raw)):
            _, *way = change["path"].split("/")
            taken_out = way[-1] in ("signature", "consent") and change["value"] == "0x"
            assert taken_out or (way[0] == "claim" and way[1] in asked), change
    assert all(one.isprintable() for one in sentences)
    assert len(refused) >= 3
    assert refused <= set(STEPS)
