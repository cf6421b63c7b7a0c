"""Acts become calls to the contracts, and the contracts' refusals become sentences.

Belongs here: the ABI of the shipped artifacts (Contract ABI Specification of Solidity) in both directions but events.
Does not belong here: who sends the call (`sender`, `relay`) and what the chain recorded (`logs`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from eth_abi import decode, encode
from eth_abi.exceptions import DecodingError

from normledger.acts import release
from normledger.acts.act import Act, ActKind, Claim, Contract
from normledger.acts.powers import FullPowers, FurtherClaim, OwnAct, OwnCancellation, Revocation, Rotation
from normledger.acts.signature import compact
from normledger.chain.node import Node, Reverted
from normledger.errors import Refused
from normledger.identifiers import Address, AgreementId, Digest, Hash, PartyId, keccak

_SEAL = "(bytes32,bytes32)"
_ACT = f"(uint256,bytes32,bytes32,bytes32,bytes32,{_SEAL})"
_STANCE = f"(bytes32,uint256,bytes32,{_SEAL})"
_FOUNDING = f"(uint256,{_SEAL})"
_TERMS = "(bytes32,bytes32,bytes32[],uint8)"
_SIGNER = "(address,bytes)"


class Signed(NamedTuple):
    """An act with its signature. `direct` tells that the plain key of the party's own account made it.

    Any other signature (a contract wallet's, a representative's) travels beside the acts, with its account.
    """

    act: Act
    signature: bytes
    direct: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement's id commits to, brought along by whoever records an act on it (contracts' `Terms`)."""

    document: Hash
    clauses: Hash
    parties: tuple[PartyId, ...]
    admission: int

    @property
    def id(self) -> AgreementId:
        """The agreement's id."""
        return AgreementId(release.agreement_id(self.document, self.clauses, self.parties, self.admission))

    def _abi(self) -> tuple[Any, ...]:
        return (self.document, self.clauses, list(self.parties), self.admission)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that anybody may send: which contract, with which data."""

    contract: Contract
    data: bytes


def claim(statement: Claim, signature: bytes) -> Call:
    """Register a party by its signed claim."""
    values = (
        statement.identifier_bytes,
        statement.kind,
        statement.profile,
        statement.deadline,
        (statement.account, signature),
    )
    return _call(Contract.PARTY_REGISTRY, "claim", f"string,uint8,bytes32,uint64,{_SIGNER}", values)


def own(act: OwnAct, signature: bytes, consent: bytes = b"") -> Call:
    """Record a party's act on itself; `consent` is the next account's signature over the same, of a rotation."""
    tail = (act.number, act.deadline, (act.account, signature))
    named = f"uint64,uint64,{_SIGNER}"
    match act:
        case FurtherClaim():
            name, types = "claimFurther", f"bytes32,string,bytes32,{named}"
            values: tuple[Any, ...] = (act.party, act.identifier_bytes, act.profile, *tail)
        case Rotation():
            name, types = "rotate", f"bytes32,address,{named},bytes"
            values = (act.party, act.next, *tail, consent)
        case FullPowers():
            name, types = "empower", f"bytes32,address,bytes32,uint256,uint64,{named}"
            values = (act.party, act.representative, act.subject, act.bits, act.until, *tail)
        case Revocation():
            name, types = "revoke", f"bytes32,address,bytes32,{named}"
            values = (act.party, act.representative, act.subject, *tail)
        case OwnCancellation():
            name, types, values = "cancel", f"bytes32,{named}", (act.party, *tail)
    return _call(Contract.PARTY_REGISTRY, name, types, values)


def state(author: PartyId, acts: Sequence[Signed]) -> Call:
    """Record what a party states of others."""
    sealed = _Sealed()
    values = (author, [sealed.act(one) for one in acts], sealed.signers)
    return _call(Contract.PARTY_REGISTRY, "state", f"bytes32,{_ACT}[],{_SIGNER}[]", values)


def sign(terms: Terms, acts: Sequence[Signed]) -> Call:
    """Record founding signatures, all at once or some of them; they are put into the contract's order."""
    places = {party: place for place, party in enumerate(terms.parties)}
    sealed = _Sealed()
    founding = [
        (_stamp(one.act.kind, places[one.act.party], one.act.deadline), sealed.seal(one))
        for one in sorted(acts, key=lambda one: places[one.act.party])
    ]
    values = (terms._abi(), founding, sealed.signers)
    return _call(Contract.AGREEMENT_LEDGER, "sign", f"{_TERMS},{_FOUNDING}[],{_SIGNER}[]", values)


