"""Events become what they tell: claims, agreements opened, acts.

Only what our contracts emit at the addresses of the release is read: a topic alone proves nothing, because anybody can
emit it. Every digest is computed here from the event's fields, so that a word can be linked again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from eth_abi import decode
from eth_abi.exceptions import DecodingError

from normledger.acts.act import Act, ActKind, Claim, Contract, Recorded, RecordedAct, RecordedClaim
from normledger.acts.release import Release
from normledger.chain.node import Log
from normledger.errors import InputError, IntegrityError
from normledger.identifiers import (
    Address,
    AgreementId,
    Digest,
    DocumentHash,
    Hash,
    Identifier,
    PartyId,
    keccak,
    parse_identifier,
)

_ACT = keccak(b"ActRecorded(bytes32,bytes32,uint8,bytes32,bytes32,bytes32,address,uint64,uint64,bytes)")
_CLAIM = keccak(b"PartyClaimed(bytes32,uint8,string,bytes32,address,uint64,bytes)")
_OPENED = keccak(b"AgreementOpened(bytes32,bytes32,bytes32,bytes32[],uint8)")


@dataclass(frozen=True, slots=True)
class Opened:
    """An agreement came to be with its first founding signature."""

    agreement: AgreementId
    document: DocumentHash
    clauses: Hash
    parties: tuple[PartyId, ...]
    admission: int
    recorded: Recorded


Event = RecordedClaim | RecordedAct | Opened


def events(logs: Iterable[Log], release: Release, chain_id: int, times: dict[int, int]) -> list[Event]:
    """What the contracts of a release tell in these logs, in their order.

    `times` gives the time of every block concerned, in Unix seconds. Raises `IntegrityError` for an event of ours that
    does not decode, for then the node is lying or the release is another.
    """
    found: list[Event] = []
    for log in logs:
        contract = release.contract_at(log.address)
        if contract is None or not log.topics:
            continue
        recorded = Recorded(log.block_number, log.block_hash, times[log.block_number], log.transaction, log.index)
        try:
            event = _event(log, contract, release, chain_id, recorded)
        except (ValueError, IndexError, OverflowError, DecodingError) as error:
            raise IntegrityError(
                f"The log {log.index} of block {log.block_number} at {log.address} does not decode: {error}; "
                "ask another node."
            ) from error
        found.append(event)
    return found


def _event(log: Log, contract: Contract, release: Release, chain_id: int, recorded: Recorded) -> Event:
    topic = log.topics[0]
    domain = release.domain(contract, chain_id)
    if topic == _ACT:
        types = ["bytes32", "bytes32", "bytes32", "address", "uint64", "uint64", "bytes"]
        clause, refers_to, content, account, number, deadline, signature = decode(types, log.data)
        act = Act(
            kind=ActKind(int.from_bytes(log.topics[3], "big")),
            subject=Hash(log.topics[1]),
            party=PartyId(log.topics[2]),
            account=_address(account),
            number=number,
            clause=Hash(clause),
            refers_to=Hash(refers_to),
            content=Hash(content),
            deadline=deadline,
        )
        return RecordedAct(act, domain.digest(act), signature, act.account, recorded, contract)
    if topic == _CLAIM:
        identifier, profile, account, deadline, signature = decode(
            ["bytes", "bytes32", "address", "uint64", "bytes"], log.data
        )
        shown, unreadable = _readable(identifier)
        claim = Claim(
            shown,
            int.from_bytes(log.topics[2], "big"),
            Hash(profile),
            _address(account),
            deadline,
            unreadable,
        )
        return RecordedClaim(claim, Digest(domain.digest(claim)), signature, recorded)
    if topic == _OPENED:
        document, clauses, parties, admission = decode(["bytes32", "bytes32", "bytes32[]", "uint8"], log.data)
        ids = tuple(PartyId(party) for party in parties)
        return Opened(AgreementId(log.topics[1]), DocumentHash(document), Hash(clauses), ids, admission, recorded)
    raise ValueError(f"unknown event {topic}")


def _readable(claimed: bytes) -> tuple[Identifier, bytes | None]:
    """A claimed identifier as text; where it is none, a placeholder that says so, and the bytes themselves."""
    try:
        return parse_identifier(claimed.decode()), None
    except (UnicodeDecodeError, InputError):
        return Identifier(f"unreadable:0x{claimed.hex()}"), claimed


def _address(text: str) -> Address:
    return Address(bytes.fromhex(text[2:]))
