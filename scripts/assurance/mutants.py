"""Of the mutants of the contracts that compile, Forge's tests catch at least 95 in 100 (`make test-long`): hours.

slither-mutate plants the bugs, one at a time, in a copy of the sources; the tests deploy what compiles from them.
Mutants that nothing caught are told with their lines.

    python -m scripts.assurance.mutants [CONTRACT…]
"""

import re
import shutil
import subprocess
import sys

from scripts.assurance.tools import ROOT, environment

BUILD = ROOT / ".build/mutants"
CONTRACTS = ("Consent", "ConsentTypes", "PartyRegistry", "AgreementLedger", "NormRegistry")
REACH = 0.95

# Left out is what takes long and only repeats, at random or in another order, what other tests do once.
TESTS = "forge test --fail-fast --no-match-contract '(Invariants|Order|Gas)'"
_SCORE = re.compile(r"(?:Revert|Comment|Tweak) mutants: (\d+) caught of (\d+)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def lay_out() -> None:
    """A fresh copy of all that Forge's tests need: slither-mutate changes the sources where they lie."""
    shutil.rmtree(BUILD, ignore_errors=True)
    for part in ("contracts", "tests/contracts", "tests/vectors", "normledger/artifacts"):
        shutil.copytree(ROOT / part, BUILD / part)
    shutil.copy(ROOT / "foundry.toml", BUILD)


def mutate(contract: str) -> tuple[int, int, list[str]]:
    """How many mutants of a contract were caught, of how many that compile, and those that were not."""
    told = subprocess.run(
        [
            "slither-mutate",
            f"contracts/{contract}.sol",
            "--test-cmd",
            TESTS,
            "--output-dir",
            BUILD / f"found-{contract}",
        ],
        cwd=BUILD,
        env=environment(
            FROM_SOURCE="true", FOUNDRY_FUZZ_RUNS="8", FOUNDRY_DENY="never", FOUNDRY_GAS_SNAPSHOT_CHECK="false"
        ),
        capture_output=True,
        text=True,
    )
    text = _COLOUR.sub("", told.stdout + told.stderr)
    scores = [(int(caught), int(total)) for caught, total in _SCORE.findall(text)]
    if told.returncode or not scores:
        sys.exit(f"mutants.py: slither-mutate did not run on {contract}:\n{text[-5000:]}")
    missed = [line.removeprefix("INFO:Slither-Mutate:") for line in text.splitlines() if line.endswith("UNCAUGHT")]
    return sum(caught for caught, _ in scores), sum(total for _, total in scores), missed


def main() -> None:
    lay_out()
    caught = total = 0
    for contract in sys.argv[1:] or CONTRACTS:
        its_caught, its_total, missed = mutate(contract)
        caught, total = caught + its_caught, total + its_total
        print(f"{contract}: {its_caught} of {its_total} mutants caught", *missed, sep="\n  ", flush=True)
    print(f"all: {caught} of {total} mutants caught, {caught / total:.1%}")
    if caught < REACH * total:
        sys.exit(f"mutants.py: fewer than {REACH:.0%} of the mutants are caught")


if __name__ == "__main__":
    main()
