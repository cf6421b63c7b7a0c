"""What has been accepted and is not yet on the chain. Durable: an accepted act survives a kill at any point.

Kept in a database of its own, because the index may be deleted at any time and this may not. A row is written and
flushed before anybody is told that it was accepted. The signed bytes are carried unchanged; whoever copies them may
carry them too, without harm.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import BigInteger, Engine, LargeBinary, inspect, text
from sqlmodel import Field, Session, SQLModel, col, select

from normledger.acts import release
from normledger.acts.act import Act
from normledger.acts.typed_data import Domain, Signable, from_json, to_json
from normledger.errors import NotFound
from normledger.identifiers import Digest, Hash
from normledger.ledger.database import open_engine
from normledger.relay.beside import BESIDE

Fate = Literal["accepted", "recorded", "refused"]


class SubmissionRow(SQLModel, table=True):
    """One signed act on its way; `digest` is its name, so that the same bytes may come twice."""

    __tablename__ = "submissions"
    digest: str = Field(primary_key=True)
    position: int = Field(index=True)
    received: int = Field(sa_type=BigInteger)
    typed_data: str
    signature: bytes = Field(sa_type=LargeBinary)
    consent: bytes | None = Field(default=None, sa_type=LargeBinary)
    status: str = Field(index=True)
    reason: str | None = None
    transaction: str | None = None
    block: int | None = Field(default=None, sa_type=BigInteger)


@dataclass(frozen=True, slots=True)
class Submission:
    """An accepted act and what became of it.

    `received` is in Unix seconds; `reason` says why it was refused; `consent` is the next account's signature, of a
    rotation.
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


@dataclass(frozen=True, slots=True)
class Step:
    """One step on a submission's way: since `at` (Unix seconds); which transaction and block, or why not."""

    state: Literal["received", "waiting", "relayed", "included", "final", "replaced", "refused"]
    at: int
    transaction: Hash | None = None
    block: int | None = None
    reason: str | None = None


def open_outbox(url: str) -> Engine:
    """An engine on the outbox's table and those beside it, made where missing; one of an earlier form is added to."""
    engine = open_engine(url, [SubmissionRow, *BESIDE])
    columns = {column["name"] for column in inspect(engine).get_columns("submissions")}
    if "consent" not in columns:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE submissions ADD COLUMN consent BLOB"))
    return engine


class Outbox:
    """The accepted acts, in the order in which they came."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The outbox's database, for what is kept beside it."""
        return self._engine

    def accept(
        self, domain: Domain, statement: Signable, signature: bytes, now: int, consent: bytes = b""
    ) -> Submission:
        """Keep a checked act. The same act again gives what was kept before; a refused one may be tried again."""
        digest = domain.digest(statement)
        with Session(self._engine) as session:
            row = session.get(SubmissionRow, str(digest))
            if row is None:
                last = session.exec(
                    select(SubmissionRow.position).order_by(col(SubmissionRow.position).desc()).limit(1)
                ).first()
                row = SubmissionRow(
                    digest=str(digest),
                    position=(last or 0) + 1,
                    received=now,
                    typed_data=json.dumps(to_json(domain, statement), sort_keys=True, separators=(",", ":")),
                    signature=signature,
                    consent=consent or None,
                    status="accepted",
                )
            elif row.status == "refused":
                row.status, row.reason = "accepted", None
                row.signature, row.consent = signature, consent or None
            session.add(row)
            session.commit()
            return _submission(row)

    def get(self, digest: Digest) -> Submission:
        """The submission of this digest. Raises `NotFound`."""
        with Session(self._engine) as session:
            row = session.get(SubmissionRow, str(digest))
            if row is None:
                raise NotFound("submission", str(digest), "submit the signed act first")
            return _submission(row)

    def way(self, digest: Digest) -> tuple[Step, ...]:
        """The steps that a submission has made so far, in their order. Raises `NotFound`."""
        one = self.get(digest)
        steps = [Step("received", one.received)]
        if one.status == "recorded":
            steps.append(Step("included", one.received, one.transaction, one.block))
        elif one.status == "refused":
            steps.append(Step("refused", one.received, reason=one.reason))
        return tuple(steps)

    def pending(self) -> list[Submission]:
        """What waits to be carried, in the order in which it came."""
        with Session(self._engine) as session:
            rows = session.exec(
                select(SubmissionRow).where(SubmissionRow.status == "accepted").order_by(col(SubmissionRow.position))
            ).all()
            return [_submission(row) for row in rows]

    def record(self, digest: Digest, transaction: Hash, block: int) -> None:
        """Note that the chain holds the act."""
        self._settle(digest, status="recorded", transaction=str(transaction), block=block)

    def refuse(self, digest: Digest, reason: str) -> None:
        """Note that the contracts refuse the act, and why."""
        self._settle(digest, status="refused", reason=reason)

    def _settle(self, digest: Digest, **values: Any) -> None:
        with Session(self._engine) as session:
            row = session.get_one(SubmissionRow, str(digest))
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)
            session.commit()


def _submission(row: SubmissionRow) -> Submission:
    data = json.loads(row.typed_data)
    domain, statement = from_json(data, release.current())
    return Submission(
        digest=Digest.parse(row.digest),
        kind=data["primaryType"],
        subject=statement.subject if isinstance(statement, Act) else statement.party,
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
