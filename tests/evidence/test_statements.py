"""What is written of a statement is read back as the same, and no other spelling of it is taken."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.acts.act import Claim, Contract
from normledger.acts.powers import FullPowers, FurtherClaim, OwnAct, OwnCancellation, Revocation, Rotation
from normledger.acts.typed_data import contract_of
from normledger.errors import InputError
from normledger.evidence.statements import Stated, read_stated, stated_json
from normledger.identifiers import ZERO, Address, Identifier, PartyId, parse_identifier
from tests.evidence.bundles import good

ACCOUNT, OTHER = Address(b"\x11" * 20), Address(b"\x22" * 20)
PARTY = PartyId(b"\x33" * 32)


def back(statement: Claim | OwnAct) -> Claim | OwnAct:
    consent = b"\2" * 65 if isinstance(statement, Rotation) else b""
    stated = Stated(statement, b"\1" * 65, 5, 6, consent)
    read = read_stated(json.loads(json.dumps(stated_json(stated))), contract_of(statement), "act")
    assert read == stated
    return read.statement  # type: ignore[return-value]


OWN_ACTS: list[Claim | OwnAct] = [
    Claim(parse_identifier("exercise:ngo:x"), 5, ZERO, ACCOUNT, 7),
    FurtherClaim(PARTY, parse_identifier("name:Ä"), ZERO, ACCOUNT, 7),
    Rotation(PARTY, OTHER, ACCOUNT, 7),
    FullPowers(PARTY, OTHER, ZERO, 1 | 1 << 31, 2**64 - 1, ACCOUNT, 7, 2**64 - 1),
    Revocation(PARTY, OTHER, ZERO, ACCOUNT, 7),
    OwnCancellation(PARTY, ACCOUNT, 7),
]
"""One of each kind."""


@pytest.mark.parametrize("statement", OWN_ACTS, ids=lambda one: type(one).__name__)
def test_a_party_s_own_acts_read_back(statement: Claim | OwnAct) -> None:
    assert back(statement) == statement


@given(st.binary(min_size=1, max_size=200))
def test_whatever_was_claimed_reads_back(claimed: bytes) -> None:
    """The contract takes any bytes."""
    try:
        shown, unreadable = parse_identifier(claimed.decode()), None
    except (UnicodeDecodeError, InputError):
        shown, unreadable = Identifier(f"unreadable:0x{claimed.hex()}"), claimed
    first, further = (
        Claim(shown, 1, ZERO, ACCOUNT, 0, unreadable),
        FurtherClaim(PARTY, shown, ZERO, ACCOUNT, 1, 0, unreadable),
    )
    assert back(first) == first
    assert back(further) == further


@pytest.mark.parametrize("name", ["endorsements", "consent-open", "later-powers", "maximal", "recognised"])
def test_every_act_of_the_good_bundles_is_written_as_it_was_read(name: str) -> None:
    for subject in json.loads(good()[name])["subjects"]:
        contract = next(one for one in Contract if one.title == subject["contract"])
        for act in subject["acts"]:
            assert stated_json(read_stated(act, contract, "act")) == act
