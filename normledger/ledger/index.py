"""Reads the chain into the tables: a block a transaction, rolled back on a reorganisation, checked against the words.

Before a block's rows are committed, the word of every subject that it touched, and the registers', are linked again
from the events and compared with what the contracts hold at that block. So a node that leaves out or alters a log is
found at the block where it did.
"""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError as DuplicateRow
from sqlmodel import Session, col, delete, select

from normledger.acts.act import FOUNDING, ActKind, Contract, Recorded, RecordedAct, RecordedClaim
from normledger.acts.commitment import NOTHING, link
from normledger.acts.powers import FullPowers, FurtherClaim, RecordedOwnAct, Revocation, Rotation
from normledger.acts.release import REGISTER_SLOT, Release, word_slot
from normledger.chain.logs import Event, Opened, events
from normledger.chain.node import Block, Log, Node
from normledger.errors import ChainError, IntegrityError, WorkspaceError
from normledger.identifiers import Address, AgreementId, Hash, PartyId, Word
from normledger.ledger.database import open_database
from normledger.ledger.tables import (
    FORMAT,
    INDEX,
    ActRow,
    AgreementRow,
    BlockRow,
    FounderRow,
    OwnActRow,
    PartyRow,
    ProgressRow,
    RegisterRow,
)

_STRIDE = 2_000
"""Blocks asked for at once."""


_PATIENCE = 5
"""How often to start over when the chain turns while it is read."""


class _Turned(Exception):
    """The chain was reorganised while it was read: start over from what it now says."""


def open_index(url: str) -> Engine:
    """An engine on the index's tables, made where they are missing, and anew where they are of an older form."""
    return open_database(url, INDEX)


