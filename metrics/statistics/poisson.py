"""Limits of a count of events, seen as Poisson: exact by chi-square, Byar's closed formula, and the binomial limits of events among cases."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from scipy.special import chdtri, ndtri
from scipy.stats import beta

Limits = tuple[float, float]
Method = Literal["exact", "byar", "binomial"]
LEVEL = 0.95


def exact_limits(observed: float, level: float = LEVEL) -> Limits:
    """Limits of the mean of a Poisson count, by chi-square quantiles (Garwood 1936; Ulm 1990)."""
    _refuse_negative(observed)
    tail = (1 - level) / 2
    low = 0.0 if observed == 0 else float(chdtri(2 * observed, 1 - tail)) / 2
    return low, float(chdtri(2 * observed + 2, tail)) / 2


def byar_limits(observed: float, level: float = LEVEL) -> Limits:
    """Byar's approximation (Breslow and Day 1987, eq. 2.13): within 0.2 % of exact from ten events on."""
    _refuse_negative(observed)
    z, above = float(ndtri((1 + level) / 2)), observed + 1
    low = 0.0 if observed == 0 else observed * max(0.0, 1 - 1 / (9 * observed) - z / (3 * math.sqrt(observed))) ** 3
    return low, above * (1 - 1 / (9 * above) + z / (3 * math.sqrt(above))) ** 3


def binomial_limits(events: float, cases: float, level: float = LEVEL) -> Limits:
    """Clopper–Pearson limits of a number of events among cases: for shares that are not rare, where Poisson limits are far too wide."""
    if not 0 <= events <= cases:
        raise ValueError(f"{events} events among {cases} cases cannot be a share; give events between 0 and the number of cases.")
    tail = (1 - level) / 2
    low = 0.0 if events == 0 else float(beta.ppf(tail, events, cases - events + 1))
    high = 1.0 if events == cases else float(beta.ppf(1 - tail, events + 1, cases - events))
    return low * cases, high * cases


def count_limits(events: float, cases: float, method: Method, level: float = LEVEL) -> Limits:
    """Limits of the expected number of events by the named method."""
    if method == "binomial":
        return binomial_limits(events, cases, level)
    by_method: dict[str, Callable[[float, float], Limits]] = {"exact": exact_limits, "byar": byar_limits}
    return by_method[method](events, level)


def _refuse_negative(observed: float) -> None:
    if observed < 0:
        raise ValueError(f"A count of events cannot be {observed}; give zero or more.")
