"""What limits consent inside a coalition: clauses that a party of the agreement does not share, and pairs kept apart.

Belongs here: reading both from who is bound to what toward whom. Does not belong here: the law by which an act came to
have this effect (`acts.reservations`, `acts.relations`); the acts named here lead there.

An `Undertaking` no longer has the clauses that its actor reserved. So whoever is bound by an agreement, but not by one
clause of it, reserved that clause or consented to some clauses alone. And it names toward whom it binds where that is
not everyone else bound by the same clause: an objection that keeps the agreement from being in force between two, a
reservation of the other side, or a promise made to some alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from normledger.composition.context import Context
from normledger.composition.counts import acts_of
from normledger.composition.record import Undertaking
from normledger.identifiers import ClauseId, Hash, OutcomeId


@dataclass(frozen=True, slots=True)
class Reserved:
    """Parties bound by an agreement and not by this clause of it, which asks for the outcome, and their acts on it.

    `inside` are those who are in the coalition all the same, through another clause or agreement.
    """

    outcome: OutcomeId
    clause: ClauseId
    agreement: Hash
    parties: tuple[str, ...]
    inside: tuple[str, ...]
    acts: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """In one agreement `party` undertook the outcome, but not toward these others of the coalition who did as well."""

    outcome: OutcomeId
    agreement: Hash
    party: str
    others: tuple[str, ...]
    acts: tuple[Hash, ...]


def reserved(
    context: Context,
    columns: Sequence[int],
    extent: int,
    clauses_of: Mapping[OutcomeId, Iterable[tuple[Hash, ClauseId]]],
    bound_by: Mapping[Hash, Sequence[Undertaking]],
) -> tuple[Reserved, ...]:
    """Who is bound by an agreement without the clause that counts for one of the outcomes.

    `clauses_of` names an outcome's clauses with their agreements, `bound_by` an agreement's undertakings.
    """
    inside = frozenset(context.keys(extent))
    found = []
    for column in columns:
        outcome = context.outcomes[column]
        for agreement, clause in sorted(set(clauses_of.get(outcome, ()))):
            held: dict[str, set[ClauseId]] = defaultdict(set)
            acts: dict[str, set[Hash]] = defaultdict(set)
            for one in bound_by.get(agreement, ()):
                held[one.actor] |= one.clauses
                acts[one.actor] |= set(one.acts)
            parties = sorted(actor for actor, theirs in held.items() if clause not in theirs)
            if parties:
                behind = {act for actor in parties for act in acts[actor]}
                among = tuple(one for one in parties if one in inside)
                found.append(Reserved(outcome, clause, agreement, tuple(parties), among, tuple(sorted(behind))))
    return tuple(found)


def apart(context: Context, columns: Sequence[int], extent: int) -> tuple[Apart, ...]:
    """Between whom of the coalition an agreement that both are bound by does not carry the outcome."""
    found = []
    for column in columns:
        for one in context.supports[column]:
            bound = context.by_agreement[column][one.agreement] & extent
            others = bound & ~one.toward & ~(1 << one.party)
            if extent >> one.party & 1 and others:
                found.append(
                    Apart(
                        context.outcomes[column],
                        one.agreement,
                        context.parties[one.party].key,
                        context.keys(others),
                        acts_of([one]),
                    )
                )
    return tuple(sorted(found, key=lambda one: (one.outcome, one.agreement, one.party)))
