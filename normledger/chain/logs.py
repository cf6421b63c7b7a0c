"""Events become what they tell: claims and parties' acts on themselves, agreements opened, acts.

Only what our contracts emit at the addresses of the release is read: a topic alone proves nothing, because anybody can
emit it. An event repeats its call; who signed with a plain key, and which founders had signed already, the history so
far tells. Every digest is computed here, so that a word can be linked again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Protocol

from eth_abi import decode
from eth_abi.exceptions import DecodingError

from normledger.acts.act import Act, ActKind, Claim, Contract, Recorded, RecordedAct, RecordedClaim, list_of, stances_on
from normledger.acts.powers import (
    FullPowers,
    FurtherClaim,
    OwnAct,
    OwnCancellation,
    RecordedOwnAct,
    Revocation,
    Rotation,
)
from normledger.acts.release import Release, agreement_id
from normledger.acts.signature import expanded, is_by
from normledger.acts.typed_data import Domain
from normledger.chain.calldata import Calldata
from normledger.chain.calls import function_of
from normledger.chain.node import Log
from normledger.errors import InputError, IntegrityError
from normledger.identifiers import (
    ZERO,
    Address,
    AgreementId,
    DocumentHash,
    Hash,
    Identifier,
    PartyId,
    keccak,
    parse_identifier,
)

_RECORDED = keccak(b"Recorded(bytes32,bytes)")
_LEFT_OUT = keccak(b"LeftOut(uint256,bytes)")


@dataclass(frozen=True, slots=True)
class Opened:
    """An agreement came to be with its first founding signature."""

    agreement: AgreementId
    document: DocumentHash
    clauses: Hash
    parties: tuple[PartyId, ...]
    admission: int
    recorded: Recorded


Event = RecordedClaim | RecordedOwnAct | RecordedAct | Opened


class History(Protocol):
    """What was before an event, as far as its reading depends on it."""

    def account(self, party: PartyId) -> Address:
        """The account that acts for a party. Raises `KeyError` where there is no such party."""

    def founded(self, agreement: AgreementId) -> frozenset[PartyId] | None:
        """The founders whose signatures an agreement has; None where it is not opened."""


def forged(block: int, index: int, place: int, account: Address) -> IntegrityError:
    """What to say of an act, by its place, whose plain signature is not its account's."""
    return _undecodable(block, index, f"the signature of act {place} is not that of account {account}")


def events(
    logs: Iterable[Log],
    release: Release,
    chain_id: int,
    time: int,
    history: History,
    later: Callable[[RecordedAct], None] | None = None,
) -> Iterator[Event]:
    """What the contracts of a release tell in these logs of one block, in their order.

    `time` is the block's, in Unix seconds; whoever asks brings `history` up to date with every event before asking for
    the next. Recovering a signer is most of the work: where `later` is given it takes the acts that were signed
    directly, and who gave it must make sure of each before anybody sees the event; one that is not its account's is
    `forged`. Raises `IntegrityError` for an event of ours that does not decode, for then the node is lying or the
    release is another.
    """
    for log in logs:
        contract = release.contract_at(log.address)
        if contract is None or not log.topics or log.topics[0] == _LEFT_OUT:
            continue
        recorded = Recorded(log.block_number, log.block_hash, time, log.transaction, log.index)
        try:
            if log.topics[0] != _RECORDED:
                raise ValueError(f"unknown event {log.topics[0]}")
            (call,) = decode(["bytes"], log.data)
            domain = release.domain(contract, chain_id)
            reading, said = _Reading(contract, domain, recorded, history, later), Calldata(call)
            if log.topics[1:] != (reading.subject(said),):
                raise ValueError("it names another subject than its call")
            yield from reading.events(said)
        except (ValueError, LookupError, OverflowError, DecodingError, InputError) as error:
            raise _undecodable(log.block_number, log.index, f"at {log.address}: {error!r}") from error


