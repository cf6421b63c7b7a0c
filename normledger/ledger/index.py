"""Reads the chain into the tables: a block a transaction, rolled back on a reorganisation, checked against the words.

Before a block's rows are committed, the word of every subject that it touched, and the registers', are linked again
from the events and compared with what the contracts hold at that block. So a node that leaves out a log is found at
the block where it did.
"""

from collections.abc import Callable, Iterable
from itertools import groupby

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError as DuplicateRow
from sqlmodel import Session, col, delete, select

from normledger.acts.act import ActKind, Contract, RecordedAct, RecordedClaim
from normledger.acts.commitment import NOTHING, link
from normledger.acts.release import REGISTER_SLOT, Release, agreement_id, word_slot
from normledger.acts.signature import recover
from normledger.chain.logs import Event, Opened, events
from normledger.chain.node import Block, Node
from normledger.errors import ChainError, IntegrityError, SignatureError, WorkspaceError
from normledger.identifiers import Hash, Word
from normledger.ledger.database import open_engine
from normledger.ledger.tables import (
    FACTS,
    FORMAT,
    ActRow,
    AgreementRow,
    BlockRow,
    FounderRow,
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
    """An engine on the index's tables, made where they are missing."""
    return open_engine(url, [ProgressRow, *FACTS])


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
                found = events(entries, self._release, self._node.chain_id, {number: block.time})
                self._write(block, found)
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
        for table in (PartyRow, AgreementRow, ActRow, RegisterRow):
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

    def _write(self, block: Block, found: list[Event]) -> None:
        try:
            with Session(self._engine) as session:
                writer = _BlockWriter(session, block)
                for entry in found:
                    self._check(entry)
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

    def _check(self, entry: Event) -> None:
        """What the words do not hold: the signature itself, and the terms behind an agreement's id."""
        if isinstance(entry, Opened):
            true = entry.agreement == agreement_id(entry.document, entry.clauses, entry.parties, entry.admission)
            what = f"the terms that it tells are not those of agreement {entry.agreement}"
        else:
            account = entry.claim.account if isinstance(entry, RecordedClaim) else entry.signer
            what = f"the signature is not that of account {account}"
            try:
                true = recover(entry.digest, entry.signature) == account
            except SignatureError:
                true = False
        if not true:
            at = entry.recorded
            raise IntegrityError(
                f"The node at {self._node.name} altered log {at.index} of block {at.block} ({at.block_hash}): {what}. "
                "Ask another node."
            )

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
    """Turns one block's events into rows, linking words as it goes; reads what came before once per subject."""

    def __init__(self, session: Session, block: Block) -> None:
        self._session, self._block = session, block
        self._words: dict[tuple[Contract, Hash], tuple[Word, int]] = {}
        self._registers: dict[Contract, tuple[Word, int]] = {}
        self._opening: dict[Hash, Opened] = {}

    def words(self) -> list[tuple[tuple[Contract, Hash], Word]]:
        return [(key, word) for key, (word, _) in sorted(self._words.items())]

    def registers(self) -> list[tuple[Contract, Word]]:
        return [(contract, word) for contract, (word, _) in sorted(self._registers.items())]

    def add(self, entry: Event) -> None:
        if isinstance(entry, RecordedClaim):
            self._add_claim(entry)
        elif isinstance(entry, Opened):
            self._add_agreement(entry)
        else:
            self._add_act(entry)

    def _add_claim(self, entry: RecordedClaim) -> None:
        claim, at = entry.claim, entry.recorded
        word = link(NOTHING, ActKind.CLAIM, entry.digest, claim.party, claim.account, at.block, at.time)
        self._words[Contract.PARTY_REGISTRY, claim.party] = (word, 1)
        self._session.add(
            PartyRow(
                block=at.block,
                log=at.index,
                transaction=str(at.transaction),
                id=str(claim.party),
                identifier=claim.identifier,
                kind=claim.kind,
                profile=str(claim.profile),
                account=str(claim.account),
                deadline=str(claim.deadline),
                signature=entry.signature,
                digest=str(entry.digest),
                word=str(word),
            )
        )
        self._enter(Contract.PARTY_REGISTRY, ActKind.CLAIM, claim.party, entry)

    def _add_agreement(self, entry: Opened) -> None:
        at = entry.recorded
        self._session.add(
            AgreementRow(
                block=at.block,
                log=at.index,
                transaction=str(at.transaction),
                id=str(entry.agreement),
                document=str(entry.document),
                clauses=str(entry.clauses),
                admission=entry.admission,
            )
        )
        for position, party in enumerate(entry.parties):
            self._session.add(FounderRow(agreement=str(entry.agreement), position=position, party=str(party)))
        self._opening[entry.agreement] = entry

    def _add_act(self, entry: RecordedAct) -> None:
        act, at = entry.act, entry.recorded
        previous, sequence = self._previous(entry.contract, act.subject)
        word = link(previous, act.kind, entry.digest, act.party, entry.signer, at.block, at.time)
        self._words[entry.contract, act.subject] = (word, sequence + 1)
        self._session.add(
            ActRow(
                block=at.block,
                log=at.index,
                transaction=str(at.transaction),
                contract=int(entry.contract),
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
                digest=str(entry.digest),
                word=str(word),
            )
        )
        # An agreement enters the register with its first founding signature, a batch or a norm with the act that
        # brings it (contracts: `_enter`).
        if self._opening.pop(act.subject, None) is not None:
            self._enter(entry.contract, act.kind, act.subject, entry)
        elif act.kind in (ActKind.ALIGNMENTS, ActKind.REPORTS):
            self._enter(entry.contract, act.kind, act.refers_to, entry)
        elif act.kind is ActKind.PUBLICATION:
            self._enter(entry.contract, act.kind, act.subject, entry)

    def _previous(self, contract: Contract, subject: Hash) -> tuple[Word, int]:
        if (contract, subject) in self._words:
            return self._words[contract, subject]
        last = self._session.exec(
            select(ActRow.word, ActRow.sequence)
            .where(ActRow.contract == int(contract), ActRow.subject == str(subject))
            .order_by(col(ActRow.sequence).desc())
            .limit(1)
        ).first()
        return (Word.parse(last[0]), last[1] + 1) if last else (NOTHING, 0)

    def _enter(self, contract: Contract, kind: ActKind, subject: Hash, entry: RecordedClaim | RecordedAct) -> None:
        if contract not in self._registers:
            self._registers[contract] = _register(self._session, contract)
        previous, sequence = self._registers[contract]
        party, account = (
            (entry.claim.party, entry.claim.account)
            if isinstance(entry, RecordedClaim)
            else (entry.act.party, entry.signer)
        )
        at = entry.recorded
        word = link(previous, kind, subject, party, account, at.block, at.time)
        self._registers[contract] = (word, sequence + 1)
        self._session.add(
            RegisterRow(
                block=at.block,
                log=at.index,
                transaction=str(at.transaction),
                contract=int(contract),
                sequence=sequence,
                kind=int(kind),
                subject=str(subject),
                party=str(party),
                word=str(word),
            )
        )
