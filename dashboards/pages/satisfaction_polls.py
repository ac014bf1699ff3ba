"""Polls: people drawn and asked, by their weights. Never mixed with ratings, which come from those who want to give one."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.course import Course
from dashboards.figures.hbars import hbars
from dashboards.figures.look import Look
from dashboards.indicators import Indicator
from dashboards.pages.frame import Frame
from dashboards.readings import Reading, change_between
from dashboards.words import say

POLL = Indicator("poll_satisfaction", "poll_satisfaction")
ANSWERED = Indicator("poll_response_rate", "poll_response_rate")
STRICTER = {grade: Indicator(f"poll_{grade}", "poll_satisfaction", (("grade", grade),)) for grade in (4, 5)}
DESIGN = Indicator("poll_design_effect", "poll_design_effect")
ALL = (POLL, ANSWERED, *STRICTER.values(), DESIGN)


def latest(course: Course) -> Course:
    """The course as of the last period up to the page's that has a value; itself where none has."""
    known = [period for period in course.scope.periods if period <= course.scope.period and course.at(period).value is not None]
    return replace(course, scope=replace(course.scope, period=known[-1])) if known else course


def polls_card(frame: Frame, board: Board) -> html.Section:
    """Every poll of the run-up with its interval, how many answered and how far the weights reach."""
    lang = frame.lang
    rows = poll_rows(board, lang)
    chart = Chart(
        poll_finding(rows, lang),
        hbars(rows.select("name", "value", "low", "high", "state"), Look.of(lang, frame.view.theme, "share")),
        say(lang, "satisfaction.polls.alt", finding=poll_finding(rows, lang)),
        _table(rows, lang),
        say(lang, "satisfaction.polls.note"),
    )
    return chart_card(chart, frame.view)


def poll_rows(board: Board, lang: str) -> pl.DataFrame:
    """A row for each period in which somebody was polled, newest first."""
    main = board.course(POLL)
    others = {indicator.key: board.course(indicator) for indicator in ALL[1:]}
    rows = []
    for period in reversed([each for each in main.scope.periods if each <= main.scope.period]):
        now = main.at(period)
        if now.n is None or not now.n:
            continue
        values = {key: course.at(period).value for key, course in others.items()}
        rows.append(
            (
                period.key,
                formats.period(period, lang),
                now.state,
                now.value,
                now.low,
                now.high,
                now.n,
                *(values[one.key] for one in ALL[1:]),
            )
        )
    schema = {
        "period": pl.String,
        "name": pl.String,
        "state": pl.String,
        **dict.fromkeys(("value", "low", "high", "n", *(one.key for one in ALL[1:])), pl.Float64),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def poll_finding(rows: pl.DataFrame, lang: str) -> str:
    """The newest poll, and whether it differs from the one before by more than chance."""
    known = rows.filter(pl.col("value").is_not_null())
    if known.is_empty():
        return say(lang, "satisfaction.polls.none")
    new = known.row(0, named=True)
    texts = {"value": formats.share(new["value"], lang), "poll": new["name"], "count": formats.count(new["n"], lang)}
    if known.height == 1:
        return say(lang, "satisfaction.polls.one", **texts)
    old = known.row(1, named=True)
    return say(lang, f"satisfaction.polls.{_compared(new, old)}", **texts, before=old["name"])


def _compared(new: dict, old: dict) -> str:
    """Two polls are two samples; whether they differ is for the interval of their difference to say."""
    now, before = (Reading("value", row["value"], row["low"], row["high"], row["n"]) for row in (new, old))
    change = change_between(now, before, "higher", is_full_count=False)
    if change is None or change.is_clear is None:
        return "untested"
    return "same" if not change.is_clear else "up" if change.delta > 0 else "down"


def _table(rows: pl.DataFrame, lang: str) -> Table:
    columns = (
        Column("period", say(lang, "columns.period"), show=lambda row: row["name"]),
        Column("value", say(lang, "satisfaction.polls.fair"), "share", state="state", low="low", high="high"),
        Column("poll_4", say(lang, "satisfaction.polls.good"), "share"),
        Column("poll_5", say(lang, "satisfaction.polls.very_good"), "share"),
        Column("n", say(lang, "satisfaction.polls.answers"), "persons"),
        Column("poll_response_rate", say(lang, "satisfaction.polls.response"), "share"),
        Column("poll_design_effect", say(lang, "satisfaction.polls.design"), "number"),
    )
    return Table("polls", say(lang, "satisfaction.polls.table"), columns, rows)
