"""Follows the events of a sandbox as an index does, and links every word: the least that a stranger needs."""

from collections import defaultdict
from collections.abc import Iterable

from normledger.acts.act import FOUNDING, ActKind, Contract, Recorded, RecordedAct, RecordedClaim
from normledger.acts.commitment import NOTHING, link
from normledger.acts.powers import RecordedOwnAct, Rotation
from normledger.acts.release import REGISTER_SLOT, Release, word_slot
from normledger.chain.logs import Event, Opened, events
from normledger.chain.node import Log
from normledger.identifiers import Address, AgreementId, Digest, Hash, PartyId, Word
from tests.chain.sandbox import Sandbox


class Following:
    """The history up to now, the events themselves, and the words that they link to."""

    def __init__(self, release: Release, chain_id: int) -> None:
        self._release, self._chain_id = release, chain_id
        self.events: list[Event] = []
        self.logs: list[tuple[Log, int]] = []
        self.words: dict[tuple[Contract, Hash], Word] = defaultdict(lambda: NOTHING)
        self.registers: dict[Contract, Word] = defaultdict(lambda: NOTHING)
        self._accounts: dict[PartyId, Address] = {}
        self._founded: dict[Hash, frozenset[PartyId]] = {}

    def account(self, party: PartyId) -> Address:
        return self._accounts[party]

    def founded(self, agreement: AgreementId) -> frozenset[PartyId] | None:
        return self._founded.get(agreement)

    def copy(self) -> "Following":
        other = Following(self._release, self._chain_id)
        other.events, other.logs = list(self.events), list(self.logs)
        for name in ("words", "registers", "_accounts", "_founded"):
            getattr(other, name).update(getattr(self, name))
        return other

    def read(self, logs: Iterable[Log], time: int) -> list[Event]:
        """Read one block's logs; gives what they tell."""
        found, told = [], list(logs)
        self.logs += [(log, time) for log in told]
        for event in events(told, self._release, self._chain_id, time, self):
            self._add(event)
            found.append(event)
        self.events += found
        return found

    def compare(self, chain: Sandbox) -> None:
        """Every word and register that the chain holds is what its events link to, and there is none besides."""
        for contract in Contract:
            storage = chain.storage(contract)
            linked = {word_slot(subject): word for (at, subject), word in self.words.items() if at is contract}
            linked[Hash(REGISTER_SLOT.to_bytes(32, "big"))] = self.registers[contract]
            for slot, word in linked.items():
                assert storage.get(int.from_bytes(slot, "big"), 0) == int.from_bytes(word, "big"), (contract, slot)

    def _add(self, event: Event) -> None:
        match event:
            case RecordedClaim(claim, digest):
                self._accounts[claim.party] = claim.account
                registry, party = Contract.PARTY_REGISTRY, claim.party
                self._link(registry, party, ActKind.CLAIM, digest, party, claim.account, event.recorded)
                self._enter(registry, ActKind.CLAIM, party, party, claim.account, event.recorded)
            case RecordedOwnAct(act, digest):
                registry = Contract.PARTY_REGISTRY
                self._link(registry, act.party, act.kind, digest, act.party, act.account, event.recorded)
                if isinstance(act, Rotation):
                    self._accounts[act.party] = act.next
            case Opened():
                self._founded[event.agreement] = frozenset()
            case RecordedAct(act, digest):
                self._link(act.contract, act.subject, act.kind, digest, act.party, act.account, event.recorded)
                opens = act.kind in FOUNDING and not self._founded[act.subject]
                if act.kind in FOUNDING:
                    self._founded[act.subject] |= {act.party}
                if opens or act.kind is ActKind.PUBLICATION:
                    self._enter(act.contract, act.kind, act.subject, act.party, act.account, event.recorded)
                elif act.kind in (ActKind.ALIGNMENTS, ActKind.REPORTS):
                    self._enter(act.contract, act.kind, act.refers_to, act.party, act.account, event.recorded)

    def _link(
        self, contract: Contract, subject: Hash, kind: ActKind, digest: Digest, party: PartyId, by: Address,
        at: Recorded,
    ) -> None:  # fmt: skip
        key = (contract, Hash(subject))
        self.words[key] = link(self.words[key], kind, digest, party, by, at.block, at.time)

    def _enter(
        self, contract: Contract, kind: ActKind, subject: Hash, party: PartyId, by: Address, at: Recorded
    ) -> None:
        self.registers[contract] = link(self.registers[contract], kind, subject, party, by, at.block, at.time)
