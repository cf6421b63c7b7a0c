"""The API: every answer says as of which block it holds, every refusal is one problem in one sentence."""

import time
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from api.access import Access
from api.app import create_app
from normledger.acts import release
from normledger.acts.act import Act
from normledger.acts.signature import recover, sign
from normledger.acts.typed_data import from_json
from normledger.errors import ChainError
from normledger.identifiers import Digest, Hash, keccak
from tests.api.conftest import Served

PATHS = ("/v1/status", "/v1/parties", "/v1/agreements", "/v1/candidates", "/v1/norms")


@pytest.mark.parametrize("path", PATHS)
def test_every_reading_answer_names_its_block(served: Served, path: str) -> None:
    answer = served.client.get(path)
    assert answer.status_code == 200
    at = answer.json()["as_of"]
    assert at["chain_id"] == 20044
    assert at["final"] is True
    Hash.parse(at["hash"])


def test_every_path_of_the_openapi_is_tagged_and_documented(served: Served) -> None:
    paths = served.client.get("/v1/openapi.json").json()["paths"]
    assert len(paths) >= 16
    for path, methods in paths.items():
        for method in methods.values():
            assert method["description"].strip(), path
            assert method["tags"], path


def test_reported_and_consented_agreements_are_told_apart(served: Served) -> None:
    agreements, cursor = [], None
    while True:
        page = served.client.get("/v1/agreements", params={"limit": 20} | ({"cursor": cursor} if cursor else {})).json()
        agreements += page["agreements"]
        cursor = page["next"]
        if cursor is None:
            break
    assert sum(one["basis"] == "consented" for one in agreements) == 3
    assert sum(one["basis"] == "reported" for one in agreements) == 55
    assert len({one["id"] for one in agreements}) == 58


def test_a_cursor_is_bound_to_its_block(served: Served) -> None:
    page = served.client.get("/v1/agreements", params={"limit": 2}).json()
    other = page["as_of"]["block"] - 1
    refused = served.client.get("/v1/agreements", params={"cursor": page["next"], "as_of": other})
    assert refused.status_code == 422
    assert refused.json()["field"] == "cursor"
    assert served.client.get("/v1/agreements", params={"cursor": "rubbish"}).status_code == 422


def test_a_cursor_is_bound_to_its_list_and_filters(served: Served) -> None:
    page = served.client.get("/v1/candidates", params={"limit": 2, "basis": "reported"}).json()
    assert page["next"]
    others = (("/v1/parties", {}), ("/v1/candidates", {"basis": "consented"}))
    for path, filters in others:
        refused = served.client.get(path, params={"cursor": page["next"], **filters})
        assert refused.status_code == 422, path
        assert "another list" in refused.json()["detail"]
    following = served.client.get(
        "/v1/candidates", params={"limit": 3, "basis": "reported", "cursor": page["next"]}
    ).json()
    assert len(following["candidates"]) == 3
    assert following["as_of"] == page["as_of"]


def test_a_cursor_stays_at_its_block_while_the_register_grows(served: Served) -> None:
    past = served.client.get("/v1/status").json()["as_of"]["block"] - 2
    page = served.client.get("/v1/parties", params={"limit": 5, "as_of": past}).json()
    following = served.client.get("/v1/parties", params={"limit": 5, "cursor": page["next"]}).json()
    assert following["as_of"]["block"] == page["as_of"]["block"] == past
    assert not {one["id"] for one in page["parties"]} & {one["id"] for one in following["parties"]}


def test_acts_are_answers_as_of_a_block(served: Served) -> None:
    agreement = served.client.get("/v1/agreements").json()["agreements"][2]
    page = served.client.get(f"/v1/agreements/{agreement['id']}/acts", params={"limit": 2}).json()
    assert len(page["acts"]) == 2
    assert page["next"]
    act = page["acts"][0]
    answer = served.client.get(f"/v1/acts/{act['digest']}").json()
    assert answer["act"] == act
    assert answer["as_of"] == page["as_of"]
    assert served.client.get(f"/v1/acts/{act['digest']}", params={"as_of": act["block"] - 1}).status_code == 404


