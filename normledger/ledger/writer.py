"""Turns blocks' events into rows, linking words as it goes.

Belongs here: which row an event becomes, and the word and the history that it rests on. Does not belong here: asking a
node, and judging whether the words are the chain's.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, update
from sqlmodel import SQLModel

from normledger.acts.act import FOUNDING, ActKind, Contract, Recorded, RecordedAct, RecordedClaim, list_of, stances_on
from normledger.acts.commitment import NOTHING, link
from normledger.acts.powers import FullPowers, FurtherClaim, RecordedOwnAct, Revocation, Rotation
from normledger.acts.release import REGISTER_SLOT, Release, word_slot
from normledger.chain.logs import Event, Opened, events
from normledger.chain.node import Block, Log
from normledger.identifiers import ZERO, Address, AgreementId, Hash, PartyId, Word
from normledger.ledger.tables import (
    ActRow,
    AgreementRow,
    BlockRow,
    DerivedRow,
    FounderRow,
    LearnedRow,
    OwnActRow,
    PartyRow,
    RegisterRow,
    table_of,
)
from normledger.ledger.texts import chunks

_ACTS, _OWN, _PARTIES, _REGISTER = (table_of(one) for one in (ActRow, OwnActRow, PartyRow, RegisterRow))
_AGREEMENTS, _FOUNDERS, _LEARNED = table_of(AgreementRow), table_of(FounderRow), table_of(LearnedRow)

_PLACED: tuple[type[SQLModel], ...] = (PartyRow, OwnActRow, AgreementRow, ActRow, RegisterRow, DerivedRow)

_NOTHING = str(ZERO)

_ACT_COLUMNS = (
    "block", "log", "place", "transaction", "contract", "kind", "subject", "sequence", "party", "account", "number",
    "clause", "refers_to", "content", "deadline", "signature", "represented", "proven", "digest", "word",
)  # fmt: skip
_COLUMNS: dict[type[SQLModel], tuple[str, ...]] = {
    row: tuple(table_of(row).c.keys())
    for row in (BlockRow, PartyRow, OwnActRow, AgreementRow, FounderRow, RegisterRow, DerivedRow)
} | {ActRow: _ACT_COLUMNS}

_AT_ONCE = 500
"""Rows that a statement inserts."""

Slot = tuple[Contract, Hash | None]
"""A subject of a contract; None for the contract's register."""


def slot_of(slot: Slot) -> Hash:
    """Where a contract keeps a word."""
    return Hash(REGISTER_SLOT.to_bytes(32, "big")) if slot[1] is None else word_slot(slot[1])


def registers(connection: Connection) -> dict[Slot, Word]:
    """The register's word of every contract, as far as the rows go."""
    return {(contract, None): _register(connection, contract)[0] for contract in Contract}


def roll_back(connection: Connection, keep: int) -> None:
    """Forget every block above `keep`."""
    dropped = select(_AGREEMENTS.c.id).where(_AGREEMENTS.c.block > keep)
    connection.execute(delete(_FOUNDERS).where(_FOUNDERS.c.agreement.in_(dropped)))
    for row in _PLACED:
        table = table_of(row)
        connection.execute(delete(table).where(table.c.block > keep))
    blocks = table_of(BlockRow)
    connection.execute(delete(blocks).where(blocks.c.number > keep))
    connection.execute(update(_LEARNED).where(_LEARNED.c.block > keep).values(block=keep))


