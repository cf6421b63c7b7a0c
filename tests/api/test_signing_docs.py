"""The program on the page about signing over HTTP does what the page says, on a real service."""

import re
import sys
from pathlib import Path

import pytest

from normledger.acts.act import ActKind
from normledger.cli.service import running
from normledger.documents.document import Norm, OutcomeId
from normledger.identifiers import keccak
from normledger.relay.requests import TERMS
from tests.delegations import Delegations

DOCS = Path(__file__).parents[2] / "docs"


def test_the_program_endorses_and_follows(
    delegations: Delegations, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (DOCS / "how-to/sign-over-http.md").read_text("utf-8")
    (program,) = re.findall(r"^```python endorse\.py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    norm = Norm("Help one another", "All help.", (OutcomeId(keccak(b"outcome")),), "real")
    delegations.workspace.store.put([norm])
    delegations.act(ActKind.PUBLICATION, norm.hash, "A", content=keccak(b"derivation"))
    with running(delegations.workspace) as url:
        monkeypatch.setattr(sys, "argv", ["endorse.py", url, str(norm.hash), "name:B", delegations.keys["B"].hex()])
        exec(compile(program, "endorse.py", "exec"), {})
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "B endorses the norm “Help one another”: “It protects those who protect us.”"
    assert (told[1], told[-1]) == ("received", "final")
    assert [one.party for one in delegations.workspace.newest().norm(norm.title).stances] == [delegations.parties["B"]]


def test_every_kind_of_act_is_in_the_table_of_kinds() -> None:
    section = (DOCS / "reference/http.md").read_text("utf-8").split("\n## Signing\n")[1].split("\n**Submit.**")[0]
    rows = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    assert {kind for row in rows for kind in re.findall(r"`([a-z-]+)`", row.partition("(")[0])} == set(TERMS)
