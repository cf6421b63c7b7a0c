"""An answer and the state that it rests on: blocks by number, hash and time; tags; what is kept and when it goes."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access import Access
from api.app import create_app
from api.operation import Operation, operated
from api.response_cache import ResponseCache
from normledger.acts.act import ActKind
from normledger.documents.document import Profile, Statement
from normledger.documents.trust_policy import TrustPolicy
from normledger.errors import ChainError
from normledger.exercise import Exercise
from normledger.identifiers import Hash
from normledger.workspace import Workspace
from tests.api.conftest import Served
from tests.databases import Cluster, Databases, copied, of_each_kind

READ = (
    "/v1/status",
    "/v1/parties",
    "/v1/parties/exercise:state:norvale",
    "/v1/agreements",
    "/v1/norms",
    "/v1/candidates?limit=3",
    "/v1/reports?limit=3",
    "/v1/search?q=cyber",
    "/v1/openapi.json",
    "/",
)


@pytest.mark.parametrize("path", READ)
def test_what_one_has_is_not_sent_again(served: Served, path: str) -> None:
    answer = served.client.get(path)
    tag = answer.headers["etag"]
    assert tag.startswith('"')
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = served.client.get(path, headers={"If-None-Match": known})
        assert again.status_code == 304, known
        assert again.content == b""
        assert again.headers["etag"] == tag
    other = served.client.get(path, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200
    assert other.content == answer.content


@pytest.mark.parametrize("path", READ)
def test_a_head_is_an_answer_without_its_body(served: Served, path: str) -> None:
    answer, head = served.client.get(path), served.client.head(path)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-length", "content-type", "cache-control"):
        assert head.headers[name] == answer.headers[name]
    assert served.client.head("/v1/parties?format=csv").status_code == 200


def test_every_reading_answer_states_its_block_in_a_header_too(served: Served) -> None:
    for path in (*READ, "/v1/parties?format=csv", f"/v1/evidence/norm?norm={served.norm}"):
        told = served.client.get(path).headers.get("normledger-as-of", "")
        at = served.client.get("/v1/status").json()["as_of"]
        assert told == f'block={at["block"]}, hash="{at["hash"]}", time={at["time"]}, final=?1', path


def test_a_block_is_named_by_its_number_its_hash_or_a_time(served: Served) -> None:
    act = served.client.get(f"/v1/norms/{served.norm}").json()["acts"][0]
    by_number = served.client.get("/v1/norms", params={"as_of": act["block"]}).json()
    by_hash = served.client.get("/v1/norms", params={"as_of": act["block_hash"]}).json()
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(act["time"]))
    by_time = served.client.get("/v1/norms", params={"at": moment}).json()
    assert by_number == by_hash == by_time
    assert by_hash["as_of"]["hash"] == act["block_hash"]
    before = served.client.get("/v1/norms", params={"as_of": act["block"], "at": "2000-01-01"})
    assert before.status_code == 422
    later = served.client.get("/v1/norms", params={"as_of": act["block"], "at": "2100-01-01"}).json()["as_of"]
    assert later["block"] == act["block"]
    assert later["time"] == 4_102_444_800
    unknown = served.client.get("/v1/norms", params={"as_of": "0x" + "11" * 32})
    assert unknown.status_code == 404
    both = served.client.get("/v1/norms", params={"as_of": act["block_hash"], "at": "2100-01-01"}).json()
    assert both == served.client.get("/v1/norms", params={"as_of": act["block"], "at": "2100-01-01"}).json()
    crossed = served.client.get("/v1/norms", params={"as_of": act["block_hash"], "at": "2000-01-01"})
    assert crossed.status_code == 422
    assert crossed.json()["parameter"] == "at"


def test_only_what_names_an_exact_block_is_for_ever(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    at = served.client.get("/v1/status").json()["as_of"]
    hour = {"as_of": at["hash"], "limit": "7"}  # as nobody asked before
    monkeypatch.setattr(served.workspace.store, "sought", set())  # whatever other tests asked for and nobody has
    assert served.client.get("/v1/parties").headers["cache-control"] == "no-cache"
    assert "immutable" in served.client.get("/v1/parties", params=hour).headers["cache-control"]
    assert (
        "immutable"
        in served.client.get("/v1/parties", params={"as_of": at["block"], "limit": "7"}).headers["cache-control"]
    )
    assert served.client.get("/v1/candidates", params=hour).headers["cache-control"] == "no-cache", "trust may change"
    assert served.client.get("/v1/parties", params={"at": "2100-01-01"}).headers["cache-control"] == "no-cache"
    assert served.client.get("/", params=hour).headers["cache-control"] == "no-cache"


# --- what is kept


def _cache(client: TestClient) -> ResponseCache:
    found: Any = client.app.middleware_stack  # type: ignore[attr-defined]  # FastAPI's
    while not isinstance(found, ResponseCache):
        found = found.app if hasattr(found, "app") else found._app
    return found


@pytest.fixture(scope="module")
def registers(cluster: Cluster, deployed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A small register on each kind of database, on which tests act, one after the other."""

    @contextmanager
    def growing(databases: Databases) -> Iterator[Any]:
        with copied(deployed, tmp_path_factory.mktemp("growing") / ".normledger", databases) as workspace:
            exercise = Exercise(workspace)
            exercise.register()
            with TestClient(create_app(workspace)) as client:
                yield client, workspace, exercise

    with of_each_kind(growing) as registers:
        yield registers


