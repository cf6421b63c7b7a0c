"""What has been accepted and is not yet on the chain. Durable: an accepted act survives a kill at any point.

Kept in a database of its own, because the index may be deleted at any time and this may not. A row is written and
flushed before anybody is told that it was accepted. The signed bytes are carried unchanged; whoever copies them may
carry them too, without harm. Belongs here: submissions and their way. Does not belong here: transactions (`batches`).
"""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

from sqlalchemy import Engine, Executable, Insert, bindparam, func, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from normledger.acts import release
from normledger.acts.act import Act
from normledger.acts.typed_data import Domain, Signable, from_json, to_json, type_of
from normledger.errors import NotFound
from normledger.identifiers import Digest, Hash
from normledger.ledger.database import open_database, writing
from normledger.relay.tables import OUTBOX, StepRow, SubmissionRow

Fate = Literal["accepted", "recorded", "refused"]
State = Literal["received", "waiting", "relayed", "replaced", "included", "final", "refused"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step on a submission's way.

    received   it was checked and kept               waiting   it can't be carried yet: `reason`
    relayed    a transaction was handed to the chain replaced  by one that pays more, in the same place: `transaction`
    included   a block holds it                      final     that block can't be undone any more
    refused    it will not be recorded: `reason`

    `at` is in Unix seconds; what is not known is None. After `included` another `relayed` tells that its block is gone.
    """

    state: State
    at: int
    transaction: Hash | None = None
    block: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """An accepted act and what became of it.

    `received` is in Unix seconds; `reason` says why it was refused or what it waits for; `transaction` and `block` are
    the ones that recorded it, whoever sent them; `consent` is the next account's signature, of a rotation.
    """

    digest: Digest
    kind: str
    subject: Hash
    domain: Domain
    statement: Signable
    signature: bytes
    consent: bytes
    status: Fate
    reason: str | None
    transaction: Hash | None
    block: int | None
    received: int


def open_outbox(url: str) -> Engine:
    """An engine on the outbox's tables, made where they are missing; one of an earlier form is moved to this one."""
    return open_database(url, OUTBOX)


def submission_of(
    digest: Digest, domain: Domain, statement: Signable, signature: bytes, received: int, consent: bytes = b""
) -> Submission:
    """A signed act as one that has just come; nothing is kept by this."""
    kind, _, _ = type_of(statement).partition("(")
    return Submission(
        digest, kind, subject_of(statement), domain, statement, signature, consent, "accepted", None, None, None,
        received,
    )  # fmt: skip


def subject_of(statement: Signable) -> Hash:
    """What an act is carried together with: its subject, or its party where it is an act on itself."""
    return statement.subject if isinstance(statement, Act) else Hash(statement.party)


class Outbox:
    """The accepted acts, in the order in which they came. `clock` gives Unix seconds."""

    def __init__(self, engine: Engine, clock: Callable[[], int] = lambda: int(time.time())) -> None:
        self.engine, self.now = engine, clock
        self._writing = writing(engine)

    def accept(
        self, domain: Domain, statement: Signable, signature: bytes, now: int, consent: bytes = b""
    ) -> Submission:
        """Keep a checked act. The same act again gives what was kept before; a refused one may be tried again."""
        digest = domain.digest(statement)
        name, typed_data = str(digest), to_json(domain, statement)
        values = {
            "digest": name,
            "received": now,
            "typed_data": json.dumps(typed_data, sort_keys=True, separators=(",", ":")),
            "signature": signature,
            "consent": consent or None,
            "status": "accepted",
            "subject": str(subject_of(statement)),
        }
        # The table itself, past sessions and their objects: this is what every signatory waits for.
        with self._writing.begin() as connection:
            known = connection.execute(_fresh(self.engine.dialect.name), values).first() is None
            if known:
                table = _SUBMISSIONS
                again = {"reason": None, "undone": 0, "signature": signature, "consent": consent or None}
                refused = update(table).where(table.c.digest == name, table.c.status == "refused")
                tried = connection.execute(refused.values(status="accepted", **again).returning(table.c.digest)).first()
            if not known or tried is not None:
                connection.execute(steps([name], "received", now))
        if known:
            return self.get(digest)
        return submission_of(digest, domain, statement, signature, now, consent)

    # --- asking

    def get(self, digest: Digest) -> Submission:
        """The submission of this digest. Raises `NotFound`."""
        with Session(self.engine) as session:
            row = session.get(SubmissionRow, str(digest))
            if row is None:
                raise NotFound("submission", str(digest), "submit the signed act first")
            return _submission(row)

    def pending(self) -> list[Submission]:
        """What waits for its block, in the order in which it came."""
        return self.all("accepted")

    def all(self, *statuses: Fate) -> list[Submission]:
        """All submissions, or those of these statuses, in the order in which they came."""
        query = select(SubmissionRow).order_by(col(SubmissionRow.position), col(SubmissionRow.digest))
        if statuses:
            query = query.where(col(SubmissionRow.status).in_(statuses))
        with Session(self.engine) as session:
            return [_submission(row) for row in session.exec(query)]

    def waiting(self) -> list[Submission]:
        """What waits and travels in no transaction yet, in the order in which it came."""
        query = select(SubmissionRow).where(SubmissionRow.status == "accepted", col(SubmissionRow.batch).is_(None))
        with Session(self.engine) as session:
            rows = session.exec(query.order_by(col(SubmissionRow.position), col(SubmissionRow.digest)))
            return [_submission(row) for row in rows]

    def way(self, digest: Digest) -> tuple[Step, ...]:
        """Everything that happened to a submission, oldest first. Raises `NotFound`."""
        with Session(self.engine) as session:
            rows = session.exec(select(StepRow).where(StepRow.digest == str(digest)).order_by(col(StepRow.id))).all()
        if not rows:
            raise NotFound("submission", str(digest), "submit the signed act first")
        return tuple(
            Step(
                cast(State, row.state), row.at, Hash.parse(row.transaction) if row.transaction else None, row.block,
                row.reason,
            )
            for row in rows
        )  # fmt: skip

    # --- what becomes of an act

    def record(self, digest: Digest, transaction: Hash, block: int, *, final: bool = False) -> None:
        """Note that the chain holds the act, by whoever's transaction; `final` that this can't be undone any more.

        What travels in a batch is left to whoever looks after that.
        """
        name, ours = str(digest), {step.transaction for step in self.way(digest)}
        with Session(self._writing) as session:
            row = session.exec(select(SubmissionRow).where(SubmissionRow.digest == name).with_for_update()).one()
            if row.batch is not None:
                return
            place: dict[str, Any] = {"transaction": str(transaction), "block": block}
            if (row.status, row.transaction, row.block) != ("recorded", *place.values()):
                reason = None if transaction in ours else "Somebody else’s transaction recorded it."
                session.add(StepRow(digest=name, state="included", at=self.now(), reason=reason, **place))
            if final and not row.final:
                session.add(StepRow(digest=name, state="final", at=self.now(), **place))
            row.status, row.reason, row.transaction, row.block = "recorded", None, str(transaction), block
            row.final, row.holder, row.leased_until = final or row.final, None, None
            session.commit()

    def unrecord(self, digest: Digest) -> None:
        """Note that the block is gone in which somebody else had recorded the act: it waits again."""
        with Session(self._writing) as session:
            told = update(SubmissionRow).where(
                col(SubmissionRow.digest) == str(digest), col(SubmissionRow.final).is_(False)
            )
            done: Any = session.execute(
                told.where(col(SubmissionRow.batch).is_(None), col(SubmissionRow.status) == "recorded").values(
                    status="accepted", transaction=None, block=None
                )
            )
            if done.rowcount:
                reason = "The block that held it is no longer on the chain."
                session.add(StepRow(digest=str(digest), state="waiting", at=self.now(), reason=reason))
            session.commit()

    def recorded_by_others(self) -> list[Submission]:
        """What somebody else's transaction recorded, in a block that may still be undone."""
        query = select(SubmissionRow).where(SubmissionRow.status == "recorded", col(SubmissionRow.final).is_(False))
        with Session(self.engine) as session:
            return [_submission(row) for row in session.exec(query.where(col(SubmissionRow.batch).is_(None)))]

    def refuse(self, digest: Digest, reason: str) -> None:
        """Note that the act will not be recorded, and why; not where it travels in a batch by now."""
        with Session(self._writing) as session:
            told = update(SubmissionRow).where(
                col(SubmissionRow.digest) == str(digest), col(SubmissionRow.status) == "accepted",
                col(SubmissionRow.batch).is_(None),
            )  # fmt: skip
            done: Any = session.execute(told.values(status="refused", reason=reason, holder=None, batch=None))
            if done.rowcount:
                session.add(StepRow(digest=str(digest), state="refused", at=self.now(), reason=reason))
            session.commit()

    def delay(self, digests: Iterable[Digest], reason: str) -> None:
        """Note why acts can't be carried yet; told again, it changes nothing."""
        names = [str(digest) for digest in digests]
        with Session(self.engine) as session:
            fresh = select(SubmissionRow.digest).where(
                col(SubmissionRow.digest).in_(names),
                SubmissionRow.status == "accepted",
                func.coalesce(SubmissionRow.reason, "") != reason,
            )
            names = list(session.exec(fresh))
        if names:
            with Session(self._writing) as session:
                chosen = col(SubmissionRow.digest).in_(names)
                session.execute(
                    update(SubmissionRow).where(chosen, col(SubmissionRow.status) == "accepted").values(reason=reason)
                )
                session.execute(steps(names, "waiting", self.now(), reason=reason))
                session.commit()


_SUBMISSIONS = SubmissionRow.metadata.tables["submissions"]


@lru_cache
def _fresh(dialect: str) -> Executable:
    """A submission's row, at the end, unless it is there: gives its digest only where it was not."""
    names = ("digest", "received", "typed_data", "signature", "consent", "status", "subject")
    values: dict[str, Any] = {name: bindparam(name, type_=_SUBMISSIONS.c[name].type) for name in names}
    values["position"] = select(func.coalesce(func.max(SubmissionRow.position), 0) + 1).scalar_subquery()
    kind = postgresql if dialect == "postgresql" else sqlite
    made: Executable = (
        kind.insert(_SUBMISSIONS).values(values).on_conflict_do_nothing().returning(_SUBMISSIONS.c.digest)
    )
    return made


def steps(
    digests: Sequence[str],
    state: State,
    at: int,
    *,
    transaction: str | None = None,
    block: int | None = None,
    reason: str | None = None,
) -> Insert:
    """The same step of several submissions, to be added in a transaction."""
    common = {"state": state, "at": at, "transaction": transaction, "block": block, "reason": reason}
    return insert(StepRow).values([{"digest": digest, **common} for digest in digests])


@lru_cache(2048)
def _read(typed_data: str) -> tuple[str, Domain, Signable]:
    """Type, domain and statement of a row: the same rows are read at every step of their way."""
    data = json.loads(typed_data)
    return data["primaryType"], *from_json(data, release.current())


def _submission(row: SubmissionRow) -> Submission:
    kind, domain, statement = _read(row.typed_data)
    return Submission(
        digest=Digest.parse(row.digest),
        kind=kind,
        subject=subject_of(statement),
        domain=domain,
        statement=statement,
        signature=row.signature,
        consent=row.consent or b"",
        status=cast(Fate, row.status),
        reason=row.reason,
        transaction=Hash.parse(row.transaction) if row.transaction else None,
        block=row.block,
        received=row.received,
    )
