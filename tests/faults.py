"""A real HTTP proxy in front of a real chain, which fails or lies in one way at a time.

Belongs here: the ways in which an address can fail its readers. Does not belong here: what a reader must make of them.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

import requests

SLOW = 0.5
"""Seconds that the proxy keeps silent; a reader under test gives up earlier."""

Altered = Callable[[Random, str, list[Any], Any], Any]
"""From (chance, method, params, the chain's result) to the result that the proxy tells."""


def _blocks(change: Callable[[Random, dict[str, Any]], Any]) -> Altered:
    def altered(random: Random, method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getBlockByNumber" or not isinstance(result, dict):
            return result
        return change(random, result)

    return altered


def _logs(change: Callable[[Random, list[dict[str, Any]]], Any]) -> Altered:
    def altered(random: Random, method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getLogs" or not isinstance(result, list) or not result:
            return result
        return change(random, result)

    return altered


def _another(random: Random) -> str:
    return "0x" + random.randbytes(32).hex()


def _one(random: Random, logs: list[dict[str, Any]], **values: Any) -> list[dict[str, Any]]:
    logs[random.randrange(len(logs))].update(values)
    return logs


def _without_one(random: Random, logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    del logs[random.randrange(len(logs))]
    return logs


def _bit(random: Random, logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    log = random.choice(logs)
    data = bytearray.fromhex(log["data"][2:])
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    log["data"] = "0x" + data.hex()
    return logs


def _signature(random: Random, logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One bit among the last bytes of the last act, where signatures stand."""
    log = random.choice(logs)
    data = bytearray.fromhex(log["data"][2:])
    data[-random.randrange(100, 164) % len(data)] ^= 1
    log["data"] = "0x" + data.hex()
    return logs


def _storage(random: Random, method: str, params: list[Any], result: Any) -> Any:
    return _another(random) if method == "eth_getStorageAt" else result


def _chain_id(random: Random, method: str, params: list[Any], result: Any) -> Any:
    return hex(random.randrange(2, 10**6)) if method == "eth_chainId" else result


def _shuffled(random: Random, logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    random.shuffle(logs)
    return logs


LIES: dict[str, Altered] = {
    "missing log": _logs(_without_one),
    "doubled log": _logs(lambda random, logs: [*logs, dict(random.choice(logs))]),
    "doubled log elsewhere": _logs(lambda random, logs: [*logs, {**random.choice(logs), "logIndex": "0x63"}]),
    "no logs": _logs(lambda random, logs: []),
    "log of another block": _logs(lambda random, logs: _one(random, logs, blockHash=_another(random))),
    "log of another transaction's subject": _logs(
        lambda random, logs: _one(random, logs, topics=[logs[0]["topics"][0], _another(random)])
    ),
    "log under another number": _logs(
        lambda random, logs: _one(random, logs, blockNumber=random.choice(logs)["blockNumber"])
    ),
    "flipped bit": _logs(_bit),
    "flipped signature": _logs(_signature),
    "shuffled logs": _logs(_shuffled),
    "logs that are none": _logs(lambda random, logs: [{"address": "0x"}, *logs]),
    "wrong parent": _blocks(lambda random, block: {**block, "parentHash": _another(random)}),
    "wrong block hash": _blocks(lambda random, block: {**block, "hash": _another(random)}),
    "wrong time": _blocks(lambda random, block: {**block, "timestamp": hex(int(block["timestamp"], 16) + 1)}),
    "wrong bloom": _blocks(lambda random, block: {**block, "logsBloom": "0x" + "00" * 256}),
    "null block": _blocks(lambda random, block: None),
    "block without fields": _blocks(lambda random, block: {"number": block["number"]}),
    "wrong word": _storage,
    "other chain": _chain_id,
}
"""What is told instead of the chain's result."""

FAILURES = (
    "time-out", "status 429", "status 500", "cut JSON", "empty answer", "closed connection", "a page", "busy",
    "no batches", "null results", "stale head", "stale logs",
)  # fmt: skip
"""What the address does instead of answering, or answers from a state that is gone."""

FAULTS = (*LIES, *FAILURES)


class Proxy:
    """Answers as the chain does, but for a share of requests (of 1) that fail in one way; `quiet` stops that."""

    def __init__(self, chain: str) -> None:
        self._chain, self._session = chain, threading.local()
        self._lock = threading.Lock()
        self.quiet()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told = proxy.answer(asked)
                if told is None:
                    self.close_connection = True
                    return
                status, body = told
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """Whoever gave up waiting has closed its end."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def quiet(self) -> None:
        """Answer as the chain does."""
        self._fault, self._share, self._random, self._behind = "", 0.0, Random(0), 0
        self.failed = 0

    def fail(self, fault: str, share: float, seed: int) -> None:
        """Fail in this way from now on."""
        self._fault, self._share, self._random = fault, share, Random(seed)
        self._behind = self._random.randint(1, 6)
        self.failed = 0

    def answer(self, asked: Any) -> tuple[int, bytes] | None:
        """Status and body; None to close the connection."""
        with self._lock:
            fault, chance = self._fault, Random(self._random.random())
        failing = fault in FAILURES and chance.random() < self._share
        if fault == "no batches" and isinstance(asked, list):
            self.failed += 1
            return 200, b'{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "no batches here"}}'
        if failing and fault in _BROKEN:
            self.failed += 1
            return _BROKEN[fault](chance, lambda: self._ask(asked))
        if failing and fault.startswith("stale"):
            asked = self._stale(fault, asked)
        told = self._ask(asked)
        if fault in LIES or (failing and fault == "null results"):
            told = self._altered(fault, chance, asked, told)
        return 200, json.dumps(told).encode()

    def _altered(self, fault: str, chance: Random, asked: Any, told: Any) -> Any:
        questions = asked if isinstance(asked, list) else [asked]
        answers = {one.get("id"): one for one in (told if isinstance(told, list) else [told])}
        for question in questions:
            answer = answers[question["id"]]
            if "result" not in answer or chance.random() >= self._share:
                continue
            before = answer["result"]
            if fault == "null results":
                answer["result"] = None
            else:
                method, params = question["method"], question["params"]
                answer["result"] = LIES[fault](chance, method, params, deepcopy(before))
            self.failed += answer["result"] != before
        return told

    def _stale(self, fault: str, asked: Any) -> Any:
        """The question as a node that is some blocks behind understands it."""
        head = int(self._ask({"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []})["result"], 16)
        old, stale = max(0, head - self._behind), deepcopy(asked)
        for question in stale if isinstance(stale, list) else [stale]:
            params = question["params"]
            if question["method"] == "eth_getBlockByNumber" and params[0] == "latest" and fault == "stale head":
                params[0] = hex(old)
                self.failed += 1
            if question["method"] == "eth_getLogs" and "toBlock" in params[0]:
                params[0]["toBlock"] = hex(
                    max(int(params[0]["fromBlock"], 16), min(int(params[0]["toBlock"], 16), old))
                )
                self.failed += 1
        return stale

    def _ask(self, asked: Any) -> Any:
        if not hasattr(self._session, "kept"):
            self._session.kept = requests.Session()
        return self._session.kept.post(self._chain, json=asked, timeout=30).json()


_Answer = Callable[[], Any]


def _slow(random: Random, answer: _Answer) -> tuple[int, bytes]:
    time.sleep(SLOW)
    return 200, json.dumps(answer()).encode()


def _cut(random: Random, answer: _Answer) -> tuple[int, bytes]:
    whole = json.dumps(answer()).encode()
    return 200, whole[: random.randrange(1, len(whole))]


_BROKEN: dict[str, Callable[[Random, _Answer], tuple[int, bytes] | None]] = {
    "time-out": _slow,
    "status 429": lambda random, answer: (429, b'{"error": "slow down"}'),
    "status 500": lambda random, answer: (random.choice([500, 502, 503, 504]), b"<h1>Sorry</h1>"),
    "cut JSON": _cut,
    "empty answer": lambda random, answer: (200, b""),
    "closed connection": lambda random, answer: None,
    "a page": lambda random, answer: (200, b"<!doctype html><title>Please log in</title>"),
    "busy": lambda random, answer: (
        200,
        b'{"jsonrpc": "2.0", "id": 1, "error": {"code": -32005, "message": "rate limit exceeded"}}',
    ),
}


@contextmanager
def proxied(chain: str) -> Iterator[Proxy]:
    """A proxy before a chain's address."""
    proxy = Proxy(chain)
    thread = threading.Thread(target=proxy.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
        thread.join()
