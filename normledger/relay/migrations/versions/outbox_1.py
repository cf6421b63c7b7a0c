"""Form 1 of the outbox, before forms had names: accepted acts and what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "outbox_1"
down_revision = None


def upgrade() -> None:
    """Make the table; where it is, add what it came without at first."""
    known = sa.inspect(op.get_bind())
    if known.has_table("submissions"):
        if "consent" not in {column["name"] for column in known.get_columns("submissions")}:
            op.add_column("submissions", sa.Column("consent", sa.LargeBinary))
        return
    op.create_table(
        "submissions",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False, index=True),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("typed_data", sa.String, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("consent", sa.LargeBinary),
        sa.Column("status", sa.String, nullable=False, index=True),
        sa.Column("reason", sa.String),
        sa.Column("transaction", sa.String),
        sa.Column("block", sa.BigInteger),
    )
