"""How closed pairs hang together: what implies what, and the next smaller and larger pairs, for an explorer.

Belongs here: implications between outcomes, and neighbours of a pair. Does not belong here: listing all pairs
(`closure`) or ranking them (`search`).

An implication says that whoever is bound by the premise is bound by the conclusion, in this composition, without
exception. It is an observation on who signed what, no rule of law. Two forms are given:

- *single*: one outcome implies others. Always quick and complete; each opens as "all 12 bound by A are bound by B".
- the *stem base* (Guigues and Duquenne 1986): the fewest implications from which all others that hold follow, which
  is what a reader wants who asks for packages. It is found by Ganter's Next Closure (Ganter and Wille 1999, theorem
  9), restricted to premises that at least so many parties share, as Stumme and others (2001) have it. It can be large,
  so it has a bound. (The canonical direct basis would answer at once what follows from a set, without chaining; it
  lists far more implications, and chaining a few costs nothing here.)

Example: France and Peru are bound by A and B, Kenya by A. B implies A, shared by two; that is the stem base too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from normledger.composition.context import Context, bits
from normledger.errors import InputError
from normledger.identifiers import OutcomeId

BASE_LIMIT = 2_000
"""Implications in a stem base, at most."""

_STEPS = 200_000
"""Sets that the search for a stem base looks at, at most."""


@dataclass(frozen=True, slots=True)
class Implication:
    """Whoever is bound by all of `premise` is bound by all of `conclusion` too: `parties`, all who are."""

    premise: tuple[OutcomeId, ...]
    conclusion: tuple[OutcomeId, ...]
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The closed pairs next to one, as (coalition, outcomes) bit sets, sorted.

    `wider` have more parties and fewer outcomes (upper covers), `deeper` fewer parties and more outcomes (lower ones).
    """

    wider: tuple[tuple[int, int], ...]
    deeper: tuple[tuple[int, int], ...]


def single_implications(context: Context, minimum: int) -> tuple[Implication, ...]:
    """For each outcome that at least `minimum` parties share, all others that bind all of these parties."""
    found = []
    for at, extent in enumerate(context.columns):
        implied = tuple(bits(_intent(context.columns, extent) & ~(1 << at)))
        if implied and extent.bit_count() >= minimum:
            found.append(_named(context, 1 << at, sum(1 << j for j in implied)))
    return tuple(found)


def stem_base(context: Context, minimum: int, limit: int = BASE_LIMIT) -> tuple[Implication, ...]:
    """The Duquenne-Guigues base of implications whose premise at least `minimum` parties share.

    Raises `InputError` when there are more than `limit`, or too many sets must be looked at to know.
    """
    everyone = (1 << len(context.parties)) - 1
    # What too few share is in no premise that is asked for, and in no conclusion from one.
    shared = [j for j, column in enumerate(context.columns) if column.bit_count() >= minimum]
    columns = [context.columns[j] for j in shared]
    base: list[tuple[int, int]] = []
    current: int | None = 0 if everyone.bit_count() >= minimum else None
    for _ in range(_STEPS):
        if current is None:
            return tuple(
                _named(context, *(sum(1 << shared[at] for at in bits(one)) for one in (premise, closed & ~premise)))
                for premise, closed in base
            )
        closed = _intent(columns, _extent(columns, current, everyone))
        if closed != current:
            if len(base) >= limit:
                break
            base.append((current, closed))
        current = _next(columns, everyone, base, current, minimum)
    raise InputError(
        f"the base of implications was left after {len(base)} of them; ask for premises that more parties than "
        f"{minimum} share, or for implications between single outcomes",
        field="minimum_parties",
    )


def follows(implications: Iterable[Implication], outcomes: Iterable[OutcomeId]) -> frozenset[OutcomeId]:
    """Everything that implications add to a set of outcomes, and the set itself."""
    known, waiting = set(outcomes), list(implications)
    while True:
        fire = [one for one in waiting if known.issuperset(one.premise)]
        if not fire:
            return frozenset(known)
        waiting = [one for one in waiting if not known.issuperset(one.premise)]
        for one in fire:
            known.update(one.conclusion)


def neighbours(context: Context, extent: int, intent: int, minimum: int = 1) -> Neighbours:
    """The covers of a closed pair (Lindig 2000); the deeper ones with at least `minimum` parties.

    Raises `InputError` if the pair is not closed.
    """
    columns, everyone = context.columns, (1 << len(context.parties)) - 1
    if _extent(columns, intent, everyone) != extent or _intent(columns, extent) != intent:
        raise InputError(
            "this coalition and these outcomes are no closed pair; take one from the packages", field="key"
        )
    smaller = {extent & column for j, column in enumerate(columns) if not intent >> j & 1}
    deeper = _largest(one for one in smaller if one.bit_count() >= minimum)
    shared = {intent & _intent(columns, 1 << party) for party in bits(everyone & ~extent)}
    return Neighbours(
        tuple(sorted((_extent(columns, fewer, everyone), fewer) for fewer in _largest(shared))),
        tuple(sorted((one, _intent(columns, one)) for one in deeper)),
    )


def _largest(sets: Iterable[int]) -> list[int]:
    """Those that are in no other one."""
    kept: list[int] = []
    for one in sorted(sets, key=lambda one: (-one.bit_count(), one)):
        if all(one & ~other for other in kept):
            kept.append(one)
    return kept


def _next(
    columns: Sequence[int], everyone: int, base: Sequence[tuple[int, int]], current: int, minimum: int
) -> int | None:
    """The next set in lectic order that respects the base; those that too few share are left out, with all above."""
    extents = [everyone]  # who is bound by the set's outcomes before each place
    for j, column in enumerate(columns):
        extents.append(extents[j] & column if current >> j & 1 else extents[j])
    for j in reversed(range(len(columns))):
        if current >> j & 1:
            current &= ~(1 << j)
            continue
        # What follows from a set binds the same parties as the set.
        if (extents[j] & columns[j]).bit_count() < minimum:
            continue
        larger = _follow(base, current | 1 << j, ~current & ((1 << j) - 1))
        if larger is not None:
            return larger
    return None


def _follow(base: Sequence[tuple[int, int]], known: int, barred: int) -> int | None:
    """What the base adds to a set, leaving alone an implication whose premise is the set itself.

    None as soon as that is something barred.
    """
    while True:
        larger = known
        for premise, closed in base:
            if not premise & ~larger and premise != larger:
                larger |= closed
                if larger & barred:
                    return None
        if larger == known:
            return known
        known = larger


def _extent(columns: Sequence[int], intent: int, everyone: int) -> int:
    for j in bits(intent):
        everyone &= columns[j]
    return everyone


def _intent(columns: Sequence[int], extent: int) -> int:
    return sum(1 << j for j, column in enumerate(columns) if not extent & ~column)


def _named(context: Context, premise: int, conclusion: int) -> Implication:
    extent = _extent(context.columns, premise, (1 << len(context.parties)) - 1)
    return Implication(
        tuple(context.outcomes[j] for j in bits(premise)),
        tuple(context.outcomes[j] for j in bits(conclusion)),
        context.keys(extent),
    )
