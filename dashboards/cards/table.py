"""Data tables: typed columns, sorted, searched and paged by the address; the same rows leave as CSV and Excel.

A table on a page carries its own rows (`of_page`), so that an export is exactly what the page shows, of every page of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any
from urllib.parse import quote

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria, data
from dashboards.controls import View
from dashboards.sentences import state_word
from dashboards.words import say

WORDS = ("text", "code", "flag", "day", "instant")  # kinds that are not numbers; every other kind is a unit of formats.py
SEARCHED_FROM = 9  # rows from which a search box is worth its place
FORMATS = ("csv", "xlsx")


@dataclass(frozen=True)
class Column:
    """One column. `kind`: text, code, flag, day (date), instant (local date and time), number, or a unit (share, minutes, cases …).

    Names of further columns of the rows: `href` (where the cell leads), `state` (what stands there when the value is missing),
    `low` and `high` (its interval, under the value). `show` draws the cell from the row instead, `href` may make the link from it: both are
    asked for the rows that are drawn only, and exports keep the value.
    """

    key: str
    title: str
    kind: str = "text"
    href: str | Callable[[dict[str, Any]], str | None] = ""
    state: str = ""
    low: str = ""
    high: str = ""
    show: Callable[[dict[str, Any]], Any] | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is set right-aligned."""
        return self.kind not in WORDS


@dataclass(frozen=True)
class Table:
    """Rows with their columns. `order`: the column sorted by unless the address says otherwise (`-n`: descending; empty: as they come).

    Where `total` is given the rows are one page of that many, sorted and searched by whoever read them; `every` then reads all for an export.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: pl.DataFrame
    order: str = ""
    size: int = 20
    note: str = ""
    total: int | None = None
    every: Callable[[], pl.DataFrame] | None = field(default=None, compare=False)

    @property
    def whole(self) -> Table:
        """The table with all its rows, as an export gives them."""
        return self if self.every is None else replace(self, rows=self.every(), total=None, every=None)


@dataclass(frozen=True)
class Position:
    """What the address says of a table: order, searched text, page (from 1)."""

    order: str
    text: str
    number: int

    @classmethod
    def of(cls, table: Table, view: View) -> Position:
        """Read it from the view; wrong words count as none."""
        asked = view.table_state("sort", table.key)
        known = asked.lstrip("-") in {column.key for column in table.columns}
        at = view.table_state("at", table.key)
        number = int(at) if at.isdecimal() and len(at) < 7 else 1
        return cls(asked if known else table.order, view.table_state("find", table.key), max(number, 1))


def data_table(table: Table, view: View) -> html.Div:
    """The table for a view, with search, pages and downloads where they are worth it."""
    position = Position.of(table, view)
    rows = arranged(table, position) if table.total is None else table.rows
    total = rows.height if table.total is None else table.total
    last = max((total - 1) // table.size + 1, 1)
    number = min(position.number, last)
    shown = rows.slice((number - 1) * table.size, table.size) if table.total is None else rows
    body = [_row(table, row, view.lang) for row in shown.iter_rows(named=True)] or [_no_rows(table, position, view.lang)]
    drawn = html.Table([html.Thead(_heads(table, position, view)), html.Tbody(body)], className="plain data")
    scroller = html.Div(drawn, className="scroller", tabIndex="0", role="group", **aria(label=table.title))
    is_searched = (table.rows.height if table.total is None else total) >= SEARCHED_FROM or position.text
    parts = [_search(table, position, view)] if is_searched else []
    note = [html.P(table.note, className="note")] if table.note else []
    foot = html.Div([*_pages(table, (number, last, total), view), downloads(table.key, view)], className="table-foot")
    return of_page(html.Div([*parts, scroller, foot, *note], className="data-table"), table)


def of_page(node: html.Element, table: Table) -> Any:
    """The element, carrying its table for the exports."""
    node.carried_table = table  # type: ignore[attr-defined]
    return node


def tables_in(node: Any) -> Iterator[Table]:
    """Every table that a laid-out page carries."""
    if isinstance(node, list | tuple):
        for child in node:
            yield from tables_in(child)
    elif isinstance(node, html.Element):
        if (carried := getattr(node, "carried_table", None)) is not None:
            yield carried
        yield from tables_in(getattr(node, "children", None))


def arranged(table: Table, position: Position) -> pl.DataFrame:
    """The rows that hold the searched text, in the order asked for; missing values last, ties in the order they came."""
    rows = table.rows
    if position.text:
        texts = [pl.col(column.key).cast(pl.String).str.to_lowercase() for column in table.columns if column.key in rows.columns]
        rows = rows.filter(pl.any_horizontal(text.str.contains(position.text.lower(), literal=True) for text in texts))
    key = position.order.lstrip("-")
    if key not in rows.columns:
        return rows
    return rows.sort(key, descending=position.order.startswith("-"), nulls_last=True, maintain_order=True)


def downloads(key: str, view: View) -> html.Span:
    """Links to the table as files."""
    lang = view.lang
    links = [
        html.A(
            say(lang, f"table.{kind}"), href=export_href(key, kind, view), className="download", **aria(label=say(lang, f"table.as_{kind}"))
        )
        for kind in FORMATS
    ]
    return html.Span(links, className="downloads")


def export_href(key: str, kind: str, view: View) -> str:
    """Where a table of a page can be fetched as a file."""
    return f"/export/{kind}/{quote(key)}{view.href(define='')}"


def _heads(table: Table, position: Position, view: View) -> html.Tr:
    return html.Tr([_head(table, column, position, view) for column in table.columns])


def _head(table: Table, column: Column, position: Position, view: View) -> html.Th:
    css = "num" if column.is_number else None
    if column.key not in table.rows.columns or (table.total is None and table.rows.height < 2):
        return html.Th(column.title, scope="col", className=css)
    is_down, is_up = position.order == f"-{column.key}", position.order == column.key
    first = f"-{column.key}" if column.is_number else column.key
    following = (column.key if is_down else f"-{column.key}") if is_down or is_up else first
    link = html.A(
        f"{column.title}{' ↓' if is_down else ' ↑' if is_up else ''}",
        href=view.href(sort=f"{table.key}:{following}", at="", define=""),
        className="sort",
        **aria(label=say(view.lang, "league.sort_by", column=column.title)),
    )
    order = aria(sort="descending" if is_down else "ascending") if is_down or is_up else {}
    return html.Th(link, scope="col", className=css, **order)


def _row(table: Table, row: dict[str, Any], lang: str) -> html.Tr:
    first, *others = table.columns
    head = html.Th(_cell(first, row, lang), scope="row", className="num" if first.is_number else None)
    return html.Tr([head, *(html.Td(_cell(column, row, lang), className="num" if column.is_number else None) for column in others)])


def _cell(column: Column, row: dict[str, Any], lang: str) -> Any:
    shown = column.show(row) if column.show else _text(column, row, lang)
    href = column.href(row) if callable(column.href) else row.get(column.href)
    return html.A(shown, href=href) if href else shown


def _text(column: Column, row: dict[str, Any], lang: str) -> Any:
    value = row.get(column.key)
    if value is None:
        state = row.get(column.state) if column.state else None
        return html.Span(state_word(state, lang) if state else say(lang, "table.missing"), className="faint")
    text = written(value, column.kind, lang)
    low, high = row.get(column.low), row.get(column.high)
    if low is None or high is None:
        return text
    return [text, html.Span(formats.interval(low, high, column.kind, lang), className="interval")]


def written(value: Any, kind: str, lang: str) -> str:
    """A value of a column's kind as people read it."""
    if kind in ("text", "code"):
        return str(value)
    if kind == "flag":
        return say(lang, "table.yes" if value else "table.no")
    if kind == "day":
        return formats.day(value, lang, short=True)
    if kind == "instant":
        return formats.instant(value, lang)
    return formats.number(value, 0 if float(value).is_integer() else 1) if kind == "number" else formats.amount(value, kind, lang)


