"""Which anchored endorsements count: signed by the party's own plain key then, in time, not overtaken."""

from dataclasses import replace

import pytest

from normledger.acts.act import Act, ActKind, Contract, Recorded, RecordedAct
from normledger.acts.anchors import Anchored, act_of, counting, leaf_of
from normledger.acts.signature import address_of, sign
from normledger.acts.typed_data import Domain
from normledger.documents import clause_tree
from normledger.documents.document import Endorsements, SignedEndorsement
from normledger.documents.document_reader import read_document
from normledger.identifiers import ZERO, Address, Hash, NormId, PartyId, keccak

NORM = NormId(keccak(b"norm"))
DOMAIN = Domain(20044, Address(keccak(b"contract")[:20]))
KEYS = {name: bytes(keccak(name.encode())) for name in "ABCX"}


def party(name: str) -> PartyId:
    return PartyId(keccak(name.encode()))


def account_at(who: PartyId, when: Recorded) -> Address | None:
    names = {party(name): name for name in "ABC"}
    return address_of(KEYS[names[who]]) if who in names else None


def leaf(name: str, number: int = 5, *, key: str = "", deadline: int = 0, norm: Hash = NORM) -> SignedEndorsement:
    private = KEYS[key or name]
    act = Act(
        Contract.NORM_REGISTRY, ActKind.ENDORSEMENT, norm, party(name), address_of(private), number, deadline=deadline
    )
    return leaf_of(act, sign(DOMAIN.digest(act), private))


def recorded(kind: ActKind, name: str, number: int, *, content: Hash = ZERO, block: int = 10) -> RecordedAct:
    act = Act(Contract.NORM_REGISTRY, kind, Hash(NORM), party(name), address_of(KEYS[name]), number, content=content)
    return RecordedAct(act, DOMAIN.digest(act), b"", Recorded(block, ZERO, block * 12, ZERO, 0))


def count(
    *leaves: SignedEndorsement, on_norm: tuple[RecordedAct, ...] = (), norm: NormId = NORM
) -> tuple[Anchored, ...]:
    document = Endorsements(norm, leaves)
    anchor = recorded(ActKind.ANCHOR, "C", 1, content=document.root)
    return counting([(anchor, document)], DOMAIN, account_at, (anchor, *on_norm))


def test_good_leaves_count_once_a_party() -> None:
    found = count(leaf("A"), leaf("B"), leaf("A", 6))
    assert [(one.act.party, one.act.number) for one in found] == sorted([(party("A"), 6), (party("B"), 5)])
    assert all(act_of(NORM, leaf_of(one.act, one.signature)) == one.act for one in found)


@pytest.mark.parametrize(
    "bad",
    [
        leaf("A", key="B"),
        leaf("X"),
        leaf("A", deadline=119),
        leaf("A", norm=keccak(b"another norm")),
        replace(leaf("A"), number=6),
        replace(leaf("A"), reason=keccak(b"a reason")),
        replace(leaf("A"), signature=bytes(64)),
        replace(leaf("A"), account=address_of(KEYS["B"])),
    ],
    ids=[
        "another's key",
        "nobody",
        "late",
        "for another norm",
        "other number",
        "other reason",
        "none",
        "other account",
    ],
)
def test_what_does_not_count(bad: SignedEndorsement) -> None:
    assert [one.act.party for one in count(bad, leaf("B"))] == [party("B")]


def test_in_time_counts() -> None:
    assert len(count(leaf("A", deadline=120))) == 1


@pytest.mark.parametrize(("number", "left"), [(4, 1), (5, 0), (6, 0)])
@pytest.mark.parametrize("kind", [ActKind.WITHDRAWAL, ActKind.OPPOSITION, ActKind.ENDORSEMENT])
def test_a_later_word_voids_it_and_promotion_ends_it(kind: ActKind, number: int, left: int) -> None:
    assert len(count(leaf("A", 5), on_norm=(recorded(kind, "A", number, block=11),))) == left


def test_leaves_that_are_not_the_root_s_count_nothing() -> None:
    document = Endorsements(NORM, (leaf("A"),))
    anchor = recorded(ActKind.ANCHOR, "C", 1, content=keccak(b"another root"))
    assert counting([(anchor, document)], DOMAIN, account_at, (anchor,)) == ()


def test_each_is_provable_under_the_root() -> None:
    document = Endorsements(NORM, tuple(leaf(name) for name in "ABC"))
    for position, hash_ in enumerate(document.leaf_hashes):
        path = clause_tree.proof(document.leaf_hashes, position)
        assert clause_tree.proves(document.root, 3, position, hash_, path)
    assert read_document(document.to_json()) == document
