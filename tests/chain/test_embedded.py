"""What is the embedded chain's own: its file survives a kill, has one writer, and holds what Ethereum's rules say."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth.chains.base import Chain as Oracle
from eth.db.atomic import AtomicDB
from eth.vm.forks.shanghai import ShanghaiVM
from eth.vm.forks.shanghai.blocks import ShanghaiBlock, ShanghaiBlockHeader
from eth.vm.forks.shanghai.transactions import ShanghaiTransactionBuilder
from eth_account import Account

from normledger.chain.deployment import deploy
from normledger.chain.embedded import CHAIN_ID, FORMAT, GAS_LIMIT, EmbeddedProvider
from normledger.chain.node import Node, connect
from normledger.chain.sender import Sender
from normledger.errors import ChainError
from normledger.identifiers import Address, Hash
from tests.chain.bytecode import INIT_CODE, word
from tests.chain.conftest import OWNER
from tests.chains import FUNDS, KEY, ROOT

NOW = 1_790_000_000.0
STRANGER = Address(bytes.fromhex("11" * 20))


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[EmbeddedProvider]:
    provider = EmbeddedProvider(tmp_path / "chain.db", {OWNER: FUNDS}, clock=lambda: NOW)
    yield provider
    provider.close()


def result(provider: EmbeddedProvider, method: str, *params: Any) -> Any:
    return provider.make_request(method, list(params))["result"]


def error(provider: EmbeddedProvider, method: str, *params: Any) -> str:
    return str(provider.make_request(method, list(params))["error"]["message"])


def transfer(**changes: Any) -> str:
    transaction = {"type": 2, "chainId": CHAIN_ID, "nonce": 0, "to": str(STRANGER), "value": 1, "gas": 21000}
    transaction |= {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 0} | changes
    return "0x" + bytes(Account.from_key(KEY).sign_transaction(transaction).raw_transaction).hex()


# Survival

CHILD = """
import sys
from pathlib import Path
from normledger.chain.deployment import deploy
from normledger.chain.node import connect
from normledger.chain.sender import Sender
from tests.chain.bytecode import INIT_CODE, word
from tests.chain.conftest import OWNER
from tests.chains import FUNDS, KEY
node = connect("embedded", data=Path(sys.argv[1]), funded={OWNER: FUNDS})
sender = Sender(node, KEY)
contract = deploy(sender, INIT_CODE)[0]
while True:
    receipt = sender.send(contract, word(node.head().number + 100), gas=100_000)
    print(receipt.transaction, receipt.block_number, receipt.block_hash, flush=True)
"""


def test_what_was_answered_for_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    accepted: list[list[str]] = []
    for pause in (0.0, 0.0013, 0.0031):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert child.stdout is not None
        with child.stdout:
            for _ in range(25):
                accepted.append(child.stdout.readline().split())
            time.sleep(pause)
            child.send_signal(signal.SIGKILL)
            accepted += [line.split() for line in child.stdout if line.endswith("\n")]
        assert child.wait() == -signal.SIGKILL
    node = connect("embedded", data=tmp_path)
    for transaction, number, block_hash in accepted:
        receipt = node.receipt(Hash.parse(transaction))
        assert receipt is not None
        assert (receipt.ok, receipt.block_number, str(receipt.block_hash)) == (True, int(number), block_hash)
    head = node.head()
    assert int(accepted[-1][1]) <= head.number <= int(accepted[-1][1]) + 1  # mined, killed before it could say so
    contract, _ = deploy(Sender(node, KEY), INIT_CODE)
    assert node.call(contract, b"") == word(head.number - 1 + 100)  # the whole block: state, log, and link
    assert len(node.logs([contract], head.number, head.number)) == 1
    node.close()
    _replay(tmp_path / "chain.db", head.number)


def test_blocks_follow_ethereums_rules(tmp_path: Path) -> None:
    node = connect("embedded", data=tmp_path, funded={OWNER: FUNDS})
    sender = Sender(node, KEY)
    contract, _ = deploy(sender, INIT_CODE)
    sender.send(contract, word(5))
    sender.send(STRANGER, b"", value=7)
    with pytest.raises(ChainError):
        sender.send(contract, word(1), gas=80_000)  # mined and undone
    head = node.head()
    node.close()
    assert head.number == 6
    _replay(tmp_path / "chain.db", head.number)


def _replay(path: Path, head: int) -> None:
    """Let py-evm's own chain import every block from the file: it checks all roots, blooms, gas, fees and links."""

    class Other(Oracle):
        chain_id = CHAIN_ID
        vm_configuration = ((0, ShanghaiVM),)

    base = sqlite3.connect(path)
    rows = base.execute("SELECT header, raw FROM block ORDER BY number").fetchall()
    base.close()
    genesis = rlp.decode(rows[0][0], ShanghaiBlockHeader)
    state = {bytes(OWNER): {"balance": FUNDS, "nonce": 0, "code": b"", "storage": {}}}
    kept = {name: getattr(genesis, name) for name in ("gas_limit", "timestamp", "extra_data", "base_fee_per_gas")}
    other = Other.from_genesis(AtomicDB(), kept, state)
    assert other.get_canonical_head().hash == genesis.hash
    for header, raw in rows[1:]:
        block = ShanghaiBlock(rlp.decode(header, ShanghaiBlockHeader), [ShanghaiTransactionBuilder.decode(raw)])
        other.import_block(block)
    assert other.get_canonical_head().block_number == head


