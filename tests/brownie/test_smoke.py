"""A way through the shipped contracts on Ganache: claim, sign, publish, endorse, empower, rotate, and be refused."""

from typing import Any

import brownie
import pytest
from conftest import Party, Release
from eth_abi import encode
from eth_utils import keccak
from written import (
    ACCESSION,
    CLAIM,
    CLOSED,
    ENDORSEMENT,
    FULL_POWERS,
    PUBLICATION,
    REVOCATION,
    ROTATION,
    SIGNATURE,
    ZERO,
    Signed,
    key_of,
    link,
    selector,
    sign,
    stamp,
)

NORM = keccak(text="a norm's document")
DERIVATION = keccak(text="a derivation")
DOCUMENT, CLAUSES = keccak(text="an agreement's document"), keccak(text="the root of its clauses")

CLOSED_TO = "ClosedTo(uint256,bytes32,bytes32)"
NUMBER_USED = "NumberUsed(uint256,bytes32,uint64)"
NOT_EMPOWERED = "NotEmpowered(uint256,bytes32,address,uint8)"
WRONG_SIGNER = "WrongSigner(uint256,bytes32,address,address)"


@pytest.fixture(autouse=True)
def isolation(fn_isolation: None) -> None:
    """Every test begins with the parties claimed and nothing else."""


def word(contract: Any, subject: bytes) -> bytes:
    return bytes(contract.word(subject))


def assert_refused(error: str, method: Any, *arguments: Any, relayer: dict[str, Any]) -> bytes:
    """That a call reverts with this custom error, asked and sent; gives the error's arguments."""
    # Brownie's middleware gives a node's refusal this shape; its own exceptions keep the error's name, not its bytes.
    with pytest.raises(ValueError, match="revert") as caught:
        brownie.web3.eth.call({"to": method._address, "data": method.encode_input(*arguments)})
    told = caught.value.args[0]["data"]["0x"]["reason"]
    assert told[:10] == selector(error), f"{told} is not {error}"
    with brownie.reverts():
        method(*arguments, relayer)
    return bytes.fromhex(told[10:])


def endorse(release: Release, party: Party, number: int, key: Any = None) -> Signed:
    key = key or party.key
    return sign(release.norms, key, "Endorsement", norm=NORM, reason=ZERO, party=party.id, number=number, deadline=0)


def stance(party: Party, number: int, seal: tuple[bytes, bytes]) -> tuple[Any, ...]:
    return party.id, stamp(ENDORSEMENT, number), ZERO, seal


POINTED_AT = (ZERO, ZERO)
"""A seal that points at the first of the signers."""


@pytest.fixture
def published(release: Release, relayer: dict[str, Any], norvale: Party) -> bytes:
    """The norm's word after Norvale has published it."""
    signed = sign(
        release.norms, norvale.key, "Publication",
        norm=NORM, derivation=DERIVATION, party=norvale.id, number=1, deadline=0,
    )  # fmt: skip
    publication = (norvale.id, stamp(PUBLICATION, 1), DERIVATION, signed.seal)
    transaction = release.norms.publish(NORM, publication, [], relayer)
    expected = link(ZERO, PUBLICATION, signed.digest, norvale.id, norvale.key.address, transaction)
    assert word(release.norms, NORM) == expected
    entered = link(ZERO, PUBLICATION, NORM, norvale.id, norvale.key.address, transaction)
    assert bytes(release.norms.register()) == entered
    return expected


def test_a_claim_begins_a_word(release: Release, norvale: Party, hobnail: Party) -> None:
    register = ZERO
    for ordinal, party in enumerate((norvale, hobnail), start=1):
        account = party.key.address
        expected = link(ZERO, CLAIM, party.claim.digest, party.id, account, party.transaction)
        assert word(release.parties, party.id) == expected
        assert int(release.parties.holder(party.id)) == ordinal << 160 | int(account, 16)
        register = link(register, CLAIM, party.id, party.id, account, party.transaction)
    assert bytes(release.parties.register()) == register


def test_two_sign_in_one_transaction_and_a_third_is_refused(
    release: Release, relayer: dict[str, Any], norvale: Party, hobnail: Party, lanterns: Party
) -> None:
    founders = sorted((norvale, hobnail), key=lambda party: party.id)
    ids = [party.id for party in founders]
    terms = (DOCUMENT, CLAUSES, ids, CLOSED)
    agreement = keccak(
        encode(["bytes32", "bytes32", "bytes32", "uint8"], [DOCUMENT, CLAUSES, keccak(b"".join(ids)), CLOSED])
    )
    signed = [
        sign(release.agreements, party.key, "Signature",
             agreement=agreement, document=DOCUMENT, party=party.id, deadline=0)
        for party in founders
    ]  # fmt: skip
    signatures = [(stamp(SIGNATURE, place), one.seal) for place, one in enumerate(signed)]
    transaction = release.agreements.sign(terms, signatures, [], relayer)

    expected = ZERO
    for party, one in zip(founders, signed, strict=True):
        expected = link(expected, SIGNATURE, one.digest, party.id, party.key.address, transaction)
    assert word(release.agreements, agreement) == expected
    first = founders[0]
    entered = link(ZERO, SIGNATURE, agreement, first.id, first.key.address, transaction)
    assert bytes(release.agreements.register()) == entered
    (recorded,) = transaction.events["Recorded"]
    assert bytes(recorded["subject"]) == agreement
    assert str(recorded["call"]) == transaction.input

    accession = sign(
        release.agreements, lanterns.key, "Accession", subject=agreement, clause=ZERO, refersTo=ZERO, content=ZERO,
        party=lanterns.id, number=1, deadline=0,
    )  # fmt: skip
    act = (stamp(ACCESSION, 1), ZERO, ZERO, ZERO, lanterns.id, accession.seal)
    told = assert_refused(CLOSED_TO, release.agreements.act, terms, [act], [], relayer=relayer)
    assert told == encode(["uint256", "bytes32", "bytes32"], [0, agreement, lanterns.id])
    assert word(release.agreements, agreement) == expected


