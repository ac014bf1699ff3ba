"""How many cases are still open after so many working days: the survival curve of the cases accepted in the period, open ones included."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.course import query_of
from dashboards.figures.look import Look
from dashboards.figures.survival import Limits, survival
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.pages.frame import Frame
from dashboards.pages.handling_days import days_now
from dashboards.pages.handling_told import curve_finding
from dashboards.words import say
from metrics.compile import Query
from metrics.life_curve import life_curve
from metrics.statistics.survival import Curve

HALF = Indicator("handling_time", "handling_time")
NINE = Indicator("handling_p90", "handling_time", (("stat", "p90"),))
NEARLY_ALL = 0.99
SCHEMA = {"name": pl.String, "day": pl.Float64, "at_risk": pl.Int64, "ended": pl.Int64, "survival": pl.Float64, "low": pl.Float64, "high": pl.Float64}  # fmt: skip


@dataclass(frozen=True)
class Named:
    """A curve with its shown name."""

    name: str
    curve: Curve


def curve_card(frame: Frame, board: Board) -> html.Section:
    """The curve of the page's cases beside that of the place set beside, or of the same period a year before."""
    lang = frame.lang
    found = curves(frame)
    rows = pl.concat([rows_of(one) for one in found]) if found else pl.DataFrame(schema=SCHEMA)
    days = days_now(board)
    limits = Limits(days["promised"].value, days["legal"].value)
    title = curve_finding(board.course(HALF).now, board.course(NINE).now, lang)
    chart = Chart(
        title,
        survival(within(rows, horizon(found, limits)), Look.of(lang, frame.view.theme, "share"), limits),
        say(lang, "handling.curve.alt", finding=title),
        _table(rows, lang),
        _note(found, lang),
    )
    return chart_card(chart, frame.view)


def curves(frame: Frame) -> list[Named]:
    """The page's own curve first, then the one to compare it with; a curve without cases is left out."""
    scope = frame.scope
    asked = [(formats.period(scope.period, frame.lang) if frame.beside is None else frame.name, _query(frame, scope.period, scope.where))]
    if frame.beside is not None:
        asked.append((frame.beside.name(frame.lang), _query(frame, scope.period, frame.beside_where)))
    else:
        before = scope.period.year_before
        asked.append((formats.period(before, frame.lang), _query(frame, before, scope.where)))
    read = [(name, _curve(frame.gate, query)) for name, query in asked]
    return [Named(name, curve) for name, curve in read if curve is not None]


def _query(frame: Frame, period, where) -> Query:
    scope = replace(frame.scope, where=where)
    return query_of(frame.gate.metric(HALF.metric), HALF, scope, (period.start, period.end))


def _curve(gate: Gate, query: Query) -> Curve | None:
    return gate.once(("life", query), lambda: gate.read(lambda cursor, store: life_curve(cursor, query, store)))


def rows_of(named: Named) -> pl.DataFrame:
    """The steps of a curve as rows."""
    rows = [(named.name, p.age, p.at_risk, p.ended, p.survival, p.low, p.high) for p in named.curve.points]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def horizon(found: list[Named], limits: Limits) -> float:
    """How far the drawing goes: to the limits, and to where nearly all are decided (else to the last decision)."""
    ends = [quantile.value for one in found if (quantile := one.curve.quantile(NEARLY_ALL)).value is not None]
    lasts = [one.curve.points[-1].age for one in found if one.curve.points] if not ends else []
    return max([*ends, *lasts, *(day for day in (limits.promised, limits.legal) if day is not None)], default=0.0)


def within(rows: pl.DataFrame, end: float) -> pl.DataFrame:
    """The rows that are drawn; the table has them all."""
    return rows.filter(pl.col("day") <= end)


def _note(found: list[Named], lang: str) -> str:
    counts = formats.listed([say(lang, "handling.curve.of", name=one.name, count=formats.count(one.curve.n, lang)) for one in found], lang)
    return say(lang, "handling.curve.note", counts=counts) if found else say(lang, "handling.curve.unknown")


def _table(rows: pl.DataFrame, lang: str) -> Table:
    columns = (
        Column("name", say(lang, "handling.curve.columns.name")),
        Column("day", say(lang, "handling.curve.columns.day"), "number"),
        Column("at_risk", say(lang, "handling.curve.columns.at_risk"), "cases"),
        Column("ended", say(lang, "handling.curve.columns.ended"), "cases"),
        Column("survival", say(lang, "handling.curve.columns.survival"), "share", low="low", high="high"),
        Column("low", say(lang, "columns.low"), "share"),
        Column("high", say(lang, "columns.high"), "share"),
    )
    return Table("life", say(lang, "handling.curve.table"), columns, rows, size=30)
