"""The one door to a chain for the rest of the project: blocks, logs, calls, proofs, and handing over signed bytes.

Belongs here: JSON-RPC (EIP-1474) with time limits and bounded retries, the answers as values of our own, and one clear
sentence for every way in which a chain can fail us. Does not belong here: keys (`sender`) and contracts (`deployment`).

Amounts are wei, times Unix seconds. Reads are repeated a few times when the chain does not answer; a transaction is
handed over once, because an answer that was lost does not mean that the transaction was.

    ChainError
    ├── RpcError     the chain answered with an error of its own (code, data)
    └── Reverted     a contract undid a call (data: what it said, to be decoded by whoever knows the contract)
"""

import contextlib
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import rlp

from normledger.chain import receipts
from normledger.errors import ChainError, InputError
from normledger.identifiers import Address, Hash, keccak

TIME_LIMIT = 30.0
"""Seconds that one request may take."""

_BATCH = 100
"""Questions in one JSON-RPC batch; services refuse more."""

_PAUSES = (0.0, 0.2, 0.6, 1.8)  # seconds before each try of a read
_TOO_WIDE = re.compile(r"limit|range|more than|too (many|large)|exceed|response size|timeout|timed out", re.I)
_BUSY = re.compile(r"rate.?limit|too many requests|capacity|try again", re.I)
_UNDONE = re.compile(
    r"revert|VM (Exception|execution error)|EVM error|execution failed|invalid opcode|out ?of ?gas|stack (und|ov)", re.I
)


@dataclass(frozen=True, slots=True)
class Block:
    """What ties an answer to a moment; `time` is the block's, in Unix seconds."""

    number: int
    hash: Hash
    parent: Hash
    time: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """A block whose fields were seen to hash to its name; `bloom` tells which logs may be in it (2048 bits)."""

    block: Block
    bloom: int


@dataclass(frozen=True, slots=True)
class Log:
    """An event as a contract wrote it; `index` counts within the block."""

    address: Address
    topics: tuple[Hash, ...]
    data: bytes
    block_number: int
    block_hash: Hash
    transaction: Hash
    index: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction; `ok` is False where it was mined but undone."""

    transaction: Hash
    block_number: int
    block_hash: Hash
    ok: bool
    gas_used: int
    logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True)
class StorageProof:
    """The value of one slot and the trie's nodes from the storage root to it, as RLP (EIP-1186)."""

    slot: Hash
    value: Hash
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class StateProof:
    """An account, the trie's nodes from a block's state root to it, and slots of it (EIP-1186). Not yet verified."""

    address: Address
    account_proof: tuple[bytes, ...]
    balance: int
    nonce: int
    storage_hash: Hash
    code_hash: Hash
    storage: tuple[StorageProof, ...]


class RpcError(ChainError):
    """The chain understood the request and answered with an error; `code` and `data` are as it gave them."""

    def __init__(self, message: str, code: int | None = None, data: Any = None) -> None:
        self.code, self.data = code, data
        super().__init__(message)


class Reverted(ChainError):
    """A contract undid the call. `data` starts with the four bytes of its error; empty if it gave none."""

    slug = "reverted"

    def __init__(self, data: bytes, message: str = "") -> None:
        self.data = data
        text = message or "The contract undid the call"
        if data[:4] == bytes.fromhex("08c379a0"):  # Error(string)
            text += f": {data[68 : 68 + int.from_bytes(data[36:68], 'big')].decode(errors='replace')}"
        elif data:
            text += f" with error 0x{data[:4].hex()}"
        super().__init__(text + ".")


class Provider(Protocol):
    """What carries JSON-RPC: any synchronous provider of web3, or `embedded.EmbeddedProvider`."""

    def make_request(self, method: Any, params: Any) -> Any:
        """Answer ``{"result": …}`` or ``{"error": {code, message, data}}``; raise OSError or ValueError otherwise."""


