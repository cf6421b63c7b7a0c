"""Bad input: every parameter of every reading address is refused by its name, in a sentence for a clerk."""

import re
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from api.description import example_of
from tests.api.conftest import Served

CODE = re.compile(r"pydantic|pattern|ctx|loc\b|type=|Traceback|Error\b|NoneType|regex|\bint\b|\bstr\b|\^0x")
"""Words of a program that no clerk understands."""


def refused(answer: Any, status: int = 422) -> dict[str, Any]:
    """The problem, in the form that all problems have."""
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem: dict[str, Any] = answer.json()
    assert problem["type"].startswith("/problems/")
    assert problem["status"] == status
    detail = problem["detail"]
    assert detail.endswith((".", "!", "?"))
    assert "\n" not in detail
    assert not CODE.search(detail), detail
    return problem


def get_operations(served: Served) -> list[tuple[str, dict[str, Any]]]:
    paths = served.client.get("/v1/openapi.json").json()["paths"]
    return [
        (path, methods["get"])
        for path, methods in paths.items()
        if "get" in methods and not path.startswith(("/v1/submissions", "/v1/ceremonies"))
    ]


def wrong(schema: dict[str, Any]) -> list[str]:
    """Values that a parameter of this schema does not take."""
    if "anyOf" in schema:
        kinds = [one for one in schema["anyOf"] if one.get("type") != "null"]
        schema = {**schema, **kinds[0]}
    if "enum" in schema or "const" in schema:
        return ["nonsense", ""]
    if schema.get("type") == "integer":
        return ["x", "1.5", "99999999999999999999999", "-1", ""]
    if schema.get("type") == "boolean":
        return ["maybe"]
    if "pattern" in schema:
        return ["x", "0x00", "0x" + "G" * 64, "'; DROP TABLE acts; --"]
    if "maxLength" in schema:
        return ["x" * (schema["maxLength"] + 1)]
    return []


def test_every_parameter_is_refused_by_its_name(served: Served) -> None:
    tried = 0
    for path, operation in get_operations(served):
        for parameter in operation.get("parameters", ()):
            for value in wrong(parameter["schema"]):
                if parameter["in"] == "path" and not value:
                    continue
                bent = {**parameter, "example": value}
                others = [bent if one is parameter else one for one in operation["parameters"]]
                problem = refused(served.client.get(example_of(path, {**operation, "parameters": others})))
                assert problem["parameter"] == parameter["name"], (path, problem)
                assert parameter["name"] in problem["detail"]
                tried += 1
    assert tried > 300


def test_what_is_needed_and_missing_is_named(served: Served) -> None:
    for path, operation in get_operations(served):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and parameter["required"]:
                others = [one for one in operation["parameters"] if one is not parameter]
                problem = refused(served.client.get(example_of(path, {**operation, "parameters": others})))
                assert problem["parameter"] == parameter["name"]
                assert "missing" in problem["detail"]


def test_an_unknown_parameter_is_refused_with_those_that_are_known(served: Served) -> None:
    for path, operation in get_operations(served):
        address = example_of(path, operation)
        problem = refused(served.client.get(f"{address}{'&' if '?' in address else '?'}filtre=1"))
        assert problem["parameter"] == "filtre"
        known = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
        assert all(name in problem["detail"] for name in known), (path, problem["detail"])


def test_a_parameter_given_twice_is_refused(served: Served) -> None:
    problem = refused(served.client.get("/v1/parties?limit=1&limit=2"))
    assert problem["parameter"] == "limit"
    assert "more than once" in problem["detail"]


@pytest.mark.parametrize(
    "path",
    ["/v1/search?q=%ff", "/v1/parties/%ff%fe", "/v1/search?q=%ed%a0%80", "/v1/norms/%c3%28"],
)
def test_what_is_not_utf8_is_refused(served: Served, path: str) -> None:
    assert "UTF-8" in refused(served.client.get(path))["detail"]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/v1/parties?at=yesterday", "2026-11-23"),
        ("/v1/parties?at=1969-12-31", "1970"),
        ("/v1/parties?at=9999-12-31T23:59:59-23:00", "9999"),
        ("/v1/parties?as_of=999999", "up to which the index has read"),
        ("/v1/parties?as_of=07", "block's number"),
        ("/v1/search?q=%20%20", "no word"),
        ("/v1/search?q=a+b+c+d+e+f+g+h+i+j+k+l+m", "more than 12"),
        ("/v1/explore/what-if", "at least one step"),
        ("/v1/explore/what-if?consent=nonsense", "PARTY=CLAUSE"),
        ("/v1/explore/what-if?consent=state:CHN=0x00", "64 hexadecimal digits"),
        ("/v1/explore/what-if?" + "&".join(["consent=a=b"] * 21), "20 of them at most"),
    ],
)
def test_a_value_that_says_nothing_is_told_what_to_write(served: Served, path: str, word: str) -> None:
    assert word in refused(served.client.get(path))["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/parties/nobody", "/v1/agreements/none", "/v1/norms/none", "/v1/clauses/0x" + "11" * 32,
        "/v1/acts/0x" + "11" * 32, "/v1/reports/0x" + "11" * 32, "/v1/documents/0x" + "11" * 32,
        "/v1/outcomes/0x" + "11" * 32, "/v1/candidates/0x" + "11" * 32, "/v1/candidates/0x" + "11" * 32 + "/near",
        "/v1/candidates/0x" + "11" * 32 + "/emergence.svg", "/v1/representatives?party=nobody",
        "/v1/recognitions?author=nobody", "/v1/acts?party=nobody", "/v1/explore/comparison?one=nobody&other=no-one",
        "/v1/explore/what-if?consent=nobody=0x" + "11" * 32, "/v1/evidence/norm?norm=none", "/v1/provenance/none",
        "/v1/evidence/report?report=0x" + "11" * 32, "/v1/evidence/powers?act=0x" + "11" * 32,
        "/v1/evidence/consent?party=nobody&agreement=none&clause=1", "/v1/evidence/candidate?key=0x" + "11" * 32,
    ],
)  # fmt: skip
def test_what_is_not_there_is_told(served: Served, path: str) -> None:
    problem = refused(served.client.get(path), 404)
    assert problem["detail"].startswith("There is no ")


