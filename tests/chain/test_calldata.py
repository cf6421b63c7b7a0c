"""The reader reads what solc reads: whatever encoding the contracts take, the events of it link to their words.

Everyday 150 hostile layouts and 400 mutations; with NORMLEDGER_LONG=1, 20,000 each.
"""

import os
from random import Random

import pytest
from eth_abi import decode, encode
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.chain.calldata import Calldata
from normledger.errors import IntegrityError
from tests.chain.layouts import laid_out
from tests.chain.model import ARGUMENTS, LEDGER, NORMS, REGISTRY, Call
from tests.chain.side_by_side import CONTRACTS, Both, Drawing, begun

LONG = bool(os.environ.get("NORMLEDGER_LONG"))
LAYOUTS, MUTATIONS = (20_000, 20_000) if LONG else (150, 400)
WRAP = 2**256

# --- the reader alone

CALLS = st.binary(min_size=4, max_size=300)


@given(CALLS, st.integers(0, 400))
def test_a_word_is_what_calldataload_gives(call: bytes, at: int) -> None:
    assert Calldata(call).word(at) == (call + bytes(500))[4 + at : 36 + at]


@given(CALLS, st.integers(1, 40))
def test_before_the_first_argument_lies_the_selector_and_before_it_nothing(call: bytes, back: int) -> None:
    expected = (call + bytes(40))[4 - back :][:32] if back <= 4 else bytes(32)
    assert Calldata(call).word(WRAP - back) == expected


@given(CALLS, st.integers(2**64, WRAP - 5))
def test_far_beyond_the_end_all_is_zero(call: bytes, at: int) -> None:
    assert Calldata(call).word(at) == bytes(32)


@given(st.binary(max_size=100), st.binary(max_size=40), st.integers(0, 3))
def test_bytes_are_read_from_wherever_they_lie(value: bytes, padding: bytes, gap: int) -> None:
    data = bytes(4) + bytes(32 * gap) + len(value).to_bytes(32, "big") + value + padding
    assert Calldata(data).bytes_at(32 * gap) == value


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=6), st.integers(0, 64))
def test_what_an_encoder_writes_is_read(values: list[bytes], number: int) -> None:
    call = Calldata(bytes(4) + encode(["uint256", "bytes32[]", "bytes"], [number, values, b"x" * number]))
    assert call.number(0) == number
    assert [call.word(at) for at in call.items(call.tail(32), 32)] == values
    assert call.bytes_at(call.tail(64)) == b"x" * number


@pytest.mark.parametrize("length", [101, 2**64, WRAP - 1])
def test_a_length_that_no_call_can_have_costs_nothing(length: int) -> None:
    """A node may tell anything: such a call was never taken, and reading it must not eat all memory."""
    call = Calldata(bytes(4) + length.to_bytes(32, "big") + bytes(68))
    with pytest.raises(ValueError, match="more than the call has"):
        call.bytes_at(0)
    with pytest.raises(ValueError, match="more than the call has"):
        call.items(0, 32)


@pytest.fixture(scope="module", autouse=True)
def world() -> None:
    """Where even the beginning fails, it fails once, and nothing is searched for a smaller case."""
    begun()


# --- layouts: the same call, encoded as nobody does


@given(st.integers(0, 2**64 - 1), st.integers(1, 4))
@settings(max_examples=LAYOUTS)
def test_any_layout_is_taken_as_the_usual_one_and_read_as_it_is_taken(seed: int, length: int) -> None:
    """Backward offsets, tails in any order, gaps, dirty padding: contract, model and reader are of one mind."""
    start = begun()
    with start.chain.undone():
        both = start.copy()
        for number in range(length):
            random = Random(f"{seed} {number}")
            both.pass_time(random.randrange(1, 20))
            call = Drawing(random, both, faults=200).call()
            both.call(call, laid_out(call, random))


def test_layouts_do_lead_backward_and_overlap_nothing_they_need() -> None:
    """The layouts are as hostile as they claim: among few there are negative offsets, gaps and other orders."""
    start = begun()
    call = next(
        made
        for seed in range(100)
        if (made := Drawing(Random(seed), start, faults=0).single(LEDGER)).name == "act" and made.values[2]
    )
    made = [laid_out(call, Random(seed)) for seed in range(30)]
    assert len(set(made)) == 30
    negative = [data for data in made if any(word[:8] == b"\xff" * 8 for word in _words(data))]
    assert negative
    types = list(ARGUMENTS[call.contract, call.name])
    strict = 0
    for data in made:
        try:
            strict += decode(types, data[4:]) is not None
        except Exception:  # whatever a strict decoder stumbles over
            continue
    assert strict < len(made)  # a strict decoder would have stopped an index


def _words(data: bytes) -> list[bytes]:
    return [data[at : at + 32] for at in range(4, len(data) - 31)]


# --- mutations: whatever is taken is read


@given(st.integers(0, 2**64 - 1))
@settings(max_examples=MUTATIONS)
def test_whatever_mutation_the_contract_takes_is_read_and_links_to_its_words(seed: int) -> None:
    random, start = Random(seed), begun()
    with start.chain.undone():
        both = start.copy()
        both.pass_time(random.randrange(1, 20))
        call = Drawing(random, both, faults=0).single(random.choice([REGISTRY, LEDGER, NORMS]))
        data = laid_out(call, random) if random.random() < 0.5 else call.data
        for _ in range(random.choice([1, 1, 2, 3])):
            data = _mutated(data, random)
        _taken_is_read(both, call, data)


def _mutated(data: bytes, random: Random) -> bytes:
    way = random.choice(["offset", "offset", "offset", "bit", "cut", "longer", "swap", "padding", "copy"])
    places = range(4, max(len(data) - 31, 5), 32)
    at = random.choice(places)
    if way == "offset":
        old = int.from_bytes(data[at : at + 32], "big")
        step = random.choice([-64, -32, -31, -1, 1, 31, 32, 64, 96, 2**255, -old, -old - 4, -old - 32, 2**64, 2**40])
        return data[:at] + ((old + step) % WRAP).to_bytes(32, "big") + data[at + 32 :]
    if way == "bit":
        place = random.randrange(4, len(data))
        return data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]
    if way == "cut":
        return data[: len(data) - random.choice([1, 16, 31, 32, 64])]
    if way == "longer":
        return data + random.randbytes(random.choice([1, 31, 32, 100]))
    if way == "swap":
        other = random.choice(places)
        words = {at: data[other : other + 32], other: data[at : at + 32]}
        for place, word in words.items():
            data = data[:place] + word + data[place + 32 :]
        return data
    if way == "copy":
        return data[:at] + data[at : at + 32] + data[at:]
    return data[:-1] + bytes([random.randrange(256)])


def _taken_is_read(both: Both, call: Call, data: bytes) -> bool:
    outcome = both.chain.call(CONTRACTS[call.contract], data)
    if outcome.ok and outcome.logs:
        try:
            both.following.read(both.chain.logs(outcome), both.chain.time)
        except IntegrityError as error:
            raise AssertionError(f"taken and not read: {call.name} 0x{data.hex()}") from error
        both.following.compare(both.chain)
    return outcome.ok


def test_many_mutations_are_taken() -> None:
    """The test above is not vacuous: of these, a good part changes the encoding and not the call."""
    start, taken = begun(), 0
    for seed in range(100):
        random = Random(seed)
        with start.chain.undone():
            both = start.copy()
            both.pass_time(1)
            call = Drawing(random, both, faults=0).single(random.choice([REGISTRY, LEDGER, NORMS]))
            taken += _taken_is_read(both, call, _mutated(call.data, random))
    assert 10 < taken < 90
