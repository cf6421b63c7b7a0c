"""Each submission's way, step by step: waiting, reorganisations, others who carry it, and no relayer at all."""

import logging
import re
import time

import pytest

from normledger.acts.act import ActKind, Contract
from normledger.acts.signature import address_of
from normledger.chain import calls
from normledger.chain.sender import Sender
from normledger.errors import NotFound, WorkspaceError
from normledger.identifiers import Digest, keccak
from normledger.ledger.queries import View
from normledger.relay.calling import raw_call
from normledger.relay.outbox import Step
from normledger.workspace import Workspace
from tests.chains import KEY, Anvil
from tests.delegations import Delegations

STRANGER = bytes.fromhex("33" * 32)


def states(work: Workspace, digest: Digest) -> list[str]:
    return [step.state for step in work.outbox.way(digest)]


def test_every_step_is_told_with_its_block_and_transaction(delegations: Delegations) -> None:
    made, work, begun = delegations, delegations.workspace, int(time.time())
    text = made.text("A", "B")
    first = made.submit(made.signature("A", text), "A").digest
    work.carry()
    work.carry()
    assert states(work, first) == ["received", "waiting"], "told once, however often it is looked at"
    assert "other founders" in (work.submission(first).reason or "")
    second = made.submit(made.signature("B", text), "B").digest
    work.carry()
    done = work.submission(first)
    *_, relayed, included, final = work.outbox.way(first)
    assert relayed == Step("relayed", relayed.at, done.transaction)
    assert included == Step("included", included.at, done.transaction, done.block)
    assert final == Step("final", final.at, done.transaction, done.block)
    assert begun <= relayed.at <= included.at <= final.at <= time.time()
    assert states(work, second) == ["received", "relayed", "included", "final"]
    assert done.reason is None
    with pytest.raises(NotFound, match="submit the signed act first"):
        work.outbox.way(Digest(keccak(b"?")))


