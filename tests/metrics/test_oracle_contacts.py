"""Terminals, accounts, sessions, appointments: literal rows, and the values that they give by hand."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.evaluate import Query, answer

FIRST, AFTER = date(2024, 3, 1), date(2024, 4, 1)


def ask(con, metric, by=(), **params):
    return answer(con, Query(metric, by=by, params=tuple(params.items()), start=FIRST, end=AFTER)).rows


def one(con, metric, **params):
    [row] = ask(con, metric, **params)
    return row


def sessions(*rows):
    return [{"session_id": f"S{number}", "channel": "terminal", "started_on": date(2024, 3, 5)} | row for number, row in enumerate(rows)]


@pytest.mark.parametrize(
    "metric",
    ["terminal_uses", "uses_per_terminal_day", "accounts_registered", "accounts_active", "session_hits", "session_seconds", "digital_completion_rate",
     "failure_demand_rate", "contacts", "no_show_rate", "appointment_share", "appointment_wait", "walk_in_wait", "appointment_service_time",
     "walk_in_service_time"],
)  # fmt: skip
def test_without_its_feed_a_metric_is_not_provided(con, metric):
    assert one(con, metric)["state"] == "not_provided"


def test_uses_are_counted_by_their_day(con, make_mart):
    used = [{"is_terminal_use": True}, {"is_terminal_use": True, "started_on": date(2024, 4, 1)}, {"is_terminal_use": False}]
    make_mart(con, "mart_session", sessions(*used, {"is_terminal_use": True, "district_code": "440604"}))
    assert (one(con, "terminal_uses")["value"], one(con, "terminal_uses")["n"]) == (2, 2)
    assert [(row["district"], row["value"]) for row in ask(con, "terminal_uses", ("district",))] == [("440604", 1), (None, 1)]


def test_uses_per_terminal_day_count_idle_days(con, make_mart):
    days = [("T1", 1, 6), ("T1", 2, 0), ("T2", 1, 3), ("T2", 2, 1)]
    make_mart(con, "mart_terminal_day", [{"point_id": p, "day_on": date(2024, 3, d), "uses": u} for p, d, u in days])
    row = one(con, "uses_per_terminal_day")
    assert (row["value"], row["numerator"], row["denominator"]) == (2.5, 10, 4)
    # Σ(x − 2.5)² = 12.25 + 6.25 + 0.25 + 2.25 = 21; s = √7; t(3) = 3.18245; half = 3.18245 × √7 ÷ 2
    assert (row["low"], row["high"]) == (pytest.approx(2.5 - 4.20998, abs=1e-4), pytest.approx(2.5 + 4.20998, abs=1e-4))


def test_accounts_are_those_registered_and_not_closed_at_the_end(con, make_mart):
    never = date(9999, 12, 31)
    rows = [
        (date(2023, 1, 1), never, True, True),
        (date(2024, 3, 31), never, True, False),
        (date(2024, 4, 1), never, True, False),  # after the last day
        (date(2023, 1, 1), date(2024, 3, 31), False, True),  # closed on the last day
        (date(2023, 1, 1), date(2024, 4, 1), False, True),
    ]
    names = ("registered_on", "closed_on", "is_person", "is_verified")
    make_mart(con, "mart_account", [{"account_no": number} | dict(zip(names, row, strict=True)) for number, row in enumerate(rows)])
    assert one(con, "accounts_registered")["value"] == 3
    assert [one(con, "accounts_registered", variant=name)["value"] for name in ("verified", "persons", "organisations")] == [2, 2, 1]
    months = {row["month"]: row["value"] for row in ask(con, "accounts_registered", ("month",))}
    assert months == {"2024-03": 3}


def test_an_account_is_active_once_a_period(con, make_mart):
    days = [(1, date(2024, 3, 1)), (1, date(2024, 3, 31)), (2, date(2024, 3, 2)), (3, date(2024, 2, 29))]
    make_mart(con, "mart_account_day", [{"account_no": account, "active_on": day} for account, day in days])
    assert one(con, "accounts_active")["value"] == 2
    assert [row["value"] for row in ask(con, "accounts_active", ("day",))] == [1, 1, 1]  # and they do not add up


def test_hits_that_nobody_counted_are_no_zero(con, make_mart):
    make_mart(con, "mart_session", sessions({"hits": None}, {"hits": None}))
    assert (one(con, "session_hits")["state"], one(con, "session_hits")["value"]) == ("not_provided", None)
    make_mart(con, "mart_session", sessions({"hits": 7}, {"hits": 5}, {"hits": 0}))
    assert (one(con, "session_hits")["value"], one(con, "session_hits")["n"]) == (12, 3)


def test_terminal_seconds_are_the_median_of_uses(con, make_mart):
    uses = [{"is_terminal_use": True, "seconds": seconds} for seconds in (29.2, 30.0, 30.0, 31.0, 90.0, None)]
    make_mart(con, "mart_session", sessions(*uses, {"is_terminal_use": False, "seconds": 1.0}, {"channel": "web", "seconds": 2.0}))
    assert (one(con, "session_seconds")["value"], one(con, "session_seconds")["n"]) == (30, 5)
    assert one(con, "session_seconds", stat="p90")["value"] == 90


def test_completion_leaves_recent_starts_out(con, make_mart):
    started = {"is_journey_start": True, "is_followed_up": True}
    ended, open_ = started | {"is_journey_completed": True}, started | {"is_journey_completed": False}
    recent = {"is_journey_start": True, "is_followed_up": False, "is_journey_completed": True}
    later = {"is_journey_start": False, "is_followed_up": True, "is_journey_completed": True}
    make_mart(con, "mart_session", sessions(*[ended] * 9, *[open_] * 3, *[recent] * 5, *[later] * 4))
    row = one(con, "digital_completion_rate")
    assert (row["value"], row["numerator"], row["denominator"], row["n"]) == (0.75, 9, 12, 12)
    # Wilson: (9 + 1.920729) ÷ (12 + 3.841459) ± 1.959964 × √(12 × 0.75 × 0.25 + 0.960365) ÷ 15.841459
    assert (row["low"], row["high"]) == (pytest.approx(0.46769, abs=1e-5), pytest.approx(0.91106, abs=1e-5))
    con.execute("update mart_session set is_followed_up = false")
    assert one(con, "digital_completion_rate")["state"] == "not_applicable"


def test_below_ten_journeys_no_share_is_shown(con, make_mart):
    make_mart(con, "mart_session", sessions(*[{"is_journey_start": True, "is_followed_up": True}] * 9))
    assert (one(con, "digital_completion_rate")["state"], one(con, "digital_completion_rate")["value"]) == ("insufficient_n", None)


def test_chasing_and_repeating_are_failure_demand(con, make_mart):
    calls = {"channel": "hotline", "is_contact": True}
    chase, repeat = (
        calls | {"purpose": "chase_progress", "is_failure_demand": True},
        calls | {"purpose": "repeat", "is_failure_demand": True},
    )
    asks, silent = calls | {"purpose": "information"}, calls | {"purpose": None}
    rows = [*[chase] * 2, repeat, *[asks] * 6, silent, *[{"channel": "web", "is_contact": False}] * 30]
    make_mart(con, "mart_session", sessions(*rows))
    row = one(con, "failure_demand_rate")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.3, 3, 10)
    purposes = ("all", "chase_progress", "repeat", "information", "unknown", "complain")
    assert [one(con, "contacts", purpose=name)["value"] for name in purposes] == [10, 2, 1, 6, 1, 0]


@pytest.mark.parametrize(("count", "state"), [(10_000, "value"), (10_001, "not_provided")])
def test_none_at_all_among_many_means_that_nobody_records_it(con, make_mart, count, state):
    make_mart(con, "mart_session", sessions({"channel": "hotline", "is_contact": True}))
    make_mart(con, "mart_appointment", [{"appointment_id": "A", "slot_on": date(2024, 3, 5), "is_kept": True}])
    for mart in ("mart_session", "mart_appointment"):
        con.execute(f"insert into {mart} select {mart}.* from {mart} cross join range({count - 1})")
    assert one(con, "failure_demand_rate")["state"] == state
    assert one(con, "no_show_rate")["state"] == state


def test_missed_appointments_among_those_kept_or_missed(con, make_mart):
    kept, missed = {"is_kept": True}, {"is_missed": True}
    late = [missed | {"slot_on": date(2024, 7, 1)}] * 4  # after the release's date, 30 June
    rows = [*[kept] * 9, *[missed] * 3, *[{"status": "cancelled"}] * 5, *[{"status": "booked"}] * 5, *late]
    make_mart(con, "mart_appointment", [{"appointment_id": f"A{n}", "slot_on": date(2024, 3, 5)} | row for n, row in enumerate(rows)])
    row = one(con, "no_show_rate")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.25, 3, 12)
    [forever] = answer(con, Query("no_show_rate")).rows
    assert (forever["numerator"], forever["denominator"]) == (3, 12)


def tickets(*rows):
    common = {"issued_on": date(2024, 3, 5), "is_chain_head": True, "is_called": True, "status": "served"}
    return [common | {"ticket_id": f"T{number}"} | row for number, row in enumerate(rows)]


def test_waits_and_services_of_the_two_kinds_of_visitors(con, make_mart):
    booked, walked = {"is_appointment": True}, {"is_appointment": False}
    rows = [booked | {"wait_minutes": wait, "service_minutes": 5.0} for wait in (0.0, 1.0, 2.0)]
    rows += [walked | {"wait_minutes": wait, "service_minutes": 8.0} for wait in (10.0, 12.0, 20.0)]
    rows += [walked | {"wait_minutes": 15.0, "is_called": False, "status": "left"}]
    rows += [walked | {"wait_minutes": 500.0, "is_implausible": True}, booked | {"wait_minutes": 99.0, "is_chain_head": False}]
    make_mart(con, "mart_ticket", tickets(*rows))
    assert (one(con, "appointment_wait")["value"], one(con, "appointment_wait")["n"]) == (1, 3)
    assert (one(con, "walk_in_wait")["value"], one(con, "walk_in_wait")["n"]) == (14, 3)
    # Kaplan–Meier 10, 12, 15+, 20: S = ¾, ½, ½, 0
    assert (one(con, "walk_in_wait", stat="p50")["value"], one(con, "walk_in_wait", stat="p90")["value"]) == (12, 20)
    assert (one(con, "walk_in_wait", stat="p50")["n"], one(con, "appointment_wait", stat="p50")["value"]) == (4, 1)
    assert (one(con, "appointment_service_time")["value"], one(con, "walk_in_service_time")["value"]) == (5, 8)
    assert (one(con, "appointment_service_time", stat="p90")["value"], one(con, "walk_in_service_time", stat="p50")["n"]) == (5, 3)


def test_visitors_with_an_appointment_among_those_served(con, make_mart):
    served = [{"is_appointment": True}] * 3 + [{"is_appointment": False}] * 9
    make_mart(con, "mart_ticket", tickets(*served, *[{"is_appointment": True, "status": "no_show"}] * 7, {"status": "transferred"}))
    row = one(con, "appointment_share")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.25, 3, 12)


def test_accounts_and_terminal_days_know_no_items(con):
    for metric, dimension in [("accounts_registered", "item"), ("uses_per_terminal_day", "item")]:
        with pytest.raises(ValueError, match=f"{metric} has no dimension '{dimension}'"):
            ask(con, metric, (dimension,))
