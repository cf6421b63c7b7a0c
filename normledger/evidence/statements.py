"""Signed statements as a bundle holds them: the EIP-712 type's name, the message, the signature, block and time.

Belongs here: reading a message strictly into the statement that it is, and writing it again. Does not belong here:
whether the signature is good and the word links (`verification`).

Each value has one spelling: hashes in lower case, addresses with their checksum (EIP-55), numbers as decimal strings
without leading zeros but a claim's `kind`, which is a number as in the typed data. What a party claimed stands as a
string where its bytes are UTF-8 in Unicode's NFC form, else as `{"bytes": "0x…"}`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from normledger.acts.act import Act, ActKind, Claim, Contract
from normledger.acts.powers import FullPowers, FurtherClaim, OwnAct, OwnCancellation, Revocation, Rotation
from normledger.acts.typed_data import KINDS_OF, Domain, Signable, to_json, written_type
from normledger.errors import InputError
from normledger.identifiers import KINDS, Address, Hash, Identifier, PartyId, parse_identifier

NO_SIGNATURE = b""
"""Where a contract wallet signed: its answer cannot be asked again offline, so its bytes would prove nothing here."""

_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,77})\Z")


@dataclass(frozen=True, slots=True)
class Stated:
    """One act on a subject. `signature` has 65 bytes, or none where no plain signature shows who signed.

    `consent` is the next account's signature, of a rotation. `block` and `time` (Unix seconds) are those of recording.
    """

    statement: Signable
    signature: bytes
    block: int
    time: int
    consent: bytes = b""

    @property
    def kind(self) -> ActKind:
        """Its kind in the words' enumeration."""
        return ActKind.CLAIM if isinstance(self.statement, Claim) else self.statement.kind


def hash_of(value: Any, field: str) -> Hash:
    """A hash. Raises `InputError` with the field."""
    if type(value) is str and len(value) == 66 and (found := _spelt_bytes(value)) is not None:
        return bytes.__new__(Hash, found)  # 32 bytes for certain: a bundle has thousands
    try:
        return Hash.parse(value)
    except InputError as error:
        raise error.at(field=field) from None


@lru_cache(maxsize=4096)
def _address(text: str) -> Address:
    found = Address.parse(text)
    if str(found) != text:
        raise InputError(f"{text} is not in its checksum form (EIP-55), which is {found}")
    return found


def address(value: Any, field: str) -> Address:
    """An address in its checksum form. Raises `InputError` with the field."""
    if not isinstance(value, str):
        raise InputError("an address is missing here", field=field)
    try:
        return _address(value)
    except InputError as error:
        raise error.at(field=field) from None


def data(value: Any, field: str) -> bytes:
    """Bytes as lower-case 0x-hex. Raises `InputError` with the field."""
    if not isinstance(value, str) or (found := _spelt_bytes(value)) is None:
        raise InputError("bytes are missing here: give 0x and hexadecimal digits in lower case", field=field)
    return found


def _spelt_bytes(text: str) -> bytes | None:
    """The bytes whose only spelling this is; None where it is none."""
    try:
        found = bytes.fromhex(text[2:])
    except ValueError:
        return None
    return found if f"0x{found.hex()}" == text else None


def number(value: Any, field: str, bits: int = 64) -> int:
    """A whole number as a decimal string. Raises `InputError` with the field."""
    if isinstance(value, str) and (value == "0" or _DECIMAL.match(value)) and (found := int(value)) < 1 << bits:
        return found
    raise InputError(f"a whole number of at most {bits} bits is missing here, as a string of digits", field=field)


@lru_cache(maxsize=256)
def _named(members: tuple[str, ...]) -> frozenset[str]:
    return frozenset(members)


def closed(value: Any, members: tuple[str, ...], field: str) -> dict[str, Any]:
    """An object with exactly these members. Raises `InputError` with the field."""
    if not isinstance(value, dict):
        raise InputError("an object is missing here", field=field or None)
    if value.keys() != _named(members):
        wrong = sorted(set(value) ^ set(members))[0]
        place = f"{field}.{wrong}" if field else wrong
        raise InputError("it is missing" if wrong in members else "this form has no such member", field=place[:200])
    return value


