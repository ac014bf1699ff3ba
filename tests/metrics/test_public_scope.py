"""Answers for the public: what is hidden, what is refused, and whether a reader who adds and subtracts gets a hidden count back."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.optimize import linprog

from metrics.evaluate import Query, answer
from metrics.registry import registry
from metrics.spec import QueryRefused

YEAR = {"start": date(2024, 1, 1), "end": date(2025, 1, 1)}
# cases completed by district and month; 440604 of February has three, and alone would be the rest of its row and its column
COUNTS = {("440604", 1): 30, ("440604", 2): 3, ("440604", 3): 25, ("440605", 1): 40, ("440605", 2): 35, ("440605", 3): 50,
          ("440606", 1): 60, ("440606", 2): 45, ("440606", 3): 70}  # fmt: skip


@pytest.fixture
def cases(con, make_mart):
    """Twenty in a hundred refused; none in the one small cell."""
    rows = []
    for (district, month), count in COUNTS.items():
        for number in range(count):
            outcome = "refused" if number % 5 == 4 else "granted"
            rows.append({"case_id": f"{district}-{month}-{number}", "district_code": district, "completed_on": date(2024, month, 5),
                         "application_on": date(2024, month, 1), "is_completed": True, "outcome": outcome, "channel": "web", "channel_group": "online"})  # fmt: skip
    make_mart(con, "mart_case", rows)
    return con


def public(con, *by: str, metric: str = "cases_completed", **rest):
    return answer(con, Query(metric, by, **({} if "where" in rest else YEAR) | rest), scope="public").rows


def test_the_small_cell_is_hidden_with_all_that_it_rests_on(cases):
    [row] = public(cases, "month", "district", where=(("month", "2024-02"), ("district", "440604")))
    assert row == {"month": "2024-02", "district": "440604", "value": None, "state": "suppressed", "numerator": None, "denominator": None,
                   "n": None, "low": None, "high": None}  # fmt: skip


def test_insiders_see_it(cases):
    [row] = answer(cases, Query("cases_completed", where=(("month", "2024-02"), ("district", "440604")))).rows
    assert (row["state"], row["value"]) == ("value", 3)


def test_hidden_cells_cannot_be_solved_from_all_that_is_shown(cases):
    """Every public answer about the year is one equation; a linear program then looks how far each hidden cell can still move."""
    assert_nothing_can_be_solved(cases, "cases_completed", "value")


def test_hidden_denominators_cannot_be_solved_either(cases):
    assert_nothing_can_be_solved(cases, "refusal_rate", "denominator")
    assert_nothing_can_be_solved(cases, "refusal_rate", "numerator")


def assert_nothing_can_be_solved(cases, metric, field):
    cells = list(COUNTS)
    equations, given = [], []
    asked = [(("month", "district"), lambda row, cell: row["month"] == f"2024-0{cell[1]}" and row["district"] == cell[0]),
             (("month",), lambda row, cell: row["month"] == f"2024-0{cell[1]}"), (("district",), lambda row, cell: row["district"] == cell[0]),
             ((), lambda row, cell: True)]  # fmt: skip
    for by, holds in asked:
        for row in public(cases, *by, metric=metric):
            if row[field] is not None:
                equations.append([float(holds(row, cell)) for cell in cells])
                given.append(row[field])
    shown = {
        (row["district"], int(row["month"][-1])) for row in public(cases, "month", "district", metric=metric) if row[field] is not None
    }
    hidden = [index for index, cell in enumerate(cells) if cell not in shown]
    assert ("440604", 2) not in shown and len(hidden) > 1
    for index in hidden:
        ends = []
        for sign in (1, -1):
            cost = np.zeros(len(cells))
            cost[index] = sign
            ends.append(sign * linprog(cost, A_eq=equations, b_eq=given, bounds=(0, None), method="highs").fun)
        assert ends[1] - ends[0] > 4, (cells[index], ends)


def test_what_one_figure_hides_no_other_shows(cases):
    """Two figures over the same cases hide the same cases, else one would fill the gaps of the other."""

    def seen(metric, field):
        return {(row["month"], row["district"]) for row in public(cases, "month", "district", metric=metric) if row[field] is not None}

    counted = seen("cases_completed", "value")
    assert seen("refusal_rate", "denominator") <= counted
    assert seen("observed_visits_mean", "n") == counted


def test_all_or_none_of_a_few_is_hidden(con, make_mart):
    """Of fifteen cases all were granted: that says something about each of them."""
    districts = {"440604": 15, "440605": 60, "440606": 80, "440607": 90}
    rows = [{"case_id": f"{district}-{number}", "district_code": district, "completed_on": date(2024, 3, 5), "application_on": date(2024, 3, 1),
             "is_completed": True, "outcome": "refused" if count > 20 and number % 3 == 0 else "granted"}
            for district, count in districts.items() for number in range(count)]  # fmt: skip
    make_mart(con, "mart_case", rows)
    states = {row["district"]: row["state"] for row in public(con, "district", metric="refusal_rate")}
    assert states["440604"] == "suppressed"
    assert list(states.values()).count("value") >= 1


@pytest.mark.parametrize(("query", "said"), [
    (Query("cases_completed", ("department",), **YEAR), "not by department"),
    (Query("cases_completed", ("month",), (("channel", "web"),)), "not by channel"),
    (Query("cases_completed", ("district",)), "whole months or calendar years"),
    (Query("cases_completed", start=date(2024, 1, 1), end=date(2024, 2, 9)), "whole months or calendar years"),
    (Query("cases_completed", start=date(2024, 1, 1), end=date(2024, 4, 1)), "whole months or calendar years"),
    (Query("cases_completed", ("month",), (("district", "440604"), ("district", "440605"))), "not summed over some of district"),
    (Query("observed_visit_share", ("month",), params=(("k", 0),)), "default parameters only"),
])  # fmt: skip
def test_what_the_cube_does_not_hold_is_refused(cases, query, said):
    with pytest.raises(QueryRefused, match=said):
        answer(cases, query, scope="public")


def test_a_scope_that_does_not_exist(cases):
    with pytest.raises(QueryRefused, match="internal, public"):
        answer(cases, Query("cases_completed"), scope="press")


def test_stocks_are_hidden_cut_by_cut(con, make_mart):
    open_cases = {"440604": 2, "440605": 20, "440606": 30}
    rows = [{"case_id": f"{district}-{number}", "district_code": district, "application_on": date(2024, 3, 1)} for district, count in open_cases.items() for number in range(count)]  # fmt: skip
    make_mart(con, "mart_case", rows)
    found = {row["district"]: row["value"] for row in public(con, "district", metric="open_cases", end=date(2024, 5, 1))}
    assert found["440604"] is None and list(found.values()).count(None) == 2


def test_catalogues_hold_no_persons(con, make_mart):
    items = [{"item_id": str(number), "version": 1, "valid_from": date(2020, 1, 1), "valid_to": date(9999, 12, 31), "status": "in_force", "district_code": "440604"} for number in range(3)]  # fmt: skip
    make_mart(con, "mart_item", items)
    assert public(con, "district", metric="catalogue_items")[0]["value"] == 3


SHOWN = [name for name, metric in registry().items() if {"district", "month"} <= set(metric.dimensions)]


@pytest.mark.parametrize("metric", SHOWN[::6])  # a figure takes seconds to protect; neighbours in a family rest on the same cubes
def test_no_figure_of_the_city_shows_a_small_count(city, metric):
    from metrics.public import OPEN_MARTS

    if registry()[metric].mart in OPEN_MARTS or registry()[metric].default_form.kind.endswith("distinct"):
        return
    for by in (("month", "district"), ("year", "district"), ("month",)):
        query = Query(metric, by, start=date(2024, 1, 1), end=date(2025, 1, 1))
        inside = answer(city, query).rows
        outside = answer(city, query, scope="public").rows
        assert len(inside) == len(outside)
        for true, seen in zip(inside, outside, strict=True):
            assert seen == true or (seen["state"] == "suppressed" and seen["n"] is None)
            counted = [true[name] for name in ("n", "denominator") if true[name] is not None]
            assert seen["state"] == "suppressed" or not any(0 < each < 5 for each in counted[:1]), (by, true)