class Node:
    """A chain that is read and written through `provider`; `name` is what people are told it is called."""

    def __init__(self, provider: Provider, name: str) -> None:
        self._provider, self.name = provider, name
        self._in_batches = hasattr(provider, "make_batch_request")

    @cached_property
    def chain_id(self) -> int:
        """The number that signatures for this chain carry (EIP-155)."""
        with self._understood("eth_chainId"):
            return int(self._ask("eth_chainId"), 16)

    def told_chain_id(self) -> int:
        """The chain's number as it says now: behind one address another chain may answer later."""
        with self._understood("eth_chainId"):
            return int(self._ask("eth_chainId"), 16)

    @property
    def solitary(self) -> bool:
        """Whether nobody else extends this chain, so that whoever runs it may take back any block of it."""
        return self.client.startswith("NormLedger/embedded") or "Ganache" in self.client or "TestRPC" in self.client

    @cached_property
    def client(self) -> str:
        """The program that runs the chain, in its own words."""
        return str(self._ask("web3_clientVersion"))

    def close(self) -> None:
        """Free the connection or, for the embedded chain, its file."""
        getattr(self._provider, "close", lambda: None)()

    # Blocks

    def head(self) -> Block:
        """The newest block."""
        return self._known(self.block_at("latest"))

    def block(self, number: int) -> Block | None:
        """The block of that number on the chain as it is now; None if it is not that long."""
        return self.block_at(hex(number))

    def final(self) -> Block:
        """The newest block that can no longer be undone: the chain's `finalized` one, its first block until then.

        On the embedded chain and on Ganache, which nobody else extends, that is the head.
        """
        if self.solitary:
            return self.head()
        try:
            return self.block_at("finalized") or self._known(self.block(0))
        except RpcError as error:
            if re.search(r"not found|unknown block", str(error), re.I):
                return self._known(self.block(0))
            raise

    def number_of(self, name: Hash) -> int | None:
        """The number of the block with this hash, if that block is on the chain as it is now."""
        found = self._ask("eth_getBlockByHash", str(name), False)
        with self._understood("eth_getBlockByHash"):
            told = None if found is None else _block(found)
        there = None if told is None else self.block(told.number)
        return there.number if there is not None and there.hash == name else None

    def block_at(self, tag: str) -> Block | None:
        """The block that a JSON-RPC tag or 0x-hex number names."""
        found = self._ask("eth_getBlockByNumber", tag, False)
        with self._understood("eth_getBlockByNumber"):
            return None if found is None else _block(found)

    def sealed(self, numbers: Sequence[int]) -> list[Sealed | None]:
        """The blocks of these numbers, each held against its hash; None for one beyond the chain's end.

        Raises ChainError where a block's fields do not give its hash, or another block is told than was asked for.
        """
        asked = [("eth_getBlockByNumber", [hex(number), False]) for number in numbers]
        sealed: list[Sealed | None] = []
        for number, found in zip(numbers, self._ask_all(asked), strict=True):
            if found is None:
                sealed.append(None)
                continue
            with self._understood("eth_getBlockByNumber"):
                _raw_header(found)
                block = _block(found)
                if block.number != number:
                    raise ValueError(f"block {block.number} instead of block {number}")
                sealed.append(Sealed(block, int.from_bytes(_bytes(found["logsBloom"]), "big")))
        return sealed

    def header(self, number: int) -> bytes:
        """The block's header as RLP, put together from the fields told and checked against the hash told.

        17 fields under Shanghai (EIP-1559, EIP-4895), up to 21 later (EIP-4844, EIP-4788, EIP-7685).
        Raises ChainError if there is no such block or the fields do not give its hash.
        """
        found = self._ask("eth_getBlockByNumber", hex(number), False)
        if found is None:
            raise ChainError(f"The chain at {self.name} has no block {number}.")
        with self._understood("eth_getBlockByNumber"):
            return _raw_header(found)

    def logs(self, addresses: Sequence[Address], first: int, last: int) -> list[Log]:
        """Everything these contracts wrote from block `first` to block `last`, both included, in the chain's order.

        Where the chain refuses so wide a range the range is halved. Raises ChainError if it slips in others' events.
        """
        if first > last or not addresses:
            return []
        wanted = {"address": [str(a) for a in addresses], "fromBlock": hex(first), "toBlock": hex(last)}
        try:
            found = self._ask("eth_getLogs", wanted)
        except RpcError as error:
            if first == last or not _TOO_WIDE.search(str(error)):
                raise
            middle = (first + last) // 2
            return self.logs(addresses, first, middle) + self.logs(addresses, middle + 1, last)
        with self._understood("eth_getLogs"):
            logs = [_log(entry) for entry in found]
            for log in logs:
                if log.address not in addresses or not first <= log.block_number <= last:
                    raise ValueError(f"a log of {log.address} in block {log.block_number} was not asked for")
        return sorted(logs, key=lambda log: (log.block_number, log.index))

    def all_logs(self, block: Hash) -> list[Log]:
        """Everything that any contract wrote in one block, in its order."""
        found = self._ask("eth_getLogs", {"blockHash": str(block)})
        with self._understood("eth_getLogs"):
            logs = [_log(entry) for entry in found]
            if any(log.block_hash != block for log in logs):
                raise ValueError(f"logs of other blocks than {block}")
        return sorted(logs, key=lambda log: log.index)

    def written(self, block: Block) -> list[Log]:
        """Everything that any contract wrote in this block, from receipts seen to hash to the root in its header.

        Raises ChainError where they do not, where the node has not kept them, or where it holds another block there.
        """
        found = self._ask("eth_getBlockByNumber", hex(block.number), False)
        with self._understood("eth_getBlockByNumber"):
            _raw_header(found)
            if _hash(found["hash"]) != block.hash:
                raise ValueError(f"another block than {block.hash}")
            asked = [("eth_getTransactionReceipt", [str(_hash(one))]) for one in found["transactions"]]
        told = self._ask_all(asked)
        with self._understood("eth_getTransactionReceipt"):
            if None in told:
                raise ValueError(f"no receipt of a transaction in block {block.number}")
            if receipts.root_of(told) != _hash(found["receiptsRoot"]):
                raise ValueError(f"receipts that the header of block {block.number} does not commit to")
            return [_log(entry) for receipt in told for entry in receipt["logs"]]

    # State; `block` None is the newest

    def call(
        self,
        to: Address,
        data: bytes,
        *,
        block: int | None = None,
        sender: Address | None = None,
        gas: int | None = None,
    ) -> bytes:
        """What the contract answers, changing nothing; `gas` is the most that it may use. Raises Reverted."""
        message = _message(sender, to, data) | ({} if gas is None else {"gas": hex(gas)})
        with self._undone():
            found = self._ask("eth_call", message, _tag(block))
        with self._understood("eth_call"):
            return _bytes(found)

    def code(self, address: Address, block: int | None = None) -> bytes:
        """The code that runs at the address; empty for a plain account."""
        found = self._ask("eth_getCode", str(address), _tag(block))
        with self._understood("eth_getCode"):
            return _bytes(found)

    def balance(self, address: Address, block: int | None = None) -> int:
        """Wei."""
        found = self._ask("eth_getBalance", str(address), _tag(block))
        with self._understood("eth_getBalance"):
            return _int(found)

    def nonce(self, address: Address, pending: bool = True) -> int:
        """How many transactions the account has sent, with those not yet in a block unless `pending` is False."""
        found = self._ask("eth_getTransactionCount", str(address), "pending" if pending else "latest")
        with self._understood("eth_getTransactionCount"):
            return _int(found)

    def storage(self, address: Address, slot: Hash, block: int | None = None) -> Hash:
        """One word of a contract's storage."""
        found = self._ask("eth_getStorageAt", str(address), str(slot), _tag(block))
        with self._understood("eth_getStorageAt"):
            return _word(found)

    def storages(self, slots: Sequence[tuple[Address, Hash]], block: int) -> list[Hash]:
        """Many words of contracts' storage."""
        asked = [("eth_getStorageAt", [str(address), str(slot), hex(block)]) for address, slot in slots]
        found = self._ask_all(asked)
        with self._understood("eth_getStorageAt"):
            return [_word(one) for one in found]

    def proof(self, address: Address, slots: Sequence[Hash], block: int) -> StateProof:
        """The account and these slots with their proofs against the block's state root (EIP-1186), unverified."""
        found = self._ask("eth_getProof", str(address), [str(slot) for slot in slots], hex(block))
        with self._understood("eth_getProof"):
            told = found["storageProof"]
            if [_int(entry["key"]) for entry in told] != [int.from_bytes(slot, "big") for slot in slots]:
                raise ValueError("it is not about the slots asked for")
            return StateProof(
                address=address,
                account_proof=tuple(map(_bytes, found["accountProof"])),
                balance=_int(found["balance"]),
                nonce=_int(found["nonce"]),
                storage_hash=_hash(found["storageHash"]),
                code_hash=_hash(found["codeHash"]),
                storage=tuple(
                    StorageProof(slot, _word(entry["value"]), tuple(map(_bytes, entry["proof"])))
                    for slot, entry in zip(slots, told, strict=True)
                ),
            )

    # Sending

    def estimate(self, sender: Address, to: Address | None, data: bytes, value: int = 0) -> int:
        """Gas that the transaction would use in the next block; `to` None makes a contract. Raises Reverted."""
        with self._undone():
            found = self._ask("eth_estimateGas", _message(sender, to, data, value), "pending")
        with self._understood("eth_estimateGas"):
            return _int(found)

    def base_fee(self) -> int | None:
        """Wei per gas that the next block burns, about (EIP-1559); None on a chain without it."""
        found = self._ask("eth_getBlockByNumber", "latest", False)
        with self._understood("eth_getBlockByNumber"):
            told = found.get("baseFeePerGas")
            return None if told is None else _int(told)

    def fees(self) -> tuple[int, int]:
        """Highest fee and priority fee to offer, in wei per gas; twice the gas price without EIP-1559."""
        base = self.base_fee()
        with self._understood("eth_gasPrice"):
            if base is None:
                price = _int(self._ask("eth_gasPrice"))
                return price, price
            try:
                priority = _int(self._ask("eth_maxPriorityFeePerGas"))
            except RpcError:
                priority = max(0, _int(self._ask("eth_gasPrice")) - base)
        return 2 * base + priority, priority

    def submit(self, raw: bytes) -> Hash:
        """Hand over a signed transaction, once. Returns its hash, also where the chain knew it already.

        Raises ChainError with the chain's reason if it refuses; if it does not answer, the error tells the hash by
        which to look whether the transaction arrived.
        """
        name = keccak(raw)
        try:
            told = self._ask("eth_sendRawTransaction", "0x" + raw.hex(), tries=1)
        except RpcError as error:
            if re.search(r"already (known|imported)|known transaction", str(error), re.I):
                return name
            raise
        except ChainError as error:
            raise ChainError(f"{error} It may have taken transaction {name}: look before sending again.") from error
        with self._understood("eth_sendRawTransaction"):
            if _hash(told) != name:
                raise ValueError(f"it calls transaction {name} {told}")
        return name

    def receipt(self, transaction: Hash) -> Receipt | None:
        """What became of the transaction; None while it is in no block."""
        found = self._ask("eth_getTransactionReceipt", str(transaction))
        with self._understood("eth_getTransactionReceipt"):
            if found is None or found.get("blockNumber") is None:
                return None
            return Receipt(
                transaction=_hash(found["transactionHash"]),
                block_number=_int(found["blockNumber"]),
                block_hash=_hash(found["blockHash"]),
                ok=_int(found["status"]) == 1,
                gas_used=_int(found["gasUsed"]),
                logs=tuple(map(_log, found["logs"])),
            )

    # The wire

    def _ask(self, method: str, *params: Any, tries: int = len(_PAUSES)) -> Any:
        reason = ""
        for pause in _PAUSES[:tries]:
            time.sleep(pause)
            try:
                answer = self._provider.make_request(method, list(params))
            except (OSError, ValueError) as error:
                told, reason = _body(error), _reason(error)
                if told is None:
                    continue
                answer = told
            if isinstance(answer, dict) and isinstance(fault := answer.get("error"), dict):
                said = str(fault.get("message")).rstrip(".")
                if _BUSY.search(said) and method != "eth_getLogs":  # of logs it asks for fewer instead
                    reason = said
                    continue
                raise RpcError(
                    f"The chain at {self.name} refuses {method}: {said}.", fault.get("code"), fault.get("data")
                )
            if isinstance(answer, dict) and "result" in answer:
                return answer["result"]
            reason = "what it sends is not JSON-RPC"
        raise ChainError(f"The chain at {self.name} does not answer: {reason}; start it or give another --chain.")

    def _ask_all(self, asked: Sequence[tuple[str, list[Any]]]) -> list[Any]:
        """The answers to many questions in their order: in batches where the chain takes them, else one by one."""
        found: list[Any] = []
        for at in range(0, len(asked), _BATCH):
            some = asked[at : at + _BATCH]
            answers = self._batched(some) if self._in_batches and len(some) > 1 else None
            found += answers or [self._ask(method, *params) for method, params in some]
        return found

    def _batched(self, asked: Sequence[tuple[str, list[Any]]]) -> list[Any] | None:
        """The answers to one batch; None where anything is wrong with it, for then each is asked by itself."""
        try:
            answers = self._provider.make_batch_request(list(asked))  # type: ignore[attr-defined]  # HTTP's alone
        except (OSError, ValueError, TypeError, KeyError):
            return None
        if not isinstance(answers, list):
            self._in_batches = False
            return None
        if len(answers) != len(asked) or not all(isinstance(one, dict) and "result" in one for one in answers):
            return None
        return [one["result"] for one in answers]

    @contextlib.contextmanager
    def _understood(self, method: str) -> Iterator[None]:
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError, InputError) as error:
            raise ChainError(f"The chain at {self.name} answers {method} with something else: {error}.") from error

    @contextlib.contextmanager
    def _undone(self) -> Iterator[None]:
        try:
            yield
        except RpcError as error:
            data = error.data.get("result") if isinstance(error.data, dict) else error.data  # dict: Ganache's estimate
            if error.code != 3 and not _UNDONE.search(str(error)):
                raise
            said = re.search(r"0x((?:[0-9a-fA-F]{2})*)", str(data or ""))
            raise Reverted(bytes.fromhex(said[1]) if said else b"") from error

    def _known(self, block: Block | None) -> Block:
        if block is None:
            raise ChainError(f"The chain at {self.name} has no block where every chain has one.")
        return block