def test_a_reported_agreement_leads_to_the_observers_signature(served: Served) -> None:
    found = served.client.get("/v1/agreements", params={"limit": 200}).json()["agreements"]
    one = next(one for one in found if one["title"] == "US–China 2015")
    answer = served.client.get(f"/v1/agreements/{one['id']}").json()
    assert one["bound"] == ["state:CHN", "state:USA"]
    assert {report["observer_name"] for report in answer["reports"]} == {"Observer"}
    batch = served.client.get(f"/v1/acts/{answer['reports'][0]['batch']}").json()["act"]
    assert batch["kind"] == "reports"
    assert answer["acts"] == []


def test_an_answer_as_of_an_earlier_block_knows_nothing_later(served: Served) -> None:
    norm = served.client.get(f"/v1/norms/{served.norm}").json()["norm"]
    before = served.client.get("/v1/norms", params={"as_of": norm["block"] - 1}).json()
    assert before["norms"] == []
    assert before["as_of"]["block"] == norm["block"] - 1


def test_a_party_is_bound_less_its_reservation(served: Served) -> None:
    answer = served.client.get("/v1/parties/exercise:state:umbrelle").json()
    charter = next(one for one in answer["bound_by"] if one["title"].startswith("Lighthouse"))
    whole = served.client.get(f"/v1/agreements/{charter['agreement']}").json()
    assert len(charter["clauses"]) == len(whole["clauses"]) - 1
    assert whole["reservations"][0]["party"] == answer["party"]["id"]
    assert len(whole["reservations"][0]["objections"]) == 1


def test_every_count_of_a_candidate_opens(served: Served) -> None:
    page = served.client.get("/v1/candidates", params={"limit": 5}).json()
    for one in page["candidates"]:
        assert one["parties"]["value"] == sum(count["value"] for count in one["by_kind"].values())
        for count in (one["parties"], one["independent_agreements"], *one["by_region"].values()):
            assert bool(count["acts"]) == bool(count["value"])


def test_the_theft_candidate_says_who_toward_whom(served: Served) -> None:
    rows = served.client.get("/v1/candidates", params={"limit": 200}).json()["candidates"]
    theft = next(one for one in rows if "secrets by cyber means" in one["texts"][0])
    answer = served.client.get(f"/v1/candidates/{theft['key']}").json()
    assert answer["mutuality_by_form"]["bilateral"].endswith("6 of 21 pairs, five of them with China.")
    draft = answer["drafts"][0]
    brackets = [
        fragment
        for paragraph in draft["paragraphs"]
        for option in paragraph["options"]
        for fragment in option["fragments"]
        if len(fragment) > 1
    ]
    assert draft["open_brackets"] >= len(brackets) > 0
    assert all(alternative["clauses"] and alternative["parties"] for one in brackets for alternative in one)
    china = next(one for one in answer["coalition"] if one["name"] == "China")
    assert (china["toward"], china["mutual"]) == (19, 19)
    assert len(china["agreements"]) > 5


def test_toward_and_mutual_add_up_to_the_pairs(served: Served) -> None:
    for one in served.client.get("/v1/candidates", params={"limit": 12}).json()["candidates"]:
        answer = served.client.get(f"/v1/candidates/{one['key']}").json()
        held, possible = (int(part) for part in one["pairs"].split("/"))
        assert sum(member["mutual"] for member in answer["coalition"]) == 2 * held
        assert len(answer["coalition"]) * (len(answer["coalition"]) - 1) == 2 * possible


def test_a_clause_leads_to_its_agreement(served: Served) -> None:
    agreement = served.client.get("/v1/agreements").json()["agreements"][0]
    clause = served.client.get(f"/v1/agreements/{agreement['id']}").json()["clauses"][1]
    answer = served.client.get(f"/v1/clauses/{clause['id']}").json()
    assert answer["clause"] == clause
    assert answer["agreement"]["id"] == agreement["id"]


def test_a_document_is_its_canonical_bytes_for_ever(served: Served) -> None:
    path = f"/v1/documents/{served.norm}"
    answer = served.client.get(path)
    assert keccak(answer.content) == served.norm
    assert "immutable" in answer.headers["cache-control"]
    again = served.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    missing = served.client.get("/v1/documents/0x" + "11" * 32)
    assert missing.status_code == 404
    assert "fetch it by this hash" in missing.json()["detail"]


def test_provenance_goes_from_the_norm_to_its_parties(served: Served) -> None:
    trace = served.client.get(f"/v1/provenance/{served.norm}").json()["trace"]
    kinds, open_nodes = set(), [trace]
    while open_nodes:
        node = open_nodes.pop()
        kinds.add(node["kind"])
        open_nodes += node["children"]
    assert {"norm", "outcome", "clause", "agreement", "act", "state", "company", "ngo"} <= kinds


