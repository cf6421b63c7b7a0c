"""The clause tree against RFC 6962 as its section 2.1 writes it down: recursive, slow, plain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.documents.clause_tree import leaf, proof, proves, root
from normledger.identifiers import Hash, keccak

LEAVES = [keccak(bytes([number])) for number in range(41)]


def reference_root(leaves: list[Hash]) -> Hash:
    """MTH(D[n]): k is the largest power of two smaller than n."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return keccak(b"\x01" + reference_root(leaves[:k]) + reference_root(leaves[k:]))


def reference_proof(position: int, leaves: list[Hash]) -> list[Hash]:
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if position < k:
        return [*reference_proof(position, leaves[:k]), reference_root(leaves[k:])]
    return [*reference_proof(position - k, leaves[k:]), reference_root(leaves[:k])]


@pytest.mark.parametrize("size", range(1, 41))
def test_root_and_proofs_are_those_of_the_rfc(size: int) -> None:
    leaves = LEAVES[:size]
    assert root(leaves) == reference_root(leaves)
    for position in range(size):
        path = proof(leaves, position)
        assert list(path) == reference_proof(position, leaves)
        assert proves(root(leaves), size, position, leaves[position], path)


@pytest.mark.parametrize("size", [*range(1, 18), 23, 31, 32, 33])
def test_a_proof_proves_one_leaf_at_one_position_and_nothing_else(size: int) -> None:
    leaves = LEAVES[:size]
    top = root(leaves)
    for position in range(size):
        path, here = proof(leaves, position), leaves[position]
        for other in range(-1, size + 1):
            assert proves(top, size, other, here, path) == (other == position)
        for other in range(size):
            assert proves(top, size, position, leaves[other], path) == (other == position)
        for at in range(len(path)):
            assert not proves(top, size, position, here, (*path[:at], keccak(path[at]), *path[at + 1 :]))
            assert not proves(top, size, position, here, path[:at] + path[at + 1 :])
            swapped = list(path)
            swapped[at], swapped[at - 1] = swapped[at - 1], swapped[at]
            assert proves(top, size, position, here, swapped) == (swapped == list(path))
        assert not proves(top, size, position, here, (*path, here))
        assert not proves(keccak(top), size, position, here, path)


@pytest.mark.parametrize("size", range(1, 41))
def test_a_proof_for_another_size_fails_where_its_length_is_another(size: int) -> None:
    """A tree of another size has another root; under a true root the shape of the path gives the size away."""
    leaves = LEAVES[:size]
    for other in range(1, 42):
        if other == size:
            continue
        for position in range(min(size, other)):
            path = proof(leaves, position)
            if proves(root(leaves), other, position, leaves[position], path):
                assert _turns(size, position) == _turns(other, position)
        if other < 41:
            assert root(LEAVES[:other]) != root(leaves)


def _turns(size: int, position: int) -> list[bool]:
    """On which side each sibling stands: all that a size does to the check of one path."""
    turns = []
    while size > 1:
        if position ^ 1 < size:
            turns.append(bool(position % 2))
        position, size = position // 2, (size + 1) // 2
    return turns


@given(st.binary(max_size=20), st.integers(0, 100), st.integers(0, 100))
def test_a_leaf_binds_its_scope_and_its_place(content: bytes, one: int, other: int) -> None:
    scope, elsewhere = keccak(b"scope"), keccak(b"elsewhere")
    assert (leaf(scope, one, content) == leaf(scope, other, content)) == (one == other)
    assert leaf(scope, one, content) != leaf(elsewhere, one, content)
    assert leaf(scope, one, content) != leaf(scope, one, content + b"x")


def test_leaves_and_nodes_are_hashed_apart() -> None:
    # A node's preimage offered as a leaf's content gives another hash.
    assert root(LEAVES[:2]) != leaf(LEAVES[0], 0, LEAVES[1])
    assert root(LEAVES[:3]) != root([*LEAVES[:3], LEAVES[2]])  # no leaf is doubled


def test_an_empty_tree_has_no_root() -> None:
    with pytest.raises(ValueError, match="no root"):
        root([])
    with pytest.raises(ValueError, match="outside a tree"):
        proof(LEAVES[:2], 2)
    with pytest.raises(ValueError, match="outside a tree"):
        proof(LEAVES[:2], -1)
