"""Killed again and again, at whatever moment, a relayer loses nothing that was accepted and carries nothing twice."""

import json
import os
import random
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from normledger.acts.act import Act, ActKind, Contract
from normledger.acts.signature import address_of, sign
from normledger.acts.typed_data import to_json
from normledger.identifiers import Hash
from normledger.relay.tables import BatchRow, StepRow
from normledger.workspace import Workspace
from tests.chains import Anvil
from tests.children import begin
from tests.delegations import Delegations

LONG = bool(os.environ.get("NORMLEDGER_LONG"))
EMBEDDED, ANVIL = (200, 50) if LONG else (40, 10)
"""Kills on each kind of database; on both together 100 every day and 500 in the long suite."""

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


@dataclass
class Story:
    """A relayer's many lives. `agreements` are what its acts are about; `before` is what was sent and made already."""

    folder: Path
    told: Path
    acts: Path
    agreements: list[Hash]
    before: tuple[int, int]

    @classmethod
    def of(cls, made: Delegations, tmp_path: Path, acts: int) -> "Story":
        agreements = [made.found(made.text("A", "B", title=title)) for title in ("One", "Other")]
        domain, signed = made.domain(Contract.AGREEMENT_LEDGER), []
        for number in range(1, acts + 1):
            name, agreement = "ABC"[number % 3], agreements[number % 2]
            account = address_of(made.keys[name])
            act = Act(Contract.AGREEMENT_LEDGER, ActKind.DECLARATION, agreement, made.parties[name], account, number)
            signed.append((to_json(domain, act), "0x" + sign(domain.digest(act), made.keys[name]).hex()))
        work = made.workspace
        with Session(work.outbox.engine) as session:
            before = (work.node.nonce(work.sender.address), len(session.exec(select(BatchRow)).all()))
        work.close()
        story = cls(work.folder, tmp_path / "told", tmp_path / "acts.json", agreements, before)
        story.acts.write_text(json.dumps(signed))
        story.told.touch()
        return story

    def live_and_be_killed(self, times: int, chance: random.Random) -> None:
        longest = 0.6  # seconds of a life; it follows the machine, so that two acts are accepted in most of them
        for _ in range(times):
            accepted = self.accepted()
            child = begin(accept_and_carry, self.folder, self.acts, self.told)
            try:
                child.join(chance.uniform(0.0, longest))
                assert child.is_alive(), "it was to be killed at work"
            finally:
                assert child.pid
                os.kill(child.pid, signal.SIGKILL)
                child.join(20)
            longest *= 1.25 if self.accepted() < accepted + 2 else 0.95

    def accepted(self) -> int:
        return self.told.read_text().count("\n")

    def check(self, workspace: Workspace, kills: int) -> None:
        """Every act on the chain exactly once, none lost, and no transaction but those that the outbox tells."""
        accepted = self.told.read_text().splitlines()
        view = workspace.newest()
        held = [
            str(act.digest)
            for agreement in self.agreements
            for act in view.acts_on(Contract.AGREEMENT_LEDGER, agreement)
            if act.act.kind is ActKind.DECLARATION
        ]
        assert len(held) == len(set(held))
        # An act may have been accepted in the moment before it was told; none was told that is not held.
        assert set(accepted) <= set(held)
        assert len(set(held) - set(accepted)) <= kills
        assert len(accepted) >= kills, "hardly anything was done between two kills"
        assert workspace.outbox.pending() == []
        assert {workspace.submission(act.digest).status for act in view.acts.values()} == {"recorded"}
        sent, made = self.before
        with Session(workspace.outbox.engine) as session:
            batches = session.exec(select(BatchRow).order_by(col(BatchRow.id))).all()[made:]
            finals = session.exec(select(StepRow.digest).where(StepRow.state == "final")).all()
        assert {batch.state for batch in batches} == {"final"}, "no transaction was in vain"
        assert workspace.node.nonce(workspace.sender.address) - sent == len(batches)
        assert sorted(set(finals)) == sorted(finals)
        assert set(held) <= set(finals)


def test_kills_lose_nothing_and_double_nothing(delegations: Delegations, tmp_path: Path) -> None:
    story = Story.of(delegations, tmp_path, 12 * EMBEDDED)
    story.live_and_be_killed(EMBEDDED, random.Random(8))
    with Workspace.open(story.folder, write=True) as workspace:
        workspace.carry()
        story.check(workspace, EMBEDDED)


@pytest.mark.tools
def test_kills_while_transactions_wait_for_a_block_lose_nothing_either(
    anvil_work: tuple[Anvil, Delegations], tmp_path: Path
) -> None:
    """On Anvil, with a block a second: most kills come between handing a transaction over and its block."""
    anvil, made = anvil_work
    story = Story.of(made, tmp_path, 40 * ANVIL)
    anvil.ask("evm_setAutomine", False)
    anvil.ask("evm_setIntervalMining", 1)
    try:
        story.live_and_be_killed(ANVIL, random.Random(80))
        with Workspace.open(story.folder, write=True) as workspace:
            workspace.carry()
            anvil.ask("anvil_mine", "0x50")  # what is in a block becomes final
            workspace.carry()
            story.check(workspace, ANVIL)
    finally:
        anvil.ask("evm_setIntervalMining", 0)
