"""The curve behind a survival quantile: read by hand from ten literal cases, and at one with the metric's own answer."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.evaluate import Query, answer, read_store
from metrics.life_curve import life_curve
from metrics.spec import QueryRefused

MARCH = {"start": date(2024, 3, 1), "end": date(2024, 4, 1)}


@pytest.fixture
def ten(con, make_mart):
    """Ten cases accepted in March: ended after 1, 2, 2, 4, 4, 4 and 8 days, still open after 3, 5 and 9."""
    ages = [(1, True), (2, True), (2, True), (3, False), (4, True), (4, True), (4, True), (5, False), (8, True), (9, False)]
    rows = [
        {"case_id": str(at), "case_type": "commitment", "accepted_on": date(2024, 3, 4), "survival_working_days": age, "is_handling_event": ended}
        for at, (age, ended) in enumerate(ages)
    ]  # fmt: skip
    make_mart(con, "mart_case", rows)
    con.execute("insert into mart_item by name select 'I1' as item_id, 1 as version")
    return con


def test_the_curve_by_hand(ten):
    curve = life_curve(ten, Query("handling_time", **MARCH), read_store(ten))
    assert curve is not None and curve.n == 10
    told = [(1, 10, 0.9), (2, 9, 0.7), (4, 6, 0.35), (8, 2, 0.175)]
    assert [(point.age, point.at_risk, pytest.approx(point.survival)) for point in curve.points] == told
    assert all(point.low < point.survival < point.high for point in curve.points)


@pytest.mark.parametrize(("stat", "share"), [("p50", 0.5), ("p90", 0.9)])
def test_its_quantile_is_the_answer(ten, stat, share):
    query = Query("handling_time", params=(("stat", stat),), **MARCH)
    curve = life_curve(ten, query, read_store(ten))
    [row] = answer(ten, query).rows
    assert curve is not None
    found = curve.quantile(share)
    assert (found.value, found.low, found.high) == (row["value"], row["low"], row["high"])


def test_no_curve_without_records_or_cases(con, ten):
    april = {"start": date(2024, 4, 1), "end": date(2024, 5, 1)}
    assert life_curve(ten, Query("handling_time", **april), read_store(ten)) is None
    ten.execute("delete from mart_case")
    assert life_curve(ten, Query("handling_time", **MARCH), read_store(ten)) is None


def test_what_has_no_curve_is_refused(ten):
    for query in (Query("open_cases"), Query("handling_time", ("month",))):
        with pytest.raises(QueryRefused, match="survival curve"):
            life_curve(ten, query, read_store(ten))
