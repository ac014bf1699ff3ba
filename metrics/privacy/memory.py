"""What readers remember of earlier releases: cells shown then, and margins whose growth would give a hidden cell away by subtraction.

A margin that has since grown is kept as a cell of its own, the sum of the parts that it had. Where one of those parts has itself been
corrected the old sum says nothing certain and is left out: tables for the public are best released once per closed period.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, hstack, vstack

from metrics.privacy.cube import Cube

Mask = NDArray[np.bool_]


def known_of_cells(cube: Cube, releases: Sequence[pl.DataFrame]) -> tuple[Mask, Mask]:
    """Which cells an earlier release hid, and which it showed with the count that they still have; the second wins."""
    was_hidden, was_shown = np.zeros(len(cube.cells), bool), np.zeros(len(cube.cells), bool)
    for release in releases:
        then = release.select(*cube.keys, pl.col("shown").alias("then"), pl.col("shown").is_null().alias("was_hidden"))
        both = cube.cells.join(then, on=cube.keys, how="left", nulls_equal=True, maintain_order="left")
        was_hidden |= both["was_hidden"].fill_null(False).to_numpy()
        was_shown |= (both["then"] == both["count"]).fill_null(False).to_numpy()
    return was_hidden & ~was_shown, was_shown


def with_old_margins(cube: Cube, releases: Sequence[pl.DataFrame]) -> Cube:
    """The cube and, as further cells that are always shown, the earlier margins that are sums of parts still as they were."""
    known = cube
    for release in releases:
        known = _with_release(cube, known, release)
    return known


def _with_release(cube: Cube, known: Cube, release: pl.DataFrame) -> Cube:
    numbered = cube.cells.with_row_index("cell")
    now = numbered.select(*cube.keys, "cell", pl.col("count").alias("now"))
    grown = release.join(now, on=cube.keys, how="left", nulls_equal=True).filter(
        pl.col("shown").is_not_null() & pl.col("now").ne_missing(pl.col("count"))
    )
    finest = pl.all_horizontal(pl.col(dimension.mark) == 0 for dimension in cube.dimensions)
    parts = release.filter(finest, pl.col("count") > 0).join(now, on=cube.keys, how="left", nulls_equal=True)
    for margin in grown.filter(~finest).iter_rows(named=True):
        own = parts.filter(_within(cube, margin))
        if (own["now"] == own["count"]).fill_null(False).all():
            known = _appended(known, margin["count"], own["cell"].to_list())
    return known


def _within(cube: Cube, margin: dict[str, object]) -> pl.Expr:
    """The finest cells that a margin sums."""
    kept = [column for dimension in cube.dimensions for column in dimension.levels[margin[dimension.mark] :]]  # type: ignore[misc]
    return pl.all_horizontal(pl.lit(True), *(pl.col(column).eq_missing(pl.lit(margin[column])) for column in kept))


def _appended(known: Cube, count: int, parts: list[int]) -> Cube:
    """One more cell, the sum of some others."""
    last = len(known.cells)
    wider = hstack([known.sums, csr_array((len(known.sums.indptr) - 1, 1))])
    line = coo_array(([1.0] + [-1.0] * len(parts), ([0] * (len(parts) + 1), [last, *parts])), shape=(1, last + 1))
    cell = pl.DataFrame({"count": [count]}, schema={"count": known.cells.schema["count"]})
    return Cube(pl.concat([known.cells, cell], how="diagonal"), csr_array(vstack([wider, line])), known.dimensions)
