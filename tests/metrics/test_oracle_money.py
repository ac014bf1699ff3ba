"""Costs, payments and deliveries: literal rows, and the values that they give by hand."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.evaluate import Query, answer

FIRST, AFTER = date(2024, 1, 1), date(2024, 4, 1)
DAY = date(2024, 3, 5)


def ask(con, metric, by=(), **params):
    return answer(con, Query(metric, by=by, params=tuple(params.items()), start=FIRST, end=AFTER)).rows


def one(con, metric, **params):
    [row] = ask(con, metric, **params)
    return row


@pytest.mark.parametrize("metric", ["cost_per_case", "payments", "epay_rate", "delivery_mix", "delivery_time", "courier_department_share"])
def test_without_its_feed_a_metric_is_not_provided(con, metric):
    assert one(con, metric)["state"] == "not_provided"


def costs(*rows):
    names = ("dept_id", "quarter_on", "yuan", "cases")
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_cost_per_case_is_a_ratio_of_sums(con, make_mart):
    first, second = date(2024, 1, 1), date(2024, 4, 1)
    make_mart(con, "mart_cost", costs(("D1", first, 900.0, 0), ("D1", first, 100.0, 0), ("D1", first, 0.0, 4), ("D2", first, 50.0, 0),
                                      ("D2", first, 0.0, 1), ("D1", second, 9.0, 0), ("D3", first, 70.0, 0)))  # fmt: skip
    row = one(con, "cost_per_case")
    assert (row["value"], row["numerator"], row["denominator"], row["n"]) == (224, 1120, 5, 5)
    found = {row["department"]: (row["state"], row["value"]) for row in ask(con, "cost_per_case", ("department",))}
    assert found == {"D1": ("value", 250), "D2": ("value", 50), "D3": ("not_applicable", None)}


def test_costs_have_no_month(con):
    with pytest.raises(ValueError, match="cost_per_case has no dimension 'month'"):
        ask(con, "cost_per_case", ("month",))


def payments(*rows):
    return [
        {"payment_id": f"P{n}", "paid_on": DAY, "is_paid": True, "amount": 10.0, "method": "wechat"} | row for n, row in enumerate(rows)
    ]


def test_paid_online_by_count_and_by_value(con, make_mart):
    online, window = {"is_online": True}, {"is_online": False}
    rows = [*[online] * 3, online | {"method": "alipay", "amount": 60.0}, *[window] * 2, *[window | {"method": "cash", "amount": 1.0}] * 10]
    rows += [online | {"is_paid": False}] * 5 + [online | {"paid_on": date(2024, 4, 1)}]
    make_mart(con, "mart_payment", payments(*rows))
    row = one(con, "epay_rate")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.25, 4, 16)
    assert [one(con, "epay_rate", method=name)["numerator"] for name in ("wechat", "alipay", "cash")] == [3, 1, 0]
    row = one(con, "epay_rate", variant="value")
    assert (row["value"], row["numerator"], row["denominator"], row["n"], row["low"]) == (0.75, 90, 120, 16, None)
    assert one(con, "epay_rate", variant="value", method="alipay")["value"] == 0.5
    assert [one(con, "payments", method=name)["value"] for name in ("all", "wechat", "alipay", "cash", "card")] == [16, 5, 1, 10, 0]
    assert one(con, "payments", variant="value", method="cash")["value"] == 10


def deliveries(*rows):
    common = {"is_result": True, "moved_on": DAY, "dispatched_on": DAY, "mode": "courier", "case_id": "K"}
    return [common | {"delivery_id": f"D{n}"} | row for n, row in enumerate(rows)]


def test_results_by_the_way_they_were_handed_over(con, make_mart):
    rows = [*[{}] * 3, *[{"mode": "pickup_window"}] * 6, *[{"mode": "elicence"}] * 3, *[{"is_result": False}] * 5, {"moved_on": None}]
    make_mart(con, "mart_delivery", deliveries(*rows))
    row = one(con, "delivery_mix")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.25, 3, 12)
    modes = ("elicence", "download", "courier", "pickup_window", "pickup_locker", "pickup_terminal")
    assert [one(con, "delivery_mix", mode=mode)["numerator"] for mode in modes] == [3, 0, 3, 6, 0, 0]


def test_what_is_under_way_is_not_forgotten(con, make_mart):
    arrived = [{"days_under_way": days, "is_received": True} for days in (1, 2, 2)]
    under_way = [{"days_under_way": days, "is_received": False} for days in (3, 9)]
    others = [{"days_under_way": None, "is_received": True}, {"days_under_way": 30, "is_received": True, "is_result": False}]
    make_mart(con, "mart_delivery", deliveries(*arrived, *under_way, *others))
    row = one(con, "delivery_time")  # S(1) = 4/5, S(2) = 2/5
    assert (row["value"], row["n"], row["state"]) == (2, 5, "value")
    assert (one(con, "delivery_time", stat="p90")["state"], one(con, "delivery_time", stat="p90")["value"]) == ("not_yet_complete", None)


def test_departments_that_have_sent_something_by_courier(con, make_mart):
    def first(number, day, mode="courier", **columns):
        return {
            "dept_id": f"D{number}",
            "is_by_courier": False,
            "moved_on": day,
            "mode": mode,
            "delivery_id": "D",
            "case_id": "K",
        } | columns

    rows = [first(n, date(2024, 1, 5), "pickup_window") for n in range(9)] + [first(9, date(2024, 1, 5))]
    rows += [first(9, date(2024, 1, 5), is_by_courier=True)]
    rows += [first(n, date(2024, 3, 31), is_by_courier=True) for n in range(4)] + [first(5, date(2024, 4, 1), is_by_courier=True)]
    make_mart(con, "mart_first_delivery", rows)
    row = one(con, "courier_department_share")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.5, 5, 10)
    months = ask(con, "courier_department_share", ("month",))
    assert [(row["month"], row["value"]) for row in months] == [("2024-01", 0.1), ("2024-02", 0.1), ("2024-03", 0.5)]
