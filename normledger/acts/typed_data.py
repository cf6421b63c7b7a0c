"""EIP-712: the domain, the written types, the digest of every act, and the JSON that wallets take.

Twin of contracts/ConsentTypes.sol; `tests/vectors/typed_data.json` holds both to one digest. The struct hashes are
written out here instead of left to a general encoder, because general encoders ignore unknown fields in silence and
take "1" for a number (EIP-712, "Definition of encodeData").
"""

from dataclasses import dataclass
from typing import Any

from normledger.acts.act import Act, ActKind, Claim
from normledger.errors import InputError
from normledger.identifiers import Address, Digest, Hash, PartyId, keccak, parse_identifier

DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
CLAIM_TYPE = "Claim(string identifier,uint8 kind,bytes32 profile,address account,uint64 deadline)"
_LAYOUT = "bytes32 clause,bytes32 refersTo,bytes32 content,bytes32 party,address account,uint64 number,uint64 deadline"


def subject_field(kind: ActKind) -> str:
    """What the first field of a kind's type is called: it tells a wallet's reader what the hash stands for."""
    if kind is ActKind.WITHDRAWAL:
        return "subject"
    if kind in (ActKind.RECOGNITION, ActKind.ALIGNMENTS, ActKind.REPORTS):
        return "list"
    if ActKind.SIGNATURE <= kind <= ActKind.SUCCESSION:
        return "agreement"
    if kind >= ActKind.ENDORSEMENT:
        return "norm"
    raise InputError(f"a {kind.term} is not signed in this release")


def written_type(kind: ActKind) -> str:
    """The type as EIP-712's encodeType writes it."""
    if kind is ActKind.CLAIM:
        return CLAIM_TYPE
    return f"{kind.type_name}(bytes32 {subject_field(kind)},{_LAYOUT})"


@dataclass(frozen=True, slots=True)
class Domain:
    """The EIP-712 domain of one contract on one chain."""

    chain_id: int
    contract: Address

    @property
    def separator(self) -> Hash:
        """hashStruct(eip712Domain)."""
        return keccak(
            keccak(DOMAIN_TYPE.encode())
            + keccak(b"NormLedger")
            + keccak(b"1")
            + self.chain_id.to_bytes(32, "big")
            + _word(self.contract)
        )

    def digest(self, statement: Act | Claim) -> Digest:
        """keccak("\\x19\\x01" ‖ domain separator ‖ struct hash): what is signed, and the act's name ever after."""
        return Digest(keccak(b"\x19\x01" + self.separator + struct_hash(statement)))


def struct_hash(statement: Act | Claim) -> Hash:
    """hashStruct of an act or a claim."""
    if isinstance(statement, Claim):
        return keccak(
            keccak(CLAIM_TYPE.encode())
            + keccak(statement.identifier_bytes)
            + _uint(statement.kind, 8)
            + statement.profile
            + _word(statement.account)
            + _uint(statement.deadline, 64)
        )
    return keccak(
        keccak(written_type(statement.kind).encode())
        + statement.subject
        + statement.clause
        + statement.refers_to
        + statement.content
        + statement.party
        + _word(statement.account)
        + _uint(statement.number, 64)
        + _uint(statement.deadline, 64)
    )


def _word(address: Address) -> bytes:
    return bytes(12) + address


def _uint(value: int, bits: int) -> bytes:
    if not 0 <= value < 1 << bits:
        raise InputError(f"{value} does not fit into {bits} bits")
    return value.to_bytes(32, "big")


def to_json(domain: Domain, statement: Act | Claim) -> dict[str, Any]:
    """The typed data as `eth_signTypedData_v4` takes it, its explicit primaryType included."""
    if isinstance(statement, Claim):
        kind, message = (
            ActKind.CLAIM,
            {
                "identifier": statement.identifier,
                "kind": statement.kind,
                "profile": str(statement.profile),
                "account": str(statement.account),
                "deadline": str(statement.deadline),
            },
        )
    else:
        kind, message = (
            statement.kind,
            {
                subject_field(statement.kind): str(statement.subject),
                "clause": str(statement.clause),
                "refersTo": str(statement.refers_to),
                "content": str(statement.content),
                "party": str(statement.party),
                "account": str(statement.account),
                "number": str(statement.number),
                "deadline": str(statement.deadline),
            },
        )
    return {
        "types": {"EIP712Domain": _fields(DOMAIN_TYPE), kind.type_name: _fields(written_type(kind))},
        "primaryType": kind.type_name,
        "domain": {
            "name": "NormLedger",
            "version": "1",
            "chainId": domain.chain_id,
            "verifyingContract": str(domain.contract),
        },
        "message": message,
    }


def _fields(written: str) -> list[dict[str, str]]:
    inner = written[written.index("(") + 1 : -1]
    return [dict(zip(("type", "name"), field.split(" "), strict=True)) for field in inner.split(",")]


_KIND_BY_TYPE = {kind.type_name: kind for kind in ActKind}


def from_json(data: Any) -> tuple[Domain, Act | Claim]:
    """Read typed data back, closed and strict: what is not exactly `to_json`'s form raises `InputError`.

    So a field that a page shows and nobody signs cannot hide in it.
    """
    if not isinstance(data, dict) or set(data) != {"types", "primaryType", "domain", "message"}:
        raise InputError("typed data has exactly the fields types, primaryType, domain and message")
    kind = _KIND_BY_TYPE.get(data["primaryType"]) if isinstance(data["primaryType"], str) else None
    if kind is None:
        raise InputError(f"{data['primaryType']!r} is not an act of NormLedger", field="primaryType")
    message, told = data["message"], data["domain"]
    if not isinstance(told, dict) or type(told.get("chainId")) is not int or not 0 <= told["chainId"] < 1 << 256:
        raise InputError("the domain names a chainId as a whole number", field="domain.chainId")
    domain = Domain(told["chainId"], Address.parse(told.get("verifyingContract", "")))
    names = [field["name"] for field in _fields(written_type(kind))]
    if not isinstance(message, dict) or set(message) != set(names):
        raise InputError(f"a {kind.term} has exactly the fields {', '.join(names)}", field="message")
    statement: Act | Claim
    if kind is ActKind.CLAIM:
        if type(message["kind"]) is not int:
            raise InputError("kind is a whole number", field="message.kind")
        statement = Claim(
            parse_identifier(message["identifier"]),
            message["kind"],
            Hash.parse(message["profile"]),
            Address.parse(message["account"]),
            _decimal(message, "deadline"),
        )
    else:
        statement = Act(
            kind=kind,
            subject=Hash.parse(message[subject_field(kind)]),
            party=PartyId.parse(message["party"]),
            account=Address.parse(message["account"]),
            number=_decimal(message, "number"),
            clause=Hash.parse(message["clause"]),
            refers_to=Hash.parse(message["refersTo"]),
            content=Hash.parse(message["content"]),
            deadline=_decimal(message, "deadline"),
        )
    if to_json(domain, statement) != data:
        raise InputError("the types or the domain are not those of NormLedger, version 1")
    return domain, statement


def _decimal(message: dict[str, Any], field: str) -> int:
    value = message[field]
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or value != (value.lstrip("0") or "0"):
        raise InputError("write the number as a string of digits", field=f"message.{field}")
    if len(value) > 20 or int(value) >= 1 << 64:
        raise InputError("the number does not fit into 64 bits", field=f"message.{field}")
    return int(value)
