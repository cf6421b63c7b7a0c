"""Maximal coalitions with what they share: rows (one outcome each) and packages (several), and which are candidates.

Belongs here: what makes a closed pair a candidate norm. Not: listing closed sets (`closure`), finding the best under
constraints (`search`), or how the numbers look in detail (`indicators`).

A pair (outcomes, coalition) is closed when the coalition is everyone bound by all these outcomes and the outcomes are
everything that binds all of the coalition: a formal concept (Ganter and Wille 1999). Example: France and Peru are
bound by A and B, Kenya by A. Closed are ({A}, {France, Kenya, Peru}) and ({A, B}, {France, Peru}); ({B}, …) is not,
since everyone bound by B is bound by A as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from normledger.composition.closure import close
from normledger.composition.context import Context, bits
from normledger.documents.canonical import content_hash
from normledger.identifiers import Hash, OutcomeId


@dataclass(frozen=True, slots=True)
class Candidate:
    """A coalition under one outcome (a row) or several (a package), and the agreements on which it rests.

    `independent` is a largest set found of agreements that are different documents, unrelated to one another.
    `stands` tells whether it is a candidate norm: at least two of those, and at least the smallest coalition asked
    for. `already_agreed_in` are the agreements that alone bind the whole coalition to all of it. `shared_too` are
    further outcomes that bind all of a row's coalition.
    """

    key: Hash
    outcomes: tuple[OutcomeId, ...]
    parties: tuple[str, ...]
    agreements: tuple[Hash, ...]
    independent: tuple[Hash, ...]
    already_agreed_in: tuple[Hash, ...]
    stands: bool
    shared_too: tuple[OutcomeId, ...] = ()


def key_of(outcomes: Iterable[OutcomeId]) -> Hash:
    """A candidate's key: it comes from its outcomes alone, so that it can be followed over time."""
    return content_hash({"outcomes": sorted(str(outcome) for outcome in outcomes)})


def strongest(candidate: Candidate) -> tuple[int, int, bytes]:
    """The order "strongest": more independent agreements first, then more parties, then the smaller key."""
    return -len(candidate.independent), -len(candidate.parties), candidate.key


def rows(context: Context, related: Mapping[Hash, frozenset[Hash]], minimum: int) -> tuple[Candidate, ...]:
    """One row per outcome that binds anyone, strongest first."""
    result = []
    for at, extent in enumerate(context.columns):
        if extent:
            too = tuple(
                context.outcomes[j] for j, other in enumerate(context.columns) if j != at and not extent & ~other
            )
            result.append(candidate_of(context, (at,), extent, related, minimum, too))
    return tuple(sorted(result, key=strongest))


def packages(
    context: Context, related: Mapping[Hash, frozenset[Hash]], minimum: int, limit: int
) -> tuple[Candidate, ...]:
    """Closed pairs of two outcomes or more that are candidate norms, strongest first."""
    result = (
        candidate_of(context, tuple(bits(intent)), extent, related, minimum)
        for extent, intent in close(context.columns, len(context.parties), minimum, limit)
        if intent.bit_count() >= 2
    )
    return tuple(sorted((one for one in result if one.stands), key=strongest))


def candidate_of(
    context: Context,
    columns: tuple[int, ...],
    extent: int,
    related: Mapping[Hash, frozenset[Hash]],
    minimum: int,
    shared_too: tuple[OutcomeId, ...] = (),
) -> Candidate:
    """The row or package of these columns and this coalition (as bits)."""
    tables = [context.by_agreement[column] for column in columns]
    agreements = sorted({agreement for table in tables for agreement, bound in table.items() if bound & extent})
    alone = tuple(one for one in agreements if all(not extent & ~table.get(one, 0) for table in tables))
    unrelated = independent(agreements, related)
    outcomes = tuple(context.outcomes[column] for column in columns)
    return Candidate(
        key_of(outcomes),
        outcomes,
        context.keys(extent),
        tuple(agreements),
        unrelated,
        alone,
        len(unrelated) >= 2 and extent.bit_count() >= minimum,
        shared_too,
    )


def independent(agreements: Sequence[Hash], related: Mapping[Hash, frozenset[Hash]]) -> tuple[Hash, ...]:
    """A set of agreements of which none is related to another, as large as taking the least related first makes it.

    Exact where the relations form a forest (an agreement and what amends or implements it); never more than the truth.
    """
    left = set(agreements)
    ties = {one: related.get(one, frozenset()) & left - {one} for one in agreements}
    free = [one for one in agreements if not ties[one]]
    chosen = list(free)
    left -= set(free)

    def least_tied(one: Hash) -> tuple[int, bytes]:
        return len(ties[one] & left), one

    while left:
        one = min(left, key=least_tied)
        chosen.append(one)
        left -= ties[one] | {one}
    return tuple(sorted(chosen))
