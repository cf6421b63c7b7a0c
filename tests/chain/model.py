"""The three contracts once more, in plain Python: their storage, their events, and the error that each call gives.

Written from docs/reference/words.md and the interfaces, and from nothing of `normledger`, so that a slip there or in
the contracts is not repeated here. Numbers are plain integers, hashes and accounts plain bytes. Gas is not modelled.
"""

# ruff: noqa: N802  a method is named by the call that it models, as Solidity writes it

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eth_abi import encode
from eth_hash.auto import keccak as _keccak
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_keys.exceptions import ValidationError as BadValue

REGISTRY, LEDGER, NORMS = "PartyRegistry", "AgreementLedger", "NormRegistry"

_NAMES = (
    "None Claim Rotation FullPowers Revocation Cancellation Recognition Alignments Reports Signature "
    "SignatureSubjectToRatification Ratification Acceptance Approval Accession Invitation ProvisionalApplication "
    "Reservation AcceptanceOfReservation Objection Declaration Withdrawal Termination Amendment Correction Succession "
    "Endorsement Opposition Publication Derivation Anchor FurtherClaim"
)
KINDS = _NAMES.split()
"""Every kind of act, by its number."""

ON_LISTS = {"Recognition", "Alignments", "Reports", "Withdrawal", "Cancellation"}
FOUNDING = {"Signature", "SignatureSubjectToRatification"}
ON_AGREEMENTS = {*KINDS[KINDS.index("Ratification") : KINDS.index("Succession") + 1], "Cancellation"}
ON_STANCES = {"Endorsement", "Opposition", "Declaration", "Withdrawal", "Anchor", "Cancellation"}
ON_NORMS = {"Endorsement", "Opposition", "Withdrawal", "Derivation", "Anchor", "Cancellation"}

SEAL, SIGNER = "(bytes32,bytes32)", "(address,bytes)"
ACT = f"(uint256,bytes32,bytes32,bytes32,bytes32,{SEAL})"
STANCE, FOUNDED = f"(bytes32,uint256,bytes32,{SEAL})", f"(uint256,{SEAL})"
TERMS = "(bytes32,bytes32,bytes32[],uint8)"
ARGUMENTS = {
    (REGISTRY, "claim"): ("string", "uint8", "bytes32", "uint64", SIGNER),
    (REGISTRY, "claimFurther"): ("bytes32", "string", "bytes32", "uint64", "uint64", SIGNER),
    (REGISTRY, "rotate"): ("bytes32", "address", "uint64", "uint64", SIGNER, "bytes"),
    (REGISTRY, "empower"): ("bytes32", "address", "bytes32", "uint256", "uint64", "uint64", "uint64", SIGNER),
    (REGISTRY, "revoke"): ("bytes32", "address", "bytes32", "uint64", "uint64", SIGNER),
    (REGISTRY, "cancel"): ("bytes32", "uint64", "uint64", SIGNER),
    (REGISTRY, "state"): ("bytes32", f"{ACT}[]", f"{SIGNER}[]"),
    (LEDGER, "sign"): (TERMS, f"{FOUNDED}[]", f"{SIGNER}[]"),
    (LEDGER, "act"): (TERMS, f"{ACT}[]", f"{SIGNER}[]"),
    (LEDGER, "takeStances"): ("bytes32", f"{ACT}[]", f"{SIGNER}[]"),
    (NORMS, "publish"): ("bytes32", STANCE, f"{SIGNER}[]"),
    (NORMS, "takeStances"): ("bytes32", f"{STANCE}[]", f"{SIGNER}[]"),
    (NORMS, "takeStancesOnMany"): ("bytes32", f"{STANCE}[]", f"{SIGNER}[]"),
    **{(contract, "carry"): ("bytes[]", "bool") for contract in (REGISTRY, LEDGER, NORMS)},
}
"""Every call that writes, with the types of its arguments."""

HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
LONGEST = 8192

Wallet = Callable[[bytes, bytes], bool]
"""What a contract wallet says to a digest and a signature."""

