"""Chains that are away, cut their answers, or lie: one sentence each, and no transaction is ever sent twice."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from normledger.chain import node as door
from normledger.chain.node import Node, Reverted, connect
from normledger.chain.sender import Sender
from normledger.errors import ChainError, InputError
from normledger.identifiers import Address, keccak
from tests.chains import KEY, free_port

SOMEONE = Address(bytes.fromhex("11" * 20))


class Liar:
    """An HTTP service that answers with `answers` in turn (status, body) and repeats the last; counts requests."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.methods: list[str] = []
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                liar.methods.append(asked["method"])
                status, body = liar.answers.pop(0) if len(liar.answers) > 1 else liar.answers[0]
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def say(self, *answers: Any) -> None:
        """Results, or (status, bytes) as they are."""
        self.answers = [a if isinstance(a, tuple) else (200, json.dumps({"result": a}).encode()) for a in answers]


@pytest.fixture
def liar() -> Iterator[Liar]:
    liar = Liar()
    thread = threading.Thread(target=liar.server.serve_forever, args=(0.02,))
    thread.start()
    liar.say("0x1")
    yield liar
    liar.server.shutdown()
    liar.server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_PAUSES", (0.0, 0.0, 0.0))


@pytest.fixture
def node(liar: Liar) -> Node:
    node = connect(liar.url)
    assert node.chain_id == 1
    liar.methods.clear()
    return node


def test_a_chain_that_is_away_is_told_with_what_to_do() -> None:
    for scheme in ("http", "ws"):
        url = f"{scheme}://user:secret@127.0.0.1:{free_port()}/key?token=secret"
        with pytest.raises(
            ChainError, match="does not answer: no connection; start it or give another --chain"
        ) as away:
            connect(url)
        assert "secret" not in str(away.value)
        assert "/key" not in str(away.value)


@pytest.mark.parametrize("where", ["localhost:8545", "ftp://x", "", "http://", "http://[", "embedded:"])
def test_what_is_no_address_is_told(where: str) -> None:
    with pytest.raises(ChainError, match="is not a chain: give embedded or an address such as"):
        connect(where)


def test_another_chain_is_told(liar: Liar) -> None:
    with pytest.raises(ChainError, match="is number 1, not 20044 as expected"):
        connect(liar.url, chain_id=20044)


def test_reads_are_repeated_and_then_given_up(node: Node, liar: Liar) -> None:
    liar.say((503, b"busy"), (200, b'{"result": "0x'), "0x2a")
    assert node.balance(SOMEONE) == 42
    assert len(liar.methods) == 3
    liar.say((429, b"{}"))
    with pytest.raises(ChainError, match="does not answer: HTTP status 429"):
        node.balance(SOMEONE)
    assert len(liar.methods) == 6


@pytest.mark.parametrize("answer", [(503, b""), (200, b'{"result": "0x'), (200, b"[]"), (200, b"\xff")])
def test_a_transaction_is_handed_over_once(node: Node, liar: Liar, answer: tuple[int, bytes]) -> None:
    liar.say(answer)
    with pytest.raises(ChainError, match=r"does not answer.*may have taken transaction 0x"):
        node.submit(b"signed")
    assert liar.methods == ["eth_sendRawTransaction"]


def test_a_transaction_under_another_name_is_told(node: Node, liar: Liar) -> None:
    liar.say("0x" + "00" * 32)
    with pytest.raises(ChainError, match="answers eth_sendRawTransaction with something else"):
        node.submit(b"signed")
    liar.say(str(keccak(b"signed")))
    assert node.submit(b"signed") == keccak(b"signed")


def test_an_error_beside_an_http_status_is_read(node: Node, liar: Liar) -> None:
    liar.say((400, b'{"error": {"code": 3, "message": "execution reverted", "data": "0x01020304"}}'))
    with pytest.raises(Reverted) as refused:
        node.call(SOMEONE, b"")
    assert refused.value.data == bytes.fromhex("01020304")
    assert len(liar.methods) == 1


