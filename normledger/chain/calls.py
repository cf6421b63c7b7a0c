"""Acts become calls to the contracts, and the contracts' refusals become sentences.

Belongs here: the ABI of the shipped artifacts (Contract ABI Specification of Solidity) in both directions but events.
Does not belong here: who sends the call (`sender`, `relay`) and what the chain recorded (`logs`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from eth_abi import decode, encode
from eth_abi.exceptions import DecodingError

from normledger.acts import release
from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract
from normledger.chain.node import Node, Reverted
from normledger.errors import Refused
from normledger.identifiers import Address, AgreementId, Hash, PartyId, keccak

_ACT = "(uint8,bytes32,bytes32,bytes32,bytes32,uint64,uint64,bytes)"
_TERMS = "(bytes32,bytes32,bytes32[],uint8)"
_FOUNDING = "(uint256,uint8,uint64,bytes)"

Signed = tuple[Act, bytes]
"""An act with its signature."""


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
        statement.identifier,
        statement.kind,
        statement.profile,
        statement.account,
        statement.deadline,
        signature,
    )
    return _call(Contract.PARTY_REGISTRY, "claim", "string,uint8,bytes32,address,uint64,bytes", values)


def state(author: PartyId, acts: Sequence[Signed]) -> Call:
    """Record what a party states of others."""
    return _call(Contract.PARTY_REGISTRY, "state", f"bytes32,{_ACT}[]", (author, _acts(acts)))


def sign(terms: Terms, acts: Sequence[Signed]) -> Call:
    """Record founding signatures, all at once or some of them; they are put into the contract's order."""
    places = {party: place for place, party in enumerate(terms.parties)}
    founding = sorted(
        (places[act.party], int(act.kind), act.deadline, signature) for act, signature in acts if act.kind in FOUNDING
    )
    return _call(Contract.AGREEMENT_LEDGER, "sign", f"{_TERMS},{_FOUNDING}[]", (terms._abi(), founding))


def act(terms: Terms, acts: Sequence[Signed]) -> Call:
    """Record acts on an agreement by its founders and by those whom its admission lets join."""
    return _call(Contract.AGREEMENT_LEDGER, "act", f"{_TERMS},{_ACT}[]", (terms._abi(), _acts(acts)))


def publish(publication: Act, signature: bytes) -> Call:
    """Publish a norm."""
    values = (publication.subject, _act(publication, signature))
    return _call(Contract.NORM_REGISTRY, "publish", f"bytes32,{_ACT}", values)


def take_stances(norm: Hash, acts: Sequence[Signed]) -> Call:
    """Record endorsements, oppositions, withdrawals and derivations of one norm, by one or many parties."""
    return _call(Contract.NORM_REGISTRY, "act", f"bytes32,{_ACT}[]", (norm, _acts(acts)))


def _call(contract: Contract, name: str, types: str, values: Sequence[Any]) -> Call:
    selector = keccak(f"{name}({types})".encode())[:4]
    return Call(contract, selector + encode(_split(types), list(values)))


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


def _act(one: Act, signature: bytes) -> tuple[Any, ...]:
    return (
        int(one.kind), one.clause, one.refers_to, one.content, one.party, one.number, one.deadline, signature
    )  # fmt: skip


def _acts(acts: Sequence[Signed]) -> list[tuple[Any, ...]]:
    return [_act(one, signature) for one, signature in acts]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who acts for a party, and its place in the bitmaps of used numbers."""

    account: Address
    ordinal: int


def holder(node: Node, party: PartyId, *, block: int | None = None) -> Holder | None:
    """Who acts for a party as of a block; None where there is no such party."""
    data = keccak(b"holders(bytes32[])")[:4] + encode(["bytes32[]"], [[party]])
    answer = node.call(release.current().address(Contract.PARTY_REGISTRY), data, block=block)
    ((account, ordinal),) = decode(["(address,uint64)[]"], answer)[0]
    return Holder(Address(bytes.fromhex(account[2:])), ordinal) if ordinal else None


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
    "Empty": "There is nothing to record.",
    "NotTheAuthor": "Party {author} can't record what party {party} states; let that party's own list take it.",
    "KindMissing": "A party claims one of the known kinds; give one.",
    "IdentifierLength": "An identifier has 1 to 200 bytes, this one {length}; shorten it.",
    "AlreadyClaimed": "Party {party} is registered already; use it.",
    "TooFewParties": "An agreement has at least two parties, this one {count}.",
    "PartiesNotAscending": "Party {party} stands twice or out of order; name each once, in ascending order of id.",
    "NoSuchFounder": "There is no founder at place {founder}; the agreement has {count}.",
    "FoundersNotAscending": "Founder {founder} stands twice or out of order among the signatures.",
    "NotAFoundingSignature": "A {kind} does not found an agreement; sign, definitively or subject to ratification.",
    "AlreadyFounded": "All founders of agreement {agreement} have signed already; a later party accedes.",
    "UnknownAgreement": "Agreement {agreement} is not on this chain; record its signatures first.",
    "ClosedTo": "Agreement {agreement} is closed: party {party} is not one of its founders and can't join it.",
    "NotInvited": "Party {party} has not been invited to agreement {agreement}; a party must invite it first.",
    "AlreadyPublished": "Norm {norm} is published already; endorse it instead.",
    "NotPublished": "Norm {norm} is not published on this chain; publish it first.",
    "NoSuchAct": "The contracts know no act of this kind.",
}


def refusal(reverted: Reverted) -> Refused:
    """What a revert says, as one sentence with the remedy; `reason` is the custom error's name."""
    name, types, values = _told(reverted)
    if not name:
        return Refused(f"The contract refused the call without a reason that this release knows: {reverted}")
    shown = {key: _shown(types[key], key, value) for key, value in values.items()}
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


def _shown(type_: str, name: str, value: Any) -> str:
    if type_ == "bytes32":
        return str(Hash(value))
    if type_ == "address":
        return str(Address(bytes.fromhex(value[2:])))
    if name == "kind":
        return ActKind(value).term if value in set(ActKind) else str(value)
    if name == "deadline":
        return datetime.fromtimestamp(value, UTC).isoformat()
    return str(value)