def connect(
    where: str,
    *,
    data: Path | None = None,
    funded: Mapping[Address, int] | None = None,
    chain_id: int | None = None,
    read_only: bool = False,
) -> Node:
    """The chain at `where`: ``embedded`` (kept in the folder `data`), or a JSON-RPC URL (http, https, ws, wss).

    `funded`: wei for accounts, used only where this makes a new embedded chain. `chain_id`: the number expected.
    `read_only`: the embedded chain of another process. Raises ChainError if the chain does not answer or is another.
    """
    if where == "embedded":
        if data is None:
            raise ChainError("The embedded chain needs a folder for its data.")
        from normledger.chain.embedded import EmbeddedProvider  # imports py-evm: half a second

        node = Node(EmbeddedProvider(data / "chain.db", funded, writable=not read_only), "embedded")
    else:
        scheme, host = _place(where)
        node = Node(_http(where) if scheme.startswith("http") else _WebSocket(where), f"{scheme}://{host}")
    try:
        if chain_id not in (None, node.chain_id):
            raise ChainError(
                f"The chain at {node.name} is number {node.chain_id}, not {chain_id} as expected: give another --chain."
            )
    except BaseException:
        node.close()
        raise
    return node


def _place(where: str) -> tuple[str, str]:
    """Scheme and host; a name without user, path and query, because those may hold an access key."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(where)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname:
            return parts.scheme, parts.hostname + (f":{parts.port}" if parts.port else "")
    raise ChainError(f"{where[:80]!r} is not a chain: give embedded or an address such as http://127.0.0.1:8545.")


def _http(url: str) -> Provider:
    from web3.providers.rpc import HTTPProvider  # a second of imports

    # web3's own retries would repeat transactions too
    return HTTPProvider(url, request_kwargs={"timeout": TIME_LIMIT}, exception_retry_configuration=None)


class _WebSocket:
    """JSON-RPC over one WebSocket, a request at a time; web3 has that only for asynchronous programs."""

    def __init__(self, url: str) -> None:
        self._url, self._lock, self._kept = url, threading.Lock(), contextlib.ExitStack()
        self._connection: Any = None

    def make_request(self, method: str, params: Any) -> Any:
        from websockets.exceptions import WebSocketException
        from websockets.sync.client import connect as dial

        with self._lock:
            try:
                if self._connection is None:
                    dialled = dial(self._url, open_timeout=TIME_LIMIT, max_size=2**28)
                    self._connection = self._kept.enter_context(dialled)
                self._connection.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
                return json.loads(self._connection.recv(timeout=TIME_LIMIT))
            except (WebSocketException, OSError, ValueError) as error:
                self.close()  # the next try dials again, so no late answer is taken for another's
                raise error if isinstance(error, OSError | ValueError) else OSError(str(error)) from error

    def close(self) -> None:
        self._connection = None
        self._kept.close()


def _body(error: Exception) -> Any:
    """The JSON-RPC answer that came with an HTTP error status, as some services send it; None to try again."""
    response = getattr(error, "response", None)
    if response is None or response.status_code == 429 or response.status_code >= 500:
        return None
    with contextlib.suppress(ValueError):
        return response.json()
    return None


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP status {response.status_code}"
    if "Timeout" in type(error).__name__:
        return f"nothing within {TIME_LIMIT:.0f} s"
    if isinstance(error, OSError):
        return "no connection"
    return "what it sends is cut short or not JSON"


_HEADER = (
    *("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"),
    *("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce"),
    *("baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"),
)
"""A header's fields in their order, under their JSON-RPC names; those from the sixteenth on came with later forks."""

