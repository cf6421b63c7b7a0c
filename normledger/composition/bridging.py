"""Group-aware consensus: whether all groups of actors agree, not only the largest; in exact fractions.

Belongs here: the measure as Polis defines it, and putting actors into groups. Does not belong here: who stands where
(acts and the context tell that), or a total score.

For each group of which somebody took a stance the factor is (agree + 1) / (seen + 2), the chance of a next agreement
by Laplace's rule; the value is the product of the factors (Small, Bjorkegren, Erkkilä, Shaw and Megill, "Polis: Scaling
deliberation by mapping high dimensional opinion spaces", Recerca 26, 2021). One group that refuses pulls it down,
however large the others are. `seen` are those of the group who took a stance: where Polis counts everyone who was
shown a comment, nobody is shown a norm here. A group without any stance is listed and not counted: it says neither yes
nor no, and coverage tells how much was heard.

Example: of three states two endorse and one opposes, both companies endorse, no NGO says anything:
(2 + 1) / (3 + 2) · (2 + 1) / (2 + 2) = 3/5 · 3/4 = 9/20, and NGOs are listed as empty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from normledger.composition.record import Actor
from normledger.errors import InputError
from normledger.identifiers import Hash

Word = Literal["endorse", "oppose"]
Grouping = Literal["kind", "region"]


@dataclass(frozen=True, slots=True)
class Stance:
    """What an actor says of a norm now, by these acts. Whoever withdrew it says nothing, and has none."""

    actor: str
    word: Word
    acts: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """One group: how many agree, disagree and took a stance, of how many there are (`size`, None if unknown).

    `value` is (agree + 1) / (seen + 2), `coverage` seen / size.
    """

    group: str
    agree: int
    disagree: int
    seen: int
    size: int | None
    value: Fraction
    coverage: Fraction | None
    acts: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Consensus:
    """The product of the factors of those groups of which somebody took a stance; None where nobody did.

    `empty` groups are listed, not counted. Polis counts them, with a factor of 1/2 each: `as_polis` is the product over
    all groups, to be compared with what it publishes. `coverage` is the share of all actors, of the empty groups too,
    that took a stance; None where a size is unknown.
    """

    value: Fraction | None
    as_polis: Fraction
    factors: tuple[Factor, ...]
    empty: tuple[str, ...]
    coverage: Fraction | None


def consensus(groups: Mapping[str, tuple[int, int, int]]) -> Consensus:
    """The group-aware consensus of groups given as (agree, disagree, seen); the order of the groups does not matter.

    Raises `InputError` for counts that cannot be: negative ones, or more stances than actors seen.
    """
    return _of([_factor(name, *counts) for name, counts in groups.items()])


def bridging(
    actors: Iterable[Actor], stances: Iterable[Stance], groups: Grouping | Mapping[str, str] = "kind"
) -> Consensus:
    """The consensus of actors in groups: by their kind, by their UN M49 region, or as `groups` gives them by key.

    Whoever is in none of the given groups stands in ``unknown``. Raises `InputError` for a stance of somebody who is
    not among the actors, two stances of one actor, and a grouping that is none.
    """
    named = {one.key: _group(one, groups) for one in sorted(actors, key=lambda one: one.key)}
    counts = {name: [0, 0, 0] for name in named.values()}
    acts: dict[str, set[Hash]] = {name: set() for name in counts}
    heard: set[str] = set()
    for name in named.values():
        counts[name][2] += 1
    for stance in stances:
        if stance.actor not in named:
            raise InputError(f"{stance.actor!r} took a stance and is not among the actors", field="stances")
        if stance.actor in heard:
            raise InputError(f"{stance.actor!r} has two stances; give the one that stands now", field="stances")
        if stance.word not in ("endorse", "oppose"):
            raise InputError(f"{stance.word!r} is no stance; give endorse or oppose", field="stances")
        heard.add(stance.actor)
        counts[named[stance.actor]][0 if stance.word == "endorse" else 1] += 1
        acts[named[stance.actor]].update(stance.acts)
    return _of(
        [
            _factor(name, agree, disagree, agree + disagree, size, tuple(sorted(acts[name])))
            for name, (agree, disagree, size) in counts.items()
        ]
    )


def _group(actor: Actor, groups: Grouping | Mapping[str, str]) -> str:
    if isinstance(groups, Mapping):
        return groups.get(actor.key) or "unknown"
    if groups == "kind":
        return actor.kind or "unknown"
    if groups == "region":
        return actor.region or "unknown"
    raise InputError(f"{groups!r} is no grouping; give kind, region, or a group for each actor", field="groups")


def _factor(
    group: str, agree: int, disagree: int, seen: int, size: int | None = None, acts: tuple[Hash, ...] = ()
) -> Factor:
    if min(agree, disagree) < 0 or agree + disagree > seen:
        raise InputError(
            f"group {group!r} cannot have {agree} who agree and {disagree} who disagree of {seen} who took a stance",
            field="groups",
        )
    coverage = Fraction(seen, size) if size else None
    return Factor(group, agree, disagree, seen, size, Fraction(agree + 1, seen + 2), coverage, acts)


def _of(factors: Iterable[Factor]) -> Consensus:
    ordered = tuple(sorted(factors, key=lambda one: one.group))
    counted = [one for one in ordered if one.seen]
    total = sum(one.size or 0 for one in ordered)
    known = total and all(one.size is not None for one in ordered)
    return Consensus(
        _product(counted) if counted else None,
        _product(ordered),
        ordered,
        tuple(one.group for one in ordered if not one.seen),
        Fraction(sum(one.seen for one in ordered), total) if known else None,
    )


def _product(factors: Iterable[Factor]) -> Fraction:
    value = Fraction(1)
    for one in factors:
        value *= one.value
    return value
