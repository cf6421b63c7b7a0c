"""The running commitment: linked here, it is the contracts' word, after every kind of act and in every contract."""

from normledger.acts.act import ActKind, Contract, list_of
from normledger.acts.commitment import NOTHING, link
from normledger.acts.release import REGISTER_SLOT, word_slot
from normledger.identifiers import Hash, Word, keccak
from tests.delegations import Delegations

REGISTER = Hash(REGISTER_SLOT.to_bytes(32, "big"))


def test_linking_all_acts_gives_the_word_that_the_chain_holds(delegations: Delegations) -> None:
    made = delegations
    work = made.workspace
    agreement = made.found(made.text("A", "B"))
    made.act(ActKind.RESERVATION, agreement, "A", clause=keccak(b"c"), text="Not that.")
    made.act(ActKind.ACCESSION, agreement, "C")
    norm = keccak(b"norm")
    made.act(ActKind.PUBLICATION, norm, "A")
    made.act(ActKind.ENDORSEMENT, norm, "B")
    list_ = list_of(made.parties["A"])
    made.act(ActKind.REPORTS, list_, "A", refers_to=keccak(b"root"))
    made.act(ActKind.WITHDRAWAL, list_, "A", refers_to=keccak(b"x"))
    view, lengths = work.view(), {}
    for contract, subject in ((Contract.AGREEMENT_LEDGER, agreement), (Contract.NORM_REGISTRY, norm),
                              (Contract.PARTY_REGISTRY, list_)):  # fmt: skip
        word: Word = NOTHING
        acts = view.acts_on(contract, subject)
        for act in acts:
            at = act.recorded
            word = link(word, act.act.kind, act.digest, act.act.party, act.signer, at.block, at.time)
        assert (
            work.node.storage(work.release.address(contract), word_slot(subject))
            == word
            == view.words[contract, subject]
        )
        lengths[contract] = len(acts)
    assert lengths == {Contract.AGREEMENT_LEDGER: 4, Contract.NORM_REGISTRY: 2, Contract.PARTY_REGISTRY: 2}
    for contract in Contract:
        assert work.node.storage(work.release.address(contract), REGISTER) == view.words[contract, Hash(bytes(32))]


def test_every_part_of_a_link_is_in_the_word() -> None:
    parts = (NOTHING, ActKind.ACCESSION, keccak(b"d"), keccak(b"p"), b"\1" * 20, 7, 9)
    others = (keccak(b"w"), ActKind.WITHDRAWAL, keccak(b"e"), keccak(b"q"), b"\2" * 20, 8, 10)
    words = {link(*parts)}  # type: ignore[arg-type]
    for at in range(7):
        words.add(
            link(
                *(other if at == place else part for place, (part, other) in enumerate(zip(parts, others, strict=True)))
            )
        )  # type: ignore[arg-type]
    assert len(words) == 8