def test_both_endorse_in_one_transaction_and_neither_twice(
    release: Release, relayer: dict[str, Any], published: bytes, norvale: Party, hobnail: Party
) -> None:
    endorsements = [(norvale, endorse(release, norvale, 2)), (hobnail, endorse(release, hobnail, 1))]
    stances = [stance(norvale, 2, endorsements[0][1].seal), stance(hobnail, 1, endorsements[1][1].seal)]
    transaction = release.norms.takeStances(NORM, stances, [], relayer)
    expected = published
    for party, signed in endorsements:
        expected = link(expected, ENDORSEMENT, signed.digest, party.id, party.key.address, transaction)
    assert word(release.norms, NORM) == expected

    told = assert_refused(NUMBER_USED, release.norms.takeStances, NORM, stances[1:], [], relayer=relayer)
    assert told == encode(["uint256", "bytes32", "uint64"], [0, hobnail.id, 1])
    assert word(release.norms, NORM) == expected


def test_a_representative_endorses_with_full_powers_until_they_are_revoked(
    release: Release, relayer: dict[str, Any], published: bytes, norvale: Party
) -> None:
    envoy = key_of("envoy")
    takes = release.norms.takeStances
    endorsed = endorse(release, norvale, 2, envoy)
    acting = ([stance(norvale, 2, POINTED_AT)], [endorsed.signer])
    refusal = encode(["uint256", "bytes32", "address", "uint8"], [0, norvale.id, envoy.address, ENDORSEMENT])
    assert assert_refused(NOT_EMPOWERED, takes, NORM, *acting, relayer=relayer) == refusal

    until = brownie.chain.time() + 86_400
    granted = sign(
        release.parties, norvale.key, "FullPowers", party=norvale.id, representative=envoy.address, subject=NORM,
        kinds=1 << ENDORSEMENT, until=until, number=1, deadline=0,
    )  # fmt: skip
    before = word(release.parties, norvale.id)
    transaction = release.parties.empower(
        norvale.id, envoy.address, NORM, 1 << ENDORSEMENT, until, 1, 0, granted.signer, relayer
    )
    own = link(before, FULL_POWERS, granted.digest, norvale.id, norvale.key.address, transaction)
    assert word(release.parties, norvale.id) == own

    transaction = takes(NORM, *acting, relayer)
    expected = link(published, ENDORSEMENT, endorsed.digest, norvale.id, envoy.address, transaction)
    assert word(release.norms, NORM) == expected

    revoked = sign(
        release.parties, norvale.key, "Revocation",
        party=norvale.id, representative=envoy.address, subject=NORM, number=2, deadline=0,
    )  # fmt: skip
    transaction = release.parties.revoke(norvale.id, envoy.address, NORM, 2, 0, revoked.signer, relayer)
    own = link(own, REVOCATION, revoked.digest, norvale.id, norvale.key.address, transaction)
    assert word(release.parties, norvale.id) == own

    later = ([stance(norvale, 3, POINTED_AT)], [endorse(release, norvale, 3, envoy).signer])
    assert assert_refused(NOT_EMPOWERED, takes, NORM, *later, relayer=relayer) == refusal
    assert word(release.norms, NORM) == expected


def test_after_a_rotation_the_new_account_acts_and_the_old_one_no_more(
    release: Release, relayer: dict[str, Any], published: bytes, norvale: Party
) -> None:
    successor = key_of("norvale's next key")
    statement = {
        "party": norvale.id, "next": successor.address, "account": norvale.key.address, "number": 1, "deadline": 0,
    }  # fmt: skip
    signed = sign(release.parties, norvale.key, "Rotation", **statement)
    consent = sign(release.parties, successor, "Rotation", **statement)
    assert consent.digest == signed.digest
    before = word(release.parties, norvale.id)
    transaction = release.parties.rotate(
        norvale.id, successor.address, 1, 0, (norvale.key.address, signed.signature), consent.signature, relayer
    )
    assert word(release.parties, norvale.id) == link(
        before, ROTATION, signed.digest, norvale.id, norvale.key.address, transaction
    )
    assert int(release.parties.holder(norvale.id)) & (1 << 160) - 1 == int(successor.address, 16)

    takes, old = release.norms.takeStances, endorse(release, norvale, 2)
    assert_refused(WRONG_SIGNER, takes, NORM, [stance(norvale, 2, old.seal)], [], relayer=relayer)
    by_pointing = ([stance(norvale, 2, POINTED_AT)], [old.signer])
    assert_refused(NOT_EMPOWERED, takes, NORM, *by_pointing, relayer=relayer)
    assert word(release.norms, NORM) == published

    new = endorse(release, norvale, 2, successor)
    transaction = takes(NORM, [stance(norvale, 2, new.seal)], [], relayer)
    expected = link(published, ENDORSEMENT, new.digest, norvale.id, successor.address, transaction)
    assert word(release.norms, NORM) == expected
