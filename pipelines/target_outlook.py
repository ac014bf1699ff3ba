"""Where every target is going, worked out once a build: the table target_outlook of a release, so that no page waits for a forecast."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import duckdb

from metrics.evaluate import read_store
from metrics.registry import registry
from metrics.targets import TargetStatus, target_statuses

TABLE = "mart_target"
_SHAPE = {
    "target_id": "VARCHAR", "measured_on": "DATE", "status": "VARCHAR", "reason": "VARCHAR", "no_forecast": "VARCHAR", "probability": "DOUBLE",
    "forecast": "VARCHAR",
}  # fmt: skip


def outlook_query(con: duckdb.DuckDBPyConnection, completeness: str) -> str:
    """Query for one row a target: status, reason, probability, and the months ahead as JSON of [day, value, low, high].

    `completeness`: the query for what every mart has in full (warehouse.freshness); the working store has no table of it. All look from the
    last month that is complete for every figure with a target, which is the month that the dashboards open on.
    """
    complete = {mart: day for mart, day in con.execute(f"select mart, complete_on from ({completeness})").fetchall() if day}
    store = replace(read_store(con), complete_on=complete)
    rows = [_row(status) for status in target_statuses(con, _settled_on(con, complete), store=store)] if TABLE in store.provided else []
    return f"select unnest(from_json({_text(json.dumps(rows))}, '[{json.dumps(_SHAPE)}]'), recursive := true)"


def _settled_on(con: duckdb.DuckDBPyConnection, complete: dict[str, date]) -> date | None:
    named = {row[0] for row in con.execute(f"select distinct metric_id from {TABLE}").fetchall()}
    return min((complete[metric.mart] for name, metric in registry().items() if name in named and metric.mart in complete), default=None)


def _row(status: TargetStatus) -> dict[str, object]:
    ahead = [[str(point.day), point.value, point.low, point.high] for point in status.forecast]
    measured = str(status.measured_on) if status.measured_on else None
    values = (status.id, measured, status.status, status.reason, status.no_forecast, status.probability, json.dumps(ahead))
    return dict(zip(_SHAPE, values, strict=True))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
