"""What a forger can do who makes up a whole state: a header, tries and words that fit whatever acts a bundle tells.

Only the block hash, and what signatures and claims say by themselves, stand against it. Built with `trie` and `rlp`, so
that the proofs of `evidence` are held to another implementation.
"""

from copy import deepcopy
from typing import Any

import rlp
from trie import HexaryTrie

from normledger.acts import release
from normledger.acts.act import Act, ActKind, Claim, Contract, RecordedAct
from normledger.acts.commitment import NOTHING, link
from normledger.acts.release import word_slot
from normledger.acts.signature import address_of, sign
from normledger.documents.canonical import canonical_bytes
from normledger.documents.document import Norm
from normledger.evidence.bundle import Bundle, Subject, read
from normledger.evidence.header import read_header
from normledger.evidence.known import Entry
from normledger.evidence.state_proof import Nodes, ProofError
from normledger.evidence.statements import Stated
from normledger.evidence.verification import REGISTER, Signers, entries_of, linked, registered_in
from normledger.identifiers import ZERO, Hash, OutcomeId, Word, keccak, parse_identifier

CHAIN_ID = 20044
CODE = keccak(b"some code")


def forged(data: dict[str, Any]) -> dict[str, Any]:
    """The same acts with a state in which they are all that there is."""
    made = deepcopy(data)
    current, bundle = release.current(), read(data)
    separators = {one: current.domain(one, bundle.chain_id).separator for one in Contract}

    def entries(subject: Subject) -> tuple[Entry, ...]:
        return entries_of([subject], Signers([subject], separators))[subject.key]

    storage: dict[Contract, dict[bytes, bytes]] = {}
    for subject in bundle.subjects:
        word: Word = NOTHING
        for entry in entries(subject):
            word = linked(word, entry, subject.id)
        slots = storage.setdefault(subject.contract, {})
        if word != NOTHING:
            slots[word_slot(subject.id)] = word
    for contract, subjects in registered_in(bundle).items():
        word = NOTHING
        acts = {one.key: entries(one) for one in bundle.subjects}
        for one in subjects:
            first = acts[contract, one][0]
            assert isinstance(first, RecordedAct)
            at, act = first.recorded, first.act
            word = link(word, act.kind, one, act.party, act.account, at.block, at.time)
        storage[contract][REGISTER] = word
    nodes: set[bytes] = set()
    accounts = {}
    for contract, slots in storage.items():
        root, found = _trie({keccak(slot): rlp.encode(word.lstrip(b"\0")) for slot, word in slots.items()}, slots)
        nodes |= found
        accounts[keccak(current.address(contract))] = rlp.encode([1, 0, root, CODE])
    root, found = _trie(accounts, [current.address(contract) for contract in storage])
    fields = rlp.decode(bundle.header)
    fields[3] = root
    made["header"] = f"0x{rlp.encode(fields).hex()}"
    made["nodes"] = sorted(f"0x{node.hex()}" for node in nodes | found)
    return made


def _trie(entries: dict[Any, bytes], keys: Any) -> tuple[bytes, set[bytes]]:
    trie = HexaryTrie({})
    for key, value in entries.items():
        trie[bytes(key)] = value
    nodes: set[bytes] = set()
    for key in keys:
        path = trie.get_proof(keccak(key))  # type: ignore[no-untyped-call]
        nodes |= {raw for place, node in enumerate(path) if len(raw := rlp.encode(node)) >= 32 or place == 0}
    return trie.root_hash, nodes - {rlp.encode(b"")}


def pruned(data: dict[str, Any]) -> dict[str, Any]:
    """The same without the nodes that no subject needs any more, as whoever left one out would prune it."""
    made = deepcopy(data)
    bundle, current = read(data), release.current()
    header = read_header(bundle.header)
    nodes = Nodes(bundle.nodes)
    registered = registered_in(bundle)
    for contract in {subject.contract for subject in bundle.subjects} | set(registered):
        account = nodes.account(header.state_root, current.address(contract))
        assert account is not None
        slots = [word_slot(one.id) for one in bundle.subjects if one.contract is contract]
        slots += [REGISTER] if contract in registered else []
        for slot in slots:
            try:
                nodes.slot(account.storage_root, slot)
            except ProofError:
                continue
    kept = {f"0x{node.hex()}" for node in bundle.nodes if bytes(keccak(node)) in nodes._read}
    made["nodes"] = [node for node in data["nodes"] if node in kept]
    return made


def endorsed(count: int) -> bytes:
    """The bundle of a norm that so many parties endorse, each with a plain key: what it looks like without a chain."""
    norm = Norm("Many", "Parties help each other.", (OutcomeId(keccak(b"outcome")),), "exercise")
    norms, parties = (
        release.current().domain(one, CHAIN_ID) for one in (Contract.NORM_REGISTRY, Contract.PARTY_REGISTRY)
    )
    subjects, stances = [], []
    for number in range(count):
        key = keccak(f"throw-away key {number} of many".encode())
        claim = Claim(parse_identifier(f"exercise:ngo:many-{number}"), 5, ZERO, address_of(key))
        signed = Stated(claim, sign(parties.digest(claim), key), 2, 1_800_000_002)
        subjects.append(Subject(Contract.PARTY_REGISTRY, claim.party, (signed,)))
        for kind in (ActKind.PUBLICATION, ActKind.ENDORSEMENT)[1 if number else 0 :]:
            act = Act(Contract.NORM_REGISTRY, kind, norm.hash, claim.party, address_of(key), int(kind))
            stances.append(Stated(act, sign(norms.digest(act), key), 3, 1_800_000_003))
    answer = {
        "kind": "endorsements",
        "norm": str(norm.hash),
        "endorsed_by": sorted(str(one.id) for one in subjects),
        "opposed_by": [],
        "anchored": [],
    }
    subjects.append(Subject(Contract.NORM_REGISTRY, Hash(norm.hash), tuple(stances)))
    codes = [keccak(code) for code in release.current().init_codes]
    header = rlp.encode([
        *(bytes(32), bytes(32), bytes(20), bytes(32), bytes(32), bytes(32), bytes(256), 0, 3, 30_000_000, 21_000),
        *(1_800_000_003, b"", bytes(32), bytes(8), 7, bytes(32)),
    ])  # fmt: skip
    blank = Bundle(CHAIN_ID, (codes[0], codes[1], codes[2]), answer, header, (), tuple(subjects), (norm,))
    return canonical_bytes(forged(blank.to_json()))
