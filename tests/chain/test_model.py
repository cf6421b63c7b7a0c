"""The same sequences in the contracts and in a model of them: equal in every word of storage, event and error.

And what the library reads of the events links to every word. Everyday 300 sequences; with NORMLEDGER_LONG=1, 100,000.
"""

import os
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chain import model
from tests.chain.model import REGISTRY
from tests.chain.side_by_side import ACCOUNTS, CONTRACTS, HASHES, Drawing, begun, errors, told

LONG = bool(os.environ.get("NORMLEDGER_LONG"))
SEQUENCES = 100_000 if LONG else 300
PARTS = 8 if LONG else 1
"""Tests among which the sequences are dealt out, so that they can run beside one another."""

CALLS = 12
"""Calls in a sequence at most; half of them are left out."""


@pytest.fixture(scope="module", autouse=True)
def world() -> None:
    """Where even the beginning fails, it fails once, and nothing is searched for a smaller case."""
    begun()


@pytest.mark.parametrize("part", range(PARTS))
@given(
    seed=st.integers(0, 2**64 - 1),
    faults=st.integers(6, 60),
    made=st.lists(st.booleans(), min_size=CALLS, max_size=CALLS),
)
@settings(max_examples=SEQUENCES // PARTS)
def test_the_contracts_do_what_the_model_does(part: int, seed: int, faults: int, made: list[bool]) -> None:
    """Each call is drawn from its number and from what there is by then: so a shorter sequence still means the same."""
    start = begun()
    with start.chain.undone():
        both = start.copy()
        for number in (number for number, one in enumerate(made) if one):
            random = Random(f"{part} {seed} {number}")
            both.pass_time(random.randrange(1, 20))
            both.call(Drawing(random, both, faults).call())


def test_every_error_is_met_and_every_call_succeeds() -> None:
    """What is drawn reaches every refusal and every way in: deterministic, until all are met."""
    start = begun()
    missing = {name for name, _ in errors().values()} | {name for _, name in model.ARGUMENTS}
    for seed in range(3000):
        with start.chain.undone():
            both = start.copy()
            random = Random(seed)
            both.pass_time(random.randrange(1, 20))
            call = Drawing(random, both, faults=4).call()
            outcome = both.call(call)
        missing.discard(call.name if outcome.ok else told(outcome.output)[0])
        if not missing:
            return
    raise AssertionError(f"never met: {missing}")


@pytest.mark.parametrize("slip", ["words", "registers", "used", "holders", "powers", "left", "awaiting", "invited"])
def test_a_model_that_forgets_anything_is_found(slip: str) -> None:
    """The comparison can fail: of a model with one thing less, some slot differs."""
    start = begun()
    other = start.model.copy()
    if slip == "left":
        assert other.slots(REGISTRY) == start.model.slots(REGISTRY)
        other.left.add((HASHES[1], ACCOUNTS[0]))
    elif slip == "invited":
        other.invited.add((HASHES[1], HASHES[2]))
    else:
        getattr(other, slip).pop() if slip == "used" else getattr(other, slip).popitem()
    assert [other.slots(title) for title in CONTRACTS] != [start.model.slots(title) for title in CONTRACTS]
