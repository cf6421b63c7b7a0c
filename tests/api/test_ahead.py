"""What is worked out before readers ask: nothing anew where nothing changed, and no page waits for a new block."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access import Access
from api.app import create_app
from api.operation import Operation, operated
from normledger.acts.act import ActKind
from normledger.composition.result import Parameters
from normledger.documents.document import Profile
from normledger.exercise import Exercise
from normledger.ledger.queries import View, terms_of
from normledger.workspace import Workspace
from tests.delegations import create

FRONT = "/?shown=exercise"


class Growing:
    """A service whose register grows at the test's word."""

    def __init__(self, client: TestClient, workspace: Workspace, exercise: Exercise) -> None:
        self.client, self.workspace, self.exercise = client, workspace, exercise
        self._reserved = next(act for act in exercise.plan["acts"] if act["kind"] == "reservation")
        self._reserving = next(
            list(one["parties"]) for one in exercise.plan["agreements"] if one["key"] == self._reserved["agreement"]
        )
        self.access: Access = client.app.state.access  # type: ignore[attr-defined]  # FastAPI's

    def register(self, name: str) -> None:
        """A block that changes nothing of what agreements add up to."""
        key, prepared = self.exercise.new_party(name, f"name:{name}", "ngo", Profile(name))
        self.access.in_turn(lambda: self.workspace.act_at_once([(prepared, key)]))

    def act(self) -> None:
        """A block that changes it: one more party makes a reservation to one clause."""
        party, agreement = self._reserving.pop(0), self.exercise.agreements[self._reserved["agreement"]]
        prepared = self.workspace.prepare(
            ActKind.RESERVATION,
            terms_of(agreement).id,
            self.exercise.parties[party],
            clause=agreement.clause_id(self._reserved["clause"]),
        )
        self.access.in_turn(lambda: self.workspace.act_at_once([(prepared, self.exercise.key_of(party))]))

    def block(self) -> int:
        return self.workspace.view().at.block

    def told(self, path: str) -> int:
        """The block that an answer states."""
        answer = self.client.get(path)
        assert answer.status_code == 200
        return int(answer.headers["normledger-as-of"].partition("block=")[2].partition(",")[0])


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Growing]:
    with create(tmp_path_factory.mktemp("ahead") / "workspace") as workspace:
        workspace.deploy()
        workspace.update()
        exercise = Exercise(workspace)
        exercise.register()
        exercise.sign_agreements()
        with TestClient(create_app(workspace)) as client:
            growing = Growing(client, workspace, exercise)
            assert growing.access.prepared.wait(60)
            yield growing


def _until(so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return so()


@contextmanager
def _held_back(growing: Growing, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Composing what comes from now on takes until the event is set, or the block ends."""
    compose, let_go, known = growing.workspace.compose, threading.Event(), growing.block()

    def slowly(view: View, *given: Any, **more: Any) -> Any:
        if view.at.block > known:
            assert let_go.wait(60)
        return compose(view, *given, **more)

    monkeypatch.setattr(growing.workspace, "compose", slowly)
    try:
        yield let_go
    finally:
        let_go.set()


def test_a_block_that_changes_nothing_is_composed_without_composing(
    growing: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    from normledger import workspace as module

    before = growing.access.newest_composed("consented", "exercise")[1]
    hash_ = before.derivation.hash
    composed: list[int] = []
    compose = module.compose
    monkeypatch.setattr(module, "compose", lambda *given: composed.append(1) or compose(*given))
    growing.register("late")
    assert _until(lambda: growing.access.newest_composed("consented", "exercise")[0].at.block == growing.block())
    view, after = growing.access.newest_composed("consented", "exercise")
    assert composed == []
    assert (after.record.block, after.context) == (growing.block(), before.context)
    anew = growing.workspace.compose(view, "consented", "exercise", parameters=Parameters(packages=False))
    assert composed == [1]
    assert after.canonical_bytes() == anew.canonical_bytes()
    assert after.derivation.hash != hash_, "it names its block"
    growing.act()
    assert _until(lambda: growing.access.newest_composed("consented", "exercise")[0].at.block == growing.block())
    assert len(composed) > 1


def test_a_page_is_of_the_block_before_while_the_newest_is_composed(
    growing: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = growing.block()
    with _held_back(growing, monkeypatch):
        growing.act()
        now = growing.block()
        begun = time.monotonic()
        page = growing.client.get(FRONT)
        assert time.monotonic() - begun < 10, "it does not wait for the composition"
        assert f"As of block {before}," in page.text
        assert f"block {now} came just now" in page.text
        assert growing.told(FRONT) == before
        assert growing.told("/v1/agreements") == now, "answers that need no composition are of the newest"
    assert _until(lambda: growing.told(FRONT) == now), "and what was told meanwhile is not kept"
    assert "came just now" not in growing.client.get(FRONT).text


def test_a_page_that_names_its_block_waits_for_it(growing: Growing, monkeypatch: pytest.MonkeyPatch) -> None:
    with _held_back(growing, monkeypatch) as let_go:
        growing.act()
        now, told = growing.block(), []
        asking = threading.Thread(target=lambda: told.append(growing.told(f"{FRONT}&as_of={now}")))
        asking.start()
        asking.join(0.5)
        assert asking.is_alive()
        let_go.set()
        asking.join(60)
    assert told == [now]


def test_a_block_that_was_taken_back_is_not_told_though_it_was_composed(growing: Growing) -> None:
    before = growing.block()
    growing.act()
    gone = growing.workspace.view().at
    assert _until(lambda: growing.told(FRONT) == gone.block)

    def turn() -> None:
        growing.workspace.node._provider.rewind(before)  # type: ignore[attr-defined]  # the embedded chain's
        growing.workspace.update()

    growing.access.in_turn(turn)
    page = growing.client.get(FRONT)
    assert str(gone.hash) not in page.headers["normledger-as-of"]
    assert growing.told(FRONT) == growing.block() == before


def test_a_service_is_not_ready_before_its_first_pages_are_worked_out(growing: Growing) -> None:
    operator = TestClient(operated(growing.client.app, Operation()), base_url="http://testserver")
    assert _until(lambda: operator.get("/health/ready").status_code == 200)
    growing.access.prepared.clear()
    refused = operator.get("/health/ready")
    assert refused.status_code == 503
    assert "is being worked out" in refused.text
    growing.register("another")
    assert _until(lambda: operator.get("/health/ready").status_code == 200)
