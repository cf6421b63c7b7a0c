"""Whether all groups of parties endorse a published norm, not only the largest: group-aware consensus of its stances.

Belongs here: who could take a stance, and who did. Does not belong here: the measure (`composition.bridging`).
"""

from collections.abc import Iterable

from normledger.acts.act import ActKind
from normledger.composition.bridging import Consensus, Grouping, Stance, bridging
from normledger.composition.record import Actor
from normledger.ledger.answers import NormView, Party


def consensus_on(norm: NormView, parties: Iterable[Party], groups: Grouping) -> Consensus:
    """The consensus of all registered parties of the norm's world, by their kind or UN M49 region.

    Anchored endorsements are a class of their own and are not counted here.
    """
    world = norm.document.world if norm.document else None
    actors = [
        Actor(str(party.id), party.name, party.kind, party.region)
        for party in parties
        if world is None or party.world == world
    ]
    known = {actor.key for actor in actors}
    return bridging(
        actors,
        [
            Stance(
                str(stance.party),
                "endorse" if stance.kind is ActKind.ENDORSEMENT else "oppose",
                (stance.act.digest,),
            )
            for stance in norm.stances
            if str(stance.party) in known
        ],
        groups,
    )
