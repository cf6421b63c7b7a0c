"""Form 3 of the outbox: ceremonies, their signatures, and answers to requests that came with a key."""

import sqlalchemy as sa
from alembic import op

revision = "outbox_3"
down_revision = "outbox_2"


def upgrade() -> None:
    """Add them, empty."""
    op.create_table(
        "ceremonies",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("opened", sa.BigInteger, nullable=False),
        sa.Column("ends", sa.BigInteger, nullable=False, index=True),
        sa.Column("agreement", sa.String, nullable=False, index=True),
        sa.Column("text", sa.String, nullable=False),
    )
    op.create_table(
        "ceremony_signatures",
        sa.Column("ceremony", sa.String, primary_key=True),
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("party", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "answered_requests",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("taken", sa.BigInteger, nullable=False, index=True),
        sa.Column("answer", sa.String),
    )
