"""Periods that are not complete (R8): watermarks per source, what they say of a mart, and what a provisional period is compared with (T11, T23)."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from metrics.evaluate import COMPLETENESS, Query, answer, read_store
from metrics.periods import month_of, same_working_days, working_days
from metrics.statistics.season import Rate, daily_rates, year_on_year
from warehouse.contract import feeds
from warehouse.engine.duckdb import create_table
from warehouse.freshness import completeness_query, feeds_of, freshness_query
from warehouse.working_days import install_calendar


@pytest.fixture
def store():
    """Core tables without rows, as of Sunday 2024-06-30, and the calendar."""
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'Asia/Shanghai'")
        con.execute("create table build_state (name varchar primary key, value varchar not null)")
        con.execute("create table build_as_of as select date '2024-06-30' as as_of_on")
        for feed in feeds().values():
            con.execute(create_table(feed, feed.table))
        install_calendar(con)
        yield con


def ticket(con, source: str, day: str) -> None:
    con.execute("insert into core_queue_ticket (source_id, issued_on) values (?, ?)", [source, day])


def rows(con, lags=None) -> dict[str, tuple]:
    found = con.execute(f"select source_id, newest_on, is_late, complete_on from ({freshness_query({}, lags)})").fetchall()
    return {source: rest for source, *rest in found}


def test_a_watermark_passes_over_the_days_off_behind_it(store):
    ticket(store, "hall", "2024-06-28")  # a Friday: the weekend that follows is complete, for the hall is closed
    ticket(store, "slow", "2024-06-27")  # a Thursday: Friday is missing
    assert rows(store) == {"hall": [date(2024, 6, 28), True, date(2024, 6, 30)], "slow": [date(2024, 6, 27), True, date(2024, 6, 27)]}


def test_days_that_records_may_take_are_taken_off(store):
    ticket(store, "hall", "2024-06-28")
    assert rows(store, {"hall": 7})["hall"][2] == date(2024, 6, 23)


def test_a_record_dated_after_the_release_is_no_watermark(store):
    ticket(store, "hall", "2024-06-26")
    ticket(store, "hall", "2031-01-01")
    assert rows(store)["hall"][0] == date(2024, 6, 26)


def complete(con) -> dict[str, date]:
    return dict(con.execute(completeness_query(freshness_query({}))).fetchall())


def test_a_mart_is_complete_as_far_as_its_slowest_source(store):
    ticket(store, "a", "2024-06-28")
    ticket(store, "b", "2024-06-19")
    assert complete(store)["mart_ticket"] == date(2024, 6, 19)
    assert complete(store)["mart_rating"] == date(2024, 6, 30)


def test_a_source_that_fell_silent_is_not_waited_for(store):
    ticket(store, "a", "2024-06-28")
    ticket(store, "closed", "2021-01-04")
    assert complete(store)["mart_ticket"] == date(2024, 6, 30)


def test_tickets_feed_cases_through_their_visits():
    assert {"case_events", "queue_tickets"} <= set(feeds_of("mart_case"))
    assert "case_events" not in feeds_of("mart_queue_snapshot")


@pytest.fixture
def half(con, make_mart):
    """Tickets of June, complete through the 19th."""
    make_mart(con, "mart_ticket", [{"ticket_id": str(number), "issued_on": date(2024, 6, number)} for number in range(1, 20)])
    con.execute(f"create table {COMPLETENESS} as select 'mart_ticket' as mart, date '2024-06-19' as complete_on")
    return con


@pytest.mark.parametrize(("start", "end", "said"), [
    (date(2024, 6, 1), date(2024, 7, 1), date(2024, 6, 20)),
    (date(2024, 5, 1), date(2024, 6, 1), None),
    (date(2024, 6, 1), date(2024, 6, 20), None),
    (date(2024, 6, 1), date(2024, 6, 21), date(2024, 6, 20)),
    (None, None, date(2024, 6, 20)),
])  # fmt: skip
def test_an_answer_says_from_when_it_is_provisional(half, start, end, said):
    assert answer(half, Query("queue_tickets", start=start, end=end)).provisional_from == said


def test_the_document_of_an_answer_keeps_its_shape(half):
    document = answer(half, Query("queue_tickets")).to_json()
    assert list(document) == ["metric", "unit", "params", "release", "as_of", "definition_version", "rows"]


def test_a_store_without_watermarks_says_nothing(con):
    assert read_store(con).provisional_from("mart_ticket") is None


def test_a_running_month_is_compared_with_as_many_working_days(store):
    """February 2024 up to and with the 20th had eleven: 1, 2, 4 (a make-up Sunday), 5 to 9, 18 (another), 19 and 20."""
    february, january = month_of(date(2024, 2, 20)), (date(2024, 1, 1), date(2024, 2, 1))
    elapsed = working_days(store, (february[0], date(2024, 2, 21)))
    start, end = same_working_days(store, february, date(2024, 2, 21), january)
    assert (start, working_days(store, (start, end))) == (january[0], elapsed) and elapsed == 11
    assert end == date(2024, 1, 17)  # January's eleventh working day is the 16th (the 1st is a holiday)


def test_a_complete_month_is_compared_with_all_of_the_other(store):
    may, june = (date(2024, 5, 1), date(2024, 6, 1)), (date(2024, 6, 1), date(2024, 7, 1))
    assert same_working_days(store, may, date(2024, 6, 20), june) == june


def test_spring_festival_moves_and_january_with_february_does_not():
    """2023: festival in January; 2024: in February. As many cases a working day in both years, yet February alone seems to fall by a quarter."""
    days = {date(2023, 1, 1): 18, date(2023, 2, 1): 20, date(2024, 1, 1): 22, date(2024, 2, 1): 16}
    counts = {first: 100.0 * number for first, number in days.items()}
    assert year_on_year(daily_rates(counts, days)) == {date(2024, 1, 1): 0.0}
    counts[date(2024, 2, 1)] = 1980.0  # 3,800 in 38 days, then 4,180 in 38
    assert year_on_year(daily_rates(counts, days))[date(2024, 1, 1)] == pytest.approx(0.1)


def test_half_of_a_pair_is_left_out():
    rates = daily_rates({date(2024, 1, 1): 5, date(2024, 3, 1): 6}, {date(2024, 1, 1): 22, date(2024, 3, 1): 0})
    assert rates == [Rate(date(2024, 3, 1), 6, 0)] and rates[0].per_working_day is None
