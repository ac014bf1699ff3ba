"""What the release says of itself: sources and files, days delivered, checks and their history, flags on the data, definitions."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from dashboards.course import Scope
from dashboards.gate import Gate
from dashboards.scoped import scoped

SPAN = 45  # days that a calendar shows beside one another with room for signs

FRESHNESS = "from source_freshness"
DELIVERED = """select source_id, feed, count(*) as files, max(received_at)::timestamp as received_at, sum(read)::bigint as read,
    sum(accepted)::bigint as rows, sum(quarantined)::bigint as quarantined
from ledger_file where status = 'loaded' group by all order by source_id, feed"""
FILES = """select file_id, regexp_extract(name, '[^/\\\\]*$') as name, source_id, feed, received_at::timestamp as received_at, bytes, read, accepted, duplicate,
    superseded, deleted, quarantined, status, sha256
from ledger_file order by file_id desc"""
REASONS = "select source_id, feed, reason, rows from quarantine_reason order by rows desc, source_id, feed, reason"
CHECKS = """select table_name, rule_id, rule, severity, because, result, observed, expected, unexpected_count, sample from quality_outcome
where run_id = (select run_id from quality_outcome order by ran_at desc, run_id limit 1)
order by result = 'passed', severity <> 'block', table_name, rule_id"""
RUNS = """select run_id, max(ran_at)::timestamp as ran_at, count(*) filter (where result = 'passed') as passed,
    count(*) filter (where result = 'failed' and severity <> 'block') as warned, count(*) filter (where result = 'failed' and severity = 'block') as failed,
    count(*) filter (where result not in ('passed', 'failed')) as errored
from quality_outcome group by run_id order by ran_at desc, run_id desc"""
COMPLETE = "select mart, complete_on from completeness_by_mart order by complete_on, mart"
DEFINITIONS = """select count(*) as definitions, left(sha256(string_agg(metric_id || definition, '' order by metric_id)), 12) as fingerprint
from metric_definition"""

DAYS = """with begun as (
    select source_id, feed, min(day_on) as first_on from mart_source_day group by all
), seen as (
    select source_id, feed, day_on, min(received_at) as received_at from mart_source_day where day_on between $first and $last group by all
), calendar as (
    select day, is_working from ref_working_day where calendar_id = 'CN' and day between $first and $last
)
select begun.source_id, begun.feed, calendar.day,
    case when seen.received_at > published.published_at then 'late' when seen.day_on is not null then 'complete'
         when calendar.is_working and calendar.day >= begun.first_on then 'missing' else 'unexpected' end as state
from begun cross join calendar
left join seen on seen.source_id = begun.source_id and seen.feed = begun.feed and seen.day_on = calendar.day
left join (%s) as published on published.month_on = date_trunc('month', calendar.day)
order by begun.source_id, begun.feed, calendar.day"""
PUBLISHED = "select month_on, min(published_at) as published_at from published_snapshot group by month_on"
NEVER_PUBLISHED = "select null::date as month_on, null::timestamptz as published_at limit 0"

FLAGS = """with found as (from {cases} where completed_on >= $start and completed_on < $end), flags as (select unnest(dq_flags) as flag from found)
select flag, count(*) as rows, (select count(*) from found) as total from flags group by flag order by rows desc, flag"""
IMPLAUSIBLE = """select 'wait_implausible' as flag, count(*) filter (where is_implausible) as rows, count(*) as total
from {tickets} where issued_on >= $start and issued_on < $end"""


def table(gate: Gate, sql: str, name: str) -> pl.DataFrame:
    """Rows of a statement on a table that a release may lack: none then."""
    return gate.table_or_none(sql, name)


def calendar_span(scope: Scope) -> tuple[date, date]:
    """The days of the calendar: the period, and what follows it until the data end as long as signs have room."""
    first = scope.period.start
    return first, min(scope.as_of, max(scope.period.last_day, first + timedelta(days=SPAN - 1)))


def days(gate: Gate, scope: Scope) -> pl.DataFrame:
    """Every source and day of the span with its state: complete, late, missing, unexpected."""
    first, last = calendar_span(scope)
    there = gate.table("select table_name from duckdb_tables()")["table_name"]
    published = PUBLISHED if "published_snapshot" in there else NEVER_PUBLISHED
    return scoped(gate, DAYS % published, scope, {}, first=first, last=last)


def flags(gate: Gate, scope: Scope) -> pl.DataFrame:
    """Flags on the cases completed and tickets issued in the period: how many rows carry each, of how many."""
    cases = scoped(gate, FLAGS, scope, {"cases": "mart_case"})
    tickets = scoped(gate, IMPLAUSIBLE, scope, {"tickets": "mart_ticket"}).filter(pl.col("rows") > 0)
    return pl.concat([cases, tickets])
