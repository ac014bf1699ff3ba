"""Badly rated cases per 100,000 over time, between the limits of what is usual at each period's number of cases."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card, trend_alt
from dashboards.cards.table import Column, Table
from dashboards.course import SCALES, Course
from dashboards.figures.lines import lines
from dashboards.figures.look import Look
from dashboards.indicators import Indicator
from dashboards.pages.frame import Frame
from dashboards.periods import Period
from dashboards.sentences import trend_finding
from dashboards.words import say
from metrics.statistics.control import BEYOND

BAD = Indicator("bad", "bad_rating_rate_per_100k")
LIMITS = ("value", "upper", "centre", "lower")
SCHEMA = {"period": pl.String, "upper": pl.Float64, "centre": pl.Float64, "lower": pl.Float64, "is_signal": pl.Boolean}


def control_card(frame: Frame, board: Board) -> html.Section:
    """The line with the limits as further lines, and what process control makes of the page's period as its heading."""
    lang, course = frame.lang, board.course(BAD)
    name = say(lang, "tile.bad")
    rows = control_rows(course)
    chart = Chart(
        say(lang, "trend.title", name=name, finding=trend_finding(course, lang)),
        lines(_drawn(rows, lang), Look.of(lang, frame.view.theme, "cases")),  # the heading says per how many
        trend_alt(course, name, lang),
        _table(rows, course.unit, name, lang),
        say(lang, "satisfaction.control.note", told=signals_sentence(rows, lang)),
    )
    return chart_card(chart, frame.view)


def control_rows(course: Course) -> pl.DataFrame:
    """The course's series with its control limits in its own unit, oldest first."""
    known = [course.at(period) for period in course.scope.periods if period <= course.scope.period]
    scale = SCALES.get(course.unit, 1.0) if all(reading.cases is not None for reading in known if reading.value is not None) else 1.0
    periods = [period.key for period in course.scope.periods]
    points = course.chart.readings
    rows = [
        (
            key,
            *(None if edge is None else max(edge, 0.0) * scale for edge in (point.high, point.centre, point.low)),
            any(signal.rule == BEYOND for signal in point.signals),
        )
        for key, point in zip(periods, points, strict=False)
    ]
    return course.series.join(pl.DataFrame(rows, schema=SCHEMA, orient="row"), on="period", how="left")


def signals_sentence(rows: pl.DataFrame, lang: str) -> str:
    """Which periods lie outside the limits, by name; of runs and trends the heading tells."""
    found = rows.filter(pl.col("is_signal") & ~pl.col("is_provisional"))["period"].to_list()
    if rows["upper"].is_null().all():
        return say(lang, "satisfaction.control.too_few")
    if not found:
        return say(lang, "satisfaction.control.none")
    return say(lang, "satisfaction.control.some", periods=formats.listed([_name(key, lang) for key in found], lang))


def _drawn(rows: pl.DataFrame, lang: str) -> pl.DataFrame:
    """Long rows, the value first. Limits have no interval of their own."""
    shared = ("period", "start", "is_provisional")
    value = rows.select(*shared, "value", "n", "state", series=pl.lit(say(lang, "satisfaction.control.value")))
    others = [
        rows.select(*shared, pl.col(key).alias("value"), series=pl.lit(say(lang, f"satisfaction.control.{key}")))
        for key in LIMITS[1:]
        if rows[key].is_not_null().any() and not (key == "lower" and (rows[key].max() or 0.0) == 0.0)
    ]
    return pl.concat([value, *others], how="diagonal")


def _table(rows: pl.DataFrame, unit: str, name: str, lang: str) -> Table:
    columns = (
        Column("start", say(lang, "columns.period"), "day", show=lambda row: _name(row["period"], lang)),
        Column("value", say(lang, "columns.value"), unit, state="state", low="low", high="high"),
        *(Column(key, say(lang, f"satisfaction.control.{key}"), unit) for key in LIMITS[1:]),
        Column("n", say(lang, "columns.n"), "cases"),
        Column("is_signal", say(lang, "satisfaction.control.signal"), "flag"),
    )
    return Table("bad-control", name, columns, rows.sort("start", descending=True), size=30)


def _name(key: str, lang: str) -> str:
    found = Period.parse(key)
    return formats.period(found, lang, short=True) if found else key