_NUMBERS = frozenset(
    ("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas")
)


def _block(told: Mapping[str, Any]) -> Block:
    return Block(_small(told["number"]), _hash(told["hash"]), _hash(told["parentHash"]), _small(told["timestamp"]))


def _raw_header(told: Mapping[str, Any]) -> bytes:
    """A block's header as RLP. Raises ValueError where its fields do not give the hash told."""
    raw = bytes(rlp.encode([
        _minimal(told[name]) if name in _NUMBERS else _bytes(told[name])
        for name in _HEADER
        if name in _HEADER[:15] or told.get(name) is not None
    ]))  # fmt: skip
    if keccak(raw) != _hash(told["hash"]):
        raise ValueError(f"the header's fields of block {_int(told['number'])} do not give its hash {told['hash']}")
    return raw


def _log(told: Mapping[str, Any]) -> Log:
    return Log(
        address=Address(_bytes(told["address"])),
        topics=tuple(map(_hash, told["topics"])),
        data=_bytes(told["data"]),
        block_number=_small(told["blockNumber"]),
        block_hash=_hash(told["blockHash"]),
        transaction=_hash(told["transactionHash"]),
        index=_small(told["logIndex"]),
    )


def _message(sender: Address | None, to: Address | None, data: bytes, value: int = 0) -> dict[str, str]:
    message = {"data": "0x" + data.hex()}
    if sender is not None:
        message["from"] = str(sender)
    if to is not None:
        message["to"] = str(to)
    if value:
        message["value"] = hex(value)
    return message


def _tag(block: int | None) -> str:
    return "latest" if block is None else hex(block)


def _bytes(told: str) -> bytes:
    if told[:2] != "0x":
        raise ValueError(f"{told[:80]!r} is not 0x-hex")
    return bytes.fromhex(told[2:])


def _hash(told: str) -> Hash:
    return Hash(_bytes(told))


def _int(told: str) -> int:
    return int(told, 16)


def _small(told: str) -> int:
    """A number that every database holds."""
    number = _int(told)
    if not 0 <= number < 1 << 63:
        raise ValueError(f"{told[:80]} is no place and no time")
    return number


def _minimal(told: str) -> bytes:
    """A number as RLP wants it: big-endian without leading zeros, nothing for 0."""
    number = _int(told)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _word(told: str) -> Hash:
    """32 bytes from however many hexadecimal digits; Ganache gives none for 0."""
    return Hash(int(told[2:] or "0", 16).to_bytes(32, "big"))