@pytest.mark.parametrize(
    "error",
    [
        {"code": 3, "message": "execution reverted: no", "data": "0x%s"},  # Geth, Anvil
        {
            "code": -32000,
            "message": "VM Exception while processing transaction: revert",
            "data": "0x%s",
        },  # Ganache, call
        {
            "code": -32000,
            "message": "VM Exception while processing: revert",
            "data": {"result": "0x%s"},
        },  # its estimate
        {"code": -32015, "message": "VM execution error.", "data": "Reverted 0x%s"},  # Nethermind of old
    ],
)
def test_every_client_s_way_to_tell_a_refusal_is_understood(node: Node, liar: Liar, error: dict[str, Any]) -> None:
    said = "08c379a0" + "20".rjust(64, "0") + "2".rjust(64, "0") + b"no".hex().ljust(64, "0")
    liar.say((200, (json.dumps({"error": error}) % said).encode()))
    for attempt in (lambda: node.call(SOMEONE, b""), lambda: node.estimate(SOMEONE, SOMEONE, b"")):
        with pytest.raises(Reverted, match=r"undid the call: no\.$") as refused:
            attempt()
        assert refused.value.data.hex() == said


BLOCK = {"number": "0x1", "hash": "0x" + "11" * 32, "parentHash": "0x" + "22" * 32, "timestamp": "0x5"}


@pytest.mark.parametrize(
    ("answer", "ask"),
    [
        (BLOCK | {"hash": "0x11"}, lambda node: node.head()),
        (BLOCK | {"number": None}, lambda node: node.block(1)),
        ([], lambda node: node.block(1)),
        (None, lambda node: node.head()),
        (BLOCK, lambda node: node.header(1)),
        ("soon", lambda node: node.balance(SOMEONE)),
        ([{"address": "0x" + "22" * 20}], lambda node: node.logs([SOMEONE], 0, 1)),
        ({"storageProof": []}, lambda node: node.proof(SOMEONE, [keccak(b"")], 1)),
        ({"blockNumber": "0x1"}, lambda node: node.receipt(keccak(b""))),
    ],
)
def test_answers_that_make_no_sense_are_told(
    node: Node, liar: Liar, answer: Any, ask: Callable[[Node], object]
) -> None:
    liar.say(answer)
    with pytest.raises(ChainError, match=r"The chain at http://127.0.0.1"):
        ask(node)


def _log(address: Address, block: int) -> dict[str, Any]:
    told = {"address": str(address), "topics": [], "data": "0x", "blockNumber": hex(block), "logIndex": "0x0"}
    return told | {"blockHash": "0x" + "11" * 32, "transactionHash": "0x" + "22" * 32}


def test_logs_of_others_are_not_let_in(node: Node, liar: Liar) -> None:
    for strange in (_log(Address(bytes(20)), 1), _log(SOMEONE, 9)):
        liar.say([_log(SOMEONE, 1), strange])
        with pytest.raises(ChainError, match="was not asked for"):
            node.logs([SOMEONE], 0, 5)


def test_a_range_too_wide_is_halved(node: Node, liar: Liar) -> None:
    refusal = (200, b'{"error": {"code": -32005, "message": "query returned more than 10000 results"}}')
    liar.say(refusal, [_log(SOMEONE, 1)], [_log(SOMEONE, 3)])
    assert [log.block_number for log in node.logs([SOMEONE], 0, 4)] == [1, 3]
    liar.say(refusal)
    with pytest.raises(ChainError, match="more than 10000 results"):
        node.logs([SOMEONE], 0, 4)


def test_a_chain_without_a_final_block_yet_is_final_at_its_first(node: Node, liar: Liar) -> None:
    missing = (200, b'{"error": {"code": -39001, "message": "Unknown block"}}')
    liar.say("Geth/v1.17", missing, BLOCK | {"number": "0x0"})
    assert node.final().number == 0
    liar.say(None, BLOCK | {"number": "0x0"})
    assert node.final().number == 0


def test_a_chain_without_base_fee_gets_a_legacy_price(node: Node, liar: Liar) -> None:
    liar.say(BLOCK, "0x7")
    assert node.fees() == (7, 7)


def test_a_transaction_that_no_block_takes_is_told(node: Node, liar: Liar) -> None:
    liar.say(None)
    with pytest.raises(ChainError, match="is in no block after 0 s"):
        Sender(node, KEY, patience=0.01).wait(keccak(b"lost"))


def test_a_key_is_checked_and_never_shown(node: Node) -> None:
    for wrong in (bytes(32), b"short"):
        with pytest.raises(InputError, match="not a private key"):
            Sender(node, wrong)
    assert KEY.hex() not in repr(Sender(node, KEY))
