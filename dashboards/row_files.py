"""The file and row that each listed row of a mart came from, where a row of the mart is a record of one feed.

Rows that are made of many records (cases, visits, days) have no single file; the page of a case names those of its events.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

from dashboards.case_file import short_name
from dashboards.gate import Gate
from dashboards.words import say
from warehouse.contract import Feed, feeds, tables

_FILES = "select file_id, name from ledger_file"


@cache
def feed_of(mart: str) -> Feed | None:
    """The feed of which a mart's rows are the records: the one with the same key."""
    key = set(tables()[mart].key) - {"source_id"}
    return next((feed for feed in feeds().values() if set(feed.key) == key), None)


def with_files(gate: Gate, mart: str, rows: pl.DataFrame, lang: str) -> pl.DataFrame:
    """The rows with `file`, their file and row number in words; as they are where they have no single file."""
    feed = feed_of(mart)
    if feed is None or not set(feed.key) <= set(rows.columns):
        return rows
    keys = [name for name in ("source_id", *feed.key) if name in rows.columns]
    found = gate.read_records(lambda con: _read(con, feed, rows.select(keys)))
    names = {file_id: short_name(name) for file_id, name in gate.table(_FILES).iter_rows()}
    texts = [
        None if number is None else say(lang, "case.file", name=names.get(number, str(number)), row=row)
        for *_, number, row in found.iter_rows()
    ]
    written = found.select(keys).with_columns(pl.Series("file", texts, dtype=pl.String)).unique(keys, keep="first")
    return rows.join(written, on=keys, how="left", maintain_order="left")


def _read(con: Any, feed: Feed, wanted: pl.DataFrame) -> pl.DataFrame:
    """File and row of these keys, out of the feed's current records."""
    lists = {f"key_{name}": wanted[name].to_list() for name in wanted.columns}
    unnested = ", ".join(f"unnest($key_{name}) as {name}" for name in wanted.columns)
    sql = f"select {', '.join(wanted.columns)}, file_id, row_no from {feed.table} join (select {unnested}) using ({', '.join(wanted.columns)})"
    return con.execute(sql, lists).pl()
