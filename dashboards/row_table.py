"""The rows behind a figure as a table of a page: columns from the contract, codes as names, a case leading to its own page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.table import Column, Table
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.places import part_names, tree
from dashboards.row_files import feed_of, with_files
from dashboards.words import has_word, say
from metrics.marts import FIRST_DAY, LAST_DAY
from metrics.row_columns import shown_columns
from metrics.row_page import SIDES, Slice, filled, found, page
from metrics.rows import Opened
from warehouse.contract import Column as Contract
from warehouse.contract import tables
from warehouse.masking import masked_columns

KEY = "rows"
SIZE = 25
MOST_EXPORTED = 100_000  # of one download
NAMED = {"item_id": "item", "dept_id": "department", "provider_dept_id": "department", "site_id": "site"}
DIVISIONS = ("district_code", "town_code", "city_code", "division_code")
KINDS = {"BOOLEAN": "flag", "DATE": "day", "TIMESTAMPTZ": "instant", "BIGINT": "number", "DOUBLE": "number"}
UNBOUNDED = [date.fromisoformat(FIRST_DAY), date.fromisoformat(LAST_DAY)]  # what marts write where a source gives no first or last day
AMOUNTS = {"numerator": "numerator_part", "denominator": "denominator_part", "age": "age"}


@dataclass(frozen=True)
class Names:
    """Names of things by column and code, in the reader's language."""

    gate: Gate
    lang: str

    def of(self, column: str, codes: list[str]) -> dict[str, str]:
        """The names of these codes; a code without one stays."""
        if column in NAMED:
            known = part_names(self.gate, NAMED[column])
            return {code: known[code].name(self.lang) for code in codes if code in known}
        if column in DIVISIONS:
            places = {code: tree(self.gate).place(code) for code in codes}
            return {code: place.name(self.lang) for code, place in places.items() if place}
        return {code: text for code in codes if (text := code_word(column, code, self.lang)) != code}

    def holding(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Codes of things whose name holds a text, by column."""
        low = text.lower()
        places = {place.code: place for parts in tree(self.gate).below.values() for place in parts}
        by_kind = {kind: part_names(self.gate, kind) for kind in dict.fromkeys(NAMED.values())}
        everything = {**{column: by_kind[kind] for column, kind in NAMED.items()}, **dict.fromkeys(DIVISIONS, places)}
        return tuple(
            (column, tuple(code for code, thing in known.items() if low in f"{thing.name_zh}\n{thing.name_en}".lower()))
            for column, known in everything.items()
        )


def code_word(column: str, code: str, lang: str) -> str:
    """The word for a code of a column; the code itself where there is none."""
    for key in (f"row_code.{column}.{code}", f"{column}.{code}" if column == "channel" else "", f"row_code.any.{code}"):
        if key and has_word(lang, key):
            return say(lang, key)
    return code


def slice_of(view: View, names: Names, mart: str, order: str = "") -> Slice:
    """What the address says of the rows: side, search, choice, order and page."""
    asked = view.table_state("sort", KEY) or order
    text = view.table_state("find", KEY)
    at = view.table_state("at", KEY)
    number = max(int(at), 1) if at.isdecimal() and len(at) < 7 else 1
    side = view.side if view.side in SIDES else "all"
    return Slice(side, text, names.holding(text) if text else (), picked(view, mart), asked.lstrip("-"), asked.startswith("-"), SIZE, (number - 1) * SIZE)  # fmt: skip


def picked(view: View, mart: str) -> tuple[tuple[str, str], ...]:
    """`observed_level:2/declared_level:3` as columns with their values; what the mart does not show of anybody counts as nothing."""
    known = set(masked_columns(mart, list(tables()[mart].columns)))
    pairs = [part.partition(":") for part in view.pick.split("/") if ":" in part]
    return tuple((name, value) for name, _, value in pairs if name in known)


def row_table(gate: Gate, view: View, opened: Opened, side_word: Callable[[str], str]) -> Table:
    """The table of an opened figure for a view."""
    names = Names(gate, view.lang)
    cut = _known(slice_of(view, names, opened.mart, _newest(opened)), opened)
    total, kept = gate.read(lambda con, _: (found(con, opened, cut), filled(con, opened, cut)))
    cut = replace(cut, offset=min(cut.offset, max(total - 1, 0) // SIZE * SIZE))
    columns = _columns(opened, kept, cut.side, view.lang)

    def rows(some: Slice) -> pl.DataFrame:
        found = gate.read(lambda con, _: page(con, opened, some))
        return _readable(with_files(gate, opened.mart, found, view.lang), opened, names, side_word)

    shown = _linked(rows(cut), view)
    note = say(view.lang, "cases.limit", limit=formats.count(MOST_EXPORTED, view.lang)) if total > MOST_EXPORTED else ""
    title = say(view.lang, "cases.table", figure=opened.question.metric.name[view.lang])
    every = partial(rows, replace(cut, limit=MOST_EXPORTED, offset=0))
    return Table(KEY, title, columns, shown, _newest(opened), SIZE, note, total, every)


def _known(cut: Slice, opened: Opened) -> Slice:
    """An order by a column that the rows do not show counts as none."""
    known = {column.name for column in shown_columns(opened)} | {AMOUNTS[role] for role in opened.amounts}
    return cut if cut.sort in known else replace(cut, sort=_newest(opened).lstrip("-"), is_descending=True)


def _newest(opened: Opened) -> str:
    """Newest first, where the rows have a date."""
    dates = [column.name for column in shown_columns(opened) if column.type in ("DATE", "TIMESTAMPTZ")]
    return f"-{dates[0]}" if dates else ""


def _columns(opened: Opened, kept: frozenset[str], side: str, lang: str) -> tuple[Column, ...]:
    first, *others = [column for column in shown_columns(opened) if column.name in kept or not kept]
    part = [Column("side", say(lang, "cases.part"))] if side in ("all", "denominator") else []
    amounts = [Column(AMOUNTS[role], say(lang, f"cases.amount.{role}"), "number") for role in opened.amounts]
    files = [Column("file", say(lang, "cases.file"))] if feed_of(opened.mart) else []
    return (_column(first, lang), *part, *amounts, *(_column(column, lang) for column in others), *files)


def _column(column: Contract, lang: str) -> Column:
    kind = KINDS.get(column.type, "text")
    title = say(lang, f"row.{column.name}") if has_word(lang, f"row.{column.name}") else column.name
    href = "case_href" if column.name == "case_id" else ""
    show = _item if column.name == "item_id" else None
    return Column(column.name, title, kind, href=href, show=show)


def _item(row: dict[str, Any]) -> Any:
    """An item's name with its code in small print."""
    name, code = row.get("item_id"), row.get("item_code")
    if name is None:
        return "–"
    return [name, html.Span(code, className="code")] if name != code else name


def _readable(rows: pl.DataFrame, opened: Opened, names: Names, side_word: Callable[[str], str]) -> pl.DataFrame:
    """Codes replaced by names, lists written out, the side of each row in words."""
    sides = (
        pl.when(pl.col("in_numerator"))
        .then(pl.lit(side_word("numerator")))
        .when(pl.col("in_denominator"))
        .then(pl.lit(side_word("missed")))
        .otherwise(pl.lit(side_word("outside")))
    )
    made = [sides.alias("side")]
    if "item_id" in rows.columns:
        made.append(pl.col("item_id").alias("item_code"))
    rows = rows.with_columns(made)
    for column in shown_columns(opened):
        if column.type == "DATE":
            rows = rows.with_columns(
                pl.when(pl.col(column.name).is_in(UNBOUNDED)).then(None).otherwise(pl.col(column.name)).alias(column.name)
            )
        elif column.type.endswith("[]"):
            rows = rows.with_columns(pl.col(column.name).list.join(", "))
        elif column.type == "VARCHAR":
            codes = rows[column.name].drop_nulls().unique().to_list()
            rows = rows.with_columns(pl.col(column.name).replace(names.of(column.name, codes)))
    return rows


def _linked(rows: pl.DataFrame, view: View) -> pl.DataFrame:
    if "case_id" not in rows.columns:
        return rows
    links = [view.go(f"/case/{code}") if code else None for code in rows["case_id"].to_list()]
    return rows.with_columns(pl.Series("case_href", links, dtype=pl.String))
