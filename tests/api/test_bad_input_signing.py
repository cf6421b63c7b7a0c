"""Bad input to whatever takes a signature: each field is refused by its JSON pointer, in a sentence for a clerk."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.frame import LARGEST_BODY
from api.signing_schemas import CeremonyPreparationRequest, CeremonyRequest, PreparationRequest
from normledger.acts.signature import sign
from normledger.identifiers import Digest
from tests.api.test_bad_input import refused
from tests.delegations import Delegations

JSON = {"Content-Type": "application/json"}
TAKING = ("/v1/preparations", "/v1/submissions", "/v1/calls", "/v1/ceremonies")


@pytest.fixture
def client(delegations: Delegations) -> Iterator[TestClient]:
    with TestClient(create_app(delegations.workspace)) as client:
        yield client


@pytest.fixture
def signed(client: TestClient, delegations: Delegations) -> dict[str, Any]:
    """A submission that would be taken as it is."""
    asked = {"kind": "recognition", "party": "A", "refers_to": "B", "same_as": "C", "text": "Known for years."}
    prepared = client.post("/v1/preparations", json=asked).json()
    signature = "0x" + sign(Digest.parse(prepared["digest"]), delegations.keys["A"]).hex()
    return {"typed_data": prepared["typed_data"], "signature": signature, "texts": prepared["texts"]}


BODIES: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "of no type": (b"{}", {}, 415, "Send the body as application/json"),
    "of another type": (b"{}", {"Content-Type": "text/xml"}, 415, "not as text/xml"),
    "empty": (b" ", JSON, 422, "The body: it is empty; send a JSON object."),
    "no JSON": (b"{kind: 3}", JSON, 422, "The body, line 1: this is not JSON"),
    "a list": (b"[]", JSON, 422, "The body: give an object in braces."),
    "too large": (b'{"kind":"' + b"x" * LARGEST_BODY + b'"}', JSON, 413, "larger than 1 MiB"),
    "too deep": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", JSON, 422, "nested deeper than 64; flatten it"),
    "not UTF-8": (b'{"kind":"\xff"}', JSON, 422, "The body: byte 9 is not UTF-8"),
    "with one key twice": (b'{"a":{"kind":"x","kind":"y"}}', JSON, 422, "At /a/kind of the body: the key stands twice"),
    "with a broken number": (b'{"a":[1,{"b":1.5}]}', JSON, 422, "At /a/1/b of the body: 1.5 is not a whole number"),
    "with half a character": (b'{"kind":"\\ud800"}', JSON, 422, "At /kind of the body: a lone surrogate"),
}


@pytest.mark.parametrize("path", TAKING)
def test_a_body_that_cannot_be_read_is_told_what_to_send(client: TestClient, path: str) -> None:
    for name, (body, headers, status, told) in BODIES.items():
        problem = refused(client.post(path, content=body, headers=headers), status)
        assert told in problem["detail"], name


WRONG: tuple[Any, ...] = (None, 7, True, "nonsense", [], {}, "0x" + "G" * 64)


def paths(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every place in a body, but within lists of types, which stand or fall whole."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*at, key)
            yield from paths(inner, (*at, key))


def bent(body: dict[str, Any], path: tuple[str, ...], value: Any = ...) -> dict[str, Any]:
    made = copy.deepcopy(body)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return made


def test_every_field_of_a_submission_is_refused_by_its_pointer(client: TestClient, signed: dict[str, Any]) -> None:
    places = [*paths(signed), ("consent",), ("more",), ("typed_data", "more"), ("typed_data", "message", "more")]
    tried = 0
    for path in places:
        here = "/" + "/".join(path)
        for value in (..., *WRONG):
            known = path[-1] not in ("consent", "more")
            if (value is ... and (not known or path == ("texts",))) or (path == ("texts",) and value == []):
                continue
            problem = refused(client.post("/v1/submissions", json=bent(signed, path, value)))
            # At the field itself, at what holds it where it is missing or unknown, or at the first thing in it.
            assert here.startswith(problem["pointer"]) or problem["pointer"].startswith(here + "/"), (path, problem)
            assert problem["pointer"] != ""
            tried += 1
    assert tried > 150
    assert client.post("/v1/submissions", json=signed).status_code == 202, "and as it was it is taken"


def test_what_was_changed_after_signing_is_told_of_the_signature(client: TestClient, signed: dict[str, Any]) -> None:
    changed = bent(signed, ("typed_data", "message", "refersTo"), "0x" + "11" * 32)
    problem = refused(client.post("/v1/submissions", json=changed))
    assert problem["pointer"] == "/signature"
    assert problem["type"] == "/problems/bad-signature"
    assert "send what was signed unchanged" in problem["detail"]


@pytest.mark.parametrize(
    ("texts", "pointer"),
    [
        ([{}], "/texts/0/type"),
        ([{"type": "statement", "text": ""}], "/texts/0/text"),
        ([{"type": "statement", "text": "x", "more": 1}], "/texts/0/more"),
        (["x"], "/texts/0"),
        ([{}] * 65, "/texts"),
    ],
)
def test_a_text_that_is_none_is_refused_by_its_pointer(
    client: TestClient, signed: dict[str, Any], texts: list[Any], pointer: str
) -> None:
    assert refused(client.post("/v1/submissions", json=signed | {"texts": texts}))["pointer"] == pointer


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1/preparations", PreparationRequest),
        ("/v1/ceremonies", CeremonyRequest),
        ("/v1/ceremonies/x/preparations", CeremonyPreparationRequest),
    ],
)
def test_every_field_that_asks_for_an_act_is_refused_by_its_pointer(client: TestClient, path: str, model: Any) -> None:
    needed = {"kind": "claim"} if model is PreparationRequest else {"party": "A"} if "x" in path else {"document": {}}
    for name, field in model.model_fields.items():
        for value in ([{}], {"a": []}, "x" * 20_000, -1):
            if isinstance(value, dict) and "dict" in str(field.annotation):
                value = [value]
            problem = refused(client.post(path, json=needed | {name: value}), 422)
            assert problem.get("pointer", "").startswith(f"/{name}"), (name, value, problem)
    assert refused(client.post(path, json=needed | {"colour": 1}))["pointer"] == "/colour"


def test_the_name_of_nobody_is_told_by_its_pointer(client: TestClient) -> None:
    for asked, pointer in (
        ({"kind": "endorsement", "party": "Z", "subject": "x"}, "/party"),
        ({"kind": "endorsement", "party": "A", "subject": "x"}, "/subject"),
        ({"kind": "recognition", "party": "A", "refers_to": "Z"}, "/refers_to"),
        ({"kind": "recognition", "party": "A", "refers_to": "B", "same_as": "Z"}, "/same_as"),
    ):
        problem = refused(client.post("/v1/preparations", json=asked), 404)
        assert problem["pointer"] == pointer
        assert problem["detail"].startswith("There is no ")


def test_what_the_rules_refuse_names_the_field_too(client: TestClient, delegations: Delegations) -> None:
    asked = {"kind": "recognition", "party": "A", "refers_to": "B", "deadline": 5}
    prepared = client.post("/v1/preparations", json=asked).json()
    signature = "0x" + sign(Digest.parse(prepared["digest"]), delegations.keys["A"]).hex()
    body = {"typed_data": prepared["typed_data"], "signature": signature}
    problem = refused(client.post("/v1/submissions", content=json.dumps(body), headers=JSON), 409)
    assert problem["pointer"] == "/typed_data/message/deadline"
    assert problem["detail"] == "The deadline that the signer set has passed; sign again with a later one."
    key = {"Idempotency-Key": "a b"}
    assert refused(client.post("/v1/submissions", json=body, headers=key))["detail"].startswith(
        "At the header Idempotency-Key: "
    )
