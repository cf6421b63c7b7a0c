"""What the contracts sign, link and refuse, written out once more, with nothing of NormLedger's own.

Types are EIP-712's, hashed by eth_account's general encoder; words are linked as docs/reference/words.md says; errors
are told apart by the four bytes of their written form.
"""

from dataclasses import dataclass
from typing import Any

from eth_abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils import keccak

ZERO = bytes(32)
CLAIM, ROTATION, FULL_POWERS, REVOCATION = 1, 2, 3, 4
SIGNATURE, ACCESSION, ENDORSEMENT, PUBLICATION = 9, 14, 26, 28
STATE, COMPANY, NGO = 1, 4, 5
CLOSED = 0

_ON_NORMS = "bytes32 party,address account,uint64 number,uint64 deadline"
_ON_AGREEMENTS = f"bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,{_ON_NORMS}"
TYPES = {
    "Claim": "string identifier,uint8 kind,bytes32 profile,address account,uint64 deadline",
    "Rotation": "bytes32 party,address next,address account,uint64 number,uint64 deadline",
    "FullPowers": "bytes32 party,address representative,bytes32 subject,uint256 kinds,uint64 until,"
    "address account,uint64 number,uint64 deadline",
    "Revocation": "bytes32 party,address representative,bytes32 subject,address account,uint64 number,uint64 deadline",
    "Signature": "bytes32 agreement,bytes32 document,bytes32 party,address account,uint64 deadline",
    "Accession": _ON_AGREEMENTS,
    "Publication": f"bytes32 norm,bytes32 derivation,{_ON_NORMS}",
    "Endorsement": f"bytes32 norm,bytes32 reason,{_ON_NORMS}",
}


def key_of(name: str) -> LocalAccount:
    """A throw-away key that is the same in every run."""
    return Account.from_key(keccak(text=name))


@dataclass(frozen=True)
class Signed:
    """A statement with its signature: `digest` is what was signed, `account` by whom."""

    digest: bytes
    account: str
    signature: bytes  # 65 bytes: r, s, v

    @property
    def seal(self) -> tuple[bytes, bytes]:
        """(r, vs) as EIP-2098 has it."""
        parity = self.signature[64] - 27
        return self.signature[:32], bytes([self.signature[32] | parity << 7]) + self.signature[33:64]

    @property
    def signer(self) -> tuple[str, bytes]:
        """(account, signature), which stands beside the acts."""
        return self.account, self.signature


def sign(contract: Any, key: LocalAccount, name: str, **message: Any) -> Signed:
    """Sign a statement of type `name` for `contract`, whose own word on its domain is taken (ERC-5267).

    `message` has every member of the type; `account` may be left out where it is the key's own.
    """
    fields, domain_name, version, chain_id, address, _, _ = contract.eip712Domain()
    assert bytes(fields) == b"\x0f"
    message.setdefault("account", key.address)
    members = [dict(zip(("type", "name"), member.split(), strict=True)) for member in TYPES[name].split(",")]
    assert {member["name"] for member in members} == message.keys()  # the encoder passes over what it does not know
    typed_data = {
        "types": {
            "EIP712Domain": [
                {"type": "string", "name": "name"},
                {"type": "string", "name": "version"},
                {"type": "uint256", "name": "chainId"},
                {"type": "address", "name": "verifyingContract"},
            ],
            name: members,
        },
        "primaryType": name,
        "domain": {"name": domain_name, "version": version, "chainId": chain_id, "verifyingContract": address},
        "message": message,
    }
    signable = encode_typed_data(full_message=typed_data)
    digest = keccak(b"\x19" + signable.version + signable.header + signable.body)
    return Signed(digest, key.address, bytes(key.sign_message(signable).signature))


def stamp(kind: int, number: int, deadline: int = 0) -> int:
    """Kind, number and deadline in one word, as a call takes them."""
    return kind << 128 | number << 64 | deadline


def link(previous: bytes, kind: int, digest: bytes, party: bytes, account: str, transaction: Any) -> bytes:
    """One link of a word, made by an act in `transaction`."""
    return keccak(
        encode(
            ["bytes32", "uint256", "bytes32", "bytes32", "address", "uint256", "uint256"],
            [previous, kind, digest, party, account, transaction.block_number, transaction.timestamp],
        )
    )


def selector(error: str) -> str:
    """The four bytes with which a custom error's data begins, from its written form."""
    return "0x" + keccak(text=error)[:4].hex()
