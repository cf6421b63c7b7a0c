"""Fixtures: the shipped contracts on Brownie's Ganache, put there by scripts/deploy.py, and parties that claimed."""

import json
from dataclasses import dataclass
from typing import Any

import brownie
import pytest
from eth_abi import encode
from eth_account.signers.local import LocalAccount
from eth_utils import keccak
from written import COMPANY, NGO, STATE, Signed, key_of, sign

from scripts import deploy


@dataclass(frozen=True)
class Release:
    """The three contracts at the addresses of the release, as Brownie speaks to them."""

    parties: Any
    agreements: Any
    norms: Any


@dataclass(frozen=True)
class Party:
    """A party that was claimed with `key`, in `transaction`."""

    id: bytes
    kind: int
    key: LocalAccount
    claim: Signed
    transaction: Any


@pytest.fixture(scope="module")
def release(module_isolation: None) -> Release:
    """Deployed by the very function that `brownie run deploy` runs; nothing that Brownie compiled is used."""
    addresses = deploy.main()
    shipped = {name: json.loads((deploy.ARTIFACTS / f"{name}.json").read_text()) for name in addresses}
    for name, address in addresses.items():
        assert len(brownie.web3.eth.get_code(address)) == len(shipped[name]["deployedBytecode"]) // 2 - 1
    return Release(
        *(
            brownie.Contract.from_abi(name, addresses[name], shipped[name]["abi"], persist=False)
            for name in ("PartyRegistry", "AgreementLedger", "NormRegistry")
        )
    )


@pytest.fixture(scope="module")
def relayer() -> dict[str, Any]:
    """Who sends and pays, a party to nothing: Brownie's settings for every transaction."""
    return {"from": brownie.accounts[1]}


def claim(release: Release, relayer: dict[str, Any], identifier: str, kind: int) -> Party:
    key = key_of(identifier)
    profile = keccak(text=f"profile of {identifier}")
    signed = sign(release.parties, key, "Claim", identifier=identifier, kind=kind, profile=profile, deadline=0)
    transaction = release.parties.claim(identifier, kind, profile, 0, signed.signer, relayer)
    hashed = encode(["bytes32", "uint8", "address"], [keccak(text=identifier), kind, key.address])
    return Party(keccak(hashed), kind, key, signed, transaction)


@pytest.fixture(scope="module")
def norvale(release: Release, relayer: dict[str, Any]) -> Party:
    return claim(release, relayer, "exercise:state:norvale", STATE)


@pytest.fixture(scope="module")
def hobnail(release: Release, relayer: dict[str, Any]) -> Party:
    return claim(release, relayer, "exercise:company:hobnail", COMPANY)


@pytest.fixture(scope="module")
def lanterns(release: Release, relayer: dict[str, Any]) -> Party:
    return claim(release, relayer, "exercise:ngo:lanterns", NGO)
