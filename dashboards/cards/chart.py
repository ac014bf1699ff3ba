"""A chart as it stands on a page: a heading that states the finding, the figure, its text alternative, and the same numbers as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import polars as pl
from dash import dcc, html

from dashboards import formats
from dashboards.attributes import aria
from dashboards.course import Course
from dashboards.figures.look import CONFIG
from dashboards.periods import Period
from dashboards.sentences import state_word
from dashboards.words import say


@dataclass(frozen=True)
class Chart:
    """What a chart card needs; `key` is its id on the page, `note` a line under it."""

    key: str
    title: str
    figure: go.Figure
    alt: str
    table: html.Table
    note: str = ""


def chart_card(chart: Chart, lang: str) -> html.Section:
    """The chart with all that belongs to it."""
    layout: Any = chart.figure.layout
    graph = dcc.Graph(id={"chart": chart.key}, figure=chart.figure, config=CONFIG, className="graph", style={"height": layout.height})
    return html.Section(
        [
            html.H2(chart.title),
            html.Div(graph, role="img", style={"minHeight": f"{layout.height}px"}, **aria(label=chart.alt)),
            *([html.P(chart.note, className="note")] if chart.note else []),
            html.Details([html.Summary(say(lang, "figure.table")), html.Div(chart.table, className="scroller")], className="as-table"),
        ],
        className="chart",
    )


def trend_alt(course: Course, name: str, lang: str) -> str:
    """The course of a figure in one sentence."""
    known = course.series.filter(pl.col("value").is_not_null() & ~pl.col("is_provisional"))
    if known.is_empty():
        return say(lang, "figure.trend_empty", name=name)
    values = known["value"]
    first, last = Period.parse(known["period"][0]), Period.parse(known["period"][-1])
    texts = {key: formats.amount(value, course.unit, lang) for key, value in _ends(values).items()}
    return say(lang, "figure.trend_alt", name=name, first=formats.period(first, lang), last=formats.period(last, lang), **texts)  # type: ignore[arg-type]


def _ends(values: pl.Series) -> dict[str, float]:
    return {"start": values[0], "end": values[-1], "low": values.min(), "high": values.max()}  # type: ignore[dict-item]


def course_table(course: Course, lang: str) -> html.Table:
    """The numbers behind a trend, newest first."""
    heads = [html.Th(say(lang, f"columns.{name}"), scope="col") for name in ("period", "value", "low", "high", "n")]
    rows = [_course_row(row, course, lang) for row in reversed(course.series.to_dicts())]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="plain")


def _course_row(row: dict, course: Course, lang: str) -> html.Tr:
    period = Period.parse(row["period"])
    name = formats.period(period, lang) if period else row["period"]
    if row["is_provisional"]:
        name = f"{name} ({say(lang, 'state.not_yet_complete')})"
    texts = [formats.amount(row[key], course.unit, lang) if row[key] is not None else "–" for key in ("value", "low", "high")]
    if row["value"] is None:
        texts[0] = state_word(row["state"], lang)
    count = "–" if row["n"] is None else formats.count(row["n"], lang)
    return html.Tr([html.Th(name, scope="row"), *[html.Td(text, className="num") for text in [*texts, count]]])
