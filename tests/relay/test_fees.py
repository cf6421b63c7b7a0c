"""What a relayer pays: stuck transactions are replaced in their place, a day's gas is not exceeded."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlmodel import Session, select

from normledger.acts.act import ActKind, Contract
from normledger.acts.signature import sign
from normledger.cli.service import running
from normledger.errors import ChainError
from normledger.identifiers import Digest, Hash
from normledger.ledger.queries import View
from normledger.relay.batches import DAY
from normledger.relay.outbox import Outbox
from normledger.relay.relayer import Limits, Relayer
from normledger.relay.tables import BatchRow, TransactionRow
from normledger.workspace import Workspace
from tests.chains import Anvil
from tests.delegations import Delegations

TOOLS = pytest.mark.tools


class Clock:
    """Unix seconds as the test sets them."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def limited(work: Workspace, clock: Clock, limits: Limits) -> Relayer:
    return Relayer(work.sender, Outbox(work.outbox.engine, clock), work.release, limits)


def states(work: Workspace, digest: Digest) -> list[str]:
    return [step.state for step in work.outbox.way(digest)]


def transactions(work: Workspace) -> list[TransactionRow]:
    """Of the newest batch, the first one first."""
    with Session(work.outbox.engine) as session:
        newest = session.exec(select(BatchRow.id).order_by(BatchRow.id.desc())).first()  # type: ignore[union-attr]
        rows = session.exec(select(TransactionRow).where(TransactionRow.batch == newest)).all()
    return sorted(rows, key=lambda row: row.place)


def declared(made: Delegations, agreement: Hash, name: str = "A") -> Digest:
    return made.submit(made.prepare(ActKind.DECLARATION, agreement, name), name).digest


def look(work: Workspace) -> Callable[[], View]:
    """How a relayer looks at the chain."""

    def looking() -> View:
        work.update()
        return work.newest()

    return looking


@TOOLS
def test_a_transaction_that_no_block_takes_is_replaced_in_its_place(anvil_work: tuple[Anvil, Delegations]) -> None:
    anvil, made = anvil_work
    work = made.workspace
    agreement, clock = made.found(made.text("A", "B")), Clock(2_000_000_000)
    relayer = limited(work, clock, Limits(stuck=60))
    anvil.ask("evm_setAutomine", False)
    nonce = work.node.nonce(work.sender.address)
    digest = declared(made, agreement)
    assert relayer.carry(look(work), patience=0) == []
    assert states(work, digest) == ["received", "relayed"]
    clock.now += 59
    relayer.carry(look(work), patience=0)
    assert len(transactions(work)) == 1, "not yet"
    for count in (2, 3):
        clock.now += 60
        relayer.carry(look(work), patience=0)
        assert len(transactions(work)) == count
    assert work.node.nonce(work.sender.address) == nonce + 1, "all three at one place"
    one, two, three = transactions(work)
    for before, after in ((one, two), (two, three)):
        assert int(after.highest) * 8 >= int(before.highest) * 9
        assert int(after.priority or 0) * 8 >= int(before.priority or 0) * 9
        assert int(after.priority or 0) > int(before.priority or 0)
    assert states(work, digest) == ["received", "relayed", "replaced", "replaced"]
    step = work.outbox.way(digest)[-1]
    assert str(step.transaction) == three.hash
    assert f"raised from {two.highest} to {three.highest} wei per gas" in (step.reason or "")
    anvil.ask("evm_mine")
    (done,) = relayer.carry(look(work), patience=0)
    assert (done.status, str(done.transaction)) == ("recorded", three.hash)
    acts = [act.digest for act in look(work)().acts_on(Contract.AGREEMENT_LEDGER, agreement)]
    assert acts.count(digest) == 1