def _undecodable(block: int, index: int, reason: str) -> IntegrityError:
    return IntegrityError(f"The log {index} of block {block} does not decode: {reason}; ask another node.")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One event of one contract."""

    contract: Contract
    domain: Domain
    recorded: Recorded
    history: History
    later: Callable[[RecordedAct], None] | None

    def subject(self, call: Calldata) -> Hash:
        """The subject that the call names, or of a call on many norms the party: the event's topic."""
        match self._name(call):
            case "claim":
                return self._claim(call).claim.party
            case "state":
                return list_of(_party(call, 0))
            case "sign" | "act":
                return self._terms(call).agreement
            case "takeStances" if self.contract is Contract.AGREEMENT_LEDGER:
                return stances_on(_hash(call, 0))
            case _:
                return _hash(call, 0)

    def _name(self, call: Calldata) -> str:
        name = function_of(self.contract, call.selector)
        if name is None:
            raise ValueError(f"unknown call 0x{call.selector.hex()}")
        return name

    def events(self, call: Calldata) -> Iterator[Event]:
        """What the call tells."""
        match name := self._name(call):
            case "claim":
                yield self._claim(call)
            case "claimFurther" | "rotate" | "empower" | "revoke" | "cancel":
                yield self._own_act(name, call)
            case "sign":
                yield from self._founding(call)
            case "state" | "act":
                yield from self._acts(call, self.subject(call))
            case "takeStances" if self.contract is Contract.AGREEMENT_LEDGER:
                yield from self._acts(call, self.subject(call))
            case "publish":
                yield self._stance(call, 32, _Signers(call, 6 * 32), 0, norm=_hash(call, 0))
            case "takeStances":
                signers, norm = _Signers(call, 64), _hash(call, 0)
                for place, at in enumerate(call.items(call.tail(32), 5 * 32)):
                    yield self._stance(call, at, signers, place, norm=norm)
            case "takeStancesOnMany":
                signers, party = _Signers(call, 64), _party(call, 0)
                for place, at in enumerate(call.items(call.tail(32), 5 * 32)):
                    yield self._stance(call, at, signers, place, party=party)
            case _:
                raise ValueError(f"call {name} writes no event")

    # --- a party, of itself

    def _claim(self, call: Calldata) -> RecordedClaim:
        account, signature = _signer(call, call.tail(128))
        shown, unreadable = _readable(call.bytes_at(call.tail(0)))
        claim = Claim(shown, call.number(32), _hash(call, 64), account, _uint64(call.word(96)), unreadable)
        digest = self.domain.digest(claim)
        return RecordedClaim(claim, digest, signature, self.recorded, is_by(digest, signature, account))

    def _own_act(self, name: str, call: Calldata) -> RecordedOwnAct:
        party, consent = _party(call, 0), b""
        heads = {"claimFurther": 5, "rotate": 4, "empower": 7, "revoke": 5, "cancel": 3}[name]
        account, signature = _signer(call, call.tail(heads * 32))
        number, deadline = (_uint64(call.word((heads - 2 + step) * 32)) for step in range(2))
        act: OwnAct
        if name == "claimFurther":
            shown, unreadable = _readable(call.bytes_at(call.tail(32)))
            act = FurtherClaim(party, shown, _hash(call, 64), account, number, deadline, unreadable)
        elif name == "rotate":
            act = Rotation(party, _address(call.word(32)), account, number, deadline)
            consent = call.bytes_at(call.tail(160))
        elif name == "empower":
            act = FullPowers(
                party, _address(call.word(32)), _hash(call, 64), call.number(96), _uint64(call.word(128)),
                account, number, deadline,
            )  # fmt: skip
        elif name == "revoke":
            act = Revocation(party, _address(call.word(32)), _hash(call, 64), account, number, deadline)
        else:
            act = OwnCancellation(party, account, number, deadline)
        digest = self.domain.digest(act)
        proven = is_by(digest, signature, account)
        if isinstance(act, Rotation):
            proven = proven and is_by(digest, consent, act.next)
        represented = account != self.history.account(party)
        return RecordedOwnAct(act, digest, signature, consent, self.recorded, represented, proven)

    # --- agreements and lists

    def _terms(self, call: Calldata) -> Opened:
        at = call.tail(0)
        parties = tuple(PartyId(call.word(place)) for place in call.items(call.tail(at + 64, at), 32))
        document, clauses, admission = _hash(call, at), _hash(call, at + 32), call.number(at + 96)
        id_ = AgreementId(agreement_id(document, clauses, parties, admission))
        return Opened(id_, DocumentHash(document), clauses, parties, admission, self.recorded)

    def _founding(self, call: Calldata) -> Iterator[Event]:
        opened, signers = self._terms(call), _Signers(call, 64)
        before = self.history.founded(opened.agreement)
        if before is None:
            yield opened
        place = 0
        for at in call.items(call.tail(32), 3 * 32):
            high, kind, founder, deadline, r, vs = call.fields(_FOUNDING, at)
            party = opened.parties[founder]
            if before is not None and party in before:
                continue  # passed over, whatever it says: it stands already (contracts: `_remember`)
            account, signature, direct = self._signed(r, vs, party, signers)
            act = Act(
                self.contract, _kind(high, kind), opened.agreement, party, account, 0, content=opened.document,
                deadline=deadline,
            )  # fmt: skip
            yield self._recorded(act, signature, direct, place)
            place += 1

    def _acts(self, call: Calldata, subject: Hash) -> Iterator[RecordedAct]:
        signers = _Signers(call, 64)
        for place, at in enumerate(call.items(call.tail(32), 7 * 32)):
            high, kind, number, deadline, clause, refers_to, content, by, r, vs = call.fields(_ACT, at)
            party = _as_party(by)
            account, signature, direct = self._signed(r, vs, party, signers)
            act = Act(
                self.contract, _kind(high, kind), subject, party, account, number, _as_hash(clause),
                _as_hash(refers_to), _as_hash(content), deadline,
            )  # fmt: skip
            yield self._recorded(act, signature, direct, place)

    # --- norms

    def _stance(
        self,
        call: Calldata,
        at: int,
        signers: "_Signers",
        place: int,
        norm: Hash | None = None,
        party: PartyId | None = None,
    ) -> RecordedAct:
        """One stance: on the norm, by the party, of which the call names one and the stance the other."""
        other, high, kind, number, deadline, content, r, vs = call.fields(_STANCE, at)
        norm = _as_hash(other) if norm is None else norm
        party = _as_party(other) if party is None else party
        account, signature, direct = self._signed(r, vs, party, signers)
        act = Act(
            self.contract, _kind(high, kind), norm, party, account, number, ZERO, ZERO, _as_hash(content), deadline
        )
        return self._recorded(act, signature, direct, place)

    # --- signatures

    def _signed(self, r: bytes, vs: bytes, party: PartyId, signers: "_Signers") -> tuple[Address, bytes, bool]:
        """Who signed, with what, and whether directly: by the plain key of the party's account."""
        if r != ZERO:
            return self.history.account(party), expanded(r + vs), True
        account, signature = signers[int.from_bytes(vs, "big")]
        return account, signature, False

    def _recorded(self, act: Act, signature: bytes, direct: bool, place: int) -> RecordedAct:
        digest, at = self.domain.digest(act), self.recorded
        if place:
            at = Recorded(at.block, at.block_hash, at.time, at.transaction, at.index, place)
        if not direct:
            represented = act.account != self.history.account(act.party)
            return RecordedAct(act, digest, signature, at, represented, is_by(digest, signature, act.account))
        recorded = RecordedAct(act, digest, signature, at)
        if self.later is not None:
            self.later(recorded)
        elif not is_by(digest, signature, act.account):
            raise forged(*at.order, act.account)
        return recorded