def act(terms: Terms, acts: Sequence[Signed]) -> Call:
    """Record acts on an agreement by its founders and by those whom its admission lets join."""
    sealed = _Sealed()
    values = (terms._abi(), [sealed.act(one) for one in acts], sealed.signers)
    return _call(Contract.AGREEMENT_LEDGER, "act", f"{_TERMS},{_ACT}[],{_SIGNER}[]", values)


def take_stances_on_agreement(agreement: AgreementId, acts: Sequence[Signed]) -> Call:
    """Record others' stances on an agreement or its clauses, by one or many parties."""
    sealed = _Sealed()
    values = (agreement, [sealed.act(one) for one in acts], sealed.signers)
    return _call(Contract.AGREEMENT_LEDGER, "takeStances", f"bytes32,{_ACT}[],{_SIGNER}[]", values)


def publish(publication: Signed) -> Call:
    """Publish a norm."""
    sealed = _Sealed()
    values = (publication.act.subject, sealed.stance(publication, publication.act.party), sealed.signers)
    return _call(Contract.NORM_REGISTRY, "publish", f"bytes32,{_STANCE},{_SIGNER}[]", values)


def take_stances(norm: Hash, acts: Sequence[Signed]) -> Call:
    """Record endorsements, oppositions, withdrawals, derivations and anchors of one norm, by one or many parties."""
    sealed = _Sealed()
    values = (norm, [sealed.stance(one, one.act.party) for one in acts], sealed.signers)
    return _call(Contract.NORM_REGISTRY, "takeStances", f"bytes32,{_STANCE}[],{_SIGNER}[]", values)


def take_stances_on_many(party: PartyId, acts: Sequence[Signed]) -> Call:
    """Record one party's stances on many norms."""
    sealed = _Sealed()
    values = (party, [sealed.stance(one, one.act.subject) for one in acts], sealed.signers)
    return _call(Contract.NORM_REGISTRY, "takeStancesOnMany", f"bytes32,{_STANCE}[],{_SIGNER}[]", values)


def carry(calls: Sequence[Call], *, leave_out: bool) -> Call:
    """Many calls of one contract in one transaction; `leave_out` leaves a refused one out, else it spoils all."""
    (contract,) = {one.contract for one in calls}
    return _call(contract, "carry", "bytes[],bool", ([one.data for one in calls], leave_out))


class _Sealed:
    """Acts as the contracts take them, with the signers that their seals point at."""

    def __init__(self) -> None:
        self.signers: list[tuple[Address, bytes]] = []

    def act(self, one: Signed) -> tuple[Any, ...]:
        act = one.act
        stamp = _stamp(act.kind, act.number, act.deadline)
        return (stamp, act.clause, act.refers_to, act.content, act.party, self.seal(one))

    def stance(self, one: Signed, party_or_norm: Hash) -> tuple[Any, ...]:
        stamp = _stamp(one.act.kind, one.act.number, one.act.deadline)
        return (party_or_norm, stamp, one.act.content, self.seal(one))

    def seal(self, one: Signed) -> tuple[bytes, bytes]:
        if one.direct and len(one.signature) == 65 and one.signature[64] in (27, 28):
            short = compact(one.signature)
            return short[:32], short[32:]
        self.signers.append((one.act.account, one.signature))
        return bytes(32), (len(self.signers) - 1).to_bytes(32, "big")


def _stamp(kind: ActKind, number: int, deadline: int) -> int:
    return int(kind) << 128 | number << 64 | deadline


def _call(contract: Contract, name: str, types: str, values: Sequence[Any]) -> Call:
    selector = keccak(f"{name}({types})".encode())[:4]
    # A string is encoded as bytes are, and an identifier need not be one.
    return Call(contract, selector + encode(_split(types.replace("string", "bytes")), list(values)))


