"""How new the records of each source are, feed by feed, seen from the day up to which the release counts."""

from __future__ import annotations

from collections.abc import Mapping

from warehouse.contract import Feed, feeds, local_date


def freshness_query(cadence_hours: Mapping[str, int], default_hours: int = 24) -> str:
    """Query for (source_id, feed, newest_on, days_behind, is_late), one row per source and dated feed.

    A source is late when its newest record is further behind `build_as_of` than it may be: `cadence_hours`, by source.
    """
    dated = [(feed, column) for feed in feeds().values() if (column := _dated(feed))]
    newest = " union all ".join(
        f"select source_id, '{feed.name}' as feed, max({column}) as newest_on from {feed.table} group by source_id"
        for feed, column in dated
    )
    listed = ", ".join(f"('{source}', {hours})" for source, hours in cadence_hours.items()) or f"(null, {default_hours})"
    return f"""
        select n.source_id, n.feed, n.newest_on, greatest(date_diff('day', n.newest_on, a.as_of_on), 0) as days_behind,
            date_diff('day', n.newest_on, a.as_of_on) * 24 > coalesce(c.hours, {default_hours}) as is_late
        from ({newest}) n cross join build_as_of a left join (values {listed}) c (source_id, hours) using (source_id)"""


def _dated(feed: Feed) -> str | None:
    """Local date of the instant that every row of the feed must have, if there is one."""
    return next((local_date(name) for name in feed.required if feed.columns[name] == "instant"), None)