def test_a_full_disk_loses_the_transaction_and_nothing_else(provider: EmbeddedProvider) -> None:
    provider._base.execute(f"PRAGMA max_page_count = {provider._base.execute('PRAGMA page_count').fetchone()[0]}")
    big = transfer(to="", data=INIT_CODE + bytes(20_000), gas=3_000_000, value=0)
    with pytest.raises(ChainError, match="full"):
        provider.make_request("eth_sendRawTransaction", [big])
    assert result(provider, "eth_blockNumber") == "0x0"
    provider._base.execute("PRAGMA max_page_count = 1000000")
    name = result(provider, "eth_sendRawTransaction", big)
    assert result(provider, "eth_getTransactionReceipt", name)["status"] == "0x1"


# One writer


def test_a_second_writer_is_told_so_and_readers_are_welcome(embedded: Node, tmp_path: Path) -> None:
    command = "import sys, pathlib as p, normledger.chain.node as n; n.connect('embedded', data=p.Path(sys.argv[1]))"
    second = subprocess.run([sys.executable, "-c", command, str(tmp_path)], capture_output=True, text=True, cwd=ROOT)
    assert "ChainError: The embedded chain at" in second.stderr
    assert "is in use by another process" in second.stderr
    with pytest.raises(ChainError, match="in use by another process"):
        connect("embedded", data=tmp_path)
    reader = connect("embedded", data=tmp_path, read_only=True)
    Sender(embedded, KEY).send(STRANGER, b"", value=3)
    assert reader.head() == embedded.head()
    assert reader.balance(STRANGER) == 3
    with pytest.raises(ChainError, match="opened for reading only"):
        Sender(reader, KEY).send(STRANGER, b"", value=3)
    reader.close()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (f"PRAGMA user_version = {FORMAT + 1}", "made by a newer NormLedger"),
        ("PRAGMA application_id = 5", "is not an embedded chain"),
        ("UPDATE fact SET value = 5", "is number 5, not 20044"),
    ],
)
def test_a_file_that_is_not_this_chain_is_refused(tmp_path: Path, spoil: str, told: str) -> None:
    connect("embedded", data=tmp_path).close()
    base = sqlite3.connect(tmp_path / "chain.db", isolation_level=None)
    base.execute(spoil)
    base.close()
    for _ in range(2):  # a refusal lets go of the file
        with pytest.raises(ChainError, match=told):
            connect("embedded", data=tmp_path)


def test_rubbish_and_missing_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "chain.db").write_bytes(b"not a database, and longer than the header of one" * 50)
    with pytest.raises(ChainError, match="cannot be used"):
        connect("embedded", data=tmp_path)
    with pytest.raises(ChainError, match="cannot be used"):
        connect("embedded", data=tmp_path / "chain.db" / "inside a file")
    with pytest.raises(ChainError, match="no embedded chain"):
        connect("embedded", data=tmp_path / "elsewhere", read_only=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "chain.db").touch()
    with pytest.raises(ChainError, match="is not an embedded chain"):
        connect("embedded", data=tmp_path / "empty", read_only=True)


# Sending and asking


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (transfer(chainId=1), "signed for chain 1, not 20044"),
        (transfer(nonce=1), "nonce too high: 1 given, next is 0"),
        (transfer(gas=GAS_LIMIT + 1), "exceeds the block's"),
        (transfer(gas=20_999), "below the needed 21000"),
        (transfer(maxFeePerGas=1), "below the base fee"),
        (transfer(maxPriorityFeePerGas=10**11), "priority fee above the max fee"),
        (transfer(value=FUNDS), "insufficient funds"),
        (transfer()[:-2], "not a signed transaction"),
        ("0x", "not a signed transaction"),
        ("zz", "is not 0x-hex"),
    ],
)
def test_a_transaction_that_cannot_be_mined_is_refused_with_the_reason(
    provider: EmbeddedProvider, raw: str, told: str
) -> None:
    assert told in error(provider, "eth_sendRawTransaction", raw)
    assert result(provider, "eth_blockNumber") == "0x0"


def test_a_transaction_counts_once(provider: EmbeddedProvider) -> None:
    name = result(provider, "eth_sendRawTransaction", transfer())
    assert "already known" in error(provider, "eth_sendRawTransaction", transfer())
    assert "nonce too low: 0 is used, next is 1" in error(provider, "eth_sendRawTransaction", transfer(value=2))
    assert Node(provider, "embedded").submit(bytes.fromhex(transfer()[2:])) == Hash.parse(name)
    assert result(provider, "eth_blockNumber") == "0x1"


