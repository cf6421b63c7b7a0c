"""Compile the contracts into normledger/artifacts: the one compilation that everybody deploys (`make contracts`).

One source has other init code under other source keys, remappings or metadata, and so another address. Hence one
standard-JSON input: keys relative to the repository, no metadata hash. Forge compiles to the same bytes from
foundry.toml; Brownie cannot, and sends these artifacts instead. release.json names the addresses that follow.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import solcx
from eth_abi import encode
from eth_utils import keccak, to_checksum_address

ROOT = Path(__file__).resolve().parent.parent
ARTIFACTS = ROOT / "normledger/artifacts"
SOLC_VERSION = "0.8.37"
SETTINGS: dict[str, Any] = {
    "evmVersion": "shanghai",
    "optimizer": {"enabled": True, "runs": 1_000_000},
    "viaIR": True,
    "metadata": {"bytecodeHash": "none"},
}
OUTPUTS = ["abi", "metadata", "storageLayout", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers"]

# In the order of deployment; each with the contracts whose addresses its constructor takes.
CONTRACTS: dict[str, tuple[str, ...]] = {
    "PartyRegistry": (),
    "AgreementLedger": ("PartyRegistry",),
    "NormRegistry": ("PartyRegistry",),
}

# The usual deterministic deployer: an address is keccak(0xff, deployer, salt, keccak(init code)), last 20 bytes.
DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
SALT = bytes(32)


class CompilationError(Exception):
    """The compiler found an error or a warning; its message is the compiler's own."""


def standard_input() -> dict[str, Any]:
    """The compiler's whole input, a function of the sources alone."""
    sources = {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted(ROOT.glob("contracts/**/*.sol"))}
    return {
        "language": "Solidity",
        "sources": {key: {"content": content} for key, content in sources.items()},
        "settings": {**SETTINGS, "outputSelection": {"*": {"*": OUTPUTS}}},
    }


def compile_artifacts() -> dict[str, str]:
    """File name to text of everything in normledger/artifacts."""
    choose_compiler()
    standard_json = standard_input()
    output = solcx.compile_standard(standard_json, solc_version=SOLC_VERSION)
    if findings := [finding["formattedMessage"] for finding in output.get("errors", ())]:
        raise CompilationError("\n".join(findings))
    source_hash = hashlib.sha256(as_json(standard_json).encode()).hexdigest()

    files: dict[str, str] = {}
    addresses: dict[str, dict[str, str]] = {}
    for name, arguments in CONTRACTS.items():
        compiled = output["contracts"][f"contracts/{name}.sol"][name]
        evm = compiled["evm"]
        artifact = {
            "contractName": name,
            "compiler": json.loads(compiled["metadata"])["compiler"]["version"],
            "settings": SETTINGS,
            "sourceHash": f"0x{source_hash}",  # SHA-256 of the standard-JSON input
            "abi": compiled["abi"],
            "methodIdentifiers": evm["methodIdentifiers"],
            "storageLayout": compiled["storageLayout"],
            "bytecode": f"0x{evm['bytecode']['object']}",
            "deployedBytecode": f"0x{evm['deployedBytecode']['object']}",
            "immutableReferences": evm["deployedBytecode"]["immutableReferences"],
        }
        files[f"{name}.json"] = as_json(artifact)
        encoded = encode(["address"] * len(arguments), [addresses[argument]["address"] for argument in arguments])
        addresses[name] = deployment_of(bytes.fromhex(evm["bytecode"]["object"]) + encoded)
    files["release.json"] = as_json({"deployer": DEPLOYER, "salt": f"0x{SALT.hex()}", "contracts": addresses})
    return files


def choose_compiler() -> None:
    """The native compiler where `solcx.install_solc` has put it; the one from npm otherwise."""
    if "SOLCX_BINARY_PATH" in os.environ:
        return
    if SOLC_VERSION not in map(str, solcx.get_installed_solc_versions()):
        os.environ["SOLCX_BINARY_PATH"] = str(ROOT / "scripts/solc")


def deployment_of(init_code: bytes) -> dict[str, str]:
    """Hash and CREATE2 address of an init code, constructor arguments included."""
    init_code_hash = keccak(init_code)
    address = keccak(b"\xff" + bytes.fromhex(DEPLOYER[2:]) + SALT + init_code_hash)[12:]
    return {"init_code_hash": f"0x{init_code_hash.hex()}", "address": to_checksum_address(address)}


def as_json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for name, text in compile_artifacts().items():
        (ARTIFACTS / name).write_text(text)
        print(f"normledger/artifacts/{name}")


if __name__ == "__main__":
    main()
