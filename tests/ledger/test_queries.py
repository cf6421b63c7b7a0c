"""Answers as of a block, and plain words for what is missing."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from normledger.acts.act import ActKind, list_of
from normledger.composition.record import Record
from normledger.documents.document import (
    Alignments,
    ClauseAlignment,
    Norm,
    Outcome,
    Report,
    Reported,
    ReportedAgreement,
    Reports,
)
from normledger.errors import InputError, IntegrityError, NotFound
from normledger.identifiers import Hash, Identifier, OutcomeId, keccak
from normledger.ledger.queries import Ledger, View
from normledger.ledger.store import DocumentStore
from normledger.workspace import Workspace
from tests.delegations import Delegations


def seen_from(workspace: Workspace, documents: Path) -> View:
    """The same index beside another folder of documents."""
    return Ledger(workspace.ledger._engine, DocumentStore(documents), workspace.release).as_of()


def bound(view: View, agreement: Hash) -> set[str]:
    status = view.agreement(str(agreement)).status
    return {view.parties[one.party].name for one in status.bound} if status else set()


def test_an_earlier_block_answers_as_it_was_then(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    founded = work.view().at.block
    joined = made.act(ActKind.ACCESSION, agreement, "C").block
    left = made.act(ActKind.WITHDRAWAL, agreement, "A").block
    assert joined
    assert left
    told = {block: bound(work.view(block), agreement) for block in (founded, joined, left)}
    assert told == {founded: {"A", "B"}, joined: {"A", "B", "C"}, left: {"B", "C"}}
    digests = [work.view(block).digest for block in (founded - 1, founded, joined, left)]
    assert len(set(digests)) == 4
    assert not work.view(founded - 1).agreements
    with pytest.raises(InputError, match=rf"block {left + 9} is beyond block {left}, up to which the index has read"):
        work.view(left + 9)
    with pytest.raises(InputError, match="nothing on this register yet"):
        work.view(0)


def test_digests_of_earlier_blocks_are_those_of_then(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    told = {}
    agreement = made.found(made.text("A", "B"))
    for name in "CAB":
        told[work.view().at.block] = work.view().digest
        made.act(ActKind.DECLARATION, agreement, name)
    assert {block: work.view(block).digest for block in told} == told


def test_a_time_answers_as_of_the_last_block_before_it(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B", notice_days=10))
    made.act(ActKind.WITHDRAWAL, agreement, "A")
    head = work.view().at
    later = work.ledger.as_of(time=head.time + 10 * 86_400)
    assert (later.at.block, later.at.time) == (head.block, head.time + 10 * 86_400)
    assert bound(work.ledger.as_of(time=head.time + 10 * 86_400 - 1), agreement) == {"A", "B"}
    assert bound(later, agreement) == {"B"}
    assert work.ledger.as_of(time=head.time - 1).at.block < head.block
    with pytest.raises(InputError, match="nothing on this register yet"):
        work.ledger.as_of(time=int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()))


def test_what_is_not_at_hand_is_missing_and_counts_once_it_arrives(delegations: Delegations, tmp_path: Path) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    reported = ReportedAgreement("Elsewhere", made.text("A", "C").clauses, "x")
    outcome = Outcome("Parties help.", "require")
    author = made.parties["C"]
    reports = Reports(author, (Report(reported.hash, Reported(Identifier("name:Z"), "Z", "ngo"), "signature"),))
    alignments = Alignments(author, (ClauseAlignment(reported.clause_ids[0], OutcomeId(outcome.hash), "same"),))
    norm = Norm("N", "Parties help.", (OutcomeId(outcome.hash),), "real")
    for kind, batch in ((ActKind.REPORTS, reports), (ActKind.ALIGNMENTS, alignments)):
        made.act(kind, list_of(author), "C", refers_to=batch.root, content=batch.hash)
    made.act(ActKind.PUBLICATION, norm.hash, "A")

    bare = tmp_path / "bare"
    shutil.copytree(tmp_path / ".normledger" / "documents", bare)
    shutil.rmtree(bare / made.text("A", "B").hash.hex()[:2])

    def seen() -> tuple[View, Record, Record]:
        view = seen_from(work, bare)
        return view, view.record("consented", "real"), view.record("reported", "real")

    view, consented, said = seen()
    known = view.agreement(str(agreement))
    assert (known.document, known.status) == (None, None)
    assert known.fault == "its text is not at hand; fetch it by its hash"
    assert "not at hand" in known.title
    assert [one.document for kind in (ActKind.REPORTS, ActKind.ALIGNMENTS) for one in view.batches(kind)] == [
        None,
        None,
    ]
    assert view.norm(str(norm.hash)).title.endswith("not at hand)")
    assert consented.undertakings == said.undertakings == ()
    assert consented.missing == (
        f"agreement {agreement}: its text is not at hand; fetch it by its hash",
        f"alignments {alignments.root} of {author}",
    )
    assert f"reports {reports.root} of {author}" in said.missing

    DocumentStore(bare).put([reports, alignments])
    _, consented, said = seen()
    assert said.missing == (f"outcome {outcome.hash}", f"reported agreement {reported.hash}")

    DocumentStore(bare).put([made.text("A", "B"), reported, outcome, norm])
    view, consented, said = seen()
    assert consented.missing == said.missing == ()
    assert bound(view, agreement) == {"A", "B"}
    assert [one.actor for one in said.undertakings] == ["name:Z"]
    assert said.undertakings[0].acts == reports.leaf_hashes
    assert view.norm("N").document == norm


def test_documents_that_arrive_are_seen_by_the_next_view_of_the_same_process(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    norm = Norm("N", "Parties help.", (OutcomeId(keccak(b"o")),), "real")
    made.act(ActKind.PUBLICATION, norm.hash, "A")
    assert work.view().norm(str(norm.hash)).document is None
    work.store.put([norm])
    assert work.view().norm("N").document == norm


def test_a_batch_under_another_root_or_author_does_not_count(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    text = made.text("A", "B")
    batch = Alignments(made.parties["C"], (ClauseAlignment(text.clause_ids[0], OutcomeId(keccak(b"o")), "same"),))
    work.store.put([batch])
    made.act(ActKind.ALIGNMENTS, list_of(made.parties["A"]), "A", refers_to=batch.root, content=batch.hash)
    made.act(ActKind.ALIGNMENTS, list_of(made.parties["C"]), "C", refers_to=keccak(b"other"), content=batch.hash)
    made.act(ActKind.REPORTS, list_of(made.parties["C"]), "C", refers_to=batch.root, content=batch.hash)
    view = work.view()
    assert [one.document for one in view.batches(ActKind.ALIGNMENTS)] == [None, None]
    assert [one.document for one in view.batches(ActKind.REPORTS)] == [None]
    made.act(ActKind.ALIGNMENTS, list_of(made.parties["C"]), "C", refers_to=batch.root, content=batch.hash)
    assert [one.document for one in work.view().batches(ActKind.ALIGNMENTS)] == [None, None, batch]


def test_an_altered_text_is_an_integrity_error(delegations: Delegations, tmp_path: Path) -> None:
    made, work = delegations, delegations.workspace
    text = made.text("A", "B")
    made.found(text)
    other = tmp_path / "altered"
    shutil.copytree(tmp_path / ".normledger" / "documents", other)
    path = other / text.hash.hex()[:2] / f"{text.hash.hex()}.json"
    path.write_bytes(path.read_bytes().replace(b"shall help", b"need not help"))
    with pytest.raises(IntegrityError, match="it was altered"):
        seen_from(work, other).agreements.values()


def test_who_is_asked_for_by_an_ambiguous_name_is_told_all(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    view = work.view()
    for name in ("A", "name:A", str(made.parties["A"])):
        assert view.party(name).id == made.parties["A"]
    second = made.claim("A2", identifier="name:A")
    work.act_at_once([(second, made.keys["A2"])])
    with pytest.raises(InputError, match="2 parties claim 'name:A'; name one by its id: 0x"):
        work.view().party("name:A")
    for kind, ask in (("party", view.party), ("agreement", view.agreement), ("norm", view.norm)):
        with pytest.raises(NotFound, match=f"There is no {kind} 'nobody' here; `normledger"):
            ask("nobody")
