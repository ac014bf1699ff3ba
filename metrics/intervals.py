"""95 % intervals from sums alone: Wilson for proportions, t for means, Kaplan–Meier quantiles with their log–log Greenwood band."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from scipy.special import ndtri, stdtrit

Z = float(ndtri(0.975))
CLOSE = 1e-9  # products of fractions miss their exact value by less than this

Interval = tuple[float | None, float | None]


@dataclass(frozen=True)
class Quantile:
    """A quantile of survival times; value None: not reached (too many still waiting or given up)."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def wilson(successes: float, trials: float) -> Interval:
    """Wilson score interval of a proportion."""
    if trials <= 0:
        return None, None
    share, z2 = successes / trials, Z * Z
    centre = share + z2 / (2 * trials)
    half = Z * math.sqrt(max(0.0, share * (1 - share) / trials + z2 / (4 * trials * trials)))
    scale = 1 + z2 / trials
    return (centre - half) / scale if successes else 0.0, (centre + half) / scale if successes < trials else 1.0


def wilson_weighted(share: float, weights: float, squares: float) -> Interval:
    """Wilson score interval of a weighted proportion, as of a sample of its effective size (Σw)² ÷ Σw²."""
    effective = weights * weights / squares if squares > 0 else 0.0
    return wilson(share * effective, effective)


def student_t(n: int, total: float, squares: float) -> Interval:
    """Interval of a mean from the number of values, their sum and the sum of their squares."""
    if n < 2:
        return None, None
    mean = total / n
    variance = max(0.0, (squares - total * mean) / (n - 1))
    half = float(stdtrit(n - 1, 0.975)) * math.sqrt(variance / n)
    return mean - half, mean + half


def survival_quantile(table: Iterable[tuple[float, int, int]], q: float) -> Quantile:
    """Smallest age with S(age) ≤ 1 − q, from a life table of (age, ended, censored) rows sorted by age; at one age ends come before censorings."""
    rows = list(table)
    n = at_risk = sum(ended + censored for _, ended, censored in rows)
    survival, greenwood, goal = 1.0, 0.0, 1 - q + CLOSE
    value = low = high = None
    for age, ended, censored in rows:
        if ended:
            survival *= 1 - ended / at_risk
            greenwood += ended / (at_risk * (at_risk - ended)) if at_risk > ended else math.inf
            value = _first(value, age, survival <= goal)
            lower, upper = _log_log(survival, greenwood)
            low = _first(low, age, lower <= goal)
            high = _first(high, age, upper <= goal)
        at_risk -= ended + censored
    return Quantile(value, low, high, n) if value is not None else Quantile(None, None, None, n)


def _first(found: float | None, age: float, reached: bool) -> float | None:
    return age if found is None and reached else found


def _log_log(survival: float, greenwood: float) -> tuple[float, float]:
    """Band of S at one age; where nobody is left it has no width to give: the lower end is 0, the upper end stays unknown (1)."""
    if survival <= CLOSE:
        return 0.0, 1.0
    spread = math.exp(Z * math.sqrt(greenwood) / abs(math.log(survival)))
    return survival**spread, survival ** (1 / spread)
