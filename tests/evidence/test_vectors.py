"""Every good bundle verifies; every way of being wrong is named by the step that must name it.

Everyday 510 bytes of three bundles are flipped, each in one bit; with NORMLEDGER_LONG=1, every byte of the three.
"""

import json
import os
from pathlib import Path
from random import Random
from typing import Any

import pytest

from normledger.acts import release
from normledger.documents.canonical import parse_json
from normledger.evidence.bundle import read
from normledger.evidence.verdict import STEPS, Unproven, Verdict
from normledger.evidence.verification import verify
from normledger.identifiers import keccak
from tests.evidence.bundles import VECTORS, block_hashes, good
from tests.evidence.story import QUESTIONS, Story
from tests.vectors.make_evidence import LATER, broken, judge

LONG = bool(os.environ.get("NORMLEDGER_LONG"))
FLAWS = sorted((VECTORS / "flaws").glob("*.json"))


def told(path: Path) -> dict[str, Any]:
    flaw: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return flaw


@pytest.mark.parametrize("name", sorted(good()))
def test_a_good_bundle_verifies(name: str) -> None:
    verdict = verify(good()[name], block_hash=block_hashes()[name])
    assert verdict.says
    assert not verdict.obtain
    assert verdict.claim == json.loads(good()[name])["claim"]


@pytest.mark.parametrize("path", FLAWS, ids=lambda path: path.stem)
def test_a_flaw_is_named_by_its_step(path: Path) -> None:
    flaw = told(path)
    raw = broken(flaw, good())
    assert raw != good().get(flaw["of"]) or "block_hash" in flaw or "trust" in flaw
    assert judge(flaw, raw) == flaw["step"]


def test_every_step_has_flaws_and_there_are_enough() -> None:
    assert {told(path)["step"] for path in FLAWS} == set(STEPS)
    assert len(FLAWS) >= 60


@pytest.mark.parametrize("path", [path for path in FLAWS if "whole" not in told(path)], ids=lambda path: path.stem)
def test_what_is_wrong_is_told_in_one_sentence(path: Path) -> None:
    flaw = told(path)
    sentence = judge(flaw, broken(flaw, good()), told=True)
    assert sentence.startswith(f"Not proven, at step {flaw['step']}: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert ".." not in sentence.replace("…", "")


def test_the_vectors_are_what_the_story_gives_now(story: Story) -> None:
    message = "run `python -m tests.vectors.make_evidence` and look at the difference"
    for name in QUESTIONS:
        assert story.proven(name)[0] == good()[name], message
    for name, of in LATER.items():
        assert story.proven(of, story.turned)[0] == good()[name], message


def test_the_vectors_are_of_the_contracts_of_today() -> None:
    codes = release.current().init_codes
    assert [keccak(code) for code in codes] == list(read(parse_json(good()["consent"])).release)


def asks_otherwise(name: str, verdict: Verdict) -> bool:
    """Whether a verdict's claim says that something else was asked.

    What a composition is asked (whom it trusts, how many packages at most) may be asked otherwise with the same answer.
    """
    asked = json.loads(good()[name])["claim"]
    return {one for one in asked if verdict.claim[one] != asked[one]} in ({"parameters"}, {"trust_policy"})


@pytest.mark.parametrize("name", ["consent-open", "endorsements", "maximal"])
def test_a_flipped_bit_is_detected(name: str) -> None:
    raw, draw = good()[name], Random(f"flips of {name}")
    for place in range(len(raw)) if LONG else draw.sample(range(len(raw)), 170):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << draw.randrange(8)
        try:
            verdict = verify(bytes(flipped), block_hash=block_hashes()[name])
        except Unproven:
            continue
        assert asks_otherwise(name, verdict), f"byte {place}"


def test_another_digit_in_a_place_is_detected() -> None:
    """Not bits but likely letters: digits for digits, of every kind of claim."""
    draw, passed = Random("letters"), 0
    for name, raw in good().items():
        for place in draw.sample([at for at, byte in enumerate(raw) if chr(byte) in "0123456789abcdef"], 40):
            altered = bytearray(raw)
            altered[place] = draw.choice([byte for byte in b"0123456789abcdef" if byte != raw[place]])
            try:
                verdict = verify(bytes(altered), block_hash=block_hashes()[name])
            except Unproven:
                continue
            assert asks_otherwise(name, verdict), f"byte {place} of {name}"
            passed += 1
    assert passed < 5
