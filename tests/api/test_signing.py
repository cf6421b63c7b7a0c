"""Signing over HTTP: what is prepared here is signed anywhere and submitted by anybody, once, and nothing is lost."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from fastapi.testclient import TestClient

from api.app import create_app
from api.routes import submissions
from normledger.acts.act import ActKind, Contract, list_of
from normledger.acts.anchors import leaf_of
from normledger.acts.signature import address_of, recover, sign
from normledger.acts.typed_data import Domain, from_json, to_json
from normledger.documents.document import (
    Alignments,
    ClauseAlignment,
    DerivationRecord,
    Endorsements,
    Norm,
    Outcome,
    Report,
    Reported,
    Reports,
)
from normledger.errors import ChainError
from normledger.identifiers import Address, Digest, NormId, OutcomeId, PartyId, keccak
from normledger.relay.explanation import explain
from normledger.relay.requests import TERMS
from normledger.workspace import Workspace
from tests.delegations import Delegations

KEYS = {name: keccak(name.encode()) for name in ("D", "E", "F", "next", "envoy")}
"""Keys that no workspace holds: their holders sign elsewhere."""


@dataclass
class Signing:
    """A service with parties A, B and C, and what it takes to act through it over HTTP alone."""

    client: TestClient
    made: Delegations
    used: set[str] = field(default_factory=set)

    def key(self, name: str) -> bytes:
        return self.made.keys.get(name) or KEYS[name]

    def prepare(self, **body: Any) -> dict[str, Any]:
        answer = self.client.post("/v1/preparations", json=body)
        assert answer.status_code == 200, answer.text
        prepared: dict[str, Any] = answer.json()
        return prepared

    def signed(self, prepared: dict[str, Any], name: str, consent: str = "") -> dict[str, Any]:
        digest = Digest.parse(prepared["digest"])
        body = {"typed_data": prepared["typed_data"], "signature": "0x" + sign(digest, self.key(name)).hex()}
        if consent:
            body["consent"] = "0x" + sign(digest, self.key(consent)).hex()
        return body | {"texts": prepared["texts"]}

    def settled(self, digest: str) -> dict[str, Any]:
        for _ in range(400):
            found: dict[str, Any] = self.client.get(f"/v1/submissions/{digest}").json()
            if found["status"] != "accepted":
                return found
            time.sleep(0.02)
        raise AssertionError("the relayer is late")

    def submit(self, name: str, consent: str = "", **body: Any) -> dict[str, Any]:
        """Prepare, sign, submit; not waited for."""
        prepared = self.prepare(**body)
        explained = explain(prepared, self.made.workspace.release)  # an offline machine understands each of them
        assert str(explained.digest) == prepared["digest"]
        assert body.get("text", "") in explained.sentence
        answer = self.client.post("/v1/submissions", json=self.signed(prepared, name, consent))
        assert answer.status_code == 202, answer.text
        self.used.add(body["kind"])
        return prepared

    def act(self, name: str, consent: str = "", **body: Any) -> str:
        """Prepare, sign, submit and see it recorded; its digest."""
        digest: str = self.submit(name, consent, **body)["digest"]
        done = self.settled(digest)
        assert done["status"] == "recorded", done
        return digest


@pytest.fixture
def signing(delegations: Delegations) -> Iterator[Signing]:
    with TestClient(create_app(delegations.workspace)) as client:
        yield Signing(client, delegations)


def claim(name: str, kind: str = "ngo") -> dict[str, Any]:
    return {
        "kind": "claim",
        "identifier": f"name:{name}",
        "party_kind": kind,
        "profile": {"name": name, "region": "Africa"},
        "account": str(address_of(KEYS[name])),
    }


def test_every_kind_of_act_is_prepared_signed_and_submitted_over_http(signing: Signing) -> None:
    made, act = signing.made, signing.act
    act("D", **claim("D"))
    act("D", kind="further-claim", party="name:D", identifier="domain:d.example", profile={"name": "Dee"})
    assert signing.client.get("/v1/parties/domain:d.example").json()["party"]["name"] == "Dee"

    text = made.text("A", "B", texts=("Parties shall help.", "Parties should warn."), takes_effect="on-ratification",
                     admission="invitation", provisional_application=True, consents_needed=2)  # fmt: skip
    first = signing.submit("A", kind="signature-subject-to-ratification", party="A", document=text.to_json())
    assert f"signs, subject to ratification, “{text.title}”" in first["sentence"]
    act("B", kind="signature-subject-to-ratification", party="B", subject=str(text.hash))
    title, digest = text.title, signing.settled(first["digest"])["digest"]
    assert digest == first["digest"]
    act("A", kind="ratification", party="A", subject=title)
    act("B", kind="acceptance", party="B", subject=title)
    act("B", kind="approval", party="B", subject=title)
    act("A", kind="provisional-application", party="A", subject=title)
    act("A", kind="invitation", party="A", subject=title, refers_to="C")
    reservation = act("C", kind="accession", party="C", subject=title)
    reservation = act("C", kind="reservation", party="C", subject=title, clause="2", text="Not at night.")
    act("A", kind="objection", party="A", subject=title, refers_to=reservation, text="At night too.")
    act("B", kind="acceptance-of-reservation", party="B", subject=title, refers_to=reservation)
    act("B", kind="declaration", party="B", subject=title, text="We mean it.")
    act("C", kind="withdrawal", party="C", refers_to=reservation, subject=title)
    amended = made.text("A", "B", title="Amended", texts=("Parties shall help at once.",))
    act("A", kind="amendment", party="A", subject=title, document=amended.to_json())
    act("A", kind="correction", party="A", subject=title, content=str(amended.hash))
    act("A", kind="succession", party="A", subject=title, refers_to="B")
    act("A", kind="termination", party="A", subject=title)
    number = signing.prepare(kind="declaration", party="B", subject=title, text="x")["typed_data"]["message"]["number"]
    act("B", kind="cancellation", party="B", subject=title, number=number)

    mine = act("D", kind="endorsement", party="Dee", subject=title, clause="1", text="It helps.")
    act("D", kind="opposition", party="Dee", subject=title)
    act("D", kind="withdrawal", party="Dee", refers_to=mine)
    act("D", kind="withdrawal", party="Dee", subject=title, from_outside=True)
    assert not signing.made.workspace.newest().agreement(title).stances

    outcome = Outcome("Parties help.", "require")
    norm = Norm("Help", "All help.", (OutcomeId(outcome.hash),), "real")
    derivation = DerivationRecord({"method": "by hand"})
    made.workspace.store.put([derivation])
    act("A", kind="publication", party="A", document=norm.to_json(), content=str(derivation.hash))
    act("B", kind="derivation", party="B", subject="Help", content=str(derivation.hash))
    act("B", kind="endorsement", party="B", subject=str(norm.hash), text="As our members voted.")
    stance = next(iter(made.workspace.newest().norm("Help").stances))
    assert made.workspace.newest().statement(stance.act.act.content) == "As our members voted."

    kept = signing.prepare(kind="endorsement", party="C", subject="Help")
    _, endorsement = from_json(kept["typed_data"], made.workspace.release)
    signature = sign(Digest.parse(kept["digest"]), made.keys["C"])
    anchored = Endorsements(NormId(norm.hash), (leaf_of(endorsement, signature),))  # type: ignore[arg-type]  # an act
    act("A", kind="anchor", party="A", document=anchored.to_json())
    assert len(made.workspace.newest().norm("Help").anchored) == 1

    author = PartyId.parse(str(made.parties["A"]))
    act("A", kind="recognition", party="A", refers_to="B")
    alignment = ClauseAlignment(text.clause_ids[0], OutcomeId(outcome.hash), "same")
    act("A", kind="alignments", party="A", document=Alignments(author, (alignment,)).to_json())
    report = Report(text.hash, Reported("name:Elsewhere", "Elsewhere", "state"), "signature")
    reports = Reports(author, (report,))
    batch = act("A", kind="reports", party="A", document=reports.to_json())
    act("A", kind="withdrawal", party="A", refers_to=batch)

    envoy = str(address_of(KEYS["envoy"]))
    act("B", kind="full-powers", party="B", account=envoy, kinds=["declaration", "opposition"], until=1 << 40)
    prepared = signing.submit("envoy", kind="opposition", party="B", subject="Help", by=envoy)
    assert "Signed for it by its representative" in prepared["sentence"]
    assert signing.settled(prepared["digest"])["status"] == "recorded"
    act("B", kind="revocation", party="B", account=envoy)
    act("B", kind="cancellation", party="B", number="7")
    act("C", consent="next", kind="rotation", party="C", account=str(address_of(KEYS["next"])))
    assert made.workspace.newest().party("C").account == address_of(KEYS["next"])

    signing.submit("B", kind="signature", party="B", document=made.text("A", "B", title="Plain").to_json())
    assert signing.used == set(TERMS)


def test_a_recognition_of_two_parties_as_one_is_told_and_counts_over_http_as_by_command(signing: Signing) -> None:
    view, why = signing.made.workspace.newest(), "One treasury."
    asked = {"kind": "recognition", "party": "A", "refers_to": "B", "same_as": "C", "text": why}
    prepared = signing.prepare(**asked)
    assert prepared["sentence"] == f"A recognises B and C as one and the same actor: “{why}”"
    by_library = signing.made.prepare(
        ActKind.RECOGNITION, list_of(view.party("A").id), "A",
        refers_to=view.party("B").id, clause=view.party("C").id, text=why,
    )  # fmt: skip
    assert prepared["digest"] == str(by_library.digest)
    digest = signing.act("A", **asked)
    (listed,) = signing.client.get("/v1/recognitions?author=A").json()["recognitions"]
    assert (listed["act"], listed["text"]) == (digest, why)
    signing.act("A", kind="withdrawal", party="A", refers_to=digest)
    assert signing.client.get("/v1/recognitions?author=A").json()["recognitions"] == []
    again = signing.client.post("/v1/preparations", json={"kind": "withdrawal", "party": "A", "refers_to": digest})
    assert again.status_code == 404
    assert "A takes back only what it stated itself" in again.json()["detail"]


@pytest.mark.parametrize(
    ("refers_to", "same_as", "field", "told"),
    [
        ("A", "", "refers_to", "can't recognise itself"),
        ("B", "B", "same_as", "the same as itself"),
        ("B", "exercise:ngo:x", "same_as", "no recognition joins the real world and an exercise"),
    ],
)
def test_what_no_recognition_says_is_refused_by_its_field(
    signing: Signing, refers_to: str, same_as: str, field: str, told: str
) -> None:
    if same_as.startswith("exercise:"):
        work = signing.made.workspace
        claim_ = signing.made.claim("X", identifier=same_as)
        work.act_at_once([(claim_, signing.made.keys["X"])])
    body = {"kind": "recognition", "party": "A", "refers_to": refers_to, "same_as": same_as}
    answer = signing.client.post("/v1/preparations", json=body)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert answer.json()["field"] == field


def test_what_is_prepared_is_what_the_library_signs(signing: Signing) -> None:
    norm = keccak(b"norm")
    signing.made.act(ActKind.PUBLICATION, norm, "A")
    prepared = signing.prepare(kind="endorsement", party="B", subject=str(norm), text="Cafe\u0301", deadline=1 << 33)
    domain, act = from_json(prepared["typed_data"], signing.made.workspace.release)
    assert str(domain.digest(act)) == prepared["digest"]
    assert act.deadline == 1 << 33
    assert prepared["texts"] == [{"type": "statement", "text": "Caf\u00e9"}]
    assert prepared["sentence"].endswith("it lapses.")
    assert prepared["account"] == str(signing.made.workspace.newest().party("B").account)
    assert prepared["contract"] == prepared["typed_data"]["domain"]["verifyingContract"]


ACCOUNT = "0x" + "11" * 20
REFUSED: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"kind": "wish"}, 422, "no kind of act"),
    ({"kind": "endorsement", "subject": "x"}, 422, "an endorsement|a endorsement needs party"),
    ({"kind": "endorsement", "party": "A", "number": "3"}, 422, "takes no number"),
    ({"kind": "endorsement", "party": "A"}, 422, "needs a subject"),
    ({"kind": "endorsement", "party": "A", "subject": "x"}, 404, "no agreement or norm 'x'"),
    ({"kind": "endorsement", "party": "Z", "subject": "x"}, 404, "let it register first: prepare a claim"),
    ({"kind": "reservation", "party": "A", "subject": "x", "clause": "1"}, 422, "needs text"),
    ({"kind": "objection", "party": "A", "subject": "x"}, 422, "needs refers_to"),
    ({"kind": "rotation", "party": "A", "account": "0x12"}, 422, "not an address"),
    ({"kind": "cancellation", "party": "A", "number": "0"}, 422, "/number"),
    ({"kind": "cancellation", "party": "A", "number": "99999999999999999999"}, 422, "64 bits"),
    ({"kind": "full-powers", "party": "A", "account": ACCOUNT, "kinds": ["claim"], "until": 9}, 422, "delegated"),
    ({"kind": "claim", "identifier": "x", "party_kind": "ngo", "profile": {"name": "x"}, "account": ACCOUNT},
     422, "scheme:value"),
    ({"kind": "claim", "identifier": "name:x", "party_kind": "cat", "profile": {"name": "x"}, "account": ACCOUNT},
     422, "can't consent"),
    ({"kind": "publication", "party": "A", "document": {"type": "statement", "text": "x"}}, 422, "norm's document"),
    ({"kind": "reports", "party": "A", "document": {"type": "reports"}}, 422, "document"),
    ({"kind": "endorsement", "party": "A", "more": 1}, 422, "/more"),
    ({"kind": "endorsement", "party": "A", "deadline": -1}, 422, "/deadline"),
)  # fmt: skip


@pytest.mark.parametrize(("body", "status", "word"), REFUSED, ids=[f"{i}" for i in range(len(REFUSED))])
def test_a_request_that_cannot_be_prepared_names_its_field(
    signing: Signing, body: dict[str, Any], status: int, word: str
) -> None:
    answer = signing.client.post("/v1/preparations", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert any(one in answer.json()["detail"] for one in word.split("|")), answer.json()
    assert answer.json()["detail"].count(". ") <= 1


@pytest.fixture
def endorsed(signing: Signing) -> dict[str, Any]:
    """B's endorsement of a published norm, signed and not sent."""
    norm = keccak(b"norm")
    signing.made.act(ActKind.PUBLICATION, norm, "A")
    return signing.signed(signing.prepare(kind="endorsement", party="B", subject=str(norm)), "B")


