"""Where papers could come from instead: the e-licence library, its stock against its use, and calls of shared data by source."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table, data_table
from dashboards.figures.hbars import hbars
from dashboards.figures.look import Look
from dashboards.indicators import Indicator
from dashboards.pages.channels_text import known_or_state, with_interval
from dashboards.pages.documents_rows import calls
from dashboards.pages.documents_text import dataset_name, paper_name
from dashboards.pages.frame import Frame
from dashboards.places import part_names
from dashboards.words import say

STOCK = Indicator("licences_held", "elicence_stock")
USE = Indicator("elicence_use_rate", "elicence_use_rate")
FOUND = Indicator("data_share_hit_rate", "data_share_hit_rate")
BY = ("licence_type",)
DRAWN = 10  # licences that a chart can hold: those that could spare most papers


def ask_sources(board: Board, frame: Frame) -> Board:
    """Note what the sections need."""
    return board.also("stock", STOCK, BY).also("use", USE, BY)


def licences_section(frame: Frame, board: Board) -> html.Section:
    """How much of what the library holds is used: the share of papers taken from it, with the stock beside."""
    lang, view = frame.lang, frame.view
    rows = _licence_rows(frame, board)
    drawn = rows.sort("n", descending=True, nulls_last=True).head(DRAWN).sort("value", descending=True, nulls_last=True)
    use, stock = board.course(USE), board.course(STOCK)
    is_known = use.now.value is not None and stock.now.value is not None
    texts = {"stock": known_or_state(stock, lang), "use": with_interval(use, lang)}
    pairs = [
        say(lang, "figure.pair", name=row["name"], value=formats.share(row["value"], lang))
        for row in drawn.iter_rows(named=True)
        if row["value"] is not None
    ]
    chart = Chart(
        say(lang, "documents.licences.finding", **texts) if is_known else say(lang, "documents.licences.title"),
        hbars(drawn.select("name", "value", "low", "high", "n", "state", "href"), Look.of(lang, view.theme, "share")),
        say(lang, "documents.alt", name=say(lang, "documents.licences.use"), parts=formats.listed(pairs or [say(lang, "drawing.none")], lang)),
        _licence_table(rows, lang),
        say(lang, "documents.licences.note"),
    )  # fmt: skip
    return chart_card(chart, view)


def _licence_rows(frame: Frame, board: Board) -> pl.DataFrame:
    """One row a licence type: stock, papers that it could have spared, the share taken from it."""
    schema = {"licence_type": pl.String, "state": pl.String, **dict.fromkeys(("value", "low", "high", "n"), pl.Float64)}
    empty = pl.DataFrame(schema=schema)
    found, use = (board.frame(key) for key in ("stock", "use"))
    stock = (empty if found is None else found).select("licence_type", stock="value")
    rows = stock.join((empty if use is None else use).select(*schema), on="licence_type", how="full", coalesce=True)
    rows = rows.filter(pl.col("licence_type").is_not_null()).sort("stock", "licence_type", descending=[True, False], nulls_last=True)
    return rows.with_columns(
        name=pl.Series([paper_name(code, frame.lang) for code in rows["licence_type"]], dtype=pl.String),
        href=pl.lit(""),
        state=pl.col("state").fill_null("not_applicable"),
    )


def _licence_table(rows: pl.DataFrame, lang: str) -> Table:
    columns = (
        Column("name", say(lang, "documents.licences.type")),
        Column("stock", say(lang, "documents.licences.stock"), "licences"),
        Column("n", say(lang, "documents.licences.papers"), "materials"),
        Column("value", say(lang, "documents.licences.use"), "share", state="state", low="low", high="high"),
    )
    return Table("licences", say(lang, "documents.licences.title"), columns, rows, order="-stock")


def sharing_section(frame: Frame, board: Board) -> html.Section:
    """Calls of shared data by data set: found and not found."""
    lang = frame.lang
    rows, course = _call_rows(frame), board.course(FOUND)
    is_known = course.now.value is not None
    texts = {"share": with_interval(course, lang)}
    title = say(lang, "documents.sharing.finding", **texts) if is_known else say(lang, "documents.sharing.title")
    columns = (
        Column("name", say(lang, "documents.sharing.dataset")),
        Column("provider", say(lang, "documents.sharing.provider")),
        Column("calls", say(lang, "documents.sharing.calls"), "calls"),
        Column("hits", say(lang, "documents.sharing.hits"), "calls"),
        Column("misses", say(lang, "documents.sharing.misses"), "calls"),
    )
    table = Table(
        "sharing", say(lang, "documents.sharing.title"), columns, rows, order="-calls", size=12, note=say(lang, "documents.sharing.note")
    )
    return html.Section([html.H2(title), data_table(table, frame.view)], className="panel-box")


def _call_rows(frame: Frame) -> pl.DataFrame:
    found, names = calls(frame.gate, frame.scope), part_names(frame.gate, "department")
    return found.with_columns(
        name=pl.Series([dataset_name(code, frame.lang) for code in found["dataset_code"]], dtype=pl.String),
        provider=pl.Series(
            [names[dept].name(frame.lang) if dept in names else dept for dept in found["provider_dept_id"]], dtype=pl.String
        ),
    )
