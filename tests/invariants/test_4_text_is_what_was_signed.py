"""Invariant 4: text is what was signed.

A text is shown only if it hashes to what the chain holds; a missing text is shown as missing, and can come from any
mirror.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from normledger.acts.act import Act, ActKind, Contract
from normledger.chain import calls
from normledger.documents.document import Agreement, Norm, Statement
from normledger.errors import NormLedgerError
from normledger.identifiers import Hash, OutcomeId, keccak
from normledger.ledger.queries import Ledger, View, terms_of
from normledger.ledger.store import DocumentStore
from tests.delegations import Delegations
from tests.strategies import agreements


def seen(made: Delegations, documents: Path) -> View:
    work = made.workspace
    return Ledger(work.ledger._engine, DocumentStore(documents), work.release).as_of()


@pytest.fixture
def signed(delegations: Delegations) -> tuple[Delegations, Agreement, Hash]:
    made = delegations
    text = made.text("A", "B", texts=("Parties shall help.", "Parties shall report."))
    return made, text, made.found(text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_no_altered_byte_is_shown(
    signed: tuple[Delegations, Agreement, Hash], tmp_path: Path, at: int, flip: int
) -> None:
    made, text, subject = signed
    other = tmp_path / "other"
    shutil.rmtree(other, ignore_errors=True)
    data = bytearray(text.bytes)
    data[at % len(data)] ^= flip
    path = other / text.hash.hex()[:2] / f"{text.hash.hex()}.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(data))
    view = seen(made, other)
    with pytest.raises(NormLedgerError, match="it was altered"):
        view.agreement(str(subject))
    with pytest.raises(NormLedgerError, match="it was altered"):
        view.document(text.hash)


@given(agreements(), agreements())
def test_two_texts_never_have_one_name(one: Agreement, other: Agreement) -> None:
    assume(one != other)
    assert one.hash != other.hash
    assert terms_of(one).id != terms_of(other).id
    assert not set(one.clause_ids) & set(other.clause_ids)


@pytest.mark.parametrize("change", ["title", "clause", "order", "notice", "admission", "founder's name", "rules"])
def test_every_word_and_rule_of_a_text_is_in_what_its_founders_sign(
    signed: tuple[Delegations, Agreement, Hash], change: str
) -> None:
    _, text, subject = signed
    first, second = text.clauses
    changed = {
        "title": replace(text, title=text.title + "."),
        "clause": replace(text, clauses=(replace(first, text="Parties shall not help."), second)),
        "order": replace(text, clauses=(second, first)),
        "notice": replace(text, rules=replace(text.rules, notice_days=1)),
        "admission": replace(text, rules=replace(text.rules, admission="closed")),
        "founder's name": replace(text, founders=(replace(text.founders[0], name="X"), text.founders[1])),
        "rules": replace(text, rules=replace(text.rules, reservations=False)),
    }[change]
    assert terms_of(changed).id != subject


@pytest.mark.parametrize("what", ["clauses", "admission", "parties", "no agreement at all"])
def test_a_text_that_says_something_else_than_the_chain_is_not_shown(delegations: Delegations, what: str) -> None:
    """Founders sign an id over terms that are not the document's: nobody is bound, no text is shown; why is told."""
    made, work = delegations, delegations.workspace
    text = made.text("A", "B")
    terms, statement = terms_of(text), Statement("Not an agreement.")
    work.store.put([statement])
    names = "ABC" if what == "parties" else "AB"
    other = {
        "clauses": replace(terms, clauses=keccak(b"other clauses")),
        "admission": replace(terms, admission=0),
        "parties": replace(terms, parties=tuple(sorted(made.parties.values()))),
        "no agreement at all": replace(terms, document=statement.hash),
    }[what]
    assert other != terms
    acts = []
    for name in names:
        account = work.view().party(name).account
        act = Act(
            Contract.AGREEMENT_LEDGER, ActKind.SIGNATURE, other.id, made.parties[name], account, 0,
            content=other.document,
        )  # fmt: skip
        acts.append(calls.Signed(act, made.signed(act, name)))
    call = calls.sign(other, acts)
    work.sender.send(work.release.address(call.contract), call.data)
    work.update()
    view = work.view()
    shown = view.agreement(str(other.id))
    assert (shown.document, shown.status) == (None, None)
    assert shown.fault == "its text says something else than the chain: parties, clauses or admission differ"
    record = view.record("consented", "real")
    assert record.undertakings == ()
    assert record.missing == (f"agreement {other.id}: {shown.fault}",)


def test_a_missing_text_is_missing_until_any_mirror_brings_it(
    signed: tuple[Delegations, Agreement, Hash], tmp_path: Path
) -> None:
    made, text, subject = signed
    empty = tmp_path / "empty"
    shown = seen(made, empty).agreement(str(subject))
    assert (shown.document, shown.fault) == (None, "its text is not at hand; fetch it by its hash")
    assert seen(made, empty).record("consented", "real").missing == (f"agreement {subject}: {shown.fault}",)
    shutil.copytree(tmp_path / ".normledger" / "documents", empty)
    shown = seen(made, empty).agreement(str(subject))
    assert (shown.document, shown.fault) == (text, None)


def test_what_is_shown_of_acts_and_norms_hashes_to_what_was_signed(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    subject = made.found(made.text("A", "B"))
    done = made.act(ActKind.DECLARATION, subject, "A", text="We declare.")
    norm = Norm("N", "Parties help.", (OutcomeId(keccak(b"o")),), "real")
    work.store.put([norm])
    made.act(ActKind.PUBLICATION, norm.hash, "A")
    view = work.view()
    content = view.acts[done.digest].act.content
    assert view.statement(content) == "We declare."
    assert content == Statement("We declare.").hash
    assert view.norm("N").id == norm.hash == keccak(norm.bytes)
    for party in view.parties.values():
        assert party.profile is not None
