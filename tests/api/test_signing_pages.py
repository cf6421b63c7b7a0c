"""The pages of signing without scripts: choose, prepare, download, hand in, follow; and no foreign word is markup."""

import html
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from normledger.acts.act import ActKind
from normledger.acts.signature import address_of, sign
from normledger.cli.offline import sign_file
from normledger.documents.document import Norm, OutcomeId
from normledger.identifiers import Digest, keccak
from normledger.relay.requests import TERMS
from tests.api.test_pages import Outline
from tests.api.test_signing import KEYS, Signing
from tests.delegations import Delegations

NORM = Norm("Help one another", "All help.", (OutcomeId(keccak(b"outcome")),), "real")


@pytest.fixture
def signing(delegations: Delegations) -> Iterator[Signing]:
    delegations.workspace.store.put([NORM])
    delegations.act(ActKind.PUBLICATION, NORM.hash, "A", content=keccak(b"derivation"))
    delegations.found(delegations.text("A", "B", texts=("Help.", "Warn.")))
    with TestClient(create_app(delegations.workspace), follow_redirects=False) as client:
        yield Signing(client, delegations)


def outline(text: str) -> list[tuple[str, dict[str, str | None]]]:
    """The page's tags; it must be well formed, and nothing in it may run but the service's own modules."""
    read = Outline()
    read.feed(text)
    assert read.open == []
    for tag, attributes in read.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        if tag == "script":
            assert attributes["src"] in ("/static/wallet.js", "/static/submission.js")
            assert attributes["type"] == "module"
    for tag, attributes in read.tags:
        if tag in ("input", "select", "textarea") and attributes.get("type") not in ("hidden", "checkbox", "radio"):
            assert attributes.get("id"), attributes
            assert ("label", {"for": attributes["id"]}) in read.tags, attributes
    return read.tags


def packed(text: str) -> dict[str, Any]:
    found = re.search(r'id="prepared" name="prepared" value="([^"]*)"', text)
    assert found
    data: dict[str, Any] = json.loads(html.unescape(found[1]))
    return data


def signature(signing: Signing, prepared: dict[str, Any], name: str) -> str:
    return "0x" + sign(Digest.parse(prepared["digest"]), signing.key(name)).hex()


def settled_page(signing: Signing, where: str) -> str:
    for _ in range(200):
        text = signing.client.get(where).text
        if "final: the chain can no longer take it back" in text or '<li class="refused">' in text:
            return text
        time.sleep(0.02)
    raise AssertionError("the relayer is late")


def test_an_endorsement_goes_from_form_to_final_without_scripts(signing: Signing) -> None:
    client, where = signing.client, f"/norms/{NORM.hash}/endorse"
    assert "All help." in client.get(where).text
    page = client.post(where, data={"party": "name:B", "stance": "endorse", "text": "It helps.\r\nTruly."})
    assert page.status_code == 200
    outline(page.text)
    assert "B endorses the norm “Help one another”: “It helps.\nTruly.”" in html.unescape(page.text)
    prepared = packed(page.text)
    assert prepared["digest"] in page.text
    file = client.post("/sign/file", data={"prepared": json.dumps(prepared)})
    assert file.headers["content-disposition"].startswith('attachment; filename="normledger-endorsement-0x')
    assert file.json() == prepared
    sent = client.post(
        "/sign/signature", data={"prepared": json.dumps(prepared), "signature": signature(signing, prepared, "B")}
    )
    assert sent.status_code == 303
    assert sent.headers["location"] == f"/submissions/{prepared['digest']}"
    told = settled_page(signing, sent.headers["location"])
    outline(told)
    assert f"/norms/{NORM.hash}" in told
    assert "EventSource" not in told
    stance = next(one for one in signing.made.workspace.newest().norm(NORM.title).stances)
    assert signing.made.workspace.newest().statement(stance.act.act.content) == "It helps.\nTruly."


