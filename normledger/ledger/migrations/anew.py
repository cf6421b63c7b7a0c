"""How the index moves to another form: dropped and made again, because it is a cache and the chain the record.

A form that changes `normledger/ledger/tables.py` adds `versions/index_N.py`, which calls this, and its name to
`normledger.ledger.tables.REVISIONS`.
"""

from sqlalchemy import Connection, MetaData, inspect

from normledger.ledger.tables import INDEX


def make_anew(connection: Connection) -> None:
    """Drop every table but Alembic's own, and make those of the present form."""
    held = MetaData()
    names = set(inspect(connection).get_table_names()) - {"alembic_version"}
    held.reflect(connection, only=sorted(names))
    held.drop_all(connection)
    INDEX.create(connection)
