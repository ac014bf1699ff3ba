"""Which cells of a table to hide: small counts, and as few others as keep every hidden one uncertain by at least the threshold.

For each hidden cell in turn a linear program looks for the cheapest way to let it move far enough with all sums kept: the shown cells that
would have to move with it are hidden too (the flow heuristic of Kelly, Golden and Assad 1992). Hiding more only widens intervals, so one pass
over all hidden cells, the added ones included, is enough. It ends at the latest when everything that is not zero is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, linprog
from scipy.sparse import csr_array, hstack

from metrics.privacy.attack import SLACK, Pinned, interval, pinned_cells
from metrics.privacy.cube import Cube
from metrics.privacy.memory import known_of_cells, with_old_margins

THRESHOLD = 5  # counts from 1 to 4 are hidden
SHOWN, SMALL, COMPLEMENT = "shown", "small", "complement"
MARGIN_COST = 8.0  # a margin tells more than a cell: hide it only where it saves many

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Protected:
    """A cube with its decisions: `cells` has `reason` (shown, small, complement; for insiders only) and `shown`, the count or null.

    `evidence` is the cube with all that readers remember of earlier releases.
    """

    cube: Cube
    cells: pl.DataFrame
    evidence: Cube
    floor: float

    @property
    def hidden(self) -> Mask:
        """Whether each cell is hidden."""
        return (self.cells["reason"] != SHOWN).to_numpy()

    def pinned(self, width: float = THRESHOLD) -> list[Pinned]:
        """The hidden cells that a reader could still work out too closely: empty, or the table must not be published."""
        remembered = len(self.evidence.cells) - len(self.cells)
        return pinned_cells(self.evidence, np.append(self.hidden, np.zeros(remembered, bool)), width, self.floor)

    def at(self, **levels: int) -> pl.DataFrame:
        """The cells at one combination of levels, as a reader may see them: `shown` and `is_hidden`, without the count and the reason."""
        marks = {dimension.name: dimension.mark for dimension in self.cube.dimensions}
        unknown = set(levels) ^ set(marks)
        if unknown:
            raise ValueError(
                f"Say the level of each dimension of the table, no others ({', '.join(sorted(marks))}); differing: {', '.join(sorted(unknown))}."
            )
        chosen = self.cells.filter(pl.col(mark) == levels[name] for name, mark in marks.items())
        return chosen.select(*self.cube.keys, "shown", (pl.col("reason") != SHOWN).alias("is_hidden"))


def protect(cube: Cube, threshold: int = THRESHOLD, also: Mask | None = None, earlier: Sequence[pl.DataFrame] = ()) -> Protected:
    """Decide what of a cube is hidden.

    `also`: more cells to hide, whatever their count. `earlier`: the `cells` of the releases before; what they hid stays hidden, and what
    they showed is not counted on to hide anything, since readers have it.
    """
    counts = cube.counts
    small = ((counts > 0) & (counts < threshold)) | (np.zeros(len(counts), bool) if also is None else also)
    was_hidden, was_shown = known_of_cells(cube, earlier)
    evidence = with_old_margins(cube, earlier)
    remembered = np.ones(len(evidence.cells) - len(cube.cells), bool)
    floor = 0.0 if (counts[small | was_hidden] == 0).any() else 1.0
    hidden = np.append(small | was_hidden, ~remembered)
    _hide_companions(_Search(evidence, threshold, floor, np.append(was_shown, remembered) & ~hidden), hidden)
    reason = np.where(small, SMALL, np.where(hidden[: len(counts)], COMPLEMENT, SHOWN))
    cells = cube.cells.with_columns(pl.Series("reason", reason.tolist(), dtype=pl.String))
    return Protected(cube, cells.with_columns(pl.when(pl.col("reason") == SHOWN).then(pl.col("count")).alias("shown")), evidence, floor)


def _hide_companions(search: _Search, hidden: Mask) -> None:
    """Add to `hidden`, in place, what each of its cells and each added one needs."""
    counts = search.cube.counts
    waiting = sorted(np.flatnonzero(hidden).tolist(), key=lambda cell: (counts[cell], cell))
    while waiting:
        added = search.companions(hidden, waiting.pop(0))
        hidden[added] = True
        waiting.extend(added)


@dataclass(frozen=True)
class _Search:
    """The search for what to hide beside a cell. `fixed`: cells that readers have already."""

    cube: Cube
    threshold: int
    floor: float
    fixed: Mask

    def companions(self, hidden: Mask, cell: int) -> list[int]:
        """The cells to hide so that a hidden one may move far enough; none where it can already."""
        low, high = interval(self.cube, hidden, cell, self.floor)
        if high - low >= self.threshold - SLACK:
            return []
        need = low + self.threshold - self.cube.counts[cell]
        moved = self._moved(hidden, cell, need, self.fixed)
        if moved is None:
            return []  # readers have too much already; `pinned` reports the cell
        return [int(other) for other in np.flatnonzero(moved) if not hidden[other]]

    def _moved(self, hidden: Mask, cell: int, need: float, fixed: Mask) -> Mask | None:
        """The cells that move in the cheapest change of the table that moves one by `need` and keeps all sums; None if there is none."""
        counts = self.cube.counts
        free = np.flatnonzero((hidden | (counts > 0)) & ~fixed)
        rows = csr_array(self.cube.sums[:, free])
        down = counts[free] - self.floor
        up = np.full(len(free), np.inf)
        place = int(np.searchsorted(free, cell))
        lower, upper = [np.zeros(2 * len(free)), np.concatenate([up, np.maximum(down, 0.0)])]
        lower[place] = upper[place] = max(need, 0.0)
        lower[len(free) + place] = upper[len(free) + place] = max(-need, 0.0)
        cost = np.where(hidden[free], 0.0, self._cost(free))
        solution: OptimizeResult = linprog(
            np.concatenate([cost, cost]),
            A_eq=hstack([rows, -rows]),
            b_eq=np.zeros(len(rows.indptr) - 1),
            bounds=np.column_stack([lower, upper]),
            method="highs",
        )
        if not solution.success:
            return None
        moved = np.zeros(len(counts), bool)
        moved[free] = np.abs(solution.x[: len(free)] - solution.x[len(free) :]) > SLACK
        return moved

    def _cost(self, cells: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
        """What hiding a cell loses: more for large counts, much more for margins."""
        chosen = self.cube.cells[cells]
        margins = sum((chosen[dimension.mark].fill_null(0).to_numpy() for dimension in self.cube.dimensions), start=np.zeros(len(chosen)))
        return (1 + np.log1p(chosen["count"].to_numpy())) * MARGIN_COST**margins
