"""One read-only statement on the current release's analyst file: parsed by DuckDB itself, SELECT only, bounded in time and rows."""

from __future__ import annotations

import threading
import time
from typing import Any

import duckdb

from onegate.output import plain
from warehouse.engine.duckdb import open_readonly
from warehouse.release import current
from warehouse.settings import Settings

ROWS = 10_000
SECONDS = 30


class QueryRefused(ValueError):
    """A statement that is not run, or failed; `kind` is refused, syntax, timeout, failed or no_release."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def run_statement(settings: Settings, statement: str) -> dict[str, Any]:
    """Columns, rows (at most 10,000), whether rows were cut, seconds."""
    release = current(settings)
    if release is None:
        raise QueryRefused("no_release", "Nothing has been published yet; run onegate build first.")
    con = open_readonly(release.folder / "analyst.duckdb", settings)
    try:
        return _run(con, _parsed(con, statement))
    finally:
        con.close()


def _parsed(con: duckdb.DuckDBPyConnection, statement: str) -> duckdb.Statement:
    try:
        found = con.extract_statements(statement)
    except duckdb.Error as error:
        raise QueryRefused("syntax", _line(error)) from error
    if len(found) != 1:
        raise QueryRefused("refused", f"One statement at a time; these are {len(found)}.")
    # PRAGMA and the like are parsed as SELECT in some versions: the text must begin as a query does
    if found[0].type != duckdb.StatementType.SELECT or not statement.lstrip(" \t\r\n(").lower().startswith(
        ("select", "with", "from", "values")
    ):
        raise QueryRefused("refused", "Only queries are run: begin with SELECT, WITH, FROM or VALUES.")
    return found[0]


def _run(con: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> dict[str, Any]:
    began = time.monotonic()
    timer = threading.Timer(SECONDS, con.interrupt)
    timer.start()
    try:
        result = con.execute(statement)
        columns = [{"name": column[0], "type": str(column[1])} for column in result.description or ()]
        rows = result.fetchmany(ROWS + 1)
    except duckdb.InterruptException as error:
        raise QueryRefused("timeout", f"The query took longer than {SECONDS} seconds and was stopped.") from error
    except duckdb.Error as error:
        raise QueryRefused("failed", _line(error)) from error
    finally:
        timer.cancel()
    shown = [
        [value if isinstance(value, int | float | str | bool | list | dict | None) else plain(value) for value in row]
        for row in rows[:ROWS]
    ]
    return {"columns": columns, "rows": shown, "truncated": len(rows) > ROWS, "seconds": round(time.monotonic() - began, 3)}


def _line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
