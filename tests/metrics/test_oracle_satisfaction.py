"""Bounds, follow-ups, polls, grades and defaults: literal rows, and the values that they give by hand."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.evaluate import Query, answer

FIRST, AFTER = date(2024, 3, 1), date(2024, 4, 1)
DAY = date(2024, 3, 5)


def ask(con, metric, by=(), **params):
    return answer(con, Query(metric, by=by, params=tuple(params.items()), start=FIRST, end=AFTER)).rows


def one(con, metric, **params):
    [row] = ask(con, metric, **params)
    return row


@pytest.mark.parametrize(
    "metric",
    ["satisfaction_bounds", "rectification_rate", "unsubstantiated_share", "misrated_share", "real_name_followup", "revisit_satisfaction",
     "poll_satisfaction", "poll_response_rate", "poll_design_effect", "rating_grade_share", "default_rating_share"],
)  # fmt: skip
def test_without_its_feed_a_metric_is_not_provided(con, make_mart, metric):
    make_mart(con, "mart_case", [{"case_id": "K", "completed_on": DAY}])
    assert one(con, metric)["state"] == "not_provided"


def test_silence_could_hide_all_between_the_bounds(con, make_mart):
    make_mart(con, "mart_rating", [{"rating_id": "R"}])
    satisfied = {"has_active_rating": True, "has_satisfied_rating": True}
    rows = [*[satisfied] * 9, {"has_active_rating": True}, *[{}] * 10]
    make_mart(con, "mart_case", [{"case_id": f"K{n}", "completed_on": DAY} | row for n, row in enumerate(rows)])
    row = one(con, "satisfaction_bounds")  # k = 9, n = 10, N = 20: [9 ÷ 20, (9 + 20 − 10) ÷ 20]
    assert (row["value"], row["low"], row["high"], row["denominator"]) == (0.45, 0.45, 0.95, 20)


def followups(*rows):
    return [{"rating_id": f"R{n}", "grade": 1, "rated_on": DAY, "due_on": DAY} | row for n, row in enumerate(rows)]


def test_open_ones_past_their_due_date_are_misses(con, make_mart):
    found = {"verdict": "substantiated"}
    on_time, late = found | {"is_rectified": True, "is_rectified_on_time": True}, found | {"is_rectified": True}
    rows = [
        *[on_time] * 5,
        *[late] * 2,
        *[found] * 3,
        *[{"verdict": "unsubstantiated"}] * 3,
        {"verdict": "mis_rated"},
        *[{"verdict": None}] * 2,
    ]
    rows += [found | {"due_on": date(2024, 7, 1)}] * 4  # not due by the release's date
    make_mart(con, "mart_followup", followups(*rows))
    assert [one(con, "rectification_rate", variant=name)["value"] for name in ("rectified", "on_time")] == [0.7, 0.5]
    [forever] = answer(con, Query("rectification_rate")).rows
    assert (forever["numerator"], forever["denominator"]) == (7, 10)
    # Verdicts by the date of the rating: 14 substantiated, 3 unsubstantiated, 1 mistaken, 2 still open.
    assert (one(con, "unsubstantiated_share")["value"], one(con, "unsubstantiated_share")["denominator"]) == (pytest.approx(3 / 18), 18)
    assert one(con, "misrated_share")["value"] == pytest.approx(1 / 18)


def test_named_raters_who_were_contacted(con, make_mart):
    named = {"is_real_name": True}
    rows = [*[named | {"is_contacted": True}] * 8, *[named] * 2, *[{"is_contacted": True}] * 5]
    make_mart(con, "mart_followup", followups(*rows))
    row = one(con, "real_name_followup")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.8, 8, 10)


def test_revisits_are_dated_by_themselves(con, make_mart):
    grades = [3, 4, 5, 3, 3, 2, 1, 3, 4, 5]
    rows = [{"revisit_on": date(2024, 3, 31), "revisit_grade": grade} for grade in grades]
    make_mart(con, "mart_followup", followups(*rows, {"revisit_on": date(2024, 4, 1), "revisit_grade": 1}, {}))
    row = one(con, "revisit_satisfaction")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.8, 8, 10)


def poll(*rows):
    return [{"survey_id": "2024", "respondent_no": n, "fielded_on": DAY, "weight": 1.0} | row for n, row in enumerate(rows)]


def test_a_poll_weighs_its_answers(con, make_mart):
    heavy, light = {"is_answered": True, "weight": 2.0}, {"is_answered": True, "weight": 0.5}
    rows = [*[heavy | {"answer": 5}] * 4, heavy | {"answer": 2}, *[light | {"answer": 4}] * 3, light | {"answer": 3}, light | {"answer": 1}]
    make_mart(con, "mart_survey", poll(*rows, *[{"is_answered": False, "weight": 9.0}] * 10))
    row = one(con, "poll_satisfaction")  # Σw = 5 × 2 + 5 × 0.5 = 12.5; satisfied 8 + 1.5 + 0.5 = 10
    assert (row["value"], row["numerator"], row["denominator"], row["n"]) == (0.8, 10, 12.5, 10)
    assert [one(con, "poll_satisfaction", grade=grade)["value"] for grade in (4, 5)] == [0.76, 0.64]
    # Σw² = 5 × 4 + 5 × 0.25 = 21.25; effective n = 156.25 ÷ 21.25 = 7.352941; Wilson of 0.8 with it, z² = 3.841459:
    # (0.8 + 3.841459 ÷ 14.705882) ÷ 1.522438 ± 1.959964 × √(0.16 ÷ 7.352941 + 3.841459 ÷ 216.262976) ÷ 1.522438
    assert (row["low"], row["high"]) == (pytest.approx(0.44112, abs=1e-5), pytest.approx(0.95299, abs=1e-5))
    effect = one(con, "poll_design_effect")
    assert (effect["value"], effect["n"]) == (pytest.approx(10 * 21.25 / 156.25), 10)
    assert (one(con, "poll_response_rate")["value"], one(con, "poll_response_rate")["denominator"]) == (0.5, 20)


def test_fewer_than_ten_answers_give_no_share_however_heavy(con, make_mart):
    make_mart(con, "mart_survey", poll(*[{"is_answered": True, "answer": 5, "weight": 100.0}] * 9))
    assert one(con, "poll_satisfaction")["state"] == "insufficient_n"
    con.execute("update mart_survey set is_answered = false")
    assert [one(con, name)["state"] for name in ("poll_satisfaction", "poll_design_effect")] == ["not_applicable", "not_applicable"]


def test_one_unsatisfied_of_1429(con, make_mart):
    """The poll of Chancheng: 1,428 of 1,429 is 99.93 %, its Wilson interval 99.60 to 99.99 % (the exact one begins at 99.61 %)."""
    make_mart(con, "mart_survey", poll({"is_answered": True, "answer": 5}))
    con.execute("insert into mart_survey select mart_survey.* from mart_survey cross join range(1427)")
    make_mart(con, "mart_survey", poll({"is_answered": True, "answer": 2, "respondent_no": 1429}))
    row = one(con, "poll_satisfaction")
    assert (round(row["value"], 4), round(row["low"], 4), round(row["high"], 4)) == (0.9993, 0.9960, 0.9999)
    assert one(con, "poll_design_effect")["value"] == 1


def ratings(default_grade: int):
    given, filled = {"is_active": True}, {"is_active": False, "grade": default_grade}
    rows = [*[given | {"grade": 5}] * 6, *[given | {"grade": 4}] * 3, given | {"grade": 1}, *[filled] * 10]
    rows += [given | {"grade": 2, "is_latest": False}]  # thought better of it
    return [{"rating_id": f"R{n}", "rated_on": DAY, "is_valid": True, "is_latest": True} | row for n, row in enumerate(rows)]


def test_grades_and_defaults(con, make_mart):
    make_mart(con, "mart_rating", ratings(default_grade=3))
    assert [one(con, "rating_grade_share", grade=grade)["value"] for grade in (1, 2, 3, 4, 5)] == [0.05, 0, 0.5, 0.15, 0.3]
    active = [one(con, "rating_grade_share", grade=grade, variant="active")["value"] for grade in (1, 2, 3, 4, 5)]
    assert active == [0.1, 0, 0, 0.3, 0.6]
    assert one(con, "default_rating_share")["value"] == 0.5


def test_the_default_grade_moves_the_mix_and_never_what_is_asked_of_people(con, make_mart):
    """Trap T7: the default jumps from 3 to 5."""
    make_mart(con, "mart_case", [{"case_id": f"K{n}", "completed_on": DAY, "has_bad_rating": n == 0} for n in range(20)])
    found = []
    for grade in (3, 5):
        con.execute("delete from mart_rating")
        make_mart(con, "mart_rating", ratings(default_grade=grade))
        safe = [
            one(con, "bad_rating_rate_per_100k")["value"],
            one(con, "active_good_rating_rate")["value"],
            one(con, "satisfaction_bounds")["low"],
        ]
        found.append((one(con, "rating_grade_share")["value"], safe))
    assert [mix for mix, _ in found] == [0.3, 0.8]
    assert found[0][1] == found[1][1] == [5000, 0.9, 0]
