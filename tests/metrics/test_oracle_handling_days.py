"""Legal, promised and actual working days of the same cases, and cases past their promised date, on rows written here."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.evaluate import Query, answer

DONE = {
    "case_type": "commitment",
    "completed_on": date(2024, 3, 8),
    "legal_working_days": 20.0,
    "promised_working_days": 10.0,
    "handling_working_days": 4,
}
LEFT_OUT = [{"case_type": "on_the_spot"}, {"legal_working_days": 0.0}, {"promised_working_days": None}, {"handling_working_days": None}, {"is_void": True}]  # fmt: skip


@pytest.fixture
def handled(con, make_mart):
    quick = [DONE | {"case_id": f"Q{number}", "handling_working_days": number % 4} for number in range(8)]  # 0 to 3, twice: 12
    slow = [DONE | {"case_id": f"S{number}", "legal_working_days": 60.0, "promised_working_days": 30.0, "handling_working_days": 40} for number in range(4)]  # fmt: skip
    make_mart(con, "mart_case", [*quick, *slow, *(DONE | other | {"case_id": f"X{at}"} for at, other in enumerate(LEFT_OUT))])
    con.execute("insert into mart_item by name select 'I1' as item_id, 1 as version")
    return con


@pytest.mark.parametrize(("variant", "days"), [("actual", 12 + 4 * 40), ("promised", 8 * 10 + 4 * 30), ("legal", 8 * 20 + 4 * 60)])
def test_three_means_over_the_same_cases(handled, variant, days):
    [row] = answer(handled, Query("working_days_per_case", params=(("variant", variant),))).rows
    assert (row["numerator"], row["denominator"], row["value"]) == (days, 12, pytest.approx(days / 12))
    assert row["low"] < row["value"] < row["high"]


def test_cases_past_their_promised_date_at_the_end_of_each_month(con, make_mart):
    """Due on the last day of February is not yet late then; decided late is late until the decision; gone by withdrawal likewise."""
    due = {"application_on": date(2024, 2, 1), "due_on": date(2024, 2, 29), "is_promise_countable": True}
    make_mart(con, "mart_case", [
        due | {"case_id": "open"},
        due | {"case_id": "decided late", "clock_end_on": date(2024, 4, 10), "completed_on": date(2024, 5, 1)},
        due | {"case_id": "withdrawn late", "completed_on": date(2024, 3, 31)},
        due | {"case_id": "kept", "clock_end_on": date(2024, 2, 29), "completed_on": date(2024, 6, 1)},
        due | {"case_id": "paused", "is_promise_countable": False},
        due | {"case_id": "void", "is_void": True},
    ])  # fmt: skip
    rows = answer(con, Query("overdue_cases", ("month",), start=date(2024, 2, 1), end=date(2024, 5, 1))).rows
    assert [(row["month"], row["value"]) for row in rows] == [("2024-02", 0), ("2024-03", 2), ("2024-04", 1)]
