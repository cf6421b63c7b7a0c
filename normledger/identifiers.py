"""Types of their own for everything that is told by a hash, an address or a claimed identifier; parsed once.

Belongs here: value types without behaviour beyond parsing and printing, and Keccak-256, on which all of them rest.
Does not belong here: anything that knows what a document or an act is.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NewType, Self

from eth_hash.auto import keccak as _keccak

from normledger.errors import InputError

_HEX32 = re.compile(r"0x[0-9a-f]{64}\Z")
_HEX20 = re.compile(r"0x[0-9a-fA-F]{40}\Z")


class Hash(bytes):
    """32 bytes: a Keccak-256 value. `str()` is lower-case 0x-hex."""

    def __new__(cls, value: bytes) -> Self:
        if len(value) != 32:
            raise InputError(f"a hash has 32 bytes, this one has {len(value)}")
        return super().__new__(cls, value)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From ``0x`` and 64 hexadecimal digits in lower case."""
        if not isinstance(text, str) or not _HEX32.match(text):
            raise InputError(f"{str(text)[:80]!r} is not a hash: give 0x and 64 hexadecimal digits in lower case")
        return cls(bytes.fromhex(text[2:]))

    def __str__(self) -> str:
        return "0x" + self.hex()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"

    @property
    def short(self) -> str:
        """The first eight digits, for a person's eye only; never a key."""
        return "0x" + self.hex()[:8]


class DocumentHash(Hash):
    """Keccak-256 of a document's canonical bytes: its name."""


class ClauseId(Hash):
    """A clause's leaf in its agreement's Merkle tree; binds document, position and content."""


class AgreementId(Hash):
    """Keccak-256 of (document hash, clause root, sorted party ids, admission): what every founder signs."""


class PartyId(Hash):
    """Keccak-256 of what a party claimed when it registered; never an order of registration."""


class NormId(Hash):
    """The hash of a published norm's document."""


class OutcomeId(Hash):
    """A declared outcome's document hash, or the hash of (method, sorted clause ids) of a found one."""


class Digest(Hash):
    """An EIP-712 digest: the name of one signed act."""


class Word(Hash):
    """A subject's running commitment."""


ZERO = Hash(bytes(32))

Identifier = NewType("Identifier", str)
"""What a party claims to be: ``state:FRA``, ``lei:…``, ``domain:…``, ``name:…``; ``exercise:…`` if fictional."""


class Address(bytes):
    """20 bytes: a plain key's or a contract's account. `str()` is the EIP-55 checksum form."""

    def __new__(cls, value: bytes) -> Self:
        if len(value) != 20:
            raise InputError(f"an address has 20 bytes, this one has {len(value)}")
        return super().__new__(cls, value)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From 0x-hex; mixed case must be the EIP-55 checksum."""
        if not isinstance(text, str) or not _HEX20.match(text):
            raise InputError(f"{str(text)[:80]!r} is not an address: give 0x and 40 hexadecimal digits")
        address = cls(bytes.fromhex(text[2:]))
        if text[2:] not in (text[2:].lower(), text[2:].upper()) and str(address) != text:
            raise InputError(f"{text} fails its checksum (EIP-55): one of its characters is mistyped")
        return address

    def __str__(self) -> str:
        return _checksummed(self)

    def __repr__(self) -> str:
        return f"Address({self})"


@lru_cache(4096)
def _checksummed(account: bytes) -> str:
    plain = account.hex()
    digest = keccak(plain.encode()).hex()
    return "0x" + "".join(c.upper() if int(d, 16) >= 8 else c for c, d in zip(plain, digest, strict=False))


def keccak(data: bytes) -> Hash:
    """Keccak-256 as Ethereum uses it (not FIPS 202's SHA3-256)."""
    return bytes.__new__(Hash, _keccak(data))  # 32 bytes for certain: nothing here is called more often


SCHEMES = ("state", "igo", "lei", "domain", "ror", "name")
"""What an identifier may start with, after ``exercise:`` if it is a fictional one."""


def parse_identifier(text: str) -> Identifier:
    """Check a claimed identifier: NFC, ``scheme:value``, no white space at the ends, at most 200 bytes."""
    if not isinstance(text, str) or unicodedata.normalize("NFC", text) != text or text != text.strip():
        raise InputError("an identifier is a string in Unicode's NFC form without white space at its ends")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in text):
        raise InputError(f"identifier {text!r} holds an invisible character: remove it")
    if len(text.encode()) > 200:
        raise InputError(f"identifier {text[:40]!r}… is longer than 200 bytes")
    scheme, colon, value = text.removeprefix("exercise:").partition(":")
    if not colon or not value or scheme not in SCHEMES + KINDS:
        raise InputError(f"identifier {text!r} must read scheme:value, where scheme is one of {', '.join(SCHEMES)}")
    return Identifier(text)


KINDS = ("state", "igo", "public-authority", "company", "ngo", "technical-body", "academia")
"""Kinds of party in the order of the contracts' `PartyKind`, from 1; a consenting party is always of one of them."""


def is_exercise(identifier: str) -> bool:
    """Whether an identifier names a fictional actor."""
    return identifier.startswith("exercise:")