def _prepared(served: Served, party: str, stance: str = "endorse", **more: str) -> dict[str, object]:
    answer = served.client.get(
        f"/v1/norms/{served.norm}/endorsements/typed-data",
        params={"party": str(served.exercise.parties[party]), "stance": stance, **more},
    )
    assert answer.status_code == 200, answer.text
    prepared: dict[str, object] = answer.json()
    return prepared


def _submit(served: Served, prepared: dict[str, object], key: bytes) -> dict[str, object]:
    signature = "0x" + sign(Digest.parse(str(prepared["digest"])), key).hex()
    body = {"typed_data": prepared["typed_data"], "signature": signature, "texts": prepared["texts"]}
    answer = served.client.post("/v1/submissions", json=body)
    return {"http": answer.status_code, "location": answer.headers.get("location"), **answer.json()}


def _settled(served: Served, digest: str) -> dict[str, object]:
    for _ in range(200):
        found: dict[str, object] = served.client.get(f"/v1/submissions/{digest}").json()
        if found["status"] != "accepted":
            return found
        time.sleep(0.05)
    raise AssertionError("the relayer is late")


def test_a_delegation_endorses_and_withdraws_over_http(served: Served) -> None:
    key = served.exercise.key_of("sandrelle")
    prepared = _prepared(served, "sandrelle", reason="It protects those who protect us.")
    assert "Federation of Sandrelle endorses" in str(prepared["sentence"])
    accepted = _submit(served, prepared, key)
    assert accepted["http"] == 202
    assert accepted["location"] == f"/v1/submissions/{prepared['digest']}"
    assert _settled(served, str(prepared["digest"]))["status"] == "recorded"
    assert _submit(served, prepared, key)["status"] == "recorded"  # the same bytes again do no harm
    stances = served.client.get(f"/v1/norms/{served.norm}/endorsements").json()["endorsements"]
    mine = next(one for one in stances if one["name"] == "Federation of Sandrelle")
    assert mine["reason"] == "It protects those who protect us."
    withdrawal = _prepared(served, "sandrelle", "withdraw")
    assert _submit(served, withdrawal, key)["http"] == 202
    assert _settled(served, str(withdrawal["digest"]))["status"] == "recorded"
    stances = served.client.get(f"/v1/norms/{served.norm}/endorsements").json()["endorsements"]
    assert "Federation of Sandrelle" not in [one["name"] for one in stances]


def test_a_wrong_key_is_one_sentence(served: Served) -> None:
    refused = _submit(served, _prepared(served, "umbrelle"), served.exercise.key_of("hobnail"))
    assert refused["http"] == 422
    assert refused["type"] == "/problems/bad-signature"
    assert "sign with that account's key" in str(refused["detail"])


def test_a_used_number_is_refused_with_the_next_one(served: Served) -> None:
    prepared = _prepared(served, "norvale")
    typed_data = dict(prepared["typed_data"])
    typed_data["message"] = {**typed_data["message"], "number": "1", "reason": "0x" + "22" * 32}
    domain, act = from_json(typed_data, release.current())
    signature = "0x" + sign(domain.digest(act), served.exercise.key_of("norvale")).hex()
    answer = served.client.post("/v1/submissions", json={"typed_data": typed_data, "signature": signature})
    assert answer.status_code == 409
    assert "has used number 1 on this subject already; sign again with 2" in answer.json()["detail"]


