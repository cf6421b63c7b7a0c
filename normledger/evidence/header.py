"""A block's header, raw: its hash names the block, and it holds number, time and the root of the state.

Belongs here: reading it, strictly, by the number of fields that each fork gave it. Does not belong here: which block
hash to believe (whoever verifies says that).
"""

from dataclasses import dataclass

from normledger.errors import InputError
from normledger.evidence import rlp
from normledger.identifiers import Hash, keccak

_NUMBER, _ANY = 0, -1
_FIELDS = (
    ("parentHash", 32), ("sha3Uncles", 32), ("miner", 20), ("stateRoot", 32), ("transactionsRoot", 32),
    ("receiptsRoot", 32), ("logsBloom", 256), ("difficulty", _NUMBER), ("number", _NUMBER), ("gasLimit", _NUMBER),
    ("gasUsed", _NUMBER), ("timestamp", _NUMBER), ("extraData", _ANY), ("mixHash", 32), ("nonce", 8),
    ("baseFeePerGas", _NUMBER), ("withdrawalsRoot", 32), ("blobGasUsed", _NUMBER), ("excessBlobGas", _NUMBER),
    ("parentBeaconBlockRoot", 32), ("requestsHash", 32),
)  # fmt: skip
"""In their order, each with its length in bytes."""

FORKS = {16: "London", 17: "Shanghai", 20: "Cancun", 21: "Prague"}
"""How many fields a header has since which fork (EIP-1559, EIP-4895, EIP-4844 with EIP-4788, EIP-7685)."""


END_OF_TIME = 253_402_300_800
"""The first second of the year 10000, which no calendar here knows."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a header commits to; `time` is in Unix seconds."""

    hash: Hash
    number: int
    time: int
    state_root: Hash


def read_header(raw: bytes) -> Header:
    """Read a header's RLP. Raises `InputError` for anything that no fork since London writes."""
    try:
        items = rlp.decode_list(raw)
        if len(items) not in FORKS:
            raise ValueError(f"it has {len(items)} fields; headers have 16, 17, 20 or 21")
        values: dict[str, int | bytes] = {}
        for (name, length), item in zip(_FIELDS, items, strict=False):
            if length == _NUMBER:
                values[name] = rlp.number(item)
            elif length == _ANY:
                values[name] = rlp.fixed(item, len(item))
            else:
                values[name] = rlp.fixed(item, length)
        time = values["timestamp"]
        if isinstance(time, int) and time >= END_OF_TIME:
            raise ValueError("its time is beyond the year 9999")
    except ValueError as error:
        raise InputError(f"this is no block header: {error}", field="header") from None
    number, root = values["number"], values["stateRoot"]
    assert isinstance(number, int)
    assert isinstance(time, int)
    assert isinstance(root, bytes)
    return Header(keccak(raw), number, time, Hash(root))
