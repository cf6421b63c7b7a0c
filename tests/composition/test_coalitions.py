from hypothesis import given
from hypothesis import strategies as st

from normledger.composition.coalitions import independent, key_of
from tests.composition.records import name, outcome_id


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
