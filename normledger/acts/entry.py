"""When an agreement enters into force, for whom since when, and whose consent is a succession to another's.

Belongs here: all parties' spells together, the number, the named parties, the delay (VCLT 24). Until the last consent
that is needed, a withdrawal works at once, because nothing binds yet that could ask for notice; from then on notice
runs, and a number that falls again changes nothing (55).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from normledger.acts.act import ActKind, RecordedAct
from normledger.acts.periods import days_later, first_of_next_month
from normledger.acts.regime import notice_ends
from normledger.acts.spells import CONSENTING, Aside, Ends, Own, Spell, admits, read_own
from normledger.documents.document import Agreement
from normledger.identifiers import Digest, PartyId


@dataclass(frozen=True, slots=True)
class Consents:
    """All parties' spells. `reached` is when the last consent needed was there, `force` when it entered into force.

    Both are None while consents are missing; `force` may lie ahead.
    """

    agreement: Agreement
    owns: Mapping[PartyId, Own]
    reached: int | None
    force: int | None

    def since(self, spell: Spell) -> int | None:
        """From when this consent has effect (24, paragraphs 1 to 3); a succession has it at once (VCSST 23)."""
        if spell.start is None or self.force is None:
            return None
        succeeds = all(act.act.kind is ActKind.SUCCESSION for act in spell.consents)
        return max(self.force, spell.start if succeeds else effect_of(self.agreement, spell.start))

    def contracting_at(self, time: int) -> dict[PartyId, Spell]:
        """Who has consented at this time, whether or not the agreement is in force (2, paragraph 1 f)."""
        return {party: spell for party, own in self.owns.items() if (spell := own.spell_at(time)) is not None}


def effect_of(agreement: Agreement, consent: int) -> int:
    """When a consent given at this time has effect: at once (24, 3), or after the delay that the agreement sets."""
    after = days_later(consent, agreement.rules.delay_days)
    return first_of_next_month(after) if agreement.rules.first_of_month else after


def read_consents(
    agreement: Agreement,
    acts: Mapping[PartyId, tuple[RecordedAct, ...]],
    kinds: Mapping[PartyId, str],
    aside: Aside,
) -> Consents:
    """Fold all parties' acts: first as if nothing were in force, to see when it was; then with notice from there."""
    first: Aside = {}
    at_once = _owns(agreement, acts, kinds, lambda leave: leave.recorded.time, first)
    reached = _reached(agreement, at_once)
    force = None if reached is None else effect_of(agreement, reached)
    if not _withdraws(acts):
        aside |= first
        return Consents(agreement, at_once, reached, force)

    def ends(leave: RecordedAct) -> int | None:
        if reached is None or leave.recorded.time <= reached:
            return leave.recorded.time
        return notice_ends(agreement, leave.recorded.time)

    return Consents(agreement, _owns(agreement, acts, kinds, ends, aside), reached, force)


def _withdraws(acts: Mapping[PartyId, tuple[RecordedAct, ...]]) -> bool:
    """Whether anybody withdrew anything; if not, no act waits for another's end and one look at each is enough."""
    return any(act.act.kind is ActKind.WITHDRAWAL for own in acts.values() for act in own)


def _reached(agreement: Agreement, owns: Mapping[PartyId, Own]) -> int | None:
    """The first time at which as many, and those, stand as the agreement asks for (24, paragraphs 1 and 2)."""
    rules = agreement.rules
    founders = {founder.id for founder in agreement.founders}
    named = set(rules.named_parties)
    all_founders = not rules.consents_needed and not named
    starts = {spell.start for own in owns.values() for spell in own.spells if spell.start is not None}
    for time in sorted(starts):
        standing = {party for party, own in owns.items() if own.spell_at(time)}
        if all_founders:
            enough = founders <= standing
        else:
            enough = len(standing) >= rules.consents_needed
            enough &= len(standing & named) >= (rules.named_needed or len(named))
        if enough:
            return time
    return None


def _owns(
    agreement: Agreement,
    acts: Mapping[PartyId, tuple[RecordedAct, ...]],
    kinds: Mapping[PartyId, str],
    ends: Ends,
    aside: Aside,
) -> dict[PartyId, Own]:
    binding: dict[PartyId, set[Digest]] = {}
    successions: list[RecordedAct] = []
    for party, own in acts.items():
        binding[party] = set()
        for act in own:
            if act.act.kind in CONSENTING:
                reason = admits(agreement, party, act, own, kinds.get(party))
                if reason:
                    aside[act.digest] = reason
                elif act.act.kind is ActKind.SUCCESSION:
                    successions.append(act)
                else:
                    binding[party].add(act.digest)
    owns = {party: read_own(party, own, binding[party], ends, {}) for party, own in acts.items()}
    open_ = successions
    while True:  # a successor of a successor needs a second look; each look settles one at least, or is the last
        settled = [act for act in open_ if _predecessor(owns, act) is not None]
        if not settled:
            break
        open_ = [act for act in open_ if act not in settled]
        for act in settled:
            party = act.act.party
            binding[party].add(act.digest)
            owns[party] = read_own(party, acts[party], binding[party], ends, {})
    for act in open_:
        aside[act.digest] = "The predecessor that it names had not consented then (VCSST articles 17 and 34)."
    if not _withdraws(acts):
        return owns
    # Once more for the reasons, which change while successions are being settled.
    return {party: read_own(party, own, binding[party], ends, aside) for party, own in acts.items()}


def _predecessor(owns: Mapping[PartyId, Own], succession: RecordedAct) -> Spell | None:
    """The predecessor's consent as it stood when the succession was recorded."""
    predecessor = PartyId(succession.act.refers_to)
    own = owns.get(predecessor)
    if own is None or predecessor == succession.act.party:
        return None
    return own.spell_at(succession.recorded.time)


def predecessors(consents: Consents, spell: Spell) -> tuple[tuple[RecordedAct, Own, Spell], ...]:
    """By each succession that this spell rests on: the act, and whose consent it stepped into."""
    found = []
    for act in spell.consents:
        if act.act.kind is ActKind.SUCCESSION and (of := _predecessor(consents.owns, act)) is not None:
            found.append((act, consents.owns[of.party], of))
    return tuple(found)
