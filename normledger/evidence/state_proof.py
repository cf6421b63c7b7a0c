"""Merkle-Patricia proofs: what a block's state holds at an account and a storage slot, or that it holds nothing.

A proof is a set of trie nodes, each once, found by their hashes: the tries of several contracts and the paths of many
slots share it. Ethereum Yellow Paper, appendix D; keys are hashed first ("secure trie").
"""

from collections.abc import Iterable
from dataclasses import dataclass

from normledger.evidence import rlp
from normledger.identifiers import ZERO, Address, Hash, keccak

EMPTY_TRIE = keccak(b"\x80")
"""The root of a trie that holds nothing."""

NO_CODE = keccak(b"")
"""The code hash of an account without code."""


_LONGEST = 1024
"""Bytes of a node. A full branch has 532, a leaf with an account less."""


class ProofError(ValueError):
    """A node is missing, or is none."""


@dataclass(frozen=True, slots=True)
class Account:
    """A contract as the state holds it."""

    storage_root: Hash
    code_hash: Hash


class Nodes:
    """Trie nodes by their hash; remembers which of them were walked over."""

    def __init__(self, nodes: Iterable[bytes]) -> None:
        self._nodes = {bytes(keccak(node)): node for node in nodes}
        self._read: dict[bytes, list[rlp.Item]] = {}

    @property
    def unused(self) -> int:
        """How many nodes no proof has needed so far."""
        return len(self._nodes) - len(self._read)

    def account(self, state_root: Hash, address: Address) -> Account | None:
        """The account at an address; None where the state proves that there is none. Raises `ProofError`."""
        found = self._get(state_root, address)
        if found is None:
            return None
        try:
            fields = rlp.decode_list(found)
            if len(fields) != 4:
                raise ValueError("an account has four fields")
            rlp.number(fields[0]), rlp.number(fields[1])
            return Account(Hash(rlp.fixed(fields[2], 32)), Hash(rlp.fixed(fields[3], 32)))
        except ValueError as error:
            raise ProofError(f"the account's entry does not read: {error}") from None

    def slot(self, storage_root: Hash, slot: Hash) -> Hash:
        """The word at a slot; zero where the storage proves that there is none. Raises `ProofError`."""
        found = self._get(storage_root, slot)
        if found is None:
            return ZERO
        try:
            value = rlp.number(rlp.decode(found))
            if not 0 < value < 1 << 256:
                raise ValueError("no value of a slot")
            return Hash(value.to_bytes(32, "big"))
        except ValueError as error:
            raise ProofError(f"the slot's entry does not read: {error}") from None

    def _get(self, root: Hash, key: bytes) -> bytes | None:
        """The value under a key; None where the trie proves that there is none."""
        if root == EMPTY_TRIE:
            return None
        path = keccak(key).hex()
        node = self._node(root)
        while True:
            if len(node) == 17:
                if not path:
                    value = node[16]
                    if not isinstance(value, bytes):
                        raise ProofError("a branch's value is no string of bytes")
                    return value or None
                below, path = node[int(path[0], 16)], path[1:]
            elif len(node) == 2:
                shared, ends = _shared(node[0])
                if ends:
                    if path != shared:
                        return None
                    if not isinstance(node[1], bytes):
                        raise ProofError("a leaf's value is no string of bytes")
                    return node[1]
                if not shared:
                    raise ProofError("an extension of nothing")
                if not path.startswith(shared):
                    return None
                below, path = node[1], path[len(shared) :]
            else:
                raise ProofError(f"a node of {len(node)} items is none of a trie's")
            if below == b"":
                return None
            node = below if isinstance(below, list) else self._node(below)

    def _node(self, name: bytes) -> list[rlp.Item]:
        if name in self._read:
            return self._read[name]
        if len(name) != 32 or name not in self._nodes:
            raise ProofError(f"the node 0x{name[:32].hex()} is missing")
        if len(self._nodes[name]) > _LONGEST:
            raise ProofError(f"the node 0x{name.hex()} has more than {_LONGEST} bytes")
        try:
            node = rlp.decode_list(self._nodes[name])
        except ValueError as error:
            raise ProofError(f"the node 0x{name.hex()} does not read: {error}") from None
        self._read[name] = node
        return node


def _shared(encoded: rlp.Item) -> tuple[str, bool]:
    """The nibbles that a leaf or extension is about, as hexadecimal digits; and whether it is a leaf."""
    if not isinstance(encoded, bytes) or not encoded:
        raise ProofError("a node's path does not read")
    digits = encoded.hex()
    flag = int(digits[0], 16)
    if flag > 3 or (not flag & 1 and digits[1] != "0"):
        raise ProofError("a node's path does not read")
    return digits[1 if flag & 1 else 2 :], bool(flag & 2)
