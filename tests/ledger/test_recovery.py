"""Signatures checked beside: whoever checks them, the same act is told."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from normledger.acts.act import Act, ActKind, Contract, Recorded, RecordedAct
from normledger.acts.signature import address_of, sign
from normledger.identifiers import ZERO, Digest, PartyId, keccak
from normledger.ledger import recovery
from normledger.ledger.recovery import Recovery, Wrong

# No database is asked; the suite's would be started twice for nothing.
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)

KEYS = [keccak(f"throw-away key {number}".encode()) for number in range(3)]


def act(number: int) -> RecordedAct:
    """An act whose digest need not be its own: only the signature is looked at."""
    key = KEYS[number % len(KEYS)]
    digest, account = Digest(keccak(number.to_bytes(4, "big"))), address_of(key)
    statement = Act(Contract.NORM_REGISTRY, ActKind.ENDORSEMENT, ZERO, PartyId(ZERO), account, number)
    return RecordedAct(statement, digest, sign(digest, key), Recorded(number // 10, ZERO, 0, ZERO, 1, number % 10))


ACTS = [act(number) for number in range(1_000)]


def other_parity(one: RecordedAct) -> RecordedAct:
    """The same with another last byte: r and s fit the account's key, but whoever recovers finds another."""
    return replace(one, signature=one.signature[:64] + bytes([55 - one.signature[64]]))


def children() -> set[str]:
    """This process's own, dead ones that nobody waited for among them; Linux tells."""
    return {name for task in Path("/proc/self/task").glob("*/children") for name in task.read_text().split()}


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


@pytest.fixture(params=["few", "many", "dying", "not to be started", "one processor"])
def number(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many acts are checked, however that comes to be done."""
    if request.param == "dying":
        monkeypatch.setattr(sys, "executable", "/bin/false")
    if request.param == "not to be started":
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
    if request.param == "one processor":
        monkeypatch.setattr(os, "cpu_count", lambda: 1)
    return 60 if request.param == "few" else len(ACTS)


def test_nothing_is_wrong_where_all_signatures_are_right(number: int) -> None:
    with Recovery() as recovering:
        for one in ACTS[:number]:
            recovering.add(one)
        assert recovering.first_wrong() is None


@pytest.mark.parametrize("share", [0.0, 0.4, 0.999])
def test_the_first_wrong_one_is_told_wherever_it_stands(number: int, share: float) -> None:
    first = int(number * share)
    with Recovery() as recovering:
        for place, one in enumerate(ACTS[:number]):
            recovering.add(other_parity(one) if place in (first, number - 1) else one)
        told = recovering.first_wrong()
    assert told == Wrong(first // 10, 1, first % 10, address_of(KEYS[first % len(KEYS)]))


def test_most_are_checked_by_the_process_where_somebody_else_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else all the other tests would pass without one."""
    with Recovery() as recovering:
        for one in ACTS:
            recovering.add(one)
        while recovering._given < len(ACTS):
            time.sleep(0.01)
            recovering.feed()
        monkeypatch.setattr(recovery, "_is_right", lambda _record: pytest.fail("checked here"))
        assert recovering.first_wrong() is None


def test_a_process_that_is_killed_costs_no_check() -> None:
    with Recovery() as recovering:
        for one in ACTS[:-1]:
            recovering.add(one)
        assert recovering._process is not None
        recovering._process.kill()
        recovering.add(other_parity(ACTS[-1]))
        assert recovering.first_wrong() == Wrong(99, 1, 9, ACTS[-1].act.account)


def test_whoever_gives_up_half_way_leaves_no_process() -> None:
    def interrupted() -> None:
        with Recovery() as recovering:
            for one in ACTS:
                recovering.add(one)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()


def test_the_process_ends_with_whoever_started_it(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(
        "import os, signal\n"
        "from normledger.ledger.recovery import Recovery\n"
        "from tests.ledger.test_recovery import ACTS\n"
        "recovering = Recovery()\n"
        "for one in ACTS[:600]: recovering.add(one)\n"
        "print(recovering._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": root}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment, cwd=root) as killed:
        assert killed.stdout is not None
        process = int(killed.stdout.readline())
        assert killed.stdout.read() == b""
    for _ in range(2_000):
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout
        if not state or state.startswith("Z"):  # Z: ended, and whoever adopted it has not noticed yet
            return
        time.sleep(0.01)
    pytest.fail("it goes on")