@TOOLS
def test_a_live_stream_tells_every_step_a_replacement_among_them(anvil_work: tuple[Anvil, Delegations]) -> None:
    """Over HTTP from a running service, as each step comes: received, relayed, replaced, included, final."""
    anvil, made = anvil_work
    work = made.workspace
    agreement = made.found(made.text("A", "B"))
    prepared = made.prepare(ActKind.DECLARATION, agreement, "A")
    body = {"typed_data": prepared.typed_data, "signature": "0x" + sign(prepared.digest, made.keys["A"]).hex()}
    work.configuration = replace(work.configuration, stuck_seconds=1)
    work.__dict__.pop("relayer", None)  # it goes by the configuration
    anvil.ask("evm_setAutomine", False)
    told: list[tuple[str, dict[str, Any]]] = []
    with running(work) as url, httpx.Client(base_url=url, timeout=60) as client:
        accepted = client.post("/v1/submissions", json=body)
        assert accepted.status_code == 202, accepted.text
        mined = False
        with client.stream("GET", accepted.headers["Location"] + "/events") as stream:
            for line in stream.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    state = value
                elif name == "data":
                    told.append((state, json.loads(value)))
                    if state == "replaced" and not mined:  # and only now a block comes
                        anvil.ask("evm_mine")
                        mined = True
                    elif state == "included":
                        anvil.ask("anvil_mine", "0x50")
    names = [state for state, _ in told]
    assert [name for place, name in enumerate(names) if name not in names[:place]] == [
        "received", "relayed", "replaced", "included", "final",
    ]  # fmt: skip
    sent = [step["transaction"] for state, step in told if state in ("relayed", "replaced")]
    assert len(sent) == len(set(sent)) >= 2
    last = told[-1][1]
    assert last["transaction"] in sent
    assert last["block"] == told[-2][1]["block"]
    assert "the fee offered was raised" in next(step["reason"] for state, step in told if state == "replaced")
    acts = [act.digest for act in look(work)().acts_on(Contract.AGREEMENT_LEDGER, agreement)]
    assert acts.count(prepared.digest) == 1


@TOOLS
def test_a_transaction_that_a_risen_base_fee_shuts_out_is_replaced(anvil_work: tuple[Anvil, Delegations]) -> None:
    anvil, made = anvil_work
    work = made.workspace
    agreement, clock = made.found(made.text("A", "B")), Clock(2_000_000_000)
    relayer = limited(work, clock, Limits(stuck=60))
    anvil.ask("evm_setAutomine", False)
    digest = declared(made, agreement)
    relayer.carry(look(work), patience=0)
    offered = int(transactions(work)[0].highest)
    anvil.ask("anvil_setNextBlockBaseFeePerGas", hex(offered * 4))
    anvil.ask("evm_mine")
    relayer.carry(look(work), patience=0)
    assert states(work, digest) == ["received", "relayed"], "no block takes it"
    clock.now += 61
    relayer.carry(look(work), patience=0)
    assert int(transactions(work)[-1].highest) > offered * 4
    anvil.ask("evm_mine")
    (done,) = relayer.carry(look(work), patience=0)
    assert str(done.transaction) == transactions(work)[-1].hash
    assert states(work, digest) == ["received", "relayed", "replaced", "included"]


@TOOLS
def test_a_relayer_started_anew_goes_on_where_the_last_one_was(anvil_work: tuple[Anvil, Delegations]) -> None:
    """The node forgot the transaction, and so did the process: what is in the outbox is handed over again."""
    anvil, made = anvil_work
    work = made.workspace
    agreement, clock = made.found(made.text("A", "B")), Clock(2_000_000_000)
    anvil.ask("evm_setAutomine", False)
    digest, nonce = declared(made, agreement), work.node.nonce(work.sender.address)
    first = limited(work, clock, Limits())
    first.carry(look(work), patience=0)
    other = made.submit(made.prepare(ActKind.PUBLICATION, Hash(b"n" * 32), "B"), "B").digest
    first.carry(look(work), patience=0)
    first.close()
    anvil.ask("anvil_dropAllTransactions")
    assert work.node.nonce(work.sender.address) == nonce
    second = limited(work, clock, Limits())
    second.carry(look(work), patience=0)
    assert work.node.nonce(work.sender.address) == nonce + 2
    anvil.ask("evm_mine")
    second.carry(look(work), patience=0)
    for one in (digest, other):
        assert states(work, one) == ["received", "relayed", "included"]


