"""Every signed statement, frozen: what is signed (`Act`, `Claim`), and what the chain recorded of it (`RecordedAct`).

Belongs here: the kinds of act with their place in the contracts' enumeration, and the words for them.
Does not belong here: what a party signs of itself but its claim (powers); how an act is hashed (typed_data), checked
(signature), linked (commitment) or judged (consent).
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
    ANCHOR = 30
    FURTHER_CLAIM = 31

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

OWN = (
    ActKind.CLAIM, ActKind.FURTHER_CLAIM, ActKind.ROTATION, ActKind.FULL_POWERS, ActKind.REVOCATION,
    ActKind.CANCELLATION,
)  # fmt: skip
"""Kinds of a party's acts on itself; a cancellation may be on any other subject too."""


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
    """One statement that a party signs on a subject: all kinds but those of a party on itself.

    `contract` records it; `subject` is an agreement, the stances on one, a norm, or the author's list; `account` signs:
    the party's own or a representative's; `number` is the party's own on this subject, 0 for a founding signature;
    `clause` is zero for the whole subject; `refers_to` is the digest of the act, or the id of the party or root, that
    it names; `content` is the hash of its text, an anchor's root, a founding signature's document; `deadline` is in
    Unix seconds, 0 for none. On a norm, `clause` and `refers_to` are zero.
    """

    contract: Contract
    kind: ActKind
    subject: Hash
    party: PartyId
    account: Address
    number: int
    clause: Hash = ZERO
    refers_to: Hash = ZERO
    content: Hash = ZERO
    deadline: int = 0


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where an act stands: `block` with its `time` (Unix seconds); `index`, its log's place in that block; `place`, its
    own in that log.
    """

    block: int
    block_hash: Hash
    time: int
    transaction: Hash
    index: int
    place: int = 0

    @property
    def order(self) -> tuple[int, int, int]:
        """Its place among all acts of a chain."""
        return (self.block, self.index, self.place)


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """An act as the chain holds it.

    `represented` tells that a representative signed it; `proven` that the signature by itself proves who signed (a
    plain key's), where otherwise the contract's code does (a contract wallet answered).
    """

    act: Act
    digest: Digest
    signature: bytes
    recorded: Recorded
    represented: bool = False
    proven: bool = True

    @property
    def contract(self) -> Contract:
        """The contract that recorded it."""
        return self.act.contract

    @property
    def signer(self) -> Address:
        """The account that signed it."""
        return self.act.account

    @property
    def order(self) -> tuple[int, int, int]:
        """Its place among all acts of a chain."""
        return self.recorded.order


@dataclass(frozen=True, slots=True)
class RecordedClaim:
    """A claim as the chain holds it."""

    claim: Claim
    digest: Digest
    signature: bytes
    recorded: Recorded
    proven: bool = True


def list_of(author: PartyId) -> Hash:
    """The subject on which all that a party states of others is linked: keccak(abi.encode("list", author))."""
    return _derived(b"list", author)


def stances_on(agreement: Hash) -> Hash:
    """The subject of others' stances on an agreement and its clauses: keccak(abi.encode("stances", agreement))."""
    return _derived(b"stances", agreement)


def _derived(word: bytes, of: bytes) -> Hash:
    return keccak((64).to_bytes(32, "big") + of + len(word).to_bytes(32, "big") + word.ljust(32, b"\x00"))
