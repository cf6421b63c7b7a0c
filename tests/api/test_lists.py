"""Lists: pages that go on where they left off, whole lists as files, cells that no spreadsheet runs."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api import dumps, schemas
from tests.api.conftest import EVIL, Served

LISTS = {
    "/v1/parties": "parties",
    "/v1/parties/exercise:state:norvale/agreements": "agreements",
    "/v1/parties/exercise:state:norvale/acts": "acts",
    "/v1/representatives": "representatives",
    "/v1/recognitions": "recognitions",
    "/v1/agreements": "agreements",
    "/v1/acts": "acts",
    "/v1/reports": "reports",
    "/v1/documents": "documents",
    "/v1/outcomes": "outcomes",
    "/v1/alignments": "alignments",
    "/v1/candidates": "candidates",
    "/v1/norms": "norms",
    "/v1/search?q=cyber": "hits",
}


def whole(served: Served, path: str, field: str, limit: int) -> list[dict[str, Any]]:
    """All items of a list, page by page, as its links lead."""
    found: list[dict[str, Any]] = []
    mark = "&" if "?" in path else "?"
    following: str | None = f"{path}{mark}limit={limit}"
    while following:
        answer = served.client.get(following)
        assert answer.status_code == 200, answer.text[:200]
        body = answer.json()
        assert len(body[field]) <= limit
        found += body[field]
        link = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("link", ""))
        following = link[1] if link else None
        assert bool(link) == (body["next"] is not None)
    return found


@pytest.mark.parametrize("path", LISTS)
def test_pages_and_files_hold_the_same_items_in_the_same_order(served: Served, path: str) -> None:
    field, mark = LISTS[path], "&" if "?" in path else "?"
    limit = {"candidates": 20, "reports": 150, "documents": 30}.get(field, 7)
    items = whole(served, path, field, limit)
    data = served.client.get(f"{path}{mark}format=json")
    assert data.headers["content-type"] == "application/json"
    assert data.json()[field] == items
    assert data.json()["next"] is None
    lines = [json.loads(line) for line in served.client.get(f"{path}{mark}format=jsonl").text.splitlines()]
    assert lines[0] == {"as_of": data.json()["as_of"]}
    assert lines[1:] == items
    table = list(csv.DictReader(io.StringIO(served.client.get(f"{path}{mark}format=csv").text, newline="")))
    assert len(table) == len(items)
    for row, item in zip(table, items, strict=True):
        assert list(row) == [*item, *dumps.BESIDE]
        assert row["as_of_hash"] == data.json()["as_of"]["hash"]
        for name, value in item.items():
            if isinstance(value, list | dict):
                assert json.loads(row[name]) == value
            elif isinstance(value, str):
                assert row[name] in (value, "'" + value)
            else:
                assert row[name] == ("" if value is None else json.dumps(value))


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", None),
        ("*/*", None),
        ("application/json", None),
        ("text/csv", "csv"),
        ("application/x-ndjson", "jsonl"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", None),
        ("application/json, text/csv", None),
        ("text/csv, application/json", "csv"),
        ("application/json;q=0.5, text/csv;q=0.9", "csv"),
        ("text/csv;q=0, */*", None),
        ("TEXT/CSV; charset=utf-8", "csv"),
        ("text/csv;q=nonsense", "csv"),
    ],
)
def test_the_form_is_what_the_reader_prefers(accept: str, form: str | None) -> None:
    assert dumps.preferred(accept) == form


def test_a_file_is_asked_for_by_its_type_too(served: Served) -> None:
    answer = served.client.get("/v1/parties", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert "Accept" in answer.headers.get("vary", "") or answer.headers["cache-control"] == "no-cache"
    assert answer.text.splitlines()[0].startswith('"id","name","kind"')


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_no_cell_is_a_formula_and_every_cell_reads_back(text: str) -> None:
    told = dumps.cell(text)
    assert not told.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert told in (text, "'" + text)


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\t=1", "＝1+1", "  =1"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert dumps.cell(text) == "'" + text


def test_a_name_with_markup_stays_what_it_is(served: Served) -> None:
    table = csv.DictReader(io.StringIO(served.client.get("/v1/parties?format=csv").text, newline=""))
    assert EVIL in {row["name"] for row in table}


def test_a_cursor_goes_on_only_where_it_was_given(served: Served) -> None:
    page = served.client.get("/v1/acts", params={"limit": 3}).json()
    following = served.client.get("/v1/acts", params={"limit": 3, "cursor": page["next"]}).json()
    digests = [act["digest"] for act in (*page["acts"], *following["acts"])]
    assert len(set(digests)) == 6
    for change in ({"kind": "endorsement"}, {"format": "csv"}, {"as_of": 1}, {"at": "2001-01-01"}):
        refused = served.client.get("/v1/acts", params={"cursor": page["next"], **change})
        assert refused.status_code == 422, change
    bent = page["next"][:-8] + "AAAAAAAA"
    assert served.client.get("/v1/acts", params={"cursor": bent}).status_code == 422


def test_no_made_up_cursor_is_taken(served: Served) -> None:
    @settings(max_examples=150, deadline=None)
    @given(st.text(max_size=200))
    def ask(cursor: str) -> None:
        answer = served.client.get("/v1/parties", params={"cursor": cursor})
        assert answer.status_code == 422

    ask()


def test_filters_leave_out_all_others(served: Served) -> None:
    get = served.client.get
    assert {one["kind"] for one in get("/v1/parties?kind=state").json()["parties"]} == {"state"}
    assert {one["world"] for one in get("/v1/parties?world=real").json()["parties"]} == {"real"}
    assert {one["basis"] for one in get("/v1/agreements?basis=reported").json()["agreements"]} == {"reported"}
    assert {one["kind"] for one in get("/v1/acts?kind=endorsement").json()["acts"]} == {"endorsement"}
    assert get("/v1/acts?kind=nonsense").json()["acts"] == []
    mine = get("/v1/acts?party=exercise:state:norvale").json()["acts"]
    assert {one["name"] for one in mine} == {"Republic of Norvale"} or len({one["party"] for one in mine}) == 1
    assert {one["subject"] for one in get(f"/v1/acts?subject={served.norm}").json()["acts"]} == {str(served.norm)}
    china = get("/v1/reports?actor=state:CHN").json()["reports"]
    assert {one["actor"] for one in china} == {"state:CHN"}
    assert get("/v1/representatives?stands=true").json()["representatives"]


def test_search_finds_titles_first_in_any_case_and_without_accents(served: Served) -> None:
    hits = served.client.get("/v1/search", params={"q": "LIGHTHOUSE charter"}).json()["hits"]
    assert hits[0]["sort"] == "agreement"
    assert hits[0]["title"].startswith("Lighthouse Charter")
    for one in served.client.get("/v1/search", params={"q": "cyber", "limit": 200}).json()["hits"]:
        assert served.client.get(one["url"]).status_code == 200
    assert served.client.get("/v1/search", params={"q": "zzzzz"}).json()["hits"] == []
    clauses = served.client.get("/v1/search", params={"q": "intellectual property", "sort": "clause"}).json()["hits"]
    assert clauses
    assert all("ntellectual" in one["excerpt"] for one in clauses)
    norm = served.client.get(f"/v1/norms/{served.norm}").json()["norm"]
    before = {"q": norm["title"], "sort": "norm"}
    assert served.client.get("/v1/search", params=before).json()["hits"]
    assert served.client.get("/v1/search", params={**before, "as_of": norm["block"] - 1}).json()["hits"] == []


def test_the_columns_of_every_file_are_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "http.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `(\w+Page)` \| ([^|]+) \|$", text, re.MULTILINE))
    pages = {one.__name__: one for one in schemas.ListAnswer.__subclasses__()}
    assert told.keys() == pages.keys()
    for name, page in pages.items():
        lists = [one for one, field in page.model_fields.items() if "list[" in str(field.annotation)]
        (field,) = [one for one in lists if one != "missing"]
        columns = dumps.columns(dumps.item_of(page, field))
        assert told[name] == ", ".join(f"`{column}`" for column in columns), name
