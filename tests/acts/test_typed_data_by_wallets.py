"""A wallet's view: viem's and ethers' digest of every message is ours.

100 random messages of every type; with NORMLEDGER_LONG=1, 1,000.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import pytest

from normledger.acts import release
from normledger.acts.act import ActKind, Contract
from normledger.acts.typed_data import from_json
from normledger.identifiers import Address
from tests.vectors.make_typed_data import cases

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = 1_000 if os.environ.get("NORMLEDGER_LONG") else 100
MISSING = [name for name in ("viem", "ethers") if not (ROOT / "node_modules" / name).is_dir()]

pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(bool(MISSING) or shutil.which("node") is None, reason="no wallets' libraries: run npm install"),
]

TYPES = sorted({(case["contract"], case["written"]) for case in cases()})
DOMAIN = [("string", "name"), ("string", "version"), ("uint256", "chainId"), ("address", "verifyingContract")]
LETTERS = "abcXYZ019-.éßж北🜁 "


def by_wallets(messages: list[dict[str, Any]]) -> list[list[str]]:
    """Each message's digest by viem and by ethers."""
    program = [str(shutil.which("node")), str(ROOT / "tests/acts/typed_data_by_wallets.mjs")]
    done = subprocess.run(program, input=json.dumps(messages), capture_output=True, text=True, check=True, cwd=ROOT)
    found: list[list[str]] = json.loads(done.stdout)
    return found


def drawn(random: Random, contract: int, written: str) -> dict[str, Any]:
    """A message of a type, every member at random, at the contract's address on some chain."""
    name, _, rest = written.partition("(")
    members = [tuple(one.split(" ")) for one in rest[:-1].split(",")]
    shown = {"EIP712Domain": DOMAIN, name: members}
    return {
        "types": {key: [{"type": type_, "name": one} for type_, one in value] for key, value in shown.items()},
        "primaryType": name,
        "domain": {
            "name": "NormLedger",
            "version": "1",
            "chainId": random.choice([1, 1337, 20044, random.randrange(2**53)]),  # what JSON in JavaScript holds
            "verifyingContract": str(release.current().address(Contract(contract))),
        },
        "message": {one: value(random, type_, one) for type_, one in members},
    }


def value(random: Random, type_: str, member: str) -> Any:
    match type_:
        case "bytes32":
            return "0x" + random.choice([bytes(32), random.randbytes(32), b"\xff" * 32]).hex()
        case "address":
            return str(Address(random.choice([bytes(20), random.randbytes(20)])))
        case "string":
            text = "".join(random.choices(LETTERS, k=random.randrange(1, 40))).strip()
            return f"name:{text or 'x'}"
        case "uint8":
            return random.randrange(1, 8)
        case "uint256":
            return str(random.randrange(1, 1 << max(ActKind)) << 1)  # the kinds of full powers
    return str(random.choice([0, 1, 2**53 + 1, 2**64 - 1, random.randrange(2**64)]))


def test_every_wallet_signs_the_digest_that_is_checked_here() -> None:
    random = Random(os.environ.get("PYTEST_RANDOM_SEED", "7"))
    messages = [drawn(random, contract, written) for contract, written in TYPES for _ in range(MESSAGES)]
    assert len(messages) == 39 * MESSAGES
    for message, digests in zip(messages, by_wallets(messages), strict=True):
        domain, statement = from_json(json.loads(json.dumps(message)), release.current())
        assert digests == [str(domain.digest(statement))] * 2, message


def test_a_wallet_s_digest_depends_on_what_it_shows() -> None:
    """Were the primary type or a member left out, every message would have one digest."""
    random = Random(1)
    shown = drawn(random, *TYPES[-1])
    others = [shown]
    for member in shown["message"]:
        other = json.loads(json.dumps(shown))
        old = other["message"][member]
        while other["message"][member] == old:
            (type_,) = {one["type"] for one in shown["types"][shown["primaryType"]] if one["name"] == member}
            other["message"][member] = value(random, type_, member)
        others.append(other)
    digests = by_wallets(others)
    assert len({one for one, _ in digests}) == len(others)
    assert all(viem == ethers for viem, ethers in digests)