class Index:
    """The index of one release's contracts on one chain."""

    def __init__(self, engine: Engine, node: Node, release: Release, first_block: int = 0) -> None:
        self._engine, self._node, self._release, self._first = engine, node, release, first_block

    def update(self, progress: Callable[[int, int], None] | None = None) -> Block:
        """Read up to the chain's head and give it. `progress(done, of)` is called as blocks go by.

        Raises `IntegrityError` where the chain's words are not those of its events; what was indexed before stays.
        """
        for _ in range(_PATIENCE):
            try:
                return self._update(progress)
            except _Turned:
                continue
        raise ChainError(
            f"The chain at {self._node.name} tells blocks and events that do not belong together, time and again: "
            "wait until it has settled, or ask another node."
        )

    def _update(self, progress: Callable[[int, int], None] | None) -> Block:
        head = self._node.head()
        with Session(self._engine) as session:
            start = self._agree(session)
        for low in range(start, head.number + 1, _STRIDE):
            high = min(low + _STRIDE - 1, head.number)
            logs = self._node.logs(self._release.addresses, low, high)
            for number, group in groupby(logs, key=lambda log: log.block_number):
                entries, block = list(group), self._node.block(number)
                if block is None or any(log.block_hash != block.hash for log in entries):
                    raise _Turned
                self._write(block, entries)
            reached = head if high == head.number else self._node.block(high)
            if reached is None:
                raise _Turned
            with Session(self._engine) as session:
                # A block whose events were left out altogether shows here, if it brought a new subject; an act left
                # out on an old subject shows with the next act on it.
                self._compare((), _registers(session), reached)
                self._mark(session, reached)
                session.commit()
            if progress:
                progress(high - start + 1, head.number - start + 1)
        return head

    def _agree(self, session: Session) -> int:
        """Roll back what the chain no longer holds; the first block to read."""
        row = session.get(ProgressRow, 1)
        if row is None:
            return self._first
        if row.format != FORMAT or row.release != self._release.name:
            raise WorkspaceError(
                "The index was made by another release; delete index.db and index again, nothing is lost by that."
            )
        if row.chain_id != self._node.chain_id:
            raise WorkspaceError(
                f"The index is of chain {row.chain_id}, but {self._node.name} is chain {self._node.chain_id}; "
                "name the right chain, or delete index.db and index again."
            )
        known = self._node.block(row.block)
        if known is not None and str(known.hash) == row.block_hash:
            return row.block + 1
        for block in session.exec(select(BlockRow).order_by(col(BlockRow.number).desc())):
            still = self._node.block(block.number)
            if still is not None and str(still.hash) == block.hash:
                self._roll_back(session, block.number)
                self._mark(session, still)
                session.commit()
                return block.number + 1
        self._roll_back(session, -1)
        session.exec(delete(ProgressRow))
        session.commit()
        return self._first

    def _roll_back(self, session: Session, keep: int) -> None:
        dropped = select(AgreementRow.id).where(AgreementRow.block > keep)
        session.exec(delete(FounderRow).where(col(FounderRow.agreement).in_(dropped)))
        for table in (PartyRow, OwnActRow, AgreementRow, ActRow, RegisterRow):
            session.exec(delete(table).where(col(table.block) > keep))
        session.exec(delete(BlockRow).where(col(BlockRow.number) > keep))

    def _mark(self, session: Session, block: Block) -> None:
        session.merge(
            ProgressRow(
                format=FORMAT,
                chain_id=self._node.chain_id,
                release=self._release.name,
                block=block.number,
                block_hash=str(block.hash),
                block_time=block.time,
                final=min(block.number, self._node.final().number),
            )
        )

    def _write(self, block: Block, logs: list[Log]) -> None:
        try:
            with Session(self._engine) as session:
                writer = _BlockWriter(session, block)
                for entry in events(logs, self._release, self._node.chain_id, block.time, writer):
                    writer.add(entry)
                self._compare(writer.words(), writer.registers(), block)
                session.add(
                    BlockRow(number=block.number, hash=str(block.hash), parent=str(block.parent), time=block.time)
                )
                self._mark(session, block)
                session.commit()
        except DuplicateRow as error:
            raise IntegrityError(
                f"The node at {self._node.name} tells an event of block {block.number} ({block.hash}) twice. "
                "Ask another node."
            ) from error

    def _compare(
        self,
        words: Iterable[tuple[tuple[Contract, Hash], Word]],
        registers: Iterable[tuple[Contract, Word]],
        block: Block,
    ) -> None:
        """Hold the recomputed words against the contracts' storage at this block."""
        slots = [(contract, word_slot(subject), word, f"subject {subject}") for (contract, subject), word in words]
        slots += [
            (contract, Hash(REGISTER_SLOT.to_bytes(32, "big")), word, f"the register of {contract.title}")
            for contract, word in registers
        ]
        for contract, slot, word, name in slots:
            held = self._node.storage(self._release.address(contract), slot, block.number)
            if held != word:
                now = self._node.block(block.number)
                if now is None or now.hash != block.hash:
                    raise _Turned
                raise IntegrityError(
                    f"At block {block.number} ({block.hash}) the chain holds the word {held} for {name}, but its "
                    f"events link to {word}: the node at {self._node.name} left out or altered a log. Ask another node."
                )


def _registers(session: Session) -> list[tuple[Contract, Word]]:
    """The register's word of every contract, as far as the index has read."""
    return [(contract, _register(session, contract)[0]) for contract in Contract]


def _register(session: Session, contract: Contract) -> tuple[Word, int]:
    """A register's word and how many subjects it lists."""
    last = session.exec(
        select(RegisterRow.word, RegisterRow.sequence)
        .where(RegisterRow.contract == int(contract))
        .order_by(col(RegisterRow.sequence).desc())
        .limit(1)
    ).first()
    return (Word.parse(last[0]), last[1] + 1) if last else (NOTHING, 0)


