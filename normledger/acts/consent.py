"""Folds acts into what stands: who is bound to which clause of an agreement toward whom, at a time.

The one place that decides law, from the acts alone: contracts only record. A party's acts are ordered by its own
numbers, never by arrival, so that no relayer decides what stands; the time of recording decides only from when.

Read it in this order, each module one question:

    regime        which law: the Vienna Convention of 1969, that of 1986 by analogy, or the agreement's own rules
    spells        from when to when a party consents, after its own withdrawals (11 to 16, 54, 56, 68)
    entry         when the agreement is in force, and for whom (24, 55)
    reservations  which count, and what the others answer (19, 20, 23)
    relations     what each clause does between each two parties (20 to 22)
    changes       what needs all: termination, amendment, correction (39, 40, 54 b, 79)
    successive    what is left of an agreement that another replaces (30, 59)

Articles are those of the Vienna Convention on the Law of Treaties; docs/reference/law.md lists each with its test.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from normledger.acts.act import FOUNDING, ActKind, RecordedAct
from normledger.acts.changes import Change, changes_at
from normledger.acts.entry import Consents, read_consents
from normledger.acts.regime import Regime, regime_of
from normledger.acts.relations import Effect, Member, Relations
from normledger.acts.reservations import Reservation, established, formulated, reservations_at
from normledger.acts.spells import Aside, Own, Spell, by_party
from normledger.acts.stances import Recognition, Stance, recognitions, stances, standing_batches
from normledger.documents.document import Agreement
from normledger.identifiers import ClauseId, Digest, DocumentHash, PartyId

__all__ = [
    "Change",
    "Effect",
    "Recognition",
    "Relations",
    "Replaced",
    "Reservation",
    "Stance",
    "Standing",
    "Status",
    "is_founding",
    "recognitions",
    "stances",
    "standing",
    "standing_batches",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """That a party is bound to `clauses` since `since` (Unix seconds), by `acts`: its consent, then what reduced it.

    `toward` is None when that is toward every other party bound by the same clause: what it reserved is not among its
    clauses. Otherwise it names toward whom, because an objection keeps the agreement from being in force with the rest.
    """

    party: PartyId
    clauses: frozenset[ClauseId]
    since: int
    acts: tuple[Digest, ...]
    toward: frozenset[PartyId] | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """That a party was bound as `standing` says until (Unix seconds) later texts took the place of all of it."""

    standing: Standing
    until: int


@dataclass(frozen=True)
class Status:
    """What stands of one agreement at a time, and by which law (`regime`).

    `in_effect_since` is None while it awaits consent, or when it has ended; `enters` is when it will be in force, where
    the consents are there and the delay still runs; `ended` is when all terminated it or a bilateral one lost a party.
    `provisional` are those who apply it before it is in force for them. `awaiting` are founders who have not consented,
    `withdrawn` are those whose consent has ended. `left_aside` lists the acts without effect, each with the reason.

    `superseded_by` are the later texts that took something away, `replaced` those whom the agreement no longer binds
    for that reason; both are empty where the agreement's own acts alone were read (`successive.left`).
    """

    document: DocumentHash
    regime: Regime
    in_effect_since: int | None
    enters: int | None
    ended: int | None
    bound: tuple[Standing, ...]
    provisional: tuple[Standing, ...]
    awaiting: tuple[PartyId, ...]
    withdrawn: tuple[PartyId, ...]
    reservations: tuple[Reservation, ...]
    relations: Relations
    changes: tuple[Change, ...]
    left_aside: tuple[tuple[Digest, str], ...]
    superseded_by: tuple[DocumentHash, ...] = ()
    replaced: tuple[Replaced, ...] = ()

    @property
    def amended_by(self) -> tuple[DocumentHash, ...]:
        """The texts by which all parties agreed to replace this one; `successive.left` tells what remains."""
        return self._agreed(ActKind.AMENDMENT)

    @property
    def corrected_by(self) -> tuple[DocumentHash, ...]:
        """The corrected texts to which all agreed; they read as from the beginning (79, paragraph 4)."""
        return self._agreed(ActKind.CORRECTION)

    def applies(self, one: PartyId, other: PartyId, clause: ClauseId) -> Effect:
        """What a clause does between two parties."""
        return self.relations.applies(one, other, clause)

    def _agreed(self, kind: ActKind) -> tuple[DocumentHash, ...]:
        return tuple(DocumentHash(one.document) for one in self.changes if one.kind is kind and one.since is not None)


@dataclass(frozen=True, slots=True)
class _Bond:
    """A spell in which the agreement binds, from `since` until `end`."""

    spell: Spell
    since: int
    end: int | None

    def binds_at(self, time: int) -> bool:
        return self.since <= time and (self.end is None or time < self.end)


def standing(
    agreement: Agreement, acts: Sequence[RecordedAct], time: int, kinds: Mapping[PartyId, str] | None = None
) -> Status:
    """What stands of `agreement` at `time` (Unix seconds), given all acts recorded on it up to some block.

    Acts recorded after `time` are not looked at. `kinds` tells the kinds of parties beside the founders, whose kinds
    the text gives; it matters where the agreement is open to some kinds only.
    """
    aside: Aside = {}
    known = {**(kinds or {}), **{founder.id: founder.kind for founder in agreement.founders}}
    consents = read_consents(agreement, by_party(acts, time, aside), known, aside)
    reservations = reservations_at(consents, time, aside)
    bonds = _bonds(consents, time, aside)
    moments = {moment for bond in bonds for moment in (bond.since, bond.end) if moment is not None}

    def parties(moment: int) -> frozenset[PartyId]:
        if consents.force is not None and consents.force <= moment:
            return frozenset(bond.spell.party for bond in bonds if bond.binds_at(moment))
        return frozenset(consents.contracting_at(moment)) | {founder.id for founder in agreement.founders}

    changes = changes_at(consents, parties, moments, time, aside)
    ended = _ended(agreement, bonds, changes, time)
    force = consents.force if ended is None else None
    members = [] if ended is not None else [_bound(bond) for bond in bonds if bond.binds_at(time)]
    if ended is None:
        bound_now = {member.party for member in members}
        members += [one for one in _provisional(consents, aside) if one.party not in bound_now]
    members.sort(key=lambda member: member.party)
    relations = Relations(tuple(members), agreement.clause_ids, reservations, time)
    since = {bond.spell.party: bond.since for bond in bonds if bond.binds_at(time)}
    standings = [(member, _standing(relations, member, since.get(member.party))) for member in members]
    contracting = consents.contracting_at(time)
    withdrawn = [party for party, own in consents.owns.items() if party not in contracting and _consented(own)]
    awaiting = [one.id for one in agreement.founders if one.id not in contracting and one.id not in withdrawn]
    _answers_aside(consents, contracting, reservations, aside)
    return Status(
        document=agreement.hash,
        regime=regime_of(agreement),
        in_effect_since=force if force is not None and force <= time else None,
        enters=force if force is not None and force > time else None,
        ended=ended,
        bound=tuple(one for member, one in standings if not member.provisional),
        provisional=tuple(one for member, one in standings if member.provisional),
        awaiting=tuple(sorted(awaiting)),
        withdrawn=tuple(sorted(withdrawn)),
        reservations=reservations,
        relations=relations,
        changes=tuple(changes),
        left_aside=tuple(sorted(aside.items())),
    )


def _bonds(consents: Consents, time: int, aside: Aside) -> tuple[_Bond, ...]:
    """Every spell in which some party is, was or will be bound; those of one party follow each other."""
    found = []
    for own in consents.owns.values():
        for spell in own.spells:
            since = consents.since(spell)
            if since is not None and consents.agreement.rules.reservations_accepted_by_all:
                since = _accepted_by_all(consents, own, spell, since, time, aside)
            if since is not None and (spell.end is None or since < spell.end):
                found.append(_Bond(spell, since, spell.end))
    return tuple(found)


def _accepted_by_all(consents: Consents, own: Own, spell: Spell, since: int, time: int, aside: Aside) -> int | None:
    """Where the agreement says that reservations need everybody's acceptance, its maker waits for it (20, 2)."""
    with_answers = {one.act.digest: one for one in reservations_at(consents, time, {})}
    for one in formulated(consents, own, spell, time, {}):
        at = established(consents, with_answers.get(one.act.digest, one))
        if at is None:
            for consent in spell.consents:
                aside[consent.digest] = (
                    "Its reservation needs everybody's acceptance and met an objection (VCLT 20, 2)."
                )
            return None
        since = max(since, at)
    for act in spell.acts:  # who gave its reservation up is bound from then at the latest
        if act.act.kind is ActKind.RESERVATION and (by := own.voided.get(act.digest)):
            since = max(since, by.recorded.time)
    return since