def test_one_key_has_one_effect_and_one_answer(signing: Signing, endorsed: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": '"8e03978e-40d5-43e8-bc93-6894a57f9324"'}
    first = signing.client.post("/v1/submissions", json=endorsed, headers=headers)
    assert first.status_code == 202
    signing.settled(first.json()["digest"])
    again = signing.client.post("/v1/submissions", json=endorsed, headers=headers)
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["location"] == first.headers["location"]
    bare = signing.client.post(
        "/v1/submissions", json=endorsed, headers={"Idempotency-Key": headers["Idempotency-Key"][1:-1]}
    )
    assert bare.content == first.content
    other = signing.client.post("/v1/submissions", json=endorsed | {"texts": [{}]}, headers=headers)
    assert other.status_code == 422
    assert "another request before" in other.json()["detail"]
    assert other.json()["field"] == "Idempotency-Key"


def test_a_hundred_at_once_with_one_key_have_one_effect(signing: Signing, endorsed: dict[str, Any]) -> None:
    answers: list[bytes] = []

    def send() -> None:
        answer = signing.client.post("/v1/submissions", json=endorsed, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 202, answer.text
        answers.append(answer.content)

    threads = [threading.Thread(target=send) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 100
    assert len(set(answers)) == 1
    digest = json.loads(answers[0])["digest"]
    assert signing.settled(digest)["status"] == "recorded"
    acts = [str(one.digest) for one in signing.made.workspace.newest().norms[NormId(keccak(b"norm"))].acts]
    assert acts.count(digest) == 1


def test_a_key_outlives_the_service(delegations: Delegations, tmp_path: Path) -> None:
    with TestClient(create_app(delegations.workspace)) as client:
        signing = Signing(client, delegations)
        body = signing.signed(signing.prepare(kind="recognition", party="A", refers_to="B"), "A")
        first = client.post("/v1/submissions", json=body, headers={"Idempotency-Key": "k"})
        signing.settled(first.json()["digest"])
    delegations.workspace.close()
    with (
        Workspace.open(tmp_path / ".normledger", write=True) as workspace,
        TestClient(create_app(workspace)) as client,
    ):
        again = client.post("/v1/submissions", json=body, headers={"Idempotency-Key": "k"})
        assert again.content == first.content
        other = client.post("/v1/submissions", json=body | {"consent": "0x00"}, headers={"Idempotency-Key": "k"})
        assert other.status_code == 422


def test_a_refused_request_gives_its_key_back(signing: Signing, endorsed: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "k"}
    wrong = endorsed | {"signature": "0x" + "11" * 65}
    assert signing.client.post("/v1/submissions", json=wrong, headers=headers).status_code == 422
    assert signing.client.post("/v1/submissions", json=endorsed, headers=headers).status_code == 202


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, '"unclosed', "ü"])
def test_a_malformed_key_is_refused(signing: Signing, endorsed: dict[str, Any], key: str) -> None:
    answer = signing.client.post("/v1/submissions", json=endorsed, headers={"Idempotency-Key": key.encode("latin-1")})
    assert answer.status_code == 422, answer.text


def events(text: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Id, name and data of a stream's events."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in block.splitlines() if not line.startswith((":", "retry")))
        if lines:
            found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
    return found


def test_its_way_is_told_as_it_goes_and_ends_when_it_is_final(signing: Signing, endorsed: dict[str, Any]) -> None:
    digest = signing.client.post("/v1/submissions", json=endorsed).json()["digest"]
    answer = signing.client.get(f"/v1/submissions/{digest}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer.text)
    assert [number for number, _, _ in told] == list(range(1, len(told) + 1))
    states = [name for _, name, _ in told]
    assert states[0] == "received"
    assert states[-2:] == ["included", "final"]
    assert told[-1][2]["block"] == signing.settled(digest)["block"]
    later = signing.client.get(f"/v1/submissions/{digest}/events", headers={"Last-Event-ID": "1"})
    assert events(later.text) == told[1:]
    assert signing.client.get(f"/v1/submissions/0x{'00' * 32}/events").status_code == 404
    assert signing.client.get(f"/v1/submissions/{digest}/events", headers={"Last-Event-ID": "x"}).status_code == 422


def test_a_stream_without_news_says_that_it_lives_and_ends_in_time(
    signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = signing.made.text("A", "B")
    waiting = signing.submit("A", kind="signature", party="A", document=text.to_json())
    for name, value in (("HEARTBEAT", 0.05), ("LONGEST", 0.5), ("PAUSE", 0.02)):
        monkeypatch.setattr(submissions, name, value)
    answer = signing.client.get(f"/v1/submissions/{waiting['digest']}/events")
    assert answer.text.startswith("retry: ")
    assert {name for _, name, _ in events(answer.text)} <= {"received", "waiting"}
    assert answer.text.count(": still here\n\n") >= 3


def test_a_refused_submission_ends_its_way_with_the_reason(signing: Signing) -> None:
    made = signing.made
    text = made.text("A", "B")
    for kind in ("signature", "signature-subject-to-ratification"):
        last = signing.submit("A", kind=kind, party="A", document=text.to_json())
    signing.submit("B", kind="signature", party="B", document=text.to_json())
    assert signing.settled(last["digest"])["status"] == "recorded"
    first = str(made.signature("A", text).digest)
    told = events(signing.client.get(f"/v1/submissions/{first}/events").text)
    assert told[-1][1] == "refused"
    assert "signed once more" in told[-1][2]["reason"]


def test_a_raw_call_is_for_anybody_to_send_and_the_same_bytes_do_no_harm(
    signing: Signing, endorsed: dict[str, Any]
) -> None:
    work = signing.made.workspace
    call = signing.client.post("/v1/calls", json=endorsed).json()
    assert call["chain_id"] == 20044
    assert 50_000 < int(call["gas"]) < 300_000
    assert signing.client.get(f"/v1/submissions/{call['digest']}").status_code == 404  # nothing is kept
    receipt = work.sender.send(Address.parse(call["to"]), bytes.fromhex(call["data"][2:]))
    assert receipt.ok
    work.update()
    assert Digest.parse(call["digest"]) in work.newest().acts
    head = work.node.head().number
    for _ in range(2):
        answer = signing.client.post("/v1/submissions", json=endorsed)
        assert answer.status_code == 202
    assert signing.settled(call["digest"])["block"] == receipt.block_number
    assert work.node.head().number == head  # no second transaction


def test_raw_calls_record_every_sort_of_statement(signing: Signing) -> None:
    work, made = signing.made.workspace, signing.made

    def send(name: str, consent: str = "", **body: Any) -> None:
        prepared = signing.prepare(**body)
        call = signing.client.post("/v1/calls", json=signing.signed(prepared, name, consent)).json()
        assert work.sender.send(Address.parse(call["to"]), bytes.fromhex(call["data"][2:])).ok
        work.update()
        assert work.newest().is_recorded(Digest.parse(prepared["digest"]))

    send("D", **claim("D"))
    text = made.text("A", "B", admission="open")
    send("A", kind="signature", party="A", subject=str(text.hash))
    send("C", kind="accession", party="C", subject=text.title)
    send("D", kind="endorsement", party="name:D", subject=text.title)
    send("A", kind="recognition", party="A", refers_to="B")
    send("A", kind="publication", party="A", subject=str(keccak(b"norm")), content=str(keccak(b"derivation")))
    send("B", kind="opposition", party="B", subject=str(keccak(b"norm")))
    send("A", consent="next", kind="rotation", party="A", account=str(address_of(KEYS["next"])))


@pytest.fixture
def unrelayed(delegations: Delegations) -> Iterator[Signing]:
    """A service that carries nothing itself, and a stranger who has some coin."""
    folder = delegations.workspace.folder
    delegations.workspace.sender.send(address_of(KEYS["envoy"]), b"", value=10**18)
    delegations.workspace.close()
    config = folder / "config.toml"
    config.write_text(config.read_text() + "relay = false\n")
    with Workspace.open(folder, write=True) as work:
        delegations.workspace = work
        with TestClient(create_app(work)) as client:
            yield Signing(client, delegations)


def test_without_a_relayer_the_answer_holds_the_call_that_a_stranger_sends(unrelayed: Signing) -> None:
    client, made = unrelayed.client, unrelayed.made
    text = made.text("A", "B")
    prepared = {name: unrelayed.prepare(kind="signature", party=name, document=text.to_json()) for name in "AB"}
    alone = client.post("/v1/submissions", json=unrelayed.signed(prepared["A"], "A")).json()
    assert alone["status"] == "accepted"
    answer = client.post("/v1/submissions", json=unrelayed.signed(prepared["B"], "B"))
    assert answer.status_code == 202, answer.text
    submitted = answer.json()
    assert client.get(f"/v1/submissions/{submitted['digest']}").json()["call"] == submitted["call"]
    digest = Digest.parse(submitted["digest"])
    for _ in range(200):
        if len(way := made.workspace.outbox.way(digest)) > 1:
            break
        time.sleep(0.02)
    assert [step.state for step in way] == ["received", "waiting"]
    assert way[1].reason == "This service carries nothing itself: it waits until somebody sends its raw call."

    call, node = submitted["call"], made.workspace.node
    assert call["chain_id"] == 20044
    assert len(call["data"]) > len(alone["call"]["data"]), "the later answer holds both founders' signatures"
    # A stranger's own wallet: fields of the answer, and a library of somebody else's.
    account = Account.from_key(KEYS["envoy"])
    transaction = {
        "to": call["to"], "data": call["data"], "gas": int(call["gas"]), "chainId": call["chain_id"], "value": 0,
        "nonce": node.nonce(Address.parse(account.address)), "gasPrice": node.fees()[0],
    }  # fmt: skip
    sent = node.submit(bytes(account.sign_transaction(transaction).raw_transaction))
    receipt = node.receipt(sent)
    assert receipt is not None
    assert receipt.ok
    for name in "AB":
        done = unrelayed.settled(prepared[name]["digest"])
        assert (done["status"], done["transaction"], done["call"]) == ("recorded", str(sent), None)
        stream = events(client.get(f"/v1/submissions/{prepared[name]['digest']}/events").text)
        assert [state for _, state, _ in stream] == ["received", "waiting", "included", "final"]
        assert stream[2][2]["transaction"] == str(sent)
    assert len(made.workspace.newest().agreement(text.title).acts) == 2


def test_a_service_that_relays_gives_no_call_unasked(signing: Signing, endorsed: dict[str, Any]) -> None:
    assert signing.client.post("/v1/submissions", json=endorsed).json()["call"] is None


def test_a_signature_for_another_instance_names_both(signing: Signing, endorsed: dict[str, Any]) -> None:
    release = signing.made.workspace.release
    _, act = from_json(endorsed["typed_data"], release)
    here = release.address(Contract.NORM_REGISTRY)
    elsewhere = Address(bytes(19) + b"\x07")
    for domain, words in (
        (Domain(5, here), ("chain 5", "chain 20044")),
        (Domain(20044, elsewhere), (str(elsewhere), str(here))),
    ):
        signature = "0x" + sign(domain.digest(act), signing.key("B")).hex()
        body = {"typed_data": to_json(domain, act), "signature": signature}
        answer = signing.client.post("/v1/submissions", json=body)
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/bad-signature"
        assert all(word in answer.json()["detail"] for word in words), answer.json()


def test_an_expired_deadline_and_a_stranger_are_told_what_to_do(signing: Signing) -> None:
    late = signing.prepare(kind="recognition", party="A", refers_to="B", deadline=5)
    answer = signing.client.post("/v1/submissions", json=signing.signed(late, "A"))
    assert answer.status_code == 409
    assert "deadline that the signer set has passed" in answer.json()["detail"]
    signed = signing.prepare(kind="recognition", party="A", refers_to="B")
    domain, act = from_json(signed["typed_data"], signing.made.workspace.release)
    stranger = to_json(domain, type(act)(**{**_values(act), "party": PartyId(keccak(b"?")), "subject": keccak(b"?")}))
    _, again = from_json(stranger, signing.made.workspace.release)
    signature = "0x" + sign(domain.digest(again), signing.key("A")).hex()
    answer = signing.client.post("/v1/submissions", json={"typed_data": stranger, "signature": signature})
    assert answer.status_code == 404
    assert "let it register first: prepare a claim, sign it and submit it" in answer.json()["detail"]


def _values(act: Any) -> dict[str, Any]:
    return {name: getattr(act, name) for name in type(act).__dataclass_fields__}


def test_while_the_chain_is_down_nothing_new_is_taken_and_nothing_taken_is_lost(
    signing: Signing, endorsed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    access = signing.client.app.state.access  # type: ignore[attr-defined]  # Starlette's own
    text = signing.made.text("A", "B")
    waiting = signing.signed(signing.prepare(kind="signature", party="A", document=text.to_json()), "A")
    assert signing.client.post("/v1/submissions", json=waiting).status_code == 202

    def away(*_: object) -> None:
        raise ChainError("The chain at http://nowhere does not answer; start it.")

    with monkeypatch.context() as patched:
        patched.setattr(signing.made.workspace, "update", away)
        access.wake()
        for _ in range(200):
            if access.fault:
                break
            time.sleep(0.01)
        answer = signing.client.post("/v1/submissions", json=endorsed, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "http://nowhere does not answer" in answer.json()["detail"]
        assert signing.client.post("/v1/submissions", json=waiting).status_code == 202  # it is kept already
    access.wake()
    for _ in range(200):
        if not access.fault:
            break
        time.sleep(0.01)
    assert signing.client.post("/v1/submissions", json=endorsed, headers={"Idempotency-Key": "k"}).status_code == 202
    signing.submit("B", kind="signature", party="B", document=text.to_json())
    digest = str(signing.made.signature("A", text).digest)
    assert signing.settled(digest)["status"] == "recorded"
    assert recover(Digest.parse(digest), bytes.fromhex(waiting["signature"][2:])) == address_of(signing.key("A"))