class _BlockWriter:
    """Turns one block's events into rows, linking words as it goes; reads what came before once per subject.

    It is also the history by which the next event is read (`chain.logs.History`).
    """

    def __init__(self, session: Session, block: Block) -> None:
        self._session, self._block = session, block
        self._words: dict[tuple[Contract, Hash], tuple[Word, int]] = {}
        self._registers: dict[Contract, tuple[Word, int]] = {}
        self._accounts: dict[PartyId, Address] = {}
        self._founded: dict[Hash, frozenset[PartyId]] = {}
        self._opening: set[Hash] = set()

    # --- history

    def account(self, party: PartyId) -> Address:
        """The account that acts for a party after what was added so far. Raises `KeyError`."""
        if party not in self._accounts:
            claimed = self._session.exec(select(PartyRow.account).where(PartyRow.id == str(party))).first()
            if claimed is None:
                raise KeyError(f"party {party} is not registered")
            rotated = self._session.exec(
                select(OwnActRow.address)
                .where(OwnActRow.party == str(party), OwnActRow.kind == int(ActKind.ROTATION))
                .order_by(col(OwnActRow.sequence).desc())
                .limit(1)
            ).first()
            self._accounts[party] = Address.parse(rotated or claimed)
        return self._accounts[party]

    def founded(self, agreement: AgreementId) -> frozenset[PartyId] | None:
        """The founders whose signatures an agreement has; None where it is not opened."""
        if agreement not in self._founded:
            if self._session.exec(select(AgreementRow.id).where(AgreementRow.id == str(agreement))).first() is None:
                return None
            signed = self._session.exec(
                select(ActRow.party).where(
                    ActRow.contract == int(Contract.AGREEMENT_LEDGER),
                    ActRow.subject == str(agreement),
                    col(ActRow.kind).in_([int(kind) for kind in FOUNDING]),
                )
            )
            self._founded[agreement] = frozenset(PartyId.parse(party) for party in signed)
        return self._founded[agreement]

    # --- rows

    def words(self) -> list[tuple[tuple[Contract, Hash], Word]]:
        return [(key, word) for key, (word, _) in sorted(self._words.items())]

    def registers(self) -> list[tuple[Contract, Word]]:
        return [(contract, word) for contract, (word, _) in sorted(self._registers.items())]

    def add(self, entry: Event) -> None:
        match entry:
            case RecordedClaim():
                self._add_claim(entry)
            case RecordedOwnAct():
                self._add_own_act(entry)
            case Opened():
                self._add_agreement(entry)
            case RecordedAct():
                self._add_act(entry)

    def _add_claim(self, entry: RecordedClaim) -> None:
        claim = entry.claim
        word, _ = self._linked(
            Contract.PARTY_REGISTRY, claim.party, ActKind.CLAIM, entry.digest, claim.party, claim.account,
            entry.recorded,
        )  # fmt: skip
        self._accounts[claim.party] = claim.account
        self._session.add(
            PartyRow(
                **_placed(entry.recorded),
                id=str(claim.party),
                identifier=claim.identifier,
                kind=claim.kind,
                profile=str(claim.profile),
                account=str(claim.account),
                deadline=str(claim.deadline),
                signature=entry.signature,
                proven=entry.proven,
                digest=str(entry.digest),
                word=str(word),
            )
        )
        self._enter(Contract.PARTY_REGISTRY, ActKind.CLAIM, claim.party, claim.party, claim.account, entry.recorded)

    def _add_own_act(self, entry: RecordedOwnAct) -> None:
        act = entry.act
        word, sequence = self._linked(
            Contract.PARTY_REGISTRY, act.party, act.kind, entry.digest, act.party, act.account, entry.recorded
        )
        row = OwnActRow(
            **_placed(entry.recorded),
            kind=int(act.kind),
            party=str(act.party),
            sequence=sequence,
            account=str(act.account),
            number=act.number,
            deadline=str(act.deadline),
            signature=entry.signature,
            consent=entry.consent,
            represented=entry.represented,
            proven=entry.proven,
            digest=str(entry.digest),
            word=str(word),
        )
        match act:
            case FurtherClaim():
                row.identifier, row.unreadable, row.profile = act.identifier, act.unreadable, str(act.profile)
            case Rotation():
                row.address = str(act.next)
                self._accounts[act.party] = act.next
            case FullPowers():
                row.address, row.subject = str(act.representative), str(act.subject)
                row.kinds, row.until = act.bits, str(act.until)
            case Revocation():
                row.address, row.subject = str(act.representative), str(act.subject)
        self._session.add(row)

    def _add_agreement(self, entry: Opened) -> None:
        self._session.add(
            AgreementRow(
                **_placed(entry.recorded),
                id=str(entry.agreement),
                document=str(entry.document),
                clauses=str(entry.clauses),
                admission=entry.admission,
            )
        )
        for position, party in enumerate(entry.parties):
            self._session.add(FounderRow(agreement=str(entry.agreement), position=position, party=str(party)))
        self._founded[entry.agreement] = frozenset()
        self._opening.add(entry.agreement)

    def _add_act(self, entry: RecordedAct) -> None:
        act = entry.act
        word, sequence = self._linked(
            act.contract, act.subject, act.kind, entry.digest, act.party, entry.signer, entry.recorded
        )
        self._session.add(
            ActRow(
                **_placed(entry.recorded),
                contract=int(act.contract),
                kind=int(act.kind),
                subject=str(act.subject),
                sequence=sequence,
                party=str(act.party),
                account=str(act.account),
                number=act.number,
                clause=str(act.clause),
                refers_to=str(act.refers_to),
                content=str(act.content),
                deadline=str(act.deadline),
                signature=entry.signature,
                represented=entry.represented,
                proven=entry.proven,
                digest=str(entry.digest),
                word=str(word),
            )
        )
        if act.kind in FOUNDING:
            agreement = AgreementId(act.subject)
            self._founded[agreement] = (self.founded(agreement) or frozenset()) | {act.party}
        # An agreement enters the register with its first founding signature, a batch or a norm with the act that
        # brings it (contracts: `_enter`).
        if act.subject in self._opening or act.kind is ActKind.PUBLICATION:
            self._opening.discard(act.subject)
            self._enter(act.contract, act.kind, act.subject, act.party, entry.signer, entry.recorded)
        elif act.kind in (ActKind.ALIGNMENTS, ActKind.REPORTS):
            self._enter(act.contract, act.kind, act.refers_to, act.party, entry.signer, entry.recorded)

    # --- words

    def _linked(
        self,
        contract: Contract,
        subject: Hash,
        kind: ActKind,
        digest: Hash,
        party: PartyId,
        signer: Address,
        at: Recorded,
    ) -> tuple[Word, int]:
        """The subject's word after an act, and the act's place on it."""
        key = (contract, Hash(subject))
        if key not in self._words:
            self._words[key] = self._previous(contract, subject)
        previous, sequence = self._words[key]
        word = link(previous, kind, digest, party, signer, at.block, at.time)
        self._words[key] = (word, sequence + 1)
        return word, sequence

    def _previous(self, contract: Contract, subject: Hash) -> tuple[Word, int]:
        last = self._session.exec(
            select(ActRow.word, ActRow.sequence)
            .where(ActRow.contract == int(contract), ActRow.subject == str(subject))
            .order_by(col(ActRow.sequence).desc())
            .limit(1)
        ).first()
        if last is None and contract is Contract.PARTY_REGISTRY:
            last = self._session.exec(
                select(OwnActRow.word, OwnActRow.sequence)
                .where(OwnActRow.party == str(subject))
                .order_by(col(OwnActRow.sequence).desc())
                .limit(1)
            ).first()
            if last is None:
                claim = self._session.exec(select(PartyRow.word).where(PartyRow.id == str(subject))).first()
                last = (claim, 0) if claim else None
        return (Word.parse(last[0]), last[1] + 1) if last else (NOTHING, 0)

    def _enter(
        self, contract: Contract, kind: ActKind, subject: Hash, party: PartyId, account: Address, at: Recorded
    ) -> None:
        if contract not in self._registers:
            self._registers[contract] = _register(self._session, contract)
        previous, sequence = self._registers[contract]
        word = link(previous, kind, subject, party, account, at.block, at.time)
        self._registers[contract] = (word, sequence + 1)
        self._session.add(
            RegisterRow(
                **_placed(at),
                contract=int(contract),
                sequence=sequence,
                kind=int(kind),
                subject=str(subject),
                party=str(party),
                word=str(word),
            )
        )


def _placed(at: Recorded) -> dict[str, Any]:
    return {"block": at.block, "log": at.index, "place": at.place, "transaction": str(at.transaction)}