def _bound(bond: _Bond) -> Member:
    first = min(bond.spell.consents, key=lambda act: (act.recorded.time, act.act.number))
    return Member(bond.spell.party, bond.spell.start or bond.since, (first.digest,))


def _provisional(consents: Consents, aside: Aside) -> list[Member]:
    """Who applies the agreement provisionally (25): by its own rule, or because every founder agreed to it.

    It ends when the agreement enters into force for the party, or when the party withdraws it, without notice (25, 2).
    """
    agreement = consents.agreement
    found: dict[PartyId, RecordedAct] = {}
    for party, own in consents.owns.items():
        for act in own.spells[-1].acts:
            if act.act.kind is ActKind.PROVISIONAL_APPLICATION and own.stands(act):
                found.setdefault(party, act)
    agreed = {party for party, own in consents.owns.items() if own.spells[-1].start is not None} | set(found)
    if not agreement.rules.provisional_application and not {one.id for one in agreement.founders} <= agreed:
        for act in found.values():
            aside[act.digest] = "Neither the agreement nor all its founders provide for provisional application (25)."
        return []
    return [Member(party, act.recorded.time, (act.digest,), True) for party, act in sorted(found.items())]


def _ended(agreement: Agreement, bonds: Sequence[_Bond], changes: Sequence[Change], time: int) -> int | None:
    """When all terminated it (54 b), or one of two parties left (54, 56): what two agreed, one can't go on with."""
    ends = [change.since for change in changes if change.kind is ActKind.TERMINATION and change.since is not None]
    if agreement.rules.form == "bilateral":
        ends += [bond.end for bond in bonds if bond.end is not None and bond.end <= time]
    return min(ends, default=None)


