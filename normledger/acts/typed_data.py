"""EIP-712: the domain, the written types, the digest of every act, and the JSON that wallets take.

Twin of contracts/ConsentTypes.sol; `tests/vectors/typed_data.json` holds both to one digest. The struct hashes are
written out here instead of left to a general encoder, because general encoders ignore unknown fields in silence and
take "1" for a number (EIP-712, "Definition of encodeData").
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract
from normledger.acts.powers import (
    FullPowers,
    FurtherClaim,
    OwnAct,
    OwnCancellation,
    Revocation,
    Rotation,
    bits_of,
)
from normledger.errors import InputError
from normledger.identifiers import ZERO, Address, Digest, Hash, Identifier, PartyId, keccak, parse_identifier

if TYPE_CHECKING:
    from normledger.acts.release import Release

Signable = Act | Claim | OwnAct
"""Whatever anybody signs here."""

DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_TAIL = "bytes32 party,address account,uint64 number,uint64 deadline"
_OWN_TYPES = {
    "Claim": "string identifier,uint8 kind,bytes32 profile,address account,uint64 deadline",
    "FurtherClaim": "bytes32 party,string identifier,bytes32 profile,address account,uint64 number,uint64 deadline",
    "Rotation": "bytes32 party,address next,address account,uint64 number,uint64 deadline",
    "FullPowers": "bytes32 party,address representative,bytes32 subject,uint256 kinds,uint64 until,"
    "address account,uint64 number,uint64 deadline",
    "Revocation": "bytes32 party,address representative,bytes32 subject,address account,uint64 number,uint64 deadline",
    "OwnCancellation": "bytes32 party,address account,uint64 number,uint64 deadline",
}
_FOUNDING_TYPE = "bytes32 agreement,bytes32 document,bytes32 party,address account,uint64 deadline"
_ON_NORMS = {
    ActKind.ENDORSEMENT: "reason",
    ActKind.OPPOSITION: "reason",
    ActKind.WITHDRAWAL: "reason",
    ActKind.PUBLICATION: "derivation",
    ActKind.DERIVATION: "derivation",
    ActKind.ANCHOR: "root",
    ActKind.CANCELLATION: "reason",
}
"""Kinds on a norm, with the name of their content."""

_ON_LISTS = (
    ActKind.RECOGNITION, ActKind.ALIGNMENTS, ActKind.REPORTS, ActKind.WITHDRAWAL, ActKind.CANCELLATION,
)  # fmt: skip
_ON_AGREEMENTS = (
    *(kind for kind in ActKind if ActKind.RATIFICATION <= kind <= ActKind.OPPOSITION),
    ActKind.ANCHOR, ActKind.CANCELLATION,
)  # fmt: skip

KINDS_OF: Mapping[Contract, tuple[ActKind, ...]] = {
    Contract.PARTY_REGISTRY: _ON_LISTS,
    Contract.AGREEMENT_LEDGER: (*FOUNDING, *_ON_AGREEMENTS),
    Contract.NORM_REGISTRY: tuple(_ON_NORMS),
}
"""The kinds of `Act` that each contract records."""


@cache
def written_type(contract: Contract, kind: ActKind) -> str:
    """The type of an act as EIP-712's encodeType writes it. Raises `InputError` where the contract takes no such."""
    if kind not in KINDS_OF[contract]:
        raise InputError(f"the {contract.title} records no {kind.term}")
    if contract is Contract.NORM_REGISTRY:
        return f"{kind.type_name}(bytes32 norm,bytes32 {_ON_NORMS[kind]},{_TAIL})"
    if kind in FOUNDING:
        return f"{kind.type_name}({_FOUNDING_TYPE})"
    return f"{kind.type_name}(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,{_TAIL})"


def type_of(statement: Signable) -> str:
    """The type of any statement, as EIP-712's encodeType writes it."""
    if isinstance(statement, Act):
        return written_type(statement.contract, statement.kind)
    name = type(statement).__name__
    return f"{name}({_OWN_TYPES[name]})"


def contract_of(statement: Signable) -> Contract:
    """The contract that records a statement."""
    return statement.contract if isinstance(statement, Act) else Contract.PARTY_REGISTRY


