"""DuckDB as the engine: how the working store and a release are opened, and the tables that every store has."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import duckdb

from warehouse.contract import META, Feed, feeds
from warehouse.ledger import LEDGER_DDL
from warehouse.settings import Settings

SESSION_ZONE = "Asia/Shanghai"
STORAGE: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "latest"
}  # writes a quarter faster than the format that old versions read
_opening = Lock()
HOUR_OF = {"core_queue_ticket": "issued_at", "core_session": "started_at"}  # tables that also keep the local hour of an instant


# of history tables: a retraction, whether it is the current word on its key, and the file that overtook the row
HISTORY_META = "is_deleted BOOLEAN, is_current BOOLEAN, overtaken_by BIGINT"


class StoreBusy(RuntimeError):
    """Another process writes to the working store."""


def open_store(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the working store for writing, with ledger, core and history tables in place."""
    settings.prepare()
    try:
        con = duckdb.connect(str(settings.warehouse_path), config=STORAGE)
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            raise
        raise StoreBusy(f"Another process is writing to {settings.warehouse_path.name}; wait until it is done and try again.") from error
    configure(con, settings)
    con.execute("begin transaction")
    con.execute(LEDGER_DDL)
    for feed in feeds().values():
        con.execute(create_table(feed, feed.table))
        con.execute(create_table(feed, feed.history, HISTORY_META))
    con.execute("commit")
    return con


def configure(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Set limits and the session's time zone."""
    con.execute(f"set memory_limit = '{settings.memory_limit}'; set threads = {settings.threads}; set preserve_insertion_order = false")
    con.execute(f"set global TimeZone = '{SESSION_ZONE}'")  # cursors of the connection have it too
    con.execute("set temp_directory = ?", [str(settings.tmp_dir)])


def open_readonly(path: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open a sealed database for reading: no other file can be reached from the connection and its settings are locked."""
    with _opening:
        con = duckdb.connect(str(path), read_only=True)
        if con.execute("select current_setting('lock_configuration')").fetchone() == (False,):
            _harden(con, settings)
    return con


def _harden(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Set and lock the settings; connections of one process on one file share them, so only the first can."""
    con.execute(f"set global TimeZone = '{SESSION_ZONE}'; set threads = {settings.threads}; set memory_limit = '{settings.memory_limit}'")
    con.execute("set enable_external_access = false; set disabled_filesystems = 'LocalFileSystem'; set lock_configuration = true")


def create_table(feed: Feed, name: str, extra: str = "") -> str:
    """DDL of a feed's core or history table."""
    columns = {**table_columns(feed), **META}
    body = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    return f"create table if not exists {name} ({body}{', ' + extra if extra else ''})"


def table_columns(feed: Feed) -> dict[str, str]:
    """Columns of a feed's core table without META, the local hour included where it is kept."""
    columns = dict(feed.core_columns)
    instant = HOUR_OF.get(feed.table)
    if instant:
        columns[instant.removesuffix("_at") + "_hour"] = "BIGINT"
    return columns
