"""Several relayers on one outbox, and many submissions of one act: nothing is sent twice, nothing has two effects."""

import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import Session, select

from normledger.acts.act import ActKind, Contract
from normledger.acts.signature import address_of, sign
from normledger.chain.sender import Sender
from normledger.identifiers import Digest
from normledger.ledger.queries import View
from normledger.relay.batches import LEASE, Batches
from normledger.relay.outbox import Outbox, open_outbox
from normledger.relay.relayer import Relayer
from normledger.relay.tables import BatchRow
from normledger.workspace import Workspace
from tests.chains import KEY, Ganache
from tests.databases import CURRENT
from tests.delegations import Delegations, create

OTHER = bytes.fromhex("22" * 32)
"""The key of a second payer."""


def batches_of(work: Workspace) -> list[BatchRow]:
    with Session(work.outbox.engine) as session:
        return list(session.exec(select(BatchRow).order_by(BatchRow.id)))  # type: ignore[arg-type]  # a column


def steps_of(work: Workspace, digest: Digest) -> list[str]:
    return [step.state for step in work.outbox.way(digest)]


def pile(made: Delegations, agreements: int, acts: int) -> list[Digest]:
    """Declarations of A, B and C on several agreements; submitted, not carried."""
    subjects = [made.found(made.text("A", "B", title=f"Agreement {number}")) for number in range(agreements)]
    view, digests = made.workspace.newest(), []
    for number in range(1, acts + 1):
        for subject in subjects:
            for name in "ABC":
                prepared = made.prepare(ActKind.DECLARATION, subject, name, view=view, number=number)
                digests.append(made.submit(prepared, name).digest)
    return digests


def looking(work: Workspace) -> Callable[[], View]:
    """How relayers of several threads look at the chain through one index."""
    lock = threading.Lock()

    def look() -> View:
        with lock:
            work.update()
            return work.newest()

    return look


