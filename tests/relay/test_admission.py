"""What the chain would refuse is refused before: one case a sentence, and nothing is kept."""

import re
import time
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from normledger.acts.act import Act, ActKind, Claim, Contract, list_of
from normledger.acts.signature import sign
from normledger.acts.typed_data import Domain, to_json
from normledger.chain import calls
from normledger.chain.node import Reverted
from normledger.documents.document import Agreement, Statement
from normledger.errors import InputError, NormLedgerError, NotFound, Refused, SignatureError
from normledger.identifiers import AgreementId, Hash, PartyId, keccak
from normledger.ledger.queries import terms_of
from normledger.relay.preparation import contract_at
from tests.databases import Databases, copied, on_files
from tests.delegations import Delegations, copy_of

Given = tuple[Act | Claim, str, Contract]
"""A statement, whose key signs it, and the contract that it is signed for."""

LEDGER, PARTIES, NORMS = Contract.AGREEMENT_LEDGER, Contract.PARTY_REGISTRY, Contract.NORM_REGISTRY


class Scene:
    """A and B have signed an agreement that is closed to C; another is by invitation; D is not registered."""

    def __init__(self, made: Delegations) -> None:
        self.made = made
        self.closed = made.text("A", "B", title="Closed", admission="closed")
        self.invited = made.text("A", "B", title="By invitation", admission="invitation")
        self.unsigned = made.text("A", "B", title="Unsigned")
        for text in (self.closed, self.invited):
            made.found(text)
        made.act(ActKind.PUBLICATION, keccak(b"norm"), "A")
        made.act(ActKind.DECLARATION, terms_of(self.closed).id, "A")
        made.claim("D")

    def act(self, kind: ActKind, text: Agreement | Hash, name: str, number: int = 9, **values: Any) -> Act:
        subject = terms_of(text).id if isinstance(text, Agreement) else text
        account = next(one for key, one in self.made.workspace.keys().items() if key == name)
        view = self.made.workspace.newest()
        contract = values.pop("contract") if "contract" in values else contract_at(view, kind, Hash(subject))
        return Act(contract, kind, Hash(subject), self.made.parties[name], account, number, **values)


