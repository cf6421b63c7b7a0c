"""Every signed statement, frozen: what is signed (`Act`, `Claim`), and what the chain recorded of it (`RecordedAct`).

Belongs here: the kinds of act with their place in the contracts' enumeration, and the words for them.
Does not belong here: how an act is hashed (typed_data), checked (signature), linked (commitment) or judged (consent).
"""

from dataclasses import dataclass
from enum import IntEnum

from normledger.identifiers import ZERO, Address, Digest, Hash, Identifier, PartyId, keccak


class ActKind(IntEnum):
    """Kinds of act; the numbers are part of every word and equal the contracts' `ActKind`."""

    CLAIM = 1
    ROTATION = 2
    FULL_POWERS = 3
    REVOCATION = 4
    CANCELLATION = 5
    RECOGNITION = 6
    ALIGNMENTS = 7
    REPORTS = 8
    SIGNATURE = 9
    SIGNATURE_SUBJECT_TO_RATIFICATION = 10
    RATIFICATION = 11
    ACCEPTANCE = 12
    APPROVAL = 13
    ACCESSION = 14
    INVITATION = 15
    PROVISIONAL_APPLICATION = 16
    RESERVATION = 17
    ACCEPTANCE_OF_RESERVATION = 18
    OBJECTION = 19
    DECLARATION = 20
    WITHDRAWAL = 21
    TERMINATION = 22
    AMENDMENT = 23
    CORRECTION = 24
    SUCCESSION = 25
    ENDORSEMENT = 26
    OPPOSITION = 27
    PUBLICATION = 28
    DERIVATION = 29

    @property
    def term(self) -> str:
        """The word that people read: ``reservation``, ``signature subject to ratification``."""
        return self.name.lower().replace("_", " ")

    @property
    def type_name(self) -> str:
        """The EIP-712 type's name: ``Reservation``, ``SignatureSubjectToRatification``."""
        return "".join(part.capitalize() for part in self.name.split("_"))


FOUNDING = (ActKind.SIGNATURE, ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION)
"""Kinds that found an agreement; they carry number 0 and are taken only while it awaits its founders."""


class Contract(IntEnum):
    """Which contract records an act; the values order the release's addresses."""

    PARTY_REGISTRY = 0
    AGREEMENT_LEDGER = 1
    NORM_REGISTRY = 2

    @property
    def title(self) -> str:
        """The contract's name in Solidity."""
        return "".join(part.capitalize() for part in self.name.split("_"))


@dataclass(frozen=True, slots=True)
class Claim:
    """A party's founding statement (PartyRegistry): which identifier and kind `account` claims.

    `kind` counts from 1 in the order of `identifiers.KINDS`; `profile` is the hash of the party's profile document;
    `deadline` is in Unix seconds, 0 for none. `unreadable` holds the claimed bytes where they are no identifier: the
    contract takes any bytes, and one odd claim must not stop an index.
    """

    identifier: Identifier
    kind: int
    profile: Hash
    account: Address
    deadline: int = 0
    unreadable: bytes | None = None

    @property
    def identifier_bytes(self) -> bytes:
        """What was hashed and signed."""
        return self.identifier.encode() if self.unreadable is None else self.unreadable

    @property
    def party(self) -> PartyId:
        """keccak(abi.encode(keccak(identifier), kind, account)): no order of registration enters it."""
        return PartyId(keccak(keccak(self.identifier_bytes) + self.kind.to_bytes(32, "big") + bytes(12) + self.account))


@dataclass(frozen=True, slots=True)
class Act:
    """One statement that a party signs on a subject, in the one layout that all kinds but the claim share.

    `subject` is an agreement, a norm, or the author's list; `clause` is zero for the whole subject; `refers_to` is the
    digest of the act, or the id of the party or root, that it names; `content` is the hash of its text; `number` is
    the party's own on this subject; `deadline` is in Unix seconds, 0 for none.
    """

    kind: ActKind
    subject: Hash
    party: PartyId
    account: Address
    number: int
    clause: Hash = ZERO
    refers_to: Hash = ZERO
    content: Hash = ZERO
    deadline: int = 0

    @property
    def contract(self) -> Contract:
        """The contract that records this kind; a withdrawal is recorded where its subject is: ask the index for it."""
        return contract_of(self.kind)


def contract_of(kind: ActKind) -> Contract:
    """The contract whose business a kind is. A withdrawal belongs to every contract and raises `ValueError`."""
    if kind is ActKind.WITHDRAWAL:
        raise ValueError("a withdrawal is recorded by the contract that holds its subject")
    if kind <= ActKind.REPORTS:
        return Contract.PARTY_REGISTRY
    if kind <= ActKind.SUCCESSION:
        return Contract.AGREEMENT_LEDGER
    return Contract.NORM_REGISTRY


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where an act stands: `block` with its `time` (Unix seconds), and `index`, its log's place in that block."""

    block: int
    block_hash: Hash
    time: int
    transaction: Hash
    index: int


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """An act as the chain holds it; `signer` is the account whose signature the contract took."""

    act: Act
    digest: Digest
    signature: bytes
    signer: Address
    recorded: Recorded
    contract: Contract

    @property
    def order(self) -> tuple[int, int]:
        """Its place among all acts of a chain."""
        return (self.recorded.block, self.recorded.index)


@dataclass(frozen=True, slots=True)
class RecordedClaim:
    """A claim as the chain holds it."""

    claim: Claim
    digest: Digest
    signature: bytes
    recorded: Recorded


def list_of(author: PartyId) -> Hash:
    """The subject on which all that a party states of others is linked: keccak(abi.encode("list", author))."""
    head = (64).to_bytes(32, "big") + author
    return keccak(head + (4).to_bytes(32, "big") + b"list".ljust(32, b"\x00"))
