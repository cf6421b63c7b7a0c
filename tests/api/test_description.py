"""The description: OpenAPI 3.1 whose examples this instance answers, each as its schema says; and its pages."""

import re
from typing import Any

import pytest
import schemathesis
from jsonschema_rs import Draft202012Validator

from api.description import example_of
from api.problem_types import TYPES
from tests.api.conftest import Served
from tests.api.test_pages import Outline


@pytest.fixture
def document(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = served.client.get("/v1/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        found = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return found + [one for inner in value.values() for one in references(inner)]
    return [one for inner in value for one in references(inner)] if isinstance(value, list) else []


def test_every_example_is_answered_as_its_schema_says(served: Served, document: dict[str, Any]) -> None:
    asked = 0
    for path, method, operation in operations(document):
        if method != "get" or path.startswith(("/v1/submissions", "/v1/ceremonies")):
            continue
        address = example_of(path, operation)
        answer = served.client.get(address)
        assert answer.status_code == 200, (address, answer.text[:300])
        asked += 1
        kinds = operation["responses"]["200"]["content"]
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in kinds, (address, kind)
        schema = kinds[kind].get("schema")
        if kind == "application/json" and schema:
            whole = Draft202012Validator({**schema, "components": document["components"]})
            assert [error.message for error in whole.iter_errors(answer.json())][:1] == [], address
    assert asked > 45


def test_the_description_is_whole_and_its_schemas_are_schemas(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for reference in references(document):
        value: Any = document
        for part in reference.removeprefix("#/").split("/"):
            value = value[part]
        assert value, reference
    for name, schema in document["components"]["schemas"].items():
        assert Draft202012Validator({**schema, "components": document["components"]}), name
    assert len(list(schemathesis.openapi.from_dict(document).get_all_operations())) == len(operations(document))


def test_every_operation_is_named_once_and_tagged(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z_]+", name) for name in names)
    for path, _, operation in operations(document):
        assert operation["description"].strip(), path
        assert operation["tags"], path
        assert {"4XX", "5XX"} <= set(operation["responses"]), path
        for parameter in operation.get("parameters", ()):
            assert parameter.get("example") is not None or not parameter["required"], (path, parameter["name"])


def test_names_of_operations_stay(document: dict[str, Any]) -> None:
    """Clients are made from them: whoever renames one breaks a stranger's program."""
    names = {operation["operationId"] for _, _, operation in operations(document)}
    assert names >= {
        "read_status", "read_parties", "read_party", "read_party_agreements", "read_party_acts",
        "read_representatives", "read_recognitions", "read_agreements", "read_agreement", "read_agreement_acts",
        "read_agreement_clauses", "read_agreement_endorsements", "read_clause", "read_clause_endorsements", "read_acts",
        "read_act", "read_reports", "read_report", "read_documents", "read_document", "read_outcomes", "read_outcome",
        "read_alignments", "read_candidates", "read_candidate", "read_candidate_parties", "read_candidate_agreements",
        "read_candidate_pairs", "read_candidate_draft", "read_emergence", "read_emergence_chart", "read_near",
        "read_invitations", "read_conflicts", "read_what_if", "read_comparison", "read_norms", "read_norm",
        "read_norm_acts", "read_endorsements", "read_anchored", "read_provenance", "read_evidence_of_norm",
        "read_evidence_of_consent", "read_evidence_of_powers", "read_evidence_of_report", "read_evidence_of_candidate",
        "read_search",
    }  # fmt: skip


def test_the_reference_page_tells_every_operation_and_asks_nobody_else(
    served: Served, document: dict[str, Any]
) -> None:
    page = served.client.get("/docs/api")
    outline = Outline()
    outline.feed(page.text)
    assert not outline.open
    for path, method, _ in operations(document):
        assert f"<code>{method.upper()} {path}</code>" in page.text.replace("&#x27;", "'"), path
    asked = [value for _, attributes in outline.tags for name, value in attributes.items() if name in ("href", "src")]
    assert all(str(value).startswith(("/", "#")) for value in asked)
    assert "script" not in {tag for tag, _ in outline.tags}


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_type_of_problem_is_a_page_and_data(served: Served, name: str) -> None:
    page = served.client.get(f"/problems/{name}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert str(TYPES[name].status) in page.text
    data = served.client.get(f"/problems/{name}", headers={"Accept": "application/json"}).json()
    assert data["type"] == f"/problems/{name}"
    assert data["status"] == TYPES[name].status
    assert data["title"] == TYPES[name].title


def test_all_types_of_problems_are_listed_and_no_other_is_there(served: Served) -> None:
    assert {one["type"] for one in served.client.get("/problems", headers={"Accept": "application/json"}).json()} == {
        f"/problems/{name}" for name in TYPES
    }
    assert served.client.get("/problems/none").status_code == 404
    assert "bad-input" in served.client.get("/problems").text
