"""What was published of each share and month, and when it changed: the base of `revision_size` and of what counts as late.

Kept in the working store. A row is added when a month's value is published for the first time or differs from the last that was.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb

from metrics.evaluate import Query, answer_all, read_store
from metrics.registry import registry

TABLE = "published_snapshot"
_DDL = f"""create table if not exists {TABLE} (
    published_at timestamptz not null, metric_id varchar not null, month_on date not null, value double not null)"""
_INSERT = f"""insert into {TABLE} select $at, found.* from (select unnest($metrics), unnest($months), unnest($values)) found (metric_id, month_on, value)
    left join (select metric_id, month_on, arg_max(value, published_at) as last from {TABLE} group by all) using (metric_id, month_on)
    where last is null or last <> value"""


def record_snapshot(con: duckdb.DuckDBPyConnection, published_at: datetime) -> None:
    """Note the city's shares of every month that is over, as they are about to be published."""
    con.execute(_DDL)
    store = read_store(con)
    names = [name for name, metric in registry().items() if metric.default_form.kind == "ratio" and "month" in metric.dimensions]
    rows = [
        (answer.metric, date.fromisoformat(f"{row['month']}-01"), row["value"])
        for answer in answer_all(con, [Query(name, ("month",)) for name in names], store)
        for row in answer.rows
        if row["value"] is not None and row["month"] and store.as_of and _last_day(row["month"]) <= store.as_of
    ]
    if rows:
        metrics, months, values = map(list, zip(*rows, strict=True))
        con.execute(_INSERT, {"at": published_at, "metrics": metrics, "months": months, "values": values})


def forget_snapshot(con: duckdb.DuckDBPyConnection, published_at: datetime) -> None:
    """Take back what was noted for a publication that did not happen."""
    con.execute(f"delete from {TABLE} where published_at = ?", [published_at])


def _last_day(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
