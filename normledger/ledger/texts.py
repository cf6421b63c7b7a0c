"""What the documents say, the other way round: from a title, a clause or an outcome to the documents that hold it.

Rebuildable from the rows and the folder of documents, and filled when it is first asked: documents come and go without
the index's knowledge. Belongs here: which document holds what. Does not belong here: whether it counts as of a block.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, exists, insert, literal, select, union, update
from sqlalchemy.exc import IntegrityError as DuplicateRow

from normledger.acts.act import ActKind, Contract
from normledger.documents.document import (
    Agreement,
    Alignments,
    DerivationRecord,
    Document,
    Norm,
    Profile,
    ReportedAgreement,
    Reports,
)
from normledger.errors import IntegrityError
from normledger.identifiers import ZERO, ClauseId, DocumentHash, Hash, OutcomeId
from normledger.ledger.database import writing
from normledger.ledger.store import DocumentStore
from normledger.ledger.tables import (
    TITLE_LENGTH,
    ActRow,
    AgreementRow,
    AskRow,
    ClauseRow,
    LearnedRow,
    MentionRow,
    OwnActRow,
    PartyRow,
    ProgressRow,
    TextRow,
    table_of,
)

_ACTS, _AGREEMENTS, _PARTIES, _OWN = (table_of(one) for one in (ActRow, AgreementRow, PartyRow, OwnActRow))
_TEXTS, _CLAUSES, _ASKS, _MENTIONS = (table_of(one) for one in (TextRow, ClauseRow, AskRow, MentionRow))
_LEARNED, _PROGRESS = table_of(LearnedRow), table_of(ProgressRow)

_TICK = 2_000_000_000
"""Nanoseconds within which a folder may change twice and show one time."""

CHUNK = 500
"""Values that one statement may hold."""


Ask = tuple[ClauseId, OutcomeId, DocumentHash]
"""That a clause asks for an outcome, and the document in which it is said."""


class Texts:
    """The documents that the index's rows name, by what they say: as it was when they were last learned."""

    def __init__(self, engine: Engine, store: DocumentStore) -> None:
        self._engine, self._store, self._lock = engine, store, threading.Lock()
        self._looked: tuple[object, ...] | None = None

    def titled(self, kind: type[Document], title: str) -> list[DocumentHash]:
        """The documents of a type with this title, or profiles with this name."""
        query = select(_TEXTS.c.document).where(_TEXTS.c.title == title[:TITLE_LENGTH], _TEXTS.c.kind == _KINDS[kind])
        with self._engine.connect() as connection:
            return sorted(map(DocumentHash.parse, connection.scalars(query)))

    def asks(self, *, of: Iterable[Hash] = (), about: Iterable[Hash] = ()) -> set[Ask]:
        """What documents say: which outcomes the clauses `of` ask for, and which clauses ask for those `about`."""
        columns = (_ASKS.c.clause, _ASKS.c.outcome, _ASKS.c.document)
        found = self._each(columns, _ASKS.c.clause, of) | self._each(columns, _ASKS.c.outcome, about)
        return {(ClauseId(clause), OutcomeId(outcome), DocumentHash(document)) for clause, outcome, document in found}

    def holding(self, clauses: Iterable[Hash]) -> dict[ClauseId, DocumentHash]:
        """By clause, the document whose text holds it; those that no document at hand holds are left out."""
        found = self._each((_CLAUSES.c.id, _CLAUSES.c.document), _CLAUSES.c.id, clauses)
        return {ClauseId(clause): DocumentHash(document) for clause, document in found}

    def mentioning(self, names: Iterable[Hash]) -> set[DocumentHash]:
        """The batches of reports that tell of these agreements, and the derivations that name these norms."""
        return {DocumentHash(one) for (one,) in self._each((_MENTIONS.c.document,), _MENTIONS.c.agreement, names)}

    def _each(self, wanted: Sequence[Any], by: Any, names: Iterable[Hash]) -> set[tuple[bytes, ...]]:
        asked = sorted(map(str, names))
        found: set[tuple[bytes, ...]] = set()
        if not asked:
            return found
        with self._engine.connect() as connection:
            for some in chunks(asked):
                rows = connection.execute(select(*wanted).where(by.in_(some)))
                found |= {tuple(bytes.fromhex(name[2:]) for name in row) for row in rows}
        return found

    # --- learning

    def learn(self) -> None:
        """Read what the rows have named since the last time, and what was not at hand then."""
        with self._lock:
            stamp = self._store.stamp()
            with self._engine.connect() as connection:
                reached = connection.scalar(select(_PROGRESS.c.block_hash))
                known = connection.scalar(select(_LEARNED.c.block))
            if self._looked == (reached, known, stamp):
                return
            settled = max((moment for _, moment in stamp), default=0) < time.time_ns() - _TICK
            for _ in range(2):
                try:
                    with writing(self._engine).begin() as connection:
                        self._learn(connection)
                        known = connection.scalar(select(_LEARNED.c.block))
                    break
                except DuplicateRow:  # another process learns the same at the same time
                    continue
            self._looked = (reached, known, stamp) if settled else None

    def _learn(self, connection: Connection) -> None:
        reached = connection.scalar(select(_PROGRESS.c.block))
        known = connection.scalar(select(_LEARNED.c.block))
        if reached is not None and (known is None or known < reached):
            self._name(connection, _named_after(-1 if known is None else known))
            if known is None:
                connection.execute(insert(_LEARNED).values(id=1, block=reached))
            else:
                connection.execute(update(_LEARNED).values(block=reached))
        tried: set[str] = set()
        unread = select(_TEXTS.c.document).where(_TEXTS.c.kind == "")
        while names := [
            name for name in connection.scalars(unread) if name not in tried and self._store.seek(Hash.parse(name))
        ]:
            tried.update(names)
            for some in chunks(names):
                self._read(connection, some)

    def _name(self, connection: Connection, names: Select[Any]) -> None:
        """Note documents of which nothing is known yet."""
        connection.execute(
            insert(_TEXTS).from_select(
                ["document", "kind", "title"],
                _new(names),
            )
        )

    def _read(self, connection: Connection, names: Sequence[str]) -> None:
        texts, clauses, asks, mentions, derived = [], [], set(), set(), set()
        for name in names:
            try:
                document = self._store.read(Hash.parse(name))
            except IntegrityError:
                document = None  # whoever asks for this very text is told
            if document is None:
                continue
            kind = _KINDS.get(type(document), "other")
            title = document.name if isinstance(document, Profile) else getattr(document, "title", "")
            texts.append({"name": name, "as_kind": kind, "as_title": title[:TITLE_LENGTH]})
            if isinstance(document, Agreement | ReportedAgreement):
                ids = [str(one) for one in document.clause_ids]
                clauses += [{"id": id_, "document": name, "position": at} for at, id_ in enumerate(ids)]
                if isinstance(document, Agreement):
                    asks |= {
                        (str(ask.outcome), id_, name)
                        for clause, id_ in zip(document.clauses, ids, strict=True)
                        for ask in clause.asks
                    }
            elif isinstance(document, Norm):
                asks |= {(str(outcome), name, name) for outcome in document.outcomes}
            elif isinstance(document, DerivationRecord):
                derived |= {(source, name) for source in self._other_sources(connection, document)}
            elif isinstance(document, Alignments):
                asks |= {(str(leaf.outcome), str(leaf.clause), name) for leaf in document.leaves}
            elif isinstance(document, Reports):
                mentions |= {(str(leaf.agreement), name) for leaf in document.leaves}
        if clauses:
            connection.execute(insert(_CLAUSES), clauses)
        if asks:
            keys = ("outcome", "clause", "document")
            connection.execute(insert(_ASKS), [dict(zip(keys, one, strict=True)) for one in sorted(asks)])
        if mentions or derived:
            rows = [{"agreement": agreement, "document": name} for agreement, name in sorted(mentions | derived)]
            connection.execute(insert(_MENTIONS), rows)
            for some in chunks(sorted({agreement for agreement, _ in mentions})):
                told = select(_MENTIONS.c.agreement.label("document")).where(_MENTIONS.c.agreement.in_(some))
                self._name(connection, told)
        if texts:
            known = update(_TEXTS).where(_TEXTS.c.document == bindparam("name"))
            connection.execute(known.values(kind=bindparam("as_kind"), title=bindparam("as_title")), texts)

    def _other_sources(self, connection: Connection, derivation: DerivationRecord) -> set[str]:
        """Of what a derivation started from, all but the agreements, which are many: they lead to it by outcomes."""
        named = {str(one) for one in derivation.sources}
        for some in chunks(sorted(named)):
            named -= set(connection.scalars(select(_AGREEMENTS.c.id).where(_AGREEMENTS.c.id.in_(some))))
            reported = select(_TEXTS.c.document).where(
                _TEXTS.c.document.in_(some), _TEXTS.c.kind == _KINDS[ReportedAgreement]
            )
            named -= set(connection.scalars(reported))
        return named