def test_a_signed_file_is_handed_in_by_upload(signing: Signing) -> None:
    page = signing.client.post("/sign", data={"kind": "withdrawal", "party": "B", "subject": "Agreement of A and B"})
    prepared = packed(page.text)
    signed = {name: prepared[name] for name in ("typed_data", "texts")} | {
        "signature": signature(signing, prepared, "B")
    }
    files = {"file": ("signed.json", json.dumps(signed).encode(), "application/json")}
    sent = signing.client.post("/sign/signature", data={"prepared": "", "signature": ""}, files=files)
    assert sent.status_code == 303, sent.text
    assert "final" in settled_page(signing, sent.headers["location"])


def test_what_the_workbench_gives_to_sign_is_signed_offline_and_handed_in(signing: Signing, tmp_path: Path) -> None:
    """From two clauses side by side to an alignment on the chain; the key stays on a machine without a network."""
    client, made = signing.client, signing.made
    made.found(made.text("B", "C", title="Another", texts=("Parties shall help each other.",)))
    made.found(made.text("A", "C", title="One more", texts=("Parties shall help each other at once.",)))
    signing.client.app.state.access.state()  # type: ignore[attr-defined]  # Starlette's own
    shown = {"shown": "consented", "party": "name:A"}
    pairs = re.findall(r'name="d(\d)" value="(same\.[^"]+)"', client.get("/workbench", params=shown).text)
    assert pairs
    query = shown | {"d1": pairs[0][1]}
    page = client.get("/workbench/decisions", params=query).text
    assert 'href="/sign#hand-in"' in page
    file, out, key = tmp_path / "to-sign.json", tmp_path / "signed.json", tmp_path / "key"
    file.write_bytes(client.get("/workbench/to-sign.json", params=query).content)
    key.write_text(signing.key("A").hex())
    sign_file(file, str(key), out, as_json=False)
    assert 'id="f-file"' in client.get("/sign").text
    sent = client.post("/sign/signature", files={"file": ("signed.json", out.read_bytes(), "application/json")})
    assert sent.status_code == 303, sent.text
    assert "final" in settled_page(signing, sent.headers["location"])
    author = str(made.parties["A"])
    listed = client.get("/v1/alignments", params={"basis": "consented", "world": "real"}).json()["alignments"]
    mine = [one for one in listed if one["author"] == author]
    assert {one["relation"] for one in mine} == {"same"}
    assert {one["clause"] for one in mine} == set(pairs[0][1].split(".")[1:])
    digest = json.loads(file.read_text())["digest"]
    act = client.get("/v1/acts/" + digest).json()
    assert act["act"]["kind"] == "alignments"
    assert {one["act"] for one in mine} == {digest}
    assert len({one["leaf"] for one in mine}) == len(mine)


def test_a_rotation_takes_two_signatures(signing: Signing) -> None:
    page = signing.client.post(
        "/sign", data={"kind": "rotation", "party": "C", "account": str(address_of(KEYS["next"]))}
    )
    prepared = packed(page.text)
    assert 'name="consent"' in page.text
    data = {"prepared": json.dumps(prepared), "signature": signature(signing, prepared, "C")}
    refused = signing.client.post("/sign/signature", data=data)
    assert refused.status_code == 422
    done = signing.client.post("/sign/signature", data=data | {"consent": signature(signing, prepared, "next")})
    assert done.status_code == 303
    settled_page(signing, done.headers["location"])
    assert signing.made.workspace.newest().party("C").account == address_of(KEYS["next"])


def test_every_kind_has_a_form_with_its_fields(signing: Signing) -> None:
    chosen = signing.client.get("/sign")
    for kind in TERMS:
        assert f'value="{kind}"' in chosen.text
        page = signing.client.get("/sign", params={"kind": kind, "subject": "Agreement of A and B", "party": "A"})
        assert page.status_code == 200, kind
        assert len(page.content) < 60_000, kind
        tags = outline(page.text)
        assert [one["value"] for tag, one in tags if tag == "input" and one.get("name") == "kind"] == [kind]


