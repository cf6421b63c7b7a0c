"""An outbox of an earlier form moves to this one with every row; one of a later form is refused and not touched."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, inspect, text

from normledger.acts.act import ActKind
from normledger.errors import WorkspaceError
from normledger.identifiers import Digest, Hash
from normledger.ledger.database import migrate, open_database
from normledger.ledger.queries import terms_of
from normledger.relay.outbox import Step, open_outbox
from normledger.relay.tables import OUTBOX
from normledger.workspace import Workspace
from tests.databases import CURRENT
from tests.delegations import Delegations, now

FORM_1 = """
CREATE TABLE submissions (
    digest VARCHAR NOT NULL, position INTEGER NOT NULL, received BIGINT NOT NULL, typed_data VARCHAR NOT NULL,
    signature {bytes} NOT NULL, {consent} status VARCHAR NOT NULL, reason VARCHAR, "transaction" VARCHAR, block BIGINT,
    PRIMARY KEY (digest))
"""
"""As release 0.1 made it; at first it had no consent."""

OLD = (
    "digest",
    "position",
    "received",
    "typed_data",
    "signature",
    "consent",
    "status",
    "reason",
    "transaction",
    "block",
)


def older(url: str, rows: list[dict[str, Any]], *, consent: bool) -> None:
    """An outbox as an earlier release left it: no word of its form."""
    engine = open_database(url, OUTBOX)
    with engine.begin() as connection:
        empty(connection)
        kind = "BYTEA" if engine.dialect.name == "postgresql" else "BLOB"
        connection.exec_driver_sql(FORM_1.format(bytes=kind, consent=f"consent {kind}," if consent else ""))
        connection.exec_driver_sql("CREATE INDEX ix_submissions_position ON submissions (position)")
        connection.exec_driver_sql("CREATE INDEX ix_submissions_status ON submissions (status)")
        names = [name for name in OLD if consent or name != "consent"]
        for row in rows:
            columns = ", ".join(f'"{name}"' for name in names)
            given = ", ".join(f":{name}" for name in names)
            connection.execute(text(f"INSERT INTO submissions ({columns}) VALUES ({given})"), row)
    engine.dispose()


def empty(connection: Connection) -> None:
    held = MetaData()
    held.reflect(connection)
    held.drop_all(connection)


def rows_of(engine: Engine) -> list[dict[str, Any]]:
    columns = ", ".join(f'"{name}"' for name in OLD)
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT {columns} FROM submissions ORDER BY position")).mappings().all()
    return [dict(row) for row in found]


@pytest.mark.parametrize("consent", [True, False])
def test_an_outbox_of_the_first_form_moves_with_every_row(
    delegations: Delegations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, consent: bool
) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B"))
    refused = made.submit(made.prepare(ActKind.DECLARATION, agreement, "A"), "A").digest
    work.outbox.refuse(refused, "a whim")
    pending = made.submit(made.prepare(ActKind.DECLARATION, agreement, "B"), "B").digest
    rows, before = rows_of(work.outbox.engine), {one.digest: one for one in work.outbox.all()}
    assert {row["status"] for row in rows} == {"recorded", "refused", "accepted"}
    folder, url = work.folder, CURRENT.url(tmp_path / "older.db")
    work.close()
    older(url, rows, consent=consent)
    monkeypatch.setenv("NORMLEDGER_OUTBOX", url)
    with Workspace.open(folder, write=True) as again:
        assert rows_of(again.outbox.engine) == rows
        assert {one.digest: one for one in again.outbox.all()} == before
        for row in rows:
            first, *rest = again.outbox.way(Digest.parse(row["digest"]))
            assert first == Step("received", row["received"])
            if row["status"] == "recorded":
                assert rest == [Step("included", row["received"], Hash.parse(row["transaction"]), row["block"])]
            elif row["status"] == "refused":
                assert rest == [Step("refused", row["received"], reason="a whim")]
            else:
                assert rest == []
        again.update()
        assert [one.digest for one in again.carry()] == [pending]
        assert again.outbox.way(pending)[-1].state == "final"


@pytest.mark.parametrize("revision", OUTBOX.revisions[:-1])
def test_every_row_outlives_the_move_from_any_earlier_form(
    delegations: Delegations, tmp_path: Path, revision: str
) -> None:
    """What a form has tables and columns for is there after the move, value for value."""
    made, work = delegations, delegations.workspace
    made.found(made.text("A", "B"))
    made.submit(made.prepare(ActKind.DECLARATION, terms_of(made.text("A", "B")).id, "C"), "C")
    work.ceremonies.open(work.newest(), made.text("B", "C"), 30, now())
    url, before = CURRENT.url(tmp_path / "older.db"), contents(work.outbox.engine)
    engine = open_database(url, OUTBOX)
    with engine.begin() as connection:
        empty(connection)
        migrate(connection, OUTBOX, to=revision)
        held = MetaData()
        held.reflect(connection)
        kept: dict[str, list[dict[str, Any]]] = {}
        for name, rows in before.items():
            if name in held.tables and name != "alembic_version":
                table = held.tables[name]
                kept[name] = [{key: value for key, value in row.items() if key in table.columns} for row in rows]
                if kept[name]:
                    connection.execute(table.insert(), kept[name])
    engine.dispose()
    assert kept["submissions"]
    moved = open_outbox(url)
    after = contents(moved)
    moved.dispose()
    assert {row["version_num"] for row in after["alembic_version"]} == {OUTBOX.revisions[-1]}
    assert set(after) == set(before)
    for name, rows in kept.items():
        keys = rows[0].keys() if rows else ()
        found = [{key: row[key] for key in keys} for row in after[name]]
        assert all(row in found for row in rows), name


def contents(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as the database's own types give it."""
    with engine.connect() as connection:
        held = MetaData()
        held.reflect(connection)
        return {
            name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for name, table in held.tables.items()
        }