class Writer:
    """Takes blocks in their order and keeps their rows until they are flushed; reads what came before once per subject.

    It is also the history by which the next event is read (`chain.logs.History`).
    """

    def __init__(
        self, connection: Connection, release: Release, chain_id: int, later: Callable[[RecordedAct], None]
    ) -> None:
        self._connection, self._release, self._chain_id, self._later = connection, release, chain_id, later
        self._words: dict[tuple[Contract, Hash], tuple[Word, int]] = {}
        self._registers: dict[Contract, tuple[Word, int]] = {}
        self._accounts: dict[PartyId, Address] = {}
        self._founded: dict[Hash, frozenset[PartyId]] = {}
        self._opening: set[Hash] = set()
        self._unopened: set[Hash] = set()
        self._pending: list[dict[type[SQLModel], list[tuple[Any, ...]]]] = []
        self._rows: dict[type[SQLModel], list[tuple[Any, ...]]] = {}
        self._touched: dict[Slot, Word] = {}
        self.unproven: set[int] = set()
        """The blocks with acts that no plain signature proves: those of contract wallets."""

    # --- blocks

    def prepare(self, logs: Iterable[Log]) -> None:
        """Read what came before on the subjects that these logs name, all at once."""
        named = sorted({str(log.topics[1]) for log in logs if len(log.topics) > 1})
        for some in chunks(named):
            last = (
                select(_ACTS.c.contract, _ACTS.c.subject, func.max(_ACTS.c.sequence).label("sequence"))
                .where(_ACTS.c.contract.in_([int(one) for one in Contract]), _ACTS.c.subject.in_(some))
                .group_by(_ACTS.c.contract, _ACTS.c.subject)
                .subquery()
            )
            found = self._connection.execute(
                select(_ACTS.c.contract, _ACTS.c.subject, _ACTS.c.word, _ACTS.c.sequence).join(
                    last,
                    (_ACTS.c.contract == last.c.contract)
                    & (_ACTS.c.subject == last.c.subject)
                    & (_ACTS.c.sequence == last.c.sequence),
                )
            )
            for contract, subject, word, sequence in found:
                self._words[Contract(contract), Hash.parse(subject)] = Word.parse(word), sequence + 1
            for party, word in self._connection.execute(
                select(_PARTIES.c.id, _PARTIES.c.word).where(_PARTIES.c.id.in_(some))
            ):
                self._words[Contract.PARTY_REGISTRY, Hash.parse(party)] = Word.parse(word), 1
            for party, word, sequence in self._connection.execute(
                select(_OWN.c.party, _OWN.c.word, _OWN.c.sequence)
                .where(_OWN.c.party.in_(some))
                .order_by(_OWN.c.party, _OWN.c.sequence)
            ):
                self._words[Contract.PARTY_REGISTRY, Hash.parse(party)] = Word.parse(word), sequence + 1
            opened = set(self._connection.scalars(select(_AGREEMENTS.c.id).where(_AGREEMENTS.c.id.in_(some))))
            for subject in map(Hash.parse, some):
                for contract in Contract:
                    self._words.setdefault((contract, subject), (NOTHING, 0))
                if str(subject) not in opened:
                    self._unopened.add(subject)

    def add(self, block: Block, logs: Sequence[Log]) -> dict[Slot, Word]:
        """The words after a block, of the subjects and registers that it touched.

        Raises `IntegrityError` for an event that does not decode; nothing of the block is then kept, and no further
        block may be added. Signatures may still be wrong: whoever gave `later` makes sure of those.
        """
        self._rows, self._touched = defaultdict(list), {}
        self._row(
            BlockRow, {"number": block.number, "hash": str(block.hash), "parent": str(block.parent), "time": block.time}
        )
        for event in events(logs, self._release, self._chain_id, block.time, self, self._later):
            self._add(event)
        self._pending.append(self._rows)
        return self._touched

    def flush(self, blocks: int | None = None, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Write the rows of the first so many blocks that were added, or of all; `meanwhile` is called now and then."""
        merged: dict[type[SQLModel], list[tuple[Any, ...]]] = defaultdict(list)
        for rows in self._pending[:blocks]:
            for table, some in rows.items():
                merged[table] += some
        for table, some in merged.items():
            for at in range(0, len(some), _AT_ONCE):
                _insert(self._connection, table_of(table), _COLUMNS[table], some[at : at + _AT_ONCE])
                meanwhile()

    def _row(self, table: type[SQLModel], values: dict[str, Any]) -> None:
        self._rows[table].append(tuple([values[name] for name in _COLUMNS[table]]))

    # --- history

    def account(self, party: PartyId) -> Address:
        """The account that acts for a party after what was added so far. Raises `KeyError`."""
        if party not in self._accounts:
            claimed = self._one(select(_PARTIES.c.account).where(_PARTIES.c.id == str(party)))
            if claimed is None:
                raise KeyError(f"party {party} is not registered")
            rotated = self._one(
                select(_OWN.c.address)
                .where(_OWN.c.party == str(party), _OWN.c.kind == int(ActKind.ROTATION))
                .order_by(_OWN.c.sequence.desc())
                .limit(1)
            )
            self._accounts[party] = Address.parse(rotated or claimed)
        return self._accounts[party]

    def founded(self, agreement: AgreementId) -> frozenset[PartyId] | None:
        """The founders whose signatures an agreement has; None where it is not opened."""
        if agreement not in self._founded:
            if agreement in self._unopened:
                return None
            if self._one(select(_AGREEMENTS.c.id).where(_AGREEMENTS.c.id == str(agreement))) is None:
                return None
            signed = self._connection.scalars(
                select(_ACTS.c.party).where(
                    _ACTS.c.contract == int(Contract.AGREEMENT_LEDGER),
                    _ACTS.c.subject == str(agreement),
                    _ACTS.c.kind.in_([int(kind) for kind in FOUNDING]),
                )
            )
            self._founded[agreement] = frozenset(PartyId.parse(party) for party in signed)
        return self._founded[agreement]

    # --- rows

    def _add(self, event: Event) -> None:
        match event:
            case RecordedClaim():
                self._add_claim(event)
            case RecordedOwnAct():
                self._add_own_act(event)
            case Opened():
                self._add_agreement(event)
            case RecordedAct():
                self._add_act(event)

    def _add_claim(self, entry: RecordedClaim) -> None:
        claim, party = entry.claim, entry.claim.party
        self._note(entry)
        registry = Contract.PARTY_REGISTRY
        word, _ = self._linked(registry, party, ActKind.CLAIM, entry.digest, party, claim.account, entry.recorded)
        self._accounts[party] = claim.account
        self._row(
            PartyRow,
            _placed(entry.recorded)
            | {
                "id": str(party),
                "identifier": claim.identifier,
                "kind": claim.kind,
                "profile": str(claim.profile),
                "account": _written(claim.account),
                "deadline": str(claim.deadline),
                "signature": entry.signature,
                "proven": entry.proven,
                "digest": str(entry.digest),
                "word": str(word),
            },
        )
        self._enter(registry, ActKind.CLAIM, party, party, claim.account, entry.recorded)
        self._derive(list_of(party), party, entry.recorded)

    def _add_own_act(self, entry: RecordedOwnAct) -> None:
        act = entry.act
        self._note(entry)
        word, sequence = self._linked(
            Contract.PARTY_REGISTRY, act.party, act.kind, entry.digest, act.party, act.account, entry.recorded
        )
        row: dict[str, Any] = _placed(entry.recorded) | {
            "kind": int(act.kind),
            "party": str(act.party),
            "sequence": sequence,
            "account": _written(act.account),
            "number": act.number,
            "deadline": str(act.deadline),
            "address": "",
            "subject": "",
            "kinds": 0,
            "until": "",
            "identifier": "",
            "unreadable": None,
            "profile": "",
            "signature": entry.signature,
            "consent": entry.consent,
            "represented": entry.represented,
            "proven": entry.proven,
            "digest": str(entry.digest),
            "word": str(word),
        }
        match act:
            case FurtherClaim():
                row |= {"identifier": act.identifier, "unreadable": act.unreadable, "profile": str(act.profile)}
            case Rotation():
                row |= {"address": str(act.next)}
                self._accounts[act.party] = act.next
            case FullPowers():
                row |= {"address": str(act.representative), "subject": str(act.subject)}
                row |= {"kinds": act.bits, "until": str(act.until)}
            case Revocation():
                row |= {"address": str(act.representative), "subject": str(act.subject)}
        self._row(OwnActRow, row)

    def _add_agreement(self, entry: Opened) -> None:
        self._row(
            AgreementRow,
            _placed(entry.recorded)
            | {
                "id": str(entry.agreement),
                "document": str(entry.document),
                "clauses": str(entry.clauses),
                "admission": entry.admission,
            },
        )
        for position, party in enumerate(entry.parties):
            self._row(FounderRow, {"agreement": str(entry.agreement), "position": position, "party": str(party)})
        self._founded[entry.agreement] = frozenset()
        self._unopened.discard(entry.agreement)
        self._opening.add(entry.agreement)
        self._derive(stances_on(entry.agreement), entry.agreement, entry.recorded)

    def _derive(self, subject: Hash, of: Hash, at: Recorded) -> None:
        self._row(DerivedRow, {"subject": str(subject), "of": str(of), "block": at.block})

    def _add_act(self, entry: RecordedAct) -> None:
        act = entry.act
        self._note(entry)
        word, sequence = self._linked(
            act.contract, act.subject, act.kind, entry.digest, act.party, entry.signer, entry.recorded
        )
        at = entry.recorded
        self._rows[ActRow].append(
            (  # as `_ACT_COLUMNS` has them
                at.block, at.index, at.place, str(at.transaction), int(act.contract), int(act.kind), str(act.subject),
                sequence, str(act.party), _written(act.account), act.number, _shown(act.clause),
                _shown(act.refers_to), _shown(act.content), str(act.deadline), entry.signature, entry.represented,
                entry.proven, str(entry.digest), str(word),
            )
        )  # fmt: skip
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

    def _note(self, entry: RecordedClaim | RecordedOwnAct | RecordedAct) -> None:
        if not entry.proven:
            self.unproven.add(entry.recorded.block)

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
        key = (contract, subject)
        previous, sequence = self._words.get(key) or self._previous(contract, subject)
        word = link(previous, kind, digest, party, signer, at.block, at.time)
        self._words[key] = (word, sequence + 1)
        self._touched[key] = word
        return word, sequence

    def _previous(self, contract: Contract, subject: Hash) -> tuple[Word, int]:
        last = self._last(_ACTS, _ACTS.c.contract == int(contract), _ACTS.c.subject == str(subject))
        if last is None and contract is Contract.PARTY_REGISTRY:
            last = self._last(_OWN, _OWN.c.party == str(subject))
            if last is None:
                claim = self._one(select(_PARTIES.c.word).where(_PARTIES.c.id == str(subject)))
                last = None if claim is None else (claim, 0)
        return (Word.parse(last[0]), last[1] + 1) if last else (NOTHING, 0)

    def _last(self, table: Table, *conditions: Any) -> Any:
        query = select(table.c.word, table.c.sequence).where(*conditions)
        return self._connection.execute(query.order_by(table.c.sequence.desc()).limit(1)).first()

    def _one(self, query: Any) -> Any:
        return self._connection.scalar(query)

    def _enter(
        self, contract: Contract, kind: ActKind, subject: Hash, party: PartyId, account: Address, at: Recorded
    ) -> None:
        if contract not in self._registers:
            self._registers[contract] = _register(self._connection, contract)
        previous, sequence = self._registers[contract]
        word = link(previous, kind, subject, party, account, at.block, at.time)
        self._registers[contract] = (word, sequence + 1)
        self._touched[contract, None] = word
        self._row(
            RegisterRow,
            _placed(at)
            | {
                "contract": int(contract),
                "sequence": sequence,
                "kind": int(kind),
                "subject": str(subject),
                "party": str(party),
                "word": str(word),
            },
        )


def _register(connection: Connection, contract: Contract) -> tuple[Word, int]:
    """A register's word and how many subjects it lists."""
    last = connection.execute(
        select(_REGISTER.c.word, _REGISTER.c.sequence)
        .where(_REGISTER.c.contract == int(contract))
        .order_by(_REGISTER.c.sequence.desc())
        .limit(1)
    ).first()
    return (Word.parse(last[0]), last[1] + 1) if last else (NOTHING, 0)


def _placed(at: Recorded) -> dict[str, Any]:
    return {"block": at.block, "log": at.index, "place": at.place, "transaction": str(at.transaction)}


def _insert(connection: Connection, table: Table, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    """Insert rows as the driver takes them: no value here is of a type that it does not know."""
    dialect = connection.dialect
    names = [dialect.identifier_preparer.format_column(table.c[name]) for name in columns]
    marks = ", ".join(["?" if dialect.positional else "%s"] * len(columns))
    into = dialect.identifier_preparer.format_table(table)
    connection.exec_driver_sql(f"INSERT INTO {into} ({', '.join(names)}) VALUES ({marks})", rows)


@lru_cache(maxsize=8192)
def _written(address: Address) -> str:
    """Its checksum is a hash, and the same accounts come again and again."""
    return str(address)


def _shown(hash_: Hash) -> str:
    """Most acts leave most of these out."""
    return _NOTHING if hash_ is ZERO else str(hash_)
