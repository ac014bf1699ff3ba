"""Marts by hand: tables made from their contracts in an in-memory DuckDB, holding literal rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import duckdb
import pytest

from warehouse.contract import Column, tables

Row = dict[str, Any]
MakeMart = Callable[[duckdb.DuckDBPyConnection, str, Iterable[Row]], None]
_BLANK = {
    "VARCHAR": "",
    "BOOLEAN": False,
    "BIGINT": 0,
    "DOUBLE": 0.0,
    "VARCHAR[]": [],
    "DATE": date(2024, 1, 1),
    "TIMESTAMPTZ": "2024-01-01 00:00:00+08",
}


def blank(column: Column) -> Any:
    """What a column holds when a test does not say: nothing, or an empty value where nothing is not allowed."""
    return None if column.nullable else _BLANK[column.type]


@pytest.fixture
def con() -> Iterable[duckdb.DuckDBPyConnection]:
    """An empty store with every mart, as of 2024-06-30."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'Asia/Shanghai'")
        connection.execute(
            "create table build_as_of as select timestamptz '2024-06-30 23:59:59+08' as as_of_at, date '2024-06-30' as as_of_on"
        )
        for table in tables().values():
            columns = ", ".join(f"{column.name} {column.type}" for column in table.columns.values())
            connection.execute(f"create table {table.name} ({columns})")
        yield connection


@pytest.fixture
def make_mart() -> MakeMart:
    """Insert literal rows into a mart: make_mart(con, name, rows); columns that a row does not name are blank."""

    def insert(connection: duckdb.DuckDBPyConnection, name: str, rows: Iterable[Row]) -> None:
        columns = tables()[name].columns
        for row in rows:
            unknown = set(row) - set(columns)
            assert not unknown, f"{name} has no column {unknown}"
            values = [row.get(column.name, blank(column)) for column in columns.values()]
            connection.execute(f"insert into {name} values ({', '.join('?' for _ in columns)})", values)

    return insert
