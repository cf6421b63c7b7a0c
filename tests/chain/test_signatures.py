"""The contracts and `acts.signature` agree on every signature, good or mutated: on who made it, or that nobody did.

Everyday 1,000 mutated ones; with NORMLEDGER_LONG=1, 10,000.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from eth_abi import decode
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.acts.act import Act, ActKind, Claim, Contract
from normledger.acts.signature import ORDER, address_of, compact, is_by, recover, sign
from normledger.chain import calls
from normledger.chain.embedded import CHAIN_ID
from normledger.errors import SignatureError
from normledger.identifiers import ZERO, Address, Identifier, PartyId, keccak
from tests.chain.sandbox import Outcome, Sandbox

MUTATIONS = 10_000 if os.environ.get("NORMLEDGER_LONG") else 1_000
KEY = bytes(31) + b"\x07"
ACCOUNT = address_of(KEY)
WRONG_SIGNER = keccak(b"WrongSigner(uint256,bytes32,address,address)")[:4]
CLAIM = Claim(Identifier("name:A"), 5, ZERO, ACCOUNT)


@cache
def chain() -> Sandbox:
    """The contracts, with one party registered, and nothing since."""
    made = Sandbox()
    made.pass_time(12)
    registered = Claim(Identifier("name:B"), 5, ZERO, ACCOUNT)
    digest = made.release.domain(Contract.PARTY_REGISTRY, CHAIN_ID).digest(registered)
    assert made.call(Contract.PARTY_REGISTRY, calls.claim(registered, sign(digest, KEY)).data).ok
    made.pass_time(12)
    return made


PARTY = Claim(Identifier("name:B"), 5, ZERO, ACCOUNT).party
ENDORSED = Act(Contract.NORM_REGISTRY, ActKind.PUBLICATION, keccak(b"norm"), PARTY, ACCOUNT, 1)
CLAIM_DIGEST = chain().release.domain(Contract.PARTY_REGISTRY, CHAIN_ID).digest(CLAIM)
NORM_DIGEST = chain().release.domain(Contract.NORM_REGISTRY, CHAIN_ID).digest(ENDORSED)


def on_chain(contract: Contract, data: bytes) -> Address | None:
    """Whom the contract finds to have signed; None for nobody."""
    made = chain()
    with made.undone():
        outcome: Outcome = made.call(contract, data)
    if outcome.ok:
        return ACCOUNT
    assert outcome.output[:4] == WRONG_SIGNER, outcome.output.hex()
    _, party, expected, recovered = decode(["uint256", "bytes32", "address", "address"], outcome.output[4:])
    assert PartyId(party) in (CLAIM.party, PARTY)
    assert Address.parse(expected) == ACCOUNT
    found = Address.parse(recovered)
    return None if found == bytes(20) else found


def here(digest: bytes, signature: bytes) -> Address | None:
    """Whom this library finds to have signed."""
    try:
        found = recover(digest, signature)  # type: ignore[arg-type]
    except SignatureError:
        found = None  # type: ignore[assignment]
    assert is_by(digest, signature, ACCOUNT) == (found == ACCOUNT)  # type: ignore[arg-type]
    return found


def number(value: int) -> bytes:
    return (value % 2**256).to_bytes(32, "big")


def high_s(made: bytes) -> bytes:
    return made[:32] + number(ORDER - int.from_bytes(made[32:64], "big")) + bytes([55 - made[64]])


EDGES = [0, 1, 2, ORDER // 2 - 1, ORDER // 2, ORDER // 2 + 1, ORDER - 1, ORDER, ORDER + 1, 2**255, 2**256 - 1]


@st.composite
def mutated(draw: st.DrawFn, made: bytes) -> bytes:
    """A genuine signature of 65 bytes, changed in one to three of the ways in which signatures are wrong."""
    one = made
    for _ in range(draw(st.integers(0, 3))):
        way = draw(st.sampled_from(["bit", "byte", "cut", "longer", "short form", "high s", "v", "r", "s", "other"]))
        if way == "bit" and one:
            at = draw(st.integers(0, len(one) * 8 - 1))
            one = number(int.from_bytes(one, "big") ^ 1 << at)[-len(one) :] if len(one) <= 32 else _flipped(one, at)
        elif way == "byte" and one:
            at = draw(st.integers(0, len(one) - 1))
            one = one[:at] + bytes([draw(st.integers(0, 255))]) + one[at + 1 :]
        elif way == "cut":
            one = one[: draw(st.integers(0, len(one)))]
        elif way == "longer":
            one += draw(st.binary(min_size=1, max_size=70))
        elif way == "short form" and len(one) == 65 and one[64] in (27, 28):
            one = compact(one)
        elif way == "high s" and len(one) == 65:
            one = one[:32] + number(ORDER - int.from_bytes(one[32:64], "big")) + bytes([(55 - one[64]) % 256])
        elif way == "v" and len(one) == 65:
            one = one[:64] + bytes([draw(st.sampled_from([0, 1, 26, 27, 28, 29, 35, 36, 37, 38, 255]))])
        elif way in ("r", "s") and len(one) >= 64:
            value = number(draw(st.sampled_from(EDGES)))
            one = value + one[32:] if way == "r" else one[:32] + value + one[64:]
        elif way == "other":
            one = draw(st.binary(max_size=66))
    return one


def _flipped(made: bytes, at: int) -> bytes:
    return made[: at // 8] + bytes([made[at // 8] ^ 128 >> at % 8]) + made[at // 8 + 1 :]


@given(mutated(sign(CLAIM_DIGEST, KEY)))
@settings(max_examples=MUTATIONS // 2)
def test_chain_and_library_agree_on_signatures_of_any_length(signature: bytes) -> None:
    """As bytes beside the acts: 65, EIP-2098's 64, or anything else."""
    data = calls.claim(CLAIM, signature).data
    assert on_chain(Contract.PARTY_REGISTRY, data) == here(CLAIM_DIGEST, signature)


