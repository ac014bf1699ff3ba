"""Kaplan–Meier curves from life tables that can be summed: bins of (age, ended, censored, entered), with log–log Greenwood bands.

Delayed entry makes the period view: everyone at risk during a month, each from the age that it had when the month began. A single quantile
of a plain table is quicker by metrics.intervals.survival_quantile; the two agree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from metrics.intervals import CLOSE, Quantile, Z

LEAST_AT_RISK = 10


@dataclass(frozen=True)
class LifeBin:
    """What happened at one age. `entered` came under observation there and are at risk from that age on (those from the start: age 0)."""

    age: float
    ended: int = 0
    censored: int = 0
    entered: int = 0


@dataclass(frozen=True)
class Point:
    """The curve at and after an age at which something ended, up to the next."""

    age: float
    at_risk: int
    ended: int
    survival: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """The curve and the number of entries that it rests on.

    thin_from: the first age at which fewer than ten were at risk while later entries were still to come; from there on it says nothing.
    """

    points: tuple[Point, ...]
    n: int
    thin_from: float | None

    def at(self, age: float) -> Point | None:
        """The step that holds at an age; None before the first ending."""
        return next((point for point in reversed(self.points) if point.age <= age), None)

    def quantile(self, q: float) -> Quantile:
        """Smallest age with S ≤ 1 − q, its limits where the band crosses; not reached: None."""
        goal = 1 - q + CLOSE
        value = self._first(lambda point: point.survival <= goal)
        if value is None:
            return Quantile(None, None, None, self.n)
        return Quantile(value, self._first(lambda point: point.low <= goal), self._first(lambda point: point.high <= goal), self.n)

    def restricted_mean(self, horizon: float) -> float:
        """Mean time up to a horizon, the area under the curve: unlike a mean of closed cases it counts the open ones."""
        known = [point for point in self.points if point.age < horizon]
        ages = [0.0, *(point.age for point in known), horizon]
        heights = [1.0, *(point.survival for point in known)]
        return sum(height * (end - start) for height, start, end in zip(heights, ages, ages[1:], strict=False))

    def _first(self, reached: Callable[[Point], bool]) -> float | None:
        return next((point.age for point in self.points if reached(point)), None)


def merge(*tables: Iterable[LifeBin]) -> list[LifeBin]:
    """Sum life tables age by age."""
    sums: dict[float, list[int]] = {}
    for row in (row for table in tables for row in table):
        total = sums.setdefault(row.age, [0, 0, 0])
        for place, count in enumerate((row.ended, row.censored, row.entered)):
            total[place] += count
    return [LifeBin(age, *counts) for age, counts in sorted(sums.items())]


def from_start(table: Iterable[tuple[float, int, int]]) -> list[LifeBin]:
    """Bins of (age, ended, censored) whose subjects were all watched from age 0."""
    rows = merge(LifeBin(age, ended, censored) for age, ended, censored in table)
    return merge(rows, [LifeBin(0, entered=sum(row.ended + row.censored for row in rows))])


def curve(table: Iterable[LifeBin]) -> Curve:
    """The survival curve of a life table; at one age entries come first, then endings, then censorings."""
    rows = merge(table)
    at_risk, survival, greenwood, points, thin_from = 0, 1.0, 0.0, [], None
    to_come = n = sum(row.entered for row in rows)
    for row in rows:
        at_risk, to_come = at_risk + row.entered, to_come - row.entered
        if row.ended + row.censored > at_risk:
            raise ValueError(
                f"At age {row.age} more left ({row.ended + row.censored}) than were at risk ({at_risk}); give every subject an entry."
            )
        if row.ended:
            if to_come and at_risk < LEAST_AT_RISK:
                thin_from = row.age
                break
            survival *= 1 - row.ended / at_risk
            greenwood += row.ended / (at_risk * (at_risk - row.ended)) if at_risk > row.ended else math.inf
            points.append(Point(row.age, at_risk, row.ended, survival, *_band(survival, greenwood)))
        at_risk -= row.ended + row.censored
    return Curve(tuple(points), n, thin_from)


def _band(survival: float, greenwood: float) -> tuple[float, float]:
    """Log–log band (Kalbfleisch and Prentice 1980); where nobody is left it has no width to give: 0 below, unknown (1) above."""
    if survival <= CLOSE:
        return 0.0, 1.0
    spread = math.exp(Z * math.sqrt(greenwood) / abs(math.log(survival)))
    return survival**spread, survival ** (1 / spread)