@TOOLS
def test_a_place_taken_by_something_else_frees_its_acts(anvil_work: tuple[Anvil, Delegations]) -> None:
    anvil, made = anvil_work
    work = made.workspace
    agreement, clock = made.found(made.text("A", "B")), Clock(2_000_000_000)
    anvil.ask("evm_setAutomine", False)
    digest = declared(made, agreement)
    relayer = limited(work, clock, Limits())
    relayer.carry(look(work), patience=0)
    anvil.ask("anvil_dropAllTransactions")
    anvil.ask("evm_setAutomine", True)
    work.sender.send(work.sender.address, b"")  # by the same key, past the outbox
    relayer._doubts = {batch.id: -100.0 for batch in relayer.batches.watched()}  # as if it had waited
    relayer.carry(look(work), patience=5)
    assert states(work, digest) == ["received", "relayed", "waiting", "relayed", "included"]
    assert "took its place" in (work.outbox.way(digest)[2].reason or "")


def test_a_day_s_gas_is_not_exceeded_and_the_next_day_goes_on(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement, clock = made.found(made.text("A", "B")), Clock(20_000 * DAY + 3_600)
    relayer = limited(work, clock, Limits(gas_a_day=130_000))
    first = declared(made, agreement, "A")
    assert [one.status for one in relayer.carry(work.newest)] == ["recorded"]
    second = declared(made, agreement, "B")
    third = declared(made, agreement, "C")
    waiting, told = [], None
    for _ in range(3):
        assert len(relayer.carry(look(work))) <= 1
        waiting = [one.digest for one in work.outbox.pending()]
        told = work.submission(third).reason
    assert third in waiting
    assert told == "Today’s 130,000 gas of this relayer are spent; it waits until 2024-10-05 00:00 UTC."
    assert states(work, third) == ["received", "waiting"]
    assert work.outbox.way(third)[1].reason == told
    spent = relayer.batches.gas_of_day(work.sender.address, clock.now)
    assert 0 < spent <= 130_000
    clock.now += DAY
    relayer.carry(look(work))
    assert {work.submission(one).status for one in (first, second, third)} == {"recorded"}
    assert work.submission(third).reason is None


def test_what_takes_more_than_a_day_s_gas_is_told(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    digest = declared(made, agreement)
    limited(work, Clock(20_000 * DAY), Limits(gas_a_day=1_000)).carry(work.newest)
    assert "more than this relayer spends in a whole day (1,000); send it yourself." in str(
        work.submission(digest).reason
    )


def test_a_chain_that_is_too_dear_is_waited_for(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    digest, clock = declared(made, agreement), Clock(20_000 * DAY)
    limited(work, clock, Limits(highest_fee=1)).carry(work.newest)
    assert "more than this relayer pays (1); it waits until the chain is cheaper." in str(
        work.submission(digest).reason
    )
    limited(work, clock, Limits(highest_fee=10**12)).carry(work.newest)
    assert work.submission(digest).status == "recorded"


def test_a_payer_without_money_loses_nothing(delegations: Delegations, monkeypatch: pytest.MonkeyPatch) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    digest, folder = declared(made, agreement), work.folder
    work.close()
    monkeypatch.setenv("NORMLEDGER_RELAYER_KEY", "44" * 32)
    with Workspace.open(folder, write=True) as poor:
        with pytest.raises(ChainError, match=r"holds 0 wei, and this may take [\d,]+; fill it up"):
            poor.carry()
        assert poor.submission(digest).status == "accepted"
    monkeypatch.delenv("NORMLEDGER_RELAYER_KEY")
    with Workspace.open(folder, write=True) as rich:
        assert str(rich.submission(digest).reason).startswith("The paying account 0x")
        rich.carry()
        assert states(rich, digest) == ["received", "waiting", "relayed", "included", "final"]