@dataclass(frozen=True, slots=True)
class Domain:
    """The EIP-712 domain of one contract on one chain."""

    chain_id: int
    contract: Address

    @property
    def separator(self) -> Hash:
        """hashStruct(eip712Domain)."""
        return _separator(self.chain_id, self.contract)

    def digest(self, statement: Signable) -> Digest:
        """keccak("\\x19\\x01" ‖ domain separator ‖ struct hash): what is signed, and the act's name ever after."""
        return Digest(keccak(b"\x19\x01" + self.separator + struct_hash(statement)))


@lru_cache(maxsize=64)
def _separator(chain_id: int, contract: Address) -> Hash:
    """There are three for a chain, and every digest needs one."""
    return keccak(
        keccak(DOMAIN_TYPE.encode())
        + keccak(b"NormLedger")
        + keccak(b"1")
        + chain_id.to_bytes(32, "big")
        + bytes(12)
        + contract
    )


def struct_hash(statement: Signable) -> Hash:
    """hashStruct of a statement."""
    type_hash, members = _layout(type_of(statement))
    if isinstance(statement, Act):
        _check_unused(statement)
    return keccak(type_hash + b"".join([encoded(getattr(statement, name)) for encoded, name in members]))


@cache
def _layout(written: str) -> tuple[Hash, list[tuple[Callable[[Any], bytes], str]]]:
    """The type's hash, and how to encode which of a statement's attributes; there are a few dozen types."""
    members = [(_ENCODERS[type_], _ATTRIBUTES.get(name, name)) for type_, name in _members(written)]
    return keccak(written.encode()), members


def _uint(bits: int) -> Callable[[int], bytes]:
    def encode(value: int) -> bytes:
        if not 0 <= value < 1 << bits:
            raise InputError(f"{value} does not fit into {bits} bits")
        return value.to_bytes(32, "big")

    return encode


_ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "bytes32": bytes,
    "address": lambda value: bytes(12) + value,
    "string": keccak,
    "uint8": _uint(8),
    "uint64": _uint(64),
    "uint256": _uint(256),
}

_ATTRIBUTES = {
    "agreement": "subject", "norm": "subject", "refersTo": "refers_to", "document": "content", "reason": "content",
    "derivation": "content", "root": "content", "identifier": "identifier_bytes", "kinds": "bits",
}  # fmt: skip
"""Where a member's name in the type is not the statement's own."""


def _value(statement: Signable, member: str) -> Any:
    if isinstance(statement, Act):
        _check_unused(statement)
    return getattr(statement, _ATTRIBUTES.get(member, member))


def _check_unused(act: Act) -> None:
    """What an act's type does not hold, the act must not say."""
    if act.contract is not Contract.NORM_REGISTRY and act.kind not in FOUNDING:
        return
    if act.clause != ZERO or act.refers_to != ZERO:
        raise InputError(f"{_named(act)} names no clause and refers to nothing")
    if act.kind in FOUNDING and act.number:
        raise InputError(f"{_named(act)} has number 0")


def _named(act: Act) -> str:
    return "a founding signature" if act.kind in FOUNDING else "an act on a norm"


def _members(written: str) -> list[tuple[str, str]]:
    return [
        (type_, name)
        for type_, _, name in (one.partition(" ") for one in written[written.index("(") + 1 : -1].split(","))
    ]


def to_json(domain: Domain, statement: Signable) -> dict[str, Any]:
    """The typed data as `eth_signTypedData_v4` takes it, its explicit primaryType included."""
    written = type_of(statement)
    name = written[: written.index("(")]
    return {
        "types": {"EIP712Domain": _fields(DOMAIN_TYPE), name: _fields(written)},
        "primaryType": name,
        "domain": {
            "name": "NormLedger",
            "version": "1",
            "chainId": domain.chain_id,
            "verifyingContract": str(domain.contract),
        },
        "message": {member: _shown(type_, _value(statement, member)) for type_, member in _members(written)},
    }


def _shown(type_: str, value: Any) -> str | int:
    if type_ == "uint8":
        return int(value)
    return value.decode() if type_ == "string" else str(value)


def _fields(written: str) -> list[dict[str, str]]:
    return [{"type": type_, "name": name} for type_, name in _members(written)]


