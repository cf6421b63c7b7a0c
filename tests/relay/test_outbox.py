"""What was accepted is carried, once, whatever happens in between."""

import os
import signal
import time
from pathlib import Path

import pytest

from normledger.acts.act import ActKind
from normledger.errors import NotFound
from normledger.identifiers import Digest, keccak
from normledger.workspace import Workspace
from tests.children import begin
from tests.databases import CURRENT
from tests.delegations import Delegations


def submit_and_wait(folder: Path, agreement: bytes, party: bytes, key: bytes, told: Path) -> None:
    """In a child: accept an act, say so, and never get to carrying it."""
    from normledger.identifiers import Hash, PartyId

    workspace = Workspace.open(folder, write=True)
    prepared = workspace.prepare(ActKind.DECLARATION, Hash(agreement), PartyId(party), text="We declare.")
    submission = workspace.submit_own(prepared, key)
    told.with_suffix(".new").write_text(str(submission.digest))
    os.replace(told.with_suffix(".new"), told)
    time.sleep(60)


def test_an_act_accepted_before_a_kill_is_carried_once_after_it(delegations: Delegations, tmp_path: Path) -> None:
    made = delegations
    agreement = made.found(made.text("A", "B"))
    made.workspace.close()
    folder, told = tmp_path / ".normledger", tmp_path / "told"
    child = begin(submit_and_wait, folder, bytes(agreement), bytes(made.parties["A"]), made.keys["A"], told)
    try:
        for _ in range(600):
            if told.exists():
                break
            time.sleep(0.05)
        assert child.pid
        os.kill(child.pid, signal.SIGKILL)
    finally:
        child.join(20)
    assert child.exitcode == -signal.SIGKILL
    digest = Digest.parse(told.read_text())
    CURRENT.forget(folder / "index.db")  # the outbox outlives the index
    with Workspace.open(folder, write=True) as workspace:
        workspace.update()
        assert workspace.submission(digest).status == "accepted"
        (done,) = workspace.carry()
        assert (done.digest, done.status) == (digest, "recorded")
        act = workspace.view().acts[digest]
        assert workspace.view().statement(act.act.content) == "We declare."
        head = workspace.node.head()
        assert workspace.carry() == []
        assert workspace.node.head() == head
        assert [one.digest for one in workspace.view().acts.values()].count(digest) == 1


def test_an_act_carried_before_a_kill_is_not_carried_again(delegations: Delegations) -> None:
    """The chain took it and the answer was lost: the index finds it."""
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    declaration = made.prepare(ActKind.DECLARATION, agreement, "A")
    claim = made.claim("D")
    for prepared, name in ((declaration, "A"), (claim, "D")):
        made.submit(prepared, name)
    lost = [work.outbox.get(one.digest) for one in (declaration, claim)]
    work.relayer.carry(work.view)
    with work.outbox.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE submissions SET status = 'accepted', block = NULL, \"transaction\" = NULL, final = FALSE"
        )
        connection.exec_driver_sql("UPDATE batches SET state = 'open', block = NULL, \"transaction\" = NULL")
    assert [work.submission(one.digest).status for one in lost] == ["accepted"] * 2
    head = work.node.head()
    work.carry()
    assert work.node.head() == head
    for one in lost:
        found = work.submission(one.digest)
        assert (found.status, found.block is not None, found.transaction is not None) == ("recorded", True, True)


def test_the_same_submission_twice_has_one_effect(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    prepared = made.prepare(ActKind.DECLARATION, agreement, "A")
    first, second = made.submit(prepared, "A"), made.submit(prepared, "A")
    assert first == second
    assert len(work.outbox.pending()) == 1
    (done,) = work.carry()
    again = made.submit(prepared, "A")
    assert (again.status, again.block) == ("recorded", done.block)
    assert work.carry() == []
    acts = [act for act in work.view().acts.values() if act.act.kind is ActKind.DECLARATION]
    assert len(acts) == 1


def test_a_refused_act_may_be_tried_again(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    prepared = made.prepare(ActKind.DECLARATION, agreement, "A")
    made.submit(prepared, "A")
    work.outbox.refuse(prepared.digest, "a whim")
    assert (work.submission(prepared.digest).status, work.submission(prepared.digest).reason) == ("refused", "a whim")
    assert work.carry() == []
    assert made.submit(prepared, "A").status == "accepted"
    assert work.carry()[0].status == "recorded"


def test_pending_acts_come_in_the_order_in_which_they_were_accepted(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    order = []
    for name in "BAC":
        order.append(made.submit(made.prepare(ActKind.DECLARATION, agreement, name), name).digest)
    assert [one.digest for one in work.outbox.pending()] == order
    assert [one.digest for one in work.carry()] == order


def test_nobody_s_submission_is_told_as_missing(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match=r"There is no submission '0x.*submit the signed act first"):
        workspace.submission(Digest(keccak(b"?")))