@pytest.fixture
def growing(databases: Databases, registers: Callable[[Databases], Any]) -> Any:
    return registers(databases)


def _another(client: TestClient, workspace: Workspace, exercise: Exercise, name: str) -> None:
    key, prepared = exercise.new_party(name, f"name:{name}", "ngo", Profile(name))
    client.app.state.access.in_turn(lambda: workspace.act_at_once([(prepared, key)]))  # type: ignore[attr-defined]


def test_a_new_block_is_a_new_answer_with_a_new_tag(growing: Any) -> None:
    client, workspace, exercise = growing
    before = client.get("/v1/parties")
    assert client.get("/v1/parties").content == before.content
    _another(client, workspace, exercise, "late")
    after = client.get("/v1/parties", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert len(after.json()["parties"]) == len(before.json()["parties"]) + 1
    assert after.json()["as_of"]["block"] > before.json()["as_of"]["block"]
    assert after.headers["etag"] != before.headers["etag"]
    old = client.get("/v1/parties", params={"as_of": before.json()["as_of"]["hash"]})
    assert old.json()["parties"] == before.json()["parties"]


def test_another_trust_policy_is_another_answer(growing: Any) -> None:
    client, workspace, exercise = growing
    before = client.get("/v1/status").json()
    workspace.__dict__["trust"] = TrustPolicy(reports=(exercise.parties["norvale"],))
    assert client.get("/v1/status").json()["trust_policy"] == str(workspace.trust.hash) != before["trust_policy"]
    assert client.get("/v1/recognitions").headers["etag"]


def test_a_text_that_arrives_late_is_shown_and_nothing_is_for_ever_before(growing: Any) -> None:
    client, workspace, exercise = growing
    text = Statement("We say so because we mean it.")
    party = exercise.parties["norvale"]
    client.app.state.access.in_turn(exercise.sign_agreements)
    agreement = next(iter(workspace.view().agreements))
    prepared = workspace.prepare(ActKind.DECLARATION, agreement, party, content=text.hash)
    client.app.state.access.in_turn(lambda: workspace.act_at_once([(prepared, exercise.key_of("norvale"))]))
    path = f"/v1/acts/{prepared.digest}"
    before = client.get(path)
    assert before.json()["act"]["text"] is None
    exact = {"as_of": before.json()["as_of"]["hash"]}
    assert client.get(path, params=exact).headers["cache-control"] == "no-cache"
    workspace.store.put([text])
    client.app.state.access._look_again()
    after = client.get(path, headers={"If-None-Match": before.headers["etag"]})
    assert after.json()["act"]["text"] == text.text
    assert client.get(path, params=exact).json()["act"]["text"] == text.text


def test_what_is_kept_is_bounded_and_goes_with_its_state(growing: Any) -> None:
    client, workspace, exercise = growing
    client.get("/v1/parties")
    cache = _cache(client)
    cache._most = 60_000
    for first in range(1, 60):
        client.get("/v1/parties", params={"limit": first})
        assert cache._bytes == sum(one.size for one in cache._kept.values()) <= cache._most
    assert len(cache._kept) > 1
    _another(client, workspace, exercise, "later")
    client.get("/v1/norms")
    assert len(cache._kept) == 1


def test_what_rests_on_the_outbox_is_never_kept(served: Served) -> None:
    cache = _cache(served.client)
    party = str(served.exercise.parties["norvale"])
    kept = len(cache._kept)
    served.client.get(f"/v1/norms/{served.norm}/endorsements/typed-data", params={"party": party})
    served.client.get(f"/v1/submissions/{served.norm}")
    assert len(cache._kept) == kept


def test_one_makes_what_many_ask_for_at_a_time(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    app = create_app(served.workspace)
    access: Access = app.state.access
    view = access.view()
    compose = served.workspace.compose

    def slowly(*given: Any, **more: Any) -> Any:
        made.append(1)
        time.sleep(0.2)
        return compose(*given, **more)

    monkeypatch.setattr(served.workspace, "compose", slowly)
    threads = [threading.Thread(target=access.compose, args=(view, "consented", "exercise")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_a_composition_that_fails_is_tried_again(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    access: Access = create_app(served.workspace).state.access
    compose, faults = served.workspace.compose, [ChainError("away")]

    def once(*given: Any, **more: Any) -> Any:
        if faults:
            raise faults.pop()
        return compose(*given, **more)

    monkeypatch.setattr(served.workspace, "compose", once)
    with pytest.raises(ChainError):
        access.compose(access.view(), "consented", "exercise")
    assert access.compose(access.view(), "consented", "exercise").rows


def test_a_reader_does_not_wait_for_the_writer(served: Served) -> None:
    access: Access = served.client.app.state.access  # type: ignore[attr-defined]  # FastAPI's
    held, let_go = threading.Event(), threading.Event()

    def work() -> None:
        held.set()
        let_go.wait(20)

    writer = threading.Thread(target=access.in_turn, args=(work,))
    writer.start()
    held.wait()
    try:
        assert served.client.get("/v1/parties?limit=7").status_code == 200
        assert served.client.get("/v1/candidates?limit=2&basis=consented&world=exercise").status_code == 200
        assert served.client.get("/").status_code == 200
    finally:
        let_go.set()
        writer.join()


def test_a_stream_is_passed_on_as_it_comes_and_its_head_ends_it() -> None:
    """Server-sent events, say: nobody waits for their end, and they are never kept."""
    sent: list[dict[str, Any]] = []

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        for number in range(1_000_000):
            await send({"type": "http.response.body", "body": b"data: %d\n\n" % number, "more_body": True})

    class Asked:
        def fresh(self) -> None:
            return None

        def state(self) -> None:
            raise ChainError("nothing is indexed")

    async def ask() -> None:
        scope = {"type": "http", "method": "HEAD", "path": "/", "query_string": b"", "headers": [], "scheme": "http"}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            sent.append(message)

        await ResponseCache(endless, Asked())(scope, receive, send)  # type: ignore[arg-type]  # all that it needs

    asyncio.run(ask())
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1]["body"] == b""


def test_nothing_indexed_and_the_chain_away_is_a_503_never_an_empty_list(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / ".normledger", chain="http://127.0.0.1:9") as workspace:
        client = TestClient(create_app(workspace))  # without its relaying thread, whose next look would be told
        for path in ("/v1/parties", "/v1/status", "/v1/candidates", "/v1/search?q=a", "/v1/norms?format=csv"):
            answer = client.get(path)
            assert answer.status_code == 503, path
            assert answer.headers["retry-after"] == "5"
            assert "othing is indexed" in answer.json()["detail"]
        client.app.state.access.fault = "The chain at http://127.0.0.1:9 does not answer."  # type: ignore[attr-defined]
        away = client.get("/v1/parties")
        assert away.json()["type"] == "/problems/chain-unavailable"
        assert "does not answer" in away.json()["detail"]
        operator = TestClient(operated(client.app, Operation()))
        assert operator.get("/health/ready").status_code == 503
        assert "does not answer" in operator.get("/health/ready").json()["detail"]
        assert operator.get("/health/live").status_code == 200
        assert client.get("/v1/openapi.json").status_code == 200
        assert client.get("/problems/bad-input").status_code == 200


def test_what_ails_is_told_while_reading_goes_on(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    assert served.client.get("/v1/status").json()["fault"] is None
    access: Access = served.client.app.state.access  # type: ignore[attr-defined]  # FastAPI's
    monkeypatch.setattr(access, "fault", "The chain does not answer.")
    assert served.client.get("/v1/status").json()["fault"] == "The chain does not answer."
    assert Hash.parse(served.client.get("/v1/parties").json()["as_of"]["hash"])
