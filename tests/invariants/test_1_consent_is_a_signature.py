"""Invariant 1: consent is a signature. What a party did not sign as it stands changes nothing, whoever carries it."""

import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from normledger.acts.act import Act, ActKind, Claim, Contract, list_of
from normledger.acts.commitment import link
from normledger.acts.release import word_slot
from normledger.acts.signature import ORDER, address_of, sign
from normledger.acts.typed_data import Domain, to_json
from normledger.chain import calls
from normledger.chain.embedded import EmbeddedProvider
from normledger.chain.node import Log, Node, Reverted
from normledger.documents.document import Agreement
from normledger.errors import IntegrityError, NormLedgerError
from normledger.identifiers import ZERO, Address, Digest, Hash, Identifier, PartyId, Word, keccak
from normledger.ledger.index import Index, open_index
from normledger.ledger.queries import View, terms_of
from normledger.relay.preparation import contract_at
from tests.delegations import Delegations

LEDGER, NORMS, REGISTRY = Contract.AGREEMENT_LEDGER, Contract.NORM_REGISTRY, Contract.PARTY_REGISTRY
OTHER_KEY = keccak(b"a key that no party has")


class Scene:
    """A and B founded an open agreement, C may join; a norm is published. `held` is all that anybody stands for."""

    def __init__(self, made: Delegations) -> None:
        self.made, self.work = made, made.workspace
        self.text = made.text("A", "B", texts=("Parties shall help.", "Parties shall report."))
        self.agreement = made.found(self.text)
        self.other = made.found(made.text("A", "B", title="Another"))
        self.norm = keccak(b"norm")
        made.act(ActKind.PUBLICATION, self.norm, "A")
        self.terms = terms_of(self.text)

    def party(self, name: str) -> PartyId:
        return self.made.parties[name]

    def act(self, kind: ActKind, subject: Hash, name: str, number: int, **values: Any) -> Act:
        account = address_of(self.made.keys[name])
        contract = values.pop("contract") if "contract" in values else self.contract_of(kind, subject)
        return Act(contract, kind, subject, self.party(name), account, number, **values)

    def contract_of(self, kind: ActKind, subject: Hash) -> Contract:
        return contract_at(self.work.newest(), kind, subject)

    def sign(self, act: Act, name: str, contract: Contract) -> bytes:
        return sign(self.made.domain(contract).digest(act), self.made.keys[name])

    def send(self, call: calls.Call) -> None:
        """Past every check of ours, straight to the contract, as anybody may."""
        self.work.sender.send(self.work.release.address(call.contract), call.data)

    def carried(self, act: Act, signature: bytes) -> calls.Call:
        """The call that would record this act on the subject that it names now."""
        if act.subject == self.norm:
            return calls.take_stances(act.subject, [calls.Signed(act, signature)])
        if act.subject == list_of(act.party):
            return calls.state(act.party, [calls.Signed(act, signature)])
        terms = self.terms if act.subject == self.agreement else terms_of(self.text_of(act.subject))
        return calls.act(terms, [calls.Signed(act, signature)])

    def text_of(self, agreement: Hash) -> Agreement:
        document = self.work.view().agreement(str(agreement)).document
        assert document
        return document

    def held(self) -> tuple[Any, ...]:
        """Words of all subjects, who is bound to what, and who stands where."""
        self.work.update()
        view = self.work.view()
        bound = [standing(view, agreement) for agreement in (self.agreement, self.other)]
        return (view.words, bound, view.norm(str(self.norm)).stances)


def standing(view: View, agreement: Hash) -> dict[PartyId, frozenset[bytes]]:
    status = view.agreement(str(agreement)).status
    assert status
    return {one.party: frozenset(map(bytes, one.clauses)) for one in status.bound}


@pytest.fixture
def scene(delegations: Delegations) -> Scene:
    return Scene(delegations)


# --- altered, by another, elsewhere


