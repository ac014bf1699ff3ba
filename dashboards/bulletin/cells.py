"""Cells from courses: a value or its state, its interval, its n, its change, each with the question that it answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dashboards.bulletin.desk import Desk
from dashboards.bulletin.model import Cell, Fact
from dashboards.casemix import METRIC, Adjusted
from dashboards.course import Course, Where
from dashboards.periods import Period
from dashboards.readings import Reading
from dashboards.sentences import change_word, state_word
from dashboards.words import say
from metrics.query import Query


def value_cell(reading: Reading, unit: str, query: Query, lang: str) -> Cell:
    """The value, or why there is none."""
    state = say(lang, "bulletin.unread") if reading.state == "errored" else state_word(reading.state, lang)
    return Cell(reading.value, unit, state=state, fact=Fact(query))


def interval_cell(reading: Reading, unit: str, query: Query, lang: str, *, is_full_count: bool = False) -> Cell:
    """The 95 % interval; `full count` where there is no chance to speak of."""
    if reading.value is None:
        return Cell(None, unit, "interval", state="")
    if reading.low is None or reading.high is None:
        return Cell(None, unit, "interval", state=say(lang, "fine.full" if is_full_count else "fine.no_interval"))
    return Cell((reading.low, reading.high), unit, "interval", fact=Fact(query, "interval"))


def count_cell(reading: Reading, query: Query) -> Cell:
    """How many the value rests on."""
    return Cell(reading.n, "cases", "count", fact=Fact(query, "n"))


def course_cells(desk: Desk, course: Course, where: Where | None = None) -> tuple[Cell, Cell, Cell]:
    """Value, interval and n of the bulletin's month."""
    query, lang = desk.question(course.indicator, where), desk.lang
    interval = interval_cell(course.now, course.unit, query, lang, is_full_count=course.is_full_count)
    return value_cell(course.now, course.unit, query, lang), interval, count_cell(course.now, query)


def change_cell(desk: Desk, course: Course, before: Period, where: Where | None = None) -> Cell:
    """The change since another month, with the word that the intervals allow; none of a month that is provisional."""
    lang = desk.lang
    if course.is_provisional:
        return Cell(None, course.unit, "change", state=say(lang, "bulletin.provisional_short"))
    change = course.change(before)
    if change is None:
        return Cell(None, course.unit, "change", state=say(lang, "change.unknown"))
    fact = Fact(desk.question(course.indicator, where), "value", desk.question(course.indicator, where, before))
    return Cell(change.delta, course.unit, "change", after=change_word(change, lang), tone=change.sign, fact=fact)


def adjusted_cell(desk: Desk, whole: Course, found: Adjusted | None, code: str) -> Cell:
    """The rate that a place would have with everybody's mix of cases; ⇄ where that turns better into worse."""
    if found is None:
        return Cell(None, whole.unit, state="–")
    start, end = desk.month.start, min(desk.month.end, whole.settled_before)
    ratio = whole.query(start, end, (desk.dimension,))
    ratio = replace(ratio, metric=METRIC, params=(("metric", ratio.metric),))
    year = replace(whole.query(year_before(end), end), where=())
    return Cell(found.value, whole.unit, after="⇄" if found.reverses else "", fact=Fact(ratio, "adjusted", at=code, times=year))


def year_before(day: date) -> date:
    """The day that the reference of a comparison begins on."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
