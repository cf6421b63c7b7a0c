"""Partitions: the same bytes from any number of workers, in any order, after any interruption."""

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.composition import partitions
from normledger.composition.partitions import Memory, decoded, encoded, keep_blocks, merged, pairs_of, plan, run
from normledger.composition.similarity import alike
from normledger.composition.weights import ONE, Vector
from normledger.errors import InputError
from normledger.ledger.partition_folder import PartitionFolder
from tests.composition.test_similarity import BANDS, vectors

RUNS = 10


def some(count: int) -> list[Vector]:
    """Vectors of a few features each, many alike."""
    return [
        tuple(
            (place, 4000 + 37 * (at % 5) + place) for place in sorted({(at * step) % len(BANDS) for step in (1, 3, 7)})
        )
        for at in range(count)
    ]


def result(store: partitions.Store, given: list[Vector], size: int = 8, apply: Callable = map) -> bytes:  # type: ignore[type-arg]
    what = plan(keep_blocks(given, store, size), BANDS, ONE // 8)
    run(what, store, apply)
    return b"".join(merged(what, store))


@given(st.lists(vectors(), max_size=12), st.integers(1, 13))
def test_partitions_find_what_the_whole_finds(given: list[Vector], size: int) -> None:
    assert list(pairs_of(result(Memory(), given, size))) == alike(given, None, BANDS, ONE // 8, compiled=False)


@given(st.lists(vectors(), max_size=6))
def test_a_block_s_bytes_are_its_vectors(given: list[Vector]) -> None:
    assert decoded(encoded(given)) == given


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_any_number_of_workers_gives_the_same_bytes(workers: int) -> None:
    expected = result(Memory(), some(60))
    assert expected
    with ThreadPoolExecutor(workers) as pool:
        assert {result(Memory(), some(60), apply=pool.map) for _ in range(RUNS)} == {expected}


def test_processes_share_a_folder(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        assert result(PartitionFolder(tmp_path), some(60), apply=pool.map) == result(Memory(), some(60))


@pytest.mark.parametrize("after", range(0, 36, 4))
def test_an_interrupted_run_goes_on_where_it_was(after: int, tmp_path: Path) -> None:
    class Interrupted(Exception):
        pass

    store, given = PartitionFolder(tmp_path / "kept"), some(60)

    def until(work: Callable[[partitions.Partition], int], tasks: Iterable[partitions.Partition]) -> Iterable[int]:
        for at, task in enumerate(tasks):
            if at == after:
                raise Interrupted
            yield work(task)

    with pytest.raises(Interrupted):
        result(store, given, apply=until)
    told: list[tuple[int, int]] = []
    what = plan(keep_blocks(given, store, 8), BANDS, ONE // 8)
    run(what, store, progress=lambda done, of: told.append((done, of)))
    assert told == [(done, 36) for done in range(after, 37)]
    assert b"".join(merged(what, store)) == result(Memory(), given)


def test_other_input_is_never_answered_from_the_store() -> None:
    store, given = Memory(), [*some(20), *some(20)]
    first = result(store, given)
    changed = [*given[:2], tuple((place, weight + 1) for place, weight in given[2]), *given[3:]]
    assert result(store, changed) == result(Memory(), changed) != first


def test_out_of_range_is_told_in_one_sentence() -> None:
    with pytest.raises(InputError, match="field floor: 0 is out of range"):
        plan([], BANDS, 0)
    with pytest.raises(InputError, match="field block: 0 is out of range"):
        keep_blocks([], Memory(), 0)
