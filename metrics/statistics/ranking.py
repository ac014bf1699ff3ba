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
    places: list[tuple[int | None, int | None]] = [(None, None)] * len(frame)
    for row, one, other in zip(np.flatnonzero(shown), 1 + ahead, shown.sum() - behind, strict=True):
        places[row] = int(one), int(other)
    return frame.with_columns(
        pl.Series("rank_best", [best for best, _ in places], dtype=pl.Int64),
        pl.Series("rank_worst", [worst for _, worst in places], dtype=pl.Int64),
        pl.Series("rank", [_written(*place) for place in places], dtype=pl.String),
    )


def _written(best: int | None, worst: int | None) -> str | None:
    if best is None:
        return None
    return str(best) if best == worst else f"{best}–{worst}"