def listed(value: Any, field: str) -> list[Any]:
    """A list. Raises `InputError` with the field."""
    if not isinstance(value, list):
        raise InputError("a list is missing here", field=field)
    return value


def _party(value: Any, field: str) -> PartyId:
    return bytes.__new__(PartyId, hash_of(value, field))


def _claimed(value: Any, field: str) -> tuple[Identifier, bytes | None]:
    """What was claimed as text, and its bytes where they are no identifier."""
    if isinstance(value, str):
        raw = value.encode()
    else:
        raw = data(closed(value, ("bytes",), field)["bytes"], f"{field}.bytes")
        if _spelt(raw) != value:
            raise InputError("these bytes are text; give it as a string", field=field)
    if not 1 <= len(raw) <= 200:
        raise InputError(f"a claimed identifier has 1 to 200 bytes, this one has {len(raw)}", field=field)
    try:
        return parse_identifier(raw.decode()), None
    except (UnicodeDecodeError, InputError):
        return Identifier(f"unreadable:0x{raw.hex()}"), raw


def _spelt(raw: bytes) -> Any:
    """Claimed bytes as a bundle holds them."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = ""
    if text and unicodedata.is_normalized("NFC", text):
        return text
    return {"bytes": f"0x{raw.hex()}"}


Reader = Callable[[Any, str], Any]

_READ: dict[str, Reader] = {
    "identifier": lambda value, _: value,
    "party": _party,
    "account": address,
    "next": address,
    "representative": address,
    "kinds": lambda value, field: number(value, field, 256),
    **dict.fromkeys(("number", "deadline", "until"), number),
    **dict.fromkeys(
        (
            "profile", "subject", "clause", "refersTo", "content", "agreement", "document", "norm", "reason",
            "derivation", "root",
        ),
        hash_of,
    ),
}  # fmt: skip
"""How a member is read, by its name."""

_ATTRIBUTES = {
    "agreement": "subject", "norm": "subject", "refersTo": "refers_to", "document": "content", "reason": "content",
    "derivation": "content", "root": "content",
}  # fmt: skip
"""Where a member's name is not the act's own."""

_OWN: dict[str, type[OwnAct]] = {
    "FurtherClaim": FurtherClaim, "Rotation": Rotation, "FullPowers": FullPowers, "Revocation": Revocation,
    "OwnCancellation": OwnCancellation,
}  # fmt: skip
_OWN_MEMBERS = {
    "Claim": ("identifier", "kind", "profile", "account", "deadline"),
    "FurtherClaim": ("party", "identifier", "profile", "account", "number", "deadline"),
    "Rotation": ("party", "next", "account", "number", "deadline"),
    "FullPowers": ("party", "representative", "subject", "kinds", "until", "account", "number", "deadline"),
    "Revocation": ("party", "representative", "subject", "account", "number", "deadline"),
    "OwnCancellation": ("party", "account", "number", "deadline"),
}
_KIND_BY_TYPE = {kind.type_name: kind for kinds in KINDS_OF.values() for kind in kinds}


@lru_cache(maxsize=256)
def _members(contract: Contract, name: str) -> tuple[ActKind, tuple[str, ...]]:
    """The kind and the members of an act that a contract records. Raises `InputError` where it records none such."""
    if name not in _KIND_BY_TYPE:
        raise InputError(f"{name[:80]!r} is no act of NormLedger")
    kind = _KIND_BY_TYPE[name]
    written = written_type(contract, kind)
    inside = written[written.index("(") + 1 : -1]
    return kind, tuple(one.split(" ")[1] for one in inside.split(","))


_STATED = ("block", "message", "signature", "time", "type")
_ROTATED = (*_STATED, "consent")


def read_stated(value: Any, contract: Contract, field: str) -> Stated:
    """An entry of a subject's acts. Raises `InputError` with the field."""
    name = value.get("type") if isinstance(value, dict) else None
    entry = closed(value, _ROTATED if name == "Rotation" else _STATED, field)
    return Stated(
        _statement(entry["type"], entry["message"], contract, field),
        _signature(entry["signature"], f"{field}.signature"),
        number(entry["block"], f"{field}.block", 53),
        number(entry["time"], f"{field}.time", 53),
        _signature(entry["consent"], f"{field}.consent") if name == "Rotation" else NO_SIGNATURE,
    )


