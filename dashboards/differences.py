"""Which places differ from the whole by more than chance: funnel limits for shares, intervals for all else, false discoveries held down over the page.

A page calls `differences` once, with everything that it compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from scipy.special import ndtr

from dashboards.course import SCALES, Course
from metrics.statistics.funnel import FALSE_DISCOVERIES, INNER, adjusted_p, funnel
from metrics.statistics.ranking import BETTER, rank_ranges

Z = 1.959964


@dataclass(frozen=True)
class Group:
    """Courses of one figure by code, and the course of the whole that they are compared with."""

    courses: Mapping[str, Course]
    whole: Course


@dataclass(frozen=True)
class _Found:
    """One comparison: 1 above, −1 below the whole; how surprising that is; whether it lies beyond the 95 % limit by itself."""

    side: int
    p_value: float | None
    is_beyond: bool


def differences(groups: Sequence[Group]) -> list[dict[str, int | None]]:
    """For each group, by code: 1 above the whole, −1 below, 0 not different, None where it cannot be said."""
    found = [_compare(group) for group in groups]
    adjusted = iter(adjusted_p([one.p_value for group in found for one in group.values() if one is not None]))
    return [{code: None if one is None else _side(one, next(adjusted)) for code, one in group.items()} for group in found]


def _side(found: _Found, adjusted: float | None) -> int:
    """A full count has no p-value: it is what it is."""
    if found.p_value is None:
        return found.side
    return found.side if found.is_beyond and adjusted is not None and adjusted <= FALSE_DISCOVERIES else 0


def _compare(group: Group) -> dict[str, _Found | None]:
    whole = group.whole.now.value
    if whole is None:
        return dict.fromkeys(group.courses)
    if group.whole.is_full_count:
        return {code: _full_count(course, whole) for code, course in group.courses.items()}
    scale = SCALES.get(group.whole.unit)
    has_cases = all(course.now.cases for course in group.courses.values() if course.now.value is not None)
    # a ratio of times is a share too, but days are no cases: without a Wilson interval no funnel is drawn around it
    if scale is not None and has_cases and group.whole.form.interval == "wilson" and 0 < whole / scale < 1:
        return _by_funnel(group.courses, whole, scale)
    return {code: _by_interval(course, whole) for code, course in group.courses.items()}


def _full_count(course: Course, whole: float) -> _Found | None:
    value = course.now.value
    return None if value is None else _Found((value > whole) - (value < whole), None, True)


def _by_funnel(courses: Mapping[str, Course], whole: float, scale: float) -> dict[str, _Found | None]:
    known = {code: course.now for code, course in courses.items() if course.now.value is not None}
    cases = [reading.cases or 0.0 for reading in known.values()]
    events = [float(round((reading.value or 0.0) / scale * n)) for reading, n in zip(known.values(), cases, strict=True)]
    if not known:
        return dict.fromkeys(courses)
    frame = funnel(pl.DataFrame({"events": events, "cases": cases}), common=whole / scale)
    judged = dict(zip(known, frame.iter_rows(named=True), strict=True))
    return {code: _funnelled(judged[code]) if code in judged else None for code in courses}


def _funnelled(row: dict) -> _Found:
    is_beyond = row["share"] > row["high_95"] or row["share"] < row["low_95"]
    return _Found((row["share"] > row["common"]) - (row["share"] < row["common"]), row["p_value"], is_beyond)


def _by_interval(course: Course, whole: float) -> _Found | None:
    """Means and quantiles: how many half-widths of its interval a value lies from the whole, read from the normal curve.

    Only the half towards the whole counts, so a quantile whose upper end has not been reached can still lie clearly above.
    """
    now = course.now
    if now.value is None:
        return None
    side = (now.value > whole) - (now.value < whole)
    edge = now.low if side > 0 else now.high
    if edge is None:
        return None
    half = abs(now.value - edge)
    distance = abs(now.value - whole) * Z / half if half > 0 else (float("inf") if side else 0.0)
    p_value = float(2 * ndtr(-distance))
    return _Found(side, p_value, p_value < 1 - INNER)


def ranks(group: Group) -> dict[str, str]:
    """Rank ranges by code ("2–4"); a code without a rank is left out, and every one is where there is no direction."""
    if group.whole.better not in BETTER:
        return {}
    bounds = [_bounds(course) for course in group.courses.values()]
    schema = {"low": pl.Float64, "high": pl.Float64, "n": pl.Float64}
    frame = rank_ranges(pl.DataFrame(bounds, schema=schema, orient="row"), group.whole.better)
    found = {code: rank for code, rank in zip(group.courses, frame["rank"], strict=True) if rank is not None}
    return found if len(found) > 1 else {}  # first of one is no rank


def _bounds(course: Course) -> tuple[float | None, float | None, float | None]:
    now = course.now
    if now.value is None:
        return None, None, now.n
    return (now.value, now.value, now.n) if course.is_full_count else (now.low, now.high, now.n)
