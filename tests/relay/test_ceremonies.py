"""A ceremony: signed in any order, recorded at once by the last signature, whole after a kill at any point."""

import itertools
import json
import os
import random
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from normledger.acts.act import ActKind, Contract, list_of
from normledger.acts.signature import address_of, sign
from normledger.acts.typed_data import to_json
from normledger.documents.document import Agreement
from normledger.documents.document_reader import read_document
from normledger.errors import InputError, NormLedgerError, NotFound, Refused, SignatureError
from normledger.identifiers import keccak
from normledger.relay import ceremonies as module
from normledger.relay.beside import CeremonyRow
from normledger.relay.ceremonies import Ceremony
from normledger.relay.outbox import Submission
from normledger.relay.preparation import Prepared, prepare_rotation
from normledger.workspace import Workspace
from tests.children import begin
from tests.delegations import Delegations, now

ROUNDS = 20 if os.environ.get("NORMLEDGER_LONG") else 3


def prepare(work: Workspace, token: str, party: str, at: int = 0, **values: Any) -> Prepared:
    values.setdefault("subject_to_ratification", False)
    return work.ceremonies.prepare(work.newest(), token, party, at or now(), **values)


def give(work: Workspace, token: str, prepared: Prepared, key: bytes, at: int = 0) -> Submission:
    signature = "0x" + sign(prepared.digest, key).hex()
    return work.ceremonies.sign(
        work.newest(), token, prepared.typed_data, signature, at or now(),
        lambda data, signed, texts: work.submit(data, signed, texts),
    )  # fmt: skip


def read(work: Workspace, token: str, at: int = 0) -> Ceremony:
    return work.ceremonies.read(work.newest(), token, at or now())


def states(work: Workspace, token: str) -> dict[str, str]:
    return {one.founder.name: one.state for one in read(work, token).signatories}


def draft(made: Delegations, *names: str, title: str = "", **values: Any) -> Agreement:
    """A draft that the folder of documents has not: the ceremony alone holds it."""
    text = replace(made.text(*names, title="Another text", **values), title=title or f"Draft of {' and '.join(names)}")
    assert made.workspace.store.get(text.hash) is None
    return text


@pytest.mark.parametrize("order", ["".join(one) for one in itertools.permutations("ABC")])
def test_parties_sign_in_any_order_and_the_last_records_all_at_once(delegations: Delegations, order: str) -> None:
    made, work = delegations, delegations.workspace
    text = draft(made, "A", "B", "C")
    token = work.ceremonies.open(work.newest(), text, 30, now())
    head = work.node.head().number
    for count, name in enumerate(order, start=1):
        ceremony = read(work, token)
        assert {one.founder.name for one in ceremony.awaited} == set(order[count - 1 :])
        assert not ceremony.recorded
        give(work, token, prepare(work, token, name), made.keys[name])
        work.carry()
        assert work.node.head().number == head + (count == 3)
    assert states(work, token) == dict.fromkeys("ABC", "recorded")
    assert read(work, token).recorded
    acts = work.view().agreement(text.title).acts
    assert len({act.recorded.transaction for act in acts}) == 1
    assert {act.act.deadline for act in acts} == {read(work, token).ends}
    with pytest.raises(Refused, match="nothing left to sign"):
        prepare(work, token, "A")