def test_a_new_outbox_and_one_that_moved_have_the_same_form(tmp_path: Path) -> None:
    paths = tmp_path / "new.db", tmp_path / "moved.db"
    older(CURRENT.url(paths[1]), [], consent=False)
    forms = []
    for path in paths:
        engine = open_outbox(CURRENT.url(path))
        told = inspect(engine)
        forms.append({
            name: (
                sorted((one["name"], str(one["type"]), one["nullable"]) for one in told.get_columns(name)),
                sorted((str(one["name"]), one["column_names"], one["unique"]) for one in told.get_indexes(name)),
                told.get_pk_constraint(name)["constrained_columns"],
            )
            for name in told.get_table_names()
        })  # fmt: skip
        engine.dispose()
    assert forms[0] == forms[1]
    assert set(forms[0]) == {"alembic_version"} | {str(table.__tablename__) for table in OUTBOX.tables}


def test_the_migrations_lead_to_the_tables_of_this_release(tmp_path: Path) -> None:
    """Whoever changes a table and adds no migration is told here."""
    engine = open_database(CURRENT.url(tmp_path / "x.db"), OUTBOX)
    with engine.begin() as connection:
        empty(connection)
        migrate(connection, OUTBOX)
        ours, all_ = MetaData(), OUTBOX.tables[0].metadata
        for table in OUTBOX.tables:
            all_.tables[str(table.__tablename__)].to_metadata(ours)
        assert compare_metadata(MigrationContext.configure(connection), ours) == []
    engine.dispose()
    script = ScriptDirectory.from_config(_config())
    assert [one.revision for one in reversed(list(script.walk_revisions()))] == list(OUTBOX.revisions)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(OUTBOX.folder))
    return config


def test_an_outbox_of_a_later_form_is_refused_and_not_touched(tmp_path: Path) -> None:
    url = CURRENT.url(tmp_path / "later.db")
    engine = open_outbox(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'outbox_99'")
    told = r"made by a newer NormLedger \(form outbox_99, this one knows outbox_3\); update NormLedger\.$"
    with pytest.raises(WorkspaceError, match=told):
        open_outbox(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "outbox_99"
    engine.dispose()


def test_a_kill_in_the_middle_of_a_move_leaves_the_earlier_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything of a move is one transaction, on SQLite too."""
    url = CURRENT.url(tmp_path / "older.db")
    older(url, [], consent=True)

    class Killed(Exception):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("alembic.operations.Operations.create_index", killed)
        with pytest.raises(Killed):
            open_outbox(url)
    engine = open_outbox(url)
    assert {column["name"] for column in inspect(engine).get_columns("submissions")} >= {"batch", "final"}
    engine.dispose()
