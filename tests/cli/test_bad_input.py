"""Bad input: one clear sentence that names the place and the fix, exit code 1, and nothing half-done."""

import gzip
import json
import socket
from pathlib import Path

import pytest

from normledger.acts.signature import sign
from normledger.acts.typed_data import Domain
from normledger.workspace import Workspace
from tests.cli.conftest import Answer, Command


def assert_refused(answer: Answer, *words: str) -> None:
    assert answer.code == 1, answer
    assert answer.out == ""
    assert "Traceback" not in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    for word in words:
        assert word in answer.err, answer.err


def state_of(folder: Path) -> dict[str, object]:
    """Chain head, documents and rows of a workspace."""
    with Workspace.open(folder / ".normledger") as workspace:
        return {
            "head": workspace.node.head(),
            "documents": list(workspace.store.names()),
            "digest": workspace.view().digest,
            "pending": workspace.outbox.pending(),
        }


def line(number: int, **changes: object) -> str:
    entry = {
        "agreement_id": f"a-{number}",
        "title": f"Agreement {number}",
        "parties": [{"name": "France", "kind": "state", "iso3": "FRA"}, {"name": "Acme", "kind": "company"}],
        "clauses": [{"no": "1", "heading": "", "text": "Parties share information."}],
    }
    return json.dumps({**entry, **changes})


CASES = {
    "broken JSON": ('{"agreement_id": ', ("line 17", "not JSON", "mend or remove it")),
    "duplicate key": (line(17).replace('"title":', '"title": "x", "title":', 1), ("line 17", "title", "twice")),
    "a float": (line(17, year=2018.5), ("line 17", "field year", "2018.5", "whole number")),
    "a clause without text": (
        line(17, clauses=[{"no": "1", "heading": "Aim", "text": "  "}]),
        ("line 17", "field clauses[0].text", "no text"),
    ),
    "a missing field": (json.dumps({"clauses": []}), ("line 17", "agreement_id", "missing")),
    "a party twice": (
        line(17, parties=[{"name": "France", "kind": "state", "iso3": "FRA"}] * 2),
        ("line 17", "parties[1]", "listed twice"),
    ),
    "an unknown kind": (
        line(17, parties=[{"name": "X", "kind": "planet"}]),
        ("line 17", "parties[0].kind", "'planet'", "state, igo"),
    ),
    "an unknown form": ('{"what": "ever"}', ("line 17", "neither clauses")),
    "a date that is none": (line(17, date_signed="in spring"), ("line 17", "date_signed", "YYYY-MM-DD")),
}


@pytest.mark.parametrize("case", CASES)
def test_an_import_that_fails_at_line_17_leaves_everything_as_it_was(ready: Command, tmp_path: Path, case: str) -> None:
    text, words = CASES[case]
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join([*(line(number) for number in range(1, 17)), text, line(18)]) + "\n")
    before = state_of(tmp_path)
    assert_refused(ready("import", path, "--as", "north"), "many.jsonl", *words)
    assert state_of(tmp_path) == before


def test_a_missing_file(ready: Command) -> None:
    assert_refused(ready("import", "nowhere.jsonl", "--as", "north"), "nowhere.jsonl", "no such file")


def test_a_gzip_that_ends_early(ready: Command, tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(line(1).encode() * 50)[:-20])
    assert_refused(ready("import", path, "--as", "north"), "cut.jsonl.gz", "gzip ends early")


def test_an_unknown_kind_of_a_consenting_party(ready: Command) -> None:
    refused = ready("register", "exercise:name:x", "--kind", "unknown", "--name", "X", "--key", "north")
    assert_refused(refused, "field kind", "'unknown' can't consent", "state, igo")


def test_a_consenting_party_of_unknown_kind_in_a_text(ready: Command, agreement: Path) -> None:
    document = json.loads(agreement.read_text())
    document["parties"][0]["kind"] = "unknown"
    agreement.write_text(json.dumps(document))
    assert_refused(ready("import", agreement, "--as", "north"), "treaty.json", "parties[0].kind", "'unknown'")


def test_an_unknown_party_and_an_unknown_agreement(ready: Command, agreement: Path) -> None:
    ready("import", agreement, "--as", "north")
    assert_refused(ready("sign", "Treaty of the Test", "--as", "nobody"), "no party 'nobody'")
    assert_refused(ready("sign", "Another Treaty", "--as", "north"), "no agreement text 'Another Treaty'")
    assert_refused(ready("norm", "x"), "no norm 'x'")


