"""Every operation of the OpenAPI document, asked with what it allows and what it forbids: no 5xx, no answer outside it.

Schemathesis draws the requests, one by one and along the ways that the document's resources lead; the service is the
real one, on a real chain, behind a real socket.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from normledger.workspace import Workspace
from tests.api.conftest import Served
from tests.databases import Databases, of_each_kind

LONG = bool(os.environ.get("NORMLEDGER_LONG"))
CASES = 50_000 if LONG else 5_000
"""Drawn in all, as many for each operation but the heavy ones."""
HEAVY = ("/v1/provenance/{subject}/graph", "/v1/evidence/candidate")
"""An answer of these takes as long as a dozen of others: they are drawn an eighth as often."""
WAYS, STEPS = (400, 30) if LONG else (25, 12)
SHARE = {"sqlite": 9, "postgresql": 1}
"""Tenths of both that each kind of database is asked: the answers are made above it."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DRAWN = settings(
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
# Described without a workspace: the document does not depend on one.
PATHS = create_app(cast(Workspace, None)).openapi()["paths"]
OPERATIONS = [(method.upper(), path) for path, methods in PATHS.items() for method in methods]


@pytest.fixture(scope="module")
def documents(services: Callable[[Databases], Served]) -> Iterator[Callable[[Databases], Any]]:
    """The document, as the service on each kind of database gives it."""

    @contextmanager
    def described(databases: Databases) -> Iterator[Any]:
        bound = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(services(databases).client.app, lifespan="off", log_level="warning")  # it lives already
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        yield schemathesis.openapi.from_url(f"http://127.0.0.1:{bound.getsockname()[1]}/v1/openapi.json")
        server.should_exit = True
        thread.join(timeout=10)
        bound.close()

    with of_each_kind(described) as documents:
        yield documents


@pytest.fixture
def described(databases: Databases, documents: Callable[[Databases], Any]) -> Any:
    return documents(databases)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[" ".join(one) for one in OPERATIONS])
def test_an_operation_answers_as_it_is_described(databases: Databases, described: Any, method: str, path: str) -> None:
    operation = described[path][method]
    # Rounded up, so that what is drawn in all is not less than is said.
    weights = 8 * len(OPERATIONS) - 7 * len(HEAVY)
    cases = -(-CASES * SHARE[databases.kind] * (1 if path in HEAVY else 8) // (10 * weights))

    @settings(DRAWN, max_examples=cases)
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        case.validate_response(case.call(timeout=30), checks=CHECKS)

    ask()


def test_no_way_through_the_service_leads_out_of_its_description(databases: Databases, described: Any) -> None:
    class Way(described.as_state_machine()):  # type: ignore[misc]  # made at run time
        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    Way.run(settings=settings(DRAWN, max_examples=-(-WAYS * SHARE[databases.kind] // 10), stateful_step_count=STEPS))
