"""Legal, promised and actual working days of the same cases as three lines over time."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.figures.lines import lines
from dashboards.figures.look import Look
from dashboards.indicators import Indicator
from dashboards.pages.frame import Frame
from dashboards.pages.handling_told import DAYS, days_finding, days_sentence
from dashboards.periods import Period
from dashboards.readings import Reading
from dashboards.words import say

PER_CASE = {key: Indicator(f"days_{key}", "working_days_per_case", (("variant", key),)) for key in DAYS}


def days_now(board: Board) -> dict[str, Reading]:
    """Actual, promised and legal days of the page's period."""
    return {key: board.course(indicator).now for key, indicator in PER_CASE.items()}


def days_card(frame: Frame, board: Board) -> html.Section:
    """The three lines with their finding."""
    lang = frame.lang
    now = days_now(board)
    series = {key: board.course(indicator).series for key, indicator in PER_CASE.items()}
    named = [frame_.with_columns(series=pl.lit(say(lang, f"handling.days.{key}"))) for key, frame_ in series.items()]
    chart = Chart(
        say(lang, "handling.days.title", finding=days_finding(now, lang)),
        lines(pl.concat(named), Look.of(lang, frame.view.theme, "working_days")),
        say(lang, "handling.days.alt", sentence=days_sentence(now, lang)),
        _table(series, lang),
        say(lang, "handling.days.note"),
    )
    return chart_card(chart, frame.view)


def _table(series: dict[str, pl.DataFrame], lang: str) -> Table:
    actual = series["actual"].select("period", "start", "state", "low", "high", "n", actual="value")
    others = [series[key].select("period", pl.col("value").alias(key)) for key in ("promised", "legal")]
    rows = actual.join(others[0], on="period", how="left").join(others[1], on="period", how="left").sort("start", descending=True)
    columns = (
        Column("start", say(lang, "columns.period"), "day", show=lambda row: _period_name(row["period"], lang)),
        Column("actual", say(lang, "handling.days.actual"), "working_days", state="state", low="low", high="high"),
        Column("promised", say(lang, "handling.days.promised"), "working_days", state="state"),
        Column("legal", say(lang, "handling.days.legal"), "working_days", state="state"),
        Column("n", say(lang, "columns.n"), "cases"),
    )
    return Table("days", say(lang, "handling.days.table"), columns, rows, size=30)


def _period_name(key: str, lang: str) -> str:
    found = Period.parse(key)
    return formats.period(found, lang, short=True) if found else key
