"""Sentences made from the data, in the reader's language. They say nothing that the intervals do not support."""

from __future__ import annotations

from dashboards import formats
from dashboards.board import Course
from dashboards.periods import Period
from dashboards.readings import Change, beside
from dashboards.signals import Signal
from dashboards.targets import Standing
from dashboards.words import say


def statement(tile: str, course: Course, standing: Standing | None, lang: str) -> str:
    """What the main figure of a tile says, and how it stands to its target."""
    now = course.now
    if now.value is None:
        return say(lang, "headline.sentence", what=say(lang, f"told_nothing.{tile}", state=state_word(now.state, lang)), target="")
    what = say(lang, f"told.{tile}", value=formats.amount(now.value, course.unit, lang))
    return say(lang, "headline.sentence", what=what, target=_target_clause(course, standing, lang))


def _target_clause(course: Course, standing: Standing | None, lang: str) -> str:
    if standing is None:
        return ""
    # "short of 10 minutes" would read as praise: what should be low and is not lies above its target
    key = "over" if standing.status == "short" and standing.target.direction < 0 else standing.status
    return say(
        lang, f"headline.{key}", target=target_value(course, standing, lang), gap=formats.difference(standing.gap, course.unit, lang)
    )


def target_value(course: Course, standing: Standing, lang: str) -> str:
    """The target with its unit."""
    return formats.amount(standing.target.path.value, course.unit, lang)


def changes(courses: dict[str, Course], period: Period, lang: str) -> str:
    """Which tiles are clearly better or worse than a year earlier; empty when none can be compared."""
    found = {key: course.change(period.year_before) for key, course in courses.items()}
    known = {key: change for key, change in found.items() if change is not None}
    if not known:
        return ""
    before = formats.period(period.year_before, lang)
    moved = {sign: [say(lang, f"named.{key}") for key, change in known.items() if change.sign == sign] for sign in (1, -1)}
    signs = ((1, "better"), (-1, "worse"))
    parts = [say(lang, f"headline.{word}", names=formats.listed(moved[sign], lang)) for sign, word in signs if moved[sign]]
    if not parts:
        return say(lang, "headline.none", before=before)
    if len(moved[1]) + len(moved[-1]) < len(known):
        parts.append(say(lang, "headline.rest"))
    return say(lang, "headline.changes", before=before, parts=say(lang, "headline.joint").join(parts))


def change_word(change: Change, lang: str) -> str:
    """better, worse, changed, unchanged or no clear change."""
    if change.delta == 0:
        return say(lang, "change.equal")
    if not change.is_clear:
        return say(lang, "change.untested" if change.is_clear is None else "change.same")
    return say(lang, {1: "change.better", -1: "change.worse"}.get(change.sign, "change.moved"))


def trend_finding(course: Course, lang: str) -> str:
    """What the course of a figure shows, for the chart's title."""
    period = course.scope.period
    signal = course.signal
    if signal is not None and signal.limits is not None:
        return say(lang, "trend.outside", period=formats.period(period, lang), interval=usual_range(course, signal, lang))
    before = period.year_before
    change = course.change(before)
    if change is None or change.is_clear is None:
        return say(lang, "trend.unknown")
    word = "same" if not change.is_clear else "up" if change.delta > 0 else "down"
    return say(lang, f"trend.{word}", before=formats.period(before, lang), gap=formats.difference(change.delta, course.unit, lang))


def usual_range(course: Course, signal: Signal, lang: str) -> str:
    """The process limits as an interval, kept within what the unit can be."""
    if signal.limits is None:
        return ""
    top = 1.0 if course.unit == "share" else signal.limits.high
    return formats.interval(max(signal.limits.low, 0.0), min(signal.limits.high, top), course.unit, lang)


def state_word(state: str, lang: str) -> str:
    """A state in words; anything unknown reads as not provided."""
    return say(lang, f"state.{state}") if state in STATES else say(lang, "state.not_provided")


STATES = ("value", "not_provided", "not_applicable", "insufficient_n", "suppressed", "not_yet_complete")


def neighbour_finding(course: Course, place: str, city: str, value: float | None, lang: str) -> str:
    """How a place lies against its city, for the chart of neighbours."""
    side = beside(course.now, value, is_full_count=course.is_full_count)
    if side is None:
        return say(lang, "compare.unknown")
    tone = side * {"higher": 1, "lower": -1}.get(course.better, 0)
    if side == 0:
        word = "same"
    elif tone:
        word = "better" if tone > 0 else "worse"
    else:
        word = "higher" if side > 0 else "lower"
    return say(lang, f"compare.{word}", place=place, city=city)
