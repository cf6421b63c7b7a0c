"""Endorsements that were signed off the chain and anchored there by a Merkle root: a class of their own, "at least n".

Belongs here: which leaves of an anchor count. One counts where its norm's *endorse* was signed by the plain key that
was the party's account at the anchor's block, in time, no representative's and no wallet's; until an act of that party
on the norm with a number as high or higher is recorded: a later word voids it, promotion makes it an act like others.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from normledger.acts.act import Act, ActKind, Contract, Recorded, RecordedAct
from normledger.acts.signature import compact, expanded, is_by
from normledger.acts.typed_data import Domain
from normledger.documents.document import Endorsements, SignedEndorsement
from normledger.identifiers import Address, Digest, Hash, PartyId


@dataclass(frozen=True, slots=True)
class Anchored:
    """One anchored endorsement that counts: its statement, and its place under the root that `anchor` recorded."""

    act: Act
    digest: Digest
    signature: bytes
    anchor: RecordedAct
    position: int


def leaf_of(act: Act, signature: bytes) -> SignedEndorsement:
    """An endorsement with its strict 65-byte signature, as a leaf."""
    return SignedEndorsement(act.party, act.account, act.number, act.content, act.deadline, compact(signature))


def act_of(norm: Hash, leaf: SignedEndorsement) -> Act:
    """The statement that a leaf holds."""
    return Act(
        Contract.NORM_REGISTRY, ActKind.ENDORSEMENT, norm, leaf.party, leaf.account, leaf.number, content=leaf.reason,
        deadline=leaf.deadline,
    )  # fmt: skip


def counting(
    anchors: Iterable[tuple[RecordedAct, Endorsements]],
    domain: Domain,
    account_at: Callable[[PartyId, Recorded], Address | None],
    on_norm: Sequence[RecordedAct],
) -> tuple[Anchored, ...]:
    """The anchored endorsements that count, one a party, by party id.

    `anchors` are those on one norm that stand, with their leaves; `account_at` tells which account acted for a party
    when something was recorded; `on_norm` are all acts on the norm. Of several by one party the highest number counts,
    of equal ones the first anchored.
    """
    highest: dict[PartyId, int] = {}
    for one in on_norm:
        highest[one.act.party] = max(one.act.number, highest.get(one.act.party, 0))
    found: dict[PartyId, Anchored] = {}
    for anchor, document in sorted(anchors, key=lambda one: one[0].order):
        if document.norm != anchor.act.subject or document.root != anchor.act.content:
            continue
        for position, leaf in enumerate(document.leaves):
            known = found.get(leaf.party)
            if leaf.number <= max(highest.get(leaf.party, 0), known.act.number if known else 0):
                continue
            late = leaf.deadline != 0 and anchor.recorded.time > leaf.deadline
            if late or leaf.account != account_at(leaf.party, anchor.recorded):
                continue
            act, signature = act_of(document.norm, leaf), expanded(leaf.signature)
            digest = domain.digest(act)
            if is_by(digest, signature, leaf.account):
                found[leaf.party] = Anchored(act, digest, signature, anchor, position)
    return tuple(found[party] for party in sorted(found))
