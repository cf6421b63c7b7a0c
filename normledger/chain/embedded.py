"""An Ethereum chain inside this process, kept in one SQLite file; nothing but Python packages.

Belongs here: making blocks by py-evm's Shanghai rules, keeping them, and answering JSON-RPC about them.
Does not belong here: retries, types and sentences for people, which every chain shares (`node`).

One transaction makes one block, mined before `eth_sendRawTransaction` answers. There is no proof of work and no pending
pool, so the newest block is also the final one. Every state that ever was stays readable (an archive, in the words of
other nodes). A block, its logs and all trie nodes it brought are written in ONE SQLite transaction with
`synchronous=FULL`: what was answered for survives a kill or a power cut, and a block is there whole or not at all.

Numbers are wei, gas and Unix seconds. Rules: the yellow paper as py-evm has it, EIP-1559 (fees), EIP-1186 (proofs),
EIP-1474 (JSON-RPC). This module imports py-evm (half a second): import it only when this chain is asked for.
"""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import rlp
from eth.abc import BlockHeaderAPI, ComputationAPI, SignedTransactionAPI, StateAPI
from eth.constants import BLANK_ROOT_HASH, CREATE_CONTRACT_ADDRESS
from eth.db.atomic import AtomicDB
from eth.db.backends.base import BaseDB
from eth.db.trie import make_trie_root_and_nodes
from eth.exceptions import Revert
from eth.rlp.accounts import Account
from eth.vm.chain_context import ChainContext
from eth.vm.forks.shanghai import ShanghaiVM
from eth.vm.forks.shanghai.blocks import ShanghaiBlockHeader
from eth.vm.forks.shanghai.transactions import ShanghaiTransactionBuilder
from eth.vm.spoof import SpoofTransaction
from eth_utils import ValidationError
from trie import HexaryTrie

from normledger.errors import ChainError
from normledger.identifiers import Address, keccak

CHAIN_ID = 20044
"""The embedded chain's number, signed into every transaction and act (EIP-155, EIP-712)."""

GAS_LIMIT = 30_000_000
"""Gas that one block, hence one transaction, may use: what public networks had under Shanghai."""

FORMAT = 1
"""Version of the file's tables, in SQLite's `user_version`."""