def _split(types: str) -> list[str]:
    """The top-level types of a signature's argument list."""
    parts, depth = [""], 0
    for sign_ in types:
        depth += (sign_ == "(") - (sign_ == ")")
        if sign_ == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign_
    return parts


@cache
def _functions() -> dict[Contract, dict[bytes, str]]:
    found: dict[Contract, dict[bytes, str]] = {}
    for contract in Contract:
        identifiers = release.artifact(contract.title)["methodIdentifiers"]
        found[contract] = {bytes.fromhex(selector): name.split("(")[0] for name, selector in identifiers.items()}
    return found


def function_of(contract: Contract, selector: bytes) -> str | None:
    """The name of a contract's function by its selector; None for none."""
    return _functions()[contract].get(selector)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who acts for a party; its place in the bitmaps of used numbers; how often its account was rotated; the highest
    number on its own subject.
    """

    account: Address
    ordinal: int
    epoch: int
    last: int


def holder(node: Node, party: PartyId, *, block: int | None = None) -> Holder | None:
    """Who acts for a party as of a block; None where there is no such party."""
    data = keccak(b"holder(bytes32)")[:4] + party
    packed = int.from_bytes(node.call(release.current().address(Contract.PARTY_REGISTRY), data, block=block), "big")
    account = Address((packed & (1 << 160) - 1).to_bytes(20, "big"))
    found = Holder(account, packed >> 160 & (1 << 32) - 1, packed >> 192 & (1 << 24) - 1, packed >> 216)
    return found if found.ordinal else None


def is_signed_by_wallet(node: Node, contract: Contract, wallet: Address, digest: Digest, signature: bytes) -> bool:
    """Whether a contract wallet takes a signature for its own (ERC-1271), asked as the contracts ask it."""
    data = keccak(b"isSignedByWallet(address,bytes32,bytes)")[:4]
    data += encode(["address", "bytes32", "bytes"], [wallet, digest, signature])
    try:
        answer = node.call(release.current().address(contract), data)
    except Reverted:
        return False
    return int.from_bytes(answer, "big") == 1


@cache
def _errors() -> dict[bytes, tuple[str, list[str], list[str]]]:
    """The contracts' custom errors by selector: name, types, names of values."""
    found = {}
    for contract in Contract:
        for entry in release.artifact(contract.title)["abi"]:
            if entry["type"] == "error":
                types = [field["type"] for field in entry["inputs"]]
                selector = keccak(f"{entry['name']}({','.join(types)})".encode())[:4]
                found[bytes(selector)] = (entry["name"], types, [field["name"] for field in entry["inputs"]])
    return found


