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


@dataclass(frozen=True)
class Pinned:
    """A hidden cell that can be worked out too closely."""

    cell: int
    low: float
    high: float


def pinned_cells(cube: Cube, hidden: NDArray[np.bool_], width: float, floor: float = 1.0) -> list[Pinned]:
    """The hidden cells whose interval is narrower than `width`: empty where suppression holds."""
    found = (Pinned(int(cell), *interval(cube, hidden, int(cell), floor)) for cell in np.flatnonzero(hidden))
    return [cell for cell in found if cell.high - cell.low < width - SLACK]


def interval(cube: Cube, hidden: NDArray[np.bool_], cell: int, floor: float = 1.0) -> tuple[float, float]:
    """The least and the greatest count that a hidden cell may have, all that is shown being as it is; inf where nothing bounds it."""
    cells, equations = _connected(cube.sums, hidden, cell)
    rows = csr_array(cube.sums[equations])
    shown = np.where(hidden, 0.0, cube.counts)
    matrix, given = csr_array(rows[:, cells]), -(rows @ shown)
    target = np.zeros(len(cells))
    target[cells.index(cell)] = 1.0
    return _extreme(target, matrix, given, floor), -_extreme(-target, matrix, given, floor)


def _extreme(cost: NDArray[np.float64], matrix: csr_array, given: NDArray[np.float64], floor: float) -> float:
    tied = {"A_eq": matrix, "b_eq": given} if len(given) else {}
    solution = linprog(cost, **tied, bounds=(floor, None), method="highs")
    if solution.status == 3 or (solution.status == 4 and solution.fun is None):
        return -np.inf
    if not solution.success:
        raise RuntimeError(f"The attack on hidden cells could not be solved ({solution.message}); do not publish before it can.")
    return float(solution.fun)


def _connected(sums: csr_array, hidden: NDArray[np.bool_], start: int) -> tuple[list[int], list[int]]:
    """The hidden cells that share sums with one, directly or through others, and those sums: nothing else bears on it."""
    by_cell = sums.tocsc()
    cells, equations, waiting = {start}, set(), [start]
    while waiting:
        cell = waiting.pop()
        for equation in _places(by_cell, cell):
            if equation in equations:
                continue
            equations.add(equation)
            fresh = [other for other in _places(sums, equation) if hidden[other] and other not in cells]
            cells.update(fresh)
            waiting.extend(fresh)
    return sorted(cells), sorted(equations)


def _places(matrix: csr_array | csc_array, line: int) -> list[int]:
    return matrix.indices[matrix.indptr[line] : matrix.indptr[line + 1]].tolist()
