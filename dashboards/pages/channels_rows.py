"""What the page of channels lists or crosses that no metric answers: how applications flow to their results, steps of sessions, single terminals."""

from __future__ import annotations

import polars as pl

from dashboards.course import Scope
from dashboards.gate import Gate
from dashboards.scoped import last_day, scoped

FLOWS = """select coalesce(channel, 'unknown') as channel, coalesce(visits, 0) > 0 as has_come, coalesce(handed_over_by, 'none') as mode, count(*) as cases
from {cases} where completed_on >= $start and completed_on < $end
group by all order by all"""

STEPS = """select channel, count(*) as viewed, count(*) filter (where is_start) as started,
    count(*) filter (where reached in ('submit', 'outcome')) as submitted, count(*) filter (where is_outcome) as ended
from {sessions} where started_on >= $start and started_on < $end and reached is not null
group by channel order by viewed desc, channel"""

TERMINALS = """with used as (
    select point_id, any_value(site_id) as site_id, any_value(division_code) as division_code, min(day_on) as first_on, max(day_on) as last_on,
        max(day_on) filter (where uses > 0) as last_used_on, coalesce(sum(uses) filter (where day_on >= $start), 0)::bigint as uses,
        count(*) filter (where day_on >= $start) as days_live
    from {days} where day_on <= $until group by point_id
), named as (
    select point_id, arg_max(name_zh, valid_from) as name_zh, arg_max(name_en, valid_from) as name_en, arg_max(wgs_lon, valid_from) as lon,
        arg_max(wgs_lat, valid_from) as lat
    from mart_point group by point_id
)
select u.*, n.name_zh, n.name_en, n.lon, n.lat, v.name_zh as place_zh, v.name_en as place_en,
    date_diff('day', coalesce(last_used_on, first_on - 1), last_on)::bigint as idle_days
from used as u left join named as n using (point_id) left join dim_division as v using (division_code)
where last_on = $until order by idle_days desc, point_id"""


def flows(gate: Gate, scope: Scope) -> pl.DataFrame:
    """Completed cases of the period by channel of application, whether anybody came, and how the result was handed over."""
    return scoped(gate, FLOWS, scope, {"cases": "mart_case"})


def steps(gate: Gate, scope: Scope) -> pl.DataFrame:
    """Sessions of the period by channel and how far they went: viewed, started, submitted, ended (each holds the next)."""
    return scoped(gate, STEPS, scope, {"sessions": "mart_session"})


def terminals(gate: Gate, scope: Scope) -> pl.DataFrame:
    """Terminals that stood on the last day of the period, longest unused first: uses in the period, last use, days without any since."""
    return scoped(gate, TERMINALS, scope, {"days": "mart_terminal_day"}, until=last_day(scope))
