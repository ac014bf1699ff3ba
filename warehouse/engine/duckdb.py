"""DuckDB as the engine: how the working store and a release are opened, and the tables that every store has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import duckdb

from warehouse.contract import META, Feed, feeds
from warehouse.engine.lease import StoreBusy, busy_sentence, writer_lease
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


class StoreMissing(RuntimeError):
    """The working store is gone, and the archive says that it was not empty."""


@contextmanager
def writing(settings: Settings, *, patience: float = 0, say: Callable[[str], None] | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Be the one writer and have the working store open; another writer is waited for up to `patience` seconds, then StoreBusy names it."""
    settings.prepare()
    until = time.monotonic() + patience
    with writer_lease(settings, patience=patience, say=say):
        con = _opened(settings, until)
        try:
            yield con
        finally:
            con.close()


@contextmanager
def reading(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """The working store open for questions about itself, None where there is none yet; StoreBusy while somebody writes."""
    if not settings.warehouse_path.exists():
        yield None
        return
    try:
        con = duckdb.connect(str(settings.warehouse_path), read_only=True)
    except duckdb.IOException as error:
        raise StoreBusy(busy_sentence(settings)) from error
    with con:
        yield con


def open_store(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the working store for writing, with ledger, core and history tables in place. Take the lease around it, or call `writing`."""
    settings.prepare()
    if not settings.warehouse_path.exists() and any(settings.archive_dir.glob("*/*")):
        raise StoreMissing(
            f"{settings.warehouse_path} is not there, but the archive holds files that were loaded; say onegate rebuild to make it again from them."
        )
    return open_tables(settings)


def open_tables(settings: Settings, path: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open or make the working store, whatever the archive holds; `path`: one that is made aside."""
    try:
        con = duckdb.connect(str(path or settings.warehouse_path), config=STORAGE)
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            raise
        raise StoreBusy(busy_sentence(settings)) from error
    configure(con, settings)
    with transaction(con):
        con.execute(LEDGER_DDL)
        for feed in feeds().values():
            con.execute(create_table(feed, feed.table))
            con.execute(create_table(feed, feed.history, HISTORY_META))
    return con


def _opened(settings: Settings, until: float) -> duckdb.DuckDBPyConnection:
    """The store, once whoever has it open without the lease (a reader of its state) has let it go."""
    while True:
        try:
            return open_store(settings)
        except StoreBusy:
            if time.monotonic() >= until:
                raise
        time.sleep(0.2)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing for the statements inside."""
    con.execute("begin")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # what went wrong is what the caller should hear
            con.execute("rollback")
        raise
    con.execute("commit")


def configure(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Set limits and the session's time zone."""
    con.execute(
        f"set memory_limit = '{settings.build_memory_limit}'; set threads = {settings.threads}; set preserve_insertion_order = false"
    )
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
