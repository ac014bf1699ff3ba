"""Funnel plots: which units differ from the common rate by more than chance gives, with over-dispersion and false discoveries kept in check (T2).

After Spiegelhalter (2005). One departure: the upper exact limit mirrors the lower one, so that a count lies beyond a limit exactly when
its own tail is at most the nominal one; his interpolation flags high counts of small units too easily.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri, stdtr
from scipy.stats import binom, false_discovery_control, poisson

Array = NDArray[np.float64]

INNER, OUTER = 0.95, 0.998
SMALL = 100  # below this many cases the binomial is taken exactly
NORMAL = 10.0  # and wherever the variance of the count is below this: a normal curve is no likeness of a rate of 3 in 100,000
WINSORISED = 0.1
MIN_UNITS = 5
FALSE_DISCOVERIES = 0.1


@dataclass(frozen=True)
class _Points:
    """What a funnel plot shows of every unit: its share (NaN: no cases), the limits at its size, and how surprising it is."""

    share: Array
    centre: float
    limits: dict[float, tuple[Array, Array]]
    phi: float
    p_values: Array


def funnel(frame: pl.DataFrame, common: float | None = None, q: float = FALSE_DISCOVERIES) -> pl.DataFrame:
    """Adds to rows of `events` among `cases`: share, common, limits, phi, p_value, q_value, verdict.

    verdict: `high` or `low` when the unit is beyond the 95 % limit and among the discoveries at rate `q`, `inside` otherwise, null without
    cases. A page with several funnels passes all its p-values through `discoveries` once.
    """
    events, cases = frame["events"].to_numpy().astype(float), frame["cases"].to_numpy().astype(float)
    known = cases > 0
    centre = float(events.sum() / cases.sum()) if common is None and known.any() else float(common or 0.0)
    spread = np.sqrt(np.maximum(cases * centre * (1 - centre), 1e-300))
    phi = over_dispersion(((events - cases * centre) / spread)[known]) if 0 < centre < 1 else 1.0
    share = np.where(known, events / np.where(known, cases, 1), np.nan)
    limits = {level: share_limits(centre, cases, level, phi) for level in (INNER, OUTER)}
    p_values = np.where(known, _widened_p(_binomial_p(events, cases, centre), phi, known.sum()), np.nan)
    return _judged(frame, _Points(share, centre, limits, phi, p_values), q)


def ratio_funnel(frame: pl.DataFrame, q: float = FALSE_DISCOVERIES) -> pl.DataFrame:
    """The same for O/E ratios around 1: rows of `observed`, `expected` and, if known, the `variance` of O (see standardise).

    Without a variance O is Poisson: exact below 100 expected events, else normal. With one (events are a share of cases) it is used from 10 on.
    """
    observed, expected = frame["observed"].to_numpy().astype(float), frame["expected"].to_numpy().astype(float)
    variance = frame["variance"].to_numpy().astype(float) if "variance" in frame.columns else np.where(expected >= SMALL, expected, 0.0)
    known = expected > 0
    safe = np.where(known, expected, 1.0)
    spread = np.sqrt(np.where(variance >= NORMAL, variance, safe))
    phi = over_dispersion(((observed - expected) / spread)[known])
    limits = {level: ratio_limits(safe, variance, level, phi) for level in (INNER, OUTER)}
    exact = np.minimum(1.0, 2 * np.minimum(poisson.cdf(observed, safe), poisson.sf(observed - 1, safe)))
    p_values = np.where(variance >= NORMAL, 2 * ndtr(-np.abs(observed - expected) / spread), exact)
    share = np.where(known, observed / safe, np.nan)
    return _judged(frame, _Points(share, 1.0, limits, phi, np.where(known, _widened_p(p_values, phi, known.sum()), np.nan)), q)


def share_limits(centre: float, cases: ArrayLike, level: float, phi: float = 1.0) -> tuple[Array, Array]:
    """Control limits of a share around `centre` for units of that many cases, widened by √phi about it, kept within 0 and 1."""
    n = np.asarray(cases, dtype=float)
    tail, safe = (1 - level) / 2, np.maximum(n, 1.0)
    half = -ndtri(tail) * np.sqrt(centre * (1 - centre) / safe)
    exact = (n < SMALL) | (n * centre * (1 - centre) < NORMAL)
    low, high = centre - half, centre + half
    if exact.any():  # binomial quantiles take most of a funnel's time: only where they are wanted
        low[exact], high[exact] = _lower_exact(centre, safe[exact], tail), 1 - _lower_exact(1 - centre, safe[exact], tail)
    root = np.sqrt(phi)
    return np.clip(centre + root * (low - centre), 0, 1), np.clip(centre + root * (high - centre), 0, 1)


def ratio_limits(expected: ArrayLike, variance: ArrayLike, level: float, phi: float = 1.0) -> tuple[Array, Array]:
    """Control limits of O/E around 1: normal where the variance of O is 10 or more, else exact Poisson."""
    mean, spread = np.asarray(expected, dtype=float), np.asarray(variance, dtype=float)
    tail, root = (1 - level) / 2, np.sqrt(phi)
    half = -ndtri(tail) * np.sqrt(spread) / mean
    # poisson.isf(t) is the smallest k with P(X > k) ≤ t: k + 1 is the first count beyond; the limit lies half-way before it
    low = np.where(spread >= NORMAL, 1 - half, (poisson.ppf(tail, mean) - 0.5) / mean)
    high = np.where(spread >= NORMAL, 1 + half, (poisson.isf(tail, mean) + 0.5) / mean)
    return np.maximum(0, 1 + root * (low - 1)), 1 + root * (high - 1)


def over_dispersion(z: ArrayLike) -> float:
    """φ: mean of squared z-scores, the outer tenth at each end (one unit at least) pulled in to its neighbour; never below 1.

    Fewer than five units tell nothing about dispersion: 1.
    """
    ordered = np.sort(np.asarray(z, dtype=float))
    if len(ordered) < MIN_UNITS:
        return 1.0
    cut = _cut(len(ordered))
    return max(1.0, float(np.mean(np.clip(ordered, ordered[cut], ordered[-cut - 1]) ** 2)))


def discoveries(p_values: Sequence[float | None], q: float = FALSE_DISCOVERIES) -> list[bool]:
    """Which of all the p-values on a page are alerts when at most a share `q` of alerts may be false (Benjamini–Hochberg 1995)."""
    return [adjusted is not None and adjusted <= q for adjusted in adjusted_p(p_values)]


def adjusted_p(p_values: Sequence[float | None]) -> list[float | None]:
    """Benjamini–Hochberg adjusted p-values; unknown ones stay unknown and are not counted."""
    known = [p for p in p_values if p is not None and not np.isnan(p)]
    adjusted = iter(false_discovery_control(known).tolist() if known else [])
    return [None if p is None or np.isnan(p) else next(adjusted) for p in p_values]


def _lower_exact(centre: float, n: Array, tail: float) -> Array:
    """Interpolated binomial quantile ÷ n: a whole count lies below it exactly when P(X ≤ count) is at most the tail."""
    quantile = binom.ppf(tail, n, centre)
    at, before = binom.cdf(quantile, n, centre), binom.cdf(quantile - 1, n, centre)
    return (quantile - (at - tail) / np.maximum(at - before, 1e-300)) / n


def _binomial_p(events: Array, cases: Array, centre: float) -> Array:
    """Two-sided p by the exact binomial: twice the smaller tail, the count itself in both."""
    return np.minimum(1.0, 2 * np.minimum(binom.cdf(events, cases, centre), binom.sf(events - 1, cases, centre)))


def _widened_p(p_values: Array, phi: float, units: int) -> Array:
    """p-values of over-dispersed units: more cautious than the drawn limits, because few units tell phi roughly, and winsorising makes it small.

    z is divided by √(phi ÷ what winsorising leaves of a normal curve's variance) and read from Student's t. Without that, twelve districts
    that vary like most real ones show several false alerts on a page.
    """
    if phi <= 1:
        return p_values
    z = ndtri(np.clip(p_values, 1e-300, 1) / 2)
    return 2 * stdtr(units - 1, z / np.sqrt(phi / _left_of_variance(_cut(units) / units)))


def _left_of_variance(cut: float) -> float:
    """The mean square of a standard normal value whose outer `cut` at each end is pulled in."""
    edge = -float(ndtri(cut))
    density = np.exp(-edge * edge / 2) / np.sqrt(2 * np.pi)
    return 1 - 2 * cut - 2 * edge * density + 2 * cut * edge * edge


def _cut(units: int) -> int:
    return max(1, int(WINSORISED * units))


def _judged(frame: pl.DataFrame, points: _Points, q: float) -> pl.DataFrame:
    adjusted, count = adjusted_p(points.p_values.tolist()), len(points.share)
    found = np.array([p is not None and p <= q for p in adjusted], dtype=bool)
    low, high = points.limits[INNER]
    verdict = np.where(found & (points.share > high), "high", np.where(found & (points.share < low), "low", "inside"))
    bounds = {
        f"{side}_{name}": points.limits[level][end]
        for level, name in ((INNER, "95"), (OUTER, "998"))
        for end, side in enumerate(("low", "high"))
    }
    columns = {
        "share": points.share,
        "common": np.full(count, points.centre),
        **bounds,
        "phi": np.full(count, points.phi),
        "p_value": points.p_values,
    }
    words = [None if np.isnan(share) else str(word) for word, share in zip(verdict, points.share, strict=True)]
    return frame.with_columns(
        *(pl.Series(name, values, dtype=pl.Float64, nan_to_null=True) for name, values in columns.items()),
        pl.Series("q_value", adjusted, dtype=pl.Float64),
        pl.Series("verdict", words, dtype=pl.String),
    )