def alterations(scene: Scene, act: Act) -> Iterator[tuple[str, Act]]:
    """Every field of an act changed, one at a time, each to something that the contract would else take."""
    other = ActKind.OPPOSITION if act.kind is ActKind.ENDORSEMENT else ActKind.DECLARATION
    yield "kind", replace(act, kind=ActKind.REPORTS if act.kind is ActKind.ALIGNMENTS else other)
    if act.contract is not NORMS:
        yield "clause", replace(act, clause=keccak(b"another clause"))
        yield "refers_to", replace(act, refers_to=keccak(b"another act"))
    yield "content", replace(act, content=keccak(b"another text"))
    yield "number", replace(act, number=act.number + 1)
    yield "deadline", replace(act, deadline=act.deadline + 1)
    yield "deadline, none", replace(act, deadline=0)
    if act.subject != list_of(act.party):
        yield "party", replace(act, party=scene.party("B"), account=address_of(scene.made.keys["B"]))
    if act.subject == scene.agreement:
        yield "subject", replace(act, subject=scene.other)


KINDS = [
    ActKind.RESERVATION, ActKind.WITHDRAWAL, ActKind.ACCESSION, ActKind.TERMINATION, ActKind.ENDORSEMENT,
    ActKind.ALIGNMENTS,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.lower())
def test_an_act_that_was_altered_counts_nowhere(scene: Scene, kind: ActKind) -> None:
    """Neither the outbox nor the contract takes it; the very act as signed is then taken by both."""
    elsewhere = {ActKind.ENDORSEMENT: (scene.norm, NORMS), ActKind.ALIGNMENTS: (list_of(scene.party("A")), REGISTRY)}
    subject, contract = elsewhere.get(kind, (scene.agreement, LEDGER))
    clause = {} if contract is NORMS else {"clause": scene.text.clause_ids[0]}
    act = scene.act(kind, subject, "A", 5, **clause, content=keccak(b"text"), deadline=2**40)
    signature, before = scene.sign(act, "A", contract), scene.held()
    domain = scene.made.domain(contract)
    for field, altered in alterations(scene, act):
        with pytest.raises(NormLedgerError) as submitted:
            scene.work.submit(to_json(domain, altered), "0x" + signature.hex())
        assert submitted.value.slug in ("bad-signature", "refused"), field
        with pytest.raises(Reverted) as sent:
            scene.send(scene.carried(altered, signature))
        assert calls.refusal(sent.value).reason == "WrongSigner", field
    assert scene.work.outbox.pending() == []
    assert scene.held() == before
    scene.send(scene.carried(act, signature))
    assert scene.held() != before


def test_nobody_signs_for_another(scene: Scene) -> None:
    """B's key, a key of nobody, and the relayer's own: none of them speaks for A."""
    before = scene.held()
    act = scene.act(ActKind.WITHDRAWAL, scene.agreement, "A", 5)
    digest = scene.made.domain(LEDGER).digest(act)
    for key in (scene.made.keys["B"], bytes(OTHER_KEY), scene.work.private_key("relayer")):
        for named in (act, replace(act, account=address_of(key))):
            signature = sign(scene.made.domain(LEDGER).digest(named), key)
            with pytest.raises(NormLedgerError, match=r"account|key"):
                scene.work.submit(to_json(scene.made.domain(LEDGER), named), "0x" + signature.hex())
            with pytest.raises(Reverted) as sent:
                scene.send(calls.act(scene.terms, [calls.Signed(named, signature)]))
            assert calls.refusal(sent.value).reason == "WrongSigner"
    for signature in (b"", bytes(65), bytes(64) + b"\x1b", sign(digest, scene.made.keys["A"])[:63]):
        with pytest.raises(Reverted):
            scene.send(calls.act(scene.terms, [calls.Signed(act, signature)]))
    assert scene.held() == before


def test_the_second_form_of_a_signature_is_none(scene: Scene) -> None:
    """(r, n - s) recovers to the same account: taken, it would give one act two lives."""
    before = scene.held()
    act = scene.act(ActKind.WITHDRAWAL, scene.agreement, "A", 5)
    made = scene.sign(act, "A", LEDGER)
    other = made[:32] + (ORDER - int.from_bytes(made[32:64], "big")).to_bytes(32, "big") + bytes([55 - made[64]])
    with pytest.raises(NormLedgerError, match="high s"):
        scene.work.submit(to_json(scene.made.domain(LEDGER), act), "0x" + other.hex())
    with pytest.raises(Reverted):
        scene.send(calls.act(scene.terms, [calls.Signed(act, other)]))
    assert scene.held() == before


