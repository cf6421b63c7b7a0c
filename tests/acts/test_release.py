"""What a verifier knows beforehand: addresses, code without owners' doors, and where the words lie."""

import json
from pathlib import Path

import pytest

import normledger
from normledger.acts import release
from normledger.acts.act import Contract
from normledger.identifiers import Address, PartyId, keccak
from normledger.workspace import Workspace
from tests.delegations import Delegations

ARTIFACTS = Path(normledger.__file__).parent / "artifacts"
NAMES = [contract.title for contract in Contract]
FORBIDDEN = {0xF4: "DELEGATECALL", 0xFF: "SELFDESTRUCT", 0xF2: "CALLCODE"}


def opcodes(code: bytes) -> set[int]:
    """Every instruction of a contract, the data of PUSH left out."""
    found, at = set(), 0
    while at < len(code):
        found.add(code[at])
        at += 1 + (code[at] - 0x5F if 0x60 <= code[at] <= 0x7F else 0)
    return found


def test_addresses_are_those_of_release_json_and_of_every_deployer() -> None:
    shipped, known = json.loads((ARTIFACTS / "release.json").read_text()), release.current()
    told = json.dumps(shipped)
    for contract in Contract:
        code = known.init_codes[contract]
        assert known.address(contract) == release.create2(code)
        assert str(known.address(contract)) in told
        assert str(keccak(code)) in told or keccak(code).hex() in told
        assert known.contract_at(known.address(contract)) is contract
    assert known.contract_at(Address(bytes(20))) is None
    assert len(set(known.addresses)) == 3


def test_create2_is_that_of_eip_1014() -> None:
    # Example 4 of the EIP has another deployer; its formula, with the deployer's address in it.
    expected = keccak(b"\xff" + release.DEPLOYER + bytes(32) + keccak(b"\x00"))[12:]
    assert release.create2(b"\x00") == Address(expected)
    assert release.create2(b"\x00", b"\x01" + bytes(31)) != Address(expected)


def test_the_chain_runs_the_shipped_code(workspace: Workspace) -> None:
    for contract in Contract:
        runs = workspace.node.code(workspace.release.address(contract))
        shipped = bytes.fromhex(release.artifact(contract.title)["deployedBytecode"].removeprefix("0x"))
        assert len(runs) == len(shipped)
        # Immutable values are filled in by the constructor where the shipped code holds zeros.
        assert all(one == other for one, other in zip(runs, shipped, strict=True) if other)
        assert not opcodes(runs) & set(FORBIDDEN)


@pytest.mark.parametrize("name", NAMES)
def test_no_code_hands_over_or_destroys_itself(name: str) -> None:
    code = bytes.fromhex(release.artifact(name)["deployedBytecode"].removeprefix("0x"))
    assert {FORBIDDEN[one] for one in opcodes(code) & set(FORBIDDEN)} == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_function_takes_money(name: str) -> None:
    for entry in release.artifact(name)["abi"]:
        assert entry["type"] not in ("receive", "fallback")
        assert entry.get("stateMutability") != "payable", entry["name"]


@pytest.mark.parametrize("name", NAMES)
def test_words_and_register_lie_where_a_verifier_looks(name: str) -> None:
    layout = release.artifact(name)["storageLayout"]["storage"]
    slots = {entry["label"]: int(entry["slot"]) for entry in layout}
    assert slots["word"] == release.WORDS_SLOT == 0
    assert slots["register"] == release.REGISTER_SLOT == 1


def test_an_agreement_s_id_is_the_contract_s(delegations: Delegations) -> None:
    for names, admission in (("AB", "open"), ("ABC", "closed"), ("BC", "invitation")):
        text = delegations.text(*names, admission=admission)
        subject = delegations.found(text)
        known = delegations.workspace.view().agreement(str(subject))
        terms = known.terms
        assert known.id == release.agreement_id(terms.document, terms.clauses, terms.parties, terms.admission)


def test_every_part_of_an_agreement_is_in_its_id() -> None:
    one, other = PartyId(keccak(b"1")), PartyId(keccak(b"2"))
    hash_, root = keccak(b"d"), keccak(b"r")
    ids = {
        release.agreement_id(hash_, root, (one, other), 0),
        release.agreement_id(root, hash_, (one, other), 0),
        release.agreement_id(hash_, root, (other, one), 0),
        release.agreement_id(hash_, root, (one,), 0),
        release.agreement_id(hash_, root, (one, other), 1),
    }
    assert len(ids) == 5
