"""What is asked for twice: papers handed in before within 24 months, and supplements, with what is not known of them."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.figures.hbars import hbars
from dashboards.figures.look import Look
from dashboards.indicators import Indicator
from dashboards.pages.channels_text import with_interval
from dashboards.pages.documents_text import paper_name
from dashboards.pages.frame import Frame
from dashboards.words import say

AGAIN = Indicator("papers_again", "repeat_submission_rate")
ASKED_MORE = {
    "supplement": Indicator("asked_more", "supplement_rate"),
    "twice": Indicator("asked_more_twice", "multi_supplement_rate"),
    "visits": Indicator("visits_for_more", "visit_cause_mix", (("cause", "supplement"),)),
    "originals": Indicator("visits_for_originals", "visit_cause_mix", (("cause", "original_check"),)),
}
DRAWN = 8
LEAST = 30  # papers below which a share is not drawn beside others


def ask_again(board: Board, frame: Frame) -> Board:
    """Note what the sections need."""
    return board.also("again", AGAIN, ("material",)).want(ASKED_MORE.values())


def again_section(frame: Frame, board: Board) -> html.Section:
    """Papers that the same person had handed in before, by material."""
    lang, view = frame.lang, frame.view
    rows, course = _again_rows(frame, board), board.course(AGAIN)
    drawn = rows.filter((pl.col("n") >= LEAST) & pl.col("value").is_not_null()).sort("value", descending=True).head(DRAWN)
    pairs = [say(lang, "figure.pair", name=row["name"], value=formats.share(row["value"], lang)) for row in drawn.iter_rows(named=True)]
    title = (
        say(lang, "documents.again.finding", share=with_interval(course, lang))
        if course.now.value is not None
        else say(lang, "documents.again.title")
    )
    chart = Chart(
        title,
        hbars(drawn.select("name", "value", "low", "high", "n", "state"), Look.of(lang, view.theme, "share")),
        say(lang, "documents.alt", name=say(lang, "documents.again.title"), parts=formats.listed(pairs or [say(lang, "drawing.none")], lang)),
        _again_table(rows, lang),
        say(lang, "documents.again.note", least=LEAST),
    )  # fmt: skip
    return chart_card(chart, view)


def _again_rows(frame: Frame, board: Board) -> pl.DataFrame:
    found = board.frame("again")
    if found is None:
        schema = {"material": pl.String, "state": pl.String, **dict.fromkeys(("value", "low", "high", "n", "numerator"), pl.Float64)}
        found = pl.DataFrame(schema=schema)
    known = found.filter(pl.col("material").is_not_null() & (pl.col("n") > 0))
    return known.with_columns(name=pl.Series([paper_name(code, frame.lang) for code in known["material"]], dtype=pl.String))


def _again_table(rows: pl.DataFrame, lang: str) -> Table:
    columns = (
        Column("name", say(lang, "documents.papers.paper")),
        Column("numerator", say(lang, "documents.again.papers"), "materials"),
        Column("n", say(lang, "documents.again.all"), "materials"),
        Column("value", say(lang, "documents.again.share"), "share", state="state", low="low", high="high"),
    )
    return Table("again", say(lang, "documents.again.title"), columns, rows, order="-numerator")


def supplements_section(frame: Frame, board: Board) -> html.Section:
    """Cases for which more papers were asked, and visits made for them or to show an original."""
    lang, view = frame.lang, frame.view
    courses = {key: board.course(indicator) for key, indicator in ASKED_MORE.items()}
    data = [
        (say(lang, f"documents.supplements.{key}"), course.now.value, course.now.low, course.now.high, course.now.n, course.now.state, frame.rows_href(course.indicator.metric))
        for key, course in courses.items()
    ]  # fmt: skip
    schema = {"name": pl.String, **dict.fromkeys(("value", "low", "high", "n"), pl.Float64), "state": pl.String, "href": pl.String}
    rows = pl.DataFrame(data, schema=schema, orient="row")
    main = courses["supplement"]
    known = [row for row in rows.iter_rows(named=True) if row["value"] is not None]
    pairs = [say(lang, "figure.pair", name=row["name"], value=formats.share(row["value"], lang)) for row in known]
    columns = (
        Column("name", say(lang, "documents.supplements.figure"), href="href"),
        Column("value", say(lang, "columns.value"), "share", state="state", low="low", high="high"),
        Column("n", say(lang, "columns.n"), "cases"),
    )
    chart = Chart(
        say(lang, "documents.supplements.finding", share=with_interval(main, lang)) if main.now.value is not None else say(lang, "documents.supplements.title"),
        hbars(rows, Look.of(lang, view.theme, "share")),
        say(lang, "documents.alt", name=say(lang, "documents.supplements.title"), parts=formats.listed(pairs or [say(lang, "drawing.none")], lang)),
        Table("supplements", say(lang, "documents.supplements.title"), columns, rows),
        say(lang, "documents.supplements.note"),
    )  # fmt: skip
    return chart_card(chart, view)
