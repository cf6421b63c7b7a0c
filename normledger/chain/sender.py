"""One account that pays gas: it tries a transaction without cost, signs it, hands it over, and waits for its block.

Does not belong here: what the transactions mean. The key never leaves this object and is in none of its texts.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from normledger.chain.node import Node, Receipt, Reverted
from normledger.errors import ChainError, InputError
from normledger.identifiers import Address, Hash

PATIENCE = 180.0
"""Seconds to wait for a transaction to reach a block: fifteen blocks of Ethereum."""

_ROOM = 30_000_000  # gas that a block holds at least; a margin on an estimate does not go above it


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction to be signed. Fees in wei per gas; without `priority` it offers one gas price (before EIP-1559)."""

    nonce: int
    to: Address | None
    data: bytes
    gas: int
    highest: int
    priority: int | None
    value: int = 0


class Sender:
    """Sends transactions of the account of `private_key` (32 bytes) through `node`, one at a time; safe for threads."""

    def __init__(self, node: Node, private_key: bytes, *, patience: float = PATIENCE) -> None:
        try:
            self._account: LocalAccount = Account.from_key(private_key)
        except Exception as error:  # eth-account and its backends differ in what they raise
            raise InputError("this is not a private key: it has 32 bytes, not all zero") from error
        self.node, self.address = node, Address.parse(self._account.address)
        self._patience, self._lock = patience, threading.Lock()

    def __repr__(self) -> str:
        return f"Sender({self.address})"

    def send(self, to: Address | None, data: bytes, *, value: int = 0, gas: int | None = None) -> Receipt:
        """Send and wait; the receipt returned is always of a transaction that was not undone.

        `to` None makes a contract, `value` is wei, `gas` the limit; without `gas` the call is tried first, so that what
        would revert costs nothing. Raises Reverted, ChainError (refused, no answer, not mined in time).
        """
        with self._lock:
            if gas is None:
                tried = self.node.estimate(self.address, to, data, value)
                gas = max(tried, min(tried + tried // 5, _ROOM))  # others' transactions may come first
            name = self.node.submit(self._signed(to, data, value, gas))
            receipt = self.wait(name)
        if not receipt.ok:
            raise self._undone(to, data, receipt)
        return receipt

    def _signed(self, to: Address | None, data: bytes, value: int, gas: int) -> bytes:
        highest, priority = self.node.fees()
        tip = None if self.node.base_fee() is None else priority
        return self.sign(Transaction(self.node.nonce(self.address), to, data, gas, highest, tip, value))

    def sign(self, one: "Transaction") -> bytes:
        """The signed bytes of a transaction from this account; nothing is sent."""
        fields: dict[str, Any] = {
            "chainId": self.node.chain_id,
            "nonce": one.nonce,
            "gas": one.gas,
            "value": one.value,
            "data": one.data,
        }
        if one.to is not None:
            fields["to"] = str(one.to)
        if one.priority is None:
            fields["gasPrice"] = one.highest
        else:
            fields |= {"type": 2, "maxFeePerGas": one.highest, "maxPriorityFeePerGas": one.priority}
        return bytes(self._account.sign_transaction(fields).raw_transaction)

    def wait(self, name: Hash) -> Receipt:
        """The receipt of a transaction handed over; raises ChainError if no block takes it within the patience."""
        end, pause = time.monotonic() + self._patience, 0.005
        while (receipt := self.node.receipt(name)) is None:
            if time.monotonic() > end:
                raise ChainError(
                    f"Transaction {name} was handed to the chain at {self.node.name} but is in no block after "
                    f"{self._patience:.0f} s: look it up before sending again."
                )
            time.sleep(pause)
            pause = min(2 * pause, 1.0)
        return receipt

    def _undone(self, to: Address | None, data: bytes, receipt: Receipt) -> Reverted:
        """Why it failed, as the block before tells it: other transactions in the same block may hide the cause."""
        said = b""
        if to is not None:
            try:
                self.node.call(to, data, block=receipt.block_number - 1, sender=self.address)
            except Reverted as error:
                said = error.data
            except ChainError:
                pass  # a node without old states; that it failed is known all the same
        return Reverted(said, f"Transaction {receipt.transaction} was undone in block {receipt.block_number}")
