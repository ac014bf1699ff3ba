"""Figures that rest on other figures: worked by hand from literal rows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from scipy.stats import beta

from metrics.compile import compile_query
from metrics.derived import Desk
from metrics.evaluate import Query, answer, read_store
from metrics.query import read_query
from metrics.snapshot import forget_snapshot, record_snapshot
from metrics.spec import QueryRefused
from metrics.standardised import compare

JUNE = {"start": date(2024, 6, 1), "end": date(2024, 7, 1)}


def rows_of(con, metric, *by, **rest):
    return answer(con, Query(metric, by, **rest)).rows


def decided(district, item_type, done, total, day=date(2024, 6, 10)):
    """Cases of one kind: `done` of `total` decided on the day of receipt."""
    same = {"district_code": district, "item_type": item_type, "case_type": "commitment", "channel": "web", "channel_group": "online",
            "is_completed": True, "completed_on": day, "application_on": day, "outcome": "granted"}  # fmt: skip
    return [{**same, "case_id": f"{district}-{item_type}-{number}", "is_decided_same_day": number < done} for number in range(total)]


@pytest.fixture
def reversal(con, make_mart):
    """Simpson: A is quicker with both kinds of case, yet slower overall, because it handles the slow kind.

    A: licensing 33 of 90, services 9 of 10: 42 %. B: licensing 3 of 10, services 72 of 90: 75 %.
    City: licensing 36 of 100, services 81 of 100, 117 of 200 in all.
    """
    make_mart(
        con, "mart_case", decided("A", "01", 33, 90) + decided("A", "20", 9, 10) + decided("B", "01", 3, 10) + decided("B", "20", 72, 90)
    )
    return con


SAME_DAY = (("metric", "on_the_spot_completion_rate"),)


def test_a_district_is_held_against_its_own_mix_of_cases(reversal):
    a, b = rows_of(reversal, "standardised_ratio", "district", params=SAME_DAY, **JUNE)
    expected_a, expected_b = 90 * 0.36 + 10 * 0.81, 10 * 0.36 + 90 * 0.81  # 40.5 and 76.5
    assert (a["district"], a["numerator"], a["n"]) == ("A", 42, 100)
    assert a["denominator"] == pytest.approx(expected_a) and a["value"] == pytest.approx(42 / 40.5)
    assert b["value"] == pytest.approx(75 / expected_b)
    assert a["low"] == pytest.approx(100 * beta.ppf(0.025, 42, 59) / 40.5)  # Clopper and Pearson, by its definition
    assert a["high"] == pytest.approx(100 * beta.ppf(0.975, 43, 58) / 40.5)


def test_the_sign_reverses_and_is_said(reversal):
    """42 % is below the city's 58.5 %, and still A does better than its mix lets expect."""
    question = read_query(Query("standardised_ratio", ("district",), params=SAME_DAY, **JUNE))
    desk = Desk(lambda query: answer(reversal, query).columns, lambda sql, given: [], date(2024, 6, 30))
    found = compare(question, desk)
    assert found is not None and found["sign_reverses"].to_list() == [True, True]
    assert found["crude"].to_list() == [0.42, 0.75]


def test_the_reference_is_the_twelve_months_up_to_the_end(con, make_mart):
    old = decided("A", "01", 0, 50, date(2023, 6, 30))  # a day too old
    year = decided("B", "01", 20, 40, date(2023, 7, 1))
    make_mart(con, "mart_case", old + year + decided("A", "01", 12, 20))
    [row] = rows_of(con, "standardised_ratio", "district", params=SAME_DAY, **JUNE)
    assert row["denominator"] == pytest.approx(20 * 32 / 60) and row["value"] == pytest.approx(12 / (20 * 32 / 60))


def test_the_whole_city_is_one_row_and_few_cases_are_none(con, make_mart):
    make_mart(con, "mart_case", decided("A", "01", 3, 5) + decided("B", "01", 20, 40))
    assert [row["state"] for row in rows_of(con, "standardised_ratio", "district", params=SAME_DAY, **JUNE)] == ["insufficient_n", "value"]
    [whole] = rows_of(con, "standardised_ratio", params=SAME_DAY, **JUNE)
    assert whole["value"] == pytest.approx(1.0)


