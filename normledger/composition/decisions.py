"""From a person's decisions about pairs of clauses to the alignments that it signs.

Belongs here: which outcome two clauses meet in. Does not belong here: proposing pairs (`proposals`), or signing.

Alignments are of clauses to outcomes. Two clauses meet in the outcome that the second counts for; where it counts for
none, in a new outcome with the second clause's own words, which the second is then the same as. Only ``none`` leaves
the second clause as it was: that two clauses have nothing to do with each other settles neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from normledger.composition.polarity import read
from normledger.composition.record import Alignment, ClauseText, Relation
from normledger.composition.relations import check
from normledger.composition.result import Composition
from normledger.documents.document import ClauseAlignment, Outcome
from normledger.errors import InputError
from normledger.identifiers import ClauseId, Hash, OutcomeId, PartyId

RELATIONS: tuple[Relation, ...] = ("same", "implies", "narrower", "opposite", "none")
_BOTH_WAYS = ("same", "opposite", "none")


@dataclass(frozen=True, slots=True)
class Decision:
    """How `clause` stands to `partner`, as a person decided."""

    clause: ClauseId
    partner: ClauseId
    relation: Relation


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to be signed: the alignments, each once, and the outcomes that are new with them."""

    outcomes: tuple[Outcome, ...]
    alignments: tuple[ClauseAlignment, ...]


def decided(composition: Composition, decisions: Sequence[Decision], author: PartyId) -> Decided:
    """The alignments that say what was decided.

    Raises `InputError` for a clause that is not among those composed, one that is put beside itself, and decisions
    that contradict each other (`relations.check`).
    """
    counting: dict[Hash, OutcomeId] = {}
    for one in composition.alignments.counting:
        counting.setdefault(one.clause, one.outcome)
    outcomes: dict[OutcomeId, Outcome] = {}
    leaves: dict[ClauseAlignment, None] = {}
    for index, decision in enumerate(decisions):
        field = f"decisions[{index}]"
        clause, partner = (
            _text(composition, which, f"{field}.{name}")
            for which, name in ((decision.clause, "clause"), (decision.partner, "partner"))
        )
        if clause.id == partner.id:
            raise InputError("a clause can't stand beside itself; name another partner", field=f"{field}.partner")
        if decision.relation in _BOTH_WAYS and clause.id in counting and partner.id not in counting:
            clause, partner = partner, clause
        outcome = counting.get(partner.id)
        if outcome is None:
            new = Outcome(partner.text, read(partner.text, partner.language).polarity)
            outcome = OutcomeId(new.hash)
            outcomes[outcome] = new
            if decision.relation != "none":
                leaves[ClauseAlignment(partner.id, outcome, "same")] = None
                counting[partner.id] = outcome
        leaves[ClauseAlignment(clause.id, outcome, decision.relation)] = None
        if decision.relation == "same":
            counting.setdefault(clause.id, outcome)
    known: set[Hash] = {*outcomes, *(one.id for one in composition.record.outcomes)}
    said = [Alignment(one.clause, one.outcome, one.relation, "signed", author) for one in leaves]
    check(said, frozenset(composition.selection.clauses), known)
    return Decided(tuple(outcomes.values()), tuple(leaves))


def _text(composition: Composition, clause: ClauseId, field: str) -> ClauseText:
    same = composition.selection.clauses.get(clause)
    if not same:
        raise InputError(
            f"clause {clause} is not among those composed here; check the id, the basis and the world", field=field
        )
    return same[0]