def test_a_signature_for_another_chain_or_contract_is_none_here(scene: Scene) -> None:
    before = scene.held()
    here = scene.made.domain(LEDGER)
    domains = [
        Domain(here.chain_id + 1, here.contract), Domain(1, here.contract), scene.made.domain(NORMS),
        scene.made.domain(REGISTRY), Domain(here.chain_id, Address(keccak(b"another release")[:20])),
    ]  # fmt: skip
    act = scene.act(ActKind.WITHDRAWAL, scene.agreement, "A", 5)
    for domain in domains:
        signature = sign(domain.digest(act), scene.made.keys["A"])
        for told in (domain, here):  # told as it was signed, and told as if for here
            with pytest.raises(NormLedgerError) as submitted:
                scene.work.submit(to_json(told, act), "0x" + signature.hex())
            assert submitted.value.slug in ("bad-signature", "bad-input")
        with pytest.raises(Reverted) as sent:
            scene.send(calls.act(scene.terms, [calls.Signed(act, signature)]))
        assert calls.refusal(sent.value).reason == "WrongSigner"
    assert scene.held() == before


def test_a_signature_of_one_kind_of_subject_is_none_for_another(scene: Scene) -> None:
    """A withdrawal has one name in all three contracts: its type, domain and subject keep it where it belongs."""
    for subject, contract in ((scene.norm, NORMS), (scene.agreement, LEDGER), (list_of(scene.party("A")), REGISTRY)):
        act = scene.act(ActKind.WITHDRAWAL, subject, "A", 5, contract=contract)
        signature, before = scene.sign(act, "A", contract), scene.held()
        for elsewhere in {scene.norm, scene.agreement, scene.other, list_of(scene.party("A"))} - {subject}:
            with pytest.raises(Reverted) as sent:
                scene.send(scene.carried(replace(act, subject=elsewhere), signature))
            assert calls.refusal(sent.value).reason == "WrongSigner"
        assert scene.held() == before


def test_a_founding_signature_is_for_that_agreement_alone(scene: Scene) -> None:
    """Other text, other clauses, other parties, another admission, another kind: none of them was signed."""
    made = scene.made
    true = terms_of(made.text("A", "B", title="To be signed"))
    founding = {
        name: scene.act(ActKind.SIGNATURE, true.id, name, 0, content=true.document, deadline=2**40) for name in "AB"
    }
    signed = [calls.Signed(act, scene.sign(act, name, LEDGER)) for name, act in founding.items()]
    before = scene.held()
    others = [
        replace(true, document=keccak(b"another text")), replace(true, clauses=keccak(b"other clauses")),
        replace(true, admission=(true.admission + 1) % 3),
        replace(true, parties=tuple(sorted((*true.parties, scene.party("C"))))),
    ]  # fmt: skip
    for terms in others:
        with pytest.raises(Reverted) as sent:
            scene.send(calls.sign(terms, signed))
        assert calls.refusal(sent.value).reason == "WrongSigner"
    for changes in ({"kind": ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION}, {"deadline": 0}):
        altered = [calls.Signed(replace(one.act, **changes), one.signature) for one in signed]  # type: ignore[arg-type]
        with pytest.raises(Reverted) as sent:
            scene.send(calls.sign(true, altered))
        assert calls.refusal(sent.value).reason == "WrongSigner"
    swapped = [calls.Signed(signed[0].act, signed[1].signature), calls.Signed(signed[1].act, signed[0].signature)]
    with pytest.raises(Reverted):
        scene.send(calls.sign(true, swapped))
    assert scene.held() == before
    scene.send(calls.sign(true, signed))
    assert scene.held() != before


