"""The receipts of a block, and the root that its header keeps of them: what its contracts wrote, and nothing else.

Belongs here: encoding receipts as they are hashed (EIP-2718, Ethereum Yellow Paper 4.3.1). Does not belong here: asking
for them (`node`), or when that is worth it (`ledger.index`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import rlp
from trie import HexaryTrie

from normledger.identifiers import Hash

_DEPOSIT = 0x7E
"""The type of a deposit on an OP Stack chain, whose receipt has two fields more (OP Stack specification, deposits)."""


def root_of(told: Sequence[Mapping[str, Any]]) -> Hash:
    """The root of these receipts of one block, as JSON-RPC tells them, in the order of its transactions.

    Raises `ValueError` or `KeyError` where one is no receipt.
    """
    root = HexaryTrie({})
    for place, receipt in enumerate(told):
        root[rlp.encode(place)] = _encoded(receipt)
    return Hash(root.root_hash)


def _encoded(told: Mapping[str, Any]) -> bytes:
    kind = int(told.get("type") or "0x0", 16)
    logs = [
        [_bytes(log["address"]), [_bytes(topic) for topic in log["topics"]], _bytes(log["data"])]
        for log in told["logs"]
    ]
    fields = [int(told["status"], 16), int(told["cumulativeGasUsed"], 16), _bytes(told["logsBloom"]), logs]
    if kind == _DEPOSIT:
        fields += [int(told[name], 16) for name in ("depositNonce", "depositReceiptVersion") if told.get(name)]
    return (bytes([kind]) if kind else b"") + bytes(rlp.encode(fields))


def _bytes(told: str) -> bytes:
    if told[:2] != "0x":
        raise ValueError(f"{told[:80]!r} is not 0x-hex")
    return bytes.fromhex(told[2:])