def _signed(ready: Command, agreement: Path) -> None:
    ready("import", agreement, "--as", "north")
    ready("sign", "Treaty of the Test", "--as", "north")
    ready("sign", "Treaty of the Test", "--as", "south")


def test_an_agreement_that_is_closed_to_this_party(ready: Command, agreement: Path) -> None:
    _signed(ready, agreement)
    ready("key", "new", "east")
    ready("register", "exercise:state:east", "--kind", "state", "--name", "East", "--key", "east")
    assert_refused(ready("accede", "Treaty of the Test", "--as", "east"), "closed to East", "not one of its founders")


def test_a_signature_by_the_wrong_key_for_another_chain_or_with_a_used_number(
    ready: Command, agreement: Path, tmp_path: Path
) -> None:
    from normledger.acts.act import ActKind
    from normledger.errors import Refused, SignatureError

    _signed(ready, agreement)
    with Workspace.open(tmp_path / ".normledger", write=True) as workspace:
        view = workspace.view()
        treaty = view.agreement("Treaty of the Test")
        north, south = view.party("north"), view.party("south")
        key = workspace.key_of(north.account)
        prepared = workspace.prepare(ActKind.DECLARATION, treaty.id, north.id, text="We declare.")
        wrong = "0x" + sign(prepared.digest, workspace.key_of(south.account)).hex()
        with pytest.raises(SignatureError, match="sign with that account's key"):
            workspace.submit(prepared.typed_data, wrong)
        elsewhere = {**prepared.typed_data, "domain": {**prepared.typed_data["domain"], "chainId": 1}}
        domain = Domain(1, workspace.release.addresses[1])
        other = "0x" + sign(domain.digest(prepared.statement), key).hex()
        with pytest.raises(SignatureError, match="signed for chain 1, this register is on chain 20044"):
            workspace.submit(elsewhere, other)
        right = "0x" + sign(prepared.digest, key).hex()
        workspace.submit(prepared.typed_data, right, [text.to_json() for text in prepared.texts])
        workspace.carry()
        again = workspace.prepare(ActKind.DECLARATION, treaty.id, north.id, view=view, text="We declare else.")
        with pytest.raises(Refused, match="has used number 1 on this subject already; sign again with 2"):
            workspace.submit(again.typed_data, "0x" + sign(again.digest, key).hex())


def test_an_unreachable_chain(ready: Command) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert_refused(ready("index", "--chain", f"http://127.0.0.1:{port}"), "does not answer", "--chain")


def test_a_chain_without_the_recorded_deployment(ready: Command, tmp_path: Path) -> None:
    for path in (tmp_path / ".normledger" / "chain").iterdir():
        path.unlink()
    assert_refused(ready("index"), "holds no contract at", "normledger deploy")


def test_a_second_writer(ready: Command, tmp_path: Path) -> None:
    with Workspace.open(tmp_path / ".normledger", write=True):
        assert_refused(ready("key", "new", "west"), "Another process is writing", "wait until it is done")


def test_a_port_in_use(ready: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_refused(ready("serve", "--port", str(port)), f"127.0.0.1:{port}", "--port")


def test_a_workspace_made_by_a_newer_version(ready: Command, tmp_path: Path) -> None:
    path = tmp_path / ".normledger" / "config.toml"
    path.write_text(path.read_text().replace("format = 1", "format = 99"))
    assert_refused(ready("parties"), "newer NormLedger", "format 99", "update NormLedger")


def test_no_workspace_and_a_workspace_twice(normledger: Command) -> None:
    assert_refused(normledger("parties"), "no workspace here", "normledger init")
    assert normledger("init").code == 0
    assert_refused(normledger("init"), "There is a workspace", "already")
    assert_refused(normledger("index"), "Nothing is deployed", "normledger deploy")


def test_a_time_a_basis_and_a_trust_policy_that_are_none(ready: Command, tmp_path: Path) -> None:
    assert_refused(ready("parties", "--at", "tomorrow"), "--at", "is not a time")
    assert_refused(ready("compose", "--basis", "guessed"), "--basis", "consented, reported")
    assert_refused(ready("compose", "--trust", "none.json"), "none.json", "no such trust policy")
    (tmp_path / "odd.json").write_text('{"type": "trust-policy", "reports": ["me"]}')
    assert_refused(ready("compose", "--trust", "odd.json"), "odd.json", "field reports")
    assert_refused(ready("parties", "--as-of", "100000"), "block 100000", "up to which the index has read")


def test_wrong_usage_is_exit_code_2(normledger: Command) -> None:
    assert normledger("nonsense").code == 2
    assert normledger("sign").code == 2
