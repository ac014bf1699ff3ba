"""Periods that can be compared: the same number of elapsed working days (T11), and counts freed of holidays that move (T23).

Needs ref_working_day, which every store and release has.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

Period = tuple[date, date]  # first day, first day after


def working_days(con: duckdb.DuckDBPyConnection, period: Period, calendar: str = "CN") -> int:
    """Working days in [start, end)."""
    sql = "select count(*) from ref_working_day where calendar_id = $calendar and is_working and day >= $start and day < $end"
    row = con.execute(sql, {"calendar": calendar, "start": period[0], "end": period[1]}).fetchone()
    return row[0] if row else 0


def same_working_days(con: duckdb.DuckDBPyConnection, period: Period, complete_before: date, other: Period, calendar: str = "CN") -> Period:
    """The beginning of `other` that has as many working days as have elapsed of `period`: what a provisional period is compared with.

    `complete_before` is the first day that is not complete (Store.provisional_from). The days off behind the last of them belong to it, as
    they do in `period`; a period that is complete is compared with all of the other.
    """
    if complete_before >= period[1]:
        return other
    elapsed = working_days(con, (period[0], max(period[0], complete_before)), calendar)
    sql = """select min(day) from (
            select day, count(*) over (order by day) as number from ref_working_day
            where calendar_id = $calendar and is_working and day >= $start and day < $end
        ) where number > $elapsed"""
    given = {"calendar": calendar, "start": other[0], "end": other[1], "elapsed": elapsed}
    row = con.execute(sql, given).fetchone()
    return other[0], row[0] if row and row[0] else other[1]


def month_of(day: date) -> Period:
    """The month that a day lies in."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)
