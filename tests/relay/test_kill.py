"""Killed again and again, at whatever moment, a relayer loses nothing that was accepted and carries nothing twice."""

import json
import os
import random
import signal
import time
from pathlib import Path

from sqlmodel import Session, select

from normledger.acts.act import Act, ActKind, Contract
from normledger.acts.signature import address_of, sign
from normledger.acts.typed_data import to_json
from normledger.relay.tables import BatchRow, StepRow
from normledger.workspace import Workspace
from tests.children import begin
from tests.delegations import Delegations

KILLS = 250 if os.environ.get("NORMLEDGER_LONG") else 20
"""On each kind of database: 500 in the long suite. Every day fewer, so that this takes half a minute."""

TOGETHER = 4
"""Acts accepted before they are carried: on two agreements, so in two transactions."""


def accept_and_carry(folder: Path, acts: Path, told: Path) -> None:
    """In a child: accept acts, tell each once it is durable, and carry them; until killed."""
    with Workspace.open(folder, write=True) as workspace, told.open("a") as file:
        workspace.update()
        done, signed = len(told.read_text().splitlines()), json.loads(acts.read_text())
        while done < len(signed):
            for typed_data, signature in signed[done : done + TOGETHER]:
                submission = workspace.submit(typed_data, signature)
                file.write(f"{submission.digest}\n")
                file.flush()
                os.fsync(file.fileno())
            workspace.carry()
            done += TOGETHER


def test_kills_lose_nothing_and_double_nothing(delegations: Delegations, tmp_path: Path) -> None:
    made, chance = delegations, random.Random(8)
    agreements = [made.found(made.text("A", "B", title=title)) for title in ("One", "Other")]
    domain, signed = made.domain(Contract.AGREEMENT_LEDGER), []
    for number in range(1, 12 * KILLS):
        name, agreement = "ABC"[number % 3], agreements[number % 2]
        account = address_of(made.keys[name])
        act = Act(Contract.AGREEMENT_LEDGER, ActKind.DECLARATION, agreement, made.parties[name], account, number)
        signed.append((to_json(domain, act), "0x" + sign(domain.digest(act), made.keys[name]).hex()))
    payer = made.workspace.sender.address
    sent_before = made.workspace.node.nonce(payer)
    with Session(made.workspace.outbox.engine) as session:
        batches_before = len(session.exec(select(BatchRow)).all())
    made.workspace.close()
    folder, acts, told = tmp_path / ".normledger", tmp_path / "acts.json", tmp_path / "told"
    acts.write_text(json.dumps(signed))
    told.touch()
    for _ in range(KILLS):
        child = begin(accept_and_carry, folder, acts, told)
        try:
            # On a slow machine a fixed pause would kill every child before it did anything: mostly one act is awaited.
            size, patience = told.stat().st_size, time.monotonic() + (10 if chance.random() < 0.7 else 0)
            while told.stat().st_size == size and time.monotonic() < patience and child.is_alive():
                time.sleep(0.01)
            child.join(chance.uniform(0.0, 0.4))
            assert child.is_alive(), "it was to be killed at work"
        finally:
            assert child.pid
            os.kill(child.pid, signal.SIGKILL)
            child.join(20)
    accepted = told.read_text().splitlines()
    with Workspace.open(folder, write=True) as workspace:
        workspace.carry()
        view = workspace.view()
        held = [
            str(act.digest)
            for agreement in agreements
            for act in view.acts_on(Contract.AGREEMENT_LEDGER, agreement)
            if act.act.kind is ActKind.DECLARATION
        ]
        assert len(held) == len(set(held))
        # An act may have been accepted in the moment before it was told; none was told that is not held.
        assert set(accepted) <= set(held)
        assert len(set(held) - set(accepted)) <= KILLS
        assert len(accepted) >= KILLS, "hardly anything was done between two kills"
        assert workspace.outbox.pending() == []
        assert {workspace.submission(act.digest).status for act in view.acts.values()} == {"recorded"}
        with Session(workspace.outbox.engine) as session:
            batches = session.exec(select(BatchRow)).all()[batches_before:]
            finals = session.exec(select(StepRow.digest).where(StepRow.state == "final")).all()
        # No transaction was in vain, and none was sent beside those that the outbox tells.
        assert {batch.state for batch in batches} == {"final"}
        assert workspace.node.nonce(payer) - sent_before == len(batches)
        assert sorted(set(finals)) == sorted(finals)
