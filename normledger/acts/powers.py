"""What a party signs of itself: a further claim, rotation of its account, full powers and their revocation; cancelling.

Belongs here: those statements, and which account and whose powers stand after them. Full powers are those of VCLT
article 7. On its own subject a party's numbers only rise, so that here, unlike elsewhere, the order of recording is
the order of numbers (contracts/PartyRegistry.sol, `_own`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from normledger.acts.act import ActKind, Recorded, RecordedClaim
from normledger.identifiers import ZERO, Address, Digest, Hash, Identifier, PartyId


@dataclass(frozen=True, slots=True)
class FurtherClaim:
    """One more identifier of a party, and its profile anew. `unreadable` as in `Claim`."""

    party: PartyId
    identifier: Identifier
    profile: Hash
    account: Address
    number: int
    deadline: int = 0
    unreadable: bytes | None = None

    kind = ActKind.FURTHER_CLAIM

    @property
    def identifier_bytes(self) -> bytes:
        """What was hashed and signed."""
        return self.identifier.encode() if self.unreadable is None else self.unreadable


@dataclass(frozen=True, slots=True)
class Rotation:
    """Another account for a party: `next` acts for it from now on. Both accounts sign the same statement."""

    party: PartyId
    next: Address
    account: Address
    number: int
    deadline: int = 0

    kind = ActKind.ROTATION


@dataclass(frozen=True, slots=True)
class FullPowers:
    """What a representative may do: acts of some kinds on `subject` (zero for all), recorded at `until` at the latest.

    `bits` has one bit by kind of act, 1 << kind; bit 0 names none and is never set. `until` is in Unix seconds. For an
    agreement the powers cover stances on it too.
    """

    party: PartyId
    representative: Address
    subject: Hash
    bits: int
    until: int
    account: Address
    number: int
    deadline: int = 0

    kind = ActKind.FULL_POWERS

    @property
    def kinds(self) -> frozenset[ActKind]:
        """The kinds of act that they name."""
        return frozenset(kind for kind in ActKind if self.bits >> int(kind) & 1)


@dataclass(frozen=True, slots=True)
class Revocation:
    """The end of the powers that a representative had for `subject` (zero for those for all)."""

    party: PartyId
    representative: Address
    subject: Hash
    account: Address
    number: int
    deadline: int = 0

    kind = ActKind.REVOCATION


@dataclass(frozen=True, slots=True)
class OwnCancellation:
    """Uses up `number` and all lower ones on the party's own subject."""

    party: PartyId
    account: Address
    number: int
    deadline: int = 0

    kind = ActKind.CANCELLATION


def bits_of(kinds: Iterable[ActKind]) -> int:
    """Kinds of act as full powers name them: one bit each, 1 << kind."""
    return sum(1 << int(kind) for kind in set(kinds))


OwnAct = FurtherClaim | Rotation | FullPowers | Revocation | OwnCancellation


@dataclass(frozen=True, slots=True)
class RecordedOwnAct:
    """A party's act on itself as the chain holds it; `consent` is the next account's signature, of a rotation.

    `represented` and `proven` as in `RecordedAct`; a rotation is proven where both signatures are.
    """

    act: OwnAct
    digest: Digest
    signature: bytes
    consent: bytes
    recorded: Recorded
    represented: bool = False
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Tenure:
    """From when on an account acted for a party, up to when; None where it still does."""

    account: Address
    since: Recorded
    until: Recorded | None


@dataclass(frozen=True, slots=True)
class Powers:
    """Full powers that were given: by which act, and by which act they ended; None where none ended them."""

    granted: RecordedOwnAct
    ended: RecordedOwnAct | None

    @property
    def terms(self) -> FullPowers:
        """What was granted."""
        assert isinstance(self.granted.act, FullPowers)
        return self.granted.act

    def stand(self, time: int) -> bool:
        """Whether they stand at a time, in Unix seconds."""
        return self.ended is None and time <= self.terms.until

    def cover(self, account: Address, kind: ActKind, scope: Hash, time: int) -> bool:
        """Whether `account` may do an act of this kind on `scope` by them."""
        granted = self.terms
        return (
            self.stand(time)
            and granted.representative == account
            and kind in granted.kinds
            and granted.subject in (ZERO, scope)
        )


def tenures(claim: RecordedClaim, acts: Iterable[RecordedOwnAct]) -> tuple[Tenure, ...]:
    """Every account of a party in turn; `acts` are all those on itself, in the order of recording."""
    found = []
    account, since = claim.claim.account, claim.recorded
    for one in acts:
        if isinstance(one.act, Rotation):
            found.append(Tenure(account, since, one.recorded))
            account, since = one.act.next, one.recorded
    return (*found, Tenure(account, since, None))


def powers(acts: Iterable[RecordedOwnAct]) -> tuple[Powers, ...]:
    """All full powers that a party ever gave, in the order of recording.

    A later grant to the same representative for the same subject takes the place of the earlier one; a rotation ends
    all.
    """
    given: list[RecordedOwnAct] = []
    ends: dict[Digest, RecordedOwnAct] = {}
    standing: dict[tuple[Address, Hash], RecordedOwnAct] = {}
    for one in acts:
        if isinstance(one.act, Rotation):
            ends |= {grant.digest: one for grant in standing.values()}
            standing.clear()
        elif isinstance(one.act, FullPowers | Revocation):
            key = (one.act.representative, one.act.subject)
            if before := standing.pop(key, None):
                ends[before.digest] = one
            if isinstance(one.act, FullPowers):
                given.append(one)
                standing[key] = one
    return tuple(Powers(grant, ends.get(grant.digest)) for grant in given)