def _standing(relations: Relations, member: Member, since: int | None) -> Standing:
    own = [one for one in relations.reservations if one.party == member.party]
    return Standing(
        member.party,
        frozenset(relations.clauses) - {one.clause for one in own},
        member.consented if since is None else since,
        (*member.acts, *(one.act.digest for one in own)),
        relations.related(member.party) if relations.apart.get(member.party) else None,
    )


def _consented(own: Own) -> bool:
    return any(spell.start is not None for spell in own.spells)


def _answers_aside(
    consents: Consents, contracting: Mapping[PartyId, Spell], reservations: Sequence[Reservation], aside: Aside
) -> None:
    """An objection counts from when its party has consented (ICJ, Reservations to the Genocide Convention, 1951)."""
    named = {one.act.digest for one in reservations}
    for party, own in consents.owns.items():
        for act in own.acts:
            if act.act.kind not in (ActKind.OBJECTION, ActKind.ACCEPTANCE_OF_RESERVATION) or act.digest in aside:
                continue
            if act.act.refers_to not in named:
                aside[act.digest] = "It names no reservation that stands here."
            elif party not in contracting:
                aside[act.digest] = "Its party has not consented; it counts from when that party does (VCLT 20)."


def is_founding(act: RecordedAct) -> bool:
    """Whether an act is a founding signature: number zero, taken only while the agreement awaited its founders."""
    return act.act.kind in FOUNDING and act.act.number == 0
