"""Traps of comparing periods: one that still runs, and a festival that moves (T11, T23)."""

from datetime import date

import pytest

from metrics.evaluate import COMPLETENESS, Query, answer
from metrics.periods import same_working_days, working_days
from metrics.statistics.season import daily_rates, year_on_year
from warehouse.freshness import completeness_query, freshness_query

MARCH, APRIL = (date(2024, 3, 1), date(2024, 4, 1)), (date(2024, 4, 1), date(2024, 5, 1))
WORKED = [f"03-{day:02}" for day in range(1, 32) if date(2024, 3, day).isoweekday() < 6] + [
    f"04-{day:02}" for day in (1, 2, 3, 7, 8, 9, 10)
]


def test_trap_11_a_month_that_still_runs(town):
    """Three applications every working day, and it is Wednesday 10 April: the festival and half of the month are missing."""
    town.events(*(f"K{day}{n},submitted,2024-{day} 09:00:00,web,A1," for day in WORKED for n in range(3)))
    town.build()
    town.con.execute(f"create table {COMPLETENESS} as {completeness_query(freshness_query({}))}")
    months = {row["month"]: row["value"] for row in town.rows("cases_received", "month")}
    assert months["2024-04"] / months["2024-03"] - 1 == pytest.approx(-2 / 3)  # "two thirds fewer"
    april = answer(town.con, Query("cases_received", start=APRIL[0], end=APRIL[1]))
    assert april.provisional_from == date(2024, 4, 11)
    assert answer(town.con, Query("cases_received", start=MARCH[0], end=MARCH[1])).provisional_from is None
    start, end = same_working_days(town.con, APRIL, april.provisional_from, MARCH)
    assert (start, end) == (date(2024, 3, 1), date(2024, 3, 12))  # seven working days: 1, 4 to 8 and 11 March
    assert answer(town.con, Query("cases_received", start=start, end=end)).rows[0]["value"] == months["2024-04"] == 21


def test_trap_23_spring_festival_moves(town):
    """As many applications every working day of two years; the festival lies in January 2023 and in February 2024."""
    town.build()
    firsts = [date(2023, 1, 1), date(2023, 2, 1), date(2024, 1, 1), date(2024, 2, 1)]
    days = {first: working_days(town.con, (first, first.replace(month=first.month + 1))) for first in firsts}
    assert list(days.values()) == [18, 20, 22, 18]
    counts = {first: 50.0 * number for first, number in days.items()}
    assert counts[firsts[2]] / counts[firsts[0]] - 1 == pytest.approx(4 / 18)  # January "rises by a fifth"
    assert counts[firsts[3]] / counts[firsts[1]] - 1 == pytest.approx(-0.1)  # February "falls by a tenth"
    assert year_on_year(daily_rates(counts, days)) == {date(2024, 1, 1): 0}
    assert set(year_on_year(daily_rates(counts, days, join_spring=False)).values()) == {0}
