"""What needs all parties: termination (VCLT 54 b), amendment (39, 40), correction (79; 80 in the Convention of 1986).

All is everybody bound at that time; before entry into force, every founder and whoever has consented already. Once the
last agreed it is done: a withdrawal recorded later comes too late. Between some parties only, an amendment is an
agreement of its own (41), to be signed as one; nobody is bound to a text that it did not sign.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from normledger.acts.act import ActKind, RecordedAct
from normledger.acts.entry import Consents
from normledger.acts.spells import Aside
from normledger.identifiers import ZERO, Digest, Hash, PartyId

_KINDS = (ActKind.TERMINATION, ActKind.AMENDMENT, ActKind.CORRECTION)

Parties = Callable[[int], frozenset[PartyId]]
"""Who must agree, at a time."""


@dataclass(frozen=True, slots=True)
class Change:
    """A termination, or an amendment or correction to the text with hash `document`; `since` is None until all agreed.

    A correction reads as if it had stood from the beginning (79, paragraph 4).
    """

    kind: ActKind
    document: Hash
    agreed: tuple[PartyId, ...]
    awaiting: tuple[PartyId, ...]
    since: int | None
    acts: tuple[Digest, ...]


def changes_at(consents: Consents, parties: Parties, moments: Iterable[int], time: int, aside: Aside) -> list[Change]:
    """All changes that somebody proposed, by kind and document; `moments` are when the circle of parties changed."""
    groups: dict[tuple[ActKind, Hash], list[RecordedAct]] = {}
    for own in consents.owns.values():
        for act in own.acts:
            if act.act.kind in _KINDS:
                document = ZERO if act.act.kind is ActKind.TERMINATION else act.act.content
                groups.setdefault((act.act.kind, document), []).append(act)
    when = {moment for moment in moments if moment <= time}
    found = []
    for (kind, document), acts in sorted(groups.items()):
        since = None
        for moment in sorted(when | {act.recorded.time for act in acts} | _withdrawn(consents, acts)):
            needed = parties(moment)
            if needed and needed <= {act.act.party for act in acts if _agrees(consents, act, moment)}:
                since = moment
                break
        at = time if since is None else since
        needed = parties(at)
        agreeing = [act for act in acts if _agrees(consents, act, at)]
        agreed = {act.act.party for act in agreeing}
        for act in acts:
            own = consents.owns[act.act.party]
            if act in agreeing and since is not None and (by := own.voided.get(act.digest)):
                aside.pop(act.digest, None)
                aside[by.digest] = f"All had agreed to the {kind.term} already (VCLT article 26)."
            elif act not in agreeing and act.digest not in aside:
                aside[act.digest] = f"The {kind.term} was agreed without it, or its party had left."
            elif act.act.party not in needed:
                aside[act.digest] = f"Its party was not among those whose {kind.term} counts."
        found.append(
            Change(
                kind,
                document,
                tuple(sorted(agreed & needed)),
                tuple(sorted(needed - agreed)),
                since,
                tuple(act.digest for act in agreeing if act.act.party in needed),
            )
        )
    return found


def _withdrawn(consents: Consents, acts: Iterable[RecordedAct]) -> set[int]:
    owns = consents.owns
    return {by.recorded.time for act in acts if (by := owns[act.act.party].voided.get(act.digest))}


def _agrees(consents: Consents, act: RecordedAct, moment: int) -> bool:
    """Whether this act stands at the moment: recorded, not withdrawn by then, of a spell that has not ended."""
    own = consents.owns[act.act.party]
    if act.recorded.time > moment or not own.stands(act, moment):
        return False
    spell = next(one for one in own.spells if act in one.acts)
    return spell.end is None or moment < spell.end
