"""Identifiers, hashes and addresses: parsed once, strictly."""

import subprocess
import sys

import pytest
from eth_utils import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from normledger.errors import InputError
from normledger.identifiers import Address, Hash, keccak, parse_identifier
from tests.strategies import ADDRESSES, IDENTIFIERS, of_type


@given(of_type(Hash))
def test_a_hash_is_read_back(value: Hash) -> None:
    assert Hash.parse(str(value)) == value


@pytest.mark.parametrize("bad", ["", "0x", "0x" + "A" * 64, "0x" + "a" * 63, "a" * 64, "0X" + "a" * 64, None, 5,
                                 "0x" + "a" * 64 + "\n", " 0x" + "a" * 64])  # fmt: skip
def test_what_is_no_hash_is_told(bad: str) -> None:
    with pytest.raises(InputError, match="is not a hash: give 0x and 64"):
        Hash.parse(bad)


@given(ADDRESSES)
def test_an_address_shows_its_checksum_as_others_do(value: Address) -> None:
    assert str(value) == to_checksum_address(bytes(value))
    for shown in (str(value), str(value).lower(), "0x" + str(value)[2:].upper()):
        assert Address.parse(shown) == value


@given(ADDRESSES, st.integers(2, 41))
def test_a_mistyped_letter_fails_the_checksum(value: Address, at: int) -> None:
    shown = str(value)
    other = shown[:at] + shown[at].swapcase() + shown[at + 1 :]
    if other != shown and other[2:] not in (other[2:].lower(), other[2:].upper()):
        with pytest.raises(InputError, match="checksum"):
            Address.parse(other)


@pytest.mark.parametrize("bad", ["", "0x", "0x" + "a" * 39, "0x" + "g" * 40, None, 5, b"\0" * 20])
def test_what_is_no_address_is_told(bad: str) -> None:
    with pytest.raises(InputError, match="is not an address"):
        Address.parse(bad)


@given(IDENTIFIERS)
def test_identifiers_are_taken_as_they_are(value: str) -> None:
    assert parse_identifier(value) == value


@pytest.mark.parametrize(
    "bad",
    ["", "FRA", "planet:mars", "state:", "name: x ", " name:x", "name:e\u0301", "name:a\u200bb", "name:a\nb",
     "name:" + "é" * 98, "exercise:", "exercise:exercise:state:x", "name:\u2028x", None, 5, "STATE:FRA"],
)  # fmt: skip
def test_what_is_no_identifier_is_told(bad: str) -> None:
    with pytest.raises(InputError):
        parse_identifier(bad)


def test_keccak_is_ethereum_s() -> None:
    assert str(keccak(b"")) == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def test_keccak_is_the_same_where_the_faster_package_is_not_installed() -> None:
    values = "[b'', b'a' * 135, b'a' * 136, b'a' * 137, b'a' * 5000]"
    asked = f"from normledger.identifiers import keccak; print(*map(keccak, {values}))"
    without = "import sys; sys.modules['sha3'] = None; " + asked
    told = [subprocess.run([sys.executable, "-c", one], capture_output=True, check=True) for one in (asked, without)]
    assert told[0].stdout == told[1].stdout != b""
