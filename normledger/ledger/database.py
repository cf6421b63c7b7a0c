"""Opening a database: SQLite in the workspace, whose commits wait for the disk, so that a kill loses none."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import SQLModel, create_engine


def open_engine(url: str, tables: Sequence[type[SQLModel]]) -> Engine:
    """An engine on these tables alone, made where they are missing: index and outbox never share a file."""
    # A service answers from many threads; each takes its own connection, and SQLite waits its turn for writing.
    engine = create_engine(url, connect_args={"timeout": 30})
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def durable(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")

    SQLModel.metadata.create_all(
        engine, tables=[SQLModel.metadata.tables[str(table.__tablename__)] for table in tables]
    )
    return engine