def test_a_signature_may_come_twice_and_a_party_may_sign_once_more(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    text = draft(made, "A", "B")
    token = work.ceremonies.open(work.newest(), text, 1, now())
    first = prepare(work, token, "name:A")
    assert give(work, token, first, made.keys["A"]).digest == give(work, token, first, made.keys["A"]).digest
    second = prepare(work, token, str(made.parties["A"]), subject_to_ratification=True)
    give(work, token, second, made.keys["A"])
    signatory = next(one for one in read(work, token).signatories if one.founder.name == "A")
    assert (signatory.kind, signatory.digest) == (ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION, second.digest)
    give(work, token, prepare(work, token, "B"), made.keys["B"])
    work.carry()
    kinds = {act.act.party: act.act.kind for act in work.view().agreement(text.title).acts}
    assert kinds[made.parties["A"]] is ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION
    assert give(work, token, second, made.keys["A"]).status == "recorded"  # the same bytes after the end do no harm


def test_what_a_founder_signed_elsewhere_counts_here_too(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    text = made.text("A", "B")
    token = work.ceremonies.open(work.newest(), text, 1, now())
    made.submit(made.signature("A", text), "A")
    assert states(work, token) == {"A": "signed", "B": "awaited"}
    give(work, token, prepare(work, token, "B"), made.keys["B"])
    work.carry()
    assert read(work, token).recorded


def test_wrong_accounts_and_wrong_texts_are_refused_in_one_sentence(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    text, other = draft(made, "A", "B"), draft(made, "A", "B", title="Another")
    token = work.ceremonies.open(work.newest(), text, 1, now())
    of_another = work.ceremonies.open(work.newest(), other, 1, now())
    mine = prepare(work, token, "A")
    cases: list[tuple[Prepared, str, str]] = [
        (mine, "B", "is by account .* but the act names account"),
        (prepare(work, of_another, "A"), "A", "is for another text"),
        (made.signature("A", text), "A", "deadline is 0, the ceremony ends at"),
        (made.prepare(ActKind.RECOGNITION, keccak(b"?"), "A"), "A", "no founding signature"),
        (prepare(work, token, "A", by=address_of(made.keys["C"])), "C", "has no full powers"),
    ]
    for prepared, name, words in cases:
        with pytest.raises(SignatureError, match=words) as caught:
            give(work, token, prepared, made.keys[name])
        assert "\n" not in str(caught.value)
    with pytest.raises(Refused, match="does not name C among its founders"):
        prepare(work, token, "C")
    assert states(work, token) == {"A": "awaited", "B": "awaited"}
    assert work.outbox.pending() == []


def test_a_founder_who_is_not_registered_registers_first(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    claim = made.claim("D")
    text = draft(made, "A", "D")
    token = work.ceremonies.open(work.newest(), text, 1, now())
    assert [one.registered for one in read(work, token).signatories if one.founder.name == "D"] == [False]
    with pytest.raises(NotFound, match="let it register first"):
        prepare(work, token, "D")
    work.act_at_once([(claim, made.keys["D"])])
    give(work, token, prepare(work, token, "D"), made.keys["D"])
    give(work, token, prepare(work, token, "A"), made.keys["A"])
    work.carry()
    assert read(work, token).recorded


def test_the_end_is_law_for_the_chain_too(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    text = draft(made, "A", "B")
    begun = max(now(), work.newest().at.time) - 86_400 + 3  # it ends in three seconds
    token = work.ceremonies.open(work.newest(), text, 1, begun)
    give(work, token, prepare(work, token, "A"), made.keys["A"])
    late = prepare(work, token, "B")
    end = read(work, token).ends
    with pytest.raises(Refused, match="is over and its signatures have lapsed"):
        give(work, token, late, made.keys["B"], at=end + 1)
    while work.newest().at.time <= end:  # each block of this chain is a second later at least
        made.act(ActKind.RECOGNITION, list_of(made.parties["C"]), "C", refers_to=made.parties["A"])
    with pytest.raises(Refused, match="deadline that the signer set has passed"):
        work.submit(late.typed_data, "0x" + sign(late.digest, made.keys["B"]).hex(), [text.to_json()])
    work.carry()
    assert read(work, token).over
    assert states(work, token) == {"A": "refused", "B": "awaited"}
    reason = next(one.reason for one in read(work, token).signatories if one.founder.name == "A")
    assert "deadline" in str(reason)


def test_a_rotation_voids_a_signature_given_before_it_and_the_party_signs_again(delegations: Delegations) -> None:
    """A founding signature has number 0: nobody can cancel it, but a new account makes the old one's worthless."""
    made, work = delegations, delegations.workspace
    text = draft(made, "A", "B")
    token = work.ceremonies.open(work.newest(), text, 1, now())
    given = prepare(work, token, "A")
    give(work, token, given, made.keys["A"])
    with pytest.raises(NormLedgerError):
        made.act(ActKind.CANCELLATION, read(work, token).agreement, "A", number=0)
    new = keccak(b"new")
    rotation = prepare_rotation(work.newest(), work.release, made.parties["A"], address_of(new))
    work.act_at_once([(rotation, made.keys["A"])], next_key=new)
    give(work, token, prepare(work, token, "B"), made.keys["B"])
    work.carry()
    assert states(work, token) == {"A": "refused", "B": "signed"}
    give(work, token, prepare(work, token, "A"), new)
    work.carry()
    assert states(work, token) == {"A": "recorded", "B": "recorded"}


def test_links_are_unguessable_and_a_copy_of_the_database_opens_none(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    text = draft(made, "A", "B")
    tokens = {work.ceremonies.open(work.newest(), text, 1, now()) for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) == 32 for token in tokens)
    with Session(work.outbox.engine) as session:
        kept = " ".join(str(row.model_dump()) for row in session.exec(select(CeremonyRow)))
    assert text.title in kept
    assert not [token for token in tokens if token in kept]
    for wrong in ("", "x", next(iter(tokens))[:-1], "../../etc"):
        with pytest.raises(NotFound, match="copy its link whole"):
            read(work, wrong)


def test_what_can_not_be_opened(delegations: Delegations, monkeypatch: pytest.MonkeyPatch) -> None:
    made, work = delegations, delegations.workspace
    text = made.text("A", "B")
    for days in (0, -1, 367):
        with pytest.raises(InputError, match="1 to 366 days"):
            work.ceremonies.open(work.newest(), text, days, now())
    monkeypatch.setattr(module, "MOST", 2)
    old = work.ceremonies.open(work.newest(), text, 1, now() - 40 * 86_400)
    work.ceremonies.open(work.newest(), text, 1, now())
    with pytest.raises(NotFound):  # a month past its end it made room
        read(work, old)
    work.ceremonies.open(work.newest(), text, 1, now())
    with pytest.raises(Refused, match="Too many"):
        work.ceremonies.open(work.newest(), text, 1, now())
    made.found(text)
    with pytest.raises(Refused, match="on the chain already"):
        work.ceremonies.open(work.newest(), text, 1, now())


def circulate(folder: Path, plans: Path, told: Path) -> None:
    """In a child: open ceremonies and have them signed, telling each thing once it is done; until killed."""
    with Workspace.open(folder, write=True) as work, told.open("a") as file:

        def tell(*words: object) -> None:
            file.write(json.dumps([str(word) for word in words]) + "\n")
            file.flush()
            os.fsync(file.fileno())

        work.update()
        plan = json.loads(plans.read_text())
        keys = {name: bytes.fromhex(key) for name, key in plan["keys"].items()}
        begun = {line[1]: line[2] for line in _lines(told) if line[0] == "opened"}
        signed = {(line[1], line[2]) for line in _lines(told) if line[0] == "signed"}
        for data in plan["texts"]:
            text = read_document(data)
            assert isinstance(text, Agreement)
            if text.title not in begun:
                begun[text.title] = work.ceremonies.open(work.newest(), text, 30, now())
                tell("opened", text.title, begun[text.title])
            token = begun[text.title]
            for name, key in keys.items():
                if (token, name) not in signed:
                    if (
                        next(one.state for one in read(work, token).signatories if one.founder.name == name)
                        == "recorded"
                    ):
                        continue
                    give(work, token, prepare(work, token, name), key)
                    tell("signed", token, name)
            work.carry()


def _lines(told: Path) -> list[list[str]]:
    return [json.loads(line) for line in told.read_text().splitlines()]


def test_a_ceremony_survives_a_kill_at_any_point(delegations: Delegations, tmp_path: Path) -> None:
    made, chance = delegations, random.Random(7)
    texts = [made.text("A", "B", "C", title=f"Draft {number}") for number in range(60)]
    plans, told, folder = tmp_path / "plans.json", tmp_path / "told", tmp_path / ".normledger"
    keys = {name: made.keys[name].hex() for name in "ABC"}
    plans.write_text(json.dumps({"keys": keys, "texts": [text.to_json() for text in texts]}))
    told.touch()
    made.workspace.close()
    for _ in range(ROUNDS):
        before = told.stat().st_size
        child = begin(circulate, folder, plans, told)
        try:
            for _ in range(1200):
                if told.stat().st_size > before or not child.is_alive():
                    break
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.25))
            assert child.is_alive(), "it was to be killed at work"
        finally:
            assert child.pid
            os.kill(child.pid, signal.SIGKILL)
            child.join(20)
    told_signed = [(line[1], line[2]) for line in _lines(told) if line[0] == "signed"]
    begun = {line[1]: line[2] for line in _lines(told) if line[0] == "opened"}
    assert len(begun) >= 1
    with Workspace.open(folder, write=True) as work:
        work.carry()
        for token, name in told_signed:
            assert states(work, token)[name] in ("signed", "recorded"), "told as accepted, and lost"
        for title, token in begun.items():
            for name in "ABC":
                if states(work, token)[name] == "awaited":
                    give(work, token, prepare(work, token, name), made.keys[name])
            work.carry()
            assert read(work, token).recorded
            acts = work.newest().agreement(title).acts
            assert len(acts) == 3
            assert len({act.recorded.transaction for act in acts}) == 1
        assert work.outbox.pending() == []


def test_bytes_carried_by_somebody_else_do_no_harm(delegations: Delegations) -> None:
    """Whoever holds a founding signature may open the agreement with it; the ceremony goes on on the chain."""
    made, work = delegations, delegations.workspace
    text = draft(made, "A", "B")
    token = work.ceremonies.open(work.newest(), text, 1, now())
    given = prepare(work, token, "A")
    give(work, token, given, made.keys["A"])
    signature = "0x" + sign(given.digest, made.keys["A"]).hex()
    assert given.typed_data == to_json(made.domain(Contract.AGREEMENT_LEDGER), given.statement)
    call = work.raw_call_of(given.typed_data, signature, [text.to_json()])
    assert work.sender.send(call.to, call.data).ok
    work.carry()
    assert states(work, token) == {"A": "recorded", "B": "awaited"}
    give(work, token, prepare(work, token, "B"), made.keys["B"])
    work.carry()
    assert read(work, token).recorded