def from_json(data: Any, release: "Release") -> tuple[Domain, Signable]:
    """Read typed data back, closed and strict: what is not exactly `to_json`'s form raises `InputError`.

    So a field that a page shows and nobody signs cannot hide in it. Which contract an act is for, the address in its
    domain tells, among those of `release`; at another address the kind's usual contract is taken, and whoever compares
    the domain refuses it.
    """
    if not isinstance(data, dict) or set(data) != {"types", "primaryType", "domain", "message"}:
        raise InputError("typed data has exactly the fields types, primaryType, domain and message")
    message, told, name = data["message"], data["domain"], data["primaryType"]
    if not isinstance(told, dict) or type(told.get("chainId")) is not int or not 0 <= told["chainId"] < 1 << 256:
        raise InputError("the domain names a chainId as a whole number", field="domain.chainId")
    domain = Domain(told["chainId"], Address.parse(told.get("verifyingContract", "")))
    if not isinstance(message, dict) or not all(isinstance(key, str) for key in message):
        raise InputError("the message is an object", field="message")
    if not isinstance(name, str) or (name not in _OWN_TYPES and name not in _KIND_BY_TYPE):
        raise InputError(f"{name!r} is not an act of NormLedger", field="primaryType")
    if name in _OWN_TYPES:
        contract, kind, written = Contract.PARTY_REGISTRY, None, f"{name}({_OWN_TYPES[name]})"
    else:
        kind = _KIND_BY_TYPE[name]
        at = release.contract_at(domain.contract)
        contract = _usual(kind) if at is None else at
        written = written_type(contract, kind)
    members = _members(written)
    if set(message) != {member for _, member in members}:
        names = ", ".join(one for _, one in members)
        raise InputError(f"a message of type {name} has exactly the fields {names}", field="message")
    values = {member: _read(type_, member, message[member]) for type_, member in members}
    statement = _act(contract, kind, values) if kind is not None else _OWN_READERS[name](values)
    if to_json(domain, statement) != data:
        raise InputError("the types or the domain are not those of NormLedger, version 1")
    return domain, statement


_KIND_BY_TYPE = {kind.type_name: kind for kinds in KINDS_OF.values() for kind in kinds}


def _usual(kind: ActKind) -> Contract:
    return next(contract for contract in reversed(Contract) if kind in KINDS_OF[contract])


def _act(contract: Contract, kind: ActKind, values: dict[str, Any]) -> Act:
    named = {_ATTRIBUTES.get(member, member): value for member, value in values.items()}
    return Act(contract, kind, **{"number": 0, **named})


def _own(of: type) -> Callable[[dict[str, Any]], Any]:
    return lambda values: of(**values)


_OWN_READERS: dict[str, Callable[[dict[str, Any]], Claim | OwnAct]] = {
    "Claim": _own(Claim),
    "FurtherClaim": _own(FurtherClaim),
    "Rotation": _own(Rotation),
    "FullPowers": lambda values: _powers(**values),
    "Revocation": _own(Revocation),
    "OwnCancellation": _own(OwnCancellation),
}


def _powers(kinds: int, **values: Any) -> FullPowers:
    granted = FullPowers(bits=kinds, **values)
    if not kinds or bits_of(granted.kinds) != kinds:
        raise InputError(
            "full powers name at least one kind of act, and only those that there are", field="message.kinds"
        )
    return granted


def _read(type_: str, member: str, value: Any) -> Any:
    if type_ == "uint8":
        if type(value) is not int:
            raise InputError(f"{member} is a whole number", field=f"message.{member}")
        return value
    if type_ == "string":
        return Identifier(parse_identifier(value))
    if type_ == "address":
        return Address.parse(value)
    if type_ == "bytes32":
        return PartyId.parse(value) if member == "party" else Hash.parse(value)
    return _decimal(member, value, int(type_.removeprefix("uint")))


def _decimal(member: str, value: Any, bits: int) -> int:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or value != (value.lstrip("0") or "0"):
        raise InputError("write the number as a string of digits", field=f"message.{member}")
    if len(value) > 78 or int(value) >= 1 << bits:
        raise InputError(f"the number does not fit into {bits} bits", field=f"message.{member}")
    return int(value)
