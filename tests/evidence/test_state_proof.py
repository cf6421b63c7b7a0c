"""Proofs against tries made by another implementation (`trie`, `rlp`): what is there, what is not, what is forged."""

import pytest
import rlp as peer
from hypothesis import given
from hypothesis import strategies as st
from trie import HexaryTrie

from normledger.evidence import rlp
from normledger.evidence.state_proof import EMPTY_TRIE, Nodes, ProofError
from normledger.identifiers import ZERO, Address, Hash, keccak

words = st.binary(min_size=32, max_size=32).map(Hash)
nested = st.recursive(st.binary(max_size=70), lambda inner: st.lists(inner, max_size=5), max_leaves=20)


@given(nested)
def test_items_decode_as_another_encoder_wrote_them(item: object) -> None:
    assert rlp.decode(peer.encode(item)) == item


@given(st.binary(max_size=40))
def test_any_bytes_decode_as_elsewhere_or_are_refused(data: bytes) -> None:
    try:
        found = rlp.decode(data)
    except ValueError:
        with pytest.raises(peer.exceptions.DecodingError):
            peer.decode(data)
    else:
        assert peer.encode(found) == data


def test_lists_without_end_are_refused() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        rlp.decode(_nested(40))


def _nested(depth: int) -> bytes:
    made = b"\xc0"
    for _ in range(depth):
        made = bytes([0xC0 + len(made)]) + made
    return made


def trie_of(slots: dict[Hash, Hash]) -> "HexaryTrie":
    trie = HexaryTrie({})
    for slot, word in slots.items():
        if word != ZERO:
            trie[bytes(keccak(slot))] = peer.encode(word.lstrip(b"\0"))
    return trie


def proof(trie: "HexaryTrie", *slots: Hash) -> set[bytes]:
    """The proofs' nodes: those that are found by their hash."""
    found: set[bytes] = set()
    for slot in slots:
        path = trie.get_proof(keccak(slot))  # type: ignore[no-untyped-call]
        found |= {raw for place, node in enumerate(path) if len(raw := peer.encode(node)) >= 32 or place == 0}
    return found - {b"\x80"}


@given(st.dictionaries(words, words, max_size=40), st.lists(words, max_size=5))
def test_what_is_there_and_what_is_not(slots: dict[Hash, Hash], absent: list[Hash]) -> None:
    trie = trie_of(slots)
    nodes = Nodes(proof(trie, *slots, *absent))
    for slot in (*slots, *absent):
        assert nodes.slot(Hash(trie.root_hash), slot) == slots.get(slot, ZERO)
    assert nodes.unused == 0


@given(st.dictionaries(words, words.filter(lambda word: word != ZERO), min_size=2, max_size=20), st.data())
def test_without_a_node_nothing_is_proven(slots: dict[Hash, Hash], data: st.DataObject) -> None:
    trie, slot = trie_of(slots), data.draw(st.sampled_from(sorted(slots)))
    path = sorted(proof(trie, slot))
    gone = data.draw(st.sampled_from(path))
    with pytest.raises(ProofError, match="is missing"):
        Nodes([node for node in path if node != gone]).slot(Hash(trie.root_hash), slot)


@given(st.dictionaries(words, words.filter(lambda word: word != ZERO), min_size=1, max_size=20), st.data())
def test_an_altered_node_is_another_node(slots: dict[Hash, Hash], data: st.DataObject) -> None:
    trie, slot = trie_of(slots), data.draw(st.sampled_from(sorted(slots)))
    path = sorted(proof(trie, slot))
    at = data.draw(st.integers(0, len(path) - 1))
    node = bytearray(path[at])
    node[data.draw(st.integers(0, len(node) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ProofError):
        Nodes([*path[:at], bytes(node), *path[at + 1 :]]).slot(Hash(trie.root_hash), slot)


def test_an_empty_storage_holds_zeros_and_needs_no_node() -> None:
    assert Nodes([]).slot(EMPTY_TRIE, ZERO) == ZERO
    assert bytes(EMPTY_TRIE) == HexaryTrie({}).root_hash


def rooted(raw: bytes) -> tuple[Nodes, Hash]:
    return Nodes([raw]), keccak(raw)


@pytest.mark.parametrize(
    ("node", "word"),
    [
        ([b"\x20" + keccak(ZERO), b"\x00"], "the slot's entry does not read"),
        ([b"\x20" + keccak(ZERO), b"\x82\x00\x01"], "the slot's entry does not read"),
        ([b"\x20" + keccak(ZERO), b"\xc0"], "the slot's entry does not read"),
        ([b"\x20" + keccak(ZERO), [b"\x01"]], "no string of bytes"),
        ([b"\x00", b"\x11" * 32], "an extension of nothing"),
        ([b"", b"\x11" * 32], "path does not read"),
        ([b"\x45" + keccak(ZERO), b"\x01"], "path does not read"),
        ([b"\x21", b"\x01", b"\x01"], "none of a trie's"),
        ([b"\x11" * 33] * 17, "is missing"),
    ],
)
def test_nodes_that_make_no_sense_are_refused(node: object, word: str) -> None:
    nodes, root = rooted(peer.encode(node))
    with pytest.raises(ProofError, match=word):
        nodes.slot(root, ZERO)


def test_a_root_that_is_no_list_is_refused() -> None:
    nodes, root = rooted(b"\x01")
    with pytest.raises(ProofError, match="does not read"):
        nodes.slot(root, ZERO)


def test_an_account_has_four_fields() -> None:
    address = Address(bytes(20))
    for fields, good in (([b"\1", b"", bytes(32), bytes(32)], True), ([b"\1", b"", bytes(32)], False)):
        nodes, root = rooted(peer.encode([b"\x20" + keccak(address), peer.encode(fields)]))
        if good:
            account = nodes.account(root, address)
            assert account is not None
            assert account.storage_root == ZERO
        else:
            with pytest.raises(ProofError, match="does not read"):
                nodes.account(root, address)
