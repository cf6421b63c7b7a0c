"""Bench `gas`: what recording consent costs, beside the Ethereum Attestation Service (EAS) doing the same work.

Both lie on one Anvil under Shanghai's rules: the release as shipped, and the contracts of the npm package
@ethereum-attestation-service/eas-contracts as its authors compiled them. Every figure is a receipt's: whole
transactions, with intrinsic gas and call data. Keys, addresses and signatures are the same in every run, so the figures
are exact. All parties are claimed and one agreement is recorded beforehand.

An attestation says what an endorsement here says (party, stance, hash of the reason), but not on what: of an agreement
or a norm it holds less than is recorded here. Reasons are zero but in `norms-100`: with one an endorsement in a batch
costs 380 gas more, an attestation 20,300. Attesters sign, somebody else sends; only `attest` and `timestamp` need no
signature.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from eth_abi import encode

from normledger.acts import release
from normledger.acts.act import Act, ActKind, Claim, Contract
from normledger.acts.signature import address_of, sign
from normledger.chain import calls
from normledger.chain.deployment import deploy
from normledger.chain.node import Node, connect
from normledger.chain.sender import Sender
from normledger.identifiers import ZERO, Address, Digest, Hash, Identifier, PartyId, keccak
from scripts.benches.measuring import report
from tests.chains import KEY, ROOT, Anvil

_PACKAGE = ROOT / "node_modules/@ethereum-attestation-service/eas-contracts"
_REGISTRY_OF_SCHEMAS = _PACKAGE / "artifacts/contracts/SchemaRegistry.sol/SchemaRegistry.json"
_EAS = _PACKAGE / "artifacts/contracts/EAS.sol/EAS.json"

_STATEMENT = "bytes32 party,uint8 stance,bytes32 reason"
_ATTEST_TYPE = (
    "Attest(address attester,bytes32 schema,address recipient,uint64 expirationTime,bool revocable,bytes32 refUID,"
    "bytes data,uint256 value,uint256 nonce,uint64 deadline)"
)
_DATA = "(address,uint64,bool,bytes32,bytes,uint256)"
_NOBODY = Address(bytes(20))

_PARTIES = 102
_NORM, _ROOT = keccak(b"norm"), keccak(b"root")
_GAS = 30_000_000  # limit of every transaction; trying it first would change nothing in what it costs


@dataclass(frozen=True, slots=True)
class Party:
    """A party with its key, claimed on the chain."""

    key: bytes
    claim: Claim

    @property
    def id(self) -> PartyId:
        return self.claim.party


class Ledgers:
    """NormLedger and EAS on one chain, and the sender who pays for both."""

    def __init__(self, node: Node) -> None:
        self._sender, self._release = Sender(node, KEY), release.current()
        self._domains = {one: self._release.domain(one, node.chain_id) for one in Contract}
        for init_code in self._release.init_codes:
            deploy(self._sender, init_code)
        schemas, _ = deploy(self._sender, _init_code(_REGISTRY_OF_SCHEMAS))
        self._eas, _ = deploy(self._sender, _init_code(_EAS) + encode(["address"], [schemas]))
        self._send(schemas, "register", ["string", "address", "bool"], [_STATEMENT, _NOBODY, True])
        self._schema = keccak(_STATEMENT.encode() + _NOBODY + b"\x01")
        self._separator = node.call(self._eas, keccak(b"getDomainSeparator()")[:4])
        self.parties = [self._party(number) for number in range(1, _PARTIES + 1)]
        claims = [
            calls.claim(party.claim, self._signature(Contract.PARTY_REGISTRY, party.claim, party.key))
            for party in self.parties
        ]
        self.record(calls.carry(claims, leave_out=False))
        self.record(self.agreement("earlier", self.parties[:2]))

    def record(self, call: calls.Call) -> int:
        """Send a call to NormLedger; the gas used."""
        return self._sender.send(self._release.address(call.contract), call.data, gas=_GAS).gas_used

    def agreement(self, text: str, founders: Sequence[Party]) -> calls.Call:
        """A closed agreement with all its founders' signatures."""
        document = keccak(text.encode())
        parties = tuple(sorted(founder.id for founder in founders))
        terms = calls.Terms(document, keccak(document), parties, 0)
        return calls.sign(
            terms,
            [
                self._signed(Contract.AGREEMENT_LEDGER, ActKind.SIGNATURE, terms.id, founder, 0, document)
                for founder in founders
            ],
        )

    def on_norm(self, kind: ActKind, norm: Hash, party: Party, content: Hash = ZERO) -> calls.Signed:
        """A party's first statement on a norm."""
        return self._signed(Contract.NORM_REGISTRY, kind, norm, party, 1, content)

    def publish(self, norms: Sequence[Hash], publisher: Party) -> None:
        """Publish norms."""
        publications = [calls.publish(self.on_norm(ActKind.PUBLICATION, norm, publisher)) for norm in norms]
        self.record(calls.carry(publications, leave_out=False))

    def attest_by_delegation(self, attesters: Sequence[Party], reasons: Sequence[Hash] = (ZERO,)) -> int:
        """Gas of one attestation by each for each reason, sent together by somebody else."""
        requests = []
        for party in attesters:
            attester, data = address_of(party.key), [self._attested(party, reason) for reason in reasons]
            signatures = [sign(self._digest(attester, one, nonce), party.key) for nonce, one in enumerate(data)]
            seals = [(signature[64], signature[:32], signature[32:64]) for signature in signatures]
            requests.append((self._schema, data, seals, attester, 0))
        request = f"(bytes32,{_DATA}[],(uint8,bytes32,bytes32)[],address,uint64)"
        return self._send(self._eas, "multiAttestByDelegation", [f"{request}[]"], [requests])

    def attest(self, party: Party) -> int:
        """Gas of one attestation, sent by the attester itself."""
        return self._send(self._eas, "attest", [f"(bytes32,{_DATA})"], [(self._schema, self._attested(party))])

    def timestamp(self, root: Hash) -> int:
        """Gas of a time stamp on a hash."""
        return self._send(self._eas, "timestamp", ["bytes32"], [root])

    def _party(self, number: int) -> Party:
        key = keccak(f"party {number}".encode())
        return Party(key, Claim(Identifier(f"exercise:name:{number}"), 4, ZERO, address_of(key)))

    def _signed(
        self, contract: Contract, kind: ActKind, subject: Hash, party: Party, number: int, content: Hash
    ) -> calls.Signed:
        act = Act(contract, kind, subject, party.id, party.claim.account, number, content=content)
        return calls.Signed(act, self._signature(contract, act, party.key))

    def _signature(self, contract: Contract, statement: Act | Claim, key: bytes) -> bytes:
        return sign(self._domains[contract].digest(statement), key)

    def _attested(self, party: Party, reason: Hash = ZERO) -> tuple[Any, ...]:
        said = encode(["bytes32", "uint8", "bytes32"], [party.id, 1, reason])
        return (_NOBODY, 0, True, ZERO, said, 0)

    def _digest(self, attester: Address, data: tuple[Any, ...], nonce: int) -> Digest:
        recipient, expiration, revocable, reference, said, value = data
        types = ["bytes32", "address", "bytes32", "address", "uint64", "bool", "bytes32", "bytes32"]
        values = [keccak(_ATTEST_TYPE.encode()), attester, self._schema, recipient, expiration, revocable, reference]
        struct = encode([*types, "uint256", "uint256", "uint64"], [*values, keccak(said), value, nonce, 0])
        return Digest(keccak(b"\x19\x01" + self._separator + keccak(struct)))

    def _send(self, to: Address, name: str, types: list[str], values: list[Any]) -> int:
        data = keccak(f"{name}({','.join(types)})".encode())[:4] + encode(types, values)
        return self._sender.send(to, data, gas=_GAS).gas_used


