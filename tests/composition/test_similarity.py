"""Similar pairs: the fast ways against multiplying everything out."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition.similarity import CLASSES, Pair, alike, can_compile
from normledger.composition.weights import ONE, Vector
from normledger.errors import InputError

BANDS = (0, 0, 1, 1, 2, 2, 2, 5, 5, 6, 9, 9)
WAYS = [False, pytest.param(True, marks=pytest.mark.skipif(not can_compile(), reason="the extra is not installed"))]


@st.composite
def vectors(draw: st.DrawFn) -> Vector:
    """Up to length 2^14 (or empty), over twelve features."""
    entries = draw(st.dictionaries(st.integers(0, len(BANDS) - 1), st.integers(1, 4729), max_size=len(BANDS)))
    return tuple(sorted(entries.items()))


def multiplied_out(rows: list[Vector], columns: list[Vector] | None, floor: int) -> list[Pair]:
    """Every pair, as fractions of full similarity."""
    found = []
    for at, row in enumerate(rows):
        for other, column in enumerate(rows if columns is None else columns):
            there = dict(column)
            if columns is not None or at < other:
                dot = sum(weight * there.get(feature, 0) for feature, weight in row)
                if Fraction(dot, ONE) >= Fraction(floor, ONE):
                    found.append((at, other, dot))
    return found


@pytest.mark.parametrize("compiled", WAYS)
@settings(max_examples=200, deadline=None)
@given(st.lists(vectors(), max_size=8), st.none() | st.lists(vectors(), max_size=8), st.integers(1, ONE))
def test_pairs_are_those_of_multiplying_everything_out(
    compiled: bool, rows: list[Vector], columns: list[Vector] | None, floor: int
) -> None:
    assert alike(rows, columns, BANDS, floor, compiled) == multiplied_out(rows, columns, floor)


@pytest.mark.parametrize("compiled", WAYS)
@pytest.mark.parametrize("floor", [ONE // 8, ONE // 4, ONE // 2])
def test_many_vectors_in_classes_of_several_each(compiled: bool, floor: int) -> None:
    """Heads and tails of all lengths, so that classes differ in how far their weight reaches."""
    chance = Random(5)
    chosen = [sorted(chance.sample(range(len(BANDS)), chance.randint(0, 9))) for _ in range(5 * CLASSES)]
    many = [tuple((place, chance.randint(1, 4729)) for place in places) for places in chosen]
    few = many[: CLASSES // 2]
    assert alike(many, None, BANDS, floor, compiled) == multiplied_out(many, None, floor)
    assert alike(few, many, BANDS, floor, compiled) == multiplied_out(few, many, floor)
    assert alike(many, few, BANDS, floor, compiled) == multiplied_out(many, few, floor)


@pytest.mark.parametrize("floor", [0, -1, ONE + 1])
def test_a_floor_out_of_range_is_told_in_one_sentence(floor: int) -> None:
    with pytest.raises(InputError, match=f"field floor: {floor} is out of range; give more than 0"):
        alike([], None, BANDS, floor)
