"""A Merkle tree over a document's clauses (or a batch's leaves): root, proof, check.

The shape is that of RFC 6962, section 2.1, in Keccak-256: leaves and nodes are hashed apart (0x00 and 0x01), no leaf
is doubled, and a proof's length is fixed by the size of the tree. A leaf binds its scope (the document's hash, a
batch's author) and its position, so that a clause can be moved neither within a text nor into another.
"""

from collections.abc import Sequence

from normledger.identifiers import Hash, keccak


def leaf(scope: Hash, position: int, content: bytes) -> Hash:
    """keccak(0x00 ‖ scope ‖ position as 4 bytes ‖ keccak(content)); `position` counts from 0."""
    return keccak(b"\x00" + scope + position.to_bytes(4, "big") + keccak(content))


def _node(left: Hash, right: Hash) -> Hash:
    return keccak(b"\x01" + left + right)


def root(leaves: Sequence[Hash]) -> Hash:
    """The root over at least one leaf; an empty tree has no root and raises `ValueError`."""
    if not leaves:
        raise ValueError("an empty tree has no root")
    # Level by level, an odd last node rising as it is, gives RFC 6962's left-full shape without recursion.
    level = list(leaves)
    while len(level) > 1:
        paired = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def proof(leaves: Sequence[Hash], position: int) -> tuple[Hash, ...]:
    """The siblings from the leaf at `position` up to the root, nearest first."""
    if not 0 <= position < len(leaves):
        raise ValueError(f"position {position} is outside a tree of {len(leaves)} leaves")
    path: list[Hash] = []
    level = list(leaves)
    while len(level) > 1:
        sibling = position ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        paired = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
        position //= 2
    return tuple(path)


def proves(root_hash: Hash, size: int, position: int, leaf_hash: Hash, path: Sequence[Hash]) -> bool:
    """Whether `path` leads from this leaf at `position` of a tree of `size` leaves to `root_hash`."""
    if not 0 <= position < size:
        return False
    reached, remaining = leaf_hash, list(path)
    while size > 1:
        if position ^ 1 < size:
            if not remaining:
                return False
            sibling = remaining.pop(0)
            reached = _node(sibling, reached) if position % 2 else _node(reached, sibling)
        position //= 2
        size = (size + 1) // 2
    return not remaining and reached == root_hash
