"""A table of counts with every margin that may ever be shown, and the sums that tie them together. Suppression is decided on this, never on a query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import polars as pl
from scipy.sparse import csc_array, csr_array


@dataclass(frozen=True)
class Dimension:
    """A direction of the table: its columns from fine to coarse (district, city); a total stands behind the last."""

    name: str
    levels: tuple[str, ...]

    @property
    def mark(self) -> str:
        """The column that says at which level a cell stands: 0 is the finest, len(levels) the total."""
        return f"{self.name}_level"


@dataclass(frozen=True)
class Cube:
    """`cells`: a row per cell with the columns of every level (null below the cell's own), the level marks and `count`.

    `sums`: a row per equation, 1 for the sum and −1 for each part; sums @ counts = 0.
    """

    cells: pl.DataFrame
    sums: csr_array
    dimensions: tuple[Dimension, ...]

    @cached_property
    def counts(self) -> np.ndarray:
        """The counts in the order of the cells."""
        return self.cells["count"].to_numpy().astype(float)

    @cached_property
    def by_cell(self) -> csc_array:
        """The sums, quick to look up by cell."""
        return csc_array(self.sums)

    @property
    def keys(self) -> list[str]:
        """The columns that name a cell."""
        return [*_columns(self.dimensions), *(dimension.mark for dimension in self.dimensions)]


def build_cube(frame: pl.DataFrame, dimensions: Sequence[Dimension]) -> Cube:
    """All sums of rows with a `count`, at every combination of levels. A row that is absent is a zero and stays one.

    A coarse level must follow from the finer one (a district lies in one city).
    """
    fixed = tuple(dimensions)
    _check(frame, fixed)
    combinations = list(product(*(range(len(dimension.levels) + 1) for dimension in fixed)))
    cells = pl.concat([_cells_at(frame, fixed, levels) for levels in combinations], how="diagonal")
    cells = cells.select(*_columns(fixed), *(dimension.mark for dimension in fixed), "count")
    return Cube(cells, _equations(cells, fixed), fixed)


def _check(frame: pl.DataFrame, dimensions: tuple[Dimension, ...]) -> None:
    if frame["count"].null_count() or (frame["count"] < 0).any():
        raise ValueError("A cell has no count, or one below zero; give every row a count of 0 or more.")
    for dimension in dimensions:
        for fine, coarse in zip(dimension.levels, dimension.levels[1:], strict=False):
            spread = frame.group_by(fine).agg(pl.col(coarse).n_unique().alias("parents")).filter(pl.col("parents") > 1)
            if len(spread):
                raise ValueError(
                    f"{fine} {spread[fine][0]!r} lies in more than one {coarse}; give it one, or its sums would be counted twice."
                )


def _columns(dimensions: tuple[Dimension, ...]) -> list[str]:
    return [column for dimension in dimensions for column in dimension.levels]


def _cells_at(frame: pl.DataFrame, dimensions: tuple[Dimension, ...], levels: tuple[int, ...]) -> pl.DataFrame:
    kept = [column for dimension, level in zip(dimensions, levels, strict=True) for column in dimension.levels[level:]]
    total = pl.col("count").sum().cast(pl.Int64)
    summed = frame.group_by(kept).agg(total).sort(kept, nulls_last=True) if kept else frame.select(total)
    return summed.with_columns(
        pl.lit(level, dtype=pl.Int32).alias(dimension.mark) for dimension, level in zip(dimensions, levels, strict=True)
    )


def _equations(cells: pl.DataFrame, dimensions: tuple[Dimension, ...]) -> csr_array:
    numbered = cells.with_row_index("cell")
    pairs = pl.concat([pair for dimension in dimensions for pair in _parts(numbered, dimensions, dimension)])
    rows = pairs.select("direction", "parent").unique(maintain_order=True).with_row_index("equation")
    placed = pairs.join(rows, on=["direction", "parent"], how="left", maintain_order="left")
    equation = np.concatenate([rows["equation"].to_numpy(), placed["equation"].to_numpy()])
    cell = np.concatenate([rows["parent"].to_numpy(), placed["cell"].to_numpy()])
    sign = np.concatenate([np.ones(len(rows)), -np.ones(len(placed))])
    return csr_array((sign, (equation, cell)), shape=(len(rows), len(cells)))


def _parts(numbered: pl.DataFrame, dimensions: tuple[Dimension, ...], along: Dimension) -> Iterator[pl.DataFrame]:
    """Pairs of a cell and the sum that it is a part of, along one dimension, level by level."""
    for level, column in enumerate(along.levels):
        same = [name for name in _columns(dimensions) if name != column] + [other.mark for other in dimensions if other is not along]
        parts = numbered.filter(pl.col(along.mark) == level)
        sums = numbered.filter(pl.col(along.mark) == level + 1).select(pl.col("cell").alias("parent"), *same)
        paired = parts.join(sums, on=same, how="inner", nulls_equal=True) if same else parts.join(sums, how="cross")
        yield paired.select(pl.lit(f"{along.name} {level}").alias("direction"), "parent", "cell")