SEALED = calls.publish(calls.Signed(ENDORSED, sign(NORM_DIGEST, KEY))).data
SEAL_AT = 4 + 4 * 32


@given(mutated(sign(NORM_DIGEST, KEY)))
@settings(max_examples=MUTATIONS // 2)
def test_chain_and_library_agree_on_seals(signature: bytes) -> None:
    """In two words, as a seal; r = 0 means another thing there, and is left to the sequences of `test_model`."""
    strict = len(signature) == 65 and signature[64] in (27, 28)
    seal = (compact(signature) if strict else signature).ljust(64, b"\0")[:64]
    if not any(seal[:32]):
        return
    assert SEALED[SEAL_AT : SEAL_AT + 64] == compact(sign(NORM_DIGEST, KEY))
    data = SEALED[:SEAL_AT] + seal + SEALED[SEAL_AT + 64 :]
    assert on_chain(Contract.NORM_REGISTRY, data) == here(NORM_DIGEST, seal)


GENUINE = sign(CLAIM_DIGEST, KEY)
TRAPS: dict[str, Callable[[], bytes]] = {
    "high s": lambda: high_s(GENUINE),
    "v of 0 or 1": lambda: GENUINE[:64] + bytes([GENUINE[64] - 27]),
    "v of EIP-155": lambda: GENUINE[:64] + bytes([GENUINE[64] - 27 + 35 + 2 * 1]),
    "the other parity": lambda: GENUINE[:64] + bytes([55 - GENUINE[64]]),
    "the short form with a high s": lambda: compact(GENUINE)[:32] + high_s(GENUINE)[32:64],
    "r of zero": lambda: bytes(32) + GENUINE[32:],
    "s of zero": lambda: GENUINE[:32] + bytes(32) + GENUINE[64:],
    "r beyond the order": lambda: number(ORDER + 1) + GENUINE[32:],
    "the short form with a byte more": lambda: compact(GENUINE) + bytes([55 - GENUINE[64]]),
    "63 of 65 bytes": lambda: GENUINE[:63],
    "nothing": bytes,
    "a text over the digest (personal_sign)": lambda: sign(
        keccak(b"\x19Ethereum Signed Message:\n32" + CLAIM_DIGEST),
        KEY,  # type: ignore[arg-type]
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_no_trap_is_the_account_s_signature(trap: str) -> None:
    """What some library takes for a signature (TOOLCHAIN, traps): neither side does."""
    signature = TRAPS[trap]()
    assert on_chain(Contract.PARTY_REGISTRY, calls.claim(CLAIM, signature).data) != ACCOUNT
    assert here(CLAIM_DIGEST, signature) != ACCOUNT


def test_both_forms_of_a_genuine_signature_are_taken() -> None:
    for signature in (GENUINE, compact(GENUINE)):
        assert on_chain(Contract.PARTY_REGISTRY, calls.claim(CLAIM, signature).data) == ACCOUNT
        assert here(CLAIM_DIGEST, signature) == ACCOUNT


# --- accounts with code


MAGIC = "1626ba7e" + "00" * 28
WALLETS: dict[str, tuple[bytes, bool]] = {
    "takes anything": (bytes.fromhex(f"7f{MAGIC}60005260206000f3"), True),
    "takes nothing": (bytes.fromhex("60006000fd"), False),
    "says nothing": (bytes.fromhex("00"), False),
    "answers with four bytes alone": (bytes.fromhex(f"7f{MAGIC}60005260046000f3"), False),
    "answers true": (bytes.fromhex("600160005260206000f3"), False),
    "answers with more than the value": (bytes.fromhex(f"7f{MAGIC[:-2]}0160005260206000f3"), False),
    "burns all its gas": (bytes.fromhex("fe"), False),
    "loops until its gas is gone": (bytes.fromhex("5b600056"), False),
    "answers with 300,000 bytes": (bytes.fromhex(f"7f{MAGIC}600052620493e06000f3"), True),
    "answers with a megabyte": (bytes.fromhex(f"7f{MAGIC}600052620f42406000f3"), False),
    "reverts with 300,000 bytes": (bytes.fromhex("620493e06000fd"), False),
    "writes to its storage": (bytes.fromhex("6001600055" + f"7f{MAGIC}60005260206000f3"), False),
    "destroys itself": (bytes.fromhex("33ff"), False),
}
"""What a wallet may do when it is asked, and whether that is a yes (ERC-1271)."""


@pytest.mark.filterwarnings("ignore:SELFDESTRUCT")  # py-evm's, of the opcode
@pytest.mark.parametrize("name", WALLETS)
def test_a_wallet_decides_about_its_own_act_and_about_nothing_else(name: str) -> None:
    """Whatever it does: its own act is recorded or refused, and those carried beside it are recorded."""
    code, takes = WALLETS[name]
    wallet, made = Address(b"\xcc" * 20), chain()
    beside = [Claim(Identifier(f"name:beside {number}"), 5, ZERO, ACCOUNT) for number in range(2)]
    domain = made.release.domain(Contract.PARTY_REGISTRY, CHAIN_ID)
    odd = calls.claim(replace(CLAIM, account=wallet), b"whatever")
    plain = [calls.claim(claim, sign(domain.digest(claim), KEY)) for claim in beside]
    with made.undone():
        made.put_code(wallet, code)
        alone = made.call(Contract.PARTY_REGISTRY, odd.data)
        assert alone.ok == takes
        if not takes:
            assert alone.output[:4] == keccak(b"WalletRefused(uint256,bytes32,address)")[:4]
        assert alone.gas < 1_000_000
    with made.undone():
        made.put_code(wallet, code)
        together = made.call(Contract.PARTY_REGISTRY, calls.carry([plain[0], odd, plain[1]], leave_out=True).data)
        recorded = [topics for _, topics, _ in together.logs if topics[0] == keccak(b"Recorded(bytes32,bytes)")]
        parties = [claim.party for claim in (beside[0], replace(CLAIM, account=wallet), beside[1])]
        assert [topics[1] for topics in recorded] == (parties if takes else parties[::2])


DIGEST_IS_SIGNATURE = bytes.fromhex(f"60043560643514600f5760006000fd5b7f{MAGIC}60005260206000f3")
"""A wallet that takes the digest for its signature: what one wallet was asked to sign, no other was."""


def test_a_signature_for_one_wallet_is_none_for_another_of_the_same_owner() -> None:
    """The account is signed: two wallets of one code and one owner are asked about two digests."""
    first, second, made = Address(b"\xc1" * 20), Address(b"\xc2" * 20), chain()
    domain = made.release.domain(Contract.PARTY_REGISTRY, CHAIN_ID)
    one, other = (replace(CLAIM, account=account) for account in (first, second))
    signature = bytes(domain.digest(one))
    with made.undone():
        for account in (first, second):
            made.put_code(account, DIGEST_IS_SIGNATURE)
        assert made.call(Contract.PARTY_REGISTRY, calls.claim(one, signature).data).ok
        assert not made.call(Contract.PARTY_REGISTRY, calls.claim(other, signature).data).ok
        assert made.call(Contract.PARTY_REGISTRY, calls.claim(other, bytes(domain.digest(other))).data).ok


@pytest.mark.parametrize("code", ["ef0100" + "cc" * 20, "fe", f"7f{MAGIC}60005260206000f3"], ids=str)
def test_an_account_with_code_still_signs_with_its_plain_key(code: str) -> None:
    """EIP-7702: code says nothing of who has a key. The key is tried first, then the code is asked."""
    made = chain()
    with made.undone():
        made.put_code(ACCOUNT, bytes.fromhex(code))
        for signature in (GENUINE, compact(GENUINE)):
            with made.undone():
                assert made.call(Contract.PARTY_REGISTRY, calls.claim(CLAIM, signature).data).ok
        assert made.call(Contract.NORM_REGISTRY, SEALED).ok
        wrong = made.call(Contract.PARTY_REGISTRY, calls.claim(CLAIM, high_s(GENUINE)).data)
        assert wrong.ok == code.startswith("7f")


def test_a_wallet_that_is_not_deployed_yet_has_signed_nothing() -> None:
    """ERC-6492 wraps such a signature; it is refused as what it is: not this account's."""
    magic = bytes.fromhex("6492" * 16)
    undeployed = replace(CLAIM, account=Address(b"\xdd" * 20))
    outcome = chain().call(Contract.PARTY_REGISTRY, calls.claim(undeployed, GENUINE + magic).data)
    assert not outcome.ok
    assert outcome.output[:4] == WRONG_SIGNER


def test_too_little_gas_for_a_wallet_is_no_refusal_by_it() -> None:
    """A sender can't starve a wallet: the whole call reverts, and names the gas that is wanted."""
    wallet, made = Address(b"\xcc" * 20), chain()
    odd = calls.claim(replace(CLAIM, account=wallet), b"whatever")
    with made.undone():
        made.put_code(wallet, WALLETS["takes anything"][0])
        for data in (odd.data, calls.carry([odd], leave_out=True).data):
            for gas in range(30_000, 640_000, 61_000):
                with made.undone():
                    starved = made.call(Contract.PARTY_REGISTRY, data, gas=gas)
                    assert not starved.ok
                    assert starved.output[:4] in (b"", keccak(b"TooLittleGas(uint256,uint256,uint256)")[:4])
