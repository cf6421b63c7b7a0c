"""How far a party's name is more than its own word: recognised, self-named, invented, or only reported by others."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from normledger.acts.act import ActKind, RecordedAct
from normledger.documents.trust_policy import TrustPolicy
from normledger.identifiers import Hash, is_exercise
from normledger.ledger.queries import View

Sort = Literal["recognised", "self", "exercise", "reported"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page says beside a name; `by` are the recognitions that the reader's policy trusts, `others` the rest."""

    sort: Sort
    by: tuple[RecordedAct, ...] = ()
    others: tuple[RecordedAct, ...] = ()


def standings(view: View, trust: TrustPolicy) -> Mapping[str, Standing]:
    """The standing of every registered party, by its id as 0x-hex."""
    by: dict[Hash, list[RecordedAct]] = defaultdict(list)
    others: dict[Hash, list[RecordedAct]] = defaultdict(list)
    for batch in view.batches(ActKind.RECOGNITION):
        act = batch.act
        if act.act.refers_to == act.act.party:
            continue  # nobody vouches for itself
        (by if act.act.party in trust.recognitions else others)[act.act.refers_to].append(act)
    found = {}
    for party in view.parties.values():
        trusted, rest = tuple(by[party.id]), tuple(others[party.id])
        sort: Sort = "exercise" if party.world == "exercise" else "recognised" if trusted else "self"
        found[str(party.id)] = Standing(sort, trusted, rest)
    return found


def standing_of(known: Mapping[str, Standing], key: str) -> Standing:
    """Of a party by its id, or of an actor whom only reports name by its claimed identifier."""
    if key in known:
        return known[key]
    return Standing("exercise" if is_exercise(key) else "reported")
