"""Form 3 of the index: what stood there is dropped, because the chain gives it again."""

from alembic import op

from normledger.ledger.migrations.anew import make_anew

revision = "index_3"
down_revision = None


def upgrade() -> None:
    """Make the tables anew; the next update reads the chain from the beginning."""
    make_anew(op.get_bind())
