"""Queries on what was delivered, part by part: which days each file speaks of, and on which days a source that usually sends sent nothing.

They are made into tables of a release: `delivery_part`, `source_month`, `source_gap`. Records that were released or dismissed are no longer set aside.
"""

from __future__ import annotations

from warehouse.contract import Feed, feeds
from warehouse.freshness import dated_by

USUAL = 10  # records on a usual working day, from which on a day without any is a gap: chance alone makes one in twenty thousand such days


def parts_query() -> str:
    """Query for (file_id, source_id, feed, first_on, last_on, kept, set_aside): the days and records of a file, current and overtaken, and what it left in quarantine."""
    kept = " union all ".join(_kept(feed) for feed in feeds().values())
    return f"""with kept as ({kept}), refused as (
            select file_id, source_id, feed, count(*) as set_aside from ledger_quarantine
            anti join ledger_resolution using (file_id, row_no) group by all)
        select file_id, coalesce(kept.source_id, refused.source_id) as source_id, feed, first_on, last_on,
            coalesce(kept.kept, 0)::bigint as kept, coalesce(set_aside, 0)::bigint as set_aside
        from kept full join refused using (file_id, feed) order by file_id, feed"""


def gaps_query() -> str:
    """Query for (source_id, feed, day_on): working days without a record between the first and the newest of a source that usually has at least USUAL."""
    return f"""with sent as ({_days()}), span as (
            select source_id, feed, min(day_on) as first_on, max(day_on) filter (where day_on <= (select as_of_on from build_as_of)) as last_on,
                median(records) as usual, count(*) as days from sent group by all),
        expected as (
            select source_id, feed, day as day_on, days, count(*) over (partition by source_id, feed) as working
            from span join ref_working_day on calendar_id = 'CN' and is_working and day between first_on and last_on where usual >= {USUAL})
        select source_id, feed, day_on from expected anti join sent using (source_id, feed, day_on)
        where days >= 0.5 * working order by source_id, feed, day_on"""


def months_query() -> str:
    """Query for (source_id, feed, month_on, days, records): on how many days of a month the records of a source happened, and how many there are."""
    return f"""select source_id, feed, date_trunc('month', day_on)::date as month_on, count(*) as days, sum(records)::bigint as records
        from ({_days()}) group by all order by all"""


def _days() -> str:
    """Records of each source, dated feed and day."""
    return " union all ".join(
        f"select source_id, '{feed.name}' as feed, {column} as day_on, count(*) as records from {feed.table} where {column} is not null group by all"
        for feed in feeds().values()
        if (column := dated_by(feed))
    )


def _kept(feed: Feed) -> str:
    column = dated_by(feed)
    read = ", ".join(["file_id", "source_id", *([column] if column else [])])
    days = f"min({column}) as first_on, max({column}) as last_on" if column else "null::date as first_on, null::date as last_on"
    rows = f"select {read} from {feed.table} union all select {read} from {feed.history}"
    return (
        f"select file_id, any_value(source_id) as source_id, '{feed.name}' as feed, {days}, count(*) as kept from ({rows}) group by file_id"
    )