_KINDS: dict[type, str] = {
    Agreement: "agreement",
    Norm: "norm",
    Profile: "profile",
    Reports: "reports",
    Alignments: "alignments",
    ReportedAgreement: "reported agreement",
}


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """The values in pieces that one statement may hold."""
    for at in range(0, len(values), CHUNK):
        yield values[at : at + CHUNK]


def _named_after(block: int) -> Any:
    """The documents named by rows after a block."""
    norms = int(Contract.NORM_REGISTRY)
    naming = [int(kind) for kind in (ActKind.REPORTS, ActKind.ALIGNMENTS, ActKind.PUBLICATION, ActKind.DERIVATION)]
    return union(
        select(_PARTIES.c.profile.label("document")).where(_PARTIES.c.block > block),
        select(_OWN.c.profile).where(_OWN.c.block > block, _OWN.c.profile != ""),
        select(_AGREEMENTS.c.document).where(_AGREEMENTS.c.block > block),
        select(_ACTS.c.subject).where(
            _ACTS.c.block > block, _ACTS.c.contract == norms, _ACTS.c.kind == int(ActKind.PUBLICATION)
        ),
        select(_ACTS.c.content).where(_ACTS.c.block > block, _ACTS.c.kind.in_(naming), _ACTS.c.content != str(ZERO)),
    )


def _new(names: Any) -> Any:
    """Those of the named documents that are not noted yet, as rows of which nothing else is known."""
    named = names.subquery()
    return (
        select(named.c.document, literal(""), literal(""))
        .distinct()
        .where(~exists().where(_TEXTS.c.document == named.c.document))
    )
