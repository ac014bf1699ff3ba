"""What a reader can work out about hidden cells from everything that is shown: the narrowest interval, by linear programs over the sums.

The reader is taken to know the rules: counts are whole, a hidden one is at least `floor` (1 where zeros are always shown). Real values are
allowed between, which for tables of two directions gives the same intervals as whole ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csc_array, csr_array

from metrics.privacy.cube import Cube

SLACK = 1e-6  # what the solver may be off by
Mask = NDArray[np.bool_]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pinned:
    """A hidden cell that can be worked out too closely."""

    cell: int
    low: float
    high: float


def pinned_cells(cube: Cube, hidden: Mask, width: float, floor: float = 1.0) -> list[Pinned]:
    """The hidden cells whose interval is narrower than `width`: empty where suppression holds."""
    doubt = Doubt(cube, floor)
    narrow = [int(cell) for cell in np.flatnonzero(hidden) if not doubt.reaches(hidden, int(cell), width)]
    return [Pinned(cell, float(doubt.low[cell]), float(doubt.high[cell])) for cell in narrow]


def interval(cube: Cube, hidden: Mask, cell: int, floor: float = 1.0) -> tuple[float, float]:
    """The least and the greatest count that a hidden cell may have, all that is shown being as it is; inf where nothing bounds it."""
    system = _around(cube, hidden, cell)
    low, high = _extreme(system, -1, floor), _extreme(system, 1, floor)
    return (float(low[system.place]) if low is not None else -np.inf, float(high[system.place]) if high is not None else np.inf)


class Doubt:
    """The lowest and the highest count of each cell among the tables found so far that a reader could not tell from the real one.

    Every table that a solution gives is evidence for all of its cells, so most cells need no solution of their own. Hiding more cells keeps
    all that was found true.
    """

    def __init__(self, cube: Cube, floor: float) -> None:
        """Begin with the real table alone."""
        self.cube, self.floor = cube, floor
        self.low, self.high = cube.counts.copy(), cube.counts.copy()

    def reaches(self, hidden: Mask, cell: int, width: float) -> bool:
        """Whether a hidden cell may lie anywhere in an interval of at least this width; if not, `low` and `high` are its exact ends."""
        if self._is_wide(cell, width):
            return True
        system = _around(self.cube, hidden, cell)
        for direction in (-1, 1):
            table = _extreme(system, direction, self.floor, cap=float(self.low[cell]) + width)
            if table is not None:
                self.note(system.cells, table)
            if self._is_wide(cell, width):
                return True
        return False

    def note(self, cells: NDArray[np.intp], table: Array) -> None:
        """Another table that the shown cells allow."""
        self.low[cells] = np.minimum(self.low[cells], table)
        self.high[cells] = np.maximum(self.high[cells], table)

    def _is_wide(self, cell: int, width: float) -> bool:
        return bool(self.high[cell] - self.low[cell] >= width - SLACK)


@dataclass(frozen=True)
class _System:
    """The hidden cells connected with one (at `place` among them), and their sums: matrix @ counts = given."""

    cells: NDArray[np.intp]
    place: int
    matrix: csr_array
    given: Array


def _around(cube: Cube, hidden: Mask, cell: int) -> _System:
    cells, equations = _connected(cube, hidden, cell)
    rows = csr_array(cube.sums[equations])
    shown = np.where(hidden, 0.0, cube.counts)
    return _System(np.array(cells), cells.index(cell), csr_array(rows[:, cells]), -(rows @ shown))


def _extreme(system: _System, direction: int, floor: float, cap: float | None = None) -> Array | None:
    """The table with the greatest (direction 1) or least count of the system's cell, that cell not above `cap`; None where nothing bounds it."""
    cost, bounds = np.zeros(len(system.cells)), np.tile([floor, np.inf], (len(system.cells), 1))
    cost[system.place] = -direction
    if direction > 0 and cap is not None:
        bounds[system.place, 1] = max(cap, floor)
    tied = {"A_eq": system.matrix, "b_eq": system.given} if len(system.given) else {}
    solution = linprog(cost, **tied, bounds=bounds, method="highs")
    if solution.status == 3 or (solution.status == 4 and solution.x is None):
        return None
    if not solution.success:
        raise RuntimeError(f"The attack on hidden cells could not be solved ({solution.message}); do not publish before it can.")
    return solution.x


def _connected(cube: Cube, hidden: Mask, start: int) -> tuple[list[int], list[int]]:
    """The hidden cells that share sums with one, directly or through others, and those sums: nothing else bears on it."""
    cells, equations, waiting = {start}, set(), [start]
    while waiting:
        cell = waiting.pop()
        for equation in _places(cube.by_cell, cell):
            if equation in equations:
                continue
            equations.add(equation)
            fresh = [other for other in _places(cube.sums, equation) if hidden[other] and other not in cells]
            cells.update(fresh)
            waiting.extend(fresh)
    return sorted(cells), sorted(equations)


def _places(matrix: csr_array | csc_array, line: int) -> list[int]:
    return matrix.indices[matrix.indptr[line] : matrix.indptr[line + 1]].tolist()
