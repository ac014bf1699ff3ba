"""How far the current release can be believed: publication, checks of the run behind it, sources with what was set aside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import polars as pl

from dashboards.gate import Gate

_INFO = "select as_of, published_at::timestamp as published_at from release_info"
_CHECKS = """select table_name, rule, severity, result, observed, because from quality_outcome
where run_id = (select run_id from quality_outcome order by ran_at desc, run_id limit 1)
order by severity, table_name, rule"""
_FIRST = """select least((select min(completed_on) from mart_case), (select min(issued_on) from mart_ticket), (select min(rated_on) from mart_rating))
as first_on"""
_SOURCES = """select source_id, feed, count(*) as files, max(received_at)::timestamp as last_received,
sum(accepted)::bigint as rows, sum(quarantined)::bigint as quarantined
from ledger_file where status = 'loaded' group by all order by source_id, feed"""

_LATE = "select source_id, max(days_behind) as days from source_freshness where is_late group by source_id order by source_id"


@dataclass(frozen=True)
class Check:
    """A check that did not pass."""

    table: str
    observed: str
    because: dict[str, str]
    severity: str


@dataclass(frozen=True)
class Trust:
    """What the trust line says."""

    stamp: str
    as_of: date
    published_at: datetime
    passed: int
    broken: list[Check]
    sources: pl.DataFrame
    late: pl.DataFrame
    is_stale: bool

    @property
    def quarantined(self) -> int:
        """Records set aside."""
        return int(self.sources["quarantined"].sum() or 0)


def trust(gate: Gate) -> Trust:
    """Read it from the current release, once."""
    return gate.once(("trust", gate.is_stale), lambda: _trust(gate))


def _trust(gate: Gate) -> Trust:
    info = gate.table(_INFO).row(0, named=True)
    checks = _table_or_none(gate, _CHECKS)
    late = _table_or_none(gate, _LATE)
    rows = list(checks.iter_rows(named=True)) if checks is not None else []
    return Trust(
        stamp=gate.holding().release.stamp,
        as_of=info["as_of"],
        published_at=info["published_at"],
        passed=sum(row["result"] == "passed" for row in rows),
        broken=[_check(row) for row in rows if row["result"] != "passed"],
        sources=gate.table(_SOURCES),
        late=late if late is not None else pl.DataFrame(schema={"source_id": pl.String, "days": pl.Int64}),
        is_stale=gate.is_stale,
    )


def first_year(gate: Gate) -> int:
    """The year in which the records begin."""
    first = gate.table(_FIRST)["first_on"].item()
    return first.year if first else date.max.year


def _table_or_none(gate: Gate, sql: str) -> pl.DataFrame | None:
    """A release of a store that has never been judged has no such table."""
    try:
        return gate.table(sql)
    except duckdb.CatalogException:
        return None


def _check(row: dict) -> Check:
    try:
        because = json.loads(row["because"])
    except ValueError:
        because = {}
    return Check(row["table_name"], row["observed"] or "", because if isinstance(because, dict) else {}, row["severity"])