def _signature(value: Any, field: str) -> bytes:
    found = data(value, field)
    if len(found) not in (0, 65):
        raise InputError(f"a plain signature has 65 bytes, this one has {len(found)}", field=field)
    return found


def _statement(name: Any, message: Any, contract: Contract, field: str) -> Signable:
    if not isinstance(name, str):
        raise InputError("the act's type is missing here", field=f"{field}.type")
    inside = f"{field}.message"
    if contract is Contract.PARTY_REGISTRY and name in _OWN_MEMBERS:
        return _own(name, closed(message, _OWN_MEMBERS[name], inside), inside)
    try:
        kind, members = _members(contract, name)
    except InputError as error:
        raise error.at(field=f"{field}.type") from None
    given = closed(message, members, inside)
    return Act(contract, kind, **{"number": 0, **_values(members, given, inside)})


def _values(members: Iterable[str], given: dict[str, Any], field: str) -> dict[str, Any]:
    """What members say, under their attributes' names. Raises `InputError` with the field."""
    member = ""
    try:
        values = {}
        for member in members:
            values[_ATTRIBUTES.get(member, member)] = _READ[member](given[member], member)
    except InputError as error:
        inside = (error.field or member).removeprefix(member)
        raise error.at(field=f"{field}.{member}{inside}") from None
    return values


def _own(name: str, message: dict[str, Any], field: str) -> Claim | OwnAct:
    values = _values((member for member in message if member != "kind"), message, field)
    if "identifier" in values:
        values["identifier"], values["unreadable"] = _claimed(values["identifier"], f"{field}.identifier")
    if name == "Claim":
        kind = message["kind"]
        if type(kind) is not int or not 1 <= kind <= len(KINDS):
            raise InputError(f"a party's kind is a whole number from 1 to {len(KINDS)}", field=f"{field}.kind")
        return Claim(kind=kind, **values)
    if name == "FullPowers":
        values["bits"] = values.pop("kinds")
    return _OWN[name](**values)


def stated_json(one: Stated) -> dict[str, Any]:
    """The entry that `read_stated` reads."""
    statement, spelt = one.statement, None
    if isinstance(statement, Claim | FurtherClaim):
        spelt = _spelt(statement.identifier_bytes)
    told = to_json(_ANYWHERE, _textual(statement))
    message = {**told["message"], **({"identifier": spelt} if spelt is not None else {})}
    entry = {
        "block": str(one.block),
        "message": message,
        "signature": f"0x{one.signature.hex()}",
        "time": str(one.time),
        "type": told["primaryType"],
    }
    if isinstance(statement, Rotation):
        entry["consent"] = f"0x{one.consent.hex()}"
    return entry


_ANYWHERE = Domain(0, Address(bytes(20)))
"""A message says the same in every domain."""


def _textual(statement: Signable) -> Signable:
    """The statement with a text where it claims bytes that are none, so that its other members can be written."""
    if isinstance(statement, Claim) and statement.unreadable is not None:
        return Claim(
            statement.identifier, statement.kind, statement.profile, statement.account, statement.deadline
        )  # fmt: skip
    if isinstance(statement, FurtherClaim) and statement.unreadable is not None:
        return FurtherClaim(
            statement.party, statement.identifier, statement.profile, statement.account, statement.number,
            statement.deadline,
        )  # fmt: skip
    return statement


def subject_of(statement: Signable) -> Hash:
    """The subject on whose word a statement is linked."""
    return statement.subject if isinstance(statement, Act) else statement.party