def test_a_form_with_a_fault_comes_back_with_what_was_written(signing: Signing) -> None:
    for data, status, word in (
        ({"kind": "endorsement", "party": "nobody", "subject": str(NORM.hash)}, 404, "let it register first"),
        ({"kind": "reservation", "party": "B", "subject": "Agreement of A and B", "clause": "2"}, 422, "needs text"),
        (
            {"kind": "full-powers", "party": "B", "account": "0x" + "11" * 20, "kinds": "acts", "until": "x"},
            422,
            "not a time",
        ),
        ({"kind": "publication", "party": "B", "document": "{"}, 422, "not JSON"),
    ):
        page = signing.client.post("/sign", data=data)
        assert page.status_code == status, page.text
        assert word in html.unescape(page.text)
        assert 'role="alert"' in page.text
        assert f'value="{data["party"]}"' in page.text
        outline(page.text)
    page = signing.client.post(f"/norms/{NORM.hash}/endorse", data={"party": "nobody", "text": "Kept."})
    assert page.status_code == 404
    assert "Kept." in page.text


MULTIPART = "multipart/form-data; boundary=b"
NAMED = b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\n%s'


@pytest.mark.parametrize(
    ("content", "kind", "status", "word"),
    [
        (b"{}", "application/json", 415, "as browsers do"),
        (b"", "", 415, "as browsers do"),
        (b"kind=%ff", "application/x-www-form-urlencoded", 422, "not encoded"),
        (b"a=1&" * 300, "application/x-www-form-urlencoded", 422, "not encoded"),
        (b"x", "multipart/form-data", 422, "no boundary"),
        (NAMED % b"claim", MULTIPART, 422, "breaks off"),
        (b"--b\r\n\r\nclaim\r\n--b--", MULTIPART, 422, "no name"),
        (NAMED % b"\xff\r\n--b--", MULTIPART, 422, "UTF-8"),
        (b"prepared=[]", "application/x-www-form-urlencoded", 422, "no prepared act"),
        (b"prepared=" + b"[" * 3000, "application/x-www-form-urlencoded", 422, "nested deeper|not JSON"),
    ],
)  # fmt: skip
def test_a_broken_form_is_one_sentence(signing: Signing, content: bytes, kind: str, status: int, word: str) -> None:
    for path in ("/sign/file", "/sign/signature", "/sign"):
        if path != "/sign/file" and content.startswith(b"prepared"):
            continue
        answer = signing.client.post(path, content=content, headers={"Content-Type": kind} if kind else {})
        assert answer.status_code == status, answer.text
        assert any(one in html.unescape(answer.text) for one in word.split("|")), answer.text
        assert "Traceback" not in answer.text


def test_a_wrong_signature_is_told_and_nothing_kept(signing: Signing) -> None:
    page = signing.client.post("/sign", data={"kind": "recognition", "party": "B", "refers_to": "A"})
    prepared = packed(page.text)
    for given, status, word in (
        (signature(signing, prepared, "A"), 422, "sign with that account's key"),
        ("0x12", 422, "65 bytes"),
        ("", 422, "choose the signed file"),
        ("{}", 422, "no typed_data"),
        (json.dumps(prepared), 422, "not signed yet"),
    ):
        answer = signing.client.post("/sign/signature", data={"prepared": json.dumps(prepared), "signature": given})
        assert answer.status_code == status
        assert word in html.unescape(answer.text), answer.text
        outline(answer.text)
    assert signing.made.workspace.outbox.pending() == []


def test_scripts_run_on_these_pages_from_here_alone(signing: Signing) -> None:
    prepared = signing.client.post("/sign", data={"kind": "recognition", "party": "B", "refers_to": "A"})
    policy = prepared.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("script-src 'self'; connect-src 'self'")
    assert "unsafe" not in policy
    for path in ("/sign", "/ceremonies", f"/norms/{NORM.hash}/endorse"):
        assert "script-src" not in signing.client.get(path).headers["content-security-policy"]


