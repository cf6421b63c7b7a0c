"""Readers while the register grows and turns: every answer equals the state at the block that it states."""

import csv
import io
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import answers
from api.access import Access
from api.app import create_app
from api.dumps import BrokenOff
from normledger.identifiers import Address
from tests.delegations import Delegations


class Turning:
    """A register that grows and is taken back, with what was so at each block; nobody else changes it."""

    def __init__(self, delegations: Delegations, client: TestClient) -> None:
        self.delegations, self.client = delegations, client
        self.access: Access = client.app.state.access  # type: ignore[attr-defined]  # FastAPI's
        self.truth: dict[str, list[str]] = {}
        self._names = 0
        self._remember([str(id_) for id_ in delegations.workspace.newest().parties])

    def _remember(self, ids: list[str]) -> None:
        self.ids = ids
        self.truth[str(self.delegations.workspace.newest().at.hash)] = ids

    def grow(self) -> None:
        """One party more, in a block of its own."""
        self._names += 1
        name = f"Party{self._names}"
        self.access.in_turn(lambda: self.delegations.register(name))
        self._remember([*self.ids, str(self.delegations.parties[name])])

    def turn(self, back: int, on: int) -> None:
        """The chain takes back the blocks of so many parties, and others come in their place."""
        work = self.delegations.workspace

        def rewind() -> None:
            work.node._provider.rewind(work.node.head().number - back)  # type: ignore[attr-defined]  # the embedded chain's

        self.access.in_turn(rewind)
        self.ids = self.ids[: len(self.ids) - back]
        for _ in range(on):
            self.grow()


@pytest.fixture
def turning(delegations: Delegations, monkeypatch: pytest.MonkeyPatch) -> Iterator[Turning]:
    delegations.workspace.update()
    app = create_app(delegations.workspace)
    # Its relaying thread would change the register too, at times that no test knows.
    monkeypatch.setattr(app.state.access, "start", lambda: None)
    monkeypatch.setattr(app.state.access, "stop", lambda: None)
    with TestClient(app) as client:
        yield Turning(delegations, client)


def held(answer: Any, turning: Turning) -> None:
    """That an answer lists the parties of the block that it states, and no others."""
    at = re.search(r'hash="(0x[0-9a-f]{64})"', answer.headers["normledger-as-of"])
    assert at is not None
    if answer.headers["content-type"].startswith("text/csv"):
        told = [row["id"] for row in csv.DictReader(io.StringIO(answer.text, newline=""))]
    else:
        assert answer.json()["as_of"]["hash"] == at[1]
        told = [party["id"] for party in answer.json()["parties"]]
    assert told == turning.truth[at[1]]


def test_readers_of_a_register_that_turns_see_each_block_as_it_was(turning: Turning) -> None:
    turning.grow()
    read: list[Any] = []
    faults: list[str] = []
    over = threading.Event()

    def reader(query: str) -> None:
        while not over.is_set():
            try:
                answer = turning.client.get(f"/v1/parties?limit=200{query}")
            except BrokenOff:  # a file that broke off, because its block was taken back
                continue
            if answer.status_code == 200:
                read.append(answer)
            elif "turns faster" not in answer.text:
                faults.append(answer.text)

    queries = ("", "&kind=ngo", "&format=csv")
    threads = [threading.Thread(target=reader, args=(query,)) for query in queries]
    for thread in threads:
        thread.start()
    try:
        for number in range(5):
            turning.grow()
            turning.turn(back=1 + number % 2, on=1 + number % 3)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert faults == []
    for answer in read:
        held(answer, turning)
    blocks = {answer.headers["normledger-as-of"] for answer in read}
    assert len(blocks) > 3
    held(turning.client.get("/v1/parties?limit=200"), turning)


def _once(monkeypatch: pytest.MonkeyPatch, change: Callable[[], None]) -> None:
    """The first party that is told changes the register meanwhile."""
    told, changes = answers.party, [change]

    def party(one: Any) -> Any:
        if changes:
            changes.pop()()
        return told(one)

    monkeypatch.setattr(answers, "party", party)


def test_an_answer_whose_block_is_taken_back_is_made_again(turning: Turning, monkeypatch: pytest.MonkeyPatch) -> None:
    turning.grow()
    turning.grow()
    before = turning.delegations.workspace.newest().at
    _once(monkeypatch, lambda: turning.turn(back=1, on=2))
    answer = turning.client.get("/v1/parties?limit=200")
    assert answer.json()["as_of"]["hash"] != str(before.hash)
    held(answer, turning)
    held(turning.client.get("/v1/parties?limit=200"), turning)


def test_an_answer_made_while_the_register_grows_is_of_the_block_before(
    turning: Turning, monkeypatch: pytest.MonkeyPatch
) -> None:
    turning.grow()
    before = turning.delegations.workspace.newest().at
    _once(monkeypatch, turning.grow)
    answer = turning.client.get("/v1/parties?limit=200")
    assert answer.json()["as_of"]["hash"] == str(before.hash)
    held(answer, turning)
    after = turning.client.get("/v1/parties?limit=200")
    assert after.json()["as_of"]["hash"] != str(before.hash)
    held(after, turning)


def test_a_file_whose_block_is_taken_back_breaks_off(turning: Turning, monkeypatch: pytest.MonkeyPatch) -> None:
    turning.grow()
    _once(monkeypatch, lambda: turning.turn(back=1, on=1))
    with pytest.raises(BrokenOff, match="took the block back"):
        turning.client.get("/v1/parties?format=csv")
    held(turning.client.get("/v1/parties?format=csv"), turning)


def test_a_cursor_and_a_hash_of_a_block_that_was_taken_back_are_refused(turning: Turning) -> None:
    turning.grow()
    page = turning.client.get("/v1/parties?limit=2").json()
    turning.turn(back=1, on=1)
    refused = turning.client.get("/v1/parties", params={"cursor": page["next"]})
    assert refused.status_code == 422
    assert refused.json()["parameter"] == "cursor"
    assert "taken its block back" in refused.json()["detail"]
    gone = turning.client.get("/v1/parties", params={"as_of": page["as_of"]["hash"]})
    assert gone.status_code == 404


def test_a_chain_that_never_rests_is_a_503(turning: Turning, monkeypatch: pytest.MonkeyPatch) -> None:
    turning.grow()
    monkeypatch.setattr(turning.access, "holds", lambda view: False)
    answer = turning.client.get("/v1/parties")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "turns faster" in answer.json()["detail"]


def test_a_block_without_acts_stays_known_by_its_hash(turning: Turning) -> None:
    """Pages of a list go on while the chain grows, though the index keeps no row of such a block."""
    work = turning.delegations.workspace
    turning.access.in_turn(lambda: work.sender.send(Address(bytes(19) + b"\x01"), b""))
    turning.access.in_turn(work.update)
    page = turning.client.get("/v1/parties?limit=2").json()
    assert page["as_of"]["block"] == work.node.head().number
    turning.truth[page["as_of"]["hash"]] = turning.ids
    turning.grow()
    following = turning.client.get("/v1/parties", params={"cursor": page["next"]}).json()
    assert following["as_of"] == page["as_of"]
    held(turning.client.get("/v1/parties", params={"limit": 200, "as_of": page["as_of"]["hash"]}), turning)
