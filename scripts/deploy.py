"""Brownie: deploy the shipped artifacts to the addresses of the release.

    brownie run deploy --network ganache-cli
    brownie run deploy main ACCOUNT --network NETWORK     with an account of Brownie's own keystore

Brownie compiles the sources whenever it loads the project, and nothing of that is sent. What is sent here is the init
code in normledger/artifacts, through the deterministic deployer, so that every chain has the same contracts at the same
addresses. Reads plain JSON: Brownie's environment has no normledger. What stands already is left as it is.
"""

import json
from pathlib import Path
from typing import Any

from brownie import accounts, web3

ARTIFACTS = Path(__file__).resolve().parent.parent / "normledger/artifacts"

# The deployer's well-known transaction: signed once for every chain, by a key that nobody knows, with 100 gwei a gas.
DEPLOYER_FUNDER = "0x3fAB184622Dc19b6109349B94811493BF2a45362"
DEPLOYER_COST = 10**16
DEPLOYER_TRANSACTION = (
    "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe"
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b"
    "8082525050506014600cf31ba0" + "22" * 32 + "a0" + "22" * 32
)

# In this order: the other two take the address of the first.
CONSTRUCTOR_ARGUMENTS = {"PartyRegistry": (), "AgreementLedger": ("PartyRegistry",), "NormRegistry": ("PartyRegistry",)}


def main(account: str | None = None) -> dict[str, str]:
    """Deploy from `account` (default: the chain's first) and return contract name to address."""
    sender = accounts.load(account) if account else accounts[0]
    release = read("release.json")
    ensure_deployer(sender, release["deployer"])
    addresses: dict[str, str] = {}
    for name, arguments in CONSTRUCTOR_ARGUMENTS.items():
        init_code = read(f"{name}.json")["bytecode"] + "".join(
            addresses[argument][2:].lower().rjust(64, "0") for argument in arguments
        )
        addresses[name] = address_of(release, init_code)
        expected = release["contracts"][name]["address"]
        if addresses[name] != expected:
            raise ValueError(f"{name}: the artifact gives {addresses[name]}, release.json says {expected}")
        if not web3.eth.get_code(expected):
            sender.transfer(release["deployer"], data=release["salt"] + init_code[2:])
        if not web3.eth.get_code(expected):
            raise ValueError(f"{name}: no code at {expected} after deployment")
    for name, address in addresses.items():
        print(f"{name} {address}")
    return addresses


def ensure_deployer(sender: Any, deployer: str) -> None:
    if web3.eth.get_code(deployer):
        return
    missing = DEPLOYER_COST - web3.eth.get_balance(DEPLOYER_FUNDER)
    if missing > 0:
        sender.transfer(DEPLOYER_FUNDER, missing)
    web3.eth.wait_for_transaction_receipt(web3.eth.send_raw_transaction(DEPLOYER_TRANSACTION))


def address_of(release: dict[str, Any], init_code: str) -> str:
    init_code_hash = bytes(web3.keccak(hexstr=init_code)).hex()
    preimage = "0xff" + release["deployer"][2:] + release["salt"][2:] + init_code_hash
    return str(web3.to_checksum_address(web3.keccak(hexstr=preimage)[12:]))


def read(name: str) -> dict[str, Any]:
    return dict(json.loads((ARTIFACTS / name).read_text()))