_APPLICATION = 0x4E4C4344  # "NLCD" in SQLite's `application_id`: this file is one of ours
_SCHEMA = """
CREATE TABLE node (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE block (
    number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, header BLOB NOT NULL,
    txhash BLOB UNIQUE, raw BLOB, sender BLOB, ok INTEGER);
CREATE TABLE log (
    block INTEGER NOT NULL, position INTEGER NOT NULL, address BLOB NOT NULL, topics BLOB NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (block, position)) WITHOUT ROWID;
CREATE INDEX log_by_address ON log (address, block);
CREATE TABLE fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class _Fault(Exception):
    """A JSON-RPC error: `code` and `data` as other nodes give them (3 with the revert's data, or -32000)."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        self.error = {"code": code, "message": message} | ({} if data is None else {"data": data})
        super().__init__(message)


class _Nodes(BaseDB):
    """Trie nodes and contract code by their hash. New ones wait in `fresh` for their block's transaction."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        self.fresh: dict[bytes, bytes] = {}

    def __getitem__(self, key: bytes) -> bytes:
        if key in self.fresh:
            return self.fresh[key]
        row = self._base.execute("SELECT value FROM node WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return bytes(row[0])

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.fresh[key] = value

    def __delitem__(self, key: bytes) -> None:
        self.fresh.pop(key, None)  # what an older state needs is never deleted

    def _exists(self, key: bytes) -> bool:
        with contextlib.suppress(KeyError):
            self[key]
            return True
        return False


class EmbeddedProvider:
    """Serves `make_request(method, params)` as web3's providers do, from the chain kept in the file at `path`.

    A missing file becomes a new chain whose genesis block gives `funded` accounts their wei; for an existing one
    `funded` is ignored. One process writes at a time; any number may read beside it with `writable=False`.
    `clock` gives Unix seconds; a block's time is that, but always later than its parent's. Safe for threads.

    Raises ChainError if the file is another chain's, newer than this program, or written by another process.
    """

    def __init__(
        self,
        path: Path,
        funded: Mapping[Address, int] | None = None,
        *,
        chain_id: int = CHAIN_ID,
        clock: Callable[[], float] = time.time,
        writable: bool = True,
    ) -> None:
        self._path, self._clock, self._writable = path, clock, writable
        self._lock = threading.RLock()
        self._claim: sqlite3.Connection | None = None
        try:
            if writable:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._claim = self._claimed()
            elif not path.exists():
                raise ChainError(f"There is no embedded chain at {path}; make one with `normledger deploy`.")
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
            self._base.execute("PRAGMA synchronous = FULL" if writable else "PRAGMA query_only = ON")
            self._nodes = _Nodes(self._base)
            self._state_db = AtomicDB(self._nodes)
            self._context = ChainContext(chain_id)
            self.chain_id = chain_id
            self._open(dict(funded or {}))
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise ChainError(f"The embedded chain's file {path} cannot be used: {error}.") from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file and of the right to write it. Nothing is lost without it."""
        with self._lock:
            for base in (getattr(self, "_base", None), self._claim):
                if base is not None:
                    base.close()
            self._claim = None

    def make_request(self, method: str, params: Any = ()) -> dict[str, Any]:
        """One JSON-RPC call (EIP-1474); errors come back as ``{"error": {code, message, data}}``, never raised."""
        with self._lock:
            try:
                served = _METHODS.get(method)
                if served is None:
                    raise _Fault(-32601, f"the method {method} does not exist on the embedded chain")
                return {"jsonrpc": "2.0", "id": 1, "result": served(self, *params)}
            except _Fault as fault:
                return {"jsonrpc": "2.0", "id": 1, "error": fault.error}
            except sqlite3.Error as error:
                raise ChainError(f"The embedded chain's file {self._path} cannot be used: {error}.") from error

    def rewind(self, number: int) -> None:
        """Forget every block above `number`, as a reorganisation does: for tests of those who follow the chain."""
        try:
            with self._lock, self._written():
                self._row(number)
                self._base.execute("DELETE FROM log WHERE block > ?", (number,))
                self._base.execute("DELETE FROM block WHERE number > ?", (number,))
        except _Fault as fault:
            raise ChainError(f"The embedded chain cannot go back: {fault}.") from fault

    # The file

    def _claimed(self) -> sqlite3.Connection:
        """The right to write, held as SQLite's lock on an empty file of its own: the system frees it if we die."""
        claim = sqlite3.connect(f"{self._path}.lock", isolation_level=None, check_same_thread=False, timeout=0)
        try:
            claim.execute("PRAGMA journal_mode = MEMORY")
            claim.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            claim.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise ChainError(
                f"The embedded chain at {self._path} is in use by another process: wait for it or stop it."
            ) from error
        return claim

    def _open(self, funded: dict[Address, int]) -> None:
        application = self._base.execute("PRAGMA application_id").fetchone()[0]
        version = self._base.execute("PRAGMA user_version").fetchone()[0]
        blank = not application and not self._base.execute("SELECT 1 FROM sqlite_master").fetchone()
        if blank and self._writable:
            self._base.execute("PRAGMA journal_mode = WAL")
            self._begin(funded)
        elif application != _APPLICATION:
            raise ChainError(f"{self._path} is not an embedded chain of NormLedger: name another folder.")
        elif version > FORMAT:
            raise ChainError(f"The embedded chain at {self._path} was made by a newer NormLedger: update this one.")
        else:
            kept = self._base.execute("SELECT value FROM fact WHERE name = 'chain id'").fetchone()[0]
            if kept != self.chain_id:
                raise ChainError(f"The embedded chain at {self._path} is number {kept}, not {self.chain_id}.")

    def _begin(self, funded: dict[Address, int]) -> None:
        blank = ShanghaiVM.create_genesis_header(
            gas_limit=GAS_LIMIT, timestamp=int(self._clock()), extra_data=b"NormLedger"
        )
        with self._written():
            for statement in _SCHEMA.split(";"):
                self._base.execute(statement)
            state = self._state(blank)
            for account, wei in funded.items():
                state.set_balance(_canonical(account), wei)
            state.persist()
            self._keep(blank.copy(state_root=state.state_root))
            self._base.execute("INSERT INTO fact VALUES ('chain id', ?)", (self.chain_id,))
            self._base.execute(f"PRAGMA application_id = {_APPLICATION}")
            self._base.execute(f"PRAGMA user_version = {FORMAT}")

    @contextlib.contextmanager
    def _written(self) -> Iterator[None]:
        """Everything inside is on the disk when this returns, or nothing is."""
        if not self._writable:
            raise _Fault(-32000, "this embedded chain was opened for reading only")
        try:
            self._base.execute("BEGIN IMMEDIATE")
            yield
            self._base.executemany("INSERT OR IGNORE INTO node VALUES (?, ?)", self._nodes.fresh.items())
            self._base.execute("COMMIT")
        except BaseException:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise
        finally:
            self._nodes.fresh.clear()

    def _keep(self, header: BlockHeaderAPI, *sent: object) -> None:
        row = (header.block_number, header.hash, rlp.encode(header), *(sent or (None, None, None, None)))
        self._base.execute("INSERT INTO block VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def _row(self, number: int) -> BlockHeaderAPI:
        row = self._base.execute("SELECT header FROM block WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise _Fault(-32000, f"block {number} is not on the chain")
        return _header(row[0])

    def _head(self) -> BlockHeaderAPI:
        return _header(self._base.execute("SELECT header FROM block ORDER BY number DESC LIMIT 1").fetchone()[0])

    # Blocks

    def _next(self, parent: BlockHeaderAPI) -> BlockHeaderAPI:
        moment = max(parent.timestamp + 1, int(self._clock()))
        header: BlockHeaderAPI = ShanghaiVM.create_header_from_parent(parent, gas_limit=GAS_LIMIT, timestamp=moment)
        return header

    def _state(self, header: BlockHeaderAPI) -> StateAPI:
        """The state at `header.state_root` (for a block in the making: its parent's), seen from that block."""
        return ShanghaiVM.build_state(self._state_db, header, self._context, self._ancestors(header.block_number))

    def _ancestors(self, number: int) -> Iterator[Any]:
        for above in range(number - 1, max(-1, number - 257), -1):  # what the opcode BLOCKHASH can see
            yield self._base.execute("SELECT hash FROM block WHERE number = ?", (above,)).fetchone()[0]

    def _mine(self, transaction: SignedTransactionAPI, raw: bytes) -> None:
        header = self._next(self._head())
        self._accept(transaction, header)
        with self._written():
            state = self._state(header)
            try:
                computation = state.apply_transaction(transaction)
            except ValidationError as error:
                raise _Fault(-32000, f"transaction refused: {error}") from error
            receipt = ShanghaiVM.make_receipt(header, transaction, computation, state)
            state.persist()
            made = header.copy(
                state_root=state.state_root,
                transaction_root=make_trie_root_and_nodes((transaction,))[0],
                receipt_root=make_trie_root_and_nodes((receipt,))[0],
                bloom=receipt.bloom,
                gas_used=receipt.gas_used,
            )
            self._keep(made, keccak(raw), raw, transaction.sender, int(not computation.is_error))
            self._base.executemany(
                "INSERT INTO log VALUES (?, ?, ?, ?, ?)",
                (
                    (made.block_number, position, log.address, b"".join(map(_word, log.topics)), log.data)
                    for position, log in enumerate(receipt.logs)
                ),
            )

    def _accept(self, transaction: SignedTransactionAPI, header: BlockHeaderAPI) -> None:
        """Refuse with a reason what would not fit into the block `header` in the making."""
        account, chain, nonce = self._account(header, transaction.sender), transaction.chain_id, transaction.nonce
        cost = transaction.gas * transaction.max_fee_per_gas + transaction.value
        for holds, reason in (
            (chain in (None, self.chain_id), f"signed for chain {chain}, not {self.chain_id}"),
            (nonce >= account.nonce, f"nonce too low: {nonce} is used, next is {account.nonce}"),
            (nonce <= account.nonce, f"nonce too high: {nonce} given, next is {account.nonce}"),
            (transaction.gas <= GAS_LIMIT, f"gas limit {transaction.gas} exceeds the block's {GAS_LIMIT}"),
            (transaction.gas >= transaction.intrinsic_gas, f"gas limit below the needed {transaction.intrinsic_gas}"),
            (
                transaction.max_fee_per_gas >= _base_fee(header),
                f"max fee per gas {transaction.max_fee_per_gas} below the base fee {_base_fee(header)}",
            ),
            (transaction.max_priority_fee_per_gas <= transaction.max_fee_per_gas, "priority fee above the max fee"),
            (account.balance >= cost, f"insufficient funds: needs {cost} wei, has {account.balance}"),
        ):
            if not holds:
                raise _Fault(-32000, reason)

    def _account(self, header: BlockHeaderAPI, address: bytes) -> Account:
        found = HexaryTrie(self._nodes, header.state_root)[keccak(address)]
        return rlp.decode(found, Account) if found else Account()

    # Methods: reading blocks

    def _number_at(self, block: Any) -> int:
        if block in ("latest", "pending", "safe", "finalized"):
            return self._head().block_number
        return 0 if block == "earliest" else min(_number(block), 2**62)

    def _header_at(self, block: Any) -> BlockHeaderAPI:
        header = self._row(self._number_at(block))
        return self._next(header) if block == "pending" else header

    def _block_json(self, where: str, value: object, whole: bool) -> dict[str, Any] | None:
        row = self._base.execute(f"SELECT header, txhash FROM block WHERE {where} = ?", (value,)).fetchone()
        if row is None:
            return None
        header = _header(row[0])
        return {
            "number": hex(header.block_number),
            "hash": _hex(header.hash),
            "parentHash": _hex(header.parent_hash),
            "sha3Uncles": _hex(header.uncles_hash),
            "miner": _hex(header.coinbase),
            "stateRoot": _hex(header.state_root),
            "transactionsRoot": _hex(header.transaction_root),
            "receiptsRoot": _hex(header.receipt_root),
            "logsBloom": _hex(header.bloom.to_bytes(256, "big")),
            "difficulty": hex(header.difficulty),
            "gasLimit": hex(header.gas_limit),
            "gasUsed": hex(header.gas_used),
            "timestamp": hex(header.timestamp),
            "extraData": _hex(header.extra_data),
            "mixHash": _hex(header.mix_hash),
            "nonce": _hex(header.nonce),
            "baseFeePerGas": hex(_base_fee(header)),
            "withdrawalsRoot": _hex(header.withdrawals_root or BLANK_ROOT_HASH),
            "transactions": [] if row[1] is None else [self.transaction(_hex(row[1])) if whole else _hex(row[1])],
            "uncles": [],
            "withdrawals": [],
        }

    def block_by_number(self, block: str, whole: bool = False) -> dict[str, Any] | None:
        return self._block_json("number", self._number_at(block), whole)

    def block_by_hash(self, name: str, whole: bool = False) -> dict[str, Any] | None:
        return self._block_json("hash", _bytes(name), whole)

    def logs(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        """By address (one or a list), topics (None, one, or a list for each place) and blocks."""
        if "blockHash" in wanted:
            name = _bytes(wanted["blockHash"])
            row = self._base.execute("SELECT number FROM block WHERE hash = ?", (name,)).fetchone()
            if row is None:
                raise _Fault(-32000, f"block {wanted['blockHash']} is not on the chain")
            first = last = row[0]
        else:
            first, last = (self._number_at(wanted.get(side, "latest")) for side in ("fromBlock", "toBlock"))
        addresses = wanted.get("address") or []
        emitters = [_bytes(a) for a in ([addresses] if isinstance(addresses, str) else addresses)]
        condition = f" AND log.address IN ({','.join('?' * len(emitters))})" if emitters else ""
        rows = self._base.execute(
            "SELECT log.block, position, address, topics, data, hash, txhash FROM log JOIN block ON number = log.block"
            f" WHERE log.block BETWEEN ? AND ?{condition} ORDER BY log.block, position",
            (first, last, *emitters),
        )
        places = [None if t is None else [t] if isinstance(t, str) else list(t) for t in wanted.get("topics") or []]
        return [
            log
            for log in map(_log_json, rows)
            if len(log["topics"]) >= len(places)
            and all(p is None or t in p for p, t in zip(places, log["topics"], strict=False))
        ]

    def _sent(self, name: str) -> tuple[BlockHeaderAPI, SignedTransactionAPI, bytes, int] | None:
        found = self._base.execute("SELECT header, raw, sender, ok FROM block WHERE txhash = ?", (_bytes(name),))
        row = found.fetchone()
        return (_header(row[0]), ShanghaiTransactionBuilder.decode(row[1]), row[2], row[3]) if row else None

    def transaction(self, name: str) -> dict[str, Any] | None:
        """The transaction named by its hash, as `eth_getTransactionByHash` gives it."""
        if (sent := self._sent(name)) is None:
            return None
        header, transaction, sender, _ = sent
        kind = transaction.type_id or 0
        fees = {"gasPrice": hex(_price(transaction, header))}
        if kind == 2:
            fees |= {
                "maxFeePerGas": hex(transaction.max_fee_per_gas),
                "maxPriorityFeePerGas": hex(transaction.max_priority_fee_per_gas),
            }
        return fees | {
            "hash": name,
            "type": hex(kind),
            "chainId": hex(self.chain_id),
            "blockHash": _hex(header.hash),
            "blockNumber": hex(header.block_number),
            "transactionIndex": "0x0",
            "from": _hex(sender),
            "to": _hex(transaction.to) if transaction.to else None,
            "nonce": hex(transaction.nonce),
            "gas": hex(transaction.gas),
            "value": hex(transaction.value),
            "input": _hex(transaction.data),
            "v": hex(getattr(transaction, "v", transaction.y_parity) if kind == 0 else transaction.y_parity),
            "r": hex(transaction.r),
            "s": hex(transaction.s),
        }

    def receipt(self, name: str) -> dict[str, Any] | None:
        """What became of a transaction; None while no block of the chain holds it."""
        if (sent := self._sent(name)) is None:
            return None
        header, transaction, sender, ok = sent
        made = None if transaction.to else keccak(rlp.encode([bytes(sender), transaction.nonce]))[12:]
        return {
            "transactionHash": name,
            "transactionIndex": "0x0",
            "blockHash": _hex(header.hash),
            "blockNumber": hex(header.block_number),
            "from": _hex(sender),
            "to": _hex(transaction.to) if transaction.to else None,
            "contractAddress": _hex(made) if made else None,
            "status": hex(ok),
            "type": hex(transaction.type_id or 0),
            "gasUsed": hex(header.gas_used),
            "cumulativeGasUsed": hex(header.gas_used),
            "effectiveGasPrice": hex(_price(transaction, header)),
            "logsBloom": _hex(header.bloom.to_bytes(256, "big")),
            "logs": self.logs({"blockHash": _hex(header.hash)}),
        }

    # Methods: reading the state

    def balance(self, address: str, block: str = "latest") -> str:
        return hex(self._account(self._header_at(block), _address(address)).balance)

    def nonce(self, address: str, block: str = "latest") -> str:
        return hex(self._account(self._header_at(block), _address(address)).nonce)

    def code(self, address: str, block: str = "latest") -> str:
        name = self._account(self._header_at(block), _address(address)).code_hash
        return _hex(self._nodes.get(name, b""))

    def storage(self, address: str, slot: str, block: str = "latest") -> str:
        root = self._account(self._header_at(block), _address(address)).storage_root
        found = HexaryTrie(self._nodes, root)[keccak(_word(_number(slot)))]
        return _hex(rlp.decode(found).rjust(32, b"\0") if found else bytes(32))

    def proof(self, address: str, slots: list[str], block: str = "latest") -> dict[str, Any]:
        """Merkle-Patricia proofs of an account and of its slots against a block's state root (EIP-1186)."""
        header = self._header_at(block)
        account = self._account(header, _address(address))

        def path(root: Any, key: bytes) -> list[str]:
            # The trie package has no types.
            found: Any = HexaryTrie(self._nodes, root).get_proof(keccak(key))  # type: ignore[no-untyped-call]
            return [_hex(rlp.encode(node)) for node in found if node]

        return {
            "address": address,
            "accountProof": path(header.state_root, _address(address)),
            "balance": hex(account.balance),
            "nonce": hex(account.nonce),
            "codeHash": _hex(account.code_hash),
            "storageHash": _hex(account.storage_root),
            "storageProof": [
                {
                    "key": slot,
                    "value": hex(int(self.storage(address, slot, block), 16)),
                    "proof": path(account.storage_root, _word(_number(slot))),
                }
                for slot in slots
            ],
        }

    # Methods: running and sending

    def _run(self, wanted: Mapping[str, Any], header: BlockHeaderAPI, gas: int) -> ComputationAPI:
        """Run a call in the block `header` without charging for gas; raises _Fault where it could not even start."""
        header = header.copy(base_fee_per_gas=0)
        state = self._state(header)
        sender = _address(wanted.get("from") or "0x" + "00" * 20)
        unsigned = ShanghaiTransactionBuilder.new_unsigned_dynamic_fee_transaction(
            chain_id=self.chain_id,
            nonce=state.get_nonce(_canonical(sender)),
            max_priority_fee_per_gas=0,
            max_fee_per_gas=0,
            gas=gas,
            to=_canonical(_address(wanted["to"])) if wanted.get("to") else CREATE_CONTRACT_ADDRESS,
            value=_number(wanted.get("value") or "0x0"),
            data=_bytes(wanted.get("input") or wanted.get("data") or "0x"),
            access_list=(),
        )
        if gas < unsigned.intrinsic_gas:
            raise _Fault(-32000, f"gas limit {gas} below the needed {unsigned.intrinsic_gas}")
        spoof: Any = SpoofTransaction(unsigned, from_=sender)
        try:
            return state.apply_transaction(spoof)
        except ValidationError as error:
            raise _Fault(-32000, f"insufficient funds: {error}") from error

    def call(self, wanted: Mapping[str, Any], block: str = "latest") -> str:
        gas = min(_number(wanted.get("gas") or hex(GAS_LIMIT)), GAS_LIMIT)
        return _hex(_succeeded(self._run(wanted, self._header_at(block), gas)).output)

    def estimate(self, wanted: Mapping[str, Any], block: str = "pending") -> str:
        """Gas with which the call succeeds in the next block: what it used and a margin, tried out."""
        header = self._header_at("pending" if block == "latest" else block)
        most = min(_number(wanted.get("gas") or hex(GAS_LIMIT)), GAS_LIMIT)
        first = _succeeded(self._run(wanted, header, most))
        low = most - first.get_gas_remaining()
        high, trial = most, (low + 2300) * 64 // 63  # what SSTORE wants left (EIP-2200), what calls hold back (EIP-150)
        while high - low > 4000 + low // 50:
            if self._run(wanted, header, trial).is_error:
                low = trial
            else:
                high = trial
            trial = (low + high) // 2
        return hex(high)

    def send(self, raw: str) -> str:
        """Mine a signed transaction into a block of its own; the answer means it is on the disk."""
        content = _bytes(raw)
        name = _hex(keccak(content))
        if self._sent(name):
            raise _Fault(-32000, f"already known: {name}")
        transaction = _decoded(content)
        self._mine(transaction, content)
        return name

    def gas_price(self) -> str:
        return hex(_base_fee(self._next(self._head())))


_METHODS: dict[str, Callable[..., Any]] = {
    "eth_accounts": lambda self: [],
    "eth_blockNumber": lambda self: hex(self._head().block_number),
    "eth_call": EmbeddedProvider.call,
    "eth_chainId": lambda self: hex(self.chain_id),
    "eth_estimateGas": EmbeddedProvider.estimate,
    "eth_gasPrice": EmbeddedProvider.gas_price,
    "eth_getBalance": EmbeddedProvider.balance,
    "eth_getBlockByHash": EmbeddedProvider.block_by_hash,
    "eth_getBlockByNumber": EmbeddedProvider.block_by_number,
    "eth_getCode": EmbeddedProvider.code,
    "eth_getLogs": EmbeddedProvider.logs,
    "eth_getProof": EmbeddedProvider.proof,
    "eth_getStorageAt": EmbeddedProvider.storage,
    "eth_getTransactionByHash": EmbeddedProvider.transaction,
    "eth_getTransactionCount": EmbeddedProvider.nonce,
    "eth_getTransactionReceipt": EmbeddedProvider.receipt,
    "eth_maxPriorityFeePerGas": lambda self: "0x0",
    "eth_sendRawTransaction": EmbeddedProvider.send,
    "net_version": lambda self: str(self.chain_id),
    "web3_clientVersion": lambda self: "NormLedger/embedded/py-evm/shanghai",
}


def _succeeded(computation: ComputationAPI) -> ComputationAPI:
    if not computation.is_error:
        return computation
    if isinstance(computation.error, Revert):
        raise _Fault(3, "execution reverted", _hex(computation.output))
    raise _Fault(-32000, f"execution failed: {type(computation.error).__name__}: {computation.error}", "0x")


def _decoded(raw: bytes) -> SignedTransactionAPI:
    try:
        transaction = ShanghaiTransactionBuilder.decode(raw)
        transaction.validate()
        transaction.check_signature_validity()
    except Exception as error:  # strangers' bytes: whatever the decoder stumbles over, it is the same answer
        raise _Fault(-32000, f"not a signed transaction: {error}") from error
    return transaction


def _header(raw: bytes) -> BlockHeaderAPI:
    header: BlockHeaderAPI = rlp.decode(raw, ShanghaiBlockHeader)
    return header


def _base_fee(header: BlockHeaderAPI) -> int:
    return header.base_fee_per_gas or 0  # None only before London


def _price(transaction: SignedTransactionAPI, header: BlockHeaderAPI) -> int:
    """Wei per gas that the sender paid (EIP-1559)."""
    return min(transaction.max_fee_per_gas, _base_fee(header) + transaction.max_priority_fee_per_gas)


def _log_json(row: tuple[int, int, bytes, bytes, bytes, bytes, bytes]) -> dict[str, Any]:
    block, position, address, topics, data, block_hash, transaction = row
    return {
        "address": _hex(address),
        "topics": [_hex(topics[i : i + 32]) for i in range(0, len(topics), 32)],
        "data": _hex(data),
        "blockNumber": hex(block),
        "blockHash": _hex(block_hash),
        "transactionHash": _hex(transaction),
        "transactionIndex": "0x0",
        "logIndex": hex(position),
        "removed": False,
    }


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _bytes(text: Any) -> bytes:
    try:
        if not text.startswith("0x"):
            raise ValueError("no 0x")
        return bytes.fromhex(text[2:])
    except (ValueError, AttributeError) as error:
        raise _Fault(-32602, f"{str(text)[:80]!r} is not 0x-hex: {error}") from error


def _number(text: Any) -> int:
    try:
        return int(text, 16)
    except (ValueError, TypeError) as error:
        raise _Fault(-32602, f"{str(text)[:80]!r} is not a number in 0x-hex") from error


def _address(text: Any) -> bytes:
    value = _bytes(text)
    if len(value) != 20:
        raise _Fault(-32602, f"{text!r} is not an address")
    return value


def _canonical(address: bytes) -> Any:
    """py-evm's own type of address, which is plain bytes of length 20."""
    return bytes(address)
