"""`evidence` and `verify`: the file goes to a stranger, who needs neither workspace nor network."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.evidence.bundles import block_hashes, good

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def signed(ready: Command, agreement: Path) -> Command:
    """Both have signed the treaty."""
    assert ready("import", agreement).code == 0
    for party in ("north", "south"):
        assert ready("sign", "Treaty of the Test", "--as", party).code == 0
    return ready


def test_a_stranger_verifies_what_was_made(signed: Command, tmp_path: Path) -> None:
    out = tmp_path / "treaty.evidence.json"
    made = signed("evidence", "consent", "north", "Treaty of the Test", "--clause", "1", "--out", out)
    assert made.code == 0, made.err
    assert "consented to clause “1”" in made.out
    assert "that you named" not in made.out  # whoever makes a file has named no block
    assert out.stat().st_size <= 30_000
    shutil.rmtree(tmp_path / ".normledger")
    without = signed("verify", out)
    assert without.code == 0
    assert "Still to obtain" in without.out
    assert "eth_getBlockByNumber" in without.out
    hash_ = signed("verify", out, "--json").json["as_of"]["block_hash"]
    verdict = signed("verify", out, "--block-hash", hash_)
    assert verdict.code == 0
    assert "Proven by signatures" in verdict.out
    assert "Only claimed" in verdict.out
    assert "Still to obtain" not in verdict.out
    wrong = signed("verify", out, "--block-hash", hash_[:-1] + ("0" if hash_[-1] != "0" else "1"))
    assert wrong.code == 1
    assert wrong.err.startswith("Not proven, at step block: ")
    assert len(wrong.err.strip().splitlines()) == 1


def test_what_stood_yesterday_is_proven_as_of_yesterday_alone(signed: Command, tmp_path: Path) -> None:
    out = tmp_path / "e.json"
    words = ("evidence", "consent", "north", "Treaty of the Test", "--clause", "1", "--out", out)
    before = signed(*words, "--json").json["as_of"]
    assert signed("withdraw", "Treaty of the Test", "--as", "south").code == 0
    out.unlink()
    refused = signed(*words)
    assert refused.code == 1
    assert "“Treaty of the Test” has ended" in refused.err
    assert not out.exists()
    made = signed(*words, "--as-of", before["block"], "--json")
    assert made.code == 0, made.err
    assert made.json["as_of"] == before
    verdict = signed("verify", out, "--block-hash", before["block_hash"])
    assert verdict.code == 0
    assert f"As of block {before['block']} " in verdict.out


def test_a_file_that_proves_nothing_ends_with_its_step(signed: Command, tmp_path: Path) -> None:
    out = tmp_path / "e.json"
    out.write_bytes(good()["consent"].replace(b"Treaty of the two", b"Treaty of the six"))
    refused = signed("verify", out)
    assert refused.code == 1
    assert "at step documents" in refused.err
    told = signed("verify", out, "--json")
    assert told.code == 1
    assert told.json == {"proven": False, "step": "documents", "sentence": told.json["sentence"]}
    assert told.err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("verify", "nowhere.json"), "there is no such file"),
        (("verify", "."), "can't be read (Is a directory); give a file"),
        (("verify", "FILE", "--block-hash", "12"), "is not a hash"),
        (("verify", "FILE", "--trust", "nowhere.json"), "there is no such trust policy"),
        (("evidence", "norm", "Nothing", "--out", "x.json"), "There is no norm 'Nothing' here"),
        (
            ("evidence", "consent", "east", "Treaty of the Test", "--clause", "1", "--out", "x"),
            "There is no party 'east'",
        ),
        (("evidence", "consent", "north", "Treaty of the Test", "--clause", "9", "--out", "x"), "has no clause '9'"),
        (("evidence", "powers", "0x12", "--out", "x"), "is not a hash"),
        (("evidence", "powers", "0x" + "12" * 32, "--out", "x"), "There is no act"),
        (("evidence", "report", "0x" + "12" * 32, "--out", "x"), "There is no report"),
        (("evidence", "candidate", "nothing", "--out", "x"), "There is no candidate norm 'nothing'"),
        (("evidence", "norm", "N", "--out", "x", "--as-of", "99999"), "99999"),
    ],
)
def test_bad_input_is_one_sentence(signed: Command, tmp_path: Path, arguments: tuple[str, ...], word: str) -> None:
    file = tmp_path / "good.json"
    file.write_bytes(good()["consent"])
    refused = signed(*(str(file) if one == "FILE" else one for one in arguments))
    assert refused.code == 1
    assert word in refused.err
    assert "Traceback" not in refused.err


def test_a_file_that_cannot_be_written_is_one_sentence(signed: Command, tmp_path: Path) -> None:
    refused = signed("evidence", "consent", "north", "Treaty of the Test", "--clause", "1", "--out", tmp_path)
    assert refused.code == 1
    assert "can't be written" in refused.err


def test_identity_is_claimed_unless_somebody_trusted_recognises_it(normledger: Command, tmp_path: Path) -> None:
    file, trust = tmp_path / "e.json", tmp_path / "trust.json"
    file.write_bytes(good()["recognised"])
    author = json.loads(good()["recognised"])["recognisers"][0]
    trust.write_text(json.dumps({"type": "trust-policy", "recognitions": [author]}))
    plain = normledger("verify", file, "--json").json
    assert any("exercise:state:norvale" in one for one in plain["claimed"])
    trusting = normledger("verify", file, "--trust", trust, "--json").json
    assert not any("exercise:state:norvale" in one for one in trusting["claimed"])
    assert any("whom your trust policy names, recognises" in one for one in trusting["by_signature"])


def test_verification_needs_no_network(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True).returncode:
        pytest.skip("no user namespaces here: unshare -rn does not work")
    file = tmp_path / "e.json"
    file.write_bytes(good()["endorsements"])
    program = "from normledger.cli import main; main()"
    command = [unshare, "-rn", sys.executable, "-c", program, "verify", str(file), "--block-hash"]
    known = [str(block_hashes()["endorsements"])]
    done = subprocess.run(command + known, cwd=ROOT, capture_output=True, text=True, env={"HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert "endorsed by exactly 3 parties" in done.stdout.replace("\n", " ")
