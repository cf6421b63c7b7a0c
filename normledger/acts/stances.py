"""What stands of statements that bind nobody: stances on a norm, an agreement or a clause, recognitions, batches."""

from collections.abc import Sequence
from dataclasses import dataclass

from normledger.acts.act import ActKind, RecordedAct
from normledger.acts.spells import by_party
from normledger.identifiers import ZERO, Digest, Hash, PartyId

_STANCES = (ActKind.ENDORSEMENT, ActKind.OPPOSITION)
_BATCHES = (ActKind.ALIGNMENTS, ActKind.REPORTS, ActKind.RECOGNITION)


@dataclass(frozen=True, slots=True)
class Stance:
    """What a party says of a norm, an agreement or a clause now: ENDORSEMENT or OPPOSITION, and by which act."""

    party: PartyId
    kind: ActKind
    act: RecordedAct


def stances(acts: Sequence[RecordedAct], clause: Hash | None = None) -> tuple[Stance, ...]:
    """Every party's standing stance, by party id: its highest number that is not withdrawn.

    `acts` are those on one norm, or others' on one agreement; `clause` asks for stances on that clause alone, zero
    for those on the whole. A withdrawal that names neither act nor clause withdraws all of a party's stances there.
    """
    found = []
    for party, own in by_party(acts, _END_OF_TIME, {}).items():
        voided = _voided(own)
        taken = [
            act
            for act in own
            if act.act.kind in _STANCES and clause in (None, act.act.clause) and act.digest not in voided
        ]
        if taken:
            found.append(Stance(party, taken[-1].act.kind, taken[-1]))
    return tuple(found)


def standing_batches(acts: Sequence[RecordedAct]) -> tuple[RecordedAct, ...]:
    """Of one author's list, the recognitions and roots that are not withdrawn, in the order of recording."""
    standing = []
    for own in by_party(acts, _END_OF_TIME, {}).values():
        voided = _voided(own)
        standing += [act for act in own if act.act.kind in _BATCHES and act.digest not in voided]
    return tuple(sorted(standing, key=lambda one: one.order))


@dataclass(frozen=True, slots=True)
class Recognition:
    """That `party` is who it claims to be, and, where it is named, the same actor as `same_as`; and by which act.

    In the act, `refersTo` is the party and `clause` the other one, or zero.
    """

    party: PartyId
    same_as: PartyId | None
    act: RecordedAct


def recognitions(acts: Sequence[RecordedAct]) -> tuple[Recognition, ...]:
    """Of one author's list, the recognitions that stand, in the order of recording; nobody recognises itself."""
    return tuple(
        Recognition(PartyId(act.act.refers_to), PartyId(act.act.clause) if act.act.clause != ZERO else None, act)
        for act in standing_batches(acts)
        if act.act.kind is ActKind.RECOGNITION
        and act.act.refers_to not in (ZERO, act.act.clause)
        and (act.act.refers_to != act.act.party or act.act.clause != ZERO)
    )


def withdrawn(acts: Sequence[RecordedAct]) -> dict[Digest, RecordedAct]:
    """Of the acts on a norm, of others on an agreement, or of an author's list, those withdrawn, each with by what."""
    found: dict[Digest, RecordedAct] = {}
    for own in by_party(acts, _END_OF_TIME, {}).values():
        found |= _voided(own)
    return found


_END_OF_TIME = 1 << 64


def _voided(own: Sequence[RecordedAct]) -> dict[Digest, RecordedAct]:
    """Acts of one party that a withdrawal with a higher number names: by digest, by clause, or all of them."""
    voided: dict[Digest, RecordedAct] = {}
    for withdrawal in reversed(own):
        if withdrawal.act.kind is not ActKind.WITHDRAWAL or withdrawal.digest in voided:
            continue
        named, clause = withdrawal.act.refers_to, withdrawal.act.clause
        for act in own:
            if act.act.number >= withdrawal.act.number:
                break
            all_on_it = named == ZERO and act.act.kind is not ActKind.WITHDRAWAL and clause in (ZERO, act.act.clause)
            if act.digest == named or all_on_it:
                voided.setdefault(act.digest, withdrawal)
    return voided
