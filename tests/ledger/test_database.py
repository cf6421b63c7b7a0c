"""One door to SQLite and PostgreSQL: URLs, forms, one writer, and the same rows on both."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, inspect

from normledger.acts.act import ActKind
from normledger.errors import InputError, WorkspaceError
from normledger.ledger.database import migrate, open_database, place_of, sole_writer
from normledger.ledger.index import Index, open_index
from normledger.ledger.tables import INDEX
from normledger.relay.preparation import prepare_powers
from normledger.relay.tables import OUTBOX
from normledger.workspace import Workspace
from tests.chains import free_port
from tests.databases import CURRENT, Cluster, Databases
from tests.delegations import Delegations
from tests.ledger.conftest import opened, rows


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        (
            "nonsense",
            "field --database: this is not a database's URL; give sqlite:///FILE or postgresql://USER@HOST/NAME",
        ),
        ("mysql://me@host/db", "'mysql' is no kind of database known here"),
        ("sqlite://", "a database in memory is lost at the end"),
        ("postgresql://me@host/db?schema=A%20B", "'A B' can't name a schema; use small letters, digits and _"),
    ],
)
def test_a_url_that_names_no_database_is_told(url: str, fault: str) -> None:
    with pytest.raises(InputError) as told:
        place_of(url, INDEX)
    assert fault in str(told.value)


def test_a_database_that_is_away_is_told_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://me:secret@127.0.0.1:{free_port()}/name"
    with pytest.raises(
        WorkspaceError, match=r"The index's database .* can't be opened: .*name another \(--database\)"
    ) as told:
        open_index(url)
    assert "secret" not in str(told.value)
    file = tmp_path / "text.db"
    file.write_text("hello, hello, hello, hello")
    with pytest.raises(WorkspaceError, match="can't be opened: file is not a database"):
        open_index(f"sqlite:///{file}")


@pytest.mark.parametrize("revision", [None, *INDEX.revisions[:-1]])
def test_an_index_of_an_earlier_form_is_made_anew_and_one_of_a_later_form_is_refused(
    delegations: Delegations, tmp_path: Path, revision: str | None
) -> None:
    work, path = delegations.workspace, tmp_path / "x.db"
    engine = opened(path)
    index = Index(engine, work.node, work.release, work.configuration.first_block)
    index.update()
    kept = rows(path)
    with engine.begin() as connection:  # as an earlier release left it, with another table
        if revision:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
        else:  # the first ones knew of no forms
            connection.exec_driver_sql("DROP TABLE alembic_version")
        connection.exec_driver_sql("CREATE TABLE long_gone (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("ALTER TABLE agreements DROP COLUMN admission")
    engine.dispose()
    engine = opened(path)
    assert "long_gone" not in inspect(engine).get_table_names()
    assert not any(rows(path).values())
    Index(engine, work.node, work.release, work.configuration.first_block).update()
    assert rows(path) == kept
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'index_99'")
    told = (
        r"made by a newer NormLedger \(form index_99, .*\); update NormLedger, or delete this index and index again\."
    )
    with pytest.raises(WorkspaceError, match=told):
        opened(path)


def test_the_migrations_of_the_index_lead_to_the_tables_of_this_release(tmp_path: Path) -> None:
    engine = open_database(CURRENT.url(tmp_path / "x.db"), INDEX)
    with engine.begin() as connection:
        held = MetaData()
        held.reflect(connection)
        held.drop_all(connection)
        migrate(connection, INDEX)
        ours = MetaData()
        for table in INDEX.tables:
            table.metadata.tables[str(table.__tablename__)].to_metadata(ours)
        assert compare_metadata(MigrationContext.configure(connection), ours) == []
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    assert found == INDEX.revisions[-1]
    engine.dispose()


def test_rows_are_equal_on_both_kinds_of_database(
    databases: Databases, delegations: Delegations, tmp_path: Path
) -> None:
    """The same chain, read into a file and into PostgreSQL: every value and every byte."""
    if databases.cluster is None:
        pytest.skip("compared where there is a PostgreSQL")
    made, work = delegations, delegations.workspace
    agreement = made.found(made.text("A", "B", title="Über „Häfen“ — 港"))
    made.act(ActKind.DECLARATION, agreement, "A", text="We declare.", deadline=2**64 - 1)
    kinds = frozenset({ActKind.DECLARATION})
    envoy = work.new_key("envoy", light=True)
    powers = prepare_powers(work.newest(), work.release, made.parties["B"], envoy, kinds, 2**40)
    work.act_at_once([(powers, made.keys["B"])])
    grown = rows(tmp_path / ".normledger" / "index.db")
    databases.cluster, cluster = None, databases.cluster
    try:
        file = tmp_path / "file.db"
        Index(opened(file), work.node, work.release, work.configuration.first_block).update()
        told = rows(file)
    finally:
        databases.cluster = cluster
    assert all(told.values())
    assert _bytes(told) == _bytes(grown)


def _bytes(found: dict[str, list[tuple[tuple[str, object], ...]]]) -> list[str]:
    return [repr((name, sorted(row, key=lambda one: one[0]))) for name, table in found.items() for row in table]


def test_two_writers_of_one_index_are_told(databases: Databases, tmp_path: Path) -> None:
    url = databases.url(tmp_path / "x.db")
    with sole_writer(url, INDEX):
        if databases.cluster is None:
            return  # a file's folder has the lock: tests/test_workspace.py
        with pytest.raises(WorkspaceError, match="Another process is writing to the index in"), sole_writer(url, INDEX):
            pass
        code = (
            "import sys\nfrom normledger.ledger.database import sole_writer\n"
            "from normledger.ledger.tables import INDEX\nwith sole_writer(sys.argv[1], INDEX): pass\n"
        )
        done = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=False)
        assert "Another process is writing" in done.stderr
    with sole_writer(url, INDEX):
        pass


def test_index_and_outbox_in_one_place_are_refused(
    databases: Databases, deployed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = databases.url(tmp_path / "one.db")
    for name in ("NORMLEDGER_DATABASE", "NORMLEDGER_OUTBOX"):
        monkeypatch.setenv(name, url)
    with Workspace.open(deployed) as workspace, pytest.raises(WorkspaceError, match="would lie in one database"):
        _ = workspace.outbox
    assert "sqlite" not in os.environ["NORMLEDGER_DATABASE"] or not (tmp_path / "one.db").exists()


def test_one_server_holds_index_and_outbox_in_two_schemas(cluster: Cluster) -> None:
    url = cluster.url("x").replace("&schema=x", "")
    index, outbox = place_of(url, INDEX), place_of(url, OUTBOX)
    assert (index.schema, outbox.schema) == ("normledger_index", "normledger_outbox")
    assert index != outbox
    assert index.url == outbox.url


def test_settings_of_the_workspace_name_the_databases(tmp_path: Path, databases: Databases) -> None:
    urls = [databases.url(tmp_path / name) for name in ("i.db", "o.db")]
    Workspace.create(tmp_path / "w", database=urls[0], outbox=urls[1]).close()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NORMLEDGER_DATABASE", "NORMLEDGER_OUTBOX"):
            patch.delenv(name, raising=False)
        with Workspace.open(tmp_path / "w") as workspace:
            assert [workspace.database, workspace.outbox_database] == urls
            assert workspace.outbox.pending() == []
    assert not list((tmp_path / "w").glob("*.db"))
