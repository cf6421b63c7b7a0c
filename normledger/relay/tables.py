"""The outbox's rows: durable, never rebuilt, moved from form to form by migrations (`normledger/relay/migrations`).

A submission is one signed act. A batch is one place in the payer's order (account and nonce) with the one call that is
to be made from it: of all transactions signed for a batch a chain can take one only. Hashes and addresses are 0x-hex
text; amounts of wei are decimal text; times are Unix seconds.
"""

from pathlib import Path

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, false, text
from sqlmodel import Field, SQLModel

from normledger.ledger.database import Form
from normledger.relay.beside import BESIDE

_COUNTED = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up its own INTEGER keys only


class SubmissionRow(SQLModel, table=True):
    """One signed act on its way; `digest` is its name, so that the same bytes may come twice.

    `subject` is what its batch is about: the act's subject, or the party of an act on itself. `holder` prepares its
    transaction until `leased_until`; `batch` is where it travels; `undone` counts transactions that failed under it;
    `final` tells that the block that holds it can't be undone any more.
    """

    __tablename__ = "submissions"
    __table_args__ = (Index("submissions_by_subject", "subject", "status"),)
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
    subject: str = Field(default="", sa_column_kwargs={"server_default": ""})
    holder: str | None = None
    leased_until: int | None = Field(default=None, sa_type=BigInteger)
    batch: int | None = Field(default=None, sa_type=BigInteger, index=True)
    undone: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    final: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class StepRow(SQLModel, table=True):
    """A step on a submission's way. Rows are only ever added."""

    __tablename__ = "steps"
    id: int | None = Field(default=None, primary_key=True, sa_type=_COUNTED)
    digest: str = Field(index=True)
    state: str
    at: int = Field(sa_type=BigInteger)
    transaction: str | None = None
    block: int | None = Field(default=None, sa_type=BigInteger)
    reason: str | None = None


class BatchRow(SQLModel, table=True):
    """One call from one place in an account's order. `state`: open, included, final, undone or lost.

    `gas` is the limit, `gas_used` what it took; `made` is when, and the day that its gas counts for.
    """

    __tablename__ = "batches"
    __table_args__ = (
        # Two relayers with one account can't both take a place.
        Index(
            "batches_open", "chain_id", "account", "nonce", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        Index("batches_by_day", "account", "made"),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True, sa_type=_COUNTED)
    chain_id: int = Field(sa_type=BigInteger)
    account: str
    nonce: int = Field(sa_type=BigInteger)
    contract: str
    data: bytes = Field(sa_type=LargeBinary)
    gas: int = Field(sa_type=BigInteger)
    made: int = Field(sa_type=BigInteger)
    state: str = Field(index=True)
    holder: str | None = None
    leased_until: int | None = Field(default=None, sa_type=BigInteger)
    transaction: str | None = None
    block: int | None = Field(default=None, sa_type=BigInteger)
    block_hash: str | None = None
    gas_used: int | None = Field(default=None, sa_type=BigInteger)


class TransactionRow(SQLModel, table=True):
    """A signed transaction of a batch, kept before anybody is handed it; one of a higher `place` replaces it."""

    __tablename__ = "transactions"
    hash: str = Field(primary_key=True)
    batch: int = Field(sa_type=BigInteger, index=True)
    place: int
    raw: bytes = Field(sa_type=LargeBinary)
    highest: str
    priority: str | None = None
    at: int = Field(sa_type=BigInteger)


OUTBOX = Form(
    title="outbox",
    option="outbox",
    schema="normledger_outbox",
    tables=(SubmissionRow, StepRow, BatchRow, TransactionRow, *BESIDE),
    folder=Path(__file__).parent / "migrations",
    revisions=("outbox_1", "outbox_2", "outbox_3"),
)
"""The outbox as a database."""
