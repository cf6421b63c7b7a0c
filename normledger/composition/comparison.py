"""Any two of parties, agreements, norms side by side: what both ask for, what only one does, where they are opposed.

Belongs here: comparing by outcomes and by who is bound. Does not belong here: comparing words (`draft` shows those), or
what a step would change (`explore`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from normledger.composition.context import bits
from normledger.composition.result import Composition
from normledger.errors import NotFound
from normledger.identifiers import ClauseId, Hash, OutcomeId

Sort = Literal["party", "agreement", "candidate", "norm"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: what it asks for or is bound to, by which agreements, and who stands behind it.

    `against` are outcomes that a clause of it asks the opposite of.
    """

    sort: Sort
    name: str
    title: str
    outcomes: frozenset[OutcomeId]
    agreements: frozenset[Hash]
    parties: frozenset[str]
    against: frozenset[OutcomeId] = frozenset()


@dataclass(frozen=True, slots=True)
class Meeting:
    """One outcome on which both meet: the clauses of each that ask for it."""

    outcome: OutcomeId
    one: tuple[ClauseId, ...]
    other: tuple[ClauseId, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What both have, what each alone has, all in sorted order; `opposed` are outcomes that one wants and one opposes.

    `toward` tells, for two parties, the outcomes that the first undertook toward the second and the other way round.
    """

    one: Side
    other: Side
    both: tuple[Meeting, ...]
    only_one: tuple[OutcomeId, ...]
    only_other: tuple[OutcomeId, ...]
    opposed: tuple[OutcomeId, ...]
    agreements: tuple[Hash, ...]
    parties: tuple[str, ...]
    toward: tuple[tuple[OutcomeId, ...], tuple[OutcomeId, ...]] = ((), ())


def side(composition: Composition, name: str) -> Side:
    """What this name tells in a composition: a party's key, an agreement's id, a candidate's key or an outcome's id.

    Raises `NotFound`.
    """
    context, selection = composition.context, composition.selection
    for at, actor in enumerate(context.parties):
        if actor.key == name:
            held = [
                outcome for outcome, column in zip(context.outcomes, context.columns, strict=True) if column >> at & 1
            ]
            agreements = {one.agreement for one in selection.undertakings if one.actor == name}
            clauses = {clause for one in selection.undertakings if one.actor == name for clause in one.clauses}
            return Side(
                "party",
                name,
                actor.name,
                frozenset(held),
                frozenset(agreements),
                frozenset([name]),
                _against(composition, clauses),
            )
    for id_, agreement in selection.agreements.items():
        if str(id_) == name:
            clauses = {clause.id for clause in agreement.clauses}
            asked = {one for one in context.outcomes if clauses & set(composition.outcomes[one].clauses)}
            bound = {one.actor for one in selection.undertakings if one.agreement == id_}
            return Side(
                "agreement",
                name,
                agreement.title,
                frozenset(asked),
                frozenset([id_]),
                frozenset(bound),
                _against(composition, clauses),
            )
    for candidate in (*composition.rows, *composition.packages):
        if str(candidate.key) == name or (len(candidate.outcomes) == 1 and str(candidate.outcomes[0]) == name):
            title = " · ".join(composition.outcomes[one].text for one in candidate.outcomes)
            clauses = {clause for one in candidate.outcomes for clause in composition.outcomes[one].clauses}
            return Side(
                "candidate",
                name,
                title,
                frozenset(candidate.outcomes),
                frozenset(candidate.agreements),
                frozenset(candidate.parties),
                _against(composition, clauses),
            )
    raise NotFound("party, agreement or candidate norm", name, "name it by its key, id or hash")


def norm_side(name: Hash, title: str, outcomes: Iterable[OutcomeId], endorsing: Iterable[str]) -> Side:
    """A published norm: its outcomes, and who endorses it."""
    return Side("norm", str(name), title, frozenset(outcomes), frozenset(), frozenset(endorsing))


def _against(composition: Composition, clauses: Iterable[ClauseId]) -> frozenset[OutcomeId]:
    mine = set(clauses)
    return frozenset(
        outcome.id
        for outcome in composition.outcomes.values()
        if any(one.relation == "opposite" and one.clause in mine for one in outcome.shown)
    )


def compare(composition: Composition, one: Side, other: Side) -> Comparison:
    """Two sides of one composition, of the same or of different sorts."""
    both = sorted(one.outcomes & other.outcomes)
    return Comparison(
        one,
        other,
        tuple(Meeting(at, _asking(composition, one, at), _asking(composition, other, at)) for at in both),
        tuple(sorted(one.outcomes - other.outcomes)),
        tuple(sorted(other.outcomes - one.outcomes)),
        tuple(sorted(one.outcomes & other.against | other.outcomes & one.against)),
        tuple(sorted(one.agreements & other.agreements)),
        tuple(sorted(one.parties & other.parties)),
        _toward(composition, one, other) if one.sort == other.sort == "party" else ((), ()),
    )


def _asking(composition: Composition, side: Side, outcome: OutcomeId) -> tuple[ClauseId, ...]:
    """The clauses by which a side asks for an outcome; of a party those that bind it, of a published norm none."""
    context = composition.context
    if side.sort == "norm":
        return ()
    found: set[ClauseId] = set()
    for support in context.supports[context.place(outcome)]:
        mine = side.sort != "party" or context.parties[support.party].key == side.name
        if mine and support.agreement in side.agreements:
            found |= set(support.clauses)
    return tuple(sorted(found))


def _toward(composition: Composition, one: Side, other: Side) -> tuple[tuple[OutcomeId, ...], tuple[OutcomeId, ...]]:
    context = composition.context
    number = {actor.key: at for at, actor in enumerate(context.parties)}
    first, second = number[one.name], number[other.name]
    there: set[OutcomeId] = set()
    back: set[OutcomeId] = set()
    for outcome, supports in zip(context.outcomes, context.supports, strict=True):
        for support in supports:
            if support.party == first and second in bits(support.toward):
                there.add(outcome)
            if support.party == second and first in bits(support.toward):
                back.add(outcome)
    return tuple(sorted(there)), tuple(sorted(back))