def _init_code(artifact: Path) -> bytes:
    return bytes.fromhex(json.loads(artifact.read_text())["bytecode"].removeprefix("0x"))


@contextmanager
def _ledgers() -> Iterator[Ledgers]:
    with tempfile.TemporaryDirectory() as folder, Anvil(Path(folder)) as anvil, closing(connect(anvil.url)) as node:
        yield Ledgers(node)


def _agreement(founders: int, ledgers: Ledgers) -> tuple[float, str, float]:
    chosen = ledgers.parties[:founders]
    value = ledgers.record(ledgers.agreement("agreement", chosen))
    return value, f"EAS multiAttestByDelegation of {founders}", ledgers.attest_by_delegation(chosen)


def _batch(ledgers: Ledgers) -> tuple[float, str, float]:
    *parties, publisher, _ = ledgers.parties
    ledgers.publish([_NORM], publisher)
    endorsements = [ledgers.on_norm(ActKind.ENDORSEMENT, _NORM, party) for party in parties]
    value = ledgers.record(calls.take_stances(_NORM, endorsements))
    return value / 100, "EAS multiAttestByDelegation of 100, each", ledgers.attest_by_delegation(parties) / 100


def _norms(ledgers: Ledgers) -> tuple[float, str, float]:
    party, *_, publisher, earlier = ledgers.parties
    norms = [keccak(f"norm {number}".encode()) for number in range(100)]
    ledgers.publish(norms, publisher)
    before = [calls.take_stances(norm, [ledgers.on_norm(ActKind.ENDORSEMENT, norm, earlier)]) for norm in norms]
    ledgers.record(calls.carry(before, leave_out=False))
    reasons = [keccak(norm) for norm in norms]  # else EAS would have to tell equal attestations apart
    endorsements = [
        ledgers.on_norm(ActKind.ENDORSEMENT, norm, party, reason) for norm, reason in zip(norms, reasons, strict=True)
    ]
    value = ledgers.record(calls.take_stances_on_many(party.id, endorsements))
    peer = ledgers.attest_by_delegation([party], reasons)
    return value / 100, "EAS multiAttestByDelegation of 100 by one, each", peer / 100


