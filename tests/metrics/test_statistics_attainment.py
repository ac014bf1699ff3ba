from datetime import date

import pytest

from metrics.statistics.attainment import REASONS, STATUSES, Goal, Measured, attainment, path_on, standing, verdict

DUE = date(2018, 12, 31)
HALFWAY = date(2018, 7, 1)
UP = Goal(">=", 0.40, DUE, 0.20, date(2017, 12, 31))
DOWN = Goal("<=", 5.0, DUE, 15.0, date(2017, 12, 31))


def full(value, day=DUE):
    return Measured(value, None, None, day)


@pytest.mark.parametrize(
    ("value", "op", "target", "ratio"),
    [(0.2, ">=", 0.4, 0.5), (0.9, ">=", 0.4, 1.25), (-0.1, ">=", 0.4, 0.0), (10, "<=", 5, 0.5), (1, "<=", 5, 1.25), (0, "<=", 5, 1.25), (0, "<=", 0, 1.0),
     (3, "<=", 0, 0.0), (3, ">=", 0, None), (-1, "<=", -2, None), (90, "=", 100, 0.9), (125, "=", 100, 0.8), (0, "=", 0, 1.0), (0, "=", 5, 0.0)],
)  # fmt: skip
def test_attainment(value, op, target, ratio):
    assert attainment(value, Goal(op, target, DUE)) == (None if ratio is None else pytest.approx(ratio))


def test_nothing_is_rounded_before_it_is_compared():
    goal = Goal(">=", 0.80, DUE)
    assert verdict(full(0.7999), goal) == ("missed", "short_at_due")
    assert verdict(full(5343 / 6679), goal) == ("missed", "short_at_due")  # 79.997 %, printed as 80.0 %
    assert verdict(full(0.8), goal) == ("met", "surely_met")
    assert verdict(full(1 - 0.2), goal) == ("met", "surely_met")  # what floating point adds is no shortfall
    assert attainment(0.7999, goal) < 1


def test_missed_only_if_the_interval_excludes_the_target():
    goal = Goal(">=", 0.8, DUE)
    assert verdict(Measured(0.75, 0.70, 0.79, DUE), goal) == ("missed", "short_at_due")
    assert verdict(Measured(0.75, 0.68, 0.81, DUE), goal) == ("not_evaluable", "interval_holds_target")
    assert verdict(Measured(0.82, 0.78, 0.86, DUE), goal) == ("met", "met_within_chance")
    assert verdict(Measured(0.90, 0.88, 0.92, DUE), goal) == ("met", "surely_met")
    assert verdict(Measured(0.90, 0.88, 0.92, DUE), Goal("<=", 0.8, DUE)) == ("missed", "short_at_due")


def test_exact_targets():
    goal = Goal("=", 1.0, DUE)
    assert verdict(full(1.0), goal) == ("met", "surely_met")
    assert verdict(full(0.99), goal) == ("missed", "short_at_due")


def test_what_cannot_be_judged_is_not():
    assert verdict(full(None), UP) == ("not_evaluable", "no_value")
    assert verdict(Measured(0.9, None, None, DUE, is_provisional=True), UP) == ("not_evaluable", "not_yet_complete")
    assert standing(Measured(0.1, None, None, HALFWAY, is_provisional=True), UP).status == "not_evaluable"
    assert standing(full(None), UP).ratio is None


def test_glide_path():
    assert path_on(UP, date(2017, 12, 31)) == 0.20
    assert path_on(UP, DUE) == pytest.approx(0.40)
    assert path_on(UP, HALFWAY) == pytest.approx(0.20 + 0.20 * 182 / 365)
    assert path_on(UP, date(2016, 1, 1)) == 0.20
    assert path_on(UP, date(2020, 1, 1)) == pytest.approx(0.40)
    assert path_on(Goal(">=", 0.4, DUE), HALFWAY) is None


@pytest.mark.parametrize(
    ("measured", "goal", "chance", "status", "reason"),
    [
        (full(0.45, HALFWAY), UP, None, "met", "surely_met"),
        (full(0.35, HALFWAY), UP, None, "on_track", "ahead_of_path"),
        (Measured(0.29, 0.27, 0.31, HALFWAY), UP, None, "on_track", "about_on_path"),
        (full(0.25, HALFWAY), UP, None, "at_risk", "behind_path"),
        (full(0.25, HALFWAY), UP, 0.9, "on_track", "forecast_reaches"),
        (full(0.25, HALFWAY), UP, 0.6, "at_risk", "behind_path"),
        (full(0.35, HALFWAY), UP, 0.3, "at_risk", "forecast_falls_short"),
        (full(12.0, HALFWAY), DOWN, None, "at_risk", "behind_path"),
        (full(8.0, HALFWAY), DOWN, None, "on_track", "ahead_of_path"),
        (full(0.25, HALFWAY), Goal(">=", 0.4, DUE), None, "not_evaluable", "no_path"),
        (full(0.25, HALFWAY), Goal(">=", 0.4, DUE), 0.6, "on_track", "forecast_reaches"),
        (full(0.25, DUE), UP, 0.9, "missed", "short_at_due"),
        (full(0.8, HALFWAY), Goal("=", 0.5, DUE, 0.9, date(2017, 12, 31)), None, "at_risk", "behind_path"),
    ],
)
def test_status_with_its_reason(measured, goal, chance, status, reason):
    found = standing(measured, goal, chance)
    assert (found.status, found.reason) == (status, reason)
    assert found.status in STATUSES and found.reason in REASONS


def test_gap_and_expected_are_told():
    found = standing(full(12.0, HALFWAY), DOWN)
    assert found.gap == 7.0
    assert found.expected == pytest.approx(15 - 10 * 182 / 365)
    assert found.ratio == pytest.approx(5 / 12)


def test_impossible_targets_are_refused():
    with pytest.raises(ValueError, match="use >="):
        Goal(">", 1, DUE)
    with pytest.raises(ValueError, match="correct one"):
        Goal(">=", 1, DUE, 0, DUE)
