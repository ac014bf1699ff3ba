"""Rank ranges: the best and the worst place that a unit may hold, from intervals alone. No unit has a rank without one, none below 30 cases.

A unit is surely ahead of another only where their intervals do not overlap. That is stricter than a test of the two (Goldstein and Healy
1995), which is right for a league table: fewer places, all of them defensible.
"""

from __future__ import annotations

import numpy as np
import polars as pl

MIN_CASES = 30
BETTER = ("higher", "lower")


def rank_ranges(frame: pl.DataFrame, better: str) -> pl.DataFrame:
    """Adds `rank_best`, `rank_worst` and `rank` ("2–4", "1") to rows of `low`, `high` and `n`.

    A full count has low = high = its value. Units below 30 cases, or without an interval, get no rank and take no place from others.
    """
    if better not in BETTER:
        raise ValueError(f"There is no rank without a direction, and {better!r} is none; say higher or lower, or show no rank.")
    shown = ((frame["n"] >= MIN_CASES) & frame["low"].is_not_null() & frame["high"].is_not_null()).fill_null(False).to_numpy()
    low, high = (frame[name].cast(pl.Float64).to_numpy()[shown] for name in ("low", "high"))
    if better == "lower":
        low, high = -high, -low
    ahead = (low[None, :] > high[:, None]).sum(axis=1)
    behind = (high[None, :] < low[:, None]).sum(axis=1)
    best, worst = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    best[shown], worst[shown] = 1 + ahead, shown.sum() - behind
    return frame.with_columns(_places("rank_best", best), _places("rank_worst", worst)).with_columns(_written().alias("rank"))


def _places(name: str, values: np.ndarray) -> pl.Series:
    return pl.Series(name, values, dtype=pl.Float64).fill_nan(None).cast(pl.Int64)


def _written() -> pl.Expr:
    best, worst = pl.col("rank_best"), pl.col("rank_worst")
    return pl.when(best == worst).then(best.cast(pl.String)).when(best.is_not_null()).then(pl.format("{}–{}", best, worst))