def test_a_ceremony_goes_round_without_scripts(signing: Signing) -> None:
    client, made = signing.client, signing.made
    text = made.text("A", "B", "C", title="To be signed", texts=("One.", "Two."))
    opened = client.post("/ceremonies", data={"document": json.dumps(text.to_json()), "days": "7"})
    assert opened.status_code == 303
    link = opened.headers["location"]
    first = client.get(link)
    outline(first.text)
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["x-robots-tag"] == "noindex"
    assert first.text.count("○ awaited") == 3
    for name in "CAB":
        page = client.post(link, data={"party": str(made.parties[name])})
        outline(page.text)
        prepared = packed(page.text)
        data = {"prepared": json.dumps(prepared), "signature": signature(signing, prepared, name)}
        sent = client.post(f"{link}/signature", data=data)
        assert (sent.status_code, sent.headers["location"]) == (303, link)
    for _ in range(200):
        told = client.get(link).text
        if "the chain holds all signatures" in told:
            break
        time.sleep(0.02)
    assert told.count("✓✓ signed, and on the chain") == 3
    again = client.post(link, data={"party": str(made.parties["A"])})
    assert again.status_code == 409
    assert "nothing left to sign" in again.text


def test_a_ceremony_over_http_says_who_is_awaited(signing: Signing) -> None:
    client, made = signing.client, signing.made
    text = made.text("A", "B", title="By HTTP")
    opened = client.post("/v1/ceremonies", json={"document": text.to_json(), "days": 2})
    assert opened.status_code == 201
    where = opened.headers["location"]
    assert opened.json()["link"] == where.removeprefix("/v1")
    for name, status in (("B", 200), ("C", 409)):
        answer = client.post(f"{where}/preparations", json={"party": name})
        assert answer.status_code == status
        if status == 200:
            prepared = answer.json()
    wrong = {"typed_data": prepared["typed_data"], "signature": signature(signing, prepared, "A")}
    refused = client.post(f"{where}/signatures", json=wrong)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/bad-signature")
    good = wrong | {"signature": signature(signing, prepared, "B")}
    for _ in range(2):
        answer = client.post(f"{where}/signatures", json=good)
        assert answer.status_code == 202
        assert {one["name"]: one["state"] for one in answer.json()["signatories"]} == {"A": "awaited", "B": "signed"}
    assert client.get("/v1/ceremonies/wrong").status_code == 404
    for body, word in (
        ({"document": {"type": "norm"}}, "document"),
        ({"document": text.to_json(), "days": 0}, "/days"),
        ({"document": NORM.to_json()}, "a ceremony is for an agreement"),
    ):
        answer = client.post("/v1/ceremonies", json=body)
        assert answer.status_code == 422
        assert word in answer.json()["detail"]


def test_the_language_that_was_asked_for_is_kept_to_the_end(signing: Signing) -> None:
    opened = signing.client.post(
        "/ceremonies?lang=fr", data={"document": json.dumps(signing.made.text("A", "C", title="Langues").to_json())}
    )
    link = opened.headers["location"]
    assert link.endswith("?lang=fr")
    page = signing.client.post(link, data={"party": "name:A"})
    for path in ("/signature", ""):
        assert f"{link.partition('?')[0]}{path}" in page.text
    prepared = packed(page.text)
    data = {"prepared": json.dumps(prepared), "signature": signature(signing, prepared, "A")}
    sent = signing.client.post(f"{link.partition('?')[0]}/signature?lang=fr", data=data)
    assert sent.headers["location"] == link


def test_pages_that_are_not_there_are_told_so(signing: Signing) -> None:
    for path in ("/submissions/0x" + "00" * 32, "/ceremonies/none", "/norms/none/endorse"):
        assert signing.client.get(path).status_code == 404
    assert signing.client.get("/submissions/rubbish").status_code == 422
