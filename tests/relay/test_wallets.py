"""Contract wallets (ERC-1271), and accounts with code that a plain key signs for (EIP-7702): from outbox to index."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import solcx
from eth_abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data

from normledger.acts.act import ActKind, Contract
from normledger.acts.release import create2
from normledger.acts.signature import address_of, sign
from normledger.chain.deployment import deploy
from normledger.documents.document import Profile
from normledger.errors import NormLedgerError, SignatureError
from normledger.identifiers import Address, keccak
from normledger.relay.preparation import Prepared, prepare_rotation
from normledger.workspace import Workspace
from scripts.compile_contracts import ROOT, SOLC_VERSION, choose_compiler
from tests.chains import KEY, Prague
from tests.delegations import Delegations, create

_ACCEPTS = "631626ba7e60e01b5f5260205ff3"


def code() -> bytes:
    """Runtime code of a wallet that changes its mind when told to."""
    accept = bytes.fromhex(_ACCEPTS)
    # CALLDATASIZE 32 EQ → store; SLOAD(0) → refuse; else accept
    head_length = 4 + 3 + 2 + 3
    store = head_length + len(accept)
    refuse = store + 6
    head = bytes.fromhex("36602014") + bytes([0x60, store, 0x57]) + bytes.fromhex("5f54") + bytes([0x60, refuse, 0x57])
    return head + accept + bytes.fromhex("5b5f355f5500") + bytes.fromhex("5b5f5ffd")


def init_code() -> bytes:
    runtime = code()
    return bytes.fromhex(f"60{len(runtime):02x}600a5f3960{len(runtime):02x}5ff3") + runtime


@pytest.fixture
def wallet(delegations: Delegations) -> Address:
    address, _ = deploy(delegations.workspace.sender, init_code())
    assert address == create2(init_code())
    return address


def submit(work: Workspace, prepared: Prepared, signature: bytes) -> None:
    texts = [text.to_json() for text in prepared.texts]
    work.submit(prepared.typed_data, "0x" + signature.hex(), texts)
    (done,) = work.carry()
    assert done.status == "recorded", done.reason


@pytest.fixture
def held(delegations: Delegations, wallet: Address) -> Workspace:
    """The party W acts through the wallet."""
    work = delegations.workspace
    claim = work.prepare_claim("name:W", "ngo", Profile("W"), wallet)
    submit(work, claim, b"any signature")
    delegations.parties["W"] = claim.statement.party
    return work


def change_its_mind(work: Workspace, wallet: Address) -> None:
    work.sender.send(wallet, (1).to_bytes(32, "big"))


def test_a_wallet_claims_signs_and_endorses(delegations: Delegations, held: Workspace, wallet: Address) -> None:
    made, norm = delegations, keccak(b"norm")
    made.act(ActKind.PUBLICATION, norm, "A")
    prepared = made.prepare(ActKind.ENDORSEMENT, norm, "W", text="As our members voted.")
    submit(held, prepared, b"\x01" * 300)
    recorded = held.view().acts[prepared.digest]
    assert (recorded.signer, recorded.represented, recorded.proven) == (wallet, False, False)
    assert [one.party for one in held.view().norm(str(norm)).stances] == [made.parties["W"]]


def test_a_wallet_that_changes_its_mind_harms_its_own_act_only(
    delegations: Delegations, held: Workspace, wallet: Address
) -> None:
    made = delegations
    agreement = made.found(made.text("A", "B"))
    mine = made.prepare(ActKind.ACCESSION, agreement, "W")
    held.submit(mine.typed_data, "0x" + "22" * 65)
    others = made.prepare(ActKind.ACCESSION, agreement, "C")
    made.submit(others, "C")
    change_its_mind(held, wallet)
    fates = {one.digest: one for one in held.carry()}
    assert fates[others.digest].status == "recorded"
    assert fates[mine.digest].status == "refused"
    assert "does not take the signature for its own" in str(fates[mine.digest].reason)
    with pytest.raises(SignatureError, match="does not take the signature for its own"):
        held.submit(made.prepare(ActKind.DECLARATION, agreement, "W").typed_data, "0x" + "22" * 65)


def test_a_wallet_not_yet_deployed_is_told(delegations: Delegations) -> None:
    work = delegations.workspace
    claim = work.prepare_claim("name:Later", "ngo", Profile("Later"), Address(keccak(b"later")[:20]))
    for signature, word in ((b"\x05" * 40 + bytes.fromhex("6492" * 16), "not yet on this chain"), (b"\x05" * 40, "65")):
        with pytest.raises(SignatureError, match=word):
            work.submit(claim.typed_data, "0x" + signature.hex(), [text.to_json() for text in claim.texts])


def test_a_party_rotates_from_a_plain_key_to_a_wallet(delegations: Delegations, wallet: Address) -> None:
    made, work = delegations, delegations.workspace
    before = made.prepare(ActKind.REPORTS, keccak(b"?"), "A")
    rotation = prepare_rotation(work.newest(), work.release, made.parties["A"], wallet)
    own = "0x" + sign(rotation.digest, made.keys["A"]).hex()
    by_another = "0x" + sign(rotation.digest, made.keys["B"]).hex()
    with pytest.raises(SignatureError, match="is by account"):
        work.submit(rotation.typed_data, by_another, consent="0x" + "33" * 80)
    work.submit(rotation.typed_data, own, consent="0x" + "33" * 80)
    (done,) = work.carry()
    assert done.status == "recorded", done.reason
    party = work.view().party("A")
    assert party.account == wallet
    assert [tenure.account for tenure in party.tenures] == [address_of(made.keys["A"]), wallet]
    with pytest.raises(NormLedgerError, match="has no full powers"):
        made.submit(before, "A")


def council_code(owners: Sequence[str], threshold: int) -> bytes:
    """The init code of tests/contracts/Council.sol."""
    choose_compiler()
    names = ("tests/contracts/Council.sol", "contracts/interfaces/IERC1271.sol")
    output = solcx.compile_standard(
        {
            "language": "Solidity",
            "sources": {name: {"content": (ROOT / name).read_text()} for name in names},
            "settings": {"evmVersion": "shanghai", "outputSelection": {"*": {"Council": ["evm.bytecode"]}}},
        },
        solc_version=SOLC_VERSION,
    )
    compiled = output["contracts"][names[0]]["Council"]["evm"]["bytecode"]["object"]
    return bytes.fromhex(compiled) + encode(["address[]", "uint256"], [list(owners), threshold])


def by_owners(wallet: Address, chain_id: int, digest: bytes, *keys: bytes) -> bytes:
    """Their signatures as a Safe's owners give them: each of the wallet's own message about the digest."""
    message = {
        "types": {
            "EIP712Domain": [
                {"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"},
            ],
            "SafeMessage": [{"name": "message", "type": "bytes"}],
        },
        "primaryType": "SafeMessage",
        "domain": {"chainId": chain_id, "verifyingContract": str(wallet)},
        "message": {"message": digest},
    }  # fmt: skip
    accounts = sorted((Account.from_key(key) for key in keys), key=lambda one: int(one.address, 16))
    return b"".join(one.sign_message(encode_typed_data(full_message=message)).signature for one in accounts)


@pytest.mark.tools
@pytest.mark.skipif(shutil.which("node") is None, reason="no compiler: `make install` brings Node's tools")
def test_a_wallet_of_several_owners_signs_once_so_many_of_them_have(delegations: Delegations) -> None:
    """Two of three, as a Safe: one alone, one twice, and a stranger are refused in a sentence."""
    made, work = delegations, delegations.workspace
    one, two, three, stranger = (keccak(name) for name in (b"one", b"two", b"three", b"stranger"))
    owners = [Account.from_key(key).address for key in (one, two, three)]
    council, _ = deploy(work.sender, council_code(owners, 2))
    chain_id = work.node.chain_id
    claim = work.prepare_claim("name:Council", "ngo", Profile("Council"), council)
    submit(work, claim, by_owners(council, chain_id, claim.digest, three, one))
    made.parties["Council"] = claim.statement.party

    agreement = made.found(made.text("A", "B"))
    accession = made.prepare(ActKind.ACCESSION, agreement, "Council")
    for keys in ((one,), (one, one), (one, stranger)):
        signed = by_owners(council, chain_id, accession.digest, *keys)
        with pytest.raises(SignatureError, match="does not take the signature for its own; sign with the owners"):
            work.submit(accession.typed_data, "0x" + signed.hex())
    with pytest.raises(SignatureError, match="does not take the signature"):  # what they signed was another act
        work.submit(accession.typed_data, "0x" + by_owners(council, chain_id, claim.digest, one, two).hex())
    submit(work, accession, by_owners(council, chain_id, accession.digest, two, three))
    recorded = work.view().acts[accession.digest]
    assert (recorded.signer, recorded.proven, len(recorded.signature)) == (council, False, 130)


@pytest.mark.tools
def test_an_account_with_code_signs_with_its_plain_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EIP-7702: the code at an account does not make it a wallet; its own key is asked first, the code after it."""
    if reason := Prague.missing():
        pytest.skip(reason)
    monkeypatch.setenv("NORMLEDGER_RELAYER_KEY", KEY.hex())
    with Prague(tmp_path / "anvil") as anvil, create(tmp_path / ".n", chain=anvil.url) as work:
        work.deploy()
        work.update()
        made = Delegations(work)
        made.register("A", "B")
        delegate, _ = deploy(work.sender, init_code())
        account = address_of(made.keys["B"])
        anvil.ask("anvil_setCode", str(account), "0xef0100" + delegate.hex())
        assert work.node.code(account)
        slot, no, yes = "0x" + "00" * 32, "0x" + "00" * 31 + "01", "0x" + "00" * 32  # the account's own storage
        anvil.ask("anvil_setStorageAt", str(account), slot, no)
        agreement = made.found(made.text("A", "B"))
        done = made.act(ActKind.DECLARATION, agreement, "B")
        recorded = work.newest().acts_on(Contract.AGREEMENT_LEDGER, agreement)[-1]
        assert (recorded.digest, recorded.proven) == (done.digest, True)
        other = made.prepare(ActKind.DECLARATION, agreement, "B")
        with pytest.raises(SignatureError, match="does not take"):
            work.submit(other.typed_data, "0x" + sign(other.digest, made.keys["A"]).hex())
        anvil.ask("anvil_setStorageAt", str(account), slot, yes)
        submit(work, other, b"whatever the code takes")
        assert not work.newest().acts[other.digest].proven
