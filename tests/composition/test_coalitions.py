from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.composition.coalitions import close, independent, key_of
from normledger.errors import InputError
from tests.composition.records import name, outcome_id

contexts = st.lists(st.integers(0, 2**7 - 1), max_size=7)


def closed_by_definition(columns: list[int], minimum: int) -> set[tuple[int, int]]:
    """Every set of outcomes, closed if nothing else binds all whom it binds."""
    result = set()
    numbers = range(len(columns))
    for chosen in chain.from_iterable(combinations(numbers, size) for size in range(len(columns) + 1)):
        extent = 2**7 - 1
        for j in chosen:
            extent &= columns[j]
        intent = sum(1 << j for j in numbers if not extent & ~columns[j])
        if intent == sum(1 << j for j in chosen) and extent.bit_count() >= minimum:
            result.add((extent, intent))
    return result


@given(contexts, st.integers(1, 7))
def test_closed_pairs_equal_those_by_definition(columns: list[int], minimum: int) -> None:
    found = close(columns, 7, minimum, 10_000)
    assert len(found) == len(set(found))
    assert set(found) == closed_by_definition(columns, minimum)


def test_the_running_example_of_the_head() -> None:
    france, kenya, peru = 1, 2, 4
    a, b = france | kenya | peru, france | peru
    assert close([a, b], 3, 1, 10) == [(france | peru, 0b11), (france | kenya | peru, 0b01)]


def test_more_than_the_limit_is_refused_with_what_to_tighten() -> None:
    columns = [0b1111111 & ~(1 << j) for j in range(7)]
    with pytest.raises(InputError, match="more than 20 packages of outcomes that at least 2 parties share"):
        close(columns, 7, 2, 20)


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=8))
def test_independent_agreements_are_unrelated_and_nothing_could_be_added(pairs: set[tuple[int, int]]) -> None:
    names = [name(str(at)) for at in range(7)]
    related = {
        names[at]: frozenset(names[b if a == at else a] for a, b in pairs if at in (a, b) and a != b) for at in range(7)
    }
    chosen = independent(names, related)
    assert all(other not in related[one] for one in chosen for other in chosen)
    assert all(one in chosen or related[one] & set(chosen) for one in names)


def test_two_that_implement_one_framework_are_independent_of_each_other() -> None:
    frame, one, other = name("frame"), name("one"), name("other")
    related = {frame: frozenset([one, other]), one: frozenset([frame]), other: frozenset([frame])}
    assert independent([frame, one, other], related) == tuple(sorted([one, other]))


def test_a_key_comes_from_the_outcomes_alone() -> None:
    a, b = outcome_id("a"), outcome_id("b")
    assert key_of([a, b]) == key_of([b, a]) != key_of([a])
