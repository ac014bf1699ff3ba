"""Shares without leaks: numerator, the rest and denominator protected together, so that 98 of 100 does not give away the two (R6)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from metrics.privacy.cube import Cube, Dimension, build_cube
from metrics.privacy.protect import Protected, protect

EXTREME_BELOW = 20  # all or none of fewer than this says something about each of them
PART = Dimension("part", ("part",))
COUNTED, REST = "counted", "rest"


def protect_ratios(frame: pl.DataFrame, dimensions: Sequence[Dimension], earlier: Sequence[pl.DataFrame] = ()) -> Protected:
    """Protect rows of `numerator` and `denominator`, with the rest between them, at every level of the dimensions."""
    if (frame["numerator"] > frame["denominator"]).any() or (frame["numerator"] < 0).any():
        raise ValueError("A numerator lies outside its denominator; count both over the same cases.")
    parts = [(COUNTED, pl.col("numerator")), (REST, pl.col("denominator") - pl.col("numerator"))]
    keys = [column for dimension in dimensions for column in dimension.levels]
    rows = pl.concat(frame.select(*keys, pl.lit(name).alias("part"), count.cast(pl.Int64).alias("count")) for name, count in parts)
    cube = build_cube(rows, [*dimensions, PART])
    return protect(cube, also=_extremes(cube), earlier=earlier)


def ratios_at(protected: Protected, **levels: int) -> pl.DataFrame:
    """Numerators and denominators at one combination of levels, null where hidden; `is_hidden` where the share may not be shown."""
    keys = [key for key in protected.cube.keys if key not in ("part", PART.mark)]
    parts, wholes = protected.at(part=0, **levels), protected.at(part=1, **levels)
    counted = parts.filter(pl.col("part") == COUNTED).select(
        *keys, pl.col("shown").alias("numerator"), pl.col("is_hidden").alias("part_hidden")
    )
    joined = wholes.select(*keys, pl.col("shown").alias("denominator"), "is_hidden").join(counted, on=keys, how="left", nulls_equal=True)
    hidden = pl.col("is_hidden") | pl.col("part_hidden")
    return joined.select(*keys, "numerator", "denominator", hidden.alias("is_hidden")).sort(keys, nulls_last=True)


def _extremes(cube: Cube) -> np.ndarray:
    """The parts of every denominator below twenty that are all or nothing of it."""
    others = [key for key in cube.keys if key not in ("part", PART.mark)]
    wholes = cube.cells.filter(pl.col(PART.mark) == 1).select(*others, pl.col("count").alias("whole"))
    cells = cube.cells.join(wholes, on=others, how="left", nulls_equal=True, maintain_order="left")
    all_or_none = (pl.col("count") == 0) | (pl.col("count") == pl.col("whole"))
    extreme = (pl.col(PART.mark) == 0) & pl.col("whole").is_between(1, EXTREME_BELOW - 1) & all_or_none
    return cells.select(extreme.alias("extreme"))["extreme"].to_numpy()
