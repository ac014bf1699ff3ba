"""A value against its target: attainment, the glide path to the due date, and a status with its reason (H2). Nothing is rounded before it is compared.

A target is missed only if the interval of the value excludes it; a value that may be chance is not evaluable. No composite is made of several
targets (T22).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

CAP = 1.25
NOISE = 1e-12  # what floating point may add to a quotient; not a rounding
LIKELY, UNLIKELY = 0.8, 0.5

MET, ON_TRACK, AT_RISK, MISSED, NOT_EVALUABLE = "met", "on_track", "at_risk", "missed", "not_evaluable"
STATUSES = (MET, ON_TRACK, AT_RISK, MISSED, NOT_EVALUABLE)
REASONS = ("no_value", "not_yet_complete", "surely_met", "met_within_chance", "short_at_due", "interval_holds_target", "no_path", "ahead_of_path",
           "about_on_path", "behind_path", "forecast_reaches", "forecast_falls_short")  # fmt: skip


@dataclass(frozen=True)
class Goal:
    """What was promised: op >=, <= or =, a value, its due date, and where it began, if that was said."""

    op: str
    value: float
    due_on: date
    baseline: float | None = None
    baseline_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be compared."""
        if self.op not in (">=", "<=", "="):
            raise ValueError(f"A target cannot be compared by {self.op!r}; use >=, <= or =.")
        if self.baseline_on is not None and self.baseline_on >= self.due_on:
            raise ValueError(f"A target due on {self.due_on} cannot begin on {self.baseline_on}; correct one of the two dates.")

    @property
    def direction(self) -> int:
        """1 upwards, −1 downwards; an exact target is approached from its baseline."""
        if self.op == "=":
            return -1 if self.baseline is not None and self.baseline > self.value else 1
        return 1 if self.op == ">=" else -1


@dataclass(frozen=True)
class Measured:
    """A value of a period that ends on `day`, with its 95 % interval (None, None: a full count), complete or not."""

    value: float | None
    low: float | None
    high: float | None
    day: date
    is_provisional: bool = False


@dataclass(frozen=True)
class Standing:
    """Where a value stands: status and reason by their codes, attainment 0 to 1.25, the path's value on that day, the gap to the target."""

    status: str
    reason: str
    ratio: float | None = None
    expected: float | None = None
    gap: float | None = None


def attainment(value: float, goal: Goal) -> float | None:
    """Value ÷ target upwards, target ÷ value downwards, from 0 to 1.25; None where a quotient says nothing (a target of 0 or less to be reached upwards)."""
    if goal.op == "=":
        return min(value / goal.value, goal.value / value) if value > 0 and goal.value > 0 else float(_holds(value, goal))
    if goal.op == ">=":
        return min(CAP, max(0.0, value / goal.value)) if goal.value > 0 else None
    if goal.value < 0:
        return None
    if value <= 0:
        return 1.0 if value == goal.value else CAP
    return min(CAP, goal.value / value)


def verdict(measured: Measured, goal: Goal) -> tuple[str, str]:
    """met, missed or not_evaluable, with the reason, whatever the date."""
    if measured.is_provisional:
        return NOT_EVALUABLE, "not_yet_complete"
    if measured.value is None:
        return NOT_EVALUABLE, "no_value"
    holds = _holds(measured.value, goal)
    may_be_chance = _excludes(measured, goal.value) == 0
    if holds:
        return MET, "met_within_chance" if may_be_chance and measured.low is not None else "surely_met"
    return (NOT_EVALUABLE, "interval_holds_target") if may_be_chance else (MISSED, "short_at_due")


def path_on(goal: Goal, day: date) -> float | None:
    """The straight line from baseline to target; before it the baseline, after it the target; None without a baseline."""
    if goal.baseline is None or goal.baseline_on is None:
        return None
    share = (day - goal.baseline_on).days / (goal.due_on - goal.baseline_on).days
    return goal.baseline + min(1.0, max(0.0, share)) * (goal.value - goal.baseline)


def standing(measured: Measured, goal: Goal, chance: float | None = None) -> Standing:
    """Status on the day that the value speaks of. `chance`: the forecast's probability that the target holds when due, where one is shown."""
    status, reason = verdict(measured, goal)
    if measured.value is None:
        return Standing(status, reason)
    expected = path_on(goal, measured.day)
    if status != MET and not measured.is_provisional and measured.day < goal.due_on:
        status, reason = _on_the_way(measured, goal, expected, chance)
    return Standing(status, reason, attainment(measured.value, goal), expected, measured.value - goal.value)


def _on_the_way(measured: Measured, goal: Goal, expected: float | None, chance: float | None) -> tuple[str, str]:
    side = None if expected is None else _excludes(measured, expected) * goal.direction
    if chance is not None and chance < UNLIKELY:
        return AT_RISK, "forecast_falls_short"
    if side is None:
        return (NOT_EVALUABLE, "no_path") if chance is None else (ON_TRACK, "forecast_reaches")
    if side >= 0:
        return ON_TRACK, "ahead_of_path" if side else "about_on_path"
    return (ON_TRACK, "forecast_reaches") if chance is not None and chance >= LIKELY else (AT_RISK, "behind_path")


def _holds(value: float, goal: Goal) -> bool:
    if math.isclose(value, goal.value, rel_tol=NOISE, abs_tol=NOISE):
        return True
    return {">=": value > goal.value, "<=": value < goal.value, "=": False}[goal.op]


def _excludes(measured: Measured, mark: float) -> int:
    """1 if all of the interval lies above a mark, −1 if below, 0 if it holds it; a full count has no width."""
    low = measured.value if measured.low is None else measured.low
    high = measured.value if measured.high is None else measured.high
    if low is None or high is None or low <= mark <= high:
        return 0
    return 1 if low > mark else -1
