"""Reservations: which count (VCLT 19, 23), and what each other party answers (20).

A reservation counts if the agreement allows it to this clause (19 a, b; its object and purpose, 19 c, is for the
parties to judge, by objecting) and if it came in time: with the party's consent, which is, by number before it or in
its block; before that consent took effect; or within the days that the agreement grants. One that was made on signature
is confirmed by the ratification that follows with a higher number, and dates from there (23, 2). Under treaty law a
late one stands if nobody objects within twelve months (practice of the UN Secretary-General since 2000, ILC Guide
2.3.1); under own rules it does not count. A bilateral agreement takes none: it would be an offer of other terms.

Answers, under treaty law: express acceptance is final; an objection counts if it came within twelve months of the
notification or by the objector's own consent, if that is later; silence until then accepts (20, 5). Notification is the
public recording. Under own rules the agreement itself allowed the reservation, so nobody's answer changes it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from normledger.acts.act import ActKind, RecordedAct
from normledger.acts.entry import Consents, predecessors
from normledger.acts.periods import days_later, months_later
from normledger.acts.regime import Regime, regime_of
from normledger.acts.spells import Aside, Own, Spell, signed
from normledger.identifiers import ZERO, ClauseId, Digest, PartyId

AnswerWord = Literal["accepted", "silent", "awaited", "objected", "opposed", "needless"]


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation that stands, with what others said to it.

    `notified` is the day from which silence counts, `silence_ends` when it accepts on behalf of those who had consented
    by then. `objections` are those that stand and came in time; `revoked` are objections that were withdrawn, each with
    its withdrawal. `authorized` ones need nobody's acceptance. `inherited` tells that a predecessor made it.
    """

    party: PartyId
    clause: ClauseId
    act: RecordedAct
    objections: tuple[RecordedAct, ...] = ()
    acceptances: tuple[RecordedAct, ...] = ()
    revoked: tuple[tuple[RecordedAct, RecordedAct], ...] = ()
    notified: int = 0
    silence_ends: int = 0
    authorized: bool = False
    late: bool = False
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What one party answers to a reservation; `at` is when that was, or will be, settled."""

    word: AnswerWord
    at: int
    article: str
    acts: tuple[Digest, ...] = ()


def opposes_entry(objection: RecordedAct) -> bool:
    """Whether the objector definitely says that nothing shall be in force between the two (20, paragraph 4 b).

    Said by naming, as the objection's clause, the agreement itself; zero, or the reserved clause, says nothing of it.
    """
    return objection.act.clause == objection.act.subject


def _began(own: Own) -> bool:
    """Whether a party that has not consented took a first step: signature, or provisional application."""
    return signed(own.acts) or any(act.act.kind is ActKind.PROVISIONAL_APPLICATION for act in own.acts)


def answer_of(reservation: Reservation, party: PartyId, consented: int, time: int) -> Answer:
    """How `party`, which consented at `consented`, stands to a reservation at `time` (20)."""
    if reservation.authorized:
        return Answer("needless", reservation.notified, "20 (1)")
    for accepted in reservation.acceptances:
        if accepted.act.party == party:
            return Answer("accepted", accepted.recorded.time, "20 (4)(a)", (accepted.digest,))
    until = max(reservation.silence_ends, consented)
    objections = [one for one in reservation.objections if one.act.party == party and one.recorded.time <= until]
    for objection in objections:
        if opposes_entry(objection):
            return Answer("opposed", objection.recorded.time, "20 (4)(b)", (objection.digest,))
    for objection in objections:
        return Answer("objected", objection.recorded.time, "21 (3)", (objection.digest,))
    for objection, withdrawal in reservation.revoked:
        if objection.act.party == party and objection.recorded.time <= until:
            return Answer("accepted", withdrawal.recorded.time, "22 (2)", (withdrawal.digest,))
    return Answer("silent" if until <= time else "awaited", until, "20 (5)")


def reservations_at(consents: Consents, time: int, aside: Aside) -> tuple[Reservation, ...]:
    """All reservations that stand at this time, by party and number of their acts."""
    regime = regime_of(consents.agreement)
    contracting = consents.contracting_at(time)
    answers = _answers(consents, contracting)
    found: list[Reservation] = []
    for party, own in consents.owns.items():
        spell = contracting.get(party) or own.spells[-1]
        for one in formulated(consents, own, spell, time, aside):
            answered = _with_answers(one, answers, contracting, regime, aside)
            if answered.late and not _late_stands(answered, time, aside):
                continue
            if party not in contracting and not _began(own):
                aside[one.act.digest] = "Its party has neither signed nor consented yet."
                continue
            found.append(answered)
    return tuple(found)


def formulated(
    consents: Consents, own: Own, spell: Spell, time: int, aside: Aside, seen: frozenset[PartyId] = frozenset()
) -> list[Reservation]:
    """A party's own reservations in this spell, not withdrawn by `time`, and those of whom it succeeded (VCSST 20)."""
    agreement = consents.agreement
    found = []
    for act in spell.acts:
        if act.act.kind is not ActKind.RESERVATION or act.recorded.time > time or not own.stands(act, time):
            continue
        reason = _inadmissible(consents, act)
        late = not reason and not _timely(consents, spell, act)
        if late and regime_of(agreement) == "own rules":
            reason = "It came after the time that the agreement gives for reservations."
        if reason:
            aside[act.digest] = reason
            continue
        notified = max(act.recorded.time, spell.start or 0)
        keys = {agreement.clause_id(key) for key in agreement.rules.authorized_reservations}
        clause = ClauseId(act.act.clause)
        found.append(
            Reservation(
                spell.party,
                clause,
                act,
                notified=notified,
                silence_ends=months_later(notified, 12),
                authorized=clause in keys or regime_of(agreement) == "own rules",
                late=late,
            )
        )
    for succession, before, old in predecessors(consents, spell):
        if before.party in seen:
            continue
        at = succession.recorded.time
        for one in formulated(consents, before, old, at, {}, seen | {spell.party}):
            if not _given_up(own, one, aside):
                found.append(replace(one, party=spell.party, inherited=True))
    return found


