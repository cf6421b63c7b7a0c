from itertools import chain, combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition import closure
from normledger.composition.closure import ClosedPairs, close
from normledger.errors import InputError

PARTIES = 7
contexts = st.lists(st.integers(0, 2**PARTIES - 1), max_size=7)


def closed_by_definition(columns: list[int], minimum: int, parties: int = PARTIES) -> set[tuple[int, int]]:
    """Every set of outcomes, closed if nothing else binds all whom it binds."""
    result = set()
    numbers = range(len(columns))
    for chosen in chain.from_iterable(combinations(numbers, size) for size in range(len(columns) + 1)):
        extent = 2**parties - 1
        for j in chosen:
            extent &= columns[j]
        intent = sum(1 << j for j in numbers if not extent & ~columns[j])
        if intent == sum(1 << j for j in chosen) and extent.bit_count() >= minimum:
            result.add((extent, intent))
    return result


@given(contexts, st.integers(1, PARTIES))
def test_closed_pairs_equal_those_by_definition(columns: list[int], minimum: int) -> None:
    found = close(columns, PARTIES, minimum)
    assert len(found) == len(set(found))
    assert set(found) == closed_by_definition(columns, minimum)


def test_the_running_example_of_the_head() -> None:
    france, kenya, peru = 1, 2, 4
    a, b = france | kenya | peru, france | peru
    assert list(close([a, b], 3, 1)) == [(france | kenya | peru, 0b01), (france | peru, 0b11)]


@given(contexts, st.integers(1, PARTIES), st.randoms())
def test_the_order_of_outcomes_permutes_the_answer(columns: list[int], minimum: int, chance: Random) -> None:
    order = list(range(len(columns)))
    chance.shuffle(order)
    turned = {
        (extent, sum(1 << order[j] for j in range(len(columns)) if intent >> j & 1))
        for extent, intent in close([columns[j] for j in order], PARTIES, minimum)
    }
    assert turned == set(close(columns, PARTIES, minimum))


@given(contexts, st.permutations(range(PARTIES)))
def test_renaming_parties_permutes_the_answer(columns: list[int], names: list[int]) -> None:
    def renamed(extent: int) -> int:
        return sum(1 << names[at] for at in range(PARTIES) if extent >> at & 1)

    found = {(renamed(extent), intent) for extent, intent in close(columns, PARTIES, 1)}
    assert found == set(close([renamed(column) for column in columns], PARTIES, 1))


def random_table(rows: int, columns: int, density: float) -> list[int]:
    chance = Random(f"{rows} × {columns}")
    return [sum(1 << row for row in range(rows) if chance.random() < density) for _ in range(columns)]


def test_pairs_are_read_from_their_packed_form_at_any_place() -> None:
    columns = [0b1, *random_table(70, 12, 0.6)]  # the first falls below the support, so that places move
    found = close(columns, 70, 20)
    assert found.kept == tuple(range(1, 13))
    assert found[3] == list(found)[3] == found[3 - len(found)]
    assert found[1:3] == list(found)[1:3]
    with pytest.raises(IndexError):
        found[len(found)]
    for extent, intent in found:
        assert extent.bit_count() >= 20
        assert intent == sum(1 << j for j, column in enumerate(columns) if not extent & ~column)


def test_more_than_the_limit_is_refused_with_what_was_seen_and_what_to_tighten() -> None:
    columns = [0b1111111 & ~(1 << j) for j in range(7)]
    said = "more than 20 packages of outcomes that at least 2 parties share; the search stopped after seeing 20"
    with pytest.raises(InputError, match=said) as refused:
        close(columns, 7, 2, 20)
    assert "Ask for more parties than 2" in str(refused.value)
    assert len(close(columns, 7, 2, 120)) == 120


def test_a_support_of_nobody_is_refused() -> None:
    with pytest.raises(InputError, match="give at least 1"):
        close([1], 1, 0)


def compiled(columns: list[int], parties: int, minimum: int, limit: int) -> ClosedPairs | None:
    pytest.importorskip("numba", reason="the optional extra `fast` is not installed")
    return closure._Compiled().run(closure._Task.of(columns, parties, minimum, limit))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3), st.integers(0, 9), st.integers(1, 40), st.randoms())
def test_the_compiled_way_gives_the_same_bytes(words: int, count: int, minimum: int, chance: Random) -> None:
    pytest.importorskip("numba", reason="the optional extra `fast` is not installed")
    parties = 64 * words - chance.randrange(63)
    columns = [chance.getrandbits(parties) | chance.getrandbits(parties) for _ in range(count)]
    task = closure._Task.of(columns, parties, minimum, 10_000)
    assert closure._compiled.run(task) == closure.plain(task, 10_000)


def test_the_compiled_way_gives_the_same_bytes_on_a_larger_table() -> None:
    columns = random_table(300, 90, 0.27)
    task = closure._Task.of(columns, 300, 9, 100_000)
    slow = closure.plain(task, 100_000)
    assert slow is not None
    assert len(slow) > 10_000
    assert compiled(columns, 300, 9, 100_000) == slow
    assert compiled(columns, 300, 9, len(slow)) == slow
    assert compiled(columns, 300, 9, len(slow) - 1) is None
    assert closure.plain(task, len(slow)) == slow
    assert closure.plain(task, len(slow) - 1) is None


def test_without_the_extra_the_plain_way_goes_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = random_table(300, 60, 0.25)
    monkeypatch.setattr(closure, "_PLAIN_FIRST", 100)
    either = close(columns, 300, 12)
    monkeypatch.setattr(closure, "find_spec", lambda name: None)
    monkeypatch.setattr(closure, "_compiled", closure._Compiled())
    assert close(columns, 300, 12) == either
    assert len(either) > 100


def test_an_extra_that_does_not_load_is_as_if_it_were_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ImportError("numba needs another numpy")

    columns = random_table(300, 60, 0.25)
    either = close(columns, 300, 12)
    monkeypatch.setattr(closure, "_PLAIN_FIRST", 100)
    monkeypatch.setattr(closure, "find_spec", lambda name: object())
    monkeypatch.setattr(closure, "_fetched", broken)
    monkeypatch.setattr(closure, "_compiled", closure._Compiled())
    assert close(columns, 300, 12) == either
