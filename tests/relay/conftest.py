"""Every test of this suite runs on SQLite and on PostgreSQL."""

import pytest

from tests.databases import Databases


@pytest.fixture(autouse=True)
def on_each_kind_of_database(databases: Databases) -> Databases:
    return databases
