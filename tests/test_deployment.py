"""The files with which an operator runs the service: they name commands and options that are there."""

import json
import re
import shlex
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from typer.main import get_command

from normledger.cli.app import app
from scripts.lock import ENVIRONMENTS

FOLDER = Path(__file__).parents[1] / "scripts" / "deployment"


def started_by(text: str) -> list[list[str]]:
    """The command lines of `normledger` that a file starts."""
    lines = re.findall(r"^ExecStart=\S*?/(normledger .*)$", text, re.MULTILINE)
    lines += [
        "normledger " + " ".join(re.findall(r'"([^"]*)"', one)) for one in re.findall(r"^CMD (\[.*\])$", text, re.M)
    ]
    return [shlex.split(line)[1:] for line in lines]


@pytest.mark.parametrize("file", ["Containerfile", "normledger.service"])
def test_what_is_started_is_a_command_with_options_that_are_there(file: str) -> None:
    (arguments,) = started_by((FOLDER / file).read_text("utf-8"))
    command = get_command(app).commands[arguments[0]]  # type: ignore[attr-defined]  # a group has commands
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert arguments[0] == "serve"
    assert {one for one in arguments[1:] if one.startswith("--")} <= known


@pytest.mark.parametrize("file", ["Containerfile", "normledger.service"])
def test_it_lies_where_the_lock_installs_it(file: str) -> None:
    assert f"/opt/normledger/{ENVIRONMENTS['service'][0]}/bin" in (FOLDER / file).read_text("utf-8")


def test_no_key_lies_in_an_image_or_a_unit() -> None:
    for file in FOLDER.iterdir():
        assert not re.search(r"(RELAYER_KEY|PASSPHRASE)\s*=\s*\S", file.read_text("utf-8"))


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    text = (FOLDER / "normledger.service").read_text("utf-8")
    unit = tmp_path / "normledger.service"
    unit.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={shutil.which('true')}", text, flags=re.MULTILINE))
    done = subprocess.run([tool, "verify", str(unit)], capture_output=True, text=True)
    told = [line for line in done.stderr.splitlines() if "normledger.service" in line]
    assert told == []


def test_the_cost_sheet_is_the_gas_snapshot_times_the_price() -> None:
    snapshot = json.loads((FOLDER.parents[1] / "tests/contracts/gas/NormLedger.json").read_text("utf-8"))
    page = (FOLDER.parents[1] / "docs/how-to/deploy.md").read_text("utf-8")
    rows = re.findall(
        r"^\| [^|`]+ \| `([\w-]+)` \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", page, re.MULTILINE
    )
    assert len(rows) >= 10
    for case, gas, *costs in rows:
        each = 100 if case in ("batch-100", "norms-100") else 1
        assert gas == f"{int(snapshot[case]) // each:,}"
        exact = [Fraction(int(snapshot[case]) // each) * price / 10**9 for price in (Fraction(1, 20), 2, 20)]
        assert costs == [f"{float(cost):.6f}" for cost in exact]
