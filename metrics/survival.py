"""Kaplan–Meier quantiles of many life tables at once: a page asks for hundreds of them, each of dozens of ages.

intervals.survival_quantile says the same of one table, row by row; the two are tested against each other.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from metrics.intervals import CLOSE, Z

Numbers = NDArray[np.float64]


def quantiles(table: pl.DataFrame, by: tuple[str, ...], q: float) -> list[tuple]:
    """(*by, value, low, high, n) for each life table in `table` (by, age, n_event, n_censored), which is sorted by these; a quantile that is not reached is None."""
    if table.is_empty():
        return []
    starts = _starts(table, by)
    age, ended, censored = (table[name].cast(pl.Float64).to_numpy() for name in ("age", "n_event", "n_censored"))
    survival, low, high = _curves(ended, censored, starts)
    goal = 1 - q + CLOSE
    crossed = [np.minimum.reduceat(np.where(curve <= goal, age, np.inf), starts) for curve in (survival, low, high)]
    n = np.add.reduceat(ended + censored, starts).astype(int)
    places = table.select(by)[starts].rows() if by else [()]
    return [(*place, *_reached(*ages), int(count)) for place, *ages, count in zip(places, *crossed, n, strict=True)]


def _starts(table: pl.DataFrame, by: tuple[str, ...]) -> NDArray[np.intp]:
    if not by:
        return np.zeros(1, dtype=np.intp)
    run = table.select(pl.struct(by).rle_id()).to_series().to_numpy()
    return np.flatnonzero(np.diff(run, prepend=-1))


def _curves(ended: Numbers, censored: Numbers, starts: NDArray[np.intp]) -> tuple[Numbers, Numbers, Numbers]:
    """Survival after each age and its log–log Greenwood band. Where nobody is left the band's lower end is 0 and its upper end stays unknown (1)."""
    leaving = ended + censored
    at_risk = np.repeat(np.add.reduceat(leaving, starts), _lengths(starts, len(ended))) - (_running(leaving, starts) - leaving)
    staying = at_risk - ended
    with np.errstate(divide="ignore", invalid="ignore"):
        is_over = (ended > 0) & (staying <= 0)
        steps = (ended > 0) & ~is_over
        survival = np.where(is_over, 0.0, np.exp(_running(np.where(steps, np.log1p(-ended / at_risk), 0.0), starts)))
        greenwood = _running(np.where(steps, ended / (at_risk * staying), 0.0), starts)
        spread = np.exp(Z * np.sqrt(greenwood) / np.abs(np.log(survival)))
        low, high = survival**spread, survival ** (1 / spread)
    untouched = survival >= 1
    return survival, np.where(is_over, 0.0, np.where(untouched, 1.0, low)), np.where(is_over | untouched, 1.0, high)


def _running(values: Numbers, starts: NDArray[np.intp]) -> Numbers:
    """Running sum that begins anew at each start."""
    total = np.cumsum(values)
    return total - np.repeat(total[starts] - values[starts], _lengths(starts, len(values)))


def _lengths(starts: NDArray[np.intp], end: int) -> NDArray[np.intp]:
    return np.diff(starts, append=end)


def _reached(value: float, low: float, high: float) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if np.isinf(value) else (float(value), _or_none(low), _or_none(high))


def _or_none(age: float) -> float | None:
    return None if np.isinf(age) else float(age)
