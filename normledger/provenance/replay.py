"""The chain read anew, in memory and by nobody's leave: every act from its event, every word linked again and proven.

Independent of the index: no database, no code of `ledger.index`. It does not stop at the first fault; what does not
fit is listed with its block.

Belongs here: reading one node. Does not belong here: comparing readings (`audit`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from normledger.acts.act import FOUNDING, ActKind, Contract, Recorded, RecordedAct, RecordedClaim, list_of, stances_on
from normledger.acts.commitment import NOTHING, link
from normledger.acts.powers import RecordedOwnAct, Rotation
from normledger.acts.release import REGISTER_SLOT, Release, word_slot
from normledger.chain.logs import Event, Opened, events
from normledger.chain.node import Block, Node, RpcError
from normledger.errors import ChainError, IntegrityError
from normledger.evidence.header import read_header
from normledger.evidence.state_proof import Nodes, ProofError
from normledger.identifiers import ZERO, Address, AgreementId, Digest, Hash, PartyId, Word, keccak

_STRIDE = 2_000
"""Blocks asked for at once."""

_SLOTS = 100
"""Slots proven at once."""

REGISTER = Hash(REGISTER_SLOT.to_bytes(32, "big"))

Act = RecordedClaim | RecordedOwnAct | RecordedAct
Key = tuple[Contract, Hash]


@dataclass(frozen=True, slots=True)
class Difference:
    """That two records of one fact differ. `where` names the one at fault or in doubt; `what` is one word for machines.

    `block` is where it shows, None where it is of no block; `name` the digest, subject or document it is about.
    """

    where: str
    what: str
    block: int | None
    name: str
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "where": self.where,
            "what": self.what,
            "block": self.block,
            "name": self.name,
            "sentence": self.sentence,
        }


@dataclass
class Replay:
    """All that one node tells of a release's contracts, up to `head`.

    `acts` are by digest, in the chain's order; `words` by contract and subject, the registers under the zero hash;
    `links` tells every word's history as (block, word). `faults` are what does not fit together at this node alone.
    """

    name: str
    chain_id: int
    release: Release
    first: int
    head: Block
    acts: dict[Digest, Act] = field(default_factory=dict)
    opened: dict[AgreementId, Opened] = field(default_factory=dict)
    words: dict[Key, Word] = field(default_factory=dict)
    links: dict[Key, list[tuple[int, Word]]] = field(default_factory=dict)
    faults: list[Difference] = field(default_factory=list)
    proven: str = ""

    @property
    def digest(self) -> Hash:
        """One hash of all facts as of the head: the same as `View.digest`, computed here by itself."""
        words = {(contract, ZERO): NOTHING for contract in Contract} | self.words
        parts = [self.chain_id.to_bytes(32, "big")]
        for (contract, subject), word in sorted(words.items()):
            parts.append(self.release.address(contract) + subject + word)
        return keccak(b"".join(parts))

    def word_at(self, key: Key, block: int) -> Word:
        """A subject's word as of a block."""
        found = NOTHING
        for at, word in self.links.get(key, ()):
            if at > block:
                break
            found = word
        return found


