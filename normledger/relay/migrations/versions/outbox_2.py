"""Form 2 of the outbox: batches, their transactions, leases, and every step of a submission's way."""

import contextlib
import json

import sqlalchemy as sa
from alembic import op

from normledger.acts import release
from normledger.acts.typed_data import from_json
from normledger.errors import InputError
from normledger.relay.outbox import subject_of

revision = "outbox_2"
down_revision = "outbox_1"


def upgrade() -> None:
    """Add them; what was there already gets the steps that its row still tells."""
    op.add_column("submissions", sa.Column("subject", sa.String, nullable=False, server_default=""))
    op.add_column("submissions", sa.Column("holder", sa.String))
    op.add_column("submissions", sa.Column("leased_until", sa.BigInteger))
    op.add_column("submissions", sa.Column("batch", sa.BigInteger))
    op.add_column("submissions", sa.Column("undone", sa.Integer, nullable=False, server_default="0"))
    op.add_column("submissions", sa.Column("final", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_submissions_batch", "submissions", ["batch"])
    op.create_index("submissions_by_subject", "submissions", ["subject", "status"])
    counted = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    steps = op.create_table(
        "steps",
        sa.Column("id", counted, primary_key=True),
        sa.Column("digest", sa.String, nullable=False, index=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("transaction", sa.String),
        sa.Column("block", sa.BigInteger),
        sa.Column("reason", sa.String),
    )
    op.create_table(
        "batches",
        sa.Column("id", counted, primary_key=True),
        sa.Column("chain_id", sa.BigInteger, nullable=False),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("nonce", sa.BigInteger, nullable=False),
        sa.Column("contract", sa.String, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("gas", sa.BigInteger, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False, index=True),
        sa.Column("holder", sa.String),
        sa.Column("leased_until", sa.BigInteger),
        sa.Column("transaction", sa.String),
        sa.Column("block", sa.BigInteger),
        sa.Column("block_hash", sa.String),
        sa.Column("gas_used", sa.BigInteger),
    )
    still_open = sa.text("state = 'open'")
    op.create_index(
        "batches_open", "batches", ["chain_id", "account", "nonce"],
        unique=True, sqlite_where=still_open, postgresql_where=still_open,
    )  # fmt: skip
    op.create_index("batches_by_day", "batches", ["account", "made"])
    op.create_table(
        "transactions",
        sa.Column("hash", sa.String, primary_key=True),
        sa.Column("batch", sa.BigInteger, nullable=False, index=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("highest", sa.String, nullable=False),
        sa.Column("priority", sa.String),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    _tell(steps)


def _tell(steps: sa.Table) -> None:
    connection = op.get_bind()
    held = sa.Table("submissions", sa.MetaData(), autoload_with=connection)
    told = []
    for row in connection.execute(sa.select(held).order_by(held.c.position)).mappings().all():
        with contextlib.suppress(InputError):  # of another release: it is kept, and nobody here can carry it
            subject = subject_of(from_json(json.loads(row["typed_data"]), release.current())[1])
            connection.execute(held.update().where(held.c.digest == row["digest"]).values(subject=str(subject)))
        # When it was carried nobody wrote down; that it was, stands after its arrival.
        common = {"digest": row["digest"], "at": row["received"], "transaction": None, "block": None, "reason": None}
        told.append({**common, "state": "received"})
        if row["status"] == "recorded":
            told.append({**common, "state": "included", "transaction": row["transaction"], "block": row["block"]})
        elif row["status"] == "refused":
            told.append({**common, "state": "refused", "reason": row["reason"]})
    if told:
        connection.execute(steps.insert(), told)
