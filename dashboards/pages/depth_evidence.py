"""What the cases say of each item's declared depth at the end of a page's period, item by item, and why people came more often than declared.

Rows, not figures: how many items have which verdict, and every share of a page, are answers of metrics.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from dashboards.course import Scope, Where
from dashboards.gate import Gate
from metrics.dimensions import DIMENSIONS

FEWEST = 16  # cases that prove a level when every one of them reached it: the Wilson lower bound of 16 of 16 is 0.806
OPEN, UNTESTED = "open", "untested"  # what stands in the place of a seen level
ALLOWED = {4: 0, 3: 1, 2: 2}  # visits that a level allows; level 1 allows any

# `seen`: the level that the cases allow. Of a contradicted item the highest that they do not contradict, of a supported one the highest that
# they prove; without a verdict there is none, so that every cell of the matrix rests on evidence and its counts are the verdicts' counts.
_EVIDENCE = """
with judged as (
    select *, lower_share[declared_level] as low, upper_share[declared_level] as high, [verdict_1, verdict_2, verdict_3, verdict_4] as verdicts
    from mart_depth_evidence where month = $month and is_application_based
)
select item_id, dept_id, province_code, city_code, district_code, town_code, declared_level,
    verdict, n, rose_on, is_rise_unmatched, verdict_1, verdict_2, verdict_3, verdict_4,
    case declared_level when 1 then n when 2 then k2 when 3 then k3 when 4 then k4 end as reached,
    greatest(low, 0) as low,
    high,
    case verdict
        when 'contradicted' then len(list_filter(verdicts, lambda said: said <> 'contradicted'))
        when 'supported' then len(list_filter(verdicts, lambda said: said = 'supported'))
    end as seen_level
from judged
"""
_OFFERED = "select item_id, valid_from, valid_to, online_steps, visits_max from mart_item"

_CAUSES = """
with judged as (
    select item_id, case declared_level when 4 then 0 when 3 then 1 else 2 end as allowed
    from mart_depth_evidence where month = $month and verdict = 'contradicted'
),
extra as (
    select subject.item_id, unnest(subject.visit_causes[judged.allowed + 1:]) as cause
    from mart_case as subject join judged using (item_id)
    where subject.is_completed and subject.is_applied_online and not subject.is_void and subject.visits > judged.allowed
    and subject.completed_on >= $month - interval 11 month and subject.completed_on < $month + interval 1 month
)
select item_id, cause, count(*) as visits from extra group by all order by item_id, visits desc, cause
"""

_CHANGES = """
with stepped as (
    select *, coalesce(declared_depth, level_gd_4) as level,
        lag(coalesce(declared_depth, level_gd_4)) over (partition by item_id order by valid_from) as level_before,
        row_number() over (partition by item_id order by valid_from) as place
    from mart_item
)
select item_id, version, valid_from as changed_on, dept_id, province_code, city_code, district_code, town_code, level_before, level
from stepped
where place > 1 and level is distinct from level_before and is_application_based and status = 'in_force'
order by changed_on desc, item_id
"""


def judged_on(scope: Scope) -> date:
    """The day at which a page looks at the catalogue: the end of its period, or as far as the data go."""
    return min(scope.period.last_day, scope.as_of)


def evidence(gate: Gate, scope: Scope) -> pl.DataFrame:
    """One row an application-based item in force in the scope: declared and seen level, verdict, n, reached with its interval."""
    day = judged_on(scope)
    return within(gate.once(("evidence", day), lambda: _with_offer(gate, _read(gate, _EVIDENCE, day), day)), scope.where)


def _with_offer(gate: Gate, rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows with the online steps and visits that the catalogue gives on the day."""
    holding = gate.table(_OFFERED).filter(pl.col("valid_from") <= day, pl.col("valid_to") > day).drop("valid_from", "valid_to")
    return rows.join(holding, on="item_id", how="left").sort("item_id")


def causes(gate: Gate, scope: Scope) -> dict[str, list[tuple[str, int]]]:
    """By contradicted item: what the visits beyond the declared ones were for, most frequent first, with their number."""
    found: dict[str, list[tuple[str, int]]] = {}
    for item, cause, visits in _read(gate, _CAUSES, judged_on(scope)).iter_rows():
        found.setdefault(item, []).append((cause or "other", visits))
    return found


def changes(gate: Gate, scope: Scope) -> pl.DataFrame:
    """Every change of a declared level in the twelve months to the page's day, newest first."""
    day = pl.lit(judged_on(scope))
    recent = gate.table(_CHANGES).filter(pl.col("changed_on") > day.dt.offset_by("-12mo"), pl.col("changed_on") <= day)
    return within(recent, scope.where)


def begin(gate: Gate, scope: Scope) -> None:
    """Begin what the functions above read, beside whatever a page asks meanwhile."""
    gate.ahead(lambda: evidence(gate, scope), lambda: causes(gate, scope), lambda: changes(gate, scope))


def within(rows: pl.DataFrame, where: Where) -> pl.DataFrame:
    """The rows of a place, department or item; a condition that they do not know (a hall) narrows nothing."""
    for dimension, code in where:
        column = DIMENSIONS[dimension].column
        if column in rows.columns:
            rows = rows.filter(pl.col(column) == code)
    return rows


def _read(gate: Gate, sql: str, day: date) -> pl.DataFrame:
    """The rows of one of the statements above for a day, read once for a release."""
    given: dict[str, Any] = {name: value for name, value in (("day", day), ("month", day.replace(day=1))) if f"${name}" in sql}
    return gate.once((sql, day), lambda: gate.read(lambda cursor, store: cursor.execute(sql, given).pl()))
