"""Where a monthly series is going: the theta method, with an interval and the probability of reaching a target.

Hidden, with a reason, unless it beat "as in the same month last year" on months held out. Nothing is random: the same series gives the same
forecast. Pass complete months only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

Array = NDArray[np.float64]

YEAR = 12
MIN_TRAINING = 2 * YEAR
MAX_HORIZON = 2 * YEAR
Z = float(ndtri(0.975))
SCALES: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "plain": (np.asarray, np.asarray),
    "share": (logit, expit),
    "positive": (np.log, np.exp),
}


@dataclass(frozen=True)
class Step:
    """A month ahead with its 95 % interval."""

    months_ahead: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Forecast:
    """Steps, or the reason why none are shown: too_short, gaps, horizon_too_long, not_better_than_last_year.

    centre, spread: of the last month ahead, on `scale`. skill: how much smaller its error on held-out months was than that of last year's values (0.2: a fifth smaller), where that was tried.
    """

    steps: tuple[Step, ...] = ()
    reason: str | None = None
    skill: float | None = None
    centre: float = math.nan
    spread: float = math.nan
    scale: str = "plain"

    def chance(self, op: str, target: float) -> float | None:
        """The probability that the last month ahead holds the target (>= or <=); None where the forecast is hidden."""
        if not self.steps or op not in (">=", "<="):
            return None
        goal = _on_scale(target, self.scale)
        above = float(ndtr((self.centre - goal) / self.spread))
        return above if op == ">=" else 1 - above


def forecast(values: Sequence[float | None], horizon: int, scale: str = "plain") -> Forecast:
    """Forecast `horizon` months after the last of `values`. scale: share keeps it within 0 and 1, positive above 0."""
    reason = _why_not(values, horizon)
    if reason:
        return Forecast(reason=reason)
    series = np.array(values, dtype=float)
    chosen = scale if _fits(series, scale) else "plain"
    model, naive, sigma = _held_out(series, max(YEAR, horizon), chosen)
    skill = 1 - model / naive if naive > 0 else None
    if skill is None or skill <= 0:
        return Forecast(reason="not_better_than_last_year", skill=skill)
    centre, growth = _theta(SCALES[chosen][0](series), horizon)
    made = _forecast(centre, sigma * growth, skill, chosen)
    return made if scale == chosen else _clipped(made, scale)


def seasonal_naive(series: Array, horizon: int) -> Array:
    """The values of the same months a year before, the last known year over and over."""
    return np.resize(series[-YEAR:], horizon)


def _why_not(values: Sequence[float | None], horizon: int) -> str | None:
    if horizon < 1:
        raise ValueError(f"A forecast looks at least one month ahead, not {horizon}.")
    if horizon > MAX_HORIZON:
        return "horizon_too_long"
    if any(value is None or not math.isfinite(value) for value in values):
        return "gaps"
    return "too_short" if len(values) < MIN_TRAINING + max(YEAR, horizon) else None


def _fits(series: Array, scale: str) -> bool:
    if scale not in SCALES:
        raise ValueError(f"There is no scale {scale!r}; choose one of {', '.join(SCALES)}.")
    low, high = series.min(), series.max()
    return {"plain": True, "share": low > 0 and high < 1, "positive": low > 0}[scale]


def _held_out(series: Array, held: int, scale: str) -> tuple[float, float, float]:
    """Mean absolute errors of theta and of last year's values over held-out months from three starts, and sigma of one step ahead.

    Sigma comes from the held-out errors, each ÷ how far its step lies ahead: errors on months that were fitted would be too small.
    """
    there, back = SCALES[scale]
    errors, naive_errors, scores = [], [], []
    for ahead in (held, held * 3 // 4, held // 2):
        known, truth = series[:-ahead], series[-ahead:]
        centre, growth = _theta(there(known), ahead)
        errors.append(np.abs(back(centre) - truth))
        naive_errors.append(np.abs(seasonal_naive(known, ahead) - truth))
        scores.append((there(truth) - centre) / growth)
    sigma = float(np.sqrt(np.mean(np.concatenate(scores) ** 2)))
    return float(np.mean(np.concatenate(errors))), float(np.mean(np.concatenate(naive_errors))), max(sigma, 1e-12)


def _theta(series: Array, horizon: int) -> tuple[Array, Array]:
    """Means ahead, and how their standard deviation grows: √(1 + (h − 1)α²) for simple smoothing at α (Hyndman and Billah 2003).

    The season is taken out additively where a test finds one.
    """
    from statsmodels.tsa.forecasting.theta import ThetaModel  # here and not above: seconds of loading that only forecasts need

    growth = np.arange(horizon, dtype=float)
    if np.ptp(series) == 0:
        return np.full(horizon, series[-1]), np.sqrt(1 + growth)
    result = ThetaModel(series, period=YEAR, method="additive").fit(disp=False)
    return result.forecast(horizon).to_numpy(), np.sqrt(1 + growth * float(result.params.loc["alpha"]) ** 2)


def _forecast(centre: Array, spread: Array, skill: float, scale: str) -> Forecast:
    back = SCALES[scale][1]
    rows = zip(back(centre).tolist(), back(centre - Z * spread).tolist(), back(centre + Z * spread).tolist(), strict=True)
    steps = tuple(Step(number, *row) for number, row in enumerate(rows, start=1))
    return Forecast(steps, None, skill, float(centre[-1]), float(spread[-1]), scale)


def _clipped(made: Forecast, scale: str) -> Forecast:
    """A share that touches 0 or 1 has no logit: forecast as it is, and cut to what can be."""
    keep = partial(np.clip, a_min=0, a_max=1 if scale == "share" else None)
    steps = tuple(Step(step.months_ahead, float(keep(step.value)), float(keep(step.low)), float(keep(step.high))) for step in made.steps)
    return Forecast(steps, made.reason, made.skill, made.centre, made.spread, made.scale)


def _on_scale(target: float, scale: str) -> float:
    """A target that the scale cannot reach (a share of 1) lies at infinity."""
    with np.errstate(divide="ignore", invalid="ignore"):
        placed = float(SCALES[scale][0](np.array([target]))[0])
    return math.inf if math.isnan(placed) and target > 0 else -math.inf if math.isnan(placed) else placed
