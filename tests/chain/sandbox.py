"""The three contracts in py-evm, in memory: a call is a block, and every word of storage ever written is known.

Belongs here: running the shipped code as the embedded chain runs it (Shanghai), without a file, a signature or gas
prices, so that thousands of sequences fit into seconds. Does not belong here: what the calls mean (`model`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from eth.db.atomic import AtomicDB
from eth.exceptions import Revert
from eth.vm.chain_context import ChainContext
from eth.vm.forks.shanghai import ShanghaiVM
from eth.vm.message import Message

from normledger.acts import release
from normledger.acts.act import Contract
from normledger.chain.embedded import CHAIN_ID, GAS_LIMIT
from normledger.chain.node import Log
from normledger.identifiers import ZERO, Address, Hash

START = 1_800_000_000
"""Unix seconds of the first block."""

SENDER = Address(b"\x5e" * 20)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: its answer or its revert data, and what it wrote."""

    ok: bool
    output: bytes
    logs: tuple[tuple[Address, tuple[Hash, ...], bytes], ...]
    gas: int


class Sandbox:
    """The release's contracts at their own addresses, and accounts with whatever code a test gives them."""

    def __init__(self) -> None:
        genesis = ShanghaiVM.create_genesis_header(gas_limit=GAS_LIMIT, timestamp=START)
        header = ShanghaiVM.create_header_from_parent(genesis, gas_limit=GAS_LIMIT, timestamp=START + 1)
        self._state = ShanghaiVM.build_state(AtomicDB(), header, ChainContext(CHAIN_ID), ())
        self.block, self.time = header.block_number, START + 1
        self.release = release.current()
        self._written: set[tuple[bytes, int]] = set()
        set_storage = self._state.set_storage

        def noted(address: Any, slot: int, value: int) -> None:
            self._written.add((bytes(address), slot))
            set_storage(address, slot, value)

        self._state.set_storage = noted  # type: ignore[method-assign]
        for contract in Contract:
            init, at = self.release.init_codes[contract], self.release.address(contract)
            made = self._apply(_message(b"", b"", init, create_address=bytes(at)), create=True)
            assert made.ok, made.output
        self._state.lock_changes()

    def put_code(self, account: Address, code: bytes) -> None:
        """Let an account have this code."""
        self._state.set_code(bytes(account), code)  # type: ignore[arg-type]

    def pass_time(self, seconds: int) -> None:
        """The next block, so many seconds later."""
        self._set(self.block + 1, self.time + seconds)

    def call(self, contract: Contract, data: bytes, *, gas: int = GAS_LIMIT) -> Outcome:
        """Call a contract in the present block."""
        return self.call_at(self.release.address(contract), data, gas=gas)

    def call_at(self, to: Address, data: bytes, *, gas: int = GAS_LIMIT) -> Outcome:
        """Call any account in the present block."""
        code = self._state.get_code(bytes(to))  # type: ignore[arg-type]
        return self._apply(_message(bytes(to), data, code, gas=gas))

    def storage(self, contract: Contract) -> dict[int, int]:
        """Every word of a contract's storage that is not zero, by its slot."""
        at = bytes(self.release.address(contract))
        slots = {slot for address, slot in self._written if address == at}
        held = {slot: self._state.get_storage(at, slot) for slot in slots}  # type: ignore[arg-type]
        return {slot: value for slot, value in held.items() if value}

    def logs(self, outcome: Outcome) -> list[Log]:
        """What a call wrote, as a node would tell it."""
        name = Hash(self.block.to_bytes(32, "big"))
        return [
            Log(address, topics, data, self.block, name, ZERO, index)
            for index, (address, topics, data) in enumerate(outcome.logs)
        ]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Everything inside is forgotten afterwards, time too."""
        snapshot, before = self._state.snapshot(), (self.block, self.time)
        written = set(self._written)
        try:
            yield
        finally:
            self._state.revert(snapshot)
            self._set(*before)
            self._written = written

    def _set(self, block: int, time: int) -> None:
        self.block, self.time = block, time
        context: Any = self._state.execution_context
        context._block_number, context._timestamp = block, time

    def _apply(self, message: Message, *, create: bool = False) -> Outcome:
        context: Any = self._state.get_transaction_context_class()
        snapshot, machine = self._state.snapshot(), self._state.computation_class
        run = machine.apply_create_message if create else machine.apply_message
        done = run(self._state, message, context(gas_price=0, origin=bytes(SENDER)))
        if done.is_error:
            self._state.revert(snapshot)
            output = done.output if isinstance(done.error, Revert) else b""
            return Outcome(False, bytes(output), (), message.gas - done.get_gas_remaining())
        self._state.commit(snapshot)
        logs = tuple(
            (Address(address), tuple(Hash(topic.to_bytes(32, "big")) for topic in topics), bytes(data))
            for address, topics, data in done.get_log_entries()
        )
        return Outcome(True, bytes(done.output), logs, message.gas - done.get_gas_remaining())


def _message(to: bytes, data: bytes, code: bytes, gas: int = GAS_LIMIT, **more: Any) -> Message:
    message: Any = Message  # py-evm's own type of address is plain bytes
    made: Message = message(gas=gas, to=to, sender=bytes(SENDER), value=0, data=data, code=code, **more)
    return made