class _Signers:
    """The signers beside the acts, each read only where a seal points at it: the contract looks at no other."""

    def __init__(self, call: Calldata, head: int) -> None:
        self._call, self._base = call, call.tail(head) + 32

    def __getitem__(self, place: int) -> tuple[Address, bytes]:
        return _signer(self._call, self._call.tail(self._base + 32 * place, self._base))


def _signer(call: Calldata, at: int) -> tuple[Address, bytes]:
    return _address(call.word(at)), call.bytes_at(call.tail(at + 32, at))


_STAMP = "QQQQ"  # the kind, two words of eight bytes for it; number; deadline
_SEAL = "32s32s"
_ACT = Struct(f">{_STAMP} 32s32s32s32s {_SEAL}")
_STANCE = Struct(f">32s {_STAMP} 32s {_SEAL}")
_FOUNDING = Struct(f">{_STAMP} {_SEAL}")
_KINDS = {int(kind): kind for kind in ActKind}


def _kind(high: int, low: int) -> ActKind:
    if high or low not in _KINDS:
        raise ValueError(f"there is no kind of act {high << 64 | low}")
    return _KINDS[low]


def _as_party(word: bytes) -> PartyId:
    return bytes.__new__(PartyId, word)  # a word has 32 bytes for certain


def _as_hash(word: bytes) -> Hash:
    return bytes.__new__(Hash, word)


def _party(call: Calldata, at: int) -> PartyId:
    return _as_party(call.word(at))


def _hash(call: Calldata, at: int) -> Hash:
    return _as_hash(call.word(at))


def _uint64(word: bytes) -> int:
    return int.from_bytes(word[-8:], "big")


def _address(word: bytes) -> Address:
    return Address(word[12:])


def _readable(claimed: bytes) -> tuple[Identifier, bytes | None]:
    """A claimed identifier as text; where it is none, a placeholder that says so, and the bytes themselves."""
    try:
        return parse_identifier(claimed.decode()), None
    except (UnicodeDecodeError, InputError):
        return Identifier(f"unreadable:0x{claimed.hex()}"), claimed
