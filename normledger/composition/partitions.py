"""Similar pairs among very many vectors: cut into partitions, each computed alone, merged as sorted unions.

Belongs here: the cut, what a partition computes, resuming, and the merge. Does not belong here: comparing two blocks
(`similarity`), or where results are kept: a `Store` is handed in, and a folder is one (`ledger.partition_folder`).

Vectors are cut into *blocks* of one size, and each pair of blocks is a *partition*: rows of the first against columns
of the second. A partition's pairs depend on nothing else, so any number of workers, in any order, on any machine, gives
the same bytes. A block is named by the hash of its bytes and a partition by those of its blocks, the bands and the
floor, so a store never answers for other input, and what it holds already is not computed again: an interrupted run
goes on where it was. Only the blocks at work are in memory.

A block's bytes, all numbers of four bytes, the smallest byte first: how many vectors; where each begins, and where the
last ends; all features; all weights. A result's bytes: row, column and dot product of each pair, ascending.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, islice, pairwise
from typing import Protocol

from normledger.composition.similarity import Pair, alike, can_compile, join_blocks, union_by_row
from normledger.composition.weights import ONE, Vector
from normledger.errors import InputError
from normledger.identifiers import keccak

BLOCK = 1 << 16
"""How many vectors a block has."""

WORD = 4
PAIR = 3 * WORD

Progress = Callable[[int, int], None]
"""Told how many partitions are done, of how many."""


class Store(Protocol):
    """Where blocks and results are kept, by name. `write` is all or nothing."""

    def __contains__(self, name: object) -> bool: ...

    def read(self, name: str) -> bytes:
        """What was kept under this name."""

    def write(self, name: str, content: bytes) -> None:
        """Keep it."""


class Memory(dict[str, bytes]):
    """A store that lasts as long as the process; threads may share it."""

    def read(self, name: str) -> bytes:
        """What was kept under this name. Raises `KeyError`."""
        return self[name]

    def write(self, name: str, content: bytes) -> None:
        """Keep it."""
        self[name] = content


@dataclass(frozen=True, slots=True)
class Block:
    """So many vectors from place `begin` on; their bytes are in the store under `name`."""

    name: str
    begin: int
    count: int


@dataclass(frozen=True, slots=True)
class Partition:
    """Rows against columns, or a block against itself; the result is in the store under `name`."""

    name: str
    rows: Block
    columns: Block


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be compared: blocks, the features' bands, and the floor in units of 2^28."""

    blocks: tuple[Block, ...]
    bands: tuple[int, ...]
    floor: int
    partitions: tuple[Partition, ...]


def plan(blocks: Sequence[Block], bands: Sequence[int], floor: int) -> Plan:
    """Every block with itself and with each later one. Raises `InputError` for a floor out of range."""
    if not 0 < floor <= ONE:
        raise InputError(f"{floor} is out of range; give more than 0 and at most {ONE}", field="floor")
    shape = keccak(_numbers([floor, *bands]))
    partitions = [
        Partition(keccak(shape + f"{rows} {columns}".encode()).hex(), rows, columns)
        for at, rows in enumerate(blocks)
        for columns in blocks[at:]
    ]
    return Plan(tuple(blocks), tuple(bands), floor, tuple(partitions))


def keep_blocks(vectors: Iterable[Vector], store: Store, size: int = BLOCK) -> list[Block]:
    """Cut vectors into blocks and keep them. Raises `InputError` for a size below one."""
    if size < 1:
        raise InputError(f"{size} is out of range; give at least 1", field="block")
    stream, blocks, begin = iter(vectors), [], 0
    while chunk := list(islice(stream, size)):
        blocks.append(keep_block(encoded(chunk), begin, len(chunk), store))
        begin += len(chunk)
    return blocks


def keep_block(content: bytes, begin: int, count: int, store: Store) -> Block:
    """Keep a block that is in bytes already."""
    name = keccak(content).hex()
    if name not in store:
        store.write(name, content)
    return Block(name, begin, count)


def run(
    what: Plan,
    store: Store,
    apply: Callable[[Callable[[Partition], int], Iterable[Partition]], Iterable[int]] = map,
    progress: Progress | None = None,
) -> int:
    """Compute every partition that the store does not hold yet; how many pairs these have.

    `apply` is ``map``, or that of a pool of threads or processes (then the store must be a folder), in any order.
    """
    missing = [one for one in what.partitions if one.name not in store]
    done, pairs = len(what.partitions) - len(missing), 0
    if progress:
        progress(done, len(what.partitions))
    for count in apply(partial(compute, what.bands, what.floor, store), missing):
        done, pairs = done + 1, pairs + count
        if progress:
            progress(done, len(what.partitions))
    return pairs


def compute(bands: tuple[int, ...], floor: int, store: Store, one: Partition) -> int:
    """Compute one partition and keep it; how many pairs it has."""
    rows, columns = store.read(one.rows.name), store.read(one.columns.name)
    alone = one.rows == one.columns
    if can_compile():
        result = join_blocks(rows, None if alone else columns, bands, floor, one.rows.begin, one.columns.begin)
    else:
        found = alike(decoded(rows), None if alone else decoded(columns), bands, floor, compiled=False)
        result = _numbers(
            number for row, column, dot in found for number in (row + one.rows.begin, column + one.columns.begin, dot)
        )
    store.write(one.name, result)
    return len(result) // PAIR


def merged(what: Plan, store: Store) -> Iterator[bytes]:
    """The pairs of all partitions, ascending, in the bytes of a result; one piece for each block of rows."""
    for block in what.blocks:
        parts = [store.read(one.name) for one in what.partitions if one.rows == block]
        if can_compile():
            yield union_by_row(parts)
        else:
            yield _numbers(number for pair in heapq.merge(*map(pairs_of, parts)) for number in pair)


def pairs_of(result: bytes) -> Iterator[Pair]:
    """The pairs in a result's bytes."""
    for at in range(0, len(result), PAIR):
        yield _number(result, at), _number(result, at + WORD), _number(result, at + 2 * WORD)


def encoded(vectors: Sequence[Vector]) -> bytes:
    """The bytes of a block."""
    begins = accumulate((len(vector) for vector in vectors), initial=0)
    features = (feature for vector in vectors for feature, _ in vector)
    weights = (weight for vector in vectors for _, weight in vector)
    return _numbers([len(vectors), *begins]) + _numbers(features) + _numbers(weights)


def decoded(block: bytes) -> list[Vector]:
    """The vectors of a block."""
    count = _number(block, 0)
    begins = [_number(block, WORD * (1 + at)) for at in range(count + 1)]
    features, weights = WORD * (count + 2), WORD * (count + 2 + begins[-1])
    return [
        tuple((_number(block, features + WORD * at), _number(block, weights + WORD * at)) for at in range(*ends))
        for ends in pairwise(begins)
    ]


def _numbers(values: Iterable[int]) -> bytes:
    return b"".join(value.to_bytes(WORD, "little") for value in values)


def _number(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + WORD], "little")
