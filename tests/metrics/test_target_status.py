"""Targets on a day: status and reason, the path, the forecast or why there is none. Values are counts out of a hundred cases a month."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.evaluate import COMPLETENESS
from metrics.targets import target_statuses

RATE = {"metric_id": "on_the_spot_completion_rate", "op": ">=", "due_on": date(2024, 12, 31)}
MONTHS = [date(2024, month, 10) for month in range(1, 7)]


@pytest.fixture
def city_of(con, make_mart):
    """Fill a city: how many of a hundred cases were decided on the day, month by month."""

    def fill(done: dict[date, int], **more):
        rows = [{"case_id": f"{day}-{number}", "is_completed": True, "completed_on": day, "application_on": day, "channel": "web", "channel_group": "online",
                 "is_decided_same_day": number < count, **more} for day, count in done.items() for number in range(100)]  # fmt: skip
        make_mart(con, "mart_case", rows)
        return con

    return fill


def status(con, make_mart, on=date(2024, 6, 30), **changes):
    make_mart(con, "mart_target", [{"target_id": "t", "value": 0.5, **RATE, **changes}])
    [found] = target_statuses(con, on)
    return found


def test_a_value_surely_above_is_met(city_of, make_mart):
    found = status(city_of(dict.fromkeys(MONTHS, 80)), make_mart)
    assert (found.status, found.reason, found.now, found.measured_on) == ("met", "surely_met", 0.8, date(2024, 6, 30))
    assert found.attained == 1.25 and found.low < 0.8 < found.high  # 1.6, capped


def test_behind_its_path_is_at_risk(city_of, make_mart):
    """From 0.1 on 1 January 2024 to 0.5 on 31 December: after 181 of 365 days the path is at 0.1 + 0.4 × 181/365 = 0.298."""
    found = status(city_of(dict.fromkeys(MONTHS, 12)), make_mart, baseline_value=0.1, baseline_on=date(2024, 1, 1))
    assert (found.status, found.reason) == ("at_risk", "behind_path")
    assert found.expected == pytest.approx(0.1 + 0.4 * 181 / 365)
    assert [(point.day, point.value) for point in found.path] == [(date(2024, 1, 1), 0.1), (date(2024, 12, 31), 0.5)]


def test_short_when_due_is_missed_and_may_be_chance(city_of, make_mart):
    con = city_of(dict.fromkeys(MONTHS, 30))
    make_mart(con, "mart_target", [{"target_id": "far", "value": 0.5, **RATE, "due_on": date(2024, 6, 30)},
                                   {"target_id": "near", "value": 0.33, **RATE, "due_on": date(2024, 6, 30)}])  # fmt: skip
    far, near = target_statuses(con, date(2024, 6, 30))
    assert (far.status, far.reason, far.no_forecast) == ("missed", "short_at_due", "due")
    assert (near.status, near.reason) == ("not_evaluable", "interval_holds_target")


def test_six_months_are_too_few_to_forecast(city_of, make_mart):
    found = status(city_of(dict.fromkeys(MONTHS, 30)), make_mart)
    assert (found.forecast, found.no_forecast, found.probability) == ((), "too_short", None)
    assert (found.status, found.reason) == ("not_evaluable", "no_path")


def test_the_running_month_and_what_is_not_complete_do_not_speak(city_of, make_mart):
    con = city_of({date(2024, 4, 10): 40, date(2024, 5, 10): 60, date(2024, 6, 10): 99})
    con.execute(f"create table {COMPLETENESS} as select 'mart_case' as mart, date '2024-06-12' as complete_on")
    found = status(con, make_mart)
    assert (found.now, found.measured_on) == (0.6, date(2024, 5, 31))
    assert [point.value for point in found.history] == [0.4, 0.6]


def test_a_target_speaks_of_its_own_scope(city_of, make_mart):
    city_of({date(2024, 6, 10): 90}, district_code="440604", dept_id="land")
    con = city_of({date(2024, 6, 11): 10}, district_code="440605")
    place = {"division_code": "440604", "district_code": "440604"}
    make_mart(con, "mart_target", [{"target_id": "city", "value": 0.5, **RATE}, {"target_id": "district", "value": 0.5, **RATE, **place},
                                   {"target_id": "land", "value": 0.5, **RATE, "dept_id": "land"}])  # fmt: skip
    assert [each.now for each in target_statuses(con)] == [0.5, 0.9, 0.9]


def test_what_a_figure_does_not_answer_is_said_and_spoils_no_other(city_of, make_mart):
    con = city_of({date(2024, 6, 10): 90})
    make_mart(con, "mart_target", [{"target_id": "a", "value": 0.5, **RATE, "params": '{"variant": "tomorrow"}'}, {"target_id": "b", "value": 0.5, **RATE},
                                   {"target_id": "c", "value": 5.0, **RATE, "metric_id": "happiness"}])  # fmt: skip
    first, second, third = target_statuses(con)
    assert (first.status, first.reason) == ("not_evaluable", "refused") and "tomorrow" in (first.refusal or "")
    assert second.status == "met"
    assert "happiness" in (third.refusal or "")


def test_superseded_and_later_targets_do_not_hold(city_of, make_mart):
    con = city_of({date(2024, 6, 10): 90})
    make_mart(con, "mart_target", [{"target_id": "old", "value": 0.5, **RATE, "is_superseded": True},
                                   {"target_id": "later", "value": 0.5, **RATE, "set_on": date(2024, 7, 1)}])  # fmt: skip
    assert target_statuses(con) == []


def test_a_steady_rise_is_forecast_to_the_due_month(city_of, make_mart):
    """Forty months, a point up each month, to 0.60 in June 2024: 0.62 by December is likely."""
    months = [date(2021 + (number + 2) // 12, (number + 2) % 12 + 1, 10) for number in range(40)]
    assert months[-1] == date(2024, 6, 10)
    done = {day: 20 + number + (number % 2) for number, day in enumerate(months)}
    found = status(city_of(done), make_mart, value=0.62)
    assert (found.now, found.no_forecast, len(found.forecast)) == (0.6, None, 6)
    assert found.forecast[-1].day == date(2024, 12, 31) and found.forecast[-1].low < found.forecast[-1].value < found.forecast[-1].high
    assert found.probability is not None and found.probability > 0.5
    assert (found.status, found.reason) == ("on_track", "forecast_reaches")
