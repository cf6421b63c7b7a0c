"""Who is bound by which outcome: the cross table of parties and outcomes, as bits, with what lies behind each cross.

Belongs here: subtracting nothing and adding nothing, only crossing consent with alignments. A party has one bit per
outcome, however many agreements bind it. Reservations are already gone from an `Undertaking`'s clauses.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from normledger.composition.record import Actor, Undertaking
from normledger.identifiers import ClauseId, Hash, OutcomeId


@dataclass(frozen=True, slots=True)
class Support:
    """One reason why a party stands under an outcome: clauses of one agreement, the acts, and toward whom (as bits).

    `date` is the earliest that the acts say they happened on, None where none says.
    """

    party: int
    agreement: Hash
    clauses: tuple[ClauseId, ...]
    acts: tuple[Hash, ...]
    toward: int
    date: str | None = None


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Context:
    """Parties and outcomes in sorted order; bit i of `columns[j]` says that party i is bound by outcome j."""

    parties: tuple[Actor, ...]
    outcomes: tuple[OutcomeId, ...]
    columns: tuple[int, ...]
    supports: tuple[tuple[Support, ...], ...]
    by_agreement: tuple[Mapping[Hash, int], ...]

    def place(self, outcome: OutcomeId) -> int:
        """The column of an outcome. Raises `ValueError` if it has none."""
        return self.outcomes.index(outcome)

    def keys(self, extent: int) -> tuple[str, ...]:
        """The keys of the parties in a bit set, sorted."""
        return tuple(self.parties[at].key for at in bits(extent))

    def behind(self, columns: Iterable[int], extent: int) -> tuple[Support, ...]:
        """Every support of these parties under these outcomes."""
        return tuple(one for column in columns for one in self.supports[column] if extent >> one.party & 1)


_Gathered = tuple[set[ClauseId], set[Hash], int, str | None]
"""The fields of a `Support`, still growing: clauses, acts, toward, date."""


def bits(value: int) -> Iterator[int]:
    """The positions of the ones, from the lowest."""
    while value:
        low = value & -value
        yield low.bit_length() - 1
        value ^= low


def cross(
    actors: Sequence[Actor],
    undertakings: Iterable[Undertaking],
    asks: Mapping[ClauseId, frozenset[OutcomeId]],
    outcomes: Iterable[OutcomeId],
) -> Context:
    """The context of undertakings whose actors are all in `actors`; `asks` tells which outcomes a clause counts for."""
    parties = tuple(sorted(actors, key=lambda actor: actor.key))
    number = {actor.key: at for at, actor in enumerate(parties)}
    everyone_bound: dict[tuple[Hash, ClauseId], int] = defaultdict(int)
    undertaken = sorted(undertakings, key=_undertaking_order)
    for one in undertaken:
        for clause in one.clauses:
            everyone_bound[one.agreement, clause] |= 1 << number[one.actor]
    gathered: dict[OutcomeId, dict[tuple[int, Hash], _Gathered]] = defaultdict(dict)
    for one in undertaken:
        at = number[one.actor]
        named = sum(1 << number[key] for key in one.toward or () if key in number)
        for clause in sorted(one.clauses):
            toward = everyone_bound[one.agreement, clause] if one.toward is None else named
            for outcome in sorted(asks.get(clause, frozenset())):
                clauses, acts, reach, date = gathered[outcome].get((at, one.agreement), (set(), set(), 0, None))
                gathered[outcome][at, one.agreement] = (
                    clauses | {clause},
                    acts | set(one.acts),
                    reach | toward & ~(1 << at),
                    min((day for day in (date, one.date) if day), default=None),
                )
    order = tuple(sorted(set(outcomes)))
    columns: list[int] = []
    supports: list[tuple[Support, ...]] = []
    by_agreement: list[dict[Hash, int]] = []
    for outcome in order:
        rows = gathered.get(outcome, {})
        listed = tuple(
            Support(at, agreement, tuple(sorted(clauses)), tuple(sorted(acts)), toward, date)
            for (at, agreement), (clauses, acts, toward, date) in sorted(rows.items())
        )
        bound: dict[Hash, int] = defaultdict(int)
        for support in listed:
            bound[support.agreement] |= 1 << support.party
        everybody = 0
        for extent in bound.values():
            everybody |= extent
        columns.append(everybody)
        supports.append(listed)
        by_agreement.append(dict(sorted(bound.items())))
    return Context(parties, order, tuple(columns), tuple(supports), tuple(by_agreement))


def _undertaking_order(one: Undertaking) -> tuple[str, bytes, tuple[bytes, ...], tuple[bytes, ...], bytes]:
    return one.actor, one.agreement, tuple(sorted(one.clauses)), tuple(sorted(one.acts)), one.author or b""