def _inadmissible(consents: Consents, act: RecordedAct) -> str:
    agreement = consents.agreement
    if agreement.rules.form == "bilateral":
        return "A bilateral agreement takes no reservations: it would be an offer of other terms (ILC Guide 1.6.1)."
    if not agreement.rules.reservations:
        return "The agreement prohibits reservations (VCLT article 19 a)."
    if act.act.clause not in agreement.clause_ids:
        return "The reservation names no clause of this agreement."
    reservable = {agreement.clause_id(key) for key in agreement.rules.reservable}
    if reservable and act.act.clause not in reservable:
        return "The agreement allows reservations to other clauses only (VCLT article 19 b)."
    return ""


def _timely(consents: Consents, spell: Spell, act: RecordedAct) -> bool:
    if any(act.act.number < one.act.number or act.recorded.block <= one.recorded.block for one in spell.consents):
        return True
    since = consents.since(spell)
    if since is None or spell.start is None or act.recorded.time <= since:
        return True
    days = consents.agreement.rules.reservation_days
    return bool(days) and act.recorded.time <= days_later(spell.start, days)


def _late_stands(one: Reservation, time: int, aside: Aside) -> bool:
    if one.objections:
        aside[one.act.digest] = "It came late, and a party objected (ILC Guide 2.3.1)."
        return False
    if time < one.silence_ends:
        aside[one.act.digest] = "It came late; it counts if nobody objects within twelve months (ILC Guide 2.3.1)."
        return False
    return True


def _given_up(own: Own, one: Reservation, aside: Aside) -> bool:
    """Whether the successor withdrew the reservation that it inherited (22, paragraph 1)."""
    for act in own.acts:
        if (
            act.act.kind is ActKind.WITHDRAWAL
            and act.act.refers_to == one.act.digest
            and act.act.clause == ZERO
            and own.stands(act)
        ):
            aside.pop(act.digest, None)
            return True
    return False


_Answers = dict[Digest, list[tuple[RecordedAct, RecordedAct | None]]]


def _answers(consents: Consents, contracting: Mapping[PartyId, Spell]) -> _Answers:
    """What parties that have consented said to each reservation, with what withdrew it again."""
    found: _Answers = defaultdict(list)
    for party, spell in contracting.items():
        own = consents.owns[party]
        for act in spell.acts:
            if act.act.kind in (ActKind.OBJECTION, ActKind.ACCEPTANCE_OF_RESERVATION):
                found[Digest(act.act.refers_to)].append((act, own.voided.get(act.digest)))
    return found


def _with_answers(
    one: Reservation, answers: _Answers, contracting: Mapping[PartyId, Spell], regime: Regime, aside: Aside
) -> Reservation:
    objections: list[RecordedAct] = []
    acceptances: list[RecordedAct] = []
    revoked: list[tuple[RecordedAct, RecordedAct]] = []
    for act, voided in answers.get(one.act.digest, ()):
        if act.act.party == one.party:
            aside[act.digest] = "A party does not answer its own reservation."
        elif act.act.kind is ActKind.ACCEPTANCE_OF_RESERVATION:
            if voided is None:
                acceptances.append(act)
        elif voided is not None:
            if act.recorded.block < voided.recorded.block:
                revoked.append((act, voided))
        elif regime == "own rules":
            objections.append(act)
        elif act.recorded.time > max(one.silence_ends, contracting[act.act.party].start or 0):
            aside[act.digest] = "It came after twelve months of silence, which had accepted (VCLT article 20, 5)."
        else:
            objections.append(act)
    final = {act.act.party for act in acceptances}
    standing = tuple(act for act in objections if regime == "own rules" or act.act.party not in final)
    for act in objections:
        if act not in standing:
            aside[act.digest] = "Its party accepted the reservation, which is final (ILC Guide 2.8.13)."
    return replace(one, objections=standing, acceptances=tuple(acceptances), revoked=tuple(revoked))


def established(consents: Consents, reservation: Reservation) -> int | None:
    """Where all must accept (20, paragraph 2): when the last did, by word or silence; None once one objected.

    All are those who had consented when the reservation was notified.
    """
    last = reservation.notified
    for party, spell in consents.contracting_at(reservation.notified).items():
        if party == reservation.party or spell.start is None:
            continue
        answer = answer_of(reservation, party, spell.start, reservation.silence_ends)
        if answer.word in ("objected", "opposed"):
            return None
        last = max(last, answer.at)
    return last
