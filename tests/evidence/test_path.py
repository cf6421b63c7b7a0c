"""The way from a report to its batch's root, against the tree's own proofs."""

from hypothesis import given
from hypothesis import strategies as st

from normledger.documents import clause_tree
from normledger.evidence.claims import _led, path_to
from normledger.identifiers import Hash, keccak


@given(st.integers(1, 70), st.data())
def test_it_leads_to_the_root_by_the_tree_s_own_siblings(size: int, data: st.DataObject) -> None:
    leaves = [keccak(bytes([number])) for number in range(size)]
    position = data.draw(st.integers(0, size - 1))
    path = path_to(leaves, position)
    assert [Hash.parse(*step.values()) for step in path] == list(clause_tree.proof(leaves, position))
    assert _led(leaves[position], path) == clause_tree.root(leaves)
    other = data.draw(st.integers(0, size - 1))
    assert (_led(leaves[other], path) == clause_tree.root(leaves)) is (other == position)
