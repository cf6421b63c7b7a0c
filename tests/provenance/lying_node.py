"""A node that leaves logs out, tells them twice or otherwise, or has forgotten its state: between us and a true one."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from normledger.chain.node import Node, Provider

Logs = list[dict[str, Any]]


class Lying:
    """Passes requests on; `logs` changes what eth_getLogs answers, `refused` methods answer as a pruned node does."""

    def __init__(self, inner: Provider) -> None:
        self._inner = inner
        self.logs: Callable[[Logs], Logs] = lambda logs: logs
        self.refused: set[str] = set()
        self.before: int = 0
        """State of blocks below this one is pruned."""

    def make_request(self, method: Any, params: Any) -> Any:
        pruned = method in ("eth_getProof", "eth_getStorageAt") and int(params[2], 16) < self.before
        if method in self.refused or pruned:
            return {"error": {"code": -32000, "message": "missing trie node, state is pruned"}}
        answer = self._inner.make_request(method, params)
        if method == "eth_getLogs" and "result" in answer:
            return {**answer, "result": self.logs([dict(one) for one in answer["result"]])}
        return answer


def lying(node: Node, name: str = "a liar") -> tuple[Node, Lying]:
    """A node that tells what this one does, until its provider is told to lie."""
    provider = Lying(node._provider)
    return Node(provider, name), provider


@contextmanager
def over_http(provider: Provider) -> Iterator[str]:
    """The address of a JSON-RPC service of this provider on this machine, one request at a time."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                answer = provider.make_request(asked["method"], asked["params"])
            body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], **answer}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
