"""Has a series really moved? Statistical process control: individuals (XmR) and p′ charts, four named rules, a verdict on the latest point.

Rules: `beyond_limits` a point beyond three sigma (Shewhart); `shift` eight in a row on one side of the centre (Nelson 1984; Western
Electric); `trend` six in a row rising or falling (Nelson); `two_of_three` two of three beyond two sigma on one side (Western Electric).
Provisional points are drawn, but never signal, nor do limits rest on them; a month without a value ends a run.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BEYOND, SHIFT, TREND, NEAR = "beyond_limits", "shift", "trend", "two_of_three"
RULES = (BEYOND, SHIFT, TREND, NEAR)
MIN_POINTS = 12
SHIFT_LENGTH, TREND_LENGTH = 8, 6
RANGE_TO_SIGMA = 1.128  # d2 of two: mean moving range ÷ this = sigma

Values = Sequence[float | None]


@dataclass(frozen=True)
class Signal:
    """A rule that a point fired, and which way: 1 up, −1 down."""

    rule: str
    direction: int


@dataclass(frozen=True)
class Reading:
    """A point of the chart with the limits at its size (None where the chart has none) and the rules that it fired."""

    value: float | None
    low: float | None
    centre: float | None
    high: float | None
    is_provisional: bool = False
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A control chart; `reason` says why it has no limits (too_few, no_variation), else it is None."""

    readings: tuple[Reading, ...]
    reason: str | None = None

    @property
    def latest(self) -> Reading | None:
        """The last settled point that has a value."""
        return next((reading for reading in reversed(self.readings) if reading.value is not None and not reading.is_provisional), None)


def xmr_chart(values: Values, provisional: int = 0, baseline: int | None = None) -> Chart:
    """Individuals chart: centre ± 2.66 mean moving ranges (Wheeler 1993). The last `provisional` points are unsettled.

    Limits rest on all settled points, or on the first `baseline` of them when a change is to be judged against what was before.
    """
    settled = _settled(values, provisional)
    base = settled[:baseline]
    known = [value for value in base if value is not None]
    if len(known) < MIN_POINTS:
        return _without_limits(values, provisional, "too_few")
    centre, sigma = sum(known) / len(known), _sigma(base)
    return _chart(values, provisional, [(centre, sigma)] * len(values))


def p_chart(events: Values, cases: Values, provisional: int = 0, is_adjusted: bool = True) -> Chart:
    """Chart of shares. Adjusted (Laney's p′, 2002), sigma is scaled by how shares really vary from month to month.

    Unadjusted, sigma is the binomial's alone: with thousands of cases a month it calls every month special.
    """
    shares = [None if event is None or not case else event / case for event, case in zip(events, cases, strict=True)]
    pairs = [(event, case) for event, case in zip(_settled(events, provisional), cases, strict=False) if event is not None and case]
    if len(pairs) < MIN_POINTS:
        return _without_limits(shares, provisional, "too_few")
    centre = sum(event for event, _ in pairs) / sum(case for _, case in pairs)
    spread = [math.sqrt(centre * (1 - centre) / case) if case else 0.0 for case in cases]
    scores = [None if share is None or not sigma else (share - centre) / sigma for share, sigma in zip(shares, spread, strict=True)]
    scale = _sigma(_settled(scores, provisional)) if is_adjusted else 1.0
    chart = _chart(shares, provisional, [(centre, sigma * scale) for sigma in spread])
    return Chart(tuple(_within_shares(reading) for reading in chart.readings), chart.reason)


def variation(chart: Chart, better: str) -> str:
    """What the latest settled point says, as the NHS's variation icons: improving, concerning, neither (special cause, no direction), common_cause.

    Without limits: unknown. Where rules point both ways, the point beyond the limits decides, then the order of RULES.
    """
    if better not in ("higher", "lower", "neutral"):
        raise ValueError(f"{better!r} is no direction; say higher, lower or neutral.")
    if chart.reason or chart.latest is None:
        return "unknown"
    if not chart.latest.signals:
        return "common_cause"
    if better == "neutral":
        return "neither"
    up = chart.latest.signals[0].direction > 0
    return "improving" if up == (better == "higher") else "concerning"


