"""Form 5 of the index: from a text, an account or a norm to what names it. What stood there is read again."""

from alembic import op

from normledger.ledger.migrations.anew import make_anew

revision = "index_5"
down_revision = "index_4"


def upgrade() -> None:
    """Make the tables anew; the next update reads the chain from the beginning."""
    make_anew(op.get_bind())