def test_a_claim_is_signed_by_the_account_that_it_names(scene: Scene) -> None:
    made = scene.made
    prepared = made.claim("D", deadline=2**40)
    claim, before = prepared.statement, scene.held()
    assert isinstance(claim, Claim)
    signature = sign(prepared.digest, made.keys["D"])
    altered = [
        replace(claim, identifier=Identifier("state:FRA")), replace(claim, kind=1), replace(claim, deadline=0),
        replace(claim, profile=keccak(b"another profile")), replace(claim, account=address_of(made.keys["A"])),
    ]  # fmt: skip
    for other in altered:
        with pytest.raises(NormLedgerError):
            scene.work.submit(to_json(made.domain(REGISTRY), other), "0x" + signature.hex())
        with pytest.raises(Reverted) as sent:
            scene.send(calls.claim(other, signature))
        assert calls.refusal(sent.value).reason == "WrongSigner"
    assert scene.held() == before


# --- once


def test_no_act_counts_twice(scene: Scene) -> None:
    """The same bytes again, alone, doubled in one batch, or in another's transaction: one effect."""
    terms = terms_of(scene.made.text("A", "B", title="To be signed"))
    founding = [scene.act(ActKind.SIGNATURE, terms.id, name, 0, content=terms.document) for name in "AB"]
    signatures = [calls.Signed(act, scene.sign(act, name, LEDGER)) for name, act in zip("AB", founding, strict=True)]
    opening = calls.sign(terms, signatures)
    scene.send(opening)
    claim = scene.made.claim("D")
    assert isinstance(claim.statement, Claim)
    claiming = calls.claim(claim.statement, sign(claim.digest, scene.made.keys["D"]))
    scene.send(claiming)
    acts = [
        (scene.act(ActKind.WITHDRAWAL, scene.agreement, "A", 5), LEDGER),
        (scene.act(ActKind.ENDORSEMENT, scene.norm, "A", 5), NORMS),
        (scene.act(ActKind.REPORTS, list_of(scene.party("A")), "A", 5, refers_to=keccak(b"root")), REGISTRY),
    ]
    signed = [(act, scene.sign(act, "A", contract)) for act, contract in acts]
    for act, signature in signed:
        scene.send(scene.carried(act, signature))
    before = scene.held()
    for call, reason in ((opening, "AlreadyFounded"), (claiming, "AlreadyClaimed"),
                         *((scene.carried(*one), "NumberUsed") for one in signed)):  # fmt: skip
        with pytest.raises(Reverted) as sent:
            scene.send(call)
        assert calls.refusal(sent.value).reason == reason
    fresh = scene.act(ActKind.DECLARATION, scene.agreement, "B", 9)
    both = calls.Signed(fresh, scene.sign(fresh, "B", LEDGER))
    with pytest.raises(Reverted):
        scene.send(calls.act(scene.terms, [both, both]))
    assert scene.held() == before
    # Through the outbox the same bytes find what they did before.
    for (act, signature), (_, contract) in zip(signed, acts, strict=True):
        scene.work.submit(to_json(scene.made.domain(contract), act), "0x" + signature.hex())
    scene.work.carry()
    assert scene.held() == before


def test_after_its_deadline_an_act_is_nothing(scene: Scene) -> None:
    before = scene.held()
    act = scene.act(ActKind.WITHDRAWAL, scene.agreement, "A", 5, deadline=scene.work.view().at.time - 1)
    signature = scene.sign(act, "A", LEDGER)
    with pytest.raises(Reverted) as sent:
        scene.send(calls.act(scene.terms, [calls.Signed(act, signature)]))
    assert calls.refusal(sent.value).reason == "Expired"
    with pytest.raises(NormLedgerError, match="deadline"):
        scene.work.submit(to_json(scene.made.domain(LEDGER), act), "0x" + signature.hex())
    assert scene.held() == before


def test_a_bad_act_takes_its_whole_batch_with_it_and_leaves_nothing_half_done(scene: Scene) -> None:
    before = scene.held()
    good = scene.act(ActKind.DECLARATION, scene.agreement, "B", 5)
    bad = scene.act(ActKind.WITHDRAWAL, scene.agreement, "A", 5)
    with pytest.raises(Reverted):
        scene.send(calls.act(scene.terms, [calls.Signed(one, scene.sign(one, "B", LEDGER)) for one in (good, bad)]))
    assert scene.held() == before


# --- a node that invents an act and bends the chain's words to fit


