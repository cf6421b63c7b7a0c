"""From one party's acts to the spells during which it consents: what its withdrawals leave of the rest.

A party's acts are read in the order of its own numbers; the block of recording tells only whether a withdrawal found
its object in place. A withdrawal of consent closes a spell: all that the party stated before it, by number, hangs on
that spell (VCLT 54 a, 56); what carries a higher number opens the next. Within one block nothing is earlier than
anything else, so that no relayer's order within it matters.

Belongs here: one party alone. Does not belong here: when the agreement is in force, and what others answer.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from normledger.acts.act import ActKind, RecordedAct
from normledger.documents.document import Agreement
from normledger.identifiers import ZERO, Digest, PartyId

CONSENTING = frozenset(
    {
        ActKind.SIGNATURE,
        ActKind.RATIFICATION,
        ActKind.ACCEPTANCE,
        ActKind.APPROVAL,
        ActKind.ACCESSION,
        ActKind.SUCCESSION,
    }
)
_SIGNING = (ActKind.SIGNATURE, ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION)
_IRREVOCABLE = {
    ActKind.ACCEPTANCE_OF_RESERVATION: "An acceptance of a reservation is final (ILC Guide 2.8.13).",
    ActKind.INVITATION: "An invitation stands once it is recorded.",
}

Aside = dict[Digest, str]
"""Acts without effect, each with the reason in one sentence."""

Ends = Callable[[RecordedAct], int | None]
"""When a withdrawal of consent takes effect, in Unix seconds; None where the agreement excludes it."""


def by_party(acts: Iterable[RecordedAct], time: int, aside: Aside) -> dict[PartyId, tuple[RecordedAct, ...]]:
    """Each party's acts recorded by `time`, by number; of two with one number the first recorded stands."""
    found: dict[PartyId, dict[int, RecordedAct]] = {}
    for act in sorted(acts, key=lambda one: (one.order, one.digest)):
        if act.recorded.time > time:
            continue
        standing = found.setdefault(act.act.party, {}).setdefault(act.act.number, act)
        if standing.digest != act.digest:
            aside[act.digest] = f"Its number {act.act.number} had been used by an act recorded before."
    return {party: tuple(own[number] for number in sorted(own)) for party, own in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class Spell:
    """Between two withdrawals: all `acts` of a party in this time, and its consent from `start` until `end`.

    `start` is when consent was established (VCLT 11 to 16), None if it never was; `end` is None while it stands.
    `consents` are the acts that express it, by number.
    """

    party: PartyId
    acts: tuple[RecordedAct, ...]
    consents: tuple[RecordedAct, ...]
    start: int | None
    end: int | None

    def stands_at(self, time: int) -> bool:
        """Whether the party had consented and not yet ceased to, at this time."""
        return self.start is not None and self.start <= time and (self.end is None or time < self.end)


@dataclass(frozen=True, slots=True)
class Own:
    """One party's acts, what voids some of them, and its spells in order."""

    party: PartyId
    acts: tuple[RecordedAct, ...]
    voided: Mapping[Digest, RecordedAct]
    spells: tuple[Spell, ...]

    def stands(self, act: RecordedAct, time: int | None = None) -> bool:
        """Whether nothing withdrew this act; given a time, whether nothing had by then."""
        by = self.voided.get(act.digest)
        return by is None or (time is not None and time < by.recorded.time)

    def spell_at(self, time: int) -> Spell | None:
        """The spell of consent that stands at this time."""
        return next((spell for spell in self.spells if spell.stands_at(time)), None)


@dataclass
class _Withdrawals:
    leaving: list[RecordedAct] = field(default_factory=list)
    voided: dict[Digest, RecordedAct] = field(default_factory=dict)


def read_own(
    party: PartyId,
    acts: Sequence[RecordedAct],
    binding: Collection[Digest],
    ends: Ends,
    aside: Aside,
) -> Own:
    """A party's spells, where `binding` are those of its acts that express consent."""
    withdrawals = _withdrawals(acts, binding, ends, aside)
    edges = [act.act.number for act in withdrawals.leaving]
    spells: list[Spell] = []
    earlier: int | None = None
    for low, high in zip([-1, *edges], [*edges, None], strict=True):
        inside = tuple(act for act in acts if low < act.act.number and (high is None or act.act.number < high))
        expressed = tuple(act for act in inside if act.digest in binding)
        after = [leave for leave in withdrawals.leaving if leave.act.number > low and high is not None]
        valid = tuple(act for act in expressed if all(_found(leave, act) for leave in after))
        for act in expressed:
            if act not in valid:
                aside[act.digest] = "It was withdrawn before it was recorded."
        start = min((act.recorded.time for act in valid), default=None)
        end = min((at for leave in after if (at := ends(leave)) is not None), default=None) if valid else None
        if start is not None and earlier is not None:
            start = max(start, earlier)  # consent given anew while notice still runs waits for its end
        if end is not None and start is not None:
            end = earlier = max(end, start)
        spells.append(Spell(party, inside, valid, start, end))
    return Own(party, tuple(acts), withdrawals.voided, tuple(spells))


def _found(withdrawal: RecordedAct, act: RecordedAct) -> bool:
    """Whether the act had been recorded when its withdrawal was: only then does notice run; otherwise it is void."""
    return act.recorded.block < withdrawal.recorded.block


def _withdrawals(acts: Sequence[RecordedAct], binding: Collection[Digest], ends: Ends, aside: Aside) -> _Withdrawals:
    """What each withdrawal names; from the highest number down, since one withdrawal may void another (68)."""
    found = _Withdrawals()
    known = {act.digest: act for act in acts}
    for act in reversed(acts):
        if act.act.kind is not ActKind.WITHDRAWAL or act.digest in found.voided:
            continue
        named = known.get(Digest(act.act.refers_to))
        if act.act.clause != ZERO:
            aside[act.digest] = (
                "Consent is withdrawn from the whole, not from one clause (VCLT article 44, paragraph 1)."
            )
        elif act.act.refers_to == ZERO or (named and named.digest in binding and named.act.number < act.act.number):
            if ends(act) is None:
                aside[act.digest] = "The agreement neither provides for withdrawal nor implies it (VCLT article 56)."
            else:
                found.leaving.insert(0, act)
        elif named is None:
            aside[act.digest] = "It names no act of its party here."
        elif named.act.number >= act.act.number:
            aside[act.digest] = "It names an act with a higher number than its own."
        elif named.act.kind in _IRREVOCABLE and _found(act, named):
            aside[act.digest] = _IRREVOCABLE[named.act.kind]
        elif named.act.kind is ActKind.WITHDRAWAL and _too_late(act, named, binding, ends):
            aside[act.digest] = "What it names had taken effect already (VCLT article 68)."
        else:
            found.voided[named.digest] = act
            aside[named.digest] = "Its own party withdrew it."
    found.leaving = [leave for leave in found.leaving if _closes(leave, acts, binding, found.leaving, aside)]
    return found


def _too_late(act: RecordedAct, named: RecordedAct, binding: Collection[Digest], ends: Ends) -> bool:
    """A notification may be revoked before it takes effect (68); that of less than consent does so when recorded."""
    leaves = named.act.refers_to == ZERO or Digest(named.act.refers_to) in binding
    effect = ends(named) if leaves else named.recorded.time
    return _found(act, named) and effect is not None and act.recorded.time >= effect


def _closes(
    leave: RecordedAct,
    acts: Sequence[RecordedAct],
    binding: Collection[Digest],
    leaving: Sequence[RecordedAct],
    aside: Aside,
) -> bool:
    """Whether it closes the open spell: one that names a consent which an earlier withdrawal ended closes nothing."""
    if leave.act.refers_to == ZERO:
        return True
    named = next(act for act in acts if act.digest == leave.act.refers_to)
    between = any(
        other.act.refers_to == ZERO and named.act.number < other.act.number < leave.act.number for other in leaving
    )
    if between:
        aside[leave.digest] = "The consent that it names had ended before."
    return not between


def signed(acts: Sequence[RecordedAct]) -> bool:
    """Whether the party signed, definitively or subject to ratification (VCLT 10 to 12, 14)."""
    return any(act.act.kind in _SIGNING for act in acts)


def admits(agreement: Agreement, party: PartyId, act: RecordedAct, own: Sequence[RecordedAct], kind: str | None) -> str:
    """Why a consenting act does not bind, or nothing if it does; `kind` is the party's, None if it is not known.

    Signature binds where the agreement says so (12); otherwise ratification, acceptance or approval must follow (14).
    Ratification confirms a signature; acceptance and approval are also open to who may join (14, 2; 16), accession to
    them alone (15). A consent to a part is none (17, 1).
    """
    rules, what = agreement.rules, act.act.kind
    founder = any(one.id == party for one in agreement.founders)
    if act.act.clause != ZERO:
        return "Consent is to the whole agreement, not to one clause (VCLT article 17, paragraph 1)."
    if what is ActKind.SIGNATURE and rules.takes_effect != "on-signature":
        return "A signature alone does not bind here; ratification must follow (VCLT article 14)."
    if what is ActKind.RATIFICATION and not signed(own):
        return "Ratification confirms a signature, and there is none; accede instead (VCLT articles 14 and 15)."
    if what is ActKind.ACCESSION and rules.admission == "closed":
        return "The agreement is closed; nobody accedes to it (VCLT article 15)."
    if not founder and rules.admission == "closed":
        return "The agreement is closed to others than its founders (VCLT article 15)."
    if not founder and rules.open_to and kind not in rules.open_to:
        return f"The agreement is open to {', '.join(rules.open_to)} only; this party is {kind or 'of unknown kind'}."
    return ""
