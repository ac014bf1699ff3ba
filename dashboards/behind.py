"""What stands behind a number of the current release: the state of its data, and the sources, days and checks that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboards.gate import Gate
from dashboards.periods import Period
from metrics.badge import Badge, Quality, read_quality
from metrics.spec import Metric
from warehouse.contract import feeds
from warehouse.freshness import dated_by

PARTS = """select source_id, feed, count(*) as files, min(first_on) as first_on, max(last_on) as last_on, sum(kept)::bigint as kept,
    sum(set_aside)::bigint as set_aside from delivery_part group by all order by feed, source_id"""
MONTHS = "select source_id, feed, month_on, days, records from source_month"
GAPS = "select source_id, feed, day_on from source_gap"
CHECKED = """select table_name, count(*) as checks, count(*) filter (where result = 'passed') as passed from quality_outcome
    where run_id = (select run_id from quality_outcome order by ran_at desc, run_id limit 1) group by all"""
NO_PARTS = {
    "source_id": pl.String,
    "feed": pl.String,
    "files": pl.Int64,
    "first_on": pl.Date,
    "last_on": pl.Date,
    "kept": pl.Int64,
    "set_aside": pl.Int64,
}


@dataclass(frozen=True)
class Delivered:
    """What one source has delivered of one feed behind a number. In the period: `days` with records, `missing` working days, `records`; None: undated."""

    source: str
    feed: str
    files: int
    first_on: date | None
    last_on: date | None
    set_aside: int
    days: int | None
    missing: int | None
    records: int | None


@dataclass(frozen=True)
class Behind:
    """All that a number rests on. `checks` were run on its tables, `passed` of them passed."""

    badge: Badge
    delivered: Sequence[Delivered]
    checks: int
    passed: int

    @property
    def sources(self) -> list[str]:
        """The sources that delivered anything of it."""
        return sorted({one.source for one in self.delivered})

    @property
    def feeds(self) -> list[str]:
        """The feeds that came from them."""
        return list(dict.fromkeys(one.feed for one in self.delivered))


def quality_of(gate: Gate) -> Quality:
    """Lineage and faults of the release, read once."""

    def read() -> Quality:
        there = gate.table("select table_name from duckdb_tables()")["table_name"].to_list()
        return read_quality(lambda sql: gate.table(sql).to_dicts(), there)

    return gate.once("data quality", read)


def badge_of(gate: Gate, metric: Metric | None, period: Period) -> Badge | None:
    """How good the data behind a number are; None where the release does not say."""
    if metric is None:
        return None
    return gate.once(("badge", metric.id, period), lambda: quality_of(gate).badge(metric, period.start, period.end))


def behind(gate: Gate, metric: Metric, period: Period) -> Behind | None:
    """Everything that a number rests on; None where the release does not say."""
    badge = badge_of(gate, metric, period)
    if badge is None:
        return None
    checked = gate.table_or_none(CHECKED, "quality_outcome")
    counts = [(row["checks"], row["passed"]) for row in checked.iter_rows(named=True) if row["table_name"] in badge.tables]
    delivered = [one for one in all_delivered(gate, period) if feeds()[one.feed].table in badge.tables]
    return Behind(badge, delivered, sum(checks for checks, _ in counts), sum(passed for _, passed in counts))


def all_delivered(gate: Gate, period: Period) -> list[Delivered]:
    """What every source has delivered of every feed."""
    return gate.once(("delivered", period), lambda: _delivered(gate, period))


def _delivered(gate: Gate, period: Period) -> list[Delivered]:
    parts = gate.table_or_none(PARTS, "delivery_part")
    months = _of_period(gate, period)
    gaps = _gaps(gate, period)
    found = []
    for row in (parts if parts.columns else pl.DataFrame(schema=NO_PARTS)).iter_rows(named=True):
        key = (row["source_id"], row["feed"])
        if row["feed"] not in feeds():
            continue
        is_dated = dated_by(feeds()[row["feed"]]) is not None
        days, records = months.get(key, (0, 0))
        inside = (days, gaps.get(key, 0), records) if is_dated else (None, None, None)
        found.append(Delivered(*key, row["files"], row["first_on"], row["last_on"], row["set_aside"], *inside))
    return found


def _of_period(gate: Gate, period: Period) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row in gate.table_or_none(MONTHS, "source_month").iter_rows(named=True):
        if period.start <= row["month_on"] < period.end:
            key = (row["source_id"], row["feed"])
            days, records = found.get(key, (0, 0))
            found[key] = (days + row["days"], records + row["records"])
    return found


def _gaps(gate: Gate, period: Period) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in gate.table_or_none(GAPS, "source_gap").iter_rows(named=True):
        if period.start <= row["day_on"] < period.end:
            key = (row["source_id"], row["feed"])
            found[key] = found.get(key, 0) + 1
    return found
