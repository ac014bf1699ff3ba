"""What changed since a model was last built: fingerprints of its inputs, and the cases whose rows may differ.

A row enters core with the file_id of its file and leaves it only for history, when a newer row (or a retraction, which stays in history) has its key.
So the cases that files touched are those named by newer rows in core or history, and by older history rows that share a key with them.
A matter that several case numbers stand for is touched as a whole, by any of them or when its links change.
Models that read the as-of date change for further cases when it moves: those still open in some respect, and those that have come due since.
"""

from __future__ import annotations

import duckdb

from warehouse.contract import Feed, Table, feeds, tables

TOUCHED = "touched_case"
MOVED = "moved_case"  # touched, or dependent on the as-of date
PARTS = "touched_part"  # of one model: the values of its part whose rows may differ
KIN = "kin_case"  # these, and cases whose rows depend on theirs: for one model
ALIAS = "int_link_alias"  # which case numbers stand for another
LINKS_BEFORE = "links_before"  # what it said before this build


def case_tables() -> frozenset[str]:
    """Core tables whose rows each feed one case, from the contracts of the marts."""
    named = {table for contract in tables().values() for table, column in contract.incremental.items() if column == "case_id"}
    return frozenset(named)


def case_inputs(contract: Table) -> dict[str, str]:
    """Inputs of a mart that is built by part which are built by case themselves, and what the part is in them."""
    return {name: column for name, column in contract.incremental.items() if contract.part and not name.startswith("core_")}


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


def keep_links(con: duckdb.DuckDBPyConnection) -> None:
    """Remember which cases stood for which before this build: what joins or leaves a matter touches all of it."""
    exists = con.execute(f"select count(*) > 0 from duckdb_tables() where table_name = '{ALIAS}' and not temporary").fetchone()
    source = f"from {ALIAS}" if exists and exists[0] else "select null::varchar as case_id, null::varchar as canonical_case_id where false"
    con.execute(f"create or replace temp table {LINKS_BEFORE} as {source}")


def find_touched_cases(con: duckdb.DuckDBPyConnection, since: dict[str, int]) -> int:
    """Fill the temporary table of cases touched by files after `since` (per core table), or by links that came or went; returns their number."""
    by_table = {feed.table: feed for feed in feeds().values()}
    parts = [part for table, file_id in since.items() for part in _touched(by_table[table], file_id)]
    return _fill(con, TOUCHED, [*parts, *_relinked()])


def find_moved_cases(con: duckdb.DuckDBPyConnection, as_of_before: str | None) -> int:
    """Fill the temporary table of touched cases and those that depend on the as-of date, which was `as_of_before` (None: it did not move)."""
    parts = [f"select case_id from {TOUCHED}"]
    if as_of_before is not None:
        parts += [
            f"select case_id from {mart.name} cross join (select as_of_on, date '{as_of_before}' as as_of_before from build_as_of) where {mart.matures}"
            for mart in tables().values()
            if mart.matures and not mart.part
        ]
    return _fill(con, MOVED, parts)


