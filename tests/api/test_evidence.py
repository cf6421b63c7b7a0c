"""Evidence at the service: whoever asks for it waits for the node; nobody else does."""

import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any
from urllib.parse import quote

import pytest

from normledger.chain.node import Node, Provider
from normledger.evidence.verification import verify
from tests.api.conftest import Served


class Slow:
    """Passes requests on, those for proofs only once somebody opens the gate."""

    def __init__(self, inner: Provider) -> None:
        self._inner, self.gate, self.asked = inner, threading.Event(), threading.Event()

    def make_request(self, method: Any, params: Any) -> Any:
        if method == "eth_getProof":
            self.asked.set()
            assert self.gate.wait(60)
        return self._inner.make_request(method, params)


@pytest.fixture
def slow(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    provider = Slow(served.workspace.node._provider)
    monkeypatch.setitem(served.workspace.__dict__, "node", Node(provider, "slow"))
    yield provider
    provider.gate.set()


def test_while_a_slow_node_proves_readers_and_the_writer_answer(served: Served, slow: Slow) -> None:
    path = f"/v1/evidence/norm?norm={served.norm}"
    with ThreadPoolExecutor() as pool:
        made = pool.submit(served.client.get, path)
        try:
            assert slow.asked.wait(60)
            for read in ("/v1/parties", "/v1/agreements", f"/v1/norms/{served.norm}"):
                assert pool.submit(served.client.get, read).result(60).status_code == 200
            carried = pool.submit(served.client.get, f"/v1/submissions/0x{'11' * 32}")  # in the writer's turn
            assert carried.result(60).status_code == 404
            assert not made.done()
        finally:
            slow.gate.set()
        assert made.result(60).status_code == 200
    assert "exactly" in verify(made.result().content).says


def test_who_would_be_one_too_many_to_wait_for_the_node_is_told_at_once(served: Served, slow: Slow) -> None:
    view = served.workspace.newest()
    names = (str(served.norm), quote(view.norms[served.norm].title))
    moments = ("", f"&as_of={view.at.block}", f"&as_of={view.at.hash}")
    paths = [f"/v1/evidence/norm?norm={name}{moment}" for name in names for moment in moments][:5]
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(served.client.get, path) for path in paths]
        try:
            done, _ = wait(asked, timeout=60, return_when=FIRST_COMPLETED)
            (problem,) = (one.result() for one in done)
            assert problem.status_code == 503
            assert problem.json()["detail"].endswith("ask again in a moment.")
        finally:
            slow.gate.set()
        assert sorted(one.result(60).status_code for one in asked) == [200, 200, 200, 200, 503]
