"""Targets as set (core_target): which one holds for a figure, and where a reading stands against it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboards.board import Course
from dashboards.figures.trend import TargetPath
from dashboards.gate import Gate
from dashboards.readings import beside

_SQL = """select metric_id, params::varchar as params, op, value, baseline_value, baseline_on, due_on, division_code
from core_target where dept_id is null and channel is null order by due_on"""


@dataclass(frozen=True)
class Target:
    """One target: `direction` 1 at least, −1 at most, 0 exactly."""

    path: TargetPath
    direction: int


@dataclass(frozen=True)
class Standing:
    """A reading against its target. status met, near (the interval holds the target), short, or over (an exact target passed)."""

    target: Target
    status: str
    gap: float
    on_path: int | None

    @property
    def is_missed(self) -> bool:
        """Clearly on the wrong side."""
        return self.status in ("short", "over")


def targets(gate: Gate) -> pl.DataFrame:
    """Every target of places; those of departments and channels have pages of their own."""
    return gate.table(_SQL)


def target_for(table: pl.DataFrame, course: Course, codes: tuple[str | None, ...]) -> Target | None:
    """The target of a figure in its period for the first of `codes` (None: no place) that has one: the next due, else the last that was."""
    day = course.scope.period.last_day
    for code in codes:
        same_place = pl.col("division_code").is_null() if code is None else pl.col("division_code") == code
        rows = table.filter((pl.col("metric_id") == course.indicator.metric) & same_place)
        fitting = [row for row in rows.iter_rows(named=True) if _is_same_form(row["params"], course)]
        chosen = next((row for row in fitting if row["due_on"] >= day), fitting[-1] if fitting else None)
        if chosen:
            return _target(chosen)
    return None


def _target(row: dict[str, Any]) -> Target:
    path = TargetPath(row["value"], row["due_on"], row["baseline_value"], row["baseline_on"])
    return Target(path, {">=": 1, "<=": -1}.get(row["op"], 0))


def _is_same_form(text: str | None, course: Course) -> bool:
    """Whether a target's parameters, defaults filled in, are those of the figure."""
    if course.metric is None:
        return False
    try:
        named = json.loads(text) if text else {}
        return course.metric.resolve(tuple(named.items())) == course.metric.resolve(course.indicator.params)
    except (ValueError, AttributeError):  # not JSON, not an object, or parameters that the metric does not have
        return False


def standing(course: Course, target: Target) -> Standing | None:
    """Where the scope's period stands against the target; None without a value or while the period is running."""
    now = course.now
    if now.value is None or course.scope.is_provisional:
        return None
    side = beside(now, target.path.value, is_full_count=True)
    gap = now.value - target.path.value
    return Standing(target, _status(gap, side or 0, target.direction), gap, _against_path(course, target))


def _status(gap: float, side: int, direction: int) -> str:
    if direction == 0:
        return "met" if gap == 0 else "near" if side == 0 else "over" if gap > 0 else "short"
    if gap * direction >= 0:
        return "met"
    return "short" if side * direction < 0 else "near"


def _against_path(course: Course, target: Target) -> int | None:
    """1 ahead of the path, −1 behind, 0 on it; None without a path or after its end."""
    day = course.scope.period.last_day
    path = target.path
    if path.baseline_on is None or path.baseline_value is None or day >= path.due_on or day < path.baseline_on:
        return None
    side = beside(course.now, path.at(day), is_full_count=True)
    return None if side is None else side * (target.direction or 1)