def test_the_way_outlives_the_process(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    made.found(made.text("A", "B"))
    digest = work.outbox.all()[0].digest
    before, folder = work.outbox.way(digest), work.folder
    work.close()
    with Workspace.open(folder, write=True) as again:
        assert again.outbox.way(digest) == before
        assert before[-1].state == "final"


def carried_by_a_stranger(made: Delegations, agreement: Digest) -> Digest:
    """A declares; somebody else takes the signed bytes and sends them."""
    work = made.workspace
    work.sender.send(address_of(STRANGER), b"", value=10**18)
    digest = made.submit(made.prepare(ActKind.DECLARATION, agreement, "A"), "A").digest
    call = work.raw_call(digest)
    Sender(work.node, STRANGER).send(call.to, call.data)
    return digest


def test_an_act_that_somebody_else_carried_is_recorded_by_their_transaction(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    digest = carried_by_a_stranger(made, made.found(made.text("A", "B")))
    nonce = work.node.nonce(work.sender.address)
    assert work.carry() == []
    found = work.submission(digest)
    assert (found.status, found.block) == ("recorded", work.node.head().number)
    assert states(work, digest) == ["received", "included", "final"]
    step = work.outbox.way(digest)[1]
    assert (step.transaction, step.reason) == (found.transaction, "Somebody else’s transaction recorded it.")
    assert work.node.nonce(work.sender.address) == nonce


def test_an_act_carried_by_somebody_else_at_the_last_moment_is_not_refused(delegations: Delegations) -> None:
    """Between the relayer's look and its trial: the contracts say that the number is used, by this very act."""
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    stale = work.newest()
    digest = carried_by_a_stranger(made, agreement)
    views = [stale]

    def look() -> View:
        if views:
            return views.pop()
        work.update()
        return work.newest()

    assert work.relayer.carry(look) == []
    assert work.submission(digest).status == "recorded"


def test_a_batch_that_a_stranger_makes_fail_is_tried_before_it_is_sent_again(delegations: Delegations) -> None:
    """All was well at the head that the relayer saw; then one act of the batch was recorded by somebody else."""
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    views = [work.newest()]
    taken = carried_by_a_stranger(made, agreement)
    others = [made.submit(made.prepare(ActKind.DECLARATION, agreement, name), name).digest for name in "BC"]

    def look() -> View:
        if views:
            return views.pop()
        work.update()
        return work.newest()

    assert {one.digest for one in work.relayer.carry(look)} == set(others)
    assert work.submission(taken).status == "recorded"
    reason = "Its transaction was undone in a block; it is tried again."
    for digest in others:
        assert states(work, digest) == ["received", "relayed", "waiting", "relayed", "included", "final"]
        assert work.outbox.way(digest)[2].reason == reason
    acts = [act.digest for act in look().acts_on(Contract.AGREEMENT_LEDGER, agreement)]
    assert sorted(acts[2:]) == sorted([taken, *others])


def test_without_a_relayer_anybody_sends_the_raw_call(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    work.sender.send(address_of(STRANGER), b"", value=10**18)
    folder = work.folder
    config = folder / "config.toml"
    work.close()
    config.write_text(config.read_text() + "relay = false\n")
    with Workspace.open(folder, write=True) as work:
        made.workspace = work
        text = made.text("A", "B")
        signed = [made.submit(made.signature(name, text), name).digest for name in "AB"]
        assert work.carry() == []
        assert {work.submission(digest).status for digest in signed} == {"accepted"}
        call = work.raw_call(signed[0])
        assert (call.chain_id, call.to) == (work.node.chain_id, work.release.address(Contract.AGREEMENT_LEDGER))
        assert call == work.raw_call(signed[1]), "one call holds all founders that are here"
        Sender(work.node, STRANGER).send(call.to, call.data)
        work.carry()
        assert {work.submission(digest).status for digest in signed} == {"recorded"}
        claim = made.claim("D")
        digest = made.submit(claim, "D").digest
        assert work.raw_call(digest).to == work.release.address(Contract.PARTY_REGISTRY)
        view, one = work.newest(), work.submission(digest)
        assert raw_call(view, work.release, one, []).data == calls.claim(claim.statement, one.signature).data  # type: ignore[arg-type]  # a claim


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("relay = 1", "relay = 1 can't be used; write true or false"),
        ("gas_a_day = -1", "gas_a_day = -1 can't be used; write a whole number"),
        ("highest_fee = 1.5", "highest_fee = 1.5 can't be used"),
        ("outbox = true", "outbox = true can't be used; write a URL in quotes"),
    ],
)
def test_a_setting_that_cannot_be_is_told(workspace: Workspace, line: str, fault: str) -> None:
    config = workspace.folder / "config.toml"
    workspace.close()
    config.write_text(config.read_text() + line + "\n")
    with pytest.raises(WorkspaceError, match=re.escape(fault)):
        Workspace.open(workspace.folder)


# --- reorganisations


@pytest.mark.tools
def test_an_act_whose_block_vanished_is_sent_again_once(anvil_work: tuple[Anvil, Delegations]) -> None:
    """On Anvil, where blocks are not final at once."""
    anvil, made = anvil_work
    work = made.workspace
    agreement = made.found(made.text("A", "B"))
    anvil.ask("anvil_mine", "0x50")  # what was before is final
    work.carry()
    snapshot = anvil.ask("evm_snapshot")
    digest = made.act(ActKind.DECLARATION, agreement, "A").digest
    block = work.submission(digest).block
    assert states(work, digest) == ["received", "relayed", "included"], "not final yet"
    nonce = work.node.nonce(work.sender.address)
    anvil.ask("evm_revert", snapshot)
    anvil.ask("anvil_mine", "0x3")
    assert work.node.nonce(work.sender.address) == nonce - 1
    work.carry()
    again = work.submission(digest)
    assert (again.status, again.block) == ("recorded", (block or 0) + 3)
    assert states(work, digest) == ["received", "relayed", "included", "relayed", "included"]
    assert f"Block {block} is no longer on the chain" in (work.outbox.way(digest)[3].reason or "")
    assert work.node.nonce(work.sender.address) == nonce
    anvil.ask("anvil_mine", "0x50")
    work.carry()
    assert states(work, digest)[-1] == "final"
    acts = [act.digest for act in work.newest().acts_on(Contract.AGREEMENT_LEDGER, agreement)]
    assert acts.count(digest) == 1


@pytest.mark.tools
def test_an_act_that_somebody_else_had_recorded_waits_again_when_the_block_vanishes(
    anvil_work: tuple[Anvil, Delegations],
) -> None:
    anvil, made = anvil_work
    work = made.workspace
    agreement = made.found(made.text("A", "B"))
    work.sender.send(address_of(STRANGER), b"", value=10**18)
    anvil.ask("anvil_mine", "0x50")
    work.carry()
    digest = made.submit(made.prepare(ActKind.DECLARATION, agreement, "A"), "A").digest
    snapshot, call = anvil.ask("evm_snapshot"), work.raw_call(digest)
    Sender(work.node, STRANGER).send(call.to, call.data)
    work.carry()
    assert states(work, digest) == ["received", "included"]
    anvil.ask("evm_revert", snapshot)
    anvil.ask("anvil_mine", "0x3")
    work.carry()
    assert states(work, digest) == ["received", "included", "waiting", "relayed", "included"]
    assert work.submission(digest).status == "recorded"


# --- keys


def test_no_log_and_no_row_holds_a_key(
    delegations: Delegations, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, work = delegations, delegations.workspace
    keys = [*made.keys.values(), work.private_key("relayer"), KEY]
    folder = work.folder
    work.sender.send(address_of(KEY), b"", value=10**20)
    work.close()
    monkeypatch.setenv("NORMLEDGER_RELAYER_KEY", KEY.hex())
    caplog.set_level(logging.DEBUG)
    for name in ("normledger", "web3", "sqlalchemy.engine", "urllib3", "eth", "alembic", "psycopg"):
        caplog.set_level(logging.DEBUG, name)
    with Workspace.open(folder, write=True) as work:
        made.workspace = work
        agreement = made.found(made.text("A", "B"))
        made.act(ActKind.DECLARATION, agreement, "A")
        told = caplog.text + repr(work.sender) + repr(work.relayer) + repr(vars(work.relayer)) + repr(work.outbox.all())
        with work.outbox.engine.connect() as connection:
            for table in ("submissions", "steps", "batches", "transactions"):
                told += repr(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
    assert "submissions" in caplog.text, "the statements were logged"
    for key in keys:
        for form in (key.hex(), key.hex().upper(), str(int.from_bytes(key, "big")), repr(key)[2:-1]):
            assert form not in told