@pytest.mark.parametrize("payers", [1, 2])
def test_relayers_in_threads_send_nothing_twice(delegations: Delegations, payers: int) -> None:
    made, work = delegations, delegations.workspace
    work.sender.send(address_of(OTHER), b"", value=10**20)
    digests = pile(made, 6, 2)
    before = len(batches_of(work))
    sent = work.node.nonce(work.sender.address) + work.node.nonce(address_of(OTHER))
    keys = [work.private_key("relayer"), OTHER][:payers] * 4
    engines = [open_outbox(work.outbox_database) for _ in keys]
    relayers = [
        Relayer(Sender(work.node, key), Outbox(engine), work.release) for key, engine in zip(keys, engines, strict=True)
    ]
    look, faults = looking(work), []

    def run(relayer: Relayer) -> None:
        try:
            for _ in range(4):
                relayer.carry(look)
        except Exception as error:  # shown by the assertion below
            faults.append(error)

    threads = [threading.Thread(target=run, args=(relayer,)) for relayer in relayers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    assert faults == []
    work.carry()
    assert {work.submission(digest).status for digest in digests} == {"recorded"}
    made_now = batches_of(work)[before:]
    assert {batch.state for batch in made_now} == {"final"}
    assert work.node.nonce(work.sender.address) + work.node.nonce(address_of(OTHER)) - sent == len(made_now)
    ways = {tuple(steps_of(work, digest)) for digest in digests}
    assert ways == {("received", "relayed", "included", "final")}


RELAYS = """
import sys
from pathlib import Path
from normledger.workspace import Workspace
with Workspace.open(Path(sys.argv[1]), write=True) as work:
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(200):
        work.carry()
        if not work.outbox.pending():
            break
"""


@pytest.mark.tools
def test_two_workspaces_with_keys_of_their_own_share_an_outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes, each with its folder, index and key, on one chain and one outbox."""
    if reason := Ganache.missing():
        pytest.skip(reason)
    shared = CURRENT.url(tmp_path / "shared.db")
    monkeypatch.setenv("NORMLEDGER_OUTBOX", shared)
    with Ganache(tmp_path / "ganache") as chain:
        monkeypatch.setenv("NORMLEDGER_RELAYER_KEY", KEY.hex())
        folders = [tmp_path / name / ".normledger" for name in ("one", "two")]
        with create(folders[0], chain=chain.url) as work:
            monkeypatch.setenv("NORMLEDGER_DATABASE", CURRENT.url(tmp_path / "one.db"))
            work.deploy()
            work.update()
            work.sender.send(address_of(OTHER), b"", value=10**20)
            made = Delegations(work)
            made.register("A", "B", "C")
            digests = pile(made, 10, 2)
        monkeypatch.setenv("NORMLEDGER_DATABASE", CURRENT.url(tmp_path / "two.db"))
        with create(folders[1], chain=chain.url) as other:
            other.deploy()
        children = []
        for folder, key, name in zip(folders, (KEY, OTHER), ("one", "two"), strict=True):
            environment = {**os.environ, "NORMLEDGER_RELAYER_KEY": key.hex()}
            environment["NORMLEDGER_DATABASE"] = CURRENT.url(tmp_path / f"{name}.db")
            children.append(
                subprocess.Popen(
                    [sys.executable, "-c", RELAYS, str(folder)], env=environment, text=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                )
            )  # fmt: skip
        for child in children:
            assert child.stdout
            assert child.stdout.readline() == "ready\n"
        for child in children:
            child.communicate("go\n", timeout=100)
            assert child.returncode == 0
        monkeypatch.setenv("NORMLEDGER_DATABASE", CURRENT.url(tmp_path / "one.db"))
        with Workspace.open(folders[0], write=True) as work:
            work.update()
            assert {work.submission(digest).status for digest in digests} == {"recorded"}
            states = Counter(batch.state for batch in batches_of(work))
            assert set(states) == {"final"}, states
            assert all(steps_of(work, digest).count("relayed") == 1 for digest in digests)
            held = [act.digest for act in work.newest().acts.values() if act.act.kind is ActKind.DECLARATION]
            assert sorted(held) == sorted(digests)


def test_a_hundred_submissions_of_one_act_at_once_have_one_effect(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    prepared = made.prepare(ActKind.DECLARATION, agreement, "A")
    signature, domain = sign(prepared.digest, made.keys["A"]), made.domain(Contract.AGREEMENT_LEDGER)
    engine = open_outbox(work.outbox_database)
    outbox, start = Outbox(engine), threading.Barrier(20)

    def submit(number: int) -> str:
        if number < 20:
            start.wait()
        return outbox.accept(domain, prepared.statement, signature, 1).status

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(submit, range(100))) == {"accepted"}
    engine.dispose()
    assert [one.digest for one in work.outbox.pending()] == [prepared.digest]
    assert steps_of(work, prepared.digest) == ["received"]
    assert [one.digest for one in work.carry()] == [prepared.digest]
    acts = work.view().acts_on(Contract.AGREEMENT_LEDGER, agreement)
    assert [act.digest for act in acts].count(prepared.digest) == 1


def test_a_lease_holds_until_it_is_over_and_no_longer(delegations: Delegations) -> None:
    made, work, clock = delegations, delegations.workspace, [1_000_000]
    digests = pile(made, 2, 1)
    outbox = Outbox(work.outbox.engine, clock=lambda: clock[0])
    one, other = (Batches(outbox, f"elsewhere:{number}:x") for number in (1, 2))
    payer = work.sender.address
    first = [digest for digest in digests if work.submission(digest).subject == work.submission(digests[0]).subject]
    assert one.lease(first[:1], payer) == first[:1]
    assert other.lease(digests, payer) == [digest for digest in digests if digest not in first], "by subject"
    assert one.lease(first, payer) == first
    clock[0] += LEASE + 1
    assert other.lease(first, payer) == first
    assert one.open(first, 1, payer, 0, 0, (payer, b"", 1), lambda _: 1 / 0) is None, "it is the other's now"  # type: ignore[arg-type, return-value]  # never called


def test_a_relayer_that_died_here_is_followed_at_once(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    digests = pile(made, 1, 1)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = Batches(work.outbox, f"{socket.gethostname()}:{ended.pid}:x")
    assert dead.lease(digests, work.sender.address) == digests
    assert {one.digest for one in work.carry()} == set(digests)
