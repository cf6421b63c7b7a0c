"""How clauses and outcomes stand to each other: what follows from what was said, and what contradicts itself.

Belongs here: the closure of chosen alignments, who says otherwise, and refusing a batch that contradicts itself. Does
not belong here: whose word counts (`alignment.choose`), or finding alignments.

An alignment whose clause is itself an outcome says how one outcome stands to another. From there it follows:

    the clause is   and the first outcome   to the second   so the clause is, to the second
    same as it      stands somehow          somehow         the same way
    somehow to it   is the same as                          the same way
    implying it     implies                                 implying it
    implying it     is the opposite of                      its opposite
    opposite to it  is implied by                           its opposite

`narrower` goes no further than `same`, and `none` nowhere: it only says that nothing of the kind is so. What is said of
a clause itself outweighs what follows from others' words.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from normledger.composition.alignment import Chosen
from normledger.composition.record import Alignment, Relation
from normledger.errors import InputError
from normledger.identifiers import ClauseId, Hash, OutcomeId

COUNTING: frozenset[str] = frozenset(("same", "implies"))
"""Relations by which a clause counts for an outcome."""

_Edge = Literal["same", "implies", "narrower", "opposite", "implied by"]
_FOLLOWS: dict[tuple[Relation, _Edge], Relation] = {
    ("same", "implies"): "implies",
    ("same", "narrower"): "narrower",
    ("same", "opposite"): "opposite",
    ("implies", "implies"): "implies",
    ("implies", "opposite"): "opposite",
    ("opposite", "implied by"): "opposite",
}


@dataclass(frozen=True, slots=True)
class Dispute:
    """One clause and one outcome of which different things are said, by whomever; sorted."""

    clause: Hash
    outcome: OutcomeId
    voices: tuple[Alignment, ...]


def disputes(alignments: Iterable[Alignment]) -> tuple[Dispute, ...]:
    """Where signed or declared alignments compete. All stand side by side; the trust policy chooses whose count."""
    heard: dict[tuple[Hash, OutcomeId], set[Alignment]] = defaultdict(set)
    for one in alignments:
        heard[one.clause, one.outcome].add(one)
    return tuple(
        Dispute(clause, outcome, tuple(sorted(voices, key=_order)))
        for (clause, outcome), voices in sorted(heard.items(), key=lambda item: item[0])
        if len({one.relation for one in voices}) > 1
    )


def settle(chosen: Chosen, outcomes: AbstractSet[Hash]) -> Chosen:
    """The chosen alignments of clauses with what follows from those between outcomes.

    What follows is `signed` by who signed the last step, so that every step's act is named. What would follow and is
    contradicted is left out, with why; so are implications in a circle. Alignments between outcomes and `none` do not
    appear among those that count or are shown.
    """
    between = [one for one in (*chosen.counting, *chosen.shown) if one.clause in outcomes and one.relation != "none"]
    direct = [one for one in (*chosen.counting, *chosen.shown) if one.clause not in outcomes]
    left_out = list(chosen.left_out)
    circles = _circles(between)
    left_out += [(one, f"implications in a circle: {circles[one]}") for one in between if one in circles]
    edges = _edges(one for one in between if one not in circles)
    said = {(one.clause, one.outcome) for one in (*direct, *(left for left, _ in chosen.left_out))}
    following: dict[tuple[ClauseId, OutcomeId], set[Alignment]] = defaultdict(set)
    for clause, starts in sorted(_by_clause(direct).items()):
        for derived in _reachable(clause, starts, edges):
            if (clause, derived.outcome) not in said:
                following[clause, derived.outcome].add(derived)
            elif not _agrees(derived, direct):
                left_out.append((derived, "what is said of the clause itself contradicts it"))
    counting = [one for one in direct if one.relation in COUNTING]
    shown = [one for one in direct if one.relation not in COUNTING and one.relation != "none"]
    for pair in sorted(following):
        derived_here = sorted(following[pair], key=_order)
        relations = {one.relation for one in derived_here}
        if relations & COUNTING and relations - COUNTING:
            left_out += [(one, "a clause would be the opposite of itself: both follow") for one in derived_here]
            continue
        for one in derived_here:
            (counting if one.relation in COUNTING else shown).append(one)
    return Chosen(
        tuple(sorted(counting, key=_order)),
        tuple(sorted(shown, key=_order)),
        tuple(sorted(set(left_out), key=lambda pair: (_order(pair[0]), pair[1]))),
    )


def check(alignments: Sequence[Alignment], clauses: AbstractSet[Hash], outcomes: AbstractSet[Hash]) -> None:
    """Refuse a batch of one author that contradicts itself or speaks of what is not at hand.

    Raises `InputError` for an unknown clause or outcome, a clause that would be the opposite of itself (said of it, or
    as it follows), and implications in a circle.
    """
    heard: dict[tuple[Hash, OutcomeId], Relation] = {}
    for index, one in enumerate(alignments):
        field = f"alignments[{index}]"
        if one.clause not in clauses and one.clause not in outcomes:
            raise InputError(f"clause {one.clause} is not at hand; import its agreement first", field=f"{field}.clause")
        if one.outcome not in outcomes:
            raise InputError(f"outcome {one.outcome} is not at hand; give its text too", field=f"{field}.outcome")
        if Hash(one.clause) == Hash(one.outcome) and one.relation != "same":
            raise InputError("an outcome stands to itself as the same only; remove this alignment", field=field)
        before = heard.setdefault((one.clause, one.outcome), one.relation)
        if (before in COUNTING) != (one.relation in COUNTING):
            raise InputError(
                f"{one.clause} is given as {before} and as {one.relation} of one outcome: it would be the opposite of "
                "itself; keep one",
                field=field,
            )
    between = [one for one in alignments if one.clause in outcomes]
    circles = _circles(between)
    if circles:
        first = min(circles, key=alignments.index)
        raise InputError(
            f"implications in a circle: {circles[first]}; remove one, or call these outcomes the same",
            field=f"alignments[{alignments.index(first)}]",
        )
    edges = _edges(between)
    for clause, starts in sorted(_by_clause(one for one in alignments if one.clause not in outcomes).items()):
        counts = {one.outcome: one.relation in COUNTING for one in starts if one.relation != "none"}
        for derived in _reachable(clause, starts, edges):
            if counts.setdefault(derived.outcome, derived.relation in COUNTING) != (derived.relation in COUNTING):
                raise InputError(
                    f"clause {clause} would be the opposite of itself: that it is {derived.relation} of outcome "
                    f"{derived.outcome} follows, and the contrary stands too; remove one",
                    field=f"alignments[{min(map(alignments.index, starts))}]",
                )


def _order(one: Alignment) -> tuple[bytes, bytes, str, str, bytes, bytes]:
    return one.clause, one.outcome, one.relation, one.strength, one.by or b"", one.act or b""


def _by_clause(alignments: Iterable[Alignment]) -> dict[ClauseId, list[Alignment]]:
    starts: dict[ClauseId, list[Alignment]] = defaultdict(list)
    for one in sorted(set(alignments), key=_order):
        starts[one.clause].append(one)
    return starts


def _edges(between: Iterable[Alignment]) -> dict[Hash, list[tuple[_Edge, OutcomeId, Alignment]]]:
    """From an outcome, how each next one is reached; same and opposite in both directions."""
    edges: dict[Hash, list[tuple[_Edge, OutcomeId, Alignment]]] = defaultdict(list)
    for one in sorted(set(between), key=_order):
        source = OutcomeId(one.clause)
        if one.relation == "none" or source == one.outcome:
            continue
        edges[source].append((one.relation, one.outcome, one))
        if one.relation in ("same", "opposite"):
            edges[one.outcome].append((one.relation, source, one))
        elif one.relation == "implies":
            edges[one.outcome].append(("implied by", source, one))
    return edges


def _reachable(
    clause: ClauseId, starts: Sequence[Alignment], edges: Mapping[Hash, Sequence[tuple[_Edge, OutcomeId, Alignment]]]
) -> list[Alignment]:
    """What follows for one clause beyond what was said of it, each once, nearest first."""
    queue: list[tuple[OutcomeId, Relation]] = sorted({(one.outcome, one.relation) for one in starts})
    seen = set(queue)
    derived: list[Alignment] = []
    for outcome, relation in queue:  # the queue grows while it is read
        for edge, further, step in edges.get(outcome, ()):
            following = relation if edge == "same" and relation != "none" else _FOLLOWS.get((relation, edge))
            if following and (further, following) not in seen:
                seen.add((further, following))
                queue.append((further, following))
                derived.append(Alignment(clause, further, following, step.strength, step.by, step.act))
    return derived


def _agrees(derived: Alignment, direct: Iterable[Alignment]) -> bool:
    return any(
        (one.relation in COUNTING) == (derived.relation in COUNTING)
        for one in direct
        if (one.clause, one.outcome) == (derived.clause, derived.outcome)
    )


def _circles(between: Sequence[Alignment]) -> dict[Alignment, str]:
    """Each implication that lies on a circle of implications (`same` counts as both ways), with the circle's name."""
    onward: dict[Hash, set[Hash]] = defaultdict(set)
    for one in between:
        if one.relation in COUNTING:
            onward[one.clause].add(one.outcome)
        if one.relation == "same":
            onward[one.outcome].add(one.clause)
    found: dict[Alignment, str] = {}
    for one in sorted(set(between), key=_order):
        if one.relation == "implies":
            way = _way(onward, one.outcome, one.clause)
            if way:
                found[one] = " → ".join(_brief(place) for place in (one.clause, *way))
    return found


def _way(onward: Mapping[Hash, set[Hash]], start: Hash, goal: Hash) -> tuple[Hash, ...]:
    """A shortest way between two outcomes, both included; empty where there is none."""
    before: dict[Hash, Hash] = {}
    queue = [start]
    for place in queue:
        if place == goal:
            way = [place]
            while way[-1] != start:
                way.append(before[way[-1]])
            return tuple(reversed(way))
        for further in sorted(onward.get(place, ())):
            if further not in before and further != start:
                before[further] = place
                queue.append(further)
    return ()


def _brief(name: Hash) -> str:
    return f"{str(name)[:10]}…"
