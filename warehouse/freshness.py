"""How new the records of each source are, feed by feed, and up to which day the tables made of them are complete."""

from __future__ import annotations

from collections.abc import Mapping

from warehouse.contract import Feed, feeds, local_date
from warehouse.models.graph import models

SILENT_DAYS = (
    92  # a source without a record for a quarter is late, but no longer waited for: else one that was closed would keep every period open
)


def freshness_query(cadence_hours: Mapping[str, int], lag_days: Mapping[str, int] | None = None, default_hours: int = 24) -> str:
    """Query for (source_id, feed, newest_on, days_behind, is_late, lag_days, complete_on, cadence_hours), one row per source and dated feed.

    A source is late when its newest record is further behind `build_as_of` than it may be: `cadence_hours`, by source. It is complete up to
    complete_on: its newest record, and the days off that follow it, less the days that its records may take to arrive (`lag_days`, by source).
    Records dated after build_as_of say nothing about either.
    """
    dated = [(feed, column) for feed in feeds().values() if (column := dated_by(feed))]
    newest = " union all ".join(
        f"select source_id, '{feed.name}' as feed, max({column}) filter (where {column} <= (select as_of_on from build_as_of)) as newest_on"
        f" from {feed.table} group by source_id"
        for feed, column in dated
    )
    lags = dict(lag_days or {})
    listed = [(source, cadence_hours.get(source, default_hours), lags.get(source, 0)) for source in sorted({*cadence_hours, *lags})]
    known = ", ".join(f"('{source}', {hours}, {lag})" for source, hours, lag in listed) or f"(null, {default_hours}, 0)"
    return f"""
        select n.source_id, n.feed, n.newest_on, greatest(date_diff('day', n.newest_on, a.as_of_on), 0) as days_behind,
            date_diff('day', n.newest_on, a.as_of_on) * 24 > coalesce(c.hours, {default_hours}) as is_late,
            coalesce(c.lag_days, 0) as lag_days, least(w.next_on - 1, a.as_of_on) - coalesce(c.lag_days, 0)::integer as complete_on,
            coalesce(c.hours, {default_hours}) as cadence_hours
        from ({newest}) n cross join build_as_of a left join (values {known}) c (source_id, hours, lag_days) using (source_id)
        left join ({_next_working_day()}) w on w.day = n.newest_on"""


def completeness_query(freshness: str) -> str:
    """Query for (mart, complete_on), one row a mart: the last day up to which every source that feeds it and is not silent has delivered."""
    fed = [(name, feed) for name in models() if name.startswith("mart_") for feed in feeds_of(name)]
    pairs = ", ".join(f"('{mart}', '{feed}')" for mart, feed in fed) or "(null, null)"
    marts = ", ".join(f"('{name}')" for name in models() if name.startswith("mart_"))
    return f"""
        select m.mart, least(min(s.complete_on), any_value(a.as_of_on)) as complete_on
        from (values {marts}) m (mart) cross join build_as_of a left join (values {pairs}) f (mart, feed) using (mart)
        left join ({freshness}) s on s.feed = f.feed and s.days_behind <= {SILENT_DAYS} group by m.mart"""


def feeds_of(model: str) -> list[str]:
    """The dated feeds whose rows go into a model, directly or through other models."""
    tables = tables_behind(model)
    return [feed.name for feed in feeds().values() if feed.table in tables and dated_by(feed)]


def tables_behind(model: str) -> set[str]:
    """Every table whose rows go into a model, directly or through other models."""
    tables: set[str] = set()
    waiting = [model]
    while waiting:
        for name in models()[waiting.pop()].inputs - tables:
            tables.add(name)
            waiting += [name] if name in models() and name != "build_as_of" else []
    return tables


def _next_working_day() -> str:
    return """select day, min(day) filter (where is_working) over (order by day rows between 1 following and unbounded following) as next_on
        from ref_working_day where calendar_id = 'CN'"""


def dated_by(feed: Feed) -> str | None:
    """Local date of the instant that every row of the feed must have, if there is one."""
    return next((local_date(name) for name in feed.required if feed.columns[name] == "instant"), None)
