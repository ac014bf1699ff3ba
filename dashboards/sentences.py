"""Sentences made from the data, in the reader's language. They say nothing that the intervals do not support."""

from __future__ import annotations

from dashboards import formats
from dashboards.course import Course
from dashboards.periods import Period
from dashboards.readings import Change
from dashboards.standings import is_of
from dashboards.words import has_word, say
from metrics.targets import TargetStatus
from warehouse.contract import feeds


def statement(tile: str, course: Course, standing: TargetStatus | None, lang: str) -> str:
    """What the main figure of a tile says, and how it stands to its target."""
    now = course.now
    if now.value is None:
        return say(lang, "headline.sentence", what=say(lang, f"told_nothing.{tile}", state=state_word(now.state, lang)), target="")
    what = say(lang, f"told.{tile}", value=formats.amount(now.value, course.unit, lang))
    return say(lang, "headline.sentence", what=what, target=_target_clause(course, standing, lang))


def _target_clause(course: Course, standing: TargetStatus | None, lang: str) -> str:
    """Only of a status that speaks of the very period: another month's would contradict the figure before it."""
    if standing is None or standing.gap is None or not is_of(standing, course) or course.is_provisional:
        return ""
    target, gap = formats.amount(standing.target.value, course.unit, lang), formats.difference(standing.gap, course.unit, lang)
    return say(lang, f"headline.{_clause(standing)}", target=target, gap=gap, date=formats.day(standing.target.due_on, lang))


def _clause(standing: TargetStatus) -> str:
    """`short of 10 minutes` would read as praise: what should be low and is not lies above its target."""
    if standing.status in ("met", "on_track"):
        return standing.status
    if standing.low is not None and standing.high is not None and standing.low <= standing.target.value <= standing.high:
        return "near"  # whatever the path says: the gap may be chance
    return "short" if (standing.gap or 0) < 0 else "over"


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
    if course.is_provisional:
        return say(lang, "trend.provisional", period=formats.period(period, lang))
    if course.rules:
        return say(lang, "trend.signal", period=formats.period(period, lang), rule=rule_text(course, lang))
    before = period.year_before
    change = course.change(before)
    if change is None or change.is_clear is None:
        return say(lang, "trend.unknown")
    word = "same" if not change.is_clear else "up" if change.delta > 0 else "down"
    return say(lang, f"trend.{word}", before=formats.period(before, lang), gap=formats.difference(change.delta, course.unit, lang))


def rule_text(course: Course, lang: str) -> str:
    """The first rule that the period fired, in words: `outside its usual range of 4.1–5.2 min`."""
    rule, direction = course.rules[0]
    centre = formats.amount(course.limits[1], course.unit, lang) if course.limits else ""
    return say(lang, f"rule.{rule}.{'up' if direction > 0 else 'down'}", interval=usual_range(course, lang), centre=centre)


def usual_range(course: Course, lang: str) -> str:
    """The process limits as an interval, kept within what the unit can be."""
    if course.limits is None:
        return ""
    low, _, high = course.limits
    top = 1.0 if course.unit == "share" else high
    return formats.interval(max(low, 0.0), min(high, top), course.unit, lang)


def state_word(state: str, lang: str) -> str:
    """A state in words; anything unknown reads as not provided."""
    return say(lang, f"state.{state}") if state in STATES else say(lang, "state.not_provided")


STATES = ("value", "not_provided", "not_applicable", "insufficient_n", "suppressed", "not_yet_complete")


def neighbour_finding(course: Course, side: int | None, names: tuple[str, str], lang: str) -> str:
    """How a place lies against the whole around it (both named), for the chart of neighbours. `side`: 1 above, −1 below, 0 not different."""
    if side is None:
        return say(lang, "compare.unknown")
    tone = side * course.direction
    if side == 0:
        word = "same"
    elif tone:
        word = "better" if tone > 0 else "worse"
    else:
        word = "higher" if side > 0 else "lower"
    return say(lang, f"compare.{word}", place=names[0], city=names[1])


def forecast_text(course: Course, standing: TargetStatus, lang: str) -> str:
    """Where the figure is going by the day its target is due and how likely it is to get there, or why nothing is forecast."""
    if standing.probability is None or not standing.forecast or standing.forecast[-1].value is None:
        key = standing.no_forecast or "not_asked"
        return say(lang, f"no_forecast.{key}") if key != "due" else ""
    last = standing.forecast[-1]
    value = formats.amount(last.value, course.unit, lang)  # type: ignore[arg-type]
    span = "" if last.low is None or last.high is None else formats.interval(last.low, last.high, course.unit, lang)
    texts = {"value": value, "interval": span, "target": formats.amount(standing.target.value, course.unit, lang)}
    date = formats.day(standing.target.due_on, lang)
    return say(lang, "forecast.sentence", date=date, chance=formats.chance(standing.probability, lang), **texts)


def table_word(table: str, lang: str) -> str:
    """A table's name in words; that of a core table is its feed's."""
    fed = {feed.table: feed.name for feed in feeds().values()}
    key = f"feed.{fed[table]}" if table in fed else f"table_name.{table}"
    return say(lang, key) if has_word(lang, key) else table
