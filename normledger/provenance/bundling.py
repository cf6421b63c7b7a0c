"""Makes evidence bundles: what the index holds of a claim's subjects, and proofs of their words from a node.

The claim's answer, its subjects and its documents come from the same judging that a verifier does (`evidence.claims`),
asked of the index; then the bundle is verified here before anybody gets it.

Belongs here: turning what was asked into a file, by one `eth_getProof` a contract and a hundred subjects. Does not
belong here: what a claim comes to.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from normledger.acts.act import ActKind, Contract, RecordedClaim, list_of
from normledger.acts.consent import standing_batches
from normledger.acts.powers import RecordedOwnAct, Rotation
from normledger.acts.release import Release, word_slot
from normledger.acts.signature import expanded, is_by
from normledger.chain.node import Node, RpcError
from normledger.composition.result import Parameters
from normledger.documents.document import Document, Endorsements, Reports
from normledger.documents.trust_policy import TrustPolicy
from normledger.errors import ChainError, NotFound
from normledger.evidence.bundle import Bundle, Subject
from normledger.evidence.claims import conclude, path_to
from normledger.evidence.header import Header, read_header
from normledger.evidence.known import Entry, Known
from normledger.evidence.statements import NO_SIGNATURE, Stated
from normledger.evidence.verdict import Verdict
from normledger.evidence.verification import REGISTER, verify
from normledger.identifiers import Address, Digest, Hash, PartyId, keccak
from normledger.ledger.queries import Ledger, View

_SLOTS = 100
"""Slots asked for at once."""


class Bundling:
    """Makes bundles as of one block of a chain. Raises `InputError` for a block beyond the index."""

    def __init__(self, ledger: Ledger, node: Node, release: Release, as_of: int | None = None) -> None:
        self._store, self._node, self._release = ledger.store, node, release
        if as_of is None:
            as_of = min(node.final().number, ledger.as_of(newest=True).at.block)
        self._raw = node.header(as_of)
        self.header: Header = read_header(self._raw)
        # The acts up to this block, judged at this block's time even where it holds none.
        self.view: View = ledger.as_of(as_of, time=self.header.time)

    def bundle(self, question: dict[str, Any], recognisers: Sequence[PartyId] = ()) -> bytes:
        """The file for a claim's question. Raises `Unproven` where the acts do not give it, `NotFound` for a text."""
        known = self._known()
        found = conclude(question, known)
        authors = [author for author in sorted(recognisers) if self._recognises(author, found.parties)]
        for author in authors:
            known.acts(Contract.PARTY_REGISTRY, list_of(author))
        subjects = tuple(
            Subject(contract, subject, tuple(stated(entry) for entry in entries))
            for (contract, subject), entries in known.subjects.items()
        )
        bundle = Bundle(
            self.view.at.chain_id,
            tuple(keccak(code) for code in self._release.init_codes),  # type: ignore[arg-type]  # three
            found.claim,
            self._raw,
            self._nodes([subject.key for subject in subjects], list(known.registers)),
            subjects,
            tuple(known.documents.values()),
            tuple(authors),
        )
        return bundle.bytes()

    # --- questions

    def endorsements(self, norm: str) -> dict[str, Any]:
        """Who endorses a norm, named by its id or title. Raises `NotFound`."""
        return {"kind": "endorsements", "norm": str(self.view.norm(norm).id)}

    def consent(self, party: str, agreement: str, clause: str) -> dict[str, Any]:
        """Whether a party consents to a clause, named by its key or id. Raises `NotFound` or `InputError`."""
        one = self.view.agreement(agreement)
        if one.document is None:
            raise NotFound("document", str(one.terms.document), str(one.fault))
        ids = {str(id_): id_ for id_ in one.document.clause_ids}
        return {
            "kind": "consent",
            "agreement": str(one.id),
            "clause": str(ids.get(clause) or one.document.clause_id(clause)),
            "party": str(self.view.party(party).id),
        }

    def powers(self, act: Digest) -> dict[str, Any]:
        """Whether full powers covered an act. Raises `NotFound`."""
        question: dict[str, Any] = {"kind": "powers", "act": str(act)}
        if one := self.view.acts.get(act):
            contract, subject, party = one.contract, one.act.subject, one.act.party
            return question | {"contract": contract.title, "subject": str(subject), "party": str(party)}
        for history in self.view.parties.values():
            if any(own.digest == act for own in history.own):
                title, name = Contract.PARTY_REGISTRY.title, str(history.id)
                return question | {"contract": title, "subject": name, "party": name}
        raise NotFound(
            "act", str(act), "`normledger agreement NAME --json` and `normledger norm NAME --json` list them"
        )

    def report(self, leaf: Hash) -> dict[str, Any]:
        """Who made a report, named by its hash. Raises `NotFound`."""
        for batch in self.view.batches(ActKind.REPORTS):
            if isinstance(batch.document, Reports) and leaf in batch.document.leaf_hashes:
                leaves = batch.document.leaf_hashes
                position = leaves.index(leaf)
                return {
                    "kind": "report",
                    "author": str(batch.act.act.party),
                    "act": str(batch.act.digest),
                    "position": str(position),
                    "leaf": batch.document.leaves[position].to_json(),
                    "path": path_to(leaves, position),
                }
        raise NotFound("report", str(leaf), "`normledger candidate KEY --basis reported --json` lists reports by hash")

    def candidate(
        self,
        key: Hash,
        basis: str,
        world: str,
        policy: TrustPolicy,
        parameters: Parameters,
        among: Sequence[Hash] | None = None,
    ) -> dict[str, Any]:
        """The question of a candidate norm: from these agreements, or of all on the register. Texts away are named."""
        maximal = among is None
        chosen: Sequence[Hash] = sorted(among or ())
        if maximal and basis == "consented":
            chosen = list(self.view.agreements)
        question: dict[str, Any] = {
            "kind": "candidate",
            "basis": basis,
            "world": world,
            "key": str(key),
            "maximal": maximal,
            "among": [str(one) for one in chosen],
            "parameters": {one.name: getattr(parameters, one.name) for one in fields(parameters)},
            "trust_policy": policy.to_json(),
        }
        missing: set[str] = set()
        while True:
            question["missing"] = sorted(missing)
            try:
                conclude(question, self._known())
                return question
            except NotFound as error:
                missing.add(error.name)

    def _recognises(self, author: PartyId, parties: Sequence[PartyId]) -> bool:
        """Whether somebody recognises one of these parties now."""
        standing = standing_batches(self.view.acts_on(Contract.PARTY_REGISTRY, list_of(author)))
        return any(act.act.kind is ActKind.RECOGNITION and act.act.refers_to in parties for act in standing)

    def proven(self, question: dict[str, Any], recognisers: Sequence[PartyId] = ()) -> tuple[bytes, Verdict]:
        """The file, and what it proves: nothing is handed out that a stranger would refuse."""
        raw = self.bundle(question, recognisers)
        return raw, verify(raw, block_hash=self.header.hash, release=self._release)

    def _known(self) -> Known:
        def document(name: Hash) -> Document:
            found = self._store.read(name)
            if found is None:
                raise NotFound("document", str(name), "the claim rests on it; fetch it by its hash from a mirror")
            return found

        return Known(
            self.header.time,
            lambda contract: self._release.domain(contract, self.view.at.chain_id),
            self._entries,
            document,
            self._rooted,
            self._register,
        )

    def _rooted(self, root: Hash) -> Endorsements | None:
        return self._store.rooted(root)

    def _register(self, contract: Contract) -> Sequence[Hash]:
        assert contract is Contract.AGREEMENT_LEDGER
        return tuple(self.view.agreements)

    def _entries(self, contract: Contract, subject: Hash) -> Sequence[Entry]:
        party = self.view.parties.get(PartyId(subject)) if contract is Contract.PARTY_REGISTRY else None
        if party is None:
            return _placed(self.view.acts_on(contract, subject))
        return _placed((party.claim, *party.own))

    def _nodes(self, keys: Sequence[tuple[Contract, Hash]], registers: Sequence[Contract]) -> tuple[bytes, ...]:
        found: set[bytes] = set()
        for contract in Contract:
            slots = sorted(word_slot(subject) for of, subject in keys if of is contract)
            slots += [REGISTER] if contract in registers else []
            for at in range(0, len(slots), _SLOTS):
                found |= self._proof(self._release.address(contract), slots[at : at + _SLOTS])
        return tuple(sorted(found))

    def _proof(self, address: Address, slots: Sequence[Hash]) -> set[bytes]:
        number = self.header.number
        try:
            told = self._node.proof(address, slots, number)
        except RpcError as error:
            raise ChainError(
                f"The chain at {self._node.name} proves nothing of block {number} ({error}); most nodes keep proofs "
                f"for a short while. {self._provable(address)}"
            ) from error
        return {*told.account_proof, *(node for slot in told.storage for node in slot.proof)}

    def _provable(self, address: Address) -> str:
        """Which blocks this node does prove: nodes keep the newest ones, so the oldest is found by halving."""
        head = self._node.head().number
        if not self._proves(address, head):
            return f"It proves nothing of its head, block {head}, either: ask another node."
        low, high = self.header.number, head
        while high - low > 1:
            middle = (low + high) // 2
            if self._proves(address, middle):
                high = middle
            else:
                low = middle
        return f"It proves blocks {high} to {head}: ask --as-of one of these, or another node."

    def _proves(self, address: Address, number: int) -> bool:
        try:
            self._node.proof(address, [REGISTER], number)
        except RpcError:
            return False
        return True


def _placed(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Entries as a verifier has them: each one's index is its place on its subject."""
    return tuple(
        replace(entry, recorded=replace(entry.recorded, index=place, place=0)) for place, entry in enumerate(entries)
    )


def stated(entry: Entry) -> Stated:
    """What a bundle holds of an entry of the index."""
    at = entry.recorded
    if isinstance(entry, RecordedClaim):
        claim = entry.claim
        return Stated(claim, _plain(entry.digest, entry.signature, claim.account), at.block, at.time)
    act, consent = entry.act, NO_SIGNATURE
    if isinstance(entry, RecordedOwnAct) and isinstance(act, Rotation):
        consent = _plain(entry.digest, entry.consent, act.next)
    return Stated(act, _plain(entry.digest, entry.signature, act.account), at.block, at.time, consent)


def _plain(digest: Digest, signature: bytes, account: Address) -> bytes:
    """A plain key's signature in 65 bytes; none where a wallet answered for it."""
    if not is_by(digest, signature, account):
        return NO_SIGNATURE
    return expanded(signature) if len(signature) == 64 else signature