def replay(
    node: Node,
    release: Release,
    first: int,
    last: int | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Replay:
    """Read a node from block `first` (the deployment's) to `last`, by default its head, and prove the words there.

    Raises `ChainError` where the node does not answer, or turned while it was read.
    """
    head = node.head() if last is None else node.block(last)
    if head is None:
        raise ChainError(f"The chain at {node.name} has no block {last} yet; wait for it, or ask another node.")
    made = Replay(node.name, node.chain_id, release, first, head)
    reading = _Reading(made)
    for low in range(first, head.number + 1, _STRIDE):
        high = min(low + _STRIDE - 1, head.number)
        for number, group in groupby(node.logs(release.addresses, low, high), key=lambda log: log.block_number):
            logs, block = list(group), node.block(number)
            if block is None or any(log.block_hash != block.hash for log in logs):
                raise ChainError(f"The chain at {node.name} turned at block {number} while it was read; begin again.")
            try:
                for event in events(logs, release, made.chain_id, block.time, reading):
                    reading.add(event)
            except IntegrityError as error:
                made.faults.append(Difference(node.name, "unreadable", number, str(logs[0].transaction), str(error)))
        progress(high - first + 1, head.number - first + 1)
    now = node.block(head.number)
    if now is None or now.hash != head.hash:
        raise ChainError(f"The chain at {node.name} turned at block {head.number} while it was read; begin again.")
    _prove(node, made)
    return made


class _Reading:
    """Adds events to a replay; also the history by which the next is read (`chain.logs.History`)."""

    def __init__(self, made: Replay) -> None:
        self._made = made
        self._accounts: dict[PartyId, Address] = {}
        self._founded: dict[Hash, frozenset[PartyId]] = {}

    def account(self, party: PartyId) -> Address:
        return self._accounts[party]

    def founded(self, agreement: AgreementId) -> frozenset[PartyId] | None:
        return self._founded.get(agreement)

    def add(self, event: Event) -> None:
        match event:
            case RecordedClaim(claim):
                self._accounts[claim.party] = claim.account
                self._act(event, Contract.PARTY_REGISTRY, claim.party, ActKind.CLAIM, claim.party, claim.account)
                self._enter(Contract.PARTY_REGISTRY, ActKind.CLAIM, claim.party, claim.party, claim.account, event)
            case RecordedOwnAct(act):
                self._act(event, Contract.PARTY_REGISTRY, act.party, act.kind, act.party, act.account)
                if isinstance(act, Rotation):
                    self._accounts[act.party] = act.next
            case Opened():
                self._founded[event.agreement] = frozenset()
                self._made.opened[event.agreement] = event
            case RecordedAct(act):
                self._act(event, act.contract, act.subject, act.kind, act.party, act.account)
                opens = act.kind in FOUNDING and not self._founded.get(act.subject)
                if act.kind in FOUNDING:
                    self._founded[act.subject] = self._founded.get(act.subject, frozenset()) | {act.party}
                if opens or act.kind is ActKind.PUBLICATION:
                    self._enter(act.contract, act.kind, act.subject, act.party, act.account, event)
                elif act.kind in (ActKind.ALIGNMENTS, ActKind.REPORTS):
                    self._enter(act.contract, act.kind, act.refers_to, act.party, act.account, event)

    def _act(
        self, event: Act, contract: Contract, subject: Hash, kind: ActKind, party: PartyId, signer: Address
    ) -> None:
        if event.digest in self._made.acts:
            at = event.recorded
            self._made.faults.append(
                Difference(
                    self._made.name,
                    "twice",
                    at.block,
                    str(event.digest),
                    f"The node at {self._made.name} tells act {event.digest} twice, again in block {at.block}.",
                )
            )
            return
        self._made.acts[event.digest] = event
        self._link((contract, Hash(subject)), kind, event.digest, party, signer, event.recorded)

    def _enter(
        self, contract: Contract, kind: ActKind, subject: Hash, party: PartyId, signer: Address, event: Act
    ) -> None:
        self._link((contract, ZERO), kind, subject, party, signer, event.recorded)

    def _link(self, key: Key, kind: ActKind, name: Hash, party: PartyId, signer: Address, at: Recorded) -> None:
        word = link(self._made.words.get(key, NOTHING), kind, Digest(name), party, signer, at.block, at.time)
        self._made.words[key] = word
        self._made.links.setdefault(key, []).append((at.block, word))


# --- the words, proven


def _prove(node: Node, made: Replay) -> None:
    """Hold every word against the state at the head, by proof; where the node gives none, by what it says of it.

    Subjects that could have a word and have none here are asked for too: a first act that was left out shows there.
    """
    slots = _slots(made)
    try:
        header = read_header(node.header(made.head.number))
        if header.hash != made.head.hash:
            raise ChainError(f"The chain at {node.name} turned while it was read; begin again.")
        held = {slot: word for contract in Contract for slot, word in _proven(node, made, header.state_root, contract)}
        made.proven = "by proofs against the block's state root"
    except ProofError as error:
        made.faults.append(
            Difference(
                node.name,
                "proof",
                made.head.number,
                "",
                f"The proofs that the node at {node.name} gives of block {made.head.number} do not hold: {error}.",
            )
        )
        return
    except RpcError as told:
        try:
            held = {
                (key[0], slot): node.storage(made.release.address(key[0]), slot, made.head.number)
                for key, slot in slots.items()
            }
        except RpcError:
            made.faults.append(
                Difference(
                    node.name,
                    "unproven",
                    made.head.number,
                    "",
                    f"The node at {node.name} says nothing of the state at block {made.head.number} ({told}), so "
                    "nothing shows whether it left out an act; ask one that keeps state.",
                )
            )
            return
        made.proven = "by what the node says of its state, without proof"
    for key, slot in sorted(slots.items()):
        word = made.words.get(key, NOTHING)
        if held[key[0], slot] != word:
            made.faults.append(_left_out(node, made, key, slot))


def _slots(made: Replay) -> dict[Key, Hash]:
    """Every subject that has, or could have, a word, with its slot; the registers under the zero hash."""
    keys: set[Key] = {(contract, ZERO) for contract in Contract} | set(made.words)
    for act in made.acts.values():
        if isinstance(act, RecordedClaim):
            keys.add((Contract.PARTY_REGISTRY, list_of(act.claim.party)))
    keys |= {(Contract.AGREEMENT_LEDGER, stances_on(agreement)) for agreement in made.opened}
    return {
        (contract, Hash(subject)): REGISTER if subject == ZERO else word_slot(subject) for contract, subject in keys
    }


def _proven(
    node: Node, made: Replay, state_root: Hash, contract: Contract
) -> Iterable[tuple[tuple[Contract, Hash], Hash]]:
    """What the state holds at a contract's slots, walked from the state's root."""
    slots = sorted(slot for key, slot in _slots(made).items() if key[0] is contract)
    address = made.release.address(contract)
    for at in range(0, len(slots), _SLOTS):
        some = slots[at : at + _SLOTS]
        told = node.proof(address, some, made.head.number)
        nodes = Nodes([*told.account_proof, *(one for slot in told.storage for one in slot.proof)])
        account = nodes.account(state_root, address)
        for slot in some:
            yield (contract, slot), nodes.slot(account.storage_root, slot) if account else ZERO


def _left_out(node: Node, made: Replay, key: Key, slot: Hash) -> Difference:
    """Name the first block at which the events and the state part, where the node still tells old state."""
    contract, subject = key
    name = f"the register of {contract.title}" if subject == ZERO else f"subject {subject}"
    low, high = made.first, made.head.number
    exact = True
    try:
        while low < high:
            middle = (low + high) // 2
            if node.storage(made.release.address(contract), slot, middle) == made.word_at(key, middle):
                low = middle + 1
            else:
                high = middle
    except ChainError:
        exact = False
    where = f"at block {high}" if exact else f"at or before block {high}"
    sentence = (
        f"The node at {node.name} left out or altered an act on {name} {where}: its events link to another word than "
        "the contract holds. Ask another node."
    )
    return Difference(node.name, "left out", high, str(subject), sentence)
