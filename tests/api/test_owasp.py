"""One test for each of the OWASP API Security Top 10 of 2023, against the real service."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.limits import Rate, limited
from normledger.acts.signature import sign
from normledger.identifiers import Digest
from tests.api.conftest import Served

STRANGER = (7).to_bytes(32, "big")


def prepared(served: Served) -> dict[str, Any]:
    """An endorsement that a party of the exercise could sign."""
    act = next(one for one in served.workspace.newest().norms[served.norm].stances)
    answer = served.client.get(
        f"/v1/norms/{served.norm}/endorsements/typed-data", params={"party": str(act.party), "stance": "oppose"}
    )
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def submission(told: dict[str, Any], key: bytes = STRANGER) -> dict[str, Any]:
    signature = "0x" + sign(Digest.parse(told["digest"]), key).hex()
    return {"typed_data": told["typed_data"], "signature": signature, "texts": told["texts"]}


def test_1_object_level_nobody_changes_what_another_stands_for(served: Served) -> None:
    told = prepared(served)
    before = served.client.get(f"/v1/norms/{served.norm}/endorsements").json()["endorsements"]
    refused = served.client.post("/v1/submissions", json=submission(told))
    assert refused.status_code == 422
    assert refused.json()["type"] == "/problems/bad-signature"
    assert served.client.get(f"/v1/norms/{served.norm}/endorsements").json()["endorsements"] == before


@pytest.mark.parametrize("signature", ["0x", "0x" + "00" * 65, "0x" + "ff" * 65, "0x" + "11" * 64])
def test_2_authentication_is_a_strict_signature_and_nothing_else(served: Served, signature: str) -> None:
    body = {**submission(prepared(served)), "signature": signature}
    refused = served.client.post("/v1/submissions", json=body, headers={"Authorization": "Bearer admin"})
    assert refused.status_code in (409, 422)


def test_3_property_level_a_field_that_is_not_asked_for_is_refused(served: Served) -> None:
    for more in ({"status": "recorded"}, {"block": 1}, {"party": "0x00"}):
        refused = served.client.post("/v1/submissions", json={**submission(prepared(served)), **more})
        assert refused.status_code == 422
        assert refused.json()["pointer"] == f"/{next(iter(more))}"


def test_4_resources_are_bounded(served: Served) -> None:
    assert served.client.post("/v1/submissions", content=b"[" * (2 << 20)).status_code in (413, 415)
    deep = b'{"typed_data":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    headers = {"Content-Type": "application/json"}
    assert served.client.post("/v1/submissions", content=deep, headers=headers).status_code == 422
    large = b'{"signature":"' + b"0" * (2 << 20) + b'"}'
    assert served.client.post("/v1/submissions", content=large, headers=headers).status_code == 413
    assert served.client.get("/v1/acts", params={"limit": 1_000_000_000}).status_code == 422


def test_5_function_level_there_is_nothing_for_the_privileged(served: Served) -> None:
    for path in served.client.get("/v1/openapi.json").json()["paths"]:
        for method in ("PUT", "PATCH", "DELETE"):
            answer = served.client.request(method, path.replace("{", "").replace("}", ""))
            assert answer.status_code in (404, 405), (method, path)
    for path in ("/admin", "/v1/admin", "/v1/internal", "/debug", "/v1/keys"):
        assert served.client.get(path).status_code == 404


def test_6_a_flow_that_costs_gas_cannot_be_run_by_one_address_alone(served: Served) -> None:
    client = TestClient(limited(served.client.app, Rate(100, 100.0), Rate(3, 0.1)))
    answers = [client.post("/v1/submissions", json={}).status_code for _ in range(5)]
    assert answers[-2:] == [429, 429]


def test_7_no_request_makes_the_service_ask_another_address(served: Served) -> None:
    document = served.client.get("/v1/openapi.json").json()
    names = {
        parameter["name"].lower()
        for methods in document["paths"].values()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
    }
    assert names.isdisjoint({"url", "uri", "callback", "webhook", "redirect", "host", "target", "mirror", "node"})


def test_8_every_answer_is_framed_and_lets_no_other_site_in(served: Served) -> None:
    for path in ("/", "/v1/status", "/v1/nothing", f"/norms/{served.norm}", "/sign", "/static/style.css"):
        answer = served.client.get(path, headers={"Origin": "https://elsewhere.example"})
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Set-Cookie" not in answer.headers


def test_9_what_answers_is_what_is_described(served: Served) -> None:
    described = served.client.get("/v1/openapi.json").json()["paths"]
    page = (Path(__file__).parents[2] / "docs/reference/http.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `([A-Z]+ /v1/[^`]+)` \|", page, re.MULTILINE))
    assert documented == {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    for path in ("/v0/status", "/v2/status", "/status", "/openapi.json", "/docs", "/redoc"):
        assert served.client.get(path).status_code == 404


def test_10_a_text_from_outside_is_taken_only_by_its_hash(served: Served) -> None:
    told = prepared(served)
    body = {**submission(told), "texts": [{"type": "statement", "text": "What nobody signed."}]}
    refused = served.client.post("/v1/submissions", json=body)
    assert refused.status_code in (409, 422)
    name = served.client.get("/v1/documents/0x" + "12" * 32)
    assert name.status_code == 404
