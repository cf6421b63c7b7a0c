"""Slither finds nothing above "informational" but what docs/reference/assurance.md accepts with reasons (`make prove`).

The page's table is the list: a finding that is not in it fails, and so does a row that Slither no longer finds.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from scripts.assurance.tools import ROOT, environment

PAGE = ROOT / "docs/reference/assurance.md"
BUILD = ROOT / ".build/slither"

# One row: | detector | `Contract.function`, … | reason |
_ROW = re.compile(r"^\| ([a-z0-9-]+) \| (`[^|]+`) \| ([^|]+) \|$", re.MULTILINE)

Finding = tuple[str, str]


def accepted() -> set[Finding]:
    """The findings that the page accepts: detector, and where."""
    table = PAGE.read_text("utf-8").split("\n## Slither\n")[1].split("\n## ")[0]
    return {(row[1], place) for row in _ROW.finditer(table) for place in re.findall(r"`([^`]+)`", row[2])}


def found() -> dict[Finding, str]:
    """Slither's findings above "informational", each with its description."""
    shutil.rmtree(BUILD, ignore_errors=True)
    shutil.copytree(ROOT / "contracts", BUILD / "contracts")
    shutil.copy(ROOT / "tests/proofs/foundry.toml", BUILD)
    results = BUILD / "findings.json"
    command: list[str | Path] = ["slither", ".", "--config-file", ROOT / "slither.config.json", "--json", results]
    forge = {"FOUNDRY_SRC": "contracts", "FOUNDRY_TEST": "no-tests"}
    told = subprocess.run(command, cwd=BUILD, env=environment(**forge), capture_output=True, text=True)
    report: dict[str, Any] = json.loads(results.read_text()) if results.exists() else {}
    if not report.get("success"):
        sys.exit(f"findings.py: Slither did not run:\n{told.stdout}{told.stderr}")
    return {(one["check"], where(one)): one["description"] for one in report["results"].get("detectors", [])}


def where(finding: dict[str, Any]) -> str:
    """Contract and function of a finding's first element; of a variable, the function that holds it."""
    element = finding["elements"][0]
    if element["type"] not in ("function", "contract"):
        element = element["type_specific_fields"]["parent"]
    if element["type"] == "contract":
        return str(element["name"])
    return f"{element['type_specific_fields']['parent']['name']}.{element['name']}"


def main() -> None:
    finds, accepts = found(), accepted()
    wrong = [f"new: {check} in {place}\n{finds[check, place]}" for check, place in sorted(finds.keys() - accepts)]
    wrong += [f"gone: {check} in {place}: take it off {PAGE.name}" for check, place in sorted(accepts - finds.keys())]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"Slither: nothing but the {len(finds)} accepted findings")


if __name__ == "__main__":
    main()
