"""Declared against observed levels as a grid of counts, and the items of the cell that the reader picked."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table, data_table
from dashboards.controls import LEVELS
from dashboards.figures.look import Look
from dashboards.figures.matrix import Levels, matrix
from dashboards.pages.depth_asked import Asked
from dashboards.pages.depth_evidence import OPEN, UNTESTED
from dashboards.pages.depth_tables import every_item
from dashboards.pages.depth_told import VERDICTS
from dashboards.words import say

BESIDE = (OPEN, UNTESTED)


def matrix_card(asked: Asked) -> html.Section:
    """Declared against observed as a grid of counts; a cell leads to its items."""
    lang, view = asked.lang, asked.view
    found = cells(asked.items.rows)
    rows = found.with_columns(
        href=pl.Series(
            [view.href(pick=f"{row}-{column}", at="", find="", sort="", define="") for row, column, _ in found.iter_rows()], dtype=pl.String
        )
    )
    levels = [(each, say(lang, f"depth.level.{each}")) for each in LEVELS]
    beside = [(key, say(lang, f"depth.beside.{key}")) for key in BESIDE]
    over = int(asked.counts["contradicted"] or 0)
    title = say(lang, "depth.matrix.title_over" if over else "depth.matrix.title", count=formats.count(over, lang))
    figure = matrix(rows.with_columns(pl.col("row").cast(pl.String)), Look.of(lang, view.theme, "items"), Levels(levels, beside))
    table = _table(rows, title, {**dict(levels), **dict(beside)}, lang)
    alt = say(lang, "depth.matrix.alt", **{key: formats.count(asked.counts[key] or 0, lang) for key in VERDICTS})
    return chart_card(Chart(title, figure, alt, table, _note(asked)), view)


def _table(rows: pl.DataFrame, title: str, names: dict[str, str], lang: str) -> Table:
    columns = (
        Column("row", say(lang, "depth.columns.declared"), "number"),
        Column("label", say(lang, "depth.columns.seen")),
        Column("count", say(lang, "depth.columns.items"), "items", href="href"),
    )
    labelled = rows.with_columns(label=pl.col("column").replace_strict(names, return_dtype=pl.String))
    return Table("matrix", title, columns, labelled.sort("row", "column", descending=[True, False]), size=30)


def _note(asked: Asked) -> str:
    undeclared = asked.counts["undeclared"]
    more = say(asked.lang, "depth.matrix.undeclared", count=formats.count(undeclared, asked.lang)) if undeclared else ""
    return say(asked.lang, "depth.matrix.note") + more


def cells(rows: pl.DataFrame) -> pl.DataFrame:
    """Items by declared level and by what the cases allow: row, column, count."""
    column = (
        pl.when(pl.col("seen_level").is_not_null())
        .then(pl.col("seen_level").cast(pl.String))
        .when(pl.col("verdict") == "untested")
        .then(pl.lit(UNTESTED))
        .otherwise(pl.lit(OPEN))
    )
    known = rows.filter(pl.col("verdict").is_not_null()).with_columns(column=column, row=pl.col("declared_level"))
    return known.group_by("row", "column").agg(count=pl.len()).sort("row", "column")


def picked(asked: Asked) -> list:
    """The items of the cell that the reader picked; nothing for any other pick."""
    row, _, column = asked.view.pick.partition("-")
    if row not in LEVELS or column not in (*LEVELS, *BESIDE):
        return []
    lang = asked.lang
    chosen = asked.items.rows.filter(pl.col("declared_level") == int(row), _is_in(column))
    seen = say(lang, f"depth.beside.{column}") if column in BESIDE else say(lang, f"depth.level.{column}")
    title = say(lang, "depth.picked", declared=say(lang, f"depth.level.{row}"), seen=seen, count=formats.count(chosen.height, lang))
    table = every_item(replace(asked.items, rows=chosen, level=int(row)), "picked", title)
    close = html.A(say(lang, "depth.unpick"), href=asked.view.href(pick="", at="", sort="", find=""), className="unpick")
    return [html.Section([html.H2(title), close, data_table(table, asked.view)], className="panel-box", id="picked")]


def _is_in(column: str) -> pl.Expr:
    if column in BESIDE:
        return pl.col("verdict") == ("untested" if column == UNTESTED else "insufficient_evidence")
    return pl.col("seen_level") == int(column)
