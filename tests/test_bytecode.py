"""What the shipped bytecode can't do: hand over, destroy itself, make contracts, ask who sends, take money.

Read from the artifacts instruction by instruction, and run on an EVM: independent of the sources and of the compiler.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from eth.db.atomic import AtomicDB
from eth.vm.chain_context import ChainContext
from eth.vm.forks.shanghai import ShanghaiVM
from eth.vm.message import Message

from scripts.compile_contracts import ARTIFACTS, CONTRACTS

LONGEST = 24_576
"""EIP-170, bytes."""

FORBIDDEN = {
    0x31: "BALANCE",
    0x32: "ORIGIN",
    0x33: "CALLER",
    0x3A: "GASPRICE",
    0x47: "SELFBALANCE",
    0xF0: "CREATE",
    0xF2: "CALLCODE",
    0xF4: "DELEGATECALL",
    0xF5: "CREATE2",
    0xFF: "SELFDESTRUCT",
}
CALL, CALLVALUE = 0xF1, 0x34


def artifact(name: str) -> dict[str, Any]:
    """A shipped artifact."""
    read: dict[str, Any] = json.loads((ARTIFACTS / f"{name}.json").read_text("utf-8"))
    return read


def code_of(name: str, part: str = "deployedBytecode") -> bytes:
    """A shipped artifact's code without the compiler's note, which is data at its end and says how long it is."""
    code = bytes.fromhex(artifact(name)[part].removeprefix("0x"))
    return code[: -2 - int.from_bytes(code[-2:], "big")]


def instructions(code: bytes) -> Iterator[tuple[int, int]]:
    """Place and opcode of every instruction; what PUSH1 to PUSH32 push is no instruction."""
    at = 0
    while at < len(code):
        yield at, code[at]
        at += 1 + (code[at] - 0x5F if 0x60 <= code[at] <= 0x7F else 0)


def test_the_walk_passes_over_what_is_pushed() -> None:
    pushed = bytes.fromhex("61f4ff" + "7f" + "f4" * 32 + "5f" + "f4")
    assert [opcode for _, opcode in instructions(pushed)] == [0x61, 0x7F, 0x5F, 0xF4]


@pytest.mark.parametrize("part", ["bytecode", "deployedBytecode"])
@pytest.mark.parametrize("name", CONTRACTS)
def test_no_instruction_is_forbidden(name: str, part: str) -> None:
    found = [(at, FORBIDDEN[opcode]) for at, opcode in instructions(code_of(name, part)) if opcode in FORBIDDEN]
    assert found == []


@pytest.mark.parametrize("name", CONTRACTS)
def test_one_call_alone_may_change_anything_elsewhere(name: str) -> None:
    """`carry`'s call of the contract itself; whatever else is asked is asked statically."""
    assert [opcode for _, opcode in instructions(code_of(name))].count(CALL) == 1


@pytest.mark.parametrize("name", CONTRACTS)
def test_it_fits_on_every_chain(name: str) -> None:
    assert 0 < len(bytes.fromhex(artifact(name)["deployedBytecode"].removeprefix("0x"))) < LONGEST


@pytest.mark.parametrize("name", CONTRACTS)
def test_no_entry_takes_money(name: str) -> None:
    abi = artifact(name)["abi"]
    assert not [entry for entry in abi if entry.get("stateMutability") == "payable"]
    assert not [entry for entry in abi if entry["type"] in ("fallback", "receive")]
    unknown = b"\xff\xff\xff\xff"
    for selector in [unknown, b"", *map(bytes.fromhex, artifact(name)["methodIdentifiers"].values())]:
        gas, answer, refused = run(name, selector + bytes(1024), value=1)
        assert refused, selector.hex()
        # So little does nothing but look the entry up: the money is refused before anything is read.
        assert answer == b"", selector.hex()
        assert gas < 1000, selector.hex()


@pytest.mark.parametrize("name", CONTRACTS)
def test_it_is_the_money_that_is_refused(name: str) -> None:
    gas, answer, refused = run(name, bytes.fromhex(artifact(name)["methodIdentifiers"]["register()"]), value=0)
    assert (answer, refused) == (bytes(32), False)
    assert gas > 1000, "reading storage costs more than any refusal above"


def run(name: str, data: bytes, value: int) -> tuple[int, bytes, bool]:
    """Gas, answer and whether it was refused, of one call of the shipped code on an empty chain."""
    header = ShanghaiVM.create_genesis_header(gas_limit=30_000_000, timestamp=1_800_000_000)
    state = ShanghaiVM.build_state(AtomicDB(), header, ChainContext(1))
    here, sender = bytes(19) + b"\x99", bytes(19) + b"\x98"
    code = bytes.fromhex(artifact(name)["deployedBytecode"].removeprefix("0x"))
    state.set_balance(sender, 10**18)
    state.set_code(here, code)
    message = Message(gas=1_000_000, to=here, sender=sender, value=value, data=data, code=code)
    context = state.get_transaction_context_class()(gas_price=0, origin=sender)
    computation = state.computation_class.apply_message(state, message, context)
    return computation.get_gas_used(), computation.output, computation.is_error