def test_a_period_without_cases_is_not_applicable(reversal):
    [row] = rows_of(reversal, "standardised_ratio", params=SAME_DAY, start=date(2022, 1, 1), end=date(2022, 2, 1))
    assert row["state"] == "not_applicable"


def test_a_derived_figure_has_no_statement_and_refuses_other_dimensions(reversal):
    with pytest.raises(QueryRefused, match="computed from other figures"):
        compile_query(Query("standardised_ratio"), read_store(reversal).catalog)
    with pytest.raises(QueryRefused, match="no dimension 'month'"):
        answer(reversal, Query("standardised_ratio", ("month",)))


def target(name, value, due_on, **more):
    return {"target_id": name, "metric_id": "on_the_spot_completion_rate", "op": ">=", "value": value, "due_on": due_on, **more}


@pytest.fixture
def promised(reversal, make_mart):
    place = {"division_code": "A", "district_code": "A", "city_code": "4406"}
    make_mart(reversal, "mart_target", [
        target("city", 0.6, date(2024, 12, 31)), target("old", 0.1, date(2023, 12, 31)), target("far", 0.9, date(2025, 12, 31)),
        target("dropped", 0.2, date(2024, 7, 1), is_superseded=True), target("a", 0.3, date(2024, 12, 31), **place),
        target("a-narrow", 0.36, date(2024, 12, 31), dept_id="land"),
    ])  # fmt: skip
    return reversal


def test_attainment_is_value_over_target_and_nothing_is_rounded(promised):
    [row] = rows_of(promised, "target_attainment", params=SAME_DAY, **JUNE)
    assert (row["value"], row["numerator"], row["denominator"]) == (pytest.approx(0.585 / 0.6), 0.585, 0.6)
    [row] = rows_of(promised, "target_attainment", "district", params=SAME_DAY, **JUNE)
    assert (row["district"], row["value"], row["numerator"]) == ("A", 1.25, 0.42)  # 1.4, capped


def test_a_figure_without_a_target_is_not_applicable(promised):
    [row] = rows_of(promised, "target_attainment", params=(("metric", "supplement_rate"),), **JUNE)
    assert row["state"] == "not_applicable"


SENT = [
    {"source_id": "hall", "feed": "queue_tickets", "day_on": date(2024, 5, 6), "received_at": "2024-05-07 01:00:00+08", "delay_hours": 10, "records": 18,
     "fields_expected": 90, "fields_filled": 81},
    {"source_id": "hall", "feed": "queue_tickets", "day_on": date(2024, 5, 20), "received_at": "2024-06-20 01:00:00+08", "delay_hours": 744, "records": 2,
     "fields_expected": 10, "fields_filled": 10},
    {"source_id": "bureau", "feed": "case_events", "day_on": date(2024, 4, 2), "received_at": "2024-04-03 01:00:00+08", "delay_hours": 15, "records": 5,
     "fields_expected": 25, "fields_filled": 20},
]  # fmt: skip


@pytest.fixture
def sent(con, make_mart):
    make_mart(con, "mart_source_day", SENT)
    return con


def test_completeness_of_fields_and_of_sources(sent):
    april, may = rows_of(sent, "completeness", "month")
    assert (april["value"], may["value"], may["denominator"]) == (0.8, 0.91, 100)
    april, may = rows_of(sent, "completeness", "month", params=(("variant", "sources"),))
    assert (april["numerator"], april["denominator"]) == (1, 1)  # the hall had not begun
    assert (may["numerator"], may["denominator"], may["value"]) == (1, 2, 0.5)  # the bureau had, and sent nothing


