"""One chain and one set of texts, served from SQLite and from PostgreSQL: the same bytes, whatever is asked."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from api.description import example_of
from normledger.ledger.tables import INDEX
from normledger.relay.tables import OUTBOX
from tests.api.conftest import Served
from tests.databases import Cluster, Databases, rows_of

PAGES = (
    "/", "/?shown=exercise", "/?party=state:KEN", "/agreements", "/agreements?shown=exercise", "/parties",
    "/parties?shown=exercise", "/parties/state:FRA", "/timeline", "/compare?one=France&other=Kenya",
    "/search?q=secrets", "/search?q=cyber", "/search?q=%C3%A9tat", "/audit", "/workbench", "/?lang=fr", "/?lang=ar",
)  # fmt: skip
LISTS = ("parties", "agreements", "acts", "norms", "reports", "outcomes", "recognitions", "alignments", "candidates")
"""What is told in pages, and whole as files."""
LINK = re.compile(r'href="(/(?:candidates|agreements|norms|acts|parties)/[^"#]+)')

Both = tuple[Served, Served]


@pytest.fixture
def both(cluster: Cluster, services: Callable[[Databases], Served]) -> Both:
    """The service on SQLite and the one on PostgreSQL."""
    cluster.start()
    return services(Databases()), services(Databases(cluster))


def same(both: Both, address: str) -> str:
    """What both answer, byte for byte."""
    one, other = (served.client.get(address) for served in both)
    assert one.status_code == other.status_code == 200, (address, one.text[:300], other.text[:300])
    assert one.content == other.content, address
    return one.text


def test_index_and_outbox_hold_the_same_rows(both: Both) -> None:
    for form, engines in (
        (INDEX, [served.workspace._index_engine for served in both]),
        (OUTBOX, [served.workspace.outbox.engine for served in both]),
    ):
        one, other = (rows_of(form, engine) for engine in engines)
        assert one == other
        assert sum(map(len, one.values())) > 20


def test_every_operation_answers_the_same(both: Both) -> None:
    asked = 0
    paths = both[0].client.get("/v1/openapi.json").json()["paths"]
    for path, methods in paths.items():
        # When the chain was last seen is each service's own.
        if "get" not in methods or path.startswith(("/v1/submissions", "/v1/ceremonies", "/v1/health", "/v1/status")):
            continue
        same(both, example_of(path, methods["get"]))
        asked += 1
    assert asked > 45


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_the_same_in_pages_and_as_a_file(both: Both, name: str) -> None:
    same(both, f"/v1/{name}?format=csv")
    same(both, f"/v1/{name}?format=jsonl")
    cursor, pages = "", 0
    while pages == 0 or (cursor and pages < 20):
        told = both[0].client.get(f"/v1/{name}", params={"limit": 7, **({"cursor": cursor} if cursor else {})})
        again = both[1].client.get(told.request.url.raw_path.decode())
        assert again.json() == told.json()
        cursor, pages = told.json().get("next") or "", pages + 1


def test_every_page_is_the_same(both: Both) -> None:
    found: set[str] = set()
    for address in PAGES:
        found |= {unescape(link) for link in LINK.findall(same(both, address))[:3]}
    for address in sorted(found)[:20]:
        same(both, address)


def test_what_a_submission_became_is_told_the_same(both: Both) -> None:
    for digest in [one.digest for one in both[0].workspace.outbox.all()][:5]:
        told = [served.client.get(f"/v1/submissions/{digest}").json() for served in both]
        assert told[0] == told[1]
        assert told[0]["status"] == "recorded"