Event = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Call:
    """A call to a contract with its arguments; those of `carry` are calls themselves."""

    contract: str
    name: str
    values: tuple[Any, ...]

    @property
    def data(self) -> bytes:
        """Selector and arguments, in the usual encoding."""
        types = ARGUMENTS[self.contract, self.name]
        values = self.values
        if self.name == "carry":
            values = ([one.data for one in values[0]], values[1])
        # An identifier is any bytes: those are encoded as a string is.
        encoded = encode([one.replace("string", "bytes") for one in types], values)
        return keccak(f"{self.name}({','.join(types)})".encode())[:4] + encoded


class Refused(Exception):
    """A custom error, with its values; without a name, a revert without data."""

    def __init__(self, name: str, *values: Any) -> None:
        self.name, self.values = name, values
        super().__init__(name, *values)


def keccak(data: bytes) -> bytes:
    return bytes(_keccak(data))


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def padded(account: bytes) -> bytes:
    return account.rjust(32, b"\0")


def named(name: str, what: bytes) -> bytes:
    """keccak(abi.encode(name, what)) of a short name."""
    return keccak(encode(["string", "bytes32"], [name, what]))


def agreement_id(terms: tuple[Any, ...]) -> bytes:
    document, clauses, parties, admission = terms
    return keccak(document + clauses + keccak(b"".join(parties)) + word(admission))


def party_id(identifier: bytes, kind: int, account: bytes) -> bytes:
    return keccak(keccak(identifier) + word(kind) + padded(account))


_ACT_TAIL = "bytes32 party,address account,uint64 number,uint64 deadline"
_OF_NORMS = {"Publication": "derivation", "Derivation": "derivation", "Anchor": "root"}


def struct_of_act(kind: str, subject: bytes, act: tuple[Any, ...], account: bytes) -> bytes:
    stamp, clause, refers_to, content, party, _ = act
    written = f"{kind}(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,{_ACT_TAIL})"
    named = (subject, clause, refers_to, content, party, padded(account), word(number_in(stamp)), word(stamp % 2**64))
    return keccak(keccak(written.encode()) + b"".join(named))


def struct_of_stance(kind: str, norm: bytes, stamp: int, content: bytes, party: bytes, account: bytes) -> bytes:
    written = f"{kind}(bytes32 norm,bytes32 {_OF_NORMS.get(kind, 'reason')},{_ACT_TAIL})"
    named = (norm, content, party, padded(account), word(number_in(stamp)), word(stamp % 2**64))
    return keccak(keccak(written.encode()) + b"".join(named))


def struct_of_founding(
    kind: str, agreement: bytes, document: bytes, party: bytes, account: bytes, deadline: int
) -> bytes:
    written = f"{kind}(bytes32 agreement,bytes32 document,bytes32 party,address account,uint64 deadline)"
    return keccak(keccak(written.encode()) + agreement + document + party + padded(account) + word(deadline))


_OWN = {
    "claim": ("Claim", "string identifier,uint8 kind,bytes32 profile,address account,uint64 deadline"),
    "claimFurther": (
        "FurtherClaim",
        "bytes32 party,string identifier,bytes32 profile,address account,uint64 number,uint64 deadline",
    ),
    "rotate": ("Rotation", "bytes32 party,address next,address account,uint64 number,uint64 deadline"),
    "empower": (
        "FullPowers",
        "bytes32 party,address representative,bytes32 subject,uint256 kinds,uint64 until,address account,"
        "uint64 number,uint64 deadline",
    ),
    "revoke": (
        "Revocation",
        "bytes32 party,address representative,bytes32 subject,address account,uint64 number,uint64 deadline",
    ),
    "cancel": ("OwnCancellation", "bytes32 party,address account,uint64 number,uint64 deadline"),
}