class Inventor(Node):
    """Tells one more act, which nobody signed, and the word that the chain would hold if it were there."""

    def __init__(self, honest: Node, alter: Callable[[Log], Log]) -> None:
        super().__init__(honest._provider, "an inventor")
        self._alter = alter
        self.words: dict[tuple[Address, Hash, int | None], Word] = {}

    def logs(self, addresses: Any, first: int, last: int) -> list[Log]:
        told = super().logs(addresses, first, last)
        return [*told, self._alter(told[-1])] if told else told

    def storage(self, address: Address, slot: Hash, block: int | None = None) -> Hash:
        return self.words.get((address, slot, block)) or super().storage(address, slot, block)


def test_an_index_believes_no_act_without_its_signature_whatever_the_node_says(scene: Scene) -> None:
    scene.made.act(ActKind.DECLARATION, scene.agreement, "B")
    work, before = scene.work, scene.held()
    kind = int(ActKind.DECLARATION).to_bytes(16, "big")

    def invented(log: Log) -> Log:
        assert log.data.count(kind) == 1, "the stamp of the only act in the call"
        data = log.data.replace(kind, int(ActKind.WITHDRAWAL).to_bytes(16, "big"))
        return replace(log, data=data, index=log.index + 1)

    node, head = Inventor(work.node, invented), work.node.head()
    held = next(act for act in work.view().acts_on(LEDGER, scene.agreement) if act.recorded.block == head.number)
    act = replace(held.act, kind=ActKind.WITHDRAWAL)
    digest = scene.made.domain(LEDGER).digest(act)
    word = work.view().words[LEDGER, scene.agreement]
    forged = link(word, act.kind, digest, act.party, act.account, head.number, head.time)
    node.words[work.release.address(LEDGER), word_slot(scene.agreement), head.number] = forged
    engine = open_index(f"sqlite:///{work.folder / 'believer.db'}")
    with pytest.raises(IntegrityError, match="the signature of act 0 is not that of account"):
        Index(engine, node, work.release, work.configuration.first_block).update()
    engine.dispose()
    assert scene.held() == before


# --- in whatever order

