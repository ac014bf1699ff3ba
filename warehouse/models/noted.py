"""What builds changed in a mart since it was last summed and judged as a whole: the rows that left it and those that came, in a table beside it.

A mart has such notes only while all of its changes were noted. One that is built in full has none: it is summed and judged as a whole, and noting begins
anew. build_state keeps, under `noted:<mart>`, the stamp of the build from which on everything was noted.
"""

from __future__ import annotations

import json

import duckdb

from warehouse.contract import tables

LEAVING = "leaving_row"  # of one mart: a temporary table
_NOTED, _MODEL = "noted:", "model:"


def notes_of(mart: str) -> str:
    """The table of a mart's changes: its columns, and sign (1 came, −1 left)."""
    return f"build_change_{mart}"


def noted_marts(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The marts whose changes are noted, each with the stamp of the build since which they are."""
    if not _has_state(con):
        return {}
    found = con.execute(f"select name, value from build_state where name like '{_NOTED}%'").fetchall()
    return {name.removeprefix(_NOTED): value for name, value in found}


def stamps(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every mart and dimension, with the stamp of its last build."""
    if not _has_state(con):
        return {}
    found = con.execute(f"select name, value from build_state where name like '{_MODEL}%'").fetchall()
    built = {name.removeprefix(_MODEL): value for name, value in found}
    return {name: json.loads(built[name])["built"]["last"] for name in tables() if name in built}


def begin_notes(con: duckdb.DuckDBPyConnection, mart: str) -> None:
    """Note what changes from now on, if builds bring the mart up to date that way."""
    stamp = stamps(con).get(mart) if tables()[mart].incremental else None
    if stamp is not None:
        con.execute(f"create or replace table {notes_of(mart)} as select *, 1::tinyint as sign from {mart} limit 0")
        con.execute("insert or replace into build_state values (?, ?)", [_NOTED + mart, stamp])


def note_change(con: duckdb.DuckDBPyConnection, mart: str, where: str, coming: str) -> str:
    """Note that the rows of a condition are about to leave and those of the table `coming` to come; returns the quickest condition for the former."""
    con.execute(f"create or replace temp table {LEAVING} as select rowid as leaving_rowid, * from {mart} where {where}")
    con.execute(f"insert into {notes_of(mart)} by name select * exclude (leaving_rowid), -1::tinyint as sign from {LEAVING}")
    con.execute(f"insert into {notes_of(mart)} by name select *, 1::tinyint as sign from {coming}")
    return f"rowid in (select leaving_rowid from {LEAVING})"


def end_notes(con: duckdb.DuckDBPyConnection, mart: str) -> None:
    """The mart is built in full: what is noted says nothing any more."""
    con.execute(f"drop table if exists {notes_of(mart)}")
    con.execute("delete from build_state where name = ?", [_NOTED + mart])


def _has_state(con: duckdb.DuckDBPyConnection) -> bool:
    found = con.execute("select 1 from duckdb_tables() where table_name = 'build_state' and database_name = current_database()").fetchone()
    return found is not None
