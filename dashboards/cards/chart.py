"""A chart as it stands on a page: a heading that states the finding, the figure, its text alternative, and the same numbers as a table."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from dash import dcc

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria, data
from dashboards.cards.table import Column, Table, data_table
from dashboards.controls import View
from dashboards.course import Course
from dashboards.figures.drawing import Drawing
from dashboards.figures.look import CONFIG, dressed
from dashboards.periods import Period
from dashboards.words import say

IMAGES = ("png", "svg")


@dataclass(frozen=True)
class Chart:
    """What a chart card needs; `table` holds the same numbers and gives the card its key, `note` is a line under it, `level` that of its heading."""

    title: str
    figure: Drawing
    alt: str
    table: Table
    note: str = ""
    level: int = 2

    @property
    def key(self) -> str:
        """Its id on the page."""
        return self.table.key


def chart_card(chart: Chart, view: View) -> html.Section:
    """The chart with all that belongs to it."""
    lang = view.lang
    height = chart.figure.height
    graph = dcc.Graph(id={"chart": chart.key}, figure=dressed(chart.figure), config=CONFIG, className="graph", style={"height": height})
    head = {2: html.H2, 3: html.H3}[chart.level](chart.title)
    images = html.Span([_image_button(kind, lang) for kind in IMAGES], className="downloads images")
    table = html.Details([html.Summary(say(lang, "figure.table")), data_table(chart.table, view)], className="as-table")
    return html.Section(
        [
            head,
            html.Div(graph, role="img", style={"minHeight": f"{height}px"}, **aria(label=chart.alt)),
            *([html.P(chart.note, className="note")] if chart.note else []),
            html.Div([table, images], className="chart-foot"),
        ],
        className="chart",
        **data(chart=chart.key),
    )


def _image_button(kind: str, lang: str) -> html.Button:
    """The script makes the picture in the browser from what is drawn."""
    return html.Button(
        say(lang, f"chart.{kind}"),
        className="download save-image",
        type="button",
        **data(format=kind),
        **aria(label=say(lang, f"chart.as_{kind}")),
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


def course_table(course: Course, key: str, title: str, lang: str) -> Table:
    """The numbers behind a trend, newest first."""
    unit = course.unit
    heads = {name: say(lang, f"columns.{name}") for name in ("period", "value", "low", "high", "n")}
    columns = (
        Column("period", heads["period"], "text", show=lambda row: _period_name(row, lang)),
        Column("value", heads["value"], unit, state="state"),
        Column("low", heads["low"], unit),
        Column("high", heads["high"], unit),
        Column("n", heads["n"], "cases"),
    )
    return Table(key, title, columns, course.series, order="-period", size=30)


def _period_name(row: dict, lang: str) -> str:
    period = Period.parse(row["period"])
    name = formats.period(period, lang) if period else row["period"]
    return f"{name} ({say(lang, 'state.not_yet_complete')})" if row["is_provisional"] else name
