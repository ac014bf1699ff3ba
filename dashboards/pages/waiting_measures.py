"""Answers of a board by a dimension as columns of a table: value, interval and state of each figure, typed even where all are missing."""

from __future__ import annotations

import polars as pl

from dashboards.board import Board
from dashboards.readings import Reading, read_row
from metrics.states import FLOOR, INSUFFICIENT_N

COUNTS = ("tickets", "completed")  # full counts: small ones are told too


def readings_by(board: Board, key: str, dimension: str) -> dict[str, Reading]:
    """The readings of a further question by code; rows without a code are left to the total."""
    frame = board.frame(key)
    return {} if frame is None else {row[dimension]: read_row(row) for row in frame.to_dicts() if row[dimension] is not None}


def measures(key: str, reading: Reading) -> dict[str, float | str | None]:
    """The columns of one figure. A mean of fewer than ten is a state, not a number."""
    is_few = key not in COUNTS and reading.n is not None and 0 < reading.n < FLOOR
    shown = Reading(INSUFFICIENT_N) if is_few else reading
    return {key: shown.value, f"{key}_low": shown.low, f"{key}_high": shown.high, f"{key}_state": shown.state}


def schema_of(*keys: str) -> dict[str, type[pl.DataType]]:
    """The types of the columns of figures."""
    found: dict[str, type[pl.DataType]] = {}
    for key in keys:
        found |= {key: pl.Float64, f"{key}_low": pl.Float64, f"{key}_high": pl.Float64, f"{key}_state": pl.String}
    return found
