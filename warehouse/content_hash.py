"""A logical hash of what the store holds: the same for the same content, whatever files it came in, in whatever order, and whichever machine or engine version made it.

It covers every core and history table and every dimension and mart. Left out is what tells how content arrived and not what it is:
`file_id`, `row_no` and `overtaken_by` (which delivery, and where in it), and of mart_source_day the moment of receipt and the delay, so that its rows
are summed per day. Numbers count to nine digits, since a sum of fractions differs in the last ones with the order of its parts.
What was set aside (quarantine, decisions about it, values that no column reads) has a hash of its own.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import duckdb

CONTENT = ("core_", "history_", "dim_", "mart_", "build_as_of")
CORE = ("core_", "history_")
SET_ASIDE = ("ledger_quarantine", "ledger_extra", "ledger_resolution")
ARRIVAL = frozenset({"file_id", "row_no", "overtaken_by", "correction_file_id", "correction_row_no"})
_ARRIVED = {
    "mart_source_day": "select source_id, feed, day_on, sum(records)::bigint as records, sum(fields_expected)::bigint as fields_expected, "
    "sum(fields_filled)::bigint as fields_filled from mart_source_day group by all"
}


@dataclass(frozen=True)
class ContentHash:
    """`content` covers all core and mart tables, `core` the core and history tables alone, `set_aside` the quarantine. `tables`: each with rows and hash."""

    content: str
    core: str
    set_aside: str
    tables: dict[str, tuple[int, str]]

    def differing(self, other: ContentHash) -> list[str]:
        """The tables in which two stores differ."""
        return sorted(name for name in {*self.tables, *other.tables} if self.tables.get(name) != other.tables.get(name))


def content_hash(con: duckdb.DuckDBPyConnection, prefixes: tuple[str, ...] = (*CONTENT, *SET_ASIDE)) -> ContentHash:
    """Hash every table of the store, or those whose names begin so."""
    found = con.execute(
        "select table_name from duckdb_tables() where not temporary and database_name = current_database() order by 1"
    ).fetchall()
    tables = {name: table_hash(con, name) for (name,) in found if name.startswith(prefixes)}
    return ContentHash(_joined(tables, CONTENT), _joined(tables, CORE), _joined(tables, SET_ASIDE), tables)


def table_hash(con: duckdb.DuckDBPyConnection, name: str) -> tuple[int, str]:
    """Rows of one table and the hash of its content, which does not depend on the order of the rows."""
    query = _ARRIVED.get(name, f'select * from "{name}"')
    columns = {row[0]: row[1] for row in con.execute(f"describe {query}").fetchall() if row[0] not in ARRIVAL}
    texts = ", ".join(_text(column, kind) for column, kind in sorted(columns.items()))
    rows, low, high = con.execute(
        f"""select count(*), coalesce(sum(md5_number_lower(line)::hugeint), 0), coalesce(sum(md5_number_upper(line)::hugeint), 0)
        from (select to_json([{texts}])::varchar as line from ({query}))"""
    ).fetchone() or (0, 0, 0)
    return rows, _digest([name, sorted(columns), rows, str(low), str(high)])


def _text(column: str, kind: str) -> str:
    """A column as text that reads the same in every session."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f'epoch_us("{column}")::varchar'
    if kind in ("DOUBLE", "FLOAT"):
        return f"""format('{{:.9g}}', "{column}" + 0.0)"""
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f'to_json("{column}")::varchar'
    return f'"{column}"::varchar'


def _joined(tables: dict[str, tuple[int, str]], prefixes: tuple[str, ...]) -> str:
    return _digest([[name, digest] for name, (_, digest) in sorted(tables.items()) if name.startswith(prefixes)])


def _digest(body: object) -> str:
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()[:32]
