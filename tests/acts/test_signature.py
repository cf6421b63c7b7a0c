"""Strict signatures: what the chain would refuse is refused here, and ours are those that every wallet makes."""

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from normledger.acts.signature import ORDER, address_of, compact, expanded, recover, sign
from normledger.errors import SignatureError
from normledger.identifiers import Address, Digest, keccak

KEYS = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32, "big"))
DIGESTS = st.binary(min_size=32, max_size=32).map(Digest)
KEY, DIGEST = bytes(31) + b"\x07", Digest(keccak(b"act"))


@given(KEYS, DIGESTS)
def test_we_sign_as_eth_account_does(key: bytes, digest: Digest) -> None:
    made = sign(digest, key)
    assert made == bytes(Account.unsafe_sign_hash(digest, key).signature)
    assert recover(digest, made) == address_of(key) == Address.parse(Account.from_key(key).address)


@given(KEYS, DIGESTS, DIGESTS)
def test_a_signature_is_for_one_digest(key: bytes, digest: Digest, other: Digest) -> None:
    made = sign(digest, key)
    try:
        recovered = recover(other, made)
    except SignatureError:
        return
    assert (recovered == address_of(key)) == (digest == other)


def high_s(made: bytes) -> bytes:
    s = ORDER - int.from_bytes(made[32:64], "big")
    return made[:32] + s.to_bytes(32, "big") + bytes([55 - made[64]])


@given(KEYS, DIGESTS)
def test_the_other_signature_of_the_same_key_is_refused(key: bytes, digest: Digest) -> None:
    other = high_s(sign(digest, key))
    assert Account._recover_hash(digest, signature=other) == str(address_of(key))  # eth-account takes it
    with pytest.raises(SignatureError, match="has a high s"):
        recover(digest, other)


@pytest.mark.parametrize("v", [0, 1, 2, 26, 29, 30, 35, 36, 37, 38, 255])
def test_the_last_byte_is_27_or_28(v: int) -> None:
    with pytest.raises(SignatureError, match=f"last byte is 27 or 28, here it is {v}"):
        recover(DIGEST, sign(DIGEST, KEY)[:64] + bytes([v]))


@given(KEYS, DIGESTS)
def test_the_short_form_is_the_same_signature(key: bytes, digest: Digest) -> None:
    made = sign(digest, key)
    short = compact(made)
    assert (len(short), expanded(short)) == (64, made)
    assert recover(digest, short) == address_of(key)


@pytest.mark.parametrize("length", [0, 1, 63, 66, 130])
def test_a_signature_has_65_bytes(length: int) -> None:
    made = (sign(DIGEST, KEY) * 3)[:length]
    with pytest.raises(SignatureError, match=f"has 65 bytes, this one has {length}"):
        recover(DIGEST, made)


@pytest.mark.parametrize("r", [0, ORDER, ORDER + 1, 2**256 - 1])
@pytest.mark.parametrize("part", ["r", "s"])
def test_r_and_s_are_within_the_order(r: int, part: str) -> None:
    made, number = sign(DIGEST, KEY), r.to_bytes(32, "big")
    wrong = number + made[32:] if part == "r" else made[:32] + number + made[64:]
    with pytest.raises(SignatureError, match="outside the curve's order"):
        recover(DIGEST, wrong)


def test_an_r_that_no_point_has_is_told() -> None:
    made = sign(DIGEST, KEY)
    with pytest.raises(SignatureError, match="No account answers"):
        recover(DIGEST, (5).to_bytes(32, "big") + made[32:])


@given(KEYS, DIGESTS, st.integers(0, 64), st.integers(1, 255))
def test_no_other_bytes_are_the_same_account_s_signature(key: bytes, digest: Digest, at: int, flip: int) -> None:
    made = bytearray(sign(digest, key))
    made[at] ^= flip
    try:
        recovered = recover(digest, bytes(made))
    except SignatureError:
        return
    assert recovered != address_of(key)
