"""Limits of counts of events, seen as Poisson: exact by chi-square, Byar's closed formula, and the binomial limits of events among cases.

One count or many at once: a page asks for those of every department.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, chdtri, ndtri

Limits = tuple[NDArray[np.float64], NDArray[np.float64]]
Method = Literal["exact", "byar", "binomial"]
LEVEL = 0.95


def exact_limits(observed: ArrayLike, level: float = LEVEL) -> Limits:
    """Limits of the mean of a Poisson count, by chi-square quantiles (Garwood 1936; Ulm 1990)."""
    counts, tail = _counts(observed), (1 - level) / 2
    low = np.where(counts == 0, 0.0, chdtri(2 * counts, 1 - tail))
    return low / 2, chdtri(2 * counts + 2, tail) / 2


def byar_limits(observed: ArrayLike, level: float = LEVEL) -> Limits:
    """Byar's approximation (Breslow and Day 1987, eq. 2.13): within 0.2 % of exact from ten events on."""
    counts, z = _counts(observed), ndtri((1 + level) / 2)
    some, above = np.where(counts == 0, 1.0, counts), counts + 1
    low = counts * np.maximum(0.0, 1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3
    return low, above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3


def binomial_limits(events: ArrayLike, cases: ArrayLike, level: float = LEVEL) -> Limits:
    """Clopper–Pearson limits of a number of events among cases: for shares that are not rare, where Poisson limits are far too wide."""
    k, n = np.asarray(events, dtype=float), np.asarray(cases, dtype=float)
    if np.any((k < 0) | (k > n)):
        raise ValueError(f"{events} events among {cases} cases cannot be a share; give events between 0 and the number of cases.")
    tail = (1 - level) / 2
    low = np.where(k == 0, 0.0, betaincinv(k, n - k + 1, tail))
    high = np.where(k == n, 1.0, betaincinv(k + 1, n - k, 1 - tail))
    return low * n, high * n


def count_limits(events: ArrayLike, cases: ArrayLike, method: Method, level: float = LEVEL) -> Limits:
    """Limits of the expected number of events by the named method."""
    if method == "binomial":
        return binomial_limits(events, cases, level)
    by_method: dict[str, Callable[[ArrayLike, float], Limits]] = {"exact": exact_limits, "byar": byar_limits}
    return by_method[method](events, level)


def _counts(observed: ArrayLike) -> NDArray[np.float64]:
    counts = np.asarray(observed, dtype=float)
    if np.any(counts < 0):
        raise ValueError(f"A count of events cannot be {observed}; give zero or more.")
    return counts
