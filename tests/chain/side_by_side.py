"""The contracts and their model side by side, in a world with something in it, and calls drawn to fit what is there.

Belongs here: what is compared after every call, and which calls are drawn. Does not belong here: the tests themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from eth_abi import decode

from normledger.acts import release
from normledger.acts.act import Contract
from normledger.acts.signature import address_of, compact, sign
from normledger.chain.embedded import CHAIN_ID
from normledger.identifiers import Digest, keccak
from tests.chain import model
from tests.chain.following import Following
from tests.chain.model import KINDS, LEDGER, NORMS, REGISTRY, Call, Model, Refused, stamp_of
from tests.chain.sandbox import Outcome, Sandbox

KEYS = [bytes(31) + bytes([number]) for number in range(1, 8)]
ACCOUNTS = [bytes(address_of(key)) for key in KEYS]
OF_KEY = dict(zip(ACCOUNTS, KEYS, strict=True))

# Wallets in a few bytes. The picky one takes the digest itself for its signature.
MAGIC = "1626ba7e" + "00" * 28
YES = bytes.fromhex(f"7f{MAGIC}60005260206000f3")
PICKY = bytes.fromhex(f"60043560643514600f5760006000fd5b7f{MAGIC}60005260206000f3")
BURNS = bytes.fromhex("fe")
BOMB = bytes.fromhex(f"7f{MAGIC}600052620493e06000f3")  # 300,000 bytes
DIRTY = bytes.fromhex(f"7f{MAGIC[:-2]}01600052602060 00f3".replace(" ", ""))
WALLETS: dict[bytes, tuple[bytes, model.Wallet]] = {
    b"\xa1" * 20: (YES, lambda digest, signature: True),
    b"\xa2" * 20: (PICKY, lambda digest, signature: signature == digest),
    b"\xa3" * 20: (BURNS, lambda digest, signature: False),
    b"\xa4" * 20: (DIRTY, lambda digest, signature: False),
    b"\xa5" * 20: (BOMB, lambda digest, signature: True),
    # A plain key's account with code (EIP-7702): its key signs, and what its code takes.
    ACCOUNTS[4]: (PICKY, lambda digest, signature: signature == digest),
}
HASHES = [bytes(32), *(bytes(keccak(b"%d" % number)) for number in range(4))]
ADDRESSES = {contract.title: bytes(release.current().address(contract)) for contract in Contract}
CONTRACTS = {contract.title: contract for contract in Contract}


@cache
def errors() -> dict[bytes, tuple[str, list[str]]]:
    """Every custom error of the contracts by its selector, with the types of its values."""
    found = {}
    for contract in Contract:
        for entry in release.artifact(contract.title)["abi"]:
            if entry["type"] == "error":
                types = [one["type"] for one in entry["inputs"]]
                selector = bytes(keccak(f"{entry['name']}({','.join(types)})".encode())[:4])
                found[selector] = (entry["name"], types)
    return found


@dataclass
class Both:
    """The contracts and their model, side by side."""

    chain: Sandbox
    model: Model
    following: Following

    def call(self, call: Call, data: bytes | None = None) -> Outcome:
        """Make the call in both; everything about it must be the same. `data` is the call in another encoding."""
        outcome = self.chain.call(CONTRACTS[call.contract], data or call.data)
        try:
            events, refused = self.model.call(call), None
        except Refused as error:
            events, refused = [], error
        assert outcome.ok == (refused is None), (call, refused, told(outcome.output))
        if refused is not None:
            assert same(refused, outcome.output), (call, refused, told(outcome.output))
        assert len(outcome.logs) == len(events)
        for (address, topics, told_call), (name, values) in zip(outcome.logs, events, strict=True):
            assert bytes(address) == ADDRESSES[call.contract]
            if name == "Recorded":
                assert topics == (keccak(b"Recorded(bytes32,bytes)"), values[0])
                own = data is not None and call.name != "carry"
                assert decode(["bytes"], told_call) == (data if own else values[1],)
            else:
                assert topics == (keccak(b"LeftOut(uint256,bytes)"),)
                index, reason = decode(["uint256", "bytes"], told_call)
                assert index == values[0]
                assert same(values[1], reason), (call, values[1], told(reason))
        for title, contract in CONTRACTS.items():
            assert self.chain.storage(contract) == self.model.slots(title), call
        self.following.read(self.chain.logs(outcome), self.chain.time)
        self.following.compare(self.chain)
        return outcome

    def copy(self) -> "Both":
        """From here on, beside this one: leave the chain as it was (`undone`)."""
        return Both(self.chain, self.model.copy(), self.following.copy())

    def pass_time(self, seconds: int) -> None:
        self.chain.pass_time(seconds)
        self.model.block, self.model.time = self.chain.block, self.chain.time


def told(reason: bytes) -> tuple[str, tuple[Any, ...]]:
    """A custom error with its values; of an error of Solidity's own, nothing."""
    name, types = errors().get(reason[:4], ("", []))
    return name, tuple(decode(types, reason[4:])) if name else ()


