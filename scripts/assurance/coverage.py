"""Every line, branch and function of contracts/ runs in Forge's tests; what does not is listed (`make prove`).

The tests deploy what Forge compiled from the sources, because the shipped code can't be instrumented.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from scripts.assurance.tools import ROOT, environment

REPORT = ROOT / ".build/coverage.lcov"


def records(report: str) -> Iterator[tuple[str, str, list[str]]]:
    """Source, field and values of every record on contracts/ in a report in LCOV's form."""
    source = ""
    for line in report.splitlines():
        field, _, value = line.partition(":")
        if field == "SF":
            source = value
        elif source.startswith("contracts/"):
            yield source, field, value.split(",")


def missed(report: str) -> Iterator[str]:
    """What a report says never ran, one place each."""
    for source, field, values in records(report):
        match field, values:
            case "DA", [line, "0", *_]:
                yield f"{source}:{line}: the line never ran"
            case "BRDA", [line, block, branch, "-" | "0"]:
                yield f"{source}:{line}: branch {block}.{branch} was never taken"
            case "FNDA", ["0", name]:
                yield f"{source}: {name} was never called"


def main() -> None:
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.unlink(missing_ok=True)
    command: list[str | Path] = ["forge", "coverage", "--report", "lcov", "--report-file", REPORT]
    # Which lines run shows in a few runs; how often they hold is what `make test` counts.
    few = {"FOUNDRY_FUZZ_RUNS": "32", "FOUNDRY_INVARIANT_RUNS": "4", "FOUNDRY_INVARIANT_DEPTH": "128"}
    # Instrumented code needs more gas: it is neither compared with the snapshots nor does it write any.
    snapshots = {"FOUNDRY_GAS_SNAPSHOT_CHECK": "false", "FOUNDRY_GAS_SNAPSHOT_EMIT": "false"}
    told = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(FROM_SOURCE="true", **few, **snapshots),
        capture_output=True,
        text=True,
    )
    if told.returncode or not REPORT.exists():
        sys.exit(f"coverage.py: Forge's tests fail:\n{told.stdout[-20000:]}{told.stderr[-5000:]}")
    report = REPORT.read_text("utf-8")
    counts = Counter(field for _, field, _ in records(report))
    if not counts["DA"] or not counts["BRDA"]:
        sys.exit("coverage.py: nothing was measured in contracts/")
    if missing := list(missed(report)):
        sys.exit("\n".join([*missing, f"{len(missing)} places of contracts/ are not covered"]))
    print(f"covered: all {counts['DA']} lines, {counts['BRDA']} branches, {counts['FNDA']} functions of contracts/")


if __name__ == "__main__":
    main()