ON_A_CHAIN = settings(deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
"""No shrinking: on real contracts it takes minutes, and an order of a dozen acts can be read as it is."""


def signed_acts(scene: Scene) -> list[calls.Signed]:
    """What A, B and C sign on one agreement: each party's own numbers differ, nothing waits for anything."""
    first, second = scene.text.clause_ids

    def domain_digest(act: Act) -> Digest:
        return scene.made.domain(LEDGER).digest(act)

    agreement = scene.agreement
    reserved = scene.act(ActKind.RESERVATION, agreement, "A", 1, clause=first)
    joined = scene.act(ActKind.ACCESSION, agreement, "C", 1)
    again = scene.act(ActKind.RESERVATION, agreement, "C", 5, clause=first)
    acts = [
        reserved,
        scene.act(ActKind.RESERVATION, agreement, "A", 2, clause=second),
        scene.act(ActKind.WITHDRAWAL, agreement, "A", 3, refers_to=domain_digest(reserved)),
        scene.act(ActKind.OBJECTION, agreement, "B", 1, refers_to=domain_digest(reserved)),
        scene.act(ActKind.WITHDRAWAL, agreement, "B", 2),
        joined,
        scene.act(ActKind.WITHDRAWAL, agreement, "C", 2, refers_to=domain_digest(joined)),
        scene.act(ActKind.WITHDRAWAL, agreement, "C", 3),
        scene.act(ActKind.ACCESSION, agreement, "C", 4),
        again,
        scene.act(ActKind.WITHDRAWAL, agreement, "C", 6, refers_to=domain_digest(again)),
        scene.act(ActKind.RESERVATION, agreement, "C", 7, clause=second),
    ]
    names = {id_: name for name, id_ in scene.made.parties.items()}
    return [calls.Signed(act, scene.sign(act, names[act.party], LEDGER)) for act in acts]


def test_every_order_of_arrival_leaves_everybody_standing_for_the_same(scene: Scene) -> None:
    """Batches of any size in any order, on the real contracts: in the end the same parties, the same clauses."""
    acts, work = signed_acts(scene), scene.work
    first, second = map(bytes, scene.text.clause_ids)
    expected = {scene.party("A"): {first}, scene.party("C"): {first}}
    provider, start = work.node._provider, work.node.head().number
    assert isinstance(provider, EmbeddedProvider)
    seen = []

    @settings(ON_A_CHAIN, max_examples=14)
    @given(order=st.permutations(range(len(acts))), cuts=st.sets(st.integers(1, len(acts) - 1), max_size=6))
    def arrive(order: list[int], cuts: set[int]) -> None:
        provider.rewind(start)
        ends = [0, *sorted(cuts), len(acts)]
        for low, high in itertools.pairwise(ends):
            scene.send(calls.act(scene.terms, [acts[at] for at in order[low:high]]))
        work.update()
        view = work.view()
        assert len(view.acts_on(LEDGER, scene.agreement)) == 2 + len(acts), "none blocks another"
        assert standing(view, scene.agreement) == expected
        status = view.agreement(str(scene.agreement)).status
        assert status
        assert [(one.party, bytes(one.clause)) for one in status.reservations] == sorted(
            (scene.party(name), second) for name in "AC"
        )
        assert status.withdrawn == (scene.party("B"),)
        seen.append(view.words[LEDGER, scene.agreement])

    arrive()
    assert len(set(seen)) > 6, "the words told the orders apart"


def test_every_order_of_arrival_leaves_the_same_stance(scene: Scene) -> None:
    kinds = [ActKind.ENDORSEMENT, ActKind.OPPOSITION, ActKind.WITHDRAWAL, ActKind.ENDORSEMENT, ActKind.OPPOSITION]
    acts = [scene.act(kind, scene.norm, name, number) for name in "BC" for number, kind in enumerate(kinds, start=1)]
    acts.append(scene.act(ActKind.WITHDRAWAL, scene.norm, "C", 6))
    acts.append(scene.act(ActKind.CANCELLATION, scene.norm, "C", 7))
    names = {id_: name for name, id_ in scene.made.parties.items()}
    signed = [calls.Signed(act, scene.sign(act, names[act.party], NORMS)) for act in acts]
    provider, start = scene.work.node._provider, scene.work.node.head().number
    assert isinstance(provider, EmbeddedProvider)

    @settings(ON_A_CHAIN, max_examples=8)
    @given(order=st.permutations(range(len(acts))), cut=st.integers(1, len(acts) - 1))
    def arrive(order: list[int], cut: int) -> None:
        provider.rewind(start)
        for part in (order[:cut], order[cut:]):
            scene.send(calls.take_stances(scene.norm, [signed[at] for at in part]))
        scene.work.update()
        found = {one.party: one.kind for one in scene.work.view().norm(str(scene.norm)).stances}
        assert found == {scene.party("B"): ActKind.OPPOSITION}

    arrive()


def test_of_two_acts_with_one_number_the_first_recorded_stands(scene: Scene) -> None:
    joins = scene.act(ActKind.ACCESSION, scene.agreement, "C", 4)
    other = scene.act(ActKind.DECLARATION, scene.agreement, "C", 4)
    provider, start = scene.work.node._provider, scene.work.node.head().number
    for first, second in ((joins, other), (other, joins)):
        provider.rewind(start)  # type: ignore[attr-defined]
        scene.send(calls.act(scene.terms, [calls.Signed(first, scene.sign(first, "C", LEDGER))]))
        with pytest.raises(Reverted):
            scene.send(calls.act(scene.terms, [calls.Signed(second, scene.sign(second, "C", LEDGER))]))
        scene.work.update()
        bound = scene.party("C") in standing(scene.work.view(), scene.agreement)
        assert bound == (first is joins)


def test_typed_data_with_a_hidden_field_is_refused(scene: Scene) -> None:
    """What a page shows beside what is signed must not be taken along."""
    act = scene.act(ActKind.WITHDRAWAL, scene.agreement, "A", 5)
    shown = to_json(scene.made.domain(LEDGER), act)
    signature = "0x" + scene.sign(act, "A", LEDGER).hex()
    for field in ("note", "party2", "Party"):
        other = copy.deepcopy(shown)
        other["message"][field] = str(ZERO)
        with pytest.raises(NormLedgerError):
            scene.work.submit(other, signature)
    assert scene.work.outbox.pending() == []