def test_a_changed_message_is_another_act(served: Served) -> None:
    prepared = _prepared(served, "umbrelle")
    typed_data = dict(prepared["typed_data"])
    signature = sign(Digest.parse(str(prepared["digest"])), served.exercise.key_of("umbrelle"))
    typed_data["message"] = {**typed_data["message"], "number": "7"}
    body = {"typed_data": typed_data, "signature": "0x" + signature.hex()}
    assert served.client.post("/v1/submissions", json=body).status_code == 422


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"typed_data": {}, "signature": "0x"}, "typed data has exactly"),
        ({"typed_data": {}, "signature": "0x", "more": 1}, "/more"),
        ({"signature": "0x"}, "/typed_data"),
        ({"typed_data": [], "signature": "0x"}, "/typed_data"),
    ],
)
def test_malformed_submissions_name_their_field(served: Served, body: dict[str, object], word: str) -> None:
    answer = served.client.post("/v1/submissions", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert word in answer.json()["detail"]


@pytest.mark.parametrize(
    "path",
    ["/v1/norms/0x00", "/v1/agreements/none", "/v1/parties/nobody", "/v1/acts/0x" + "00" * 32, "/v1/nothing"],
)
def test_what_is_not_there_is_a_404_problem(served: Served, path: str) -> None:
    answer = served.client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) >= {"type", "title", "status", "detail"}


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "word"),
    [
        (b" " * (1 << 20) + b"{}", JSON, 413, "1 MiB"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "application/json"),
        (b'{"signature": "0x", "signature": "0x00", "typed_data": {}}', JSON, 422, "twice"),
        (b'{"signature": 1.5, "typed_data": {}}', JSON, 422, "whole number"),
        (b'{"signature": "0x", "typed_data": ' + b"[" * 5000 + b"]" * 5000 + b"}", JSON, 422, "nested deeper"),
        (b'{"signature": "\xff"}', JSON, 422, "UTF-8"),
        (b"{", JSON, 422, "not JSON"),
        (b"[]", JSON, 422, "The body: "),
    ],
)
def test_a_body_that_is_not_strict_json_is_refused(
    served: Served, body: bytes, headers: dict[str, str], status: int, word: str
) -> None:
    answer = served.client.post("/v1/submissions", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert word in answer.json()["detail"]


def test_the_example_of_the_openapi_is_a_true_submission(served: Served) -> None:
    document = served.client.get("/v1/openapi.json").json()
    example = document["paths"]["/v1/submissions"]["post"]["requestBody"]["content"]["application/json"]["example"]
    domain, act = from_json(example["typed_data"], release.current())
    assert isinstance(act, Act)
    assert recover(domain.digest(act), bytes.fromhex(example["signature"][2:])) == act.account
    refused = served.client.post("/v1/submissions", json=example)  # its party is nobody here
    assert refused.status_code == 404
    assert "let it register first" in refused.json()["detail"]


def test_every_operation_documents_its_problems(served: Served) -> None:
    document = served.client.get("/v1/openapi.json").json()
    assert "Problem" in document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method in methods.values():
            assert {"4XX", "5XX"} <= set(method["responses"]), path
            assert "422" not in method["responses"], path


def test_headers_are_strict_and_nobody_is_followed(served: Served) -> None:
    for path in ("/", "/v1/status", "/v1/nothing", "/static/style.css"):
        headers = served.client.get(path, headers={"Origin": "https://elsewhere.example"}).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in headers
        assert "access-control-allow-origin" not in headers


def test_a_defect_leaks_nothing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret path of the keys")

    monkeypatch.setattr(served.workspace, "view", broken)
    with_defect = TestClient(create_app(served.workspace), raise_server_exceptions=False)
    for path in ("/v1/norms", "/"):
        answer = with_defect.get(path)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def _until(condition: Callable[[], bool]) -> bool:
    for _ in range(250):
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_chain_that_is_away_is_told_and_reading_goes_on(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "The chain at http://127.0.0.1:1 does not answer: no connection; start it or give another --chain."
    faults: list[Exception] = [ChainError(told)]

    def carry(patience: float) -> None:
        if faults:
            raise faults[0]

    monkeypatch.setattr(served.workspace, "carry", carry)
    access = Access(served.workspace)
    access.start()
    access.wake()
    assert _until(lambda: access.fault == told)
    assert access.view().norms
    faults[0] = RuntimeError("secret")
    access.wake()
    assert _until(lambda: "defect of the service" in (access.fault or ""))
    assert "secret" not in str(access.fault)
    faults.clear()
    access.wake()
    assert _until(lambda: access.fault is None), "the relaying thread survives both"
    access.stop()


def test_a_chain_error_is_a_503_that_says_when_to_come_back(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise ChainError("The chain does not answer; start it.")

    monkeypatch.setattr(served.workspace, "prepare", away)
    answer = served.client.get(
        f"/v1/norms/{served.norm}/endorsements/typed-data", params={"party": str(served.exercise.parties["umbrelle"])}
    )
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["type"] == "/problems/chain-unavailable"


def test_a_block_beyond_the_index_is_refused(served: Served) -> None:
    answer = served.client.get("/v1/norms", params={"as_of": 10**6})
    assert answer.status_code == 422
    assert "up to which the index has read" in answer.json()["detail"]
