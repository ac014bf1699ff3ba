"""A store to judge."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.contract import tables
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings


@pytest.fixture
def store(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A store in which every built table exists, without rows."""
    with open_store(Settings(tmp_path)) as connection:
        for table in tables().values():
            connection.execute(f"create or replace table {table.name} ({', '.join(f'{c.name} {c.type}' for c in table.columns.values())})")
        yield connection
