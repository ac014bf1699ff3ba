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

from metrics.privacy.attack import SLACK, Doubt, Mask, Pinned, pinned_cells
from metrics.privacy.cube import Cube
from metrics.privacy.memory import known_of_cells, with_old_margins

THRESHOLD = 5  # counts from 1 to 4 are hidden
SHOWN, SMALL, COMPLEMENT = "shown", "small", "complement"
MARGIN_COST = 8.0  # a margin tells more than a cell: hide it only where it saves many


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


class _Search:
    """The search for what to hide beside a cell. `fixed`: cells that readers have already."""

    def __init__(self, cube: Cube, threshold: int, floor: float, fixed: Mask) -> None:
        """Begin knowing nothing but the table."""
        self.cube, self.threshold, self.floor, self.fixed = cube, threshold, floor, fixed
        self.doubt = Doubt(cube, floor)

    def companions(self, hidden: Mask, cell: int) -> list[int]:
        """The cells to hide so that a hidden one may move far enough; none where it can already, or where readers have too much (see `pinned`)."""
        if self.doubt.reaches(hidden, cell, self.threshold):
            return []
        free = np.flatnonzero((hidden | (self.cube.counts > 0)) & ~self.fixed)
        change = self._cheapest_change(hidden, free, cell)
        if change is None:
            return []
        self.doubt.note(free, self.cube.counts[free] + change)
        return [int(other) for other in free[np.abs(change) > SLACK] if not hidden[other]]

    def _cheapest_change(self, hidden: Mask, free: NDArray[np.intp], cell: int) -> NDArray[np.float64] | None:
        """The change of the free cells that lifts one far enough above its lowest and keeps all sums, as rises less falls; None if there is none."""
        counts, place, size = self.cube.counts, int(np.searchsorted(free, cell)), len(free)
        need = self.doubt.low[cell] + self.threshold - counts[cell]
        upper = np.concatenate([np.full(size, np.inf), np.maximum(counts[free] - self.floor, 0.0)])
        lower = np.zeros(2 * size)
        lower[place] = upper[place] = max(need, 0.0)
        lower[size + place] = upper[size + place] = max(-need, 0.0)
        rows = csr_array(self.cube.sums[:, free])
        kept = {"A_eq": hstack([rows, -rows]), "b_eq": np.zeros(len(rows.indptr) - 1)}
        cost = np.where(hidden[free], 0.0, self._cost(free))
        solution: OptimizeResult = linprog(np.concatenate([cost, cost]), **kept, bounds=np.column_stack([lower, upper]), method="highs")
        return solution.x[:size] - solution.x[size:] if solution.success else None

    def _cost(self, cells: NDArray[np.intp]) -> NDArray[np.float64]:
        """What hiding a cell loses: more for large counts, much more for margins."""
        chosen = self.cube.cells[cells]
        margins = sum((chosen[dimension.mark].fill_null(0).to_numpy() for dimension in self.cube.dimensions), start=np.zeros(len(chosen)))
        return (1 + np.log1p(chosen["count"].to_numpy())) * MARGIN_COST**margins
