"""The relayer carries signed bytes unchanged: it can delay, not decide."""

import time

import pytest

from normledger.acts.act import ActKind
from normledger.identifiers import keccak
from normledger.ledger.queries import terms_of
from normledger.relay import admission, calling
from normledger.workspace import Workspace
from tests.delegations import Delegations


def statuses(workspace: Workspace, *digests: object) -> list[str]:
    return [workspace.submission(one).status for one in digests]  # type: ignore[arg-type]


def test_founding_waits_for_all_and_takes_one_transaction(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    text = made.text("A", "B", "C")
    signed = []
    for count, name in enumerate("ABC", start=1):
        assert work.carry() == []
        assert not work.view().agreements
        signed.append(made.submit(made.signature(name, text), name).digest)
        assert len(work.outbox.pending()) == count
    head = work.node.head().number
    done = work.carry()
    assert {one.status for one in done} == {"recorded"}
    assert {one.block for one in done} == {head + 1}
    assert len({one.transaction for one in done}) == 1


def test_one_by_one_opens_with_those_who_are_here(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    text = made.text("A", "B", "C")
    subject = terms_of(text).id
    made.submit(made.signature("B", text), "B")
    assert len(work.carry(one_by_one=True)) == 1
    status = work.view().agreement(str(subject)).status
    assert status
    assert set(status.awaiting) == {made.parties["A"], made.parties["C"]}
    for name in "CA":
        made.submit(made.signature(name, text), name)
        assert work.carry()[0].status == "recorded"  # once it is open nobody waits for anybody
    status = work.view().agreement(str(subject)).status
    assert status
    assert len(status.bound) == 3


def test_a_bad_act_in_a_batch_stops_no_other(delegations: Delegations, monkeypatch: pytest.MonkeyPatch) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    closed = made.found(made.text("A", "B", title="Closed", admission="closed"))
    monkeypatch.setattr(admission, "_check_number", lambda *_: None)  # as a relayer without any admission would
    monkeypatch.setattr(admission, "_check_subject", lambda *_: None)
    good = [made.submit(made.prepare(ActKind.DECLARATION, agreement, one), one).digest for one in "AC"]
    used = made.submit(made.prepare(ActKind.OBJECTION, agreement, "A"), "A").digest  # A's number 1 again
    bad = made.submit(made.prepare(ActKind.ACCESSION, closed, "C"), "C").digest
    last = made.submit(made.prepare(ActKind.DECLARATION, agreement, "B"), "B").digest
    unpublished = made.submit(made.prepare(ActKind.ENDORSEMENT, keccak(b"?"), "B"), "B").digest
    work.carry()
    assert statuses(work, *good, last) == ["recorded"] * 3
    assert statuses(work, used, bad, unpublished) == ["refused"] * 3
    reasons = [work.submission(one).reason or "" for one in (used, bad, unpublished)]
    assert "has used number 1 on this subject already; sign again with a higher number." in reasons[0]
    assert "is closed: party" in reasons[1]
    assert "is not published on this chain; publish it first." in reasons[2]


def test_signed_bytes_arrive_unchanged(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    prepared = made.prepare(ActKind.DECLARATION, agreement, "B", deadline=2**40, text="We declare.")
    submission = made.submit(prepared, "B")
    work.carry()
    held = work.view().acts[prepared.digest]
    assert (held.act, held.signature) == (prepared.statement, submission.signature)


def test_a_founder_that_signs_again_before_the_others_replaces_its_signature(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    text = made.text("A", "B")
    first = made.submit(made.signature("A", text, deadline=2**40), "A").digest
    second = made.submit(made.signature("A", text), "A").digest
    third = made.submit(made.signature("B", text), "B").digest
    work.carry()
    assert statuses(work, first, second, third) == ["refused", "recorded", "recorded"]
    assert "signed once more" in (work.submission(first).reason or "")


def test_a_founding_signature_whose_time_is_over_is_refused_and_can_be_given_anew(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    text = made.text("A", "B")
    deadline = max(int(time.time()), work.newest().at.time) + 4  # a slow machine submits in time too
    late = made.submit(made.signature("A", text, deadline=deadline), "A").digest
    while time.time() < deadline + 1:
        time.sleep(0.1)
    made.register("D")  # a block of that time
    waiting = made.submit(made.signature("B", text), "B").digest
    work.carry()
    assert statuses(work, late, waiting) == ["refused", "accepted"]
    assert "deadline" in (work.submission(late).reason or "")
    again = made.submit(made.signature("A", text), "A").digest
    work.carry()
    assert statuses(work, again, waiting) == ["recorded", "recorded"]


def test_a_second_claim_of_a_registered_party_is_refused(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    one = made.claim("D")
    other = work.prepare_claim("name:D", "ngo", one.texts[0], one.statement.account, deadline=2**40)  # type: ignore[arg-type]
    digests = [work.submit_own(claim, made.keys["D"]).digest for claim in (one, other)]
    work.carry()
    work.carry()
    assert statuses(work, *digests) == ["recorded", "refused"]
    assert "is registered already; use it." in (work.submission(digests[1]).reason or "")


def test_all_founders_take_one_transaction_however_many_they_are(
    delegations: Delegations, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, work = delegations, delegations.workspace
    monkeypatch.setattr(calling, "BATCH", 2)
    agreement = made.found(made.text("A", "B", "C"))
    acts = work.view().agreement(str(agreement)).acts
    assert len(acts) == 3
    assert len({act.recorded.transaction for act in acts}) == 1
    done = [made.submit(made.prepare(ActKind.DECLARATION, agreement, one), one).digest for one in "ABC"]
    work.carry()
    assert len({work.submission(one).transaction for one in done}) == 2
