"""Sections of the page of channels about people and parcels: accounts, calls by purpose, how results are handed over."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.course import Course
from dashboards.figures.hbars import hbars
from dashboards.figures.lines import lines
from dashboards.figures.look import Look
from dashboards.indicators import Indicator
from dashboards.pages.channels_text import known_or_state, with_interval
from dashboards.pages.frame import Frame
from dashboards.periods import Period
from dashboards.words import say

ACCOUNTS = {
    "held": Indicator("accounts_held", "accounts_registered"),
    "verified": Indicator("accounts_verified", "accounts_registered", (("variant", "verified"),)),
    "active": Indicator("accounts_active", "accounts_active"),
}
PURPOSES = ("information", "chase_progress", "repeat", "transact", "complain", "other", "unknown")
CALLS = {purpose: Indicator(f"contacts_{purpose}", "contacts", (("purpose", purpose),)) for purpose in PURPOSES}
CHASING = Indicator("calls_chasing", "failure_demand_rate")
MODES = ("elicence", "download", "courier", "pickup_window", "pickup_locker", "pickup_terminal")
HANDED = {mode: Indicator(f"delivery_{mode}", "delivery_mix", (("mode", mode),)) for mode in MODES}
TIMES = {stat: Indicator(f"delivery_time_{stat}", "delivery_time", (("stat", stat),)) for stat in ("p50", "p90")}
BAR = {"name": pl.String, **dict.fromkeys(("value", "low", "high", "n"), pl.Float64), "state": pl.String, "href": pl.String}


def ask_reach(board: Board) -> Board:
    """Note what the sections need."""
    return board.want([*ACCOUNTS.values(), *CALLS.values(), CHASING, *HANDED.values(), *TIMES.values()])


def accounts_section(frame: Frame, board: Board) -> html.Section:
    """Accounts registered, with a proved name, and in use, over time."""
    lang, view = frame.lang, frame.view
    courses = {key: board.course(indicator) for key, indicator in ACCOUNTS.items()}
    series = pl.concat(
        [course.series.with_columns(series=pl.lit(say(lang, f"channels.accounts.{key}"))) for key, course in courses.items()]
    )
    texts = {key: known_or_state(course, lang) for key, course in courses.items()}
    is_known = courses["held"].now.value is not None
    title = say(lang, "channels.accounts.finding", **texts) if is_known else say(lang, "channels.accounts.title")
    chart = Chart(
        title,
        lines(series, Look.of(lang, view.theme, "accounts")),
        say(lang, "channels.accounts.finding", **texts),
        _accounts_table(series, lang),
        say(lang, "channels.accounts.note"),
    )
    return chart_card(chart, view)


def _accounts_table(series: pl.DataFrame, lang: str) -> Table:
    columns = (
        Column("period", say(lang, "columns.period"), show=lambda row: _period(row["period"], lang)),
        Column("series", say(lang, "channels.accounts.title")),
        Column("value", say(lang, "columns.value"), "accounts", state="state"),
    )
    return Table("accounts", say(lang, "channels.accounts.title"), columns, series, order="-period", size=24)


def _period(key: str, lang: str) -> str:
    found = Period.parse(key)
    return formats.period(found, lang) if found else key


def calls_section(frame: Frame, board: Board) -> html.Section:
    """Calls and other contacts by purpose, and how many only chase what should have come."""
    lang, view = frame.lang, frame.view
    courses = {purpose: board.course(indicator) for purpose, indicator in CALLS.items()}
    rows = _bars(courses, "channels.purposes", lang).filter(pl.col("value").is_null() | (pl.col("value") > 0))
    rows = rows.sort("value", descending=True, nulls_last=True)
    chasing = board.course(CHASING)
    title = say(lang, "channels.calls.finding", share=with_interval(chasing, lang)) if chasing.now.value is not None else ""
    unit = courses["information"].unit
    chart = Chart(
        title or say(lang, "channels.calls.title"),
        hbars(rows, Look.of(lang, view.theme, unit)),
        _alt(rows, say(lang, "channels.calls.title"), unit, lang),
        _bar_table("calls", (say(lang, "channels.calls.title"), say(lang, "channels.calls.purpose")), rows, unit, lang),
        say(lang, "channels.calls.note"),
    )
    return chart_card(chart, view)


def deliveries_section(frame: Frame, board: Board) -> html.Section:
    """How results reach people, and how long it takes."""
    lang, view = frame.lang, frame.view
    courses = {mode: board.course(indicator) for mode, indicator in HANDED.items()}
    rows = _bars(courses, "channels.modes", lang).sort("value", descending=True, nulls_last=True)
    courier = courses["courier"]
    title = say(lang, "channels.deliveries.finding", share=with_interval(courier, lang)) if courier.now.value is not None else ""
    times = {stat: known_or_state(board.course(indicator), lang) for stat, indicator in TIMES.items()}
    chart = Chart(
        title or say(lang, "channels.deliveries.title"),
        hbars(rows, Look.of(lang, view.theme, "share")),
        _alt(rows, say(lang, "channels.deliveries.title"), "share", lang),
        _bar_table("deliveries", (say(lang, "channels.deliveries.title"), say(lang, "channels.flows.handed_over")), rows, "share", lang),
        say(lang, "channels.deliveries.note", **times),
    )
    return chart_card(chart, view)


def _bars(courses: dict[str, Course], words: str, lang: str) -> pl.DataFrame:
    rows = []
    for key, course in courses.items():
        now = course.now
        rows.append((say(lang, f"{words}.{key}"), now.value, now.low, now.high, now.n, now.state, ""))
    return pl.DataFrame(rows, schema=BAR, orient="row")


def _alt(rows: pl.DataFrame, name: str, unit: str, lang: str) -> str:
    known = [row for row in rows.iter_rows(named=True) if row["value"] is not None]
    parts = [say(lang, "figure.pair", name=row["name"], value=formats.amount(row["value"], unit, lang)) for row in known]
    return say(lang, "channels.mix.alt", name=name, parts=formats.listed(parts or [say(lang, "drawing.none")], lang))


def _bar_table(key: str, heads: tuple[str, str], rows: pl.DataFrame, unit: str, lang: str) -> Table:
    columns = (
        Column("name", heads[1]),
        Column("value", say(lang, "columns.value"), unit, state="state", low="low", high="high"),
        Column("n", say(lang, "columns.n"), "cases"),
    )
    return Table(key, heads[0], columns, rows)