def same(refused: Refused, reason: bytes) -> bool:
    """Whether the contract said what the model says. How much gas was left only the contract knows."""
    name, values = told(reason)
    if name != refused.name:
        return False
    if name == "TooLittleGas":
        return bool(values[0] == refused.values[0])
    if name == "CallRefused":
        return bool(values[0] == refused.values[0]) and same(refused.values[1], values[1])
    plain = tuple(bytes.fromhex(one[2:]) if isinstance(one, str) else one for one in values)
    return plain == refused.values


@cache
def begun() -> Both:
    """Parties with every sort of account, some of them rotated and with a representative; agreements of every
    admission, one of which still awaits a founder; and two norms.
    """
    chain = Sandbox()
    for account, (code, _) in WALLETS.items():
        chain.put_code(account, code)  # type: ignore[arg-type]
    wallets = {account: judge for account, (_, judge) in WALLETS.items()}
    empty = Model(CHAIN_ID, ADDRESSES, chain.block, chain.time, wallets)
    both = Both(chain, empty, Following(chain.release, CHAIN_ID))
    both.pass_time(12)
    for number, account in enumerate([*ACCOUNTS[:3], *list(WALLETS)[:2], ACCOUNTS[4]]):
        values = (b"name:%d" % number, number + 1, HASHES[1], 0)
        digest = both.model.digest(REGISTRY, model.struct_of_own("claim", values, account))
        assert both.call(Call(REGISTRY, "claim", (*values, (account, signature(account, digest))))).ok
        both.pass_time(12)
    drawing = Drawing(Random(0), both, faults=0)
    for places, admission in (((0, 1), 2), ((0, 1), 1), ((0, 1, 2), 0), ((0, 2), 2)):
        terms = (HASHES[1], HASHES[3], sorted(both.model.holders)[: 3 if admission == 0 else 2], admission)
        if places[-1] < len(terms[2]):
            assert both.call(drawing.signing(terms, places)).ok
            both.pass_time(12)
    waits = (HASHES[2], HASHES[3], sorted(both.model.holders)[:3], 2)
    assert both.call(drawing.signing(waits, (0, 2))).ok
    for norm in HASHES[1:3]:
        both.pass_time(12)
        assert both.call(drawing.publish(norm)).ok
    for party in list(both.model.holders)[::2]:
        both.pass_time(12)
        assert both.call(drawing.own(party, "rotate", (ACCOUNTS[6],))).ok
        both.pass_time(12)
        assert both.call(drawing.own(party, "empower", (ACCOUNTS[5], bytes(32), 2**32 - 2, 2**64 - 1))).ok
    return both


def signature(account: bytes, digest: bytes) -> bytes:
    """What an account takes for its own signature."""
    return sign(Digest(digest), OF_KEY[account]) if account in OF_KEY else digest


