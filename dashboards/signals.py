"""When a series has really moved: the rules of statistical process control behind "needs attention" and "improved".

Two rules, named wherever they are used. `limits`: the period lies outside the natural process limits of the run before it (individuals
and moving range chart, mean ± 2.66 × mean moving range; Wheeler 1993). `run`: six periods in a row moved the same way (Nelson's third rule).
A period that is not complete never signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MIN_BASELINE = 12
MAX_BASELINE = 24
SCALE = 2.66
RUN = 6


@dataclass(frozen=True)
class Limits:
    """Natural process limits."""

    low: float
    centre: float
    high: float


@dataclass(frozen=True)
class Signal:
    """A rule that fired: `direction` 1 up, −1 down; `strength` orders signals; limits where the rule has them."""

    rule: str
    direction: int
    strength: float
    limits: Limits | None = None


def process_limits(values: Sequence[float | None]) -> Limits | None:
    """Limits from the values before the current one, oldest first; None with fewer than twelve or without variation."""
    known = [value for value in values if value is not None][-MAX_BASELINE:]
    if len(known) < MIN_BASELINE:
        return None
    centre = sum(known) / len(known)
    reach = SCALE * sum(abs(b - a) for a, b in zip(known, known[1:], strict=False)) / (len(known) - 1)
    return Limits(centre - reach, centre, centre + reach) if reach > 0 else None


def signal_of(values: Sequence[float | None]) -> Signal | None:
    """The signal of the last value of a series, if any; the stronger rule first."""
    if not values or values[-1] is None:
        return None
    return _beyond_limits(values) or _run(values)


def _beyond_limits(values: Sequence[float | None]) -> Signal | None:
    limits, now = process_limits(values[:-1]), values[-1]
    if limits is None or now is None or limits.low <= now <= limits.high:
        return None
    return Signal("limits", 1 if now > limits.high else -1, abs(now - limits.centre) / (limits.high - limits.centre), limits)


def _run(values: Sequence[float | None]) -> Signal | None:
    tail = values[-RUN - 1 :]
    if len(tail) <= RUN or None in tail:
        return None
    steps = [b - a for a, b in zip(tail, tail[1:], strict=False)]  # type: ignore[operator]
    for direction in (1, -1):
        if all(step * direction > 0 for step in steps):
            return Signal("run", direction, 0.5)
    return None
