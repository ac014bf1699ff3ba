"""Corrections and retractions: which row of a key is current.

Highest source_version wins whatever the order of arrival; under one version the later arrival wins; content already known is a duplicate;
a retraction that is current takes the row out of the core table. What was overtaken stays in the history table.
"""

from __future__ import annotations

import duckdb
import polars as pl
import pyarrow as pa

from warehouse.contract import META, Feed
from warehouse.engine.duckdb import table_columns

NOT_ACCEPTED = {"row_no": pl.Int64, "status": pl.String}


def store(con: duckdb.DuckDBPyConnection, feed: Feed, rows: pl.DataFrame, source_id: str, file_id: int) -> pl.DataFrame:
    """Write typed rows of one batch; return (row_no, status) of every row of this file that is not accepted any more.

    status is duplicate, superseded or deleted. A row of an earlier batch of the same file appears when this batch overtook it.
    """
    incoming = rows.with_columns(pl.lit(source_id).alias("source_id"), pl.lit(file_id, pl.Int64).alias("file_id"))
    # several record batches, so that DuckDB inserts with every thread
    con.register("incoming", pa.Table.from_batches(incoming.to_arrow().to_batches(max_chunksize=61_440)))
    try:
        if not _find_hot(con, feed, incoming):
            con.execute(f"insert into {feed.table} by name select * exclude (is_deleted) from incoming")
            return pl.DataFrame(schema=NOT_ACCEPTED)
        return _settle(con, feed, file_id)
    finally:
        con.unregister("incoming")


def _find_hot(con: duckdb.DuckDBPyConnection, feed: Feed, incoming: pl.DataFrame) -> bool:
    """Whether any key comes twice, is known already or is taken back. Where rows of known keys lie is kept: at a city's scale finding them costs the most."""
    known = 0
    for table in (feed.table, feed.history):
        con.execute(
            f"create or replace temp table place_{table} as select t.rowid as place from {table} t semi join incoming i on {_same_key(feed)}"
        )
        known += _count(con, f"place_{table}")
    return known > 0 or incoming.select(feed.key).n_unique() < incoming.height or bool(incoming["is_deleted"].any())


def _settle(con: duckdb.DuckDBPyConnection, feed: Feed, file_id: int) -> pl.DataFrame:
    """Decide key by key among the new rows and everything known under the same keys; keys that come once and are new need no decision."""
    columns = [*table_columns(feed), *META]
    listed = ", ".join(columns)
    keys = ", ".join(("source_id", *feed.key))
    content = ", ".join(name for name in columns if name not in ("file_id", "row_no"))
    con.execute(f"""
        create or replace temp table known as
        select {listed}, false as is_deleted, true as was_current, null::bigint as overtaken_by from {feed.table} where rowid in (from place_{feed.table})
        union all by name
        select {listed}, is_deleted, is_current as was_current, overtaken_by from {feed.history} where rowid in (from place_{feed.history})""")
    con.execute(f"""
        create or replace temp table hot as
        select {keys} from known union select {keys} from incoming group by {keys} having count(*) > 1 or bool_or(is_deleted)""")
    con.execute(f"""
        create or replace temp table candidate as
        with every as (
            select {listed}, is_deleted, was_current, overtaken_by, false as is_new from known
            union all by name
            select {listed}, is_deleted, false as was_current, null as overtaken_by, true as is_new from incoming i semi join hot t on {_same_key(feed)}
        ), marked as (
            select *, is_new and row_number() over (partition by {content}, is_deleted order by is_new, file_id, row_no) > 1 as is_duplicate from every
        )
        select *, not is_duplicate and row_number() over (
            partition by {keys} order by is_duplicate, source_version desc, file_id desc, row_no desc) = 1 as is_current from marked""")
    _apply(con, feed, listed, file_id)
    return con.execute(f"""
        select row_no, case when is_duplicate then 'duplicate' when not is_current then 'superseded' else 'deleted' end as status
        from candidate where (is_new and (is_duplicate or not is_current or is_deleted))
        or (not is_new and was_current and not is_current and file_id = {file_id})""").pl()


def _apply(con: duckdb.DuckDBPyConnection, feed: Feed, listed: str, file_id: int) -> None:
    for table in (feed.table, feed.history):
        con.execute(f"delete from {table} where rowid in (from place_{table})")
    con.execute(f"insert into {feed.table} ({listed}) select {listed} from incoming i anti join hot t on {_same_key(feed)}")
    con.execute(f"insert into {feed.table} ({listed}) select {listed} from candidate where is_current and not is_deleted")
    con.execute(f"""
        insert into {feed.history} ({listed}, is_deleted, is_current, overtaken_by)
        select {listed}, is_deleted, is_current, case when not is_current then coalesce(overtaken_by, {file_id}) end
        from candidate where not is_duplicate and (is_deleted or not is_current)""")


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    (rows,) = con.execute(f"select count(*) from {table}").fetchone() or (0,)
    return rows


def _same_key(feed: Feed) -> str:
    """Join condition of `t` and `i`; a null part of a key equals itself."""
    parts = ["t.source_id = i.source_id"]
    parts += [f"t.{name} = i.{name}" if name in feed.required else f"t.{name} is not distinct from i.{name}" for name in feed.key]
    return " and ".join(parts)
