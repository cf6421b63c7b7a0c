"""Folds acts into what stands: who is bound to which clause, who takes which stance, which batches count.

The one place that decides law, from the acts alone: contracts only record. A party's acts are ordered by its own
numbers, never by arrival, so that no relayer decides what stands; the time of recording decides only from when.

In this release: consent by signature, ratification, acceptance, approval and accession (Vienna Convention on the Law
of Treaties 1969, articles 11 to 16), effect when all founders consented (24, paragraph 2), reservations where the
agreement allows them (19), withdrawal with notice (54, 56), which ends a bilateral agreement, and termination by all
(54 b). Objections are kept and shown beside the reservation; they do not change what the reserving party is bound to
(20, paragraph 4 b). For agreements that are not treaties the same rules hold by the agreement's own reference to them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from normledger.acts.act import FOUNDING, ActKind, RecordedAct
from normledger.documents.document import Agreement
from normledger.identifiers import ZERO, ClauseId, Digest, PartyId

_CONSENTING = (
    ActKind.SIGNATURE,
    ActKind.RATIFICATION,
    ActKind.ACCEPTANCE,
    ActKind.APPROVAL,
    ActKind.ACCESSION,
)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation that stands, with the objections to it that stand."""

    party: PartyId
    clause: ClauseId
    act: RecordedAct
    objections: tuple[RecordedAct, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """That a party is bound to `clauses` since `since` (Unix seconds), by `acts`: its consent, then what reduced it."""

    party: PartyId
    clauses: frozenset[ClauseId]
    since: int
    acts: tuple[Digest, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """What stands of one agreement. `in_effect_since` is None while it awaits consent, or when it has ended."""

    in_effect_since: int | None
    bound: tuple[Standing, ...]
    awaiting: tuple[PartyId, ...]
    withdrawn: tuple[PartyId, ...]
    reservations: tuple[Reservation, ...]
    left_aside: tuple[tuple[Digest, str], ...]


def standing(agreement: Agreement, acts: Sequence[RecordedAct], time: int) -> Status:
    """What stands of `agreement` at `time` (Unix seconds), given all acts recorded on it up to some block.

    `left_aside` lists the acts that have no effect, each with the reason in one sentence.
    """
    by_party = _by_number(acts)
    left_aside: list[tuple[Digest, str]] = []
    spans = {party: _consents(agreement, own) for party, own in by_party.items()}
    consents = {party: consent for party, held in spans.items() if (consent := _at(held, time)) is not None}
    withdrawn = tuple(sorted(party for party, held in spans.items() if held and party not in consents))
    reservations = _reservations(agreement, by_party, time, left_aside)
    # A founder who consented and left again has still brought the agreement into effect.
    first = {founder.id: _first(spans.get(founder.id, [])) for founder in agreement.founders}
    awaiting = tuple(founder for founder, consent in first.items() if consent is None)
    if awaiting:
        return Status(None, (), awaiting, withdrawn, reservations, tuple(left_aside))
    effect = max(consent.recorded.time for consent in first.values() if consent is not None)
    if _ended(agreement, by_party, spans, effect, time):
        return Status(None, (), (), withdrawn, reservations, tuple(left_aside))
    reserved: dict[PartyId, list[Reservation]] = defaultdict(list)
    for reservation in reservations:
        reserved[reservation.party].append(reservation)
    bound = []
    for party, consent in sorted(consents.items()):
        without = {reservation.clause for reservation in reserved[party]}
        reducing = tuple(reservation.act.digest for reservation in reserved[party])
        bound.append(
            Standing(
                party,
                frozenset(agreement.clause_ids) - without,
                max(effect, consent.recorded.time),
                (consent.digest, *reducing),
            )
        )
    return Status(effect, tuple(bound), (), withdrawn, reservations, tuple(left_aside))


def _by_number(acts: Iterable[RecordedAct]) -> dict[PartyId, list[RecordedAct]]:
    """Each party's acts by its own numbers; of two with one number the first recorded comes first."""
    by_party: dict[PartyId, list[RecordedAct]] = defaultdict(list)
    for act in sorted(acts, key=lambda one: (one.act.party, one.act.number, one.order)):
        by_party[act.act.party].append(act)
    return dict(by_party)


@dataclass(frozen=True, slots=True)
class _Held:
    """An act and until when it stands (Unix seconds): None while no withdrawal ends it.

    `void` says that its withdrawal was on the chain before it, so that it never stood.
    """

    act: RecordedAct
    until: int | None
    void: bool

    def stands(self, time: int) -> bool:
        return not self.void and self.act.recorded.time <= time and (self.until is None or time < self.until)


def _held(act: RecordedAct, own: Iterable[RecordedAct], notice: int) -> _Held:
    """What withdrawals of the same party with higher numbers leave of an act.

    `notice` (seconds) runs for consent and all that hangs on it; one act that is named is withdrawn at once. Within a
    block a party's own numbers tell what came first, so that whoever puts the block together decides nothing.
    """
    until, void = None, False
    for other in own:
        leaves, names = _leaves(other), other.act.refers_to == act.digest
        if other.act.kind is not ActKind.WITHDRAWAL or other.act.number <= act.act.number or not (leaves or names):
            continue
        end = other.recorded.time + (notice if leaves or act.act.kind in _CONSENTING else 0)
        until = end if until is None else min(until, end)
        void = void or other.recorded.block < act.recorded.block
    return _Held(act, until, void)


def _leaves(act: RecordedAct) -> bool:
    """Whether an act withdraws its party's consent, or its stance, on the whole subject."""
    return act.act.kind is ActKind.WITHDRAWAL and act.act.refers_to == ZERO and act.act.clause == ZERO


def _binds(agreement: Agreement, act: RecordedAct) -> bool:
    """Whether an act expresses consent to be bound, under what the agreement says of signatures (VCLT 12 and 14)."""
    kind = act.act.kind
    if kind is ActKind.SIGNATURE:
        return agreement.rules.takes_effect == "on-signature"
    if kind is ActKind.ACCESSION:
        return agreement.rules.admission != "closed"
    return kind in _CONSENTING


def _consents(agreement: Agreement, own: list[RecordedAct]) -> list[_Held]:
    """All expressions of one party's consent, by number."""
    return [_held(act, own, agreement.rules.notice_days * _DAY) for act in own if _binds(agreement, act)]


def _at(consents: Iterable[_Held], time: int) -> RecordedAct | None:
    """The consent by which a party is bound at a time: consent renewed while it stands runs on from its first."""
    return next((held.act for held in consents if held.stands(time)), None)


def _first(consents: Iterable[_Held]) -> RecordedAct | None:
    """The consent that counted toward effect."""
    return next((held.act for held in consents if not held.void), None)


def _reservations(
    agreement: Agreement, by_party: dict[PartyId, list[RecordedAct]], time: int, left_aside: list[tuple[Digest, str]]
) -> tuple[Reservation, ...]:
    clauses, notice = set(agreement.clause_ids), agreement.rules.notice_days * _DAY
    found: list[Reservation] = []
    objections: dict[Digest, list[RecordedAct]] = defaultdict(list)
    for own in by_party.values():
        for act in own:
            if act.act.kind is ActKind.OBJECTION and _held(act, own, notice).stands(time):
                objections[Digest(act.act.refers_to)].append(act)
    for party, own in sorted(by_party.items()):
        for act in own:
            if act.act.kind is not ActKind.RESERVATION or not _held(act, own, notice).stands(time):
                continue
            clause = ClauseId(act.act.clause)
            if not agreement.rules.reservations:
                left_aside.append((act.digest, "The agreement prohibits reservations (VCLT article 19 a)."))
            elif clause not in clauses:
                left_aside.append((act.digest, "The reservation names no clause of this agreement."))
            else:
                against = sorted(objections[act.digest], key=lambda one: (one.recorded.block, one.act.party))
                found.append(Reservation(party, clause, act, tuple(against)))
    return tuple(found)


def _ended(
    agreement: Agreement,
    by_party: dict[PartyId, list[RecordedAct]],
    consents: dict[PartyId, list[_Held]],
    effect: int,
    time: int,
) -> bool:
    """Whether the agreement is over: a bilateral one by either's withdrawal, any by all parties' termination.

    What is over stays over: nobody is bound again because somebody else signs later. So every moment since the
    agreement took effect is looked at, at which its parties may have changed.
    """
    terminations = {
        party: [
            _held(act, own, agreement.rules.notice_days * _DAY) for act in own if act.act.kind is ActKind.TERMINATION
        ]
        for party, own in by_party.items()
    }
    bilateral = agreement.rules.form == "bilateral"
    if not bilateral and not any(terminations.values()):
        return False
    moments = {effect, time} | {act.recorded.time for own in by_party.values() for act in own}
    moments |= {held.until for found in consents.values() for held in found if held.until is not None}
    for moment in sorted(moment for moment in moments if effect <= moment <= time):
        bound = {party for party, found in consents.items() if _at(found, moment) is not None}
        if bilateral and any(founder.id not in bound for founder in agreement.founders):
            return True
        if bound and all(any(held.stands(moment) for held in terminations[party]) for party in bound):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Stance:
    """What a party says of a norm now: ENDORSEMENT or OPPOSITION, and by which act."""

    party: PartyId
    kind: ActKind
    act: RecordedAct


def stances(acts: Sequence[RecordedAct]) -> tuple[Stance, ...]:
    """Every party's standing stance on one norm, by party id: its highest number that is not withdrawn."""
    found = []
    for party, own in sorted(_by_number(acts).items()):
        taken = [
            act for act in own if act.act.kind in (ActKind.ENDORSEMENT, ActKind.OPPOSITION) and not _withdrawn(act, own)
        ]
        if taken:
            found.append(Stance(party, taken[-1].act.kind, taken[-1]))
    return tuple(found)


def _withdrawn(act: RecordedAct, own: Iterable[RecordedAct]) -> bool:
    """Whether a withdrawal of its party voids an act that no notice protects."""
    return _held(act, own, 0).until is not None


def standing_batches(acts: Sequence[RecordedAct]) -> tuple[RecordedAct, ...]:
    """Of one author's list, the roots of alignments and reports that are not withdrawn, in the order of recording."""
    return tuple(
        act
        for act in sorted(acts, key=lambda one: one.order)
        if act.act.kind in (ActKind.ALIGNMENTS, ActKind.REPORTS) and not _withdrawn(act, acts)
    )


def is_founding(act: RecordedAct) -> bool:
    """Whether an act is a founding signature: number zero, taken only while the agreement awaited its founders."""
    return act.act.kind in FOUNDING and act.act.number == 0