def keep_case_parts(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Remember the parts of moved cases before these are rebuilt, by mart; returns the names of the temporary tables."""
    kept = {_before(mart): _case_parts(mart) for mart in tables().values() if case_inputs(mart)}
    for name, parts in kept.items():
        con.execute(f"create or replace temp table {name} as {parts}")
    return list(kept)


def find_touched_parts(con: duckdb.DuckDBPyConnection, contract: Table, since: dict[str, int]) -> None:
    """Fill the temporary table of parts touched by files after `since` (per core table), by moved cases as they were and are, or by links that came or went."""
    by_table = {feed.table: feed for feed in feeds().values()}
    found = [
        values
        for table, column in contract.incremental.items()
        if table in since
        for values in _newer(by_table[table], since[table], column)
    ]
    for table, shared in contract.through.items():
        values = _relinked() if table == ALIAS else _newer(by_table[table], since[table], shared) if table in since else []
        for reached, column in contract.incremental.items() if values else ():
            found.append(f"select {column} from {reached} where {shared} in ({' union all '.join(values)})")
    if case_inputs(contract):
        found += [_case_parts(contract), f"from {_before(contract)}"]
    if contract.matures:
        found.append(f"select {contract.part} from {contract.name} cross join build_as_of where {contract.matures}")
    named = " union all ".join(f"select * from ({each}) as t (part)" for each in found) or "select null as part"
    con.execute(f"create or replace temp table {PARTS} as select distinct part from ({named}) where part is not null")


def rows_of(table: str, cases: str) -> str:
    """A SELECT of the table's rows that belong to one of the cases, or to none: those are always rebuilt."""
    return f"select * from {table} where {belongs_to(cases)}"


def belongs_to(cases: str) -> str:
    """The condition of rows_of."""
    return f"case_id is null or case_id in (select case_id from {cases})"


def _before(contract: Table) -> str:
    return f"{PARTS}_of_{contract.name}"


def _case_parts(contract: Table) -> str:
    return " union all ".join(
        f"select {column} from {name} where case_id in (from {MOVED})" for name, column in case_inputs(contract).items()
    )


def _relinked() -> list[str]:
    """Cases whose link came, went or changed in this build."""
    pairs = ((ALIAS, LINKS_BEFORE), (LINKS_BEFORE, ALIAS))
    changed = " union all ".join(
        f"(select case_id, canonical_case_id from {one} except select case_id, canonical_case_id from {other})" for one, other in pairs
    )
    return [f"select unnest([case_id, canonical_case_id]) as case_id from ({changed})"]


def _touched(feed: Feed, file_id: int) -> list[str]:
    newer = _newer(feed, file_id, "case_id")
    if feed.table == "core_queue_ticket":
        newer += _cases_of_persons(feed, file_id)
    return newer


def _newer(feed: Feed, file_id: int, column: str) -> list[str]:
    """SELECTs of a column of newer rows, and of those that they overtook or retracted."""
    newer = [f"select {column} from {name} where file_id > {file_id}" for name in (feed.table, feed.history)]
    return newer if column in feed.key else [*newer, _overtaken(feed, file_id, column)]


def _overtaken(feed: Feed, file_id: int, column: str) -> str:
    """A column of the history rows whose key a newer row has: what they said before."""
    key = ("source_id", *feed.key)
    newer = " union all ".join(f"select {', '.join(key)} from {name} where file_id > {file_id}" for name in (feed.table, feed.history))
    same = " and ".join(f"older.{name} = newer.{name}" for name in key)
    return f"select {column} from (select older.* from {feed.history} as older semi join ({newer}) as newer on {same})"


def _cases_of_persons(feed: Feed, file_id: int) -> list[str]:
    """A ticket without a case may be a visit of any case of its person."""
    persons = " union all ".join(_newer(feed, file_id, "person_key"))
    return [f"select case_id from core_case_event where applicant_key in ({persons})"]


def _fill(con: duckdb.DuckDBPyConnection, name: str, parts: list[str]) -> int:
    """The cases of the parts, and with them every case number of their matters, as these were and as they are."""
    links = f"(select case_id, canonical_case_id from {ALIAS} union select case_id, canonical_case_id from {LINKS_BEFORE})"
    con.execute(
        f"create or replace temp table {name} as with named as (select distinct case_id from ({' union all '.join(parts)}) where case_id is not null), "
        f"link as {links}, head as (select canonical_case_id from link where case_id in (from named) or canonical_case_id in (from named)) "
        "from named union from head union select case_id from link where canonical_case_id in (from head)"
    )
    return con.execute(f"select count(*) from {name}").fetchone()[0]  # pyright: ignore


def _extent(con: duckdb.DuckDBPyConnection, table: str) -> str:
    found = con.execute(f"select coalesce(max(file_id), 0), count(*) from {table}").fetchone()
    return "{}:{}".format(*found)  # pyright: ignore
