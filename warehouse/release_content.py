"""What goes into a release: for each file, the query that makes each of its tables from the working store. Nobody's keys leave the store.

`board.duckdb` serves dashboards and metrics; the single events of cases are in `analyst.duckdb` alone, since copying them twice was a third of
the work of publishing. `analyst.duckdb` holds what analysts may query, chosen column by column, never by deleting from a copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import duckdb

from warehouse.contract import feeds
from warehouse.masking import masked_columns

BOARD_PREFIXES = ("rollup_", "mart_", "dim_", "ref_")
ANALYST_PREFIXES = ("mart_", "dim_", "ref_")
OVERTAKEN = ("case_events",)  # feeds whose overtaken and retracted rows analysts see too: what a case was once said to be
WHOLE = ("build_as_of", "quality_outcome", "core_target")
# tables written in an order: what is read together, the rows of a month or the events of a case, lies together
ORDER = {"mart_case": "completed_on", "mart_ticket": "issued_on", "mart_depth_evidence": "month", "core_case_event": "case_id"}
# only these columns of tables that hold more than a reader may see
PARTS = {
    "ledger_file": "file_id, sha256, name, source_id, feed, received_at, bytes, read, accepted, duplicate, superseded, deleted, quarantined, status",
}


def board_queries(con: duckdb.DuckDBPyConnection, extra: Mapping[str, str]) -> dict[str, str]:
    """Query by table of board.duckdb; `extra` adds tables that only the caller can make."""
    there = columns_by_table(con)
    whole = {name: _select(there[name], name) for name in there if name.startswith(BOARD_PREFIXES) or name in WHOLE}
    return whole | {name: f"select {columns} from {name}" for name, columns in PARTS.items() if name in there} | dict(extra)


def analyst_queries(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Query by table of analyst.duckdb: marts, dimensions, the core tables and what was overtaken of them, masked columns only."""
    there = columns_by_table(con)
    core = {feed.table for feed in feeds().values()}
    names = [name for name in there if name.startswith(ANALYST_PREFIXES) or name in core or name == "build_as_of"]
    queries = {name: _select(masked_columns(name, there[name]), name) for name in sorted(names)}
    overtaken = [feeds()[name] for name in OVERTAKEN if feeds()[name].history in there]
    return queries | {feed.history: _select(masked_columns(feed.table, there[feed.history]), feed.history) for feed in overtaken}


def release_info(stamp: str, published_at: datetime) -> str:
    """Query for the one row that says which release this is."""
    return f"select '{stamp}' as stamp, (select as_of_on from build_as_of) as as_of, cast('{published_at.isoformat()}' as timestamptz) as published_at"


def in_order(table: str, query: str) -> str:
    """The query with its rows in the table's order, where it has one and the column is there."""
    column = f'"{ORDER.get(table)}"'
    return f"{query} order by {column}" if column in query else query


def columns_by_table(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Column names of every table in the store."""
    found: dict[str, list[str]] = {}
    query = """select table_name, column_name from duckdb_columns()
               where database_name = current_database() and schema_name = 'main' and not internal order by table_name, column_index"""
    for table, column in con.execute(query).fetchall():
        found.setdefault(table, []).append(column)
    return found


def _select(columns: list[str], table: str) -> str:
    return f"select {', '.join(chr(34) + column + chr(34) for column in columns)} from {table}"
