"""From sums to a value: what a form's numerator and denominator say, whether they may be shown as a number, and how certain it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metrics.intervals import Interval, Quantile, student_t, wilson, wilson_weighted
from metrics.spec import Form
from metrics.states import FLOOR, INSUFFICIENT_N, NOT_APPLICABLE, NOT_PROVIDED, NOT_YET_COMPLETE, VALUE

COUNTS = ("count", "distinct", "stock_count", "stock_distinct")

Number = int | float


@dataclass(frozen=True)
class Sums:
    """The sums of one row of an answer, by role."""

    numerator: Number = 0
    denominator: Number | None = None
    n: int = 0
    squares: Number = 0
    bound: Number = 0


@dataclass(frozen=True)
class Verdict:
    """One value with its state; only the state `value` has a number."""

    state: str
    value: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    n: int = 0
    low: float | None = None
    high: float | None = None

    def to_row(self) -> dict[str, Any]:
        """As the fields of an answer's row."""
        return {"value": self.value, "state": self.state, "numerator": self.numerator, "denominator": self.denominator, "n": self.n,
                "low": self.low, "high": self.high}  # fmt: skip


def unjudged(state: str) -> Verdict:
    """A row that no sum can answer."""
    return Verdict(state)


def judge(form: Form, sums: Sums, zero_is_missing_above: int = 0) -> Verdict:
    """The verdict on a count, a ratio or a mean."""
    if form.missing_without_n and sums.n == 0:
        return Verdict(NOT_PROVIDED, None, sums.numerator, sums.denominator)
    if form.kind in COUNTS:
        return Verdict(VALUE, sums.numerator, sums.numerator, sums.denominator, sums.n)
    if zero_is_missing_above and sums.n > zero_is_missing_above and sums.numerator == 0:
        return Verdict(NOT_PROVIDED, n=sums.n)
    denominator = sums.denominator or 0
    if denominator <= 0 or sums.n == 0:
        return Verdict(NOT_APPLICABLE, None, sums.numerator, denominator, sums.n)
    if form.has_floor and _floored(form, sums, denominator) < FLOOR:
        return Verdict(INSUFFICIENT_N, None, sums.numerator, denominator, sums.n)
    if form.kind == "design_effect":
        spread, square = sums.n * sums.numerator, denominator * denominator
        return Verdict(VALUE, spread / square, spread, square, sums.n)
    low, high = _interval(form, sums, denominator)
    return Verdict(VALUE, _value(form, sums.numerator / denominator), sums.numerator, denominator, sums.n, low, high)


def judge_survival(found: Quantile) -> Verdict:
    """The verdict on a quantile of survival times: its value, or why there is none."""
    if found.n == 0:
        return Verdict(NOT_APPLICABLE)
    if found.value is None:
        return Verdict(NOT_YET_COMPLETE, n=found.n)
    return Verdict(VALUE, found.value, None, None, found.n, found.low, found.high)


def _floored(form: Form, sums: Sums, denominator: Number) -> Number:
    """What the display floor looks at: weights count for nothing, answers do."""
    return sums.n if form.interval == "wilson_weighted" else denominator


def _value(form: Form, quotient: float) -> float:
    return form.scale * (1 - quotient if form.complement else quotient)


def _interval(form: Form, sums: Sums, denominator: Number) -> Interval:
    if form.interval == "wilson":
        low, high = wilson(sums.numerator, denominator)
        return (None, None) if low is None or high is None else (form.scale * low, form.scale * high)
    if form.interval == "wilson_weighted":
        return wilson_weighted(sums.numerator / denominator, denominator, sums.squares)
    if form.interval == "t":
        return student_t(sums.n, sums.numerator, sums.squares)
    if form.interval == "bounds":
        ends = sorted((sums.numerator / denominator, sums.bound / denominator))
        return ends[0], ends[1]
    return None, None