_SENTENCES = {
    "UnknownParty": "Party {party} is not registered on this chain; let it register first.",
    "WrongSigner": (
        "The signature for party {party} is not that of its account {expected}, or is for another text, chain or "
        "contract; sign the act that was prepared, with that account's key."
    ),
    "Expired": "The deadline that party {party} set ({deadline}) has passed; let it sign again with a later one.",
    "NumberUsed": "Party {party} has used number {number} on this subject already; sign again with a higher number.",
    "NumberBeyondTime": "Number {number} of party {party} lies beyond the block's time; sign again with a lower one.",
    "NumberForFoundersOnly": "Number 0 of party {party} is for founding signatures; sign with a number from 1.",
    "KindNotHere": "This contract does not record a {kind} in this way; use the command for it.",
    "NoSuchSigner": "Act {index} points at signer {signer}, but there are only {count} beside the acts.",
    "WalletRefused": (
        "The contract wallet {wallet} of party {party} does not take the signature for its own; sign again with the "
        "owners that it names now."
    ),
    "SignatureTooLong": "The signature for party {party} has {length} bytes, a wallet is asked about {most} at most.",
    "NotEmpowered": (
        "Account {representative} has no full powers of party {party} for a {kind} on this subject now; let the party "
        "empower it, or sign with the party's own account."
    ),
    "TooLittleGas": (
        "The transaction left {left} gas where a wallet's check needs {needed}; send it with more gas, nothing was "
        "recorded."
    ),
    "CallRefused": "Call {index} of the batch was refused.",
    "NumberPassed": (
        "Party {party} has used number {last} on itself already, and {number} is not higher; sign again with a higher "
        "one."
    ),
    "SameAccount": "Account {account} acts for party {party} already; rotate to another one.",
    "FormerAccount": "Party {party} left account {account} before and can't return to it; rotate to a new one.",
    "NoKinds": "Full powers of party {party} name at least one kind of act, and only those that there are.",
    "PowersOver": "The powers that party {party} gives would have ended ({until}) before now; set a later end.",
    "NotAFounder": "Party {party} is not a founder of agreement {agreement}; only a founder invites.",
    "Empty": "There is nothing to record.",
    "NotTheAuthor": "Party {author} can't record what party {party} states; let that party's own list take it.",
    "KindMissing": "A party claims one of the known kinds; give one.",
    "IdentifierLength": "An identifier has 1 to 200 bytes, this one {length}; shorten it.",
    "AlreadyClaimed": "Party {party} is registered already; use it.",
    "TooFewParties": "An agreement has at least two parties, this one {count}.",
    "PartiesNotAscending": "Party {party} stands twice or out of order; name each once, in ascending order of id.",
    "NoSuchFounder": "There is no founder at place {founder}; the agreement has {count}.",
    "FoundersNotAscending": "Founder {founder} stands twice or out of order among the signatures.",
    "AlreadyFounded": "All founders of agreement {agreement} have signed already; a later party accedes.",
    "UnknownAgreement": "Agreement {agreement} is not on this chain; record its signatures first.",
    "ClosedTo": "Agreement {agreement} is closed: party {party} is not one of its founders and can't join it.",
    "NotInvited": "Party {party} has not been invited to agreement {agreement}; a founder must invite it first.",
    "AlreadyPublished": "Norm {norm} is published already; endorse it instead.",
    "NotPublished": "Norm {norm} is not published on this chain; publish it first.",
}


def refusal(reverted: Reverted, names: Mapping[Hash, str] | None = None) -> Refused:
    """What a revert says, as one sentence with the remedy; `reason` is the custom error's name.

    `names` are those of parties and titles of agreements and norms, by id; an id without one is told as it is. Of a
    refused batch of calls it tells what the refused call said.
    """
    name, types, values = _told(reverted)
    if name == "CallRefused" and values.get("reason"):
        return refusal(Reverted(values["reason"], str(reverted)), names)
    if not name:
        return Refused(f"The contract refused the call without a reason that this release knows: {reverted}")
    shown = {key: _shown(types[key], key, value, names or {}) for key, value in values.items()}
    told = _SENTENCES.get(name, f"The contract refused: {name}.")
    sentence = told.format(**shown) if shown or "{" not in told else f"The contract refused: {name}."
    return Refused(sentence, reason=name)


def party_named(reverted: Reverted) -> PartyId | None:
    """The party whose act a revert is about, if it names one."""
    party = _told(reverted)[2].get("party")
    return PartyId(party) if party else None


def _told(reverted: Reverted) -> tuple[str, dict[str, str], dict[str, Any]]:
    """The custom error's name, and its values' types and values by name; all empty if the contracts have no such."""
    name, types, names = _errors().get(reverted.data[:4], ("", [], []))
    try:
        values = decode(types, reverted.data[4:])
    except DecodingError:
        return name, {}, {}
    return name, dict(zip(names, types, strict=True)), dict(zip(names, values, strict=True))


def _shown(type_: str, name: str, value: Any, names: Mapping[Hash, str]) -> str:
    if type_ == "bytes32":
        return names.get(Hash(value), str(Hash(value)))
    if type_ == "address":
        return str(Address(bytes.fromhex(value[2:])))
    if name == "kind":
        return ActKind(value).term if value in set(ActKind) else str(value)
    if name in ("deadline", "until") and value < 1 << 36:
        return datetime.fromtimestamp(value, UTC).isoformat()
    return str(value)
