"""Open cases past their promised date, and those that fall due next: one row a case, each leading to the case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.table import Column, Table, data_table
from dashboards.course import Course
from dashboards.indicators import Indicator
from dashboards.pages.case_columns import case_columns, with_names
from dashboards.pages.frame import Frame
from dashboards.readings import read_row
from dashboards.scoped import everywhere, last_day, scoped, within
from dashboards.words import say

OVERDUE_CASES = Indicator("overdue_cases", "overdue_cases")
SOON = 5  # working days
PLACE_COLUMNS = ("province_code", "city_code", "district_code", "town_code")

# Open on a day, and on it either past its promised date (the rows of overdue_cases) or due within so many working days, and not paused. Which rows
# may be is found first, for it needs few columns. That the clock had not ended is said on its own too: such a condition is met while a table is read.
LISTED = """with open as not materialized (
    select rowid as row_no, * from mart_case
    where not is_void and (clock_end_on is null or clock_end_on > $day) and coalesce(clock_end_on, completed_on, date '9999-12-31') > $day
)
select case_id, item_id, dept_id, coalesce(district_code, city_code) as division_code, channel, accepted_on, due_on, promised_working_days,
    province_code, city_code, district_code, town_code, due_on < $day as is_over,
    today.working_day_no - due.working_day_no as days_over, -days_over as days_left,
    coalesce(is_statutory_due and statutory_due_on < $day, false) as is_past_legal
from mart_case as subject
left join ref_working_day as today on today.calendar_id = subject.calendar_id and today.day = $day
left join ref_working_day as due on due.calendar_id = subject.calendar_id and due.day = subject.due_on
where subject.rowid in (
    select row_no from open where due_on < $day and is_promise_countable
    union all select row_no from open where due_on >= $day and application_on <= $day and not has_open_pause_at_due
) and (is_over or days_left <= $soon)
order by case when is_over then -days_over end nulls last, case when not is_over then due_on end, case_id"""


def ask_overdue(board: Board, by: str) -> None:
    """Note the count of overdue cases on the last day that the data reach, for the whole and by a dimension.

    A stock that is asked for at the end of a running period counts what will be overdue by then, if nothing happens.
    """
    span = (board.scope.period.start, last_day(board.scope) + timedelta(days=1))
    board.also("overdue", OVERDUE_CASES, (), span=span)
    if by:
        board.also("overdue.parts", OVERDUE_CASES, (by,), span=span)


def overdue_course(board: Board) -> Course:
    """The course of overdue cases, whose newest reading is that of the last day that the data reach."""
    course, answer = board.course(OVERDUE_CASES), board.frame("overdue")
    if answer is None or answer.is_empty():
        return course
    return replace(course, readings={**course.readings, course.scope.period.key: read_row(answer.row(0, named=True))})


def overdue_by(board: Board, dimension: str) -> dict[str, float]:
    """Overdue cases by code of the dimension that was asked for."""
    answer = board.frame("overdue.parts")
    return {} if answer is None else {row[dimension]: row["value"] for row in answer.iter_rows(named=True) if row["value"]}


def overdue(frame: Frame) -> pl.DataFrame:
    """Cases past their promised date at the end of the period (as far as the data reach), longest first."""
    return _listed(frame, is_over=True).drop("days_left")


def coming(frame: Frame) -> pl.DataFrame:
    """Open cases that fall due within five working days, next first."""
    return _listed(frame, is_over=False).drop("days_over", "is_past_legal")


def _listed(frame: Frame, *, is_over: bool) -> pl.DataFrame:
    """One of both lists. They are short, and finding them costs the same for all places: read once for a day, they are there for the next place and channel."""
    scope = frame.scope
    found = scoped(frame.gate, LISTED, everywhere(scope), {}, day=last_day(scope), soon=SOON)
    return within(found.filter(pl.col("is_over") == is_over), scope).drop(*PLACE_COLUMNS, "is_over")


def overdue_section(frame: Frame, *, is_known: bool = True) -> html.Section:
    """Both lists; where no case was ever due, the absence of overdue ones says nothing."""
    lang, day = frame.lang, last_day(frame.scope)
    late, due = overdue(frame), coming(frame)
    if not is_known and late.is_empty():
        words = [html.H2(say(lang, "handling.overdue.table")), html.P(say(lang, "handling.overdue.unknown"), className="note")]
        return html.Section(words, className="panel-box overdue")
    parts: list = [html.H2(title(late.height, day, lang))]
    if late.is_empty():
        parts.append(html.P(say(lang, "handling.overdue.nothing"), className="note"))
    else:
        parts.append(data_table(_table(frame, "overdue", late), frame.view))
    parts.append(html.H3(say(lang, "handling.coming.title", count=formats.count(due.height, lang), days=SOON)))
    parts.append(
        data_table(_table(frame, "coming", due), frame.view)
        if not due.is_empty()
        else html.P(say(lang, "handling.coming.nothing"), className="note")
    )
    return html.Section([*parts, html.P(say(lang, "handling.overdue.note"), className="note")], className="panel-box overdue")


def title(count: int, day: date, lang: str) -> str:
    """What the list shows, with its length."""
    key = "none" if count == 0 else "one" if count == 1 else "some"
    return say(lang, f"handling.overdue.title.{key}", count=formats.count(count, lang), date=formats.day(day, lang))


def _table(frame: Frame, key: str, rows: pl.DataFrame) -> Table:
    lang = frame.lang
    named = _named(frame, rows)
    last = (
        (
            Column("days_over", say(lang, "handling.columns.days_over"), "number"),
            Column("is_past_legal", say(lang, "handling.columns.is_past_legal"), "flag"),
        )
        if key == "overdue"
        else (Column("days_left", say(lang, "handling.columns.days_left"), "number"),)
    )
    columns = (
        *case_columns(frame, "handling"),
        Column("place", say(lang, "handling.columns.place")),
        Column("due_on", say(lang, "handling.columns.due_on"), "day"),
        *last,
    )
    return Table(key, say(lang, f"handling.{key}.table"), columns, named, size=10)


def _named(frame: Frame, rows: pl.DataFrame) -> pl.DataFrame:
    """Codes as names."""
    codes = rows["division_code"].to_list()
    places = {code: _place_name(frame, code) for code in set(codes)}
    return with_names(frame, rows).with_columns(place=pl.Series([places[code] for code in codes], dtype=pl.String))


def _place_name(frame: Frame, code: str | None) -> str:
    place = frame.tree.place(code or "")
    return place.name(frame.lang) if place else frame.name
