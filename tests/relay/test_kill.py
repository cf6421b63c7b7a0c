"""Killed again and again, at whatever moment, a relayer loses nothing that was accepted and carries nothing twice."""

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

from normledger.acts.act import Act, ActKind, Contract
from normledger.acts.signature import address_of, sign
from normledger.acts.typed_data import to_json
from normledger.workspace import Workspace
from tests.delegations import Delegations

SPAWN = multiprocessing.get_context("spawn")
ROUNDS = 3


def accept_and_carry(folder: Path, acts: Path, told: Path) -> None:
    """In a child: accept one act after another, tell it once it is durable, and carry it; until killed."""
    with Workspace.open(folder, write=True) as workspace, told.open("a") as file:
        workspace.update()
        done = len(told.read_text().splitlines())
        for typed_data, signature in json.loads(acts.read_text())[done:]:
            submission = workspace.submit(typed_data, signature)
            file.write(f"{submission.digest}\n")
            file.flush()
            os.fsync(file.fileno())
            workspace.carry()


def test_kills_lose_nothing_and_double_nothing(delegations: Delegations, tmp_path: Path) -> None:
    made, chance = delegations, random.Random(8)
    agreement, domain = made.found(made.text("A", "B")), made.domain(Contract.AGREEMENT_LEDGER)
    signed = []
    for number in range(1, 400):
        name = "ABC"[number % 3]
        account = address_of(made.keys[name])
        act = Act(Contract.AGREEMENT_LEDGER, ActKind.DECLARATION, agreement, made.parties[name], account, number)
        signed.append((to_json(domain, act), "0x" + sign(domain.digest(act), made.keys[name]).hex()))
    made.workspace.close()
    folder, acts, told = tmp_path / ".normledger", tmp_path / "acts.json", tmp_path / "told"
    acts.write_text(json.dumps(signed))
    told.touch()
    for _ in range(ROUNDS):
        before = told.stat().st_size
        child = SPAWN.Process(target=accept_and_carry, args=(folder, acts, told))
        child.start()
        try:
            for _ in range(1200):
                if told.stat().st_size > before or not child.is_alive():
                    break
                time.sleep(0.02)
            time.sleep(chance.uniform(0, 0.2))
            assert child.is_alive(), "it was to be killed at work"
        finally:
            assert child.pid
            os.kill(child.pid, signal.SIGKILL)
            child.join(20)
    accepted = told.read_text().split()
    assert len(accepted) >= ROUNDS
    with Workspace.open(folder, write=True) as workspace:
        workspace.carry()
        view = workspace.view()
        held = [str(act.digest) for act in view.acts_on(Contract.AGREEMENT_LEDGER, agreement)][2:]
        assert len(held) == len(set(held))
        # An act may have been accepted in the moment before it was told; none was told that is not held.
        assert set(accepted) <= set(held)
        assert len(held) <= len(accepted) + 1
        assert workspace.outbox.pending() == []
        assert {workspace.submission(act.digest).status for act in view.acts.values()} == {"recorded"}