def struct_of_own(name: str, values: tuple[Any, ...], account: bytes) -> bytes:
    """Of a call on a party itself: its arguments, but for the signers, in the order of the type."""
    type_name, members = _OWN[name]
    plain = [one for one in values if not isinstance(one, tuple)]
    if name == "rotate":
        plain.pop()  # the next account's consent
    tail = 1 if name == "claim" else 2
    plain[-tail:-tail] = [account]
    hashed = []
    for member, value in zip(members.split(","), plain, strict=True):
        type_ = member.split(" ")[0]
        if type_ == "string":
            hashed.append(keccak(value))
        else:
            hashed.append(padded(value) if isinstance(value, bytes) else word(value))
    return keccak(keccak(f"{type_name}({members})".encode()) + b"".join(hashed))


def stamp_of(kind: str, number: int, deadline: int = 0) -> int:
    return KINDS.index(kind) << 128 | number << 64 | deadline


def number_in(stamp: int) -> int:
    return stamp >> 64 & 2**64 - 1


@dataclass
class Model:
    """The contracts' storage, and who has which code. `call` changes it or raises `Refused` and changes nothing."""

    chain_id: int
    addresses: dict[str, bytes]
    block: int
    time: int
    wallets: dict[bytes, Wallet] = field(default_factory=dict)

    # --- what is kept beside the slots, by what it means

    def __post_init__(self) -> None:
        self.words: dict[tuple[str, bytes], bytes] = defaultdict(lambda: bytes(32))
        self.registers: dict[str, bytes] = defaultdict(lambda: bytes(32))
        self.used: set[tuple[str, bytes, int, int]] = set()
        self.holders: dict[bytes, list[Any]] = {}  # party: account, ordinal, epoch, last
        self.powers: dict[tuple[bytes, int, bytes, bytes], tuple[int, int]] = {}
        self.left: set[tuple[bytes, bytes]] = set()
        self.awaiting: dict[bytes, int] = {}
        self.founded: dict[bytes, set[int]] = defaultdict(set)
        self.invited: set[tuple[bytes, bytes]] = set()

    def copy(self) -> "Model":
        """A model of its own that goes on from here."""
        other = Model(self.chain_id, self.addresses, self.block, self.time, self.wallets)
        for name in ("words", "registers", "founded"):
            getattr(other, name).update(getattr(self, name))
        other.founded = defaultdict(set, {key: set(value) for key, value in self.founded.items()})
        other.used, other.left, other.invited = set(self.used), set(self.left), set(self.invited)
        other.holders = {key: list(value) for key, value in self.holders.items()}
        other.powers, other.awaiting = dict(self.powers), dict(self.awaiting)
        return other

    def _become(self, other: "Model") -> None:
        for name in ("words", "registers", "founded", "used", "left", "invited", "holders", "powers", "awaiting"):
            setattr(self, name, getattr(other, name))

    def slots(self, contract: str) -> dict[int, int]:
        """Every word of storage that is not zero, where the compiler lays it."""
        found: dict[int, int] = defaultdict(int)

        def put(value: int, *path: bytes | int) -> None:
            """At a variable's slot, or a mapping's: the keys come after it."""
            slot = path[0]
            assert isinstance(slot, int)
            for key in path[1:]:
                slot = int.from_bytes(keccak((word(key) if isinstance(key, int) else padded(key)) + word(slot)), "big")
            found[slot] |= value

        for (at, subject), value in self.words.items():
            if at == contract:
                put(int.from_bytes(value, "big"), 0, subject)
        put(int.from_bytes(self.registers[contract], "big"), 1)
        for at, subject, number, ordinal in self.used:
            if at == contract:
                put(1 << ordinal % 256, 2, subject, number * 2**24 + ordinal // 256)
        if contract == REGISTRY:
            for party, (account, ordinal, epoch, last) in self.holders.items():
                put(int.from_bytes(account, "big") + ordinal * 2**160 + epoch * 2**192 + last * 2**216, 3, party)
            for (party, epoch, representative, subject), (kinds, until) in self.powers.items():
                grant = keccak(party + word(epoch) + padded(representative) + subject)
                put(kinds + until * 2**192, 4, grant)
            for party, account in self.left:
                put(1, 5, party, account)
            put(len(self.holders), 6)
        if contract == LEDGER:
            for agreement, count in self.awaiting.items():
                put(count, 3, agreement)
            for agreement, founders in self.founded.items():
                for founder in founders:
                    put(1 << founder % 256, 4, agreement, founder // 256)
            for agreement, party in self.invited:
                put(1, 5, agreement, party)
        return {slot: value for slot, value in found.items() if value}

    # --- calls

    def call(self, call: Call) -> list[Event]:
        """What the call writes; raises `Refused`."""
        trial = self.copy()
        events = trial._call(call)
        self._become(trial)
        return events

    def _call(self, call: Call) -> list[Event]:
        if call.name == "carry":
            return self._carry(call)
        subject = getattr(self, f"_{call.name}_{call.contract}")(*call.values)
        return [("Recorded", (subject, call.data))]

    def _carry(self, call: Call) -> list[Event]:
        calls, leave_out = call.values
        if not calls:
            raise Refused("Empty")
        events: list[Event] = []
        for index, one in enumerate(calls):
            try:
                events += self.call(one)
            except Refused as refused:
                if not refused.name or refused.name == "TooLittleGas":
                    raise Refused("TooLittleGas", index) from refused
                if not leave_out:
                    raise Refused("CallRefused", index, refused) from refused
                events.append(("LeftOut", (index, refused)))
        return events

    # --- every contract

    def digest(self, contract: str, struct: bytes) -> bytes:
        domain = keccak(
            keccak(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
            + keccak(b"NormLedger")
            + keccak(b"1")
            + word(self.chain_id)
            + padded(self.addresses[contract])
        )
        return keccak(b"\x19\x01" + domain + struct)

    def _linked(self, previous: bytes, kind: str, digest: bytes, party: bytes, account: bytes) -> bytes:
        moment = word(self.block) + word(self.time)
        return keccak(previous + word(KINDS.index(kind)) + digest + party + padded(account) + moment)

    def _link(self, contract: str, subject: bytes, kind: str, digest: bytes, party: bytes, account: bytes) -> None:
        self.words[contract, subject] = self._linked(self.words[contract, subject], kind, digest, party, account)

    def _enter(self, contract: str, kind: str, subject: bytes, party: bytes, account: bytes) -> None:
        self.registers[contract] = self._linked(self.registers[contract], kind, subject, party, account)

    def _kind(self, index: int, stamp: int, allowed: set[str]) -> str:
        code = stamp >> 128
        if code >= len(KINDS) or KINDS[code] not in allowed:
            raise Refused("KindNotHere", index, code)
        return KINDS[code]

    def _deadline(self, index: int, party: bytes, deadline: int) -> None:
        if deadline and self.time > deadline:
            raise Refused("Expired", index, party, deadline, self.time)

    def _number(self, index: int, party: bytes, number: int) -> None:
        if number == 0:
            raise Refused("NumberForFoundersOnly", index, party)
        if number > self.time:
            raise Refused("NumberBeyondTime", index, party, number, self.time)

    def _turn(self, contract: str, subject: bytes, index: int, party: bytes, stamp: int) -> None:
        if party not in self.holders:
            raise Refused("UnknownParty", index, party)
        self._deadline(index, party, stamp % 2**64)
        self._number(index, party, number_in(stamp))
        used = (contract, subject, number_in(stamp), self.holders[party][1])
        if used in self.used:
            raise Refused("NumberUsed", index, party, number_in(stamp))
        self.used.add(used)

    def _account(self, index: int, party: bytes, seal: tuple[bytes, bytes], signers: list[Any]) -> bytes:
        if any(seal[0]):
            return bytes(self.holders[party][0])
        place = int.from_bytes(seal[1], "big")
        if place >= len(signers):
            raise Refused("NoSuchSigner", index, place, len(signers))
        return bytes(signers[place][0])

    def _sealed(
        self, index: int, party: bytes, account: bytes, scope: bytes, kind: str, digest: bytes,
        seal: tuple[bytes, bytes], signers: list[Any],
    ) -> None:  # fmt: skip
        if any(seal[0]):
            recovered = recover(digest, seal[0] + seal[1])
            if recovered is None or recovered != account:
                raise Refused("WrongSigner", index, party, account, recovered or bytes(20))
            return
        self._empowered(index, party, account, scope, kind)
        self._signed(index, party, account, digest, signers[int.from_bytes(seal[1], "big")][1])

    def _empowered(self, index: int, party: bytes, account: bytes, scope: bytes, kind: str) -> None:
        holder, _, epoch, _ = self.holders[party]
        if account == holder:
            return
        for subject in (scope, bytes(32)):
            kinds, until = self.powers.get((party, epoch, account, subject), (0, 0))
            if kinds >> KINDS.index(kind) & 1 and self.time <= until:
                return
        raise Refused("NotEmpowered", index, party, account, KINDS.index(kind))

    def _signed(self, index: int, party: bytes, account: bytes, digest: bytes, signature: bytes) -> None:
        recovered = recover(digest, signature)
        if recovered is not None and recovered == account:
            return
        if account not in self.wallets:
            raise Refused("WrongSigner", index, party, account, recovered or bytes(20))
        if len(signature) > LONGEST:
            raise Refused("SignatureTooLong", index, party, len(signature), LONGEST)
        if not self.wallets[account](digest, signature):
            raise Refused("WalletRefused", index, party, account)

    # --- PartyRegistry

    def _claim_PartyRegistry(self, identifier: bytes, kind: int, profile: bytes, deadline: int, signer: Any) -> bytes:
        if kind >= 8:
            raise Refused("")
        if kind == 0:
            raise Refused("KindMissing")
        self._identifier(identifier)
        account, signature = signer
        party = party_id(identifier, kind, account)
        if party in self.holders:
            raise Refused("AlreadyClaimed", party)
        self._deadline(0, party, deadline)
        digest = self.digest(REGISTRY, struct_of_own("claim", (identifier, kind, profile, deadline), account))
        self._signed(0, party, account, digest, signature)
        self.holders[party] = [account, len(self.holders) + 1, 0, 0]
        self._link(REGISTRY, party, "Claim", digest, party, account)
        self._enter(REGISTRY, "Claim", party, party, account)
        return party

    def _claimFurther_PartyRegistry(self, *values: Any) -> bytes:
        self._identifier(values[1])
        return self._own("claimFurther", "FurtherClaim", values)

    def _rotate_PartyRegistry(self, *values: Any) -> bytes:
        party, next_, _, _, signer, consent = values
        self._own("rotate", "Rotation", values)
        former, ordinal, epoch, last = self.holders[party]
        if next_ == former:
            raise Refused("SameAccount", party, next_)
        if (party, next_) in self.left:
            raise Refused("FormerAccount", party, next_)
        self._signed(0, party, next_, self.digest(REGISTRY, struct_of_own("rotate", values, signer[0])), consent)
        self.left.add((party, former))
        self.holders[party] = [next_, ordinal, epoch + 1, last]
        return bytes(party)

    def _empower_PartyRegistry(self, *values: Any) -> bytes:
        party, representative, subject, kinds, until = values[:5]
        if kinds == 0 or kinds & 1 or kinds >= 2 ** len(KINDS):
            raise Refused("NoKinds", party)
        if until < self.time:
            raise Refused("PowersOver", party, until, self.time)
        self._own("empower", "FullPowers", values)
        self.powers[party, self.holders[party][2], representative, subject] = (kinds, until)
        return bytes(party)

    def _revoke_PartyRegistry(self, *values: Any) -> bytes:
        party, representative, subject = values[:3]
        self._own("revoke", "Revocation", values)
        self.powers.pop((party, self.holders[party][2], representative, subject), None)
        return bytes(party)

    def _cancel_PartyRegistry(self, *values: Any) -> bytes:
        return self._own("cancel", "Cancellation", values)

    def _identifier(self, identifier: bytes) -> None:
        if not 1 <= len(identifier) <= 200:
            raise Refused("IdentifierLength", len(identifier))

    def _own(self, name: str, kind: str, values: tuple[Any, ...]) -> bytes:
        party = bytes(values[0])
        at = next(place for place, one in enumerate(values) if isinstance(one, tuple))
        number, deadline, (account, signature) = values[at - 2], values[at - 1], values[at]
        if party not in self.holders:
            raise Refused("UnknownParty", 0, party)
        self._deadline(0, party, deadline)
        self._number(0, party, number)
        last = self.holders[party][3]
        if number <= last:
            raise Refused("NumberPassed", party, number, last)
        self._empowered(0, party, account, party, kind)
        digest = self.digest(REGISTRY, struct_of_own(name, values, account))
        self._signed(0, party, account, digest, signature)
        self.holders[party][3] = number
        self._link(REGISTRY, party, kind, digest, party, account)
        return party

    def _state_PartyRegistry(self, author: bytes, acts: list[Any], signers: list[Any]) -> bytes:
        if not acts:
            raise Refused("Empty")
        subject = named("list", author)
        for index, act in enumerate(acts):
            if act[4] != author:
                raise Refused("NotTheAuthor", index, author, act[4])
            kind = self._kind(index, act[0], ON_LISTS)
            account = self._act(REGISTRY, subject, subject, index, kind, act, signers)
            if kind in ("Alignments", "Reports"):
                self._enter(REGISTRY, kind, act[2], author, account)
        return subject

    def _act(
        self, contract: str, subject: bytes, scope: bytes, index: int, kind: str, act: Any, signers: list[Any]
    ) -> bytes:
        stamp, party, seal = act[0], act[4], act[5]
        self._turn(contract, subject, index, party, stamp)
        account = self._account(index, party, seal, signers)
        digest = self.digest(contract, struct_of_act(kind, subject, act, account))
        self._sealed(index, party, account, scope, kind, digest, seal, signers)
        self._link(contract, subject, kind, digest, party, account)
        return account

    # --- AgreementLedger

    def _sign_AgreementLedger(self, terms: Any, signatures: list[Any], signers: list[Any]) -> bytes:
        if not signatures:
            raise Refused("Empty")
        agreement, (document, _, parties, _) = self._terms(terms), terms
        opening = not any(self.words[LEDGER, agreement])
        if opening:
            if len(parties) < 2:
                raise Refused("TooFewParties", len(parties))
            for place in range(1, len(parties)):
                if parties[place] <= parties[place - 1]:
                    raise Refused("PartiesNotAscending", place, parties[place])
        elif not self.awaiting.get(agreement):
            raise Refused("AlreadyFounded", agreement)
        at_once = opening and len(signatures) == len(parties)
        missing = len(parties) if opening else self.awaiting[agreement]
        before = -1
        for index, (stamp, _) in enumerate(signatures):
            founder = number_in(stamp)
            if founder >= len(parties):
                raise Refused("NoSuchFounder", index, founder, len(parties))
            if founder <= before:
                raise Refused("FoundersNotAscending", index, founder)
            before = founder
        for index, (stamp, seal) in enumerate(signatures):
            party = parties[number_in(stamp)]
            if not at_once:
                if number_in(stamp) in self.founded[agreement]:
                    continue
                self.founded[agreement].add(number_in(stamp))
            if party not in self.holders:
                raise Refused("UnknownParty", index, party)
            kind = self._kind(index, stamp, FOUNDING)
            self._deadline(index, party, stamp % 2**64)
            account = self._account(index, party, seal, signers)
            struct = struct_of_founding(kind, agreement, document, party, account, stamp % 2**64)
            digest = self.digest(LEDGER, struct)
            self._sealed(index, party, account, agreement, kind, digest, seal, signers)
            self._link(LEDGER, agreement, kind, digest, party, account)
            if opening and index == 0:
                self._enter(LEDGER, kind, agreement, party, account)
            missing -= 1
        if not at_once:
            self.awaiting[agreement] = missing
        return agreement

    def _act_AgreementLedger(self, terms: Any, acts: list[Any], signers: list[Any]) -> bytes:
        agreement, (_, _, parties, admission) = self._terms(terms), terms
        self._on_agreement(agreement, acts)
        for index, act in enumerate(acts):
            kind, party = self._kind(index, act[0], ON_AGREEMENTS), act[4]
            if kind == "Invitation":
                if party not in parties:
                    raise Refused("NotAFounder", index, agreement, party)
                self.invited.add((agreement, act[2]))
            elif admission != 2 and party not in parties:
                if admission == 0:
                    raise Refused("ClosedTo", index, agreement, party)
                if (agreement, party) not in self.invited:
                    raise Refused("NotInvited", index, agreement, party)
            self._act(LEDGER, agreement, agreement, index, kind, act, signers)
        return agreement

    def _takeStances_AgreementLedger(self, agreement: bytes, acts: list[Any], signers: list[Any]) -> bytes:
        self._on_agreement(agreement, acts)
        subject = named("stances", agreement)
        for index, act in enumerate(acts):
            kind = self._kind(index, act[0], ON_STANCES)
            self._act(LEDGER, subject, agreement, index, kind, act, signers)
        return subject

    def _terms(self, terms: Any) -> bytes:
        if terms[3] > 2:
            raise Refused("")
        return agreement_id(terms)

    def _on_agreement(self, agreement: bytes, acts: list[Any]) -> None:
        if not acts:
            raise Refused("Empty")
        if not any(self.words[LEDGER, agreement]):
            raise Refused("UnknownAgreement", agreement)

    # --- NormRegistry

    def _publish_NormRegistry(self, norm: bytes, stance: Any, signers: list[Any]) -> bytes:
        if any(self.words[NORMS, norm]):
            raise Refused("AlreadyPublished", norm)
        kind = self._kind(0, stance[1], {"Publication"})
        account = self._stance(norm, 0, kind, stance[0], stance, signers)
        self._enter(NORMS, kind, norm, stance[0], account)
        return norm

    def _takeStances_NormRegistry(self, norm: bytes, stances: list[Any], signers: list[Any]) -> bytes:
        if not stances:
            raise Refused("Empty")
        if not any(self.words[NORMS, norm]):
            raise Refused("NotPublished", 0, norm)
        for index, stance in enumerate(stances):
            kind = self._kind(index, stance[1], ON_NORMS)
            self._stance(norm, index, kind, stance[0], stance, signers)
        return norm

    def _takeStancesOnMany_NormRegistry(self, party: bytes, stances: list[Any], signers: list[Any]) -> bytes:
        if not stances:
            raise Refused("Empty")
        for index, stance in enumerate(stances):
            if not any(self.words[NORMS, stance[0]]):
                raise Refused("NotPublished", index, stance[0])
            kind = self._kind(index, stance[1], ON_NORMS)
            self._stance(stance[0], index, kind, party, stance, signers)
        return party

    def _stance(self, norm: bytes, index: int, kind: str, party: bytes, stance: Any, signers: list[Any]) -> bytes:
        _, stamp, content, seal = stance
        self._turn(NORMS, norm, index, party, stamp)
        account = self._account(index, party, seal, signers)
        digest = self.digest(NORMS, struct_of_stance(kind, norm, stamp, content, party, account))
        self._sealed(index, party, account, norm, kind, digest, seal, signers)
        self._link(NORMS, norm, kind, digest, party, account)
        return account


def recover(digest: bytes, signature: bytes) -> bytes | None:
    """Strictly, 65 bytes or EIP-2098's 64; None for what is no plain key's signature."""
    if len(signature) == 64:
        top = signature[32] >> 7
        signature = signature[:32] + bytes([signature[32] & 127]) + signature[33:] + bytes([27 + top])
    if len(signature) != 65 or signature[64] not in (27, 28):
        return None
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    if s > HALF_ORDER:
        return None
    try:
        key = Signature(vrs=(signature[64] - 27, r, s)).recover_public_key_from_msg_hash(digest)
    except (BadSignature, BadValue):
        return None
    return bytes(key.to_canonical_address())