def _single(ledgers: Ledgers) -> tuple[float, str, float]:
    party, *_, publisher, _ = ledgers.parties
    ledgers.publish([_NORM], publisher)
    value = ledgers.record(calls.take_stances(_NORM, [ledgers.on_norm(ActKind.ENDORSEMENT, _NORM, party)]))
    return value, "EAS attest", ledgers.attest(party)


def _anchor(ledgers: Ledgers) -> tuple[float, str, float]:
    party, *_, publisher, _ = ledgers.parties
    ledgers.publish([_NORM], publisher)
    value = ledgers.record(calls.take_stances(_NORM, [ledgers.on_norm(ActKind.ANCHOR, _NORM, party, _ROOT)]))
    return value / 1000, "EAS timestamp of a root, each of 1,000", ledgers.timestamp(_ROOT) / 1000


def _measure(case: str, work: Callable[[Ledgers], tuple[float, str, float]]) -> None:
    missing = Anvil.missing() or ("" if _EAS.exists() else f"{_PACKAGE} is not there: run npm install")
    if missing:
        print(f"{case} is left out: {missing}", file=sys.stderr)
        return
    with _ledgers() as ledgers:
        value, peer, peer_value = work(ledgers)
    report("gas", case, value, "gas", peer, peer_value)


_WORK: dict[str, Callable[[Ledgers], tuple[float, str, float]]] = {
    "bilateral": partial(_agreement, 2),
    "agreement-10": partial(_agreement, 10),
    "batch-100": _batch,
    "norms-100": _norms,
    "single": _single,
    "anchor-1000": _anchor,
}

CASES = {case: partial(_measure, case, work) for case, work in _WORK.items()}
