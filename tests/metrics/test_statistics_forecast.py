import math

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.forecasting.theta import ThetaModel

from metrics.statistics.forecast import forecast, seasonal_naive

RNG = np.random.default_rng(3)
SEASON = [math.sin(month / 12 * 2 * math.pi) for month in range(72)]
GROWING = [0.30 + 0.006 * month + 0.02 * SEASON[month] + 0.005 * float(RNG.normal()) for month in range(60)]


def test_a_growing_series_is_forecast_as_statsmodels_does():
    made = forecast(GROWING, 6)
    expected = ThetaModel(pd.Series(GROWING), period=12, method="additive").fit(disp=False).forecast(6)
    assert [step.value for step in made.steps] == pytest.approx(expected.tolist())
    assert made.reason is None


def test_skill_is_measured_on_held_out_months_against_last_year():
    made = forecast(GROWING, 12)
    model, naive = [], []
    for held in (12, 9, 6):
        known, truth = pd.Series(GROWING[:-held]), np.array(GROWING[-held:])
        model.append(np.abs(ThetaModel(known, period=12, method="additive").fit(disp=False).forecast(held).to_numpy() - truth))
        naive.append(np.abs(np.array(GROWING[-held - 12 :][:held]) - truth))
    assert made.skill == pytest.approx(1 - np.concatenate(model).mean() / np.concatenate(naive).mean())
    assert made.skill > 0.3


def test_the_same_series_gives_the_same_forecast():
    assert forecast(GROWING, 6, "share") == forecast(GROWING, 6, "share")


def test_interval_widens_and_a_share_stays_one():
    high = [min(0.995, 0.90 + 0.0015 * month + 0.002 * SEASON[month] + 0.001 * (month % 3)) for month in range(60)]
    made = forecast(high, 12, "share")
    widths = [step.high - step.low for step in made.steps]
    assert made.steps
    assert all(0 < step.low < step.value < step.high < 1 for step in made.steps)
    assert (
        forecast(GROWING, 6).steps[0].high - forecast(GROWING, 6).steps[0].low
        < forecast(GROWING, 6).steps[-1].high - forecast(GROWING, 6).steps[-1].low
    )
    assert min(widths) > 0


def test_a_share_that_touches_one_is_cut_to_what_can_be():
    reaching = [min(1.0, value + 0.45) for value in GROWING]
    made = forecast(reaching, 6, "share")
    assert made.scale == "plain"
    assert all(0 <= step.low <= step.high <= 1 for step in made.steps)


def test_chance_of_a_target():
    made = forecast(GROWING, 6, "share")
    last = made.steps[-1]
    assert made.chance(">=", last.value) == pytest.approx(0.5)
    assert made.chance(">=", last.low) == pytest.approx(0.975)
    assert made.chance("<=", last.low) == pytest.approx(0.025)
    assert made.chance(">=", 1.0) == 0
    assert made.chance(">=", 0.0) == 1
    assert made.chance("=", 0.6) is None


def test_hidden_unless_it_beats_last_year():
    periodic = [10 + 3 * SEASON[month % 12] for month in range(60)]
    assert forecast(periodic, 6).reason == "not_better_than_last_year"
    assert forecast([5.0] * 60, 6).reason == "not_better_than_last_year"
    wandering = np.cumsum(np.random.default_rng(13).normal(size=48)).tolist()
    hidden = forecast(wandering, 12)
    assert (hidden.reason, hidden.steps, hidden.chance(">=", 100)) == ("not_better_than_last_year", (), None)
    assert hidden.skill < 0


@pytest.mark.parametrize(
    ("values", "horizon", "reason"),
    [
        (GROWING[:35], 6, "too_short"),
        (GROWING[:40], 18, "too_short"),
        ([*GROWING[:20], None, *GROWING[21:]], 6, "gaps"),
        (GROWING, 25, "horizon_too_long"),
    ],
)
def test_other_reasons_to_hide(values, horizon, reason):
    assert forecast(values, horizon).reason == reason


def test_intervals_hold_what_comes_about_as_often_as_they_say():
    rng, inside, steps = np.random.default_rng(9), 0, 0
    for _ in range(12):
        series = 50 + 0.4 * np.arange(60) + 3 * np.array(SEASON[:60]) + rng.normal(0, 1.5, 60)
        made = forecast(series[:54].tolist(), 6)
        inside += sum(step.low <= series[53 + step.months_ahead] <= step.high for step in made.steps)
        steps += len(made.steps)
    assert steps >= 48
    assert inside >= 0.88 * steps


def test_last_year_over_and_over():
    assert seasonal_naive(np.arange(24.0), 14).tolist() == [*range(12, 24), 12, 13]


def test_wrong_calls_are_refused():
    with pytest.raises(ValueError, match="at least one month"):
        forecast(GROWING, 0)
    with pytest.raises(ValueError, match="choose one of"):
        forecast(GROWING, 6, "percent")