def assurance(chart: Chart, target: float, better: str) -> str:
    """Whether the process as it runs will meet a target: always, never, sometimes (the NHS's assurance icons); unknown without limits."""
    if better not in ("higher", "lower"):
        raise ValueError(f"A target of a measure that is better {better!r} cannot be assured; say higher or lower.")
    latest = chart.latest
    if chart.reason or latest is None or latest.low is None or latest.high is None:
        return "unknown"
    if latest.low <= target <= latest.high:
        return "sometimes"
    return "always" if (latest.low > target) == (better == "higher") else "never"


def _settled(values: Values, provisional: int) -> list[float | None]:
    return list(values[: len(values) - provisional])


def _sigma(values: Values) -> float:
    ranges = [abs(b - a) for a, b in zip(values, values[1:], strict=False) if a is not None and b is not None]
    return sum(ranges) / len(ranges) / RANGE_TO_SIGMA if ranges else 0.0


def _without_limits(values: Values, provisional: int, reason: str) -> Chart:
    first = len(values) - provisional
    return Chart(tuple(Reading(value, None, None, None, place >= first) for place, value in enumerate(values)), reason)


def _chart(values: Values, provisional: int, at_size: Sequence[tuple[float, float]]) -> Chart:
    """Limits of three sigma about the centre, with (centre, sigma) at each point's size."""
    if not any(sigma > 0 for _, sigma in at_size):
        return _without_limits(values, provisional, "no_variation")
    first = len(values) - provisional
    scores = [_score(value, size) if place < first else None for place, (value, size) in enumerate(zip(values, at_size, strict=True))]
    settled = [value if place < first else None for place, value in enumerate(values)]
    return Chart(
        tuple(
            Reading(value, centre - 3 * sigma, centre, centre + 3 * sigma, place >= first, tuple(_signals(scores, settled, place)))
            for place, (value, (centre, sigma)) in enumerate(zip(values, at_size, strict=True))
        )
    )


def _score(value: float | None, size: tuple[float, float]) -> float | None:
    centre, sigma = size
    return None if value is None or sigma <= 0 else (value - centre) / sigma


def _signals(scores: Values, values: Values, place: int) -> Iterable[Signal]:
    score = scores[place]
    if score is None:
        return
    if abs(score) > 3:
        yield Signal(BEYOND, _side(score))
    if _all_one_way(scores[max(0, place - SHIFT_LENGTH + 1) : place + 1], SHIFT_LENGTH):
        yield Signal(SHIFT, _side(score))
    steps = _steps(values[max(0, place - TREND_LENGTH + 1) : place + 1])
    if _all_one_way(steps, TREND_LENGTH - 1):
        yield Signal(TREND, _side(steps[-1] or 0))
    recent = [other for other in scores[max(0, place - 2) : place + 1] if other is not None and other * score > 0 and abs(other) > 2]
    if abs(score) > 2 and len(recent) >= 2:
        yield Signal(NEAR, _side(score))


def _steps(values: Values) -> list[float | None]:
    return [None if a is None or b is None else b - a for a, b in zip(values, values[1:], strict=False)]


def _all_one_way(values: Values, length: int) -> bool:
    """Whether the last `length` are all above zero or all below it; zero itself is neither."""
    known = [value for value in values if value is not None]
    return len(known) == len(values) == length and (min(known) > 0 or max(known) < 0)


def _side(score: float) -> int:
    return 1 if score > 0 else -1


def _within_shares(reading: Reading) -> Reading:
    low, high = (None if limit is None else min(1.0, max(0.0, limit)) for limit in (reading.low, reading.high))
    return Reading(reading.value, low, reading.centre, high, reading.is_provisional, reading.signals)
