"""What changed since a model was last built: fingerprints of its inputs, and the cases whose rows may differ.

A row enters core with the file_id of its file and leaves it only for history, when a newer row (or a retraction, which stays in history) has its key.
So the cases to rebuild are those named by newer rows in core or history, and by older history rows that share a key with them.
"""

from __future__ import annotations

import duckdb

from warehouse.contract import Feed, feeds, tables

CHANGED = "changed_case"


def case_tables() -> frozenset[str]:
    """Core tables whose rows each feed one case, from the contracts of the marts."""
    named = {table for contract in tables().values() for table, column in contract.incremental.items() if column == "case_id"}
    return frozenset(named)


def fingerprint(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """A short text that differs when the table's content does."""
    if table == "ledger_file":
        return ""  # what a model reads of a file never changes after its rows were written, and new rows show in core
    if table.startswith("core_"):
        return ":".join(_extent(con, name) for name in (table, table.replace("core_", "history_", 1)))
    return str(con.execute(f"select concat_ws(':', count(*), bit_xor(hash(t)), sum(hash(t))) from {table} as t").fetchone()[0])  # pyright: ignore


def last_file(mark: str) -> int:
    """The highest file_id in the fingerprint of a core table."""
    core_file, _, history_file, _ = mark.split(":")
    return max(int(core_file), int(history_file))


def find_changed_cases(con: duckdb.DuckDBPyConnection, since: dict[str, int], as_of_before: str | None) -> int:
    """Fill the temporary table of cases to rebuild: touched by files after `since` (per core table), or dependent on the as-of date. Returns their number."""
    by_table = {feed.table: feed for feed in feeds().values()}
    parts = [part for table, file_id in since.items() for part in _touched(by_table[table], file_id)]
    if as_of_before is not None:
        parts.append(f"select case_id from mart_case where not is_completed or not is_e2e_event or due_on > date '{as_of_before}'")
    con.execute(f"create or replace temp table {CHANGED} as select distinct case_id from ({' union all '.join(parts)}) where case_id is not null")
    return _count(con, CHANGED)


def changed_rows(table: str) -> str:
    """A SELECT of the table's rows that belong to a changed case, or to none: those are always rebuilt."""
    return f"select * from {table} where case_id is null or case_id in (select case_id from {CHANGED})"


def _touched(feed: Feed, file_id: int) -> list[str]:
    core, history = feed.table, feed.history
    newer = [f"select case_id from {name} where file_id > {file_id}" for name in (core, history)]
    if "case_id" not in feed.key:
        shared = " and ".join(f"older.{column} = newer.{column}" for column in ("source_id", *feed.key))
        keys = ", ".join(("source_id", *feed.key))
        changed = f"select {keys} from {core} where file_id > {file_id} union all select {keys} from {history} where file_id > {file_id}"
        newer.append(f"select older.case_id from {history} as older join ({changed}) as newer on {shared}")
    if core == "core_queue_ticket":
        newer += [
            f"select case_id from core_case_event where applicant_key in (select person_key from {name} where file_id > {file_id})"
            for name in (core, history)
        ]
        newer.append(
            f"select case_id from core_case_event where applicant_key in ("
            f"select older.person_key from {history} as older join ({changed}) as newer on {shared})"  # pyright: ignore
        )
    return newer


def _extent(con: duckdb.DuckDBPyConnection, table: str) -> str:
    found = con.execute(f"select coalesce(max(file_id), 0), count(*) from {table}").fetchone()
    return "{}:{}".format(*found)  # pyright: ignore


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    return con.execute(f"select count(*) from {table}").fetchone()[0]  # pyright: ignore
