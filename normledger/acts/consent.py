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
    by_party: dict[PartyId, list[RecordedAct]] = defaultdict(list)
    for act in sorted(acts, key=lambda one: (one.act.party, one.act.number, one.order)):
        by_party[act.act.party].append(act)
    left_aside: list[tuple[Digest, str]] = []
    consents: dict[PartyId, RecordedAct] = {}
    ends: dict[PartyId, int] = {}
    withdrawn: list[PartyId] = []
    for party, own in by_party.items():
        consent, end = _consent_of(agreement, own)
        if consent is None:
            continue
        if end is not None and end <= time:
            withdrawn.append(party)
            ends[party] = end
        else:
            consents[party] = consent
    founders = tuple(founder.id for founder in agreement.founders)
    reservations = _reservations(agreement, by_party, left_aside)
    # A founder who consented and left again has still brought the agreement into effect.
    first = {party: _first_consent(agreement, own) for party, own in by_party.items()}
    awaiting = tuple(founder for founder in founders if first.get(founder) is None)
    ended = _ended(agreement, by_party, consents, withdrawn)
    if awaiting or ended:
        return Status(None, (), awaiting, tuple(sorted(withdrawn)), reservations, tuple(left_aside))
    effect = max(found.recorded.time for founder in founders if (found := first[founder]) is not None)
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
    return Status(effect, tuple(bound), (), tuple(sorted(withdrawn)), reservations, tuple(left_aside))


def _binds(agreement: Agreement, act: RecordedAct) -> bool:
    """Whether an act expresses consent to be bound, under what the agreement says of signatures (VCLT 12 and 14)."""
    kind = act.act.kind
    if kind is ActKind.SIGNATURE:
        return agreement.rules.takes_effect == "on-signature"
    if kind is ActKind.ACCESSION:
        return agreement.rules.admission != "closed"
    return kind in _CONSENTING


def _first_consent(agreement: Agreement, own: list[RecordedAct]) -> RecordedAct | None:
    """The consent that counted toward effect: a withdrawal recorded before it had voided it already."""
    for act in own:
        if _binds(agreement, act) and not any(
            _leaves(later) and later.act.number > act.act.number and later.order < act.order for later in own
        ):
            return act
    return None


def _leaves(act: RecordedAct) -> bool:
    return act.act.kind is ActKind.WITHDRAWAL and act.act.refers_to == ZERO and act.act.clause == ZERO


def _consent_of(agreement: Agreement, own: list[RecordedAct]) -> tuple[RecordedAct | None, int | None]:
    """The party's latest consent by number, and when it ends if a withdrawal with a higher number names it."""
    consents = [act for act in own if _binds(agreement, act)]
    if not consents:
        return None, None
    consent = consents[-1]
    # Consent renewed before it was withdrawn runs on from its first expression since the last withdrawal.
    withdrawals = [act for act in own if _leaves(act)]
    before = [act for act in withdrawals if act.act.number < consent.act.number]
    since = before[-1].act.number if before else -1
    consent = next(act for act in consents if act.act.number > since)
    after = [act for act in withdrawals if act.act.number > consents[-1].act.number]
    if not after:
        return consent, None
    first = min(after, key=lambda act: act.order)
    if first.order < consent.order:
        return consent, first.recorded.time  # it arrived first, so the consent was void from the start
    return consent, first.recorded.time + agreement.rules.notice_days * _DAY


def _reservations(
    agreement: Agreement, by_party: dict[PartyId, list[RecordedAct]], left_aside: list[tuple[Digest, str]]
) -> tuple[Reservation, ...]:
    clauses = set(agreement.clause_ids)
    found: list[Reservation] = []
    objections: dict[Digest, list[RecordedAct]] = defaultdict(list)
    for own in by_party.values():
        for act in own:
            if act.act.kind is ActKind.OBJECTION and not _withdrawn(act, own):
                objections[Digest(act.act.refers_to)].append(act)
    for party, own in sorted(by_party.items()):
        for act in own:
            if act.act.kind is not ActKind.RESERVATION or _withdrawn(act, own):
                continue
            clause = ClauseId(act.act.clause)
            if not agreement.rules.reservations:
                left_aside.append((act.digest, "The agreement prohibits reservations (VCLT article 19 a)."))
            elif clause not in clauses:
                left_aside.append((act.digest, "The reservation names no clause of this agreement."))
            else:
                against = sorted(objections[act.digest], key=lambda one: one.order)
                found.append(Reservation(party, clause, act, tuple(against)))
    return tuple(found)


def _withdrawn(act: RecordedAct, own: Iterable[RecordedAct]) -> bool:
    """Whether a withdrawal by the same party with a higher number names this act, or its consent with all on it."""
    return any(
        other.act.kind is ActKind.WITHDRAWAL
        and other.act.number > act.act.number
        and (other.act.refers_to == act.digest or _leaves(other))
        for other in own
    )


def _ended(
    agreement: Agreement,
    by_party: dict[PartyId, list[RecordedAct]],
    consents: dict[PartyId, RecordedAct],
    withdrawn: list[PartyId],
) -> bool:
    """Whether the agreement is over: a bilateral one by either's withdrawal, any by all parties' termination."""
    if agreement.rules.form == "bilateral" and withdrawn:
        return True
    terminated = {
        party
        for party, own in by_party.items()
        if any(act.act.kind is ActKind.TERMINATION and not _withdrawn(act, own) for act in own)
    }
    return bool(consents) and set(consents) <= terminated


@dataclass(frozen=True, slots=True)
class Stance:
    """What a party says of a norm now: ENDORSEMENT or OPPOSITION, and by which act."""

    party: PartyId
    kind: ActKind
    act: RecordedAct


def stances(acts: Sequence[RecordedAct]) -> tuple[Stance, ...]:
    """Every party's standing stance on one norm, by party id: its highest number that is not withdrawn."""
    by_party: dict[PartyId, list[RecordedAct]] = defaultdict(list)
    for act in sorted(acts, key=lambda one: (one.act.party, one.act.number, one.order)):
        by_party[act.act.party].append(act)
    found = []
    for party, own in sorted(by_party.items()):
        taken = [
            act for act in own if act.act.kind in (ActKind.ENDORSEMENT, ActKind.OPPOSITION) and not _withdrawn(act, own)
        ]
        if taken:
            found.append(Stance(party, taken[-1].act.kind, taken[-1]))
    return tuple(found)


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