def _no_rows(table: Table, position: Position, lang: str) -> html.Tr:
    text = say(lang, "table.nothing_found", text=position.text) if position.text else say(lang, "table.empty")
    return html.Tr(html.Td(text, colSpan=str(len(table.columns)), className="faint"))


def _search(table: Table, position: Position, view: View) -> html.Div:
    """A form that the script sends as a change of the address. Its markup is written here because Dash has no plain input."""
    label = escape(say(view.lang, "table.find"))
    name = f"find-{escape(table.key)}"
    box = f'<input id="{name}" type="search" maxlength="80" autocomplete="off" value="{escape(position.text)}">'
    text = f'<label for="{name}">{label}</label>{box}<button type="submit">{escape(say(view.lang, "table.go"))}</button>'
    return html.Div(className="find", **data(html=f'<form role="search" data-table="{escape(table.key)}">{text}</form>'))


def _pages(table: Table, place: tuple[int, int, int], view: View) -> list:
    number, last, total = place
    lang = view.lang
    if last == 1:
        return [html.Span(say(lang, "table.rows" if total != 1 else "table.row", total=formats.count(total, lang)), className="faint")]
    first = (number - 1) * table.size + 1
    words = {
        "first": formats.count(first, lang),
        "last": formats.count(min(first + table.size - 1, total), lang),
        "total": formats.count(total, lang),
    }
    links = [_page_link(table, step, say(lang, f"table.{name}"), view) for step, name in _steps(number, last)]
    return [html.Span(say(lang, "table.range", **words), className="faint"), html.Nav(links, className="pages", **aria(label=table.title))]


def _steps(number: int, last: int) -> list[tuple[int, str]]:
    found = [(1, "first"), (number - 1, "previous")] if number > 1 else []
    return [*found, *([(number + 1, "next"), (last, "last")] if number < last else [])]


def _page_link(table: Table, number: int, text: str, view: View) -> html.A:
    return html.A(text, href=view.href(at=f"{table.key}:{number}", define=""))
