"""docs/reference/evidence.md holds: its example, its tables and figures, its program."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from normledger.acts import release
from normledger.acts.act import ActKind, Contract
from normledger.acts.release import DEPLOYER
from normledger.acts.typed_data import KINDS_OF, type_of, written_type
from normledger.composition.result import Parameters
from normledger.evidence import bundle, header
from normledger.evidence.claims import KINDS_OF_CLAIM
from normledger.evidence.state_proof import EMPTY_TRIE, NO_CODE
from normledger.evidence.verdict import STEPS, Verdict
from normledger.identifiers import keccak
from tests.evidence.bundles import block_hashes, good
from tests.evidence.test_statements import OWN_ACTS
from tests.vectors.make_evidence import page

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/evidence.md"
TEXT = PAGE.read_text("utf-8")


def test_the_example_is_the_good_bundle_cut_short() -> None:
    assert page(TEXT, good()["consent"]) == TEXT, "run `python -m tests.vectors.make_evidence`"


def test_the_release_is_that_of_today() -> None:
    for code in release.current().init_codes:
        assert f'"{keccak(code)}"' in TEXT


def test_constants() -> None:
    assert str(EMPTY_TRIE) in TEXT
    assert str(NO_CODE) in TEXT
    assert str(DEPLOYER) in TEXT
    assert bundle.MEDIA_TYPE in TEXT
    assert f"more than {bundle.MOST_BYTES // 2**20} MiB" in TEXT


def test_the_header_s_fields_in_their_order() -> None:
    written = re.search(r"The RLP is a list of\n\n(.*?)\n\n", TEXT, re.DOTALL)
    assert written is not None
    told = [one.strip().rsplit(" ", 1) for one in written[1].replace("\n", " ").split(",")]
    lengths = {"n": 0, "any": -1}
    assert [(name, lengths.get(length, length)) for name, length in told] == [
        (name, length if length in (0, -1) else str(length)) for name, length in header._FIELDS
    ]
    for count, fork in header.FORKS.items():
        assert f"{count} ({fork})" in TEXT


def test_steps_in_their_order() -> None:
    table = TEXT.split("\n## Steps\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(STEPS)


def test_every_claim_with_its_members() -> None:
    claims = TEXT.split("\n## Claims\n")[1].split("\n## ")[0]
    told = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", claims, re.MULTILINE | re.DOTALL))
    assert list(told) == list(KINDS_OF_CLAIM)
    for name, kind in KINDS_OF_CLAIM.items():
        rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", told[name], re.MULTILINE)
        members = [one for row in rows for one in re.findall(r"`(\w+)`", row)]
        assert sorted(members) == sorted((*kind.asks, *kind.answers)), name


def test_every_parameter_of_a_composition() -> None:
    for one in fields(Parameters):
        assert f"`{one.name}`" in TEXT


def test_every_member_of_a_bundle() -> None:
    table = TEXT.split("\n## Members\n")[1].split("\n## ")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted(bundle._MEMBERS)


def test_every_written_type() -> None:
    for statement in OWN_ACTS:
        assert f"`{type_of(statement)}`" in TEXT
    rows = [row.split("|")[1:4] for row in TEXT.splitlines() if row.startswith("| ") and row.count("|") == 4]
    table = {where.strip(): (types, written) for where, types, written in rows}
    for contract, where in ((Contract.PARTY_REGISTRY, "a list"), (Contract.NORM_REGISTRY, "a norm")):
        kinds = [kind.type_name for kind in KINDS_OF[contract]]
        assert all(re.search(rf"\b{kind}\b", TEXT) for kind in kinds)
        listed = [one.strip() for one in table[where][0].split(",")]
        assert set(listed) <= set(kinds)
    on_agreements = {one.strip() for one in table["an agreement, the stances on it"][0].split(",")}
    founding = {one.strip() for one in table["an agreement"][0].split(",")}
    assert on_agreements | founding == {kind.type_name for kind in KINDS_OF[Contract.AGREEMENT_LEDGER]}
    shown = {row[2].strip() for row in rows if "*Type*" in row[2]}
    for contract, kind in (
        (Contract.PARTY_REGISTRY, ActKind.REPORTS),
        (Contract.AGREEMENT_LEDGER, ActKind.SIGNATURE),
        (Contract.NORM_REGISTRY, ActKind.ENDORSEMENT),
    ):
        written = written_type(contract, kind)
        assert f"*Type*`{written[len(kind.type_name) :]}`" in shown


def test_the_kinds_in_their_order() -> None:
    written = re.search(r"in this list, from 1:\n\n(.*?)\n\n", TEXT, re.DOTALL)
    assert written is not None
    assert [one.strip() for one in written[1].replace("\n", " ").split(",")] == [kind.type_name for kind in ActKind]


def test_the_program_of_five_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (text,) = re.findall(r"^```python verify.py\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    (tmp_path / "treaty.evidence.json").write_bytes(good()["consent"])
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"BLOCK_HASH": str(block_hashes()["consent"])}
    exec(compile(text, "verify.py", "exec"), names)
    assert isinstance(names["verdict"], Verdict)
    assert capsys.readouterr().out.startswith("exercise:state:norvale (0x")