class Drawing:
    """Draws calls that fit what there is, most of them good, each with a few faults at most: one part in `faults`."""

    def __init__(self, random: Random, both: Both, faults: int = 30) -> None:
        self._random, self.both, self.model, self._faults = random, both, both.model, faults

    def one(self, *choices: Any) -> Any:
        return self._random.choice(choices)

    def rarely(self) -> bool:
        return bool(self._faults) and self._random.randrange(self._faults) == 0

    def upto(self, most: int) -> int:
        return self._random.randrange(most + 1)

    # --- values

    def some(self) -> int:
        return 0 if self.rarely() else self.one(1, 1, 2, 3)

    def party(self) -> bytes:
        if self.rarely():
            return HASHES[2]
        return self.one(*self.model.holders)

    def number(self) -> int:
        time = self.model.time
        if self.rarely():
            return self.one(0, time, time + 1, 2**64 - 1)
        return self.upto(20) + 1

    def deadline(self) -> int:
        time = self.model.time
        return self.one(0, time - 1, time, 2**64 - 1) if self.rarely() else 0

    def hash(self) -> bytes:
        return self.one(*HASHES)

    def account_of(self, party: bytes) -> bytes:
        return self.model.holders[party][0] if party in self.model.holders else ACCOUNTS[0]

    def account(self) -> bytes:
        return self.one(*ACCOUNTS, *WALLETS, bytes(20))

    def signer_for(self, party: bytes) -> bytes:
        """The party's own account, most of the time; else a representative that may or may not have powers."""
        given = [who for (whose, _, who, _) in self.model.powers if whose == party]
        if given and self.one(False, True):
            return self.one(*given)
        return self.account() if self.rarely() else self.account_of(party)

    def spoilt(self, made: bytes) -> bytes:
        """A signature that is perhaps none."""
        if not self.rarely():
            return made
        fault = self.one("flip", "cut", "short", "high", "v", "empty", "long")
        if fault == "flip" and made:
            at = self.upto(len(made) - 1)
            return made[:at] + bytes([made[at] ^ 1 << self.upto(7)]) + made[at + 1 :]
        if fault == "short" and len(made) == 65:
            return compact(made)
        if fault == "high" and len(made) == 65:
            order = 2 * model.HALF_ORDER + 1
            return made[:32] + (order - int.from_bytes(made[32:64], "big")).to_bytes(32, "big") + bytes([55 - made[64]])
        if fault == "v" and len(made) == 65:
            return made[:64] + bytes([self.one(0, 1, 26, 29, made[64] ^ 7)])
        return {"cut": made[:-1], "empty": b"", "long": made + bytes(8193)}.get(fault, made)

    # --- signed parts

    def sealed(self, account: bytes, party: bytes, struct: Any, contract: str, signers: list[Any]) -> Any:
        """A seal by `account`; `struct` gives the struct hash for the account that signs."""
        digest = self.model.digest(contract, struct(account))
        made = self.spoilt(signature(account, digest))
        own = account == self.account_of(party)
        if own and account in OF_KEY and len(made) == 65 and made[64] in (27, 28) and not self.rarely():
            short = compact(made)
            return (short[:32], short[32:])
        if self.rarely():
            return (bytes(32), self.one(0, 1, 2**64, 2**256 - 1).to_bytes(32, "big"))
        signers.append((account, made))
        if self.rarely():
            signers.append((ACCOUNTS[0], b"nobody points at this"))
            return (bytes(32), (len(signers) - 2).to_bytes(32, "big"))
        return (bytes(32), (len(signers) - 1).to_bytes(32, "big"))

    def act(self, contract: str, subject: bytes, kinds: set[str], party: bytes, signers: list[Any]) -> Any:
        kind = self.one(*KINDS) if self.rarely() else self.one(*sorted(kinds))
        stamp = stamp_of(kind, self.number(), self.deadline())
        if self.rarely():
            stamp = stamp % 2**128 | self.one(32, 2**64, 2**128 - 1) << 128
        refers_to = self.one(*HASHES, *self.model.holders)
        bare = (stamp, self.hash(), refers_to, self.hash(), party, None)
        kind = KINDS[stamp >> 128] if stamp >> 128 < len(KINDS) else kind

        def struct(account: bytes) -> bytes:
            return model.struct_of_act(kind, subject, bare, account)

        return (*bare[:5], self.sealed(self.signer_for(party), party, struct, contract, signers))

    def stance(self, norm: bytes, party: bytes, named: bytes, kinds: set[str], signers: list[Any]) -> Any:
        kind = self.one(*KINDS) if self.rarely() else self.one(*sorted(kinds))
        stamp, content = stamp_of(kind, self.number(), self.deadline()), self.hash()

        def struct(account: bytes) -> bytes:
            return model.struct_of_stance(kind, norm, stamp, content, party, account)

        return (named, stamp, content, self.sealed(self.signer_for(party), party, struct, NORMS, signers))

    # --- calls

    def call(self) -> Call:
        contract = self.one(REGISTRY, LEDGER, NORMS)
        if self.upto(7):
            return self.single(contract)
        if self.rarely():
            return Call(contract, "carry", ([], False))
        calls = [self.single(contract) for _ in range(self.one(1, 2, 3))]
        if self.rarely():
            calls.append(Call(contract, "carry", (calls[:1], self.one(True, False))))
        return Call(contract, "carry", (calls, self.one(True, False)))

    def single(self, contract: str) -> Call:
        makers = {
            REGISTRY: [self.claim, self.own, self.own, self.own, self.state, self.state],
            LEDGER: [self.sign, self.acts, self.acts, self.stances],
            NORMS: [self.publish, self.on_one, self.on_many],
        }
        made: Call = self.one(*makers[contract])()
        return made

    def claim(self) -> Call:
        account, kind = self.account(), self.one(0, 8, 255) if self.rarely() else 1 + self.upto(6)
        long = self.rarely()
        identifier = self.one(b"", b"x" * 200, b"x" * 201, b"\xff\xfe") if long else self.one(b"name:0", b"lei:1")
        values = (identifier, kind, self.hash(), self.deadline())
        digest = self.model.digest(REGISTRY, model.struct_of_own("claim", values, account))
        return Call(REGISTRY, "claim", (*values, (account, self.spoilt(signature(account, digest)))))

    def own(self, party: bytes | None = None, name: str = "", fields: tuple[Any, ...] = ()) -> Call:
        party, time = party or self.party(), self.model.time
        last = self.model.holders[party][3] if party in self.model.holders else 0
        number = self.one(0, last, last - 1 if last else 0, time + 1) if self.rarely() else last + 1 + self.upto(2)
        tail = (number, self.deadline())
        name = name or self.one("claimFurther", "rotate", "empower", "empower", "revoke", "cancel")
        given = [(who, what) for (whose, _, who, what) in self.model.powers if whose == party]
        fresh = (self.account(), self.one(*self.subjects()))
        who, what = self.one(*given) if given and self.one(True, False) else fresh
        identifier = self.one(b"", b"x" * 201) if self.rarely() else b"lei:2"
        kinds = self.one(2**32 - 2, 2**31 - 2, 0x3C, 1 << 20)
        if self.rarely():
            kinds = self.one(0, 1, 2**32 - 1, 2**32, 2**256 - 2)
        until = self.one(time, time + 5, time + 500, 2**64 - 1)
        if self.rarely():
            until = time - 1
        left = [account for whose, account in self.model.left if whose == party]
        next_ = self.one(*left, self.account_of(party)) if self.rarely() else self.account()
        if name == "rotate" and fields:
            (next_,) = fields
        heads = {
            "claimFurther": (party, identifier, self.hash()),
            "rotate": (party, next_),
            "empower": (party, *(fields or (who, what, kinds, until))),
            "revoke": (party, who, what),
            "cancel": (party,),
        }
        bare = (*heads[name], *tail)
        signer = self.account_of(party) if fields else self.signer_for(party)

        def signed_by(account: bytes) -> bytes:
            rotation = (*bare, (signer, b""), b"") if name == "rotate" else bare
            digest = self.model.digest(REGISTRY, model.struct_of_own(name, rotation, signer))
            return self.spoilt(signature(account, digest))

        values = (*bare, (signer, signed_by(signer)))
        return Call(REGISTRY, name, (*values, signed_by(next_)) if name == "rotate" else values)

    def subjects(self) -> list[bytes]:
        """What powers may be for."""
        lists = [model.named("list", party) for party in self.model.holders]
        return [bytes(32), *lists, *(subject for _, subject in self.model.words), *HASHES[1:]]

    def state(self) -> Call:
        author, signers = self.party(), list[Any]()
        subject = model.named("list", author)
        parties = [self.party() if self.rarely() else author for _ in range(self.some())]
        acts = [self.act(REGISTRY, subject, model.ON_LISTS, party, signers) for party in parties]
        return Call(REGISTRY, "state", (author, acts, signers))

    def terms(self) -> Any:
        """Those of an agreement that is there, or of one like it."""
        first = sorted(self.model.holders)[:6]
        if self.rarely():
            founders = self.one(first[:1], first[::-1], [first[0]] * 2, [*first, b"\xff" * 32])
            return (HASHES[1], HASHES[3], founders, self.one(0, 1, 2, 3))
        there = [subject for (contract, subject), word in self.model.words.items() if contract == LEDGER and any(word)]
        for _ in range(40):
            document = self.one(HASHES[1], HASHES[2])
            terms = (document, HASHES[3], first[self.upto(2) :][: self.one(2, 2, 3, 5)], self.one(0, 1, 2))
            if model.agreement_id(terms) in there or self.upto(20) == 0:
                break
        return terms

    def sign(self) -> Call:
        terms = self.terms()
        places = list(range(len(terms[2])))
        if self.one(True, False):
            places = sorted({self.one(*places) for _ in places})
        if self.rarely():
            places = self.one(places[::-1], [*places, len(terms[2])], [places[0]] * 2, [])
        return self.signing(terms, places)

    def signing(self, terms: Any, places: Sequence[int]) -> Call:
        agreement, signatures, signers = model.agreement_id(terms), [], list[Any]()
        for place in places:
            kind = self.one(*KINDS) if self.rarely() else self.one(*sorted(model.FOUNDING))
            stamp = stamp_of(kind, place, self.deadline())
            party = terms[2][place] if place < len(terms[2]) else HASHES[2]

            def struct(account: bytes, kind: str = kind, party: bytes = party, deadline: int = stamp % 2**64) -> bytes:
                return model.struct_of_founding(kind, agreement, terms[0], party, account, deadline)

            signatures.append((stamp, self.sealed(self.signer_for(party), party, struct, LEDGER, signers)))
        return Call(LEDGER, "sign", (terms, signatures, signers))

    def acts(self) -> Call:
        terms, signers = self.terms(), list[Any]()
        subject = model.agreement_id(terms)
        acts = [
            self.act(LEDGER, subject, model.ON_AGREEMENTS, self.one(*terms[2], self.party()), signers)
            for _ in range(self.some())
        ]
        return Call(LEDGER, "act", (terms, acts, signers))

    def stances(self) -> Call:
        agreement, signers = model.agreement_id(self.terms()), list[Any]()
        subject = model.named("stances", agreement)
        acts = [self.act(LEDGER, subject, model.ON_STANCES, self.party(), signers) for _ in range(self.some())]
        return Call(LEDGER, "takeStances", (agreement, acts, signers))

    def publish(self, norm: bytes | None = None) -> Call:
        norm, party, signers = norm or self.hash(), self.party(), list[Any]()
        return Call(NORMS, "publish", (norm, self.stance(norm, party, party, {"Publication"}, signers), signers))

    def on_one(self) -> Call:
        norm, signers = self.one(*self.norms()), list[Any]()
        parties = [self.party() for _ in range(self.some())]
        stances = [self.stance(norm, party, party, model.ON_NORMS, signers) for party in parties]
        return Call(NORMS, "takeStances", (norm, stances, signers))

    def on_many(self) -> Call:
        party, signers = self.party(), list[Any]()
        norms = [self.one(*self.norms()) for _ in range(self.some())]
        stances = [self.stance(norm, party, norm, model.ON_NORMS, signers) for norm in norms]
        return Call(NORMS, "takeStancesOnMany", (party, stances, signers))

    def norms(self) -> list[bytes]:
        published = [
            subject for (contract, subject), word in self.model.words.items() if contract == NORMS and any(word)
        ]
        return published * 9 + HASHES[:2]
