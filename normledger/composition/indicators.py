"""What can be said of a coalition in numbers, each with the acts that it counts; never one total score.

Belongs here: breadth, depth, mix of kinds and regions, mutuality, conflicts, and all that is judged together. Does not
belong here: which coalitions there are, and the measures with a home of their own (`bridging`, `fragility`, `limits`,
`momentum`).

Mutuality asks who undertook it toward whom. A pair is *held* when each of the two undertook it toward the other, *one
way* when only one did. Six bilateral promises among seven parties, five of them China's, hold 6 of 21 pairs: each
undertook it toward some, not all. A package's pair is held when that is so for each of its outcomes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from normledger.composition.bridging import Consensus, Stance, bridging
from normledger.composition.context import Context, Support, bits
from normledger.composition.counts import Count as Count
from normledger.composition.counts import Share as Share
from normledger.composition.counts import acts_of
from normledger.composition.fragility import Fragility, fragility
from normledger.composition.limits import Apart, Reserved, apart, reserved
from normledger.composition.momentum import Momentum, momentum
from normledger.composition.record import Actor, Alignment, Relation, Undertaking
from normledger.identifiers import ClauseId, Hash, OutcomeId

PAIRS_LISTED = 1_000
"""Held and one-way pairs are listed one by one up to this many; beyond, the ties by agreement open the number."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two parties of the coalition: `both` when each undertook it toward the other, else only `one` toward `other`."""

    one: str
    other: str
    both: bool
    agreements: tuple[Hash, ...]
    acts: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Ties:
    """In one agreement, under one outcome, each of `parties` undertook it toward all others of `among`."""

    agreement: Hash
    outcome: OutcomeId
    parties: tuple[str, ...]
    among: tuple[str, ...]
    acts: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Mutuality:
    """Who toward whom, as shares of pairs, as a list or by agreement, and in one sentence."""

    pairs: Share
    one_way: Count
    directed: Share
    listed: tuple[Pair, ...]
    by_agreement: tuple[Ties, ...]
    toward_all: tuple[str, ...]
    toward_nobody: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Aside:
    """Parties bound by a clause that is shown and not counted: one narrower than the outcome, or its opposite.

    `inside` are those of them who are in the coalition all the same.
    """

    relation: Relation
    outcome: OutcomeId
    clause: ClauseId
    agreement: Hash
    parties: tuple[str, ...]
    inside: tuple[str, ...]
    acts: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Indicators:
    """All of them, open. `parties` is the breadth, `depth` the number of outcomes.

    `conflicts` are opposite clauses, `narrower` those that ask for less. `bridging_kinds` and `bridging_regions` are
    the group-aware consensus of all actors of the composition: whoever is in the coalition agrees, whoever is bound by
    an opposite clause and is not in it disagrees, all others took no stance.
    """

    parties: Count
    depth: Count
    agreements: Count
    independent: Count
    kinds: tuple[tuple[str, Count], ...]
    regions: tuple[tuple[str, Count], ...]
    mutuality: Mutuality
    conflicts: tuple[Aside, ...]
    narrower: tuple[Aside, ...]
    reserved: tuple[Reserved, ...]
    apart: tuple[Apart, ...]
    bridging_kinds: Consensus
    bridging_regions: Consensus
    fragility: Fragility
    momentum: Momentum


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around a context: how agreements hang together, which clauses ask for what, the parameters.

    `clauses_of` names each outcome's clauses with their agreements, `bound_by` each agreement's undertakings, `time`
    (Unix seconds) is the composition's.
    """

    related: Mapping[Hash, frozenset[Hash]]
    document_of: Mapping[Hash, Hash]
    clauses_of: Mapping[OutcomeId, Sequence[tuple[Hash, ClauseId]]]
    bound_by: Mapping[Hash, Sequence[Undertaking]]
    minimum: int
    time: int


def judge(
    context: Context,
    columns: Sequence[int],
    extent: int,
    independent: Iterable[Hash],
    shown: Iterable[Alignment],
    beside: Mapping[ClauseId, tuple[Support, ...]],
    around: Surroundings,
) -> Indicators:
    """The indicators of a coalition (as bits) under outcomes (as columns).

    `shown` are the narrower and opposite alignments to these outcomes, `beside` who is bound by their clauses.
    """
    supports, shown = context.behind(columns, extent), tuple(shown)
    unrelated = frozenset(independent)
    asides = _asides(context, extent, shown, beside)
    stances = _stances(context, extent, supports, shown, beside)
    return Indicators(
        Count(extent.bit_count(), acts_of(supports)),
        Count(len(columns), acts_of(supports)),
        Count(len({one.agreement for one in supports}), acts_of(supports)),
        Count(len(unrelated), acts_of(one for one in supports if one.agreement in unrelated)),
        _mix(context, extent, supports, lambda actor: actor.kind or "unknown"),
        _mix(context, extent, supports, lambda actor: actor.region or "unknown"),
        mutuality(context, columns, extent),
        tuple(one for one in asides if one.relation == "opposite"),
        tuple(one for one in asides if one.relation == "narrower"),
        reserved(context, columns, extent, around.clauses_of, around.bound_by),
        apart(context, columns, extent),
        bridging(context.parties, stances, "kind"),
        bridging(context.parties, stances, "region"),
        fragility(context, columns, extent, around.related, around.document_of, around.minimum),
        momentum(context, columns, extent, around.time),
    )


def _stances(
    context: Context,
    extent: int,
    supports: Iterable[Support],
    shown: Iterable[Alignment],
    beside: Mapping[ClauseId, tuple[Support, ...]],
) -> tuple[Stance, ...]:
    """What consent says: whoever is in the coalition agrees; who is bound by the opposite, and not in it, disagrees."""
    agreeing: dict[int, list[Support]] = defaultdict(list)
    for one in supports:
        agreeing[one.party].append(one)
    opposed: dict[int, list[Support]] = defaultdict(list)
    for clause in sorted({one.clause for one in shown if one.relation == "opposite"}):
        for one in beside.get(clause, ()):
            if not extent >> one.party & 1:
                opposed[one.party].append(one)
    return (
        *(Stance(context.parties[at].key, "endorse", acts_of(behind)) for at, behind in sorted(agreeing.items())),
        *(Stance(context.parties[at].key, "oppose", acts_of(behind)) for at, behind in sorted(opposed.items())),
    )


def _asides(
    context: Context, extent: int, shown: Iterable[Alignment], beside: Mapping[ClauseId, tuple[Support, ...]]
) -> list[Aside]:
    asides = []
    for relation, outcome, clause in sorted({(one.relation, one.outcome, one.clause) for one in shown}):
        bound: dict[Hash, list[Support]] = defaultdict(list)
        for support in beside.get(clause, ()):
            bound[support.agreement].append(support)
        for agreement, supports in sorted(bound.items()):
            parties = sum(1 << one.party for one in supports)
            asides.append(
                Aside(
                    relation,
                    outcome,
                    clause,
                    agreement,
                    context.keys(parties),
                    context.keys(parties & extent),
                    acts_of(supports),
                )
            )
    return asides


def _mix(
    context: Context, extent: int, supports: Sequence[Support], trait: Callable[[Actor], str]
) -> tuple[tuple[str, Count], ...]:
    """Parties by a trait, largest group first."""
    members: dict[str, int] = defaultdict(int)
    for at in bits(extent):
        members[trait(context.parties[at])] |= 1 << at
    counts = [
        (name, Count(group.bit_count(), acts_of(one for one in supports if group >> one.party & 1)))
        for name, group in members.items()
    ]
    return tuple(sorted(counts, key=lambda entry: (-entry[1].value, entry[0])))


def mutuality(context: Context, columns: Sequence[int], extent: int) -> Mutuality:
    """Who undertook the outcomes of `columns` toward whom, among the parties of `extent` (as bits)."""
    places = tuple(bits(extent))
    toward = {at: extent & ~(1 << at) for at in places}
    for column in columns:
        reach: dict[int, int] = defaultdict(int)
        for one in context.supports[column]:
            reach[one.party] |= one.toward
        for at in places:
            toward[at] &= reach[at]
    back = _turned(toward)
    held = {at: toward[at] & back[at] for at in places}
    size = len(places)
    directed = sum(row.bit_count() for row in toward.values())
    pairs = sum(row.bit_count() for row in held.values()) // 2
    one_way = directed - 2 * pairs
    touching = [one for one in context.behind(columns, extent) if one.toward & toward[one.party]]
    all_keys = [context.parties[at].key for at in places if size > 1 and toward[at].bit_count() == size - 1]
    nobody = [context.parties[at].key for at in places if not toward[at]]
    return Mutuality(
        Share(pairs, size * (size - 1) // 2, acts_of(one for one in touching if one.toward & held[one.party])),
        Count(one_way, acts_of(one for one in touching if one.toward & toward[one.party] & ~back[one.party])),
        Share(directed, size * (size - 1), acts_of(touching)),
        _listed(context, columns, places, toward, held) if pairs + one_way <= PAIRS_LISTED else (),
        _ties(context, columns, extent),
        tuple(all_keys),
        tuple(nobody),
        sentence(
            [context.parties[at].name for at in places],
            [toward[at].bit_count() for at in places],
            [held[at].bit_count() for at in places],
        ),
    )


def _turned(toward: Mapping[int, int]) -> dict[int, int]:
    """For each party, those who undertook it toward that party. Parties of one circle are turned together."""
    circles: dict[int, int] = defaultdict(int)
    for at, row in toward.items():
        circles[row | 1 << at] |= 1 << at
    back = dict.fromkeys(toward, 0)
    for circle, members in circles.items():
        for at in bits(circle):
            back[at] |= members
    return {at: row & ~(1 << at) for at, row in back.items()}


def _listed(
    context: Context, columns: Sequence[int], places: Sequence[int], toward: Mapping[int, int], held: Mapping[int, int]
) -> tuple[Pair, ...]:
    reaching: dict[int, list[Support]] = defaultdict(list)
    for column in columns:
        for one in context.supports[column]:
            reaching[one.party].append(one)
    listed = []
    for at in places:
        for other in bits(toward[at]):
            both = bool(held[at] >> other & 1)
            if both and other < at:
                continue
            behind = [one for one in reaching[at] if one.toward >> other & 1]
            if both:
                behind += [one for one in reaching[other] if one.toward >> at & 1]
            listed.append(
                Pair(
                    context.parties[at].key,
                    context.parties[other].key,
                    both,
                    tuple(sorted({one.agreement for one in behind})),
                    acts_of(behind),
                )
            )
    return tuple(listed)


def _ties(context: Context, columns: Sequence[int], extent: int) -> tuple[Ties, ...]:
    groups: dict[tuple[OutcomeId, Hash, int], list[Support]] = defaultdict(list)
    for column in columns:
        for one in context.supports[column]:
            if extent >> one.party & 1:
                among = one.toward & extent | 1 << one.party
                groups[context.outcomes[column], one.agreement, among].append(one)
    return tuple(
        Ties(
            agreement,
            outcome,
            tuple(context.parties[one.party].key for one in group),
            context.keys(among),
            acts_of(group),
        )
        for (outcome, agreement, among), group in sorted(groups.items())
    )


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def sentence(names: Sequence[str], reach: Sequence[int], held: Sequence[int]) -> str:
    """Mutuality in plain words: of each party its name, toward how many it undertook it, and with how many mutually."""
    size = len(names)
    if size < 2:
        return "One party alone undertook it: there is no pair."
    pairs, possible = sum(held) // 2, size * (size - 1) // 2
    one_way = sum(reach) - 2 * pairs
    silent = [name for name, count in zip(names, reach, strict=True) if not count]
    whole = any(count == size - 1 for count in reach)
    if pairs == possible:
        return f"Each undertook it toward all others: {pairs} of {possible} pairs."
    if len(silent) == size:
        return f"Nobody undertook it toward another of them: 0 of {possible} pairs."
    opening = "Not all undertook it toward all others" if silent or whole else "Each undertook it toward some, not all"
    result = f"{opening}: {pairs} of {possible} pairs{_hub(names, held, pairs)}."
    if one_way:
        result += f" {_number(one_way).capitalize()} more {'pair is' if one_way == 1 else 'pairs are'} one way only."
    if silent:
        result += f" {_names(silent)} undertook it toward nobody else of the coalition."
    return result


def _hub(names: Sequence[str], held: Sequence[int], pairs: int) -> str:
    """``, five of them with China`` when one party alone is in more than half of at least three held pairs."""
    most = max(held)
    if pairs < 3 or 2 * most <= pairs or sum(count == most for count in held) != 1:
        return ""
    return f", {'all' if most == pairs else _number(most)} of them with {names[held.index(most)]}"


def _number(value: int) -> str:
    return _NUMBERS[value] if value < len(_NUMBERS) else str(value)


def _names(names: Sequence[str], most: int = 5) -> str:
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} others"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
