from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition.closure import close
from normledger.composition.context import Context, bits
from normledger.composition.lattice import follows, neighbours, single_implications, stem_base
from normledger.errors import InputError
from tests.composition.records import actor, outcome_id

PARTIES, OUTCOMES = 6, 5
LETTERS = sorted(outcome_id(letter) for letter in "abcde")


def context(columns: list[int]) -> Context:
    parties = tuple(actor(f"p{at}") for at in range(PARTIES))
    return Context(parties, tuple(LETTERS[: len(columns)]), tuple(columns), ((),) * len(columns), ({},) * len(columns))


contexts = st.lists(st.integers(0, 2**PARTIES - 1), max_size=OUTCOMES).map(context)


def subsets(count: int) -> list[int]:
    chosen = chain.from_iterable(combinations(range(count), size) for size in range(count + 1))
    return [sum(1 << j for j in one) for one in chosen]


def extent_of(one: Context, intent: int) -> int:
    extent = 2**PARTIES - 1
    for j in bits(intent):
        extent &= one.columns[j]
    return extent


def closure_of(one: Context, intent: int) -> int:
    extent = extent_of(one, intent)
    return sum(1 << j for j, column in enumerate(one.columns) if not extent & ~column)


def pseudo_closed(one: Context, minimum: int) -> set[int]:
    """By definition, from small to large: not closed, and holding the closure of each pseudo-closed set inside it."""
    found: list[int] = []
    for intent in sorted(subsets(len(one.columns)), key=int.bit_count):
        inside = [other for other in found if not other & ~intent and other != intent]
        if closure_of(one, intent) != intent and all(not closure_of(one, other) & ~intent for other in inside):
            found.append(intent)
    return {intent for intent in found if extent_of(one, intent).bit_count() >= minimum}


@settings(deadline=None)
@given(contexts, st.integers(0, 3))
def test_the_stem_base_has_the_pseudo_closed_sets_as_its_premises(one: Context, minimum: int) -> None:
    base = stem_base(one, minimum)
    premises = {sum(1 << one.outcomes.index(outcome) for outcome in each.premise) for each in base}
    assert premises == pseudo_closed(one, minimum)
    assert len(premises) == len(base)


@settings(deadline=None)
@given(contexts)
def test_from_the_stem_base_follows_all_that_holds_and_nothing_else(one: Context) -> None:
    base = stem_base(one, 0)
    for intent in subsets(len(one.columns)):
        closed = {one.outcomes[j] for j in bits(closure_of(one, intent))}
        assert follows(base, [one.outcomes[j] for j in bits(intent)]) == closed


@given(contexts, st.integers(1, 3))
def test_an_outcome_implies_another_when_all_its_parties_are_bound_by_it(one: Context, minimum: int) -> None:
    found = {
        (implication.premise[0], other)
        for implication in single_implications(one, minimum)
        for other in implication.conclusion
    }
    assert found == {
        (one.outcomes[j], one.outcomes[k])
        for j, column in enumerate(one.columns)
        for k, other in enumerate(one.columns)
        if j != k and not column & ~other and column.bit_count() >= minimum
    }
    for implication in single_implications(one, minimum):
        assert implication.parties == one.keys(one.columns[one.place(implication.premise[0])])


@settings(deadline=None)
@given(contexts, st.integers(1, 3))
def test_neighbours_are_the_covers_by_definition(one: Context, minimum: int) -> None:
    pairs = {(extent_of(one, intent), intent) for intent in (closure_of(one, i) for i in subsets(len(one.columns)))}
    for extent, intent in pairs:
        above = {other for other in pairs if other[0] != extent and not extent & ~other[0]}
        below = {other for other in pairs if other[0] != extent and not other[0] & ~extent}
        found = neighbours(one, extent, intent, minimum)
        assert set(found.wider) == {
            other for other in above if not any(x != other and not x[0] & ~other[0] for x in above)
        }
        assert set(found.deeper) == {
            other
            for other in below
            if other[0].bit_count() >= minimum and not any(x != other and not other[0] & ~x[0] for x in below)
        }


def test_neighbours_of_what_is_not_closed_are_refused() -> None:
    with pytest.raises(InputError, match="no closed pair"):
        neighbours(context([0b111, 0b011]), 0b011, 0b10)


def test_a_base_larger_than_its_bound_is_refused_with_what_to_tighten() -> None:
    crossed = context([0b000111, 0b001011, 0b010101, 0b101001, 0b110010])
    assert len(stem_base(crossed, 0)) > 3
    with pytest.raises(InputError, match="left after 3 of them; ask for premises that more parties than 0 share"):
        stem_base(crossed, 0, 3)


def test_covers_are_those_between_which_no_closed_pair_lies() -> None:
    one = context([0b111111, 0b011111, 0b000111, 0b011100])
    for extent, intent in close(one.columns, PARTIES, 1):
        for wider in neighbours(one, extent, intent).wider:
            assert (extent, intent) in neighbours(one, *wider).deeper