def test_late_is_what_came_after_the_month_was_first_published(sent):
    assert rows_of(sent, "late_arrival")[0]["value"] == 0
    sent.execute("""create table published_snapshot as
        select * from (values (timestamptz '2024-06-05 09:00:00+08', 'x', date '2024-05-01', 0.5), ('2024-07-05 09:00:00+08', 'x', date '2024-05-01', 0.6))
        as given (published_at, metric_id, month_on, value)""")
    april, may = rows_of(sent, "late_arrival", "month")
    assert (april["state"], april["numerator"]) == ("insufficient_n", 0)
    assert (may["value"], may["numerator"], may["n"]) == (0.1, 2, 20)


def test_ninety_five_per_cent_arrive_within(sent):
    """May: 18 of 20 within 10 hours are 90 %, so the 95th percentile is the slow one's; all 25 records: the 24th is slow as well."""
    assert [row["value"] for row in rows_of(sent, "late_arrival", "month", params=(("stat", "p95"),))] == [15.0, 744.0]
    assert rows_of(sent, "late_arrival", params=(("stat", "p95"),))[0]["value"] == 744.0


def test_revisions_are_first_against_latest(sent):
    assert rows_of(sent, "revision_size")[0]["state"] == "not_applicable"
    sent.execute("""create table published_snapshot as select * from (values
        (timestamptz '2024-06-01 09:00:00+08', 'x', date '2024-05-01', 0.50), ('2024-06-02 09:00:00+08', 'x', date '2024-05-01', 0.40),
        ('2024-06-03 09:00:00+08', 'x', date '2024-05-01', 0.47), ('2024-06-01 09:00:00+08', 'y', date '2024-05-01', 0.9),
        ('2024-05-01 09:00:00+08', 'x', date '2024-04-01', 0.2)) as given (published_at, metric_id, month_on, value)""")
    april, may = rows_of(sent, "revision_size", "month")
    assert may["value"] == pytest.approx((3 + 0) / 2) and may["n"] == 2
    assert april["value"] == 0


def test_a_snapshot_notes_what_is_new_or_changed(reversal):
    first, second = datetime(2024, 7, 1, tzinfo=UTC), datetime(2024, 7, 2, tzinfo=UTC)
    noted = "select month_on, value from published_snapshot where metric_id = 'on_the_spot_completion_rate' order by published_at"
    record_snapshot(reversal, first)
    record_snapshot(reversal, second)
    assert reversal.execute(noted).fetchall() == [(date(2024, 6, 1), 0.585)]
    reversal.execute("update mart_case set is_decided_same_day = false where case_id = 'A-01-0'")
    record_snapshot(reversal, second)
    assert reversal.execute(noted).fetchall() == [(date(2024, 6, 1), 0.585), (date(2024, 6, 1), 0.58)]
    forget_snapshot(reversal, second)
    assert reversal.execute(noted).fetchall() == [(date(2024, 6, 1), 0.585)]


def test_impossible_percentages_are_counted(con, make_mart):
    figure = {"kind": "rate", "stated_on": date(2014, 9, 30), "is_checkable": True, "district_code": "A"}
    make_mart(con, "mart_declared_figure", [
        {**figure, "figure_id": "foshan", "stated": "95.58%", "denominator": 5349}, {**figure, "figure_id": "right", "stated": "95.58%", "denominator": 5344},
        {**figure, "figure_id": "half", "stated": "50%", "denominator": 2, "stated_on": date(2015, 1, 1), "district_code": None},
        {**figure, "figure_id": "plan", "stated": "95.58%", "denominator": 5349, "is_checkable": False, "kind": "plan"},
    ])  # fmt: skip
    [row] = rows_of(con, "grim_failures")
    assert (row["value"], row["denominator"]) == (1, 3)
    assert [(row["year"], row["value"]) for row in rows_of(con, "grim_failures", "year")] == [(2014, 1), (2015, 0)]
    assert [(row["district"], row["value"]) for row in rows_of(con, "grim_failures", "district")] == [("A", 1), (None, 0)]
    assert rows_of(con, "grim_failures", where=(("district", "B"),))[0]["state"] == "not_applicable"