def test_evidence_that_the_acts_do_not_give_is_refused(served: Served) -> None:
    act = served.client.get(f"/v1/norms/{served.norm}").json()["acts"][0]
    problem = refused(served.client.get("/v1/evidence/powers", params={"act": act["digest"]}), 409)
    assert problem["type"] == "/problems/refused"
    assert refused(served.client.get("/v1/evidence/norm", params={"norm": str(served.norm), "as_of": 10**9}))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_reading_addresses_take_no_other_method(served: Served, method: str) -> None:
    assert refused(served.client.request(method, "/v1/parties"), 405)["title"] == "Not done here"


ENDORSEMENT = {"kind": "endorsement", "subject": "{norm}", "party": "exercise:state:norvale"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "dance"}, "/kind"),
        ({"kind": 1}, "/kind"),
        ({"party": "state:XXX"}, "/party"),
        ({"party": ""}, "/party"),
        ({"subject": "nothing"}, "/subject"),
        ({"subject": ""}, "/subject"),
        ({"by": "0x12"}, "/by"),
        ({"clause": "1"}, "/clause"),
        ({"refers_to": "0x12"}, "/refers_to"),
        ({"account": "0x12"}, "/account"),
        ({"number": "x"}, "/number"),
        ({"deadline": -1}, "/deadline"),
        ({"text": "a" * 10_001}, "/text"),
        ({"a/b~c": 1}, "/a~1b~0c"),
        ({"kind": "claim", "profile": {"name": "A", "rank": 1}}, "/profile/rank"),
        ({"kind": "signature", "subject": "", "document": {"type": "poem"}}, "/document/type"),
        ({"kind": "signature", "subject": "", "document": {"type": "agreement", "title": "A"}}, "/document/parties"),
    ],
)
def test_a_fault_in_a_body_is_told_with_a_pointer_to_it(served: Served, change: dict[str, Any], pointer: str) -> None:
    body = {**ENDORSEMENT, "subject": str(served.norm), **change}
    answer = served.client.post("/v1/preparations", json=body)
    assert refused(answer, 404 if answer.status_code == 404 else 422)["pointer"] == pointer


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (("domain", "chainId", 1), "/typed_data/domain/chainId"),
        (("domain", "chainId", "one"), "/typed_data/domain/chainId"),
        (("domain", "verifyingContract", "0x" + "11" * 20), "/typed_data/domain/verifyingContract"),
        (("message", "party", "0x" + "11" * 32), "/typed_data/message/party"),
        (("message", "extra", "1"), "/typed_data/message"),
        (("message", "deadline", "1"), "/typed_data/message/deadline"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/submissions", "/v1/calls"])
def test_a_fault_in_typed_data_is_told_with_a_pointer_to_it(
    served: Served, path: str, change: tuple[str, str, Any], pointer: str
) -> None:
    request = {**ENDORSEMENT, "subject": str(served.norm)}
    typed_data = served.client.post("/v1/preparations", json=request).raise_for_status().json()["typed_data"]
    part, name, value = change
    typed_data[part][name] = value
    key = served.exercise.key_of("norvale")
    try:
        signature = (
            "0x" + Account.from_key(key).sign_message(encode_typed_data(full_message=typed_data)).signature.hex()
        )
    except Exception:  # typed data that no wallet signs
        signature = "0x" + "11" * 64 + "1b"
    answer = served.client.post(path, json={"typed_data": typed_data, "signature": signature, "texts": []})
    assert answer.json()["pointer"] == pointer, answer.text
    refused(answer, answer.status_code)
    assert answer.status_code in (404, 409, 422)


@pytest.mark.parametrize(
    ("body", "word"),
    [(b"[]", "braces"), (b'{"kind":', "not JSON"), (b"\xff", "UTF-8"), (b"[" * 200, "deeper")],
)
def test_a_body_that_cannot_be_read_is_pointed_at_as_a_whole(served: Served, body: bytes, word: str) -> None:
    answer = served.client.post("/v1/preparations", content=body, headers={"content-type": "application/json"})
    problem = refused(answer)
    assert word in problem["detail"]
    assert problem["pointer"] == ""
