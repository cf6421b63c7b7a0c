"""Form 4 of the index: tables that answer about one subject alone. What stood there is dropped and read again."""

from alembic import op

from normledger.ledger.migrations.anew import make_anew

revision = "index_4"
down_revision = "index_3"


def upgrade() -> None:
    """Make the tables anew; the next update reads the chain from the beginning."""
    make_anew(op.get_bind())
