"""Blocks by their hash, and what tells a reader that the rows up to a block are still the same."""

from normledger.identifiers import ZERO, Hash, keccak
from tests.ledger.conftest import Register


def test_a_block_is_known_by_its_hash_while_it_is_the_last_or_holds_acts(register: Register) -> None:
    work = register.workspace
    work.update()
    at = work.newest().at
    found = work.ledger.named(at.hash)
    assert found is not None
    assert (found.block, found.hash, found.time) == (at.block, at.hash, at.time)
    first = next(iter(work.newest().parties.values())).recorded
    known = work.ledger.named(first.block_hash)
    assert known is not None
    assert (known.block, known.time) == (first.block, first.time)
    assert work.ledger.at(known).at == known
    assert work.ledger.named(keccak(b"no block")) is None


def test_what_stands_at_a_block_changes_with_a_reorganisation_alone(register: Register) -> None:
    work = register.workspace
    work.update()
    before = work.newest().at.block
    stood = work.ledger.standing(before)
    back = register.keep()
    register.delegations.register("Late")
    assert work.ledger.standing(before) == stood
    assert work.ledger.standing(before + 1) not in (stood, None)
    assert work.ledger.standing(before + 1000) is None
    assert work.ledger.standing(0) == ZERO
    there = work.ledger.standing(before + 1)
    back()
    work.update()
    assert work.ledger.standing(before + 1) is None
    register.delegations.register("Other")
    assert work.ledger.standing(before) == stood
    assert isinstance(work.ledger.standing(before + 1), Hash)
    assert work.ledger.standing(before + 1) != there