def test_time_goes_forward_though_the_clock_stands(provider: EmbeddedProvider) -> None:
    for nonce in range(3):
        result(provider, "eth_sendRawTransaction", transfer(nonce=nonce))
    times = [int(result(provider, "eth_getBlockByNumber", hex(n), False)["timestamp"], 16) for n in range(4)]
    assert times == [NOW, NOW + 1, NOW + 2, NOW + 3]


def test_the_same_beginning_gives_the_same_chain(provider: EmbeddedProvider, tmp_path: Path) -> None:
    twin = EmbeddedProvider(tmp_path / "twin.db", {OWNER: FUNDS}, clock=lambda: NOW)
    for one in (provider, twin):
        result(one, "eth_sendRawTransaction", transfer())
    ours, theirs = (result(one, "eth_getBlockByNumber", "latest", True) for one in (provider, twin))
    twin.close()
    assert ours == theirs


def test_blocks_and_transactions_tell_their_parts(provider: EmbeddedProvider) -> None:
    name = result(provider, "eth_sendRawTransaction", transfer())
    block = result(provider, "eth_getBlockByNumber", "latest", True)
    assert result(provider, "eth_getBlockByHash", block["hash"], True) == block
    assert result(provider, "eth_getBlockByNumber", "finalized", True) == block
    assert result(provider, "eth_getBlockByNumber", "earliest")["hash"] == block["parentHash"]
    assert result(provider, "eth_getBlockByHash", "0x" + "00" * 32) is None
    (sent,) = block["transactions"]
    assert sent == result(provider, "eth_getTransactionByHash", name)
    told = (sent["hash"], sent["from"], sent["to"], sent["value"], sent["type"], sent["maxFeePerGas"])
    assert told == (name, str(OWNER).lower(), str(STRANGER).lower(), "0x1", "0x2", hex(10**10))
    receipt = result(provider, "eth_getTransactionReceipt", name)
    assert (receipt["gasUsed"], receipt["effectiveGasPrice"]) == (hex(21000), block["baseFeePerGas"])
    assert "does not exist" in error(provider, "eth_sign")


def test_logs_are_chosen_by_topic_and_block(provider: EmbeddedProvider) -> None:
    sender = Sender(Node(provider, "embedded"), KEY)
    contract, _ = deploy(sender, INIT_CODE)
    receipts = [sender.send(contract, word(n)) for n in (8, 9)]
    everything: dict[str, Any] = {"fromBlock": "earliest", "toBlock": "latest"}

    def chosen(**filters: Any) -> list[str]:
        return [log["data"] for log in result(provider, "eth_getLogs", everything | filters)]

    eight, nine = str(word(8)), str(word(9))
    assert chosen() == chosen(topics=[None]) == chosen(topics=[[eight, nine]]) == [eight, nine]
    assert chosen(topics=[nine]) == [nine]
    assert chosen(topics=[None, None]) == chosen(topics=[str(word(7))]) == chosen(address=str(STRANGER)) == []
    assert chosen(blockHash=str(receipts[0].block_hash)) == [eight]
    assert "not on the chain" in error(provider, "eth_getLogs", {"blockHash": "0x" + "00" * 32})
    assert "not on the chain" in error(provider, "eth_call", {"to": str(contract)}, "0x99")


def test_calls_see_their_block_and_estimates_the_next(provider: EmbeddedProvider) -> None:
    result(provider, "eth_sendRawTransaction", transfer())

    def seen(block: str) -> tuple[int, int]:
        answer = result(provider, "eth_call", {"data": "0x435f524260205260405ff3"}, block)
        return int(answer[2:66], 16), int(answer[66:], 16)

    assert seen("0x0") == (0, NOW)
    assert seen("latest") == (1, NOW + 1)
    assert seen("pending") == (2, NOW + 2)
    parent = result(provider, "eth_call", {"data": "0x5f405f5260205ff3"}, "latest")  # the hash of block 0
    assert parent == result(provider, "eth_getBlockByNumber", "0x0")["hash"]
    tells_both = {"data": "0x435f524260205260405ffd"}  # the same, as a refusal
    told = provider.make_request("eth_estimateGas", [tells_both])["error"]["data"]
    assert (int(told[2:66], 16), int(told[66:], 16)) == seen("pending")


def test_threads_share_it(embedded: Node) -> None:
    sender = Sender(embedded, KEY)
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda n: sender.send(STRANGER, b"", value=n), range(1, 13)))
    assert sorted(r.block_number for r in receipts) == list(range(1, 13))
    assert embedded.balance(STRANGER) == sum(range(1, 13))


def test_the_floor_loads_nothing_heavy_until_a_chain_is_asked_for() -> None:
    command = (
        "import sys, normledger.chain, normledger.chain.node; print([m for m in ('eth', 'web3') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, cwd=ROOT, check=True)
    assert told.stdout.strip() == "[]"


def test_going_back_further_than_the_chain_is_told(provider: EmbeddedProvider) -> None:
    with pytest.raises(ChainError, match="cannot go back: block 5 is not on the chain"):
        provider.rewind(5)
