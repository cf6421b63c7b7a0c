"""What a view answers with: parties, agreements, norms, batches, and the block at which an answer holds.

Belongs here: frozen answers and the plain words that they give themselves. Does not belong here: finding them.
"""

from dataclasses import dataclass

from normledger.acts import consent
from normledger.acts.act import ActKind, Recorded, RecordedAct, RecordedClaim
from normledger.acts.anchors import Anchored
from normledger.acts.powers import FurtherClaim, Powers, RecordedOwnAct, Tenure
from normledger.chain.calls import Terms
from normledger.composition.record import World
from normledger.documents.document import Agreement, Norm, Profile
from normledger.documents.geography import region_of
from normledger.identifiers import Address, AgreementId, Digest, Hash, Identifier, NormId, PartyId, is_exercise


@dataclass(frozen=True, slots=True)
class AsOf:
    """The block at which an answer holds. `final` tells whether the chain may still take it back."""

    chain_id: int
    block: int
    hash: Hash
    time: int
    final: bool


@dataclass(frozen=True, slots=True)
class Party:
    """A registered party: what it claims, and what its profile says if that document is at hand.

    `account` acts for it now, `tenures` tell which did before; `powers` are all full powers that it ever gave; `own`
    are its acts on itself after its `claim`.
    """

    id: PartyId
    identifier: Identifier
    kind: str
    account: Address
    recorded: Recorded
    digest: Digest
    profile: Profile | None
    claim: RecordedClaim
    own: tuple[RecordedOwnAct, ...] = ()
    tenures: tuple[Tenure, ...] = ()
    powers: tuple[Powers, ...] = ()

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """All that it claims to be, its first claim first."""
        return (self.identifier, *(one.act.identifier for one in self.own if isinstance(one.act, FurtherClaim)))

    def account_at(self, when: Recorded) -> Address | None:
        """The account that acted for it when something was recorded; None before it was registered."""
        for tenure in self.tenures:
            if tenure.since.order <= when.order and (tenure.until is None or when.order < tenure.until.order):
                return tenure.account
        return None

    def may_act(self, account: Address, kind: ActKind, scope: Hash, time: int) -> bool:
        """Whether an account may act for it: its own, or a representative's by powers that stand."""
        return account == self.account or any(one.cover(account, kind, scope, time) for one in self.powers)

    @property
    def name(self) -> str:
        """Its own name for itself, or else its identifier."""
        return self.profile.name if self.profile else self.identifier

    @property
    def world(self) -> World:
        """Fictional or real, by what it claims."""
        return "exercise" if is_exercise(self.identifier) else "real"

    @property
    def region(self) -> str:
        """The UN M49 region that its profile or its country puts it in; empty if unknown."""
        if self.profile is None:
            return ""
        return self.profile.region or region_of(self.profile.country)

    @property
    def country(self) -> str:
        """The country that its profile names (ISO 3166-1 alpha-3); empty if unknown."""
        return self.profile.country if self.profile else ""


@dataclass(frozen=True, slots=True)
class AgreementView:
    """An agreement on the chain. `document` is None while its text is not at hand, or says something else.

    `fault` then tells which of the two it is. `acts` are all acts on its word, in the order of recording; `stances` are
    what others say of it and of its clauses now. `status` is what stands of it, after the later texts to which all its
    parties agreed.
    """

    id: AgreementId
    terms: Terms
    document: Agreement | None
    fault: str | None
    acts: tuple[RecordedAct, ...]
    status: consent.Status | None
    recorded: Recorded
    stances: tuple[consent.Stance, ...] = ()

    @property
    def title(self) -> str:
        """Its title, or a plain word that its text is missing."""
        return self.document.title if self.document else f"(text {self.terms.document.short} not at hand)"


@dataclass(frozen=True, slots=True)
class NormView:
    """A published norm with the stances on it. `document` is None while its text is not at hand.

    `anchored` are endorsements signed off the chain, a class of their own: "at least n". `anchors_missing` are anchors
    whose leaves are not at hand, so that they count nothing.
    """

    id: NormId
    document: Norm | None
    publication: RecordedAct
    acts: tuple[RecordedAct, ...]
    stances: tuple[consent.Stance, ...]
    anchored: tuple[Anchored, ...] = ()
    anchors_missing: tuple[RecordedAct, ...] = ()

    @property
    def title(self) -> str:
        """Its title, or a plain word that its text is missing."""
        return self.document.title if self.document else f"(text {self.id.short} not at hand)"
