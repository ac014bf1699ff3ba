"""The tables of items on the page on depth: declared too high, item by item, untested, changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.table import Column, Table
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.pages.depth_evidence import FEWEST
from dashboards.pages.depth_told import VERDICTS, cause_words, held_back
from dashboards.places import part_names
from dashboards.words import say

ITEM = "/item/"
Causes = Mapping[str, Sequence[tuple[str, int]]]
Cell = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Items:
    """Rows of evidence with what their tables need to name and explain them. `level` and `day`: what the page looks at."""

    gate: Gate
    view: View
    rows: pl.DataFrame
    causes: Causes
    level: int
    day: date

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.view.lang

    def named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of items with the names of item and department. Thousands of rows, a page of which is shown: no step goes row by row."""
        for key, dimension, name in (("item_id", "item", "item"), ("dept_id", "department", "department")):
            rows = rows.join(_names(self.gate, dimension, self.lang, (key, name)), on=key, how="left", maintain_order="left")
            rows = rows.with_columns(pl.col(name).fill_null(pl.col(key)))
        return rows


def _names(gate: Gate, dimension: str, lang: str, columns: tuple[str, str]) -> pl.DataFrame:
    known = part_names(gate, dimension)

    def make() -> pl.DataFrame:
        rows = [(code, place.name(lang)) for code, place in known.items()]
        return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")

    return gate.once(("name table", dimension, lang), make)


def verdict_text(lang: str) -> pl.Expr:
    """The verdict in words."""
    words = {key: say(lang, f"depth.verdict.{key}") for key in VERDICTS}
    return pl.col("verdict").fill_null("undeclared").replace_strict(words, return_dtype=pl.String).alias("verdict_text")


def texts(name: str, rows: pl.DataFrame, write: Cell) -> pl.Series:
    """A column of texts made from each row, for tables of few rows."""
    return pl.Series(name, [write(row) for row in rows.iter_rows(named=True)], dtype=pl.String)


def over_declared(items: Items) -> Table:
    """Items whose cases contradict the declared level, those that sent most people out too often first."""
    lang, view, year = items.lang, items.view, f"{items.day.year}"
    chosen = items.named(items.rows.filter(pl.col("verdict") == "contradicted"))
    rows = chosen.with_columns(
        texts("causes", chosen, lambda row: cause_words(items.causes.get(row["item_id"], ()), lang)),
        missed=pl.col("n") - pl.col("reached"),
        rows=pl.lit(say(lang, "depth.rows")),
    ).sort("missed", "n", descending=True, maintain_order=True)

    def rows_link(row: dict[str, Any]) -> html.A:
        return html.A(
            row["rows"], href=view.rows_href(missed_at(row["declared_level"]), "missed", item=row["item_id"], period=year, pick="")
        )

    columns = (
        item_column(view),
        Column("department", say(lang, "depth.columns.department")),
        Column("declared_level", say(lang, "depth.columns.declared"), "number"),
        Column("seen_level", say(lang, "depth.columns.seen"), "number"),
        Column("missed", say(lang, "depth.columns.missed"), "cases"),
        Column("n", say(lang, "depth.columns.n"), "cases"),
        interval_column(lang),
        Column("causes", say(lang, "depth.columns.causes")),
        Column("rows", say(lang, "depth.columns.rows", year=year), show=rows_link),
    )
    return Table("over-declared", say(lang, "depth.over.title"), columns, rows, order="-missed", size=10, note=say(lang, "depth.over.note"))


def missed_at(level: int) -> str:
    """The figure whose missed side are the online cases that did not reach a level; a month has too few of them, so they are listed by year."""
    return Indicator("observed", "observed_depth_share", (("level", level), ("variant", "conditional"))).define


def item_column(view: View) -> Column:
    """The item's name, leading to its own page."""
    return Column(
        "item", say(view.lang, "depth.columns.item"), show=lambda row: html.A(row["item"], href=view.go(f"{ITEM}{row['item_id']}", item=""))
    )


