"""Prove the properties of the contracts with Halmos, and see each proof refute a broken twin (`make prove`).

Each proof is a function of tests/proofs/*.t.sol; its comment gives its bounds and its twin: one place of the sources
and what a bug would make of it. A proof runs on the shipped artifacts, its twin on a copy of the sources with that bug.
A proof whose twin passes proves nothing; a twin whose place is gone from the sources is an error.

    python -m scripts.assurance.proofs [PART-OF-A-NAME…]
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.assurance.tools import ROOT, environment

PROOFS = ROOT / "tests/proofs"
PAGE = ROOT / "docs/reference/assurance.md"
BUILD = ROOT / ".build/proofs"
ARTIFACTS = ROOT / "normledger/artifacts"

_PROOF = re.compile(
    r"    /// Twin: (?P<source>\w+\.sol), `(?P<place>[^`]+)` → (?:`(?P<bug>[^`]+)`|nothing)\n"
    r"    function check_(?P<name>\w+)\("
)
_CODE = re.compile(r"type\((\w+)\)\.creationCode")


@dataclass(frozen=True, slots=True)
class Proof:
    """One property: the contract of tests/proofs that states it, and its twin."""

    name: str
    contract: str
    source: str  # the twin's file in contracts/
    place: str
    bug: str


class Unproven(Exception):
    """A proof or a twin did not end as it must; the message names it."""


def read_proofs() -> Iterator[Proof]:
    """Every proof of tests/proofs. Raises Unproven where one has no twin."""
    for path in sorted(PROOFS.glob("*.t.sol")):
        text = path.read_text("utf-8")
        contract = path.name.removesuffix(".t.sol")
        found = [
            Proof(match["name"], contract, match["source"], match["place"], match["bug"] or "")
            for match in _PROOF.finditer(text)
        ]
        if lacking := set(re.findall(r"function check_(\w+)", text)) - {proof.name for proof in found}:
            raise Unproven(f"{path.name}: no twin is told right before {', '.join(sorted(lacking))}")
        yield from found


def check_page(proofs: list[Proof]) -> None:
    """Raises Unproven where the page tells of other proofs than there are."""
    told = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    if different := told ^ {proof.name for proof in proofs}:
        raise Unproven(f"only one of tests/proofs and {PAGE.name} has {', '.join(sorted(different))}")


def lay_out(name: str) -> Path:
    """A fresh copy of the sources and the proofs; what Forge compiled in it before is kept."""
    folder = BUILD / name
    for part in ("contracts", "tests/proofs"):
        shutil.rmtree(folder / part, ignore_errors=True)
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(PROOFS / "foundry.toml", folder)
    return folder


def lay_out_shipped() -> Path:
    """The copy in which the shipped init code is proven."""
    folder = lay_out("shipped")
    code = folder / "tests/proofs/Code.sol"

    def shipped(match: re.Match[str]) -> str:
        artifact: dict[str, Any] = json.loads((ARTIFACTS / f"{match[1]}.json").read_text())
        return f'hex"{artifact["bytecode"].removeprefix("0x")}"'

    text = _CODE.sub(shipped, code.read_text("utf-8"))
    code.write_text(re.sub(r"^import .*\n", "", text, flags=re.MULTILINE), "utf-8")
    return folder


def plant(proof: Proof) -> str:
    """The twin's source with the bug in it. Raises Unproven unless its place is there exactly once."""
    text = (ROOT / "contracts" / proof.source).read_text("utf-8")
    if text.count(proof.place) != 1:
        raise Unproven(f"{proof.name}: `{proof.place}` is {text.count(proof.place)} times in {proof.source}, not once")
    return text.replace(proof.place, proof.bug)


def lay_out_twin(proof: Proof) -> Path:
    """The copy with the proof's bug planted, and no other proof's file."""
    planted = plant(proof)
    folder = lay_out(f"twins/{proof.name}")
    (folder / "contracts" / proof.source).write_text(planted, "utf-8")
    for path in (folder / "tests/proofs").glob("*.t.sol"):
        if path.name != f"{proof.contract}.t.sol":
            path.unlink()
    return folder


def compile_once(folder: Path) -> None:
    """Halmos compiles before it runs; many of them at once in one folder must find that done."""
    command: list[str | Path] = [
        "forge",
        "build",
        "--ast",
        "--root",
        folder,
        "--extra-output",
        "storageLayout",
        "metadata",
    ]
    told = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True)
    if told.returncode:
        raise Unproven(f"{folder.relative_to(ROOT)} does not compile:\n{told.stdout}{told.stderr}")


def run_halmos(folder: Path, proof: Proof) -> dict[str, Any]:
    """What Halmos says of one proof in this copy."""
    results, log = folder / f"{proof.name}.json", folder / f"{proof.name}.log"
    results.unlink(missing_ok=True)
    command: list[str | Path] = ["halmos", "--root", folder, "--contract", proof.contract, "--json-output", results]
    command += ["--match-test", f"^check_{proof.name}\\(", "--no-status", "--early-exit"]
    # One solver a proof, for as long as it takes on a busy machine: a proof that was given up is none.
    command += ["--solver-threads", "1", "--solver-timeout-assertion", "300s"]
    told = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True)
    log.write_text(told.stdout + told.stderr, "utf-8")
    found = json.loads(results.read_text())["test_results"] if results.exists() else {}
    ends: list[dict[str, Any]] = [one for every in found.values() for one in every]
    if len(ends) != 1:
        raise Unproven(f"{proof.name}: Halmos did not run it; see {log.relative_to(ROOT)}")
    return ends[0]


def prove(folder: Path, proof: Proof) -> None:
    """Raises Unproven unless the proof holds on every path of the shipped code, no loop cut short."""
    end = run_halmos(folder, proof)
    if end["exitcode"] != 0 or end["num_bounded_loops"]:
        raise Unproven(f"{proof.name}: not proven; see {folder.relative_to(ROOT)}/{proof.name}.log")
    print(f"proven   {proof.name} ({end['num_paths'][0]} paths, {end['time'][0]:.1f} s)", flush=True)


def refute(proof: Proof) -> None:
    """Raises Unproven unless a counterexample refutes the proof's twin."""
    folder = lay_out_twin(proof)
    end = run_halmos(folder, proof)
    if end["exitcode"] != 1 or not end["num_models"]:
        raise Unproven(f"{proof.name}: its twin is not refuted; see {folder.relative_to(ROOT)}/{proof.name}.log")
    print(f"refuted  {proof.name}'s twin ({end['time'][0]:.1f} s)", flush=True)


def main() -> None:
    started = time.monotonic()
    wrong = []
    try:
        proofs = list(read_proofs())
        check_page(proofs)
        shipped = lay_out_shipped()
        compile_once(shipped)
    except Unproven as caught:
        sys.exit(str(caught))
    wanted = [proof for proof in proofs if not sys.argv[1:] or any(part in proof.name for part in sys.argv[1:])]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        ends = [pool.submit(prove, shipped, proof) for proof in wanted]
        ends += [pool.submit(refute, proof) for proof in wanted]
        for end in ends:
            try:
                end.result()
            except Unproven as caught:
                wrong.append(str(caught))
    print(f"{len(wanted)} proofs, each with its twin, in {time.monotonic() - started:.0f} s")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
