"""What a verifier knows of the contracts beforehand: init-code hashes, hence addresses; and where the words lie.

The contracts go through the deterministic deployer by CREATE2 (EIP-1014) with salt zero, so an address commits to the
code, and the storage under it began empty. `normledger/artifacts/release.json` is written by `make contracts`.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from normledger.acts.act import Contract
from normledger.acts.typed_data import Domain
from normledger.identifiers import Address, Hash, PartyId, keccak

DEPLOYER = Address.parse("0x4e59b44847b379578588920cA78FbF26c0B4956C")
"""The usual deterministic deployment proxy."""

WORDS_SLOT = 0
"""Storage slot of every contract's mapping from subject to word."""

REGISTER_SLOT = 1
"""Storage slot of every contract's register word."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release of the three contracts, in the order of `Contract`."""

    name: str
    addresses: tuple[Address, Address, Address]
    init_codes: tuple[bytes, bytes, bytes]

    def address(self, contract: Contract) -> Address:
        """Where a contract lies, on every chain."""
        return self.addresses[contract]

    def domain(self, contract: Contract, chain_id: int) -> Domain:
        """The EIP-712 domain for acts that a contract records."""
        return Domain(chain_id, self.addresses[contract])

    def contract_at(self, address: Address) -> Contract | None:
        """Which contract lies at an address; None for any other emitter."""
        return Contract(self.addresses.index(address)) if address in self.addresses else None


def create2(init_code: bytes, salt: bytes = bytes(32)) -> Address:
    """The address at which the deterministic deployer puts an init code (EIP-1014)."""
    return Address(keccak(b"\xff" + DEPLOYER + salt + keccak(init_code))[12:])


def artifact(name: str) -> dict[str, Any]:
    """A compiled contract as shipped: abi, bytecode, deployedBytecode, storageLayout."""
    text = resources.files("normledger").joinpath("artifacts", f"{name}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def current() -> Release:
    """The release that this package ships; its addresses follow from its init codes."""
    registry = bytes.fromhex(artifact("PartyRegistry")["bytecode"].removeprefix("0x"))
    at = create2(registry)
    argument = bytes(12) + at
    ledger = bytes.fromhex(artifact("AgreementLedger")["bytecode"].removeprefix("0x")) + argument
    norms = bytes.fromhex(artifact("NormRegistry")["bytecode"].removeprefix("0x")) + argument
    codes = (registry, ledger, norms)
    addresses = (at, create2(ledger), create2(norms))
    return Release(str(Hash(keccak(b"".join(keccak(code) for code in codes))))[:18], addresses, codes)


def word_slot(subject: Hash) -> Hash:
    """The storage slot of a subject's word: keccak(subject ‖ slot of the mapping)."""
    return keccak(subject + WORDS_SLOT.to_bytes(32, "big"))


def agreement_id(document: Hash, clauses: Hash, parties: tuple[PartyId, ...], admission: int) -> Hash:
    """keccak(abi.encode(document, clauses, keccak(parties), admission)); `parties` in ascending order."""
    return keccak(document + clauses + keccak(b"".join(parties)) + admission.to_bytes(32, "big"))