def interval_column(lang: str) -> Column:
    """The 95 % interval of the share of cases with few enough visits; its upper end sorts."""

    def show(row: dict[str, Any]) -> str:
        return say(lang, "table.missing") if row["high"] is None else formats.interval(row["low"], row["high"], "share", lang)

    return Column("high", say(lang, "depth.columns.interval"), "share", show=show)


def untested(items: Items) -> Table:
    """Items with a declared level on which the cases allow no verdict, the deepest claims first."""
    lang = items.lang
    chosen = items.named(items.rows.filter(pl.col("verdict").is_in(["untested", "insufficient_evidence"])))
    rows = chosen.with_columns(verdict_text(lang)).sort("declared_level", "n", descending=[True, True], maintain_order=True)
    columns = (
        item_column(items.view),
        Column("department", say(lang, "depth.columns.department")),
        Column("declared_level", say(lang, "depth.columns.declared"), "number"),
        Column("n", say(lang, "depth.columns.n"), "cases"),
        Column("reached", say(lang, "depth.columns.reached"), "cases"),
        interval_column(lang),
        Column("verdict_text", say(lang, "depth.columns.verdict")),
    )
    return Table(
        "untested", say(lang, "depth.untested.title"), columns, rows, size=10, note=say(lang, "depth.untested.note", fewest=FEWEST)
    )


def every_item(items: Items, key: str, title: str) -> Table:
    """Items one by one: declared, what the cases allow, how far from the level, and what holds them back."""
    lang, level = items.lang, items.level
    named = items.named(items.rows)
    rows = named.with_columns(
        verdict_text(lang),
        texts("holds", named, lambda row: held_back(row, level, items.causes.get(row["item_id"], ()), lang)),
        gap=(level - pl.col("declared_level").fill_null(0)).clip(0),
    ).sort("gap", "n", descending=True, maintain_order=True)
    columns = (
        item_column(items.view),
        Column("declared_level", say(lang, "depth.columns.declared"), "number"),
        Column("seen_level", say(lang, "depth.columns.seen"), "number"),
        Column("verdict_text", say(lang, "depth.columns.verdict")),
        Column("n", say(lang, "depth.columns.n"), "cases"),
        interval_column(lang),
        Column("gap", say(lang, "depth.columns.gap", level=level), "number"),
        Column("holds", say(lang, "depth.columns.holds", level=level)),
    )
    return Table(key, title, columns, rows, size=20, note=say(lang, "depth.every.note"))


def changed(log: pl.DataFrame, items: Items) -> Table:
    """Every change of a declared level in twelve months, newest first, and what the cases say of the item now."""
    lang = items.lang
    now = items.rows.select("item_id", "verdict", "is_rise_unmatched", "n")
    rows = items.named(log.join(now, on="item_id", how="left", maintain_order="left")).with_columns(
        _since(lang), step=pl.col("level") - pl.col("level_before")
    )
    columns = (
        Column("changed_on", say(lang, "depth.columns.changed_on"), "day"),
        item_column(items.view),
        Column("department", say(lang, "depth.columns.by")),
        Column("level_before", say(lang, "depth.columns.before"), "number"),
        Column("level", say(lang, "depth.columns.after"), "number"),
        Column("n", say(lang, "depth.columns.n"), "cases"),
        Column("now", say(lang, "depth.columns.now")),
    )
    return Table("changes", say(lang, "depth.changes.title"), columns, rows, size=10, note=say(lang, "depth.changes.note"))


def _since(lang: str) -> pl.Expr:
    """What became of a change: of a rise above all whether the cases since follow it."""
    has_risen = pl.col("level") > pl.col("level_before").fill_null(0)
    return (
        pl.when(pl.col("is_rise_unmatched").fill_null(value=False))
        .then(pl.lit(say(lang, "depth.since.unmatched")))
        .when(has_risen & (pl.col("verdict") == "contradicted"))
        .then(pl.lit(say(lang, "depth.since.contradicted")))
        .otherwise(verdict_text(lang))
        .alias("now")
    )
