"""What departments declare to be fully online against what really ended online, department by department."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table, data_table
from dashboards.figures.comparison import twin_bars
from dashboards.figures.look import Look
from dashboards.indicators import Indicator
from dashboards.pages.frame import Frame
from dashboards.places import part_names
from dashboards.words import say

FIGURES = {
    "cases": Indicator("cases_completed", "cases_completed"),
    "declared": Indicator("full_process_item_rate", "full_process_item_rate"),
    "online": Indicator("online_application_rate", "online_application_rate"),
    "observed": Indicator("digital_end_to_end_rate", "digital_end_to_end_rate"),
}
LEAST = 30  # cases below which a department is not drawn beside others
COMPARED, DRAWN = 2, 10  # departments that make a comparison, and that a chart can hold
BY = ("department",)
MEASURES = ("value", "state", "low", "high", "n")


def ask_departments(board: Board) -> Board:
    """Note what the section needs."""
    for key, indicator in FIGURES.items():
        board.also(f"departments.{key}", indicator, BY)
    return board


def departments_section(frame: Frame, board: Board) -> html.Section:
    """The busiest departments as twin bars, all of them as a table."""
    lang, view = frame.lang, frame.view
    rows = department_rows(frame, board)
    drawn = rows.filter((pl.col("cases_value") >= LEAST) & pl.col("declared_value").is_not_null() & pl.col("observed_value").is_not_null())
    drawn = drawn.head(DRAWN if drawn.height >= COMPARED else 0).select(
        "name", "href", declared="declared_value", observed="observed_value", high="observed_high"
    )
    chart = Chart(
        departments_finding(drawn, lang),
        twin_bars(drawn, Look.of(lang, view.theme, "share")),
        _alt(drawn, lang),
        _table(rows, lang),
        say(lang, "channels.departments.note", least=LEAST, drawn=DRAWN),
    )
    return chart_card(chart, view) if drawn.height else _table_alone(chart, frame)


def _table_alone(chart: Chart, frame: Frame) -> html.Section:
    """What stands there when too few departments have enough cases: why, a longer period, and the table."""
    lang, period = frame.lang, frame.scope.period
    said = [say(lang, "channels.departments.too_few", least=LEAST)]
    if period.grain != "year":
        year = html.A(say(lang, "channels.departments.year", year=period.start.year), href=frame.view.href(period=str(period.start.year)))
        said += [" ", year]
    return html.Section(
        [html.H2(chart.title), html.P(said, className="finding"), data_table(chart.table, frame.view)], className="panel-box"
    )


def department_rows(frame: Frame, board: Board) -> pl.DataFrame:
    """One row a department with every figure of the section, busiest first."""
    joined: pl.DataFrame | None = None
    for key in FIGURES:
        answer = board.frame(f"departments.{key}")
        part = _part(answer, key)
        joined = part if joined is None else joined.join(part, on="department", how="full", coalesce=True)
    assert joined is not None
    names = part_names(frame.gate, "department")
    codes = joined["department"].to_list()
    return joined.with_columns(
        name=pl.Series([names[code].name(frame.lang) if code in names else code for code in codes], dtype=pl.String),
        href=pl.Series([frame.view.go(f"/department/{code}") for code in codes], dtype=pl.String),
        rows_href=pl.Series([frame.rows_href("digital_end_to_end_rate", "missed", dept=code) for code in codes], dtype=pl.String),
    ).sort("cases_value", "department", descending=[True, False], nulls_last=True)


def _part(answer: pl.DataFrame | None, key: str) -> pl.DataFrame:
    if answer is None:
        schema = {"department": pl.String, **{f"{key}_{name}": pl.String if name == "state" else pl.Float64 for name in MEASURES}}
        return pl.DataFrame(schema=schema)
    known = answer.filter(pl.col("department").is_not_null())
    return known.select("department", *(pl.col(name).alias(f"{key}_{name}") for name in MEASURES))


def departments_finding(drawn: pl.DataFrame, lang: str) -> str:
    """In how many of the drawn departments clearly fewer cases end online than items are declared to: the whole interval lies below."""
    if drawn.is_empty():
        return say(lang, "channels.departments.title")
    below = drawn.filter(pl.col("high") < pl.col("declared")).height
    texts = {"below": formats.count(below, lang), "drawn": formats.count(drawn.height, lang)}
    return say(lang, "channels.departments.finding", **texts)


def _alt(drawn: pl.DataFrame, lang: str) -> str:
    words = [say(lang, f"evidence.{column}") for column in ("declared", "observed")]
    parts = [
        f"{row['name']} ({words[0]} {formats.share(row['declared'], lang)}, {words[1]} {formats.share(row['observed'], lang)})"
        for row in drawn.iter_rows(named=True)
    ]
    return say(lang, "channels.mix.alt", name=" / ".join(words), parts=formats.listed(parts or [say(lang, "drawing.none")], lang))


def _table(rows: pl.DataFrame, lang: str) -> Table:
    shares = [
        Column(
            f"{key}_value", say(lang, f"channels.departments.{key}"), "share", state=f"{key}_state", low=f"{key}_low", high=f"{key}_high",
            href="rows_href" if key == "observed" else "",
        )
        for key in ("declared", "online", "observed")
    ]  # fmt: skip
    columns = (
        Column("name", say(lang, "league.department"), href="href"),
        Column("cases_value", say(lang, "channels.cases"), "cases", state="cases_state"),
        *shares,
    )
    return Table("departments", say(lang, "channels.departments.title"), columns, rows, order="-cases_value", size=15)
