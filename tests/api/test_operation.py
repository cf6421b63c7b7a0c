"""What an operator relies on: health and readiness, metrics, limits, the log, and a stop that loses nothing."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from api.journal import configuration
from api.limits import Buckets, Rate, asker, limited
from api.operation import LATE, Operation, operated
from normledger.workspace import Workspace
from tests.api.conftest import Served
from tests.databases import Databases, copied


@pytest.fixture
def operator(served: Served) -> TestClient:
    """A client of the operated application; the service itself runs already."""
    deadline = time.monotonic() + 20
    access = served.client.app.state.access
    while not (access.seen and access.prepared.is_set()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return TestClient(operated(served.client.app, Operation(metrics=True)), base_url="http://testserver")


def test_a_service_that_follows_the_chain_is_live_and_ready(operator: TestClient) -> None:
    assert operator.get("/health/live").json() == {"status": "live"}
    answer = operator.get("/health/ready")
    told = answer.json()
    assert (answer.status_code, told["status"], told["fault"]) == (200, "ready", None)
    assert 0 <= told["lag_seconds"] < LATE
    assert told["indexed"] >= told["final"] > 0
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_service_that_cannot_see_the_chain_says_so_and_is_not_ready(
    operator: TestClient, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = served.client.app.state.access
    monkeypatch.setattr(access, "fault", "The chain at nowhere does not answer.")
    answer = operator.get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json()["type"] == "/problems/not-ready"
    assert "nowhere does not answer" in answer.text
    assert operator.get("/health/live").status_code == 200


def test_a_service_whose_last_look_is_long_ago_is_not_ready(
    operator: TestClient, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.client.app.state.access, "seen", time.time() - LATE - 1)
    answer = operator.get("/health/ready")
    assert answer.status_code == 503
    assert "was last seen" in answer.text


def test_metrics_name_routes_by_template_and_never_what_was_asked(operator: TestClient, served: Served) -> None:
    operator.get(f"/v1/norms/{served.norm}", params={"as_of": "not a block"})
    operator.get(f"/v1/norms/{served.norm}")
    operator.get("/v1/nothing-of-the-kind-7")
    text = operator.get("/metrics").text
    assert 'normledger_requests_total{method="GET",route="' in text
    assert 'fact="index_block"' in text
    assert 'normledger_state{fact="chain_in_sight"} 1.0' in text
    assert str(served.norm) not in text
    assert "nothing-of-the-kind-7" not in text
    assert "testclient" not in text


def test_metrics_are_offered_only_where_the_operator_asked(served: Served) -> None:
    quiet = TestClient(operated(served.client.app, Operation()))
    assert quiet.get("/metrics").status_code == 404


def test_a_bucket_gives_its_burst_and_then_so_many_a_second() -> None:
    now = [0.0]
    buckets = Buckets(Rate(3, 2.0), lambda: now[0])
    assert [buckets.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert buckets.take("b") == 0.0
    now[0] = 0.5
    assert buckets.take("a") == 0.0
    assert buckets.take("a") > 0
    now[0] = 1_000.0
    assert [buckets.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_an_address_that_asks_too_much_is_told_when_to_ask_again(served: Served) -> None:
    client = TestClient(limited(served.client.app, Rate(2, 0.1), Rate(1, 0.1)))
    assert [client.get("/v1/status").status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get("/v1/status")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Retry-After"] == "10"
    assert refused.json()["type"] == "/problems/http-429"
    assert client.post("/v1/submissions", json={}).status_code != 429
    assert client.post("/v1/submissions", json={}).status_code == 429


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_a_household_shares_a_bucket(address: str, key: str) -> None:
    assert asker(address) == key


def test_a_line_of_the_log_names_the_answer_and_nothing_of_who_asked(
    operator: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "normledger.http"):
        answer = operator.get("/v1/status", params={"secret": "s3cr3t"}, headers={"Authorization": "Bearer s3cr3t"})
    (line,) = [one for one in caplog.records if one.name == "normledger.http"]
    assert line.request == answer.headers["X-Request-Id"]
    assert (line.method, line.path, line.status) == ("GET", "/v1/status", answer.status_code)
    written = configuration("json", "INFO")
    formatter = written["formatters"]["lines"]
    made = formatter.pop("()")(fmt=formatter["fmt"], rename_fields=formatter["rename_fields"], datefmt="%Y")
    told = json.loads(made.format(line))
    assert {"time", "level", "logger", "message", "request", "status", "milliseconds"} <= told.keys()
    assert "s3cr3t" not in json.dumps(told)


def test_the_log_does_not_hold_the_word_of_a_ceremonys_link(
    operator: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "normledger.http"):
        operator.get("/v1/ceremonies/its-secret-word")
    (line,) = [one for one in caplog.records if one.name == "normledger.http"]
    assert line.path == "/v1/ceremonies/…"
    assert "secret" not in line.getMessage()


def test_sigterm_stops_the_service_and_frees_the_workspace(
    databases: Databases, deployed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / ".normledger"
    copied(deployed, folder, databases).close()
    log = (tmp_path / "log").open("w+")
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from normledger.cli import main; main()",
            "serve",
            "--port",
            "0",
            "--log-format",
            "json",
            "--log-level",
            "info",
        ],
        env={**os.environ, "NORMLEDGER_HOME": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        assert process.stdout
        address = process.stdout.readline().split()[2].rstrip("/")
        deadline = time.monotonic() + 60
        while True:
            try:
                if httpx.get(f"{address}/health/ready").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]  # it was given a pipe
    log.seek(0)
    lines = [json.loads(line) for line in log.read().splitlines()]
    log.close()
    assert any(line.get("path") == "/health/ready" and line["status"] == 200 for line in lines)
    with Workspace.open(folder, write=True) as workspace:
        workspace.update()