S = ActKind.SIGNATURE
CASES: dict[str, tuple[Callable[[Scene], Given], type[NormLedgerError], str]] = {
    "by another's key": (
        lambda s: (s.act(ActKind.DECLARATION, s.closed, "A"), "B", LEDGER),
        SignatureError, r"^The signature is by account 0x\w{40}, but the act names account 0x\w{40}; sign with that",
    ),
    "for another contract": (
        lambda s: (s.act(ActKind.DECLARATION, s.closed, "A"), "A", NORMS),
        InputError, r"^field typed_data.domain.verifyingContract: the NormRegistry records no declaration; take",
    ),
    "through another account": (
        lambda s: (replace(s.act(ActKind.DECLARATION, s.closed, "A"), account=s.act(S, s.closed, "B").account), "B",
                   LEDGER),
        SignatureError,
        r"^A acts through account 0x\w+, but the act names 0x\w+, which has no full powers for a declaration on this "
        r"subject; sign with the party's own key, or let it empower that account\.$",
    ),
    "of an unregistered party": (
        lambda s: (s.act(ActKind.DECLARATION, s.closed, "D"), "D", LEDGER),
        NotFound, r"^There is no party '0x\w{64}' here; let it register first: prepare a claim, sign it and submit it$",
    ),
    "with a used number": (
        lambda s: (s.act(ActKind.OBJECTION, s.closed, "A", 1), "A", LEDGER),
        Refused, r"^A has used number 1 on this subject already; sign again with 2\.$",
    ),
    "with a number beyond time": (
        lambda s: (s.act(ActKind.DECLARATION, s.closed, "A", int(time.time()) + 1000), "A", LEDGER),
        Refused, r"^Number \d+ lies beyond the present time; sign with a lower one\.$",
    ),
    "with number 0": (
        lambda s: (s.act(ActKind.DECLARATION, s.closed, "A", 0), "A", LEDGER),
        Refused, r"^Number 0 is for founding signatures; sign with a number from 1\.$",
    ),
    "founding without a text": (
        lambda s: (s.act(S, s.unsigned, "A", 0, content=keccak(b"?")), "A", LEDGER),
        NotFound, r"^There is no agreement text '0x\w{64}' here; send the agreement's document along in texts,",
    ),
    "founding under another text": (
        lambda s: (s.act(S, s.unsigned, "A", 0, content=s.closed.hash), "A", LEDGER),
        Refused, r"^The signature is for agreement 0x\w+, but its text 0x\w+ is agreement 0x\w+; sign the one prepared",
    ),
    "founding what names others": (
        lambda s: (s.act(S, s.unsigned, "C", 0, content=s.unsigned.hash), "C", LEDGER),
        Refused, r"^“Unsigned” does not name C among its founders\.$",
    ),
    "founding once more": (
        lambda s: (s.act(S, s.closed, "A", 0, content=s.closed.hash, deadline=2**40), "A", LEDGER),
        Refused, r"^A has signed “Closed” already; once is enough\.$",
    ),
    "on what is closed to it": (
        lambda s: (s.act(ActKind.ACCESSION, s.closed, "C"), "C", LEDGER),
        Refused, r"^“Closed” is closed to C: it is not one of its founders and can't join\.$",
    ),
    "on what it was not invited to": (
        lambda s: (s.act(ActKind.ACCESSION, s.invited, "C"), "C", LEDGER),
        Refused, r"^“By invitation” is closed to C: it is not one of its founders and was not invited\.$",
    ),
    "on an unknown agreement": (
        lambda s: (s.act(ActKind.DECLARATION, keccak(b"?"), "A"), "A", LEDGER),
        NotFound, r"^There is no agreement '0x\w{64}' here; record its founding signatures first$",
    ),
    "on an unknown norm": (
        lambda s: (s.act(ActKind.ENDORSEMENT, keccak(b"?"), "A"), "A", NORMS),
        NotFound, r"^There is no norm '0x\w{64}' here; publish it first$",
    ),
    "publishing once more": (
        lambda s: (s.act(ActKind.PUBLICATION, keccak(b"norm"), "B"), "B", NORMS),
        Refused, r"^Norm 0x\w{64} is published already; endorse it instead\.$",
    ),
    "on another's list": (
        lambda s: (s.act(ActKind.REPORTS, list_of(s.made.parties["B"]), "A"), "A", PARTIES),
        Refused, r"^A states such things on its own list, 0x\w{64}, only\.$",
    ),
    "withdrawing from nothing": (
        lambda s: (s.act(ActKind.WITHDRAWAL, keccak(b"?"), "A", contract=LEDGER), "A", LEDGER),
        Refused, r"^Nothing is recorded on 0x\w{64}, so there is nothing to withdraw from it\.$",
    ),
    "after its deadline": (
        lambda s: (s.act(ActKind.DECLARATION, s.closed, "A", deadline=1), "A", LEDGER),
        Refused, r"^The deadline that the signer set has passed; sign again with a later one\.$",
    ),
    "claiming an unknown kind": (
        lambda s: (replace(s.made.claim("E").statement, kind=8), "E", PARTIES),  # type: ignore[arg-type]
        InputError, r"^field typed_data.message.kind: kind 8 is unknown; it counts from 1 to 7$",
    ),
    "claiming from another contract": (
        lambda s: (s.made.claim("E").statement, "E", LEDGER),
        SignatureError, r"^A claim is signed for the PartyRegistry of this release; sign the one prepared here\.$",
    ),
    "claiming what it is already": (
        lambda s: (replace(s.made.claim("E", identifier="name:A").statement, account=s.act(S, s.closed, "A").account),
                   "A", PARTIES),  # type: ignore[arg-type]
        Refused, r"^Party 0x\w{64} is registered already; use it\.$",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def set_up(registered: tuple[Path, Delegations], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Scene]:
    """The scene, made once. Never written to: copy its folder."""
    folder = tmp_path_factory.mktemp("scene") / ".normledger"
    with on_files(), copy_of(registered[0], folder) as work:
        made = registered[1]
        return folder, Scene(Delegations(work, dict(made.parties), dict(made.keys)))


@pytest.fixture
def scene(databases: Databases, set_up: tuple[Path, Scene], tmp_path: Path) -> Iterator[Scene]:
    folder, made = set_up
    with copied(folder, tmp_path / ".normledger", databases) as work:
        scene = copy(made)
        scene.made = Delegations(work, dict(made.made.parties), dict(made.made.keys))
        yield scene


@pytest.mark.parametrize("case", CASES)
def test_an_act_is_refused(scene: Scene, case: str) -> None:
    given, error, pattern = CASES[case]
    statement, name, contract = given(scene)
    work, domain = scene.made.workspace, scene.made.domain(contract)
    before = (list(work.store.names()), work.outbox.pending(), work.node.head())
    signature = "0x" + sign(domain.digest(statement), scene.made.keys[name]).hex()
    with pytest.raises(error) as refused:
        work.submit(to_json(domain, statement), signature, [Statement("never kept").to_json()])
    assert type(refused.value) is error
    assert re.search(pattern, str(refused.value)), str(refused.value)
    assert (list(work.store.names()), work.outbox.pending(), work.node.head()) == before


REVERTS = {
    "through another account": "WrongSigner", "of an unregistered party": "ClosedTo",
    "with a used number": "NumberUsed", "with a number beyond time": "NumberBeyondTime",
    "with number 0": "NumberForFoundersOnly", "on what is closed to it": "ClosedTo",
    "on what it was not invited to": "NotInvited", "after its deadline": "Expired", "by another's key": "WrongSigner",
}  # fmt: skip


@pytest.mark.parametrize("case", REVERTS)
def test_the_contract_refuses_the_same(scene: Scene, case: str) -> None:
    """Sent past the admission by whoever likes: the contract says no, and its reason is a sentence too."""
    statement, name, contract = CASES[case][0](scene)
    assert isinstance(statement, Act)
    work, domain = scene.made.workspace, scene.made.domain(contract)
    text = scene.invited if "invited" in case else scene.closed
    call = calls.act(terms_of(text), [calls.Signed(statement, sign(domain.digest(statement), scene.made.keys[name]))])
    with pytest.raises(Reverted) as reverted:
        work.sender.send(work.release.address(call.contract), call.data)
    told = calls.refusal(reverted.value)
    assert told.reason == REVERTS[case]
    assert str(told).endswith(".")
    assert "{" not in str(told)
    assert calls.party_named(reverted.value) == statement.party


def test_for_another_chain(scene: Scene) -> None:
    act = scene.act(ActKind.DECLARATION, scene.closed, "A")
    domain = Domain(1, scene.made.workspace.release.address(LEDGER))
    signature = "0x" + sign(domain.digest(act), scene.made.keys["A"]).hex()
    with pytest.raises(SignatureError, match="signed for chain 1, this register is on chain 20044"):
        scene.made.workspace.submit(to_json(domain, act), signature)
    replayed = to_json(scene.made.domain(LEDGER), act)
    with pytest.raises(SignatureError, match="is by account"):
        scene.made.workspace.submit(replayed, signature)


@pytest.mark.parametrize("signature", ["", "0x", "0xzz", "hello", "0x" + "11" * 64, "0x" + "00" * 65, None, 5])
def test_what_is_no_signature(scene: Scene, signature: Any) -> None:
    act = scene.act(ActKind.DECLARATION, scene.closed, "A")
    with pytest.raises(SignatureError):
        scene.made.workspace.submit(to_json(scene.made.domain(LEDGER), act), signature)


def test_an_act_that_the_chain_holds_may_come_again(scene: Scene) -> None:
    work = scene.made.workspace
    held = next(one for one in work.view().acts.values() if one.act.kind is ActKind.DECLARATION)
    assert work.submit(to_json(scene.made.domain(LEDGER), held.act), "0x" + held.signature.hex()).status == "recorded"


def test_who_was_invited_may_join(scene: Scene) -> None:
    made = scene.made
    subject = terms_of(scene.invited).id
    made.act(ActKind.INVITATION, subject, "A", refers_to=made.parties["C"])
    assert made.act(ActKind.ACCESSION, subject, "C").status == "recorded"


def test_a_text_may_come_with_the_first_signature(scene: Scene) -> None:
    """A founder elsewhere has no need to import: the agreement travels with the signature."""
    made, work = scene.made, scene.made.workspace
    text = replace(scene.unsigned, title="Brought along")
    subject = AgreementId(terms_of(text).id)
    digests = []
    for name in "AB":
        act = scene.act(S, subject, name, 0, content=text.hash)
        signature = "0x" + sign(made.domain(LEDGER).digest(act), made.keys[name]).hex()
        digests.append(work.submit(to_json(made.domain(LEDGER), act), signature, [text.to_json()]).digest)
    work.carry()
    assert {work.submission(one).status for one in digests} == {"recorded"}
    assert work.view().agreement("Brought along").id == subject


def test_every_refusal_of_the_contracts_has_a_sentence() -> None:
    names = {name for name, _, _ in calls._errors().values()}
    assert names <= set(calls._SENTENCES), names - set(calls._SENTENCES)
    assert set(calls._SENTENCES) <= names, set(calls._SENTENCES) - names


def test_an_unknown_revert_is_told_as_that() -> None:
    assert "without a reason that this release knows" in str(calls.refusal(Reverted(b"\1\2\3\4")))
    assert str(calls.refusal(Reverted(keccak(b"NumberUsed(uint256,bytes32,uint64)")[:4]))) != ""
    assert calls.party_named(Reverted(b"")) is None
    assert isinstance(calls.refusal(Reverted(b"")), Refused)
    assert PartyId  # the type that a revert's party is of
