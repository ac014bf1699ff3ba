"""What a hall is made of: its queues, its windows and the items done there, each with its own figures."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards.board import Board
from dashboards.cards.table import Column, Table, data_table
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.pages.waiting_figures import GIVEN_UP, ISSUED, MEAN, P90, SERVICE
from dashboards.pages.waiting_measures import measures, readings_by, schema_of
from dashboards.pages.waiting_week import span_text, week_span
from dashboards.places import Place, part_names
from dashboards.readings import Reading
from dashboards.words import say

LENGTH = Indicator("length", "queue_length_mean")
UNSTAFFED = Indicator("unstaffed", "unstaffed_queue_share")
SHOWN = (LENGTH, UNSTAFFED)  # what queue displays tell; few cities have them
OF_A_QUEUE = (ISSUED, MEAN, P90, GIVEN_UP, SERVICE, *SHOWN)
OF_A_WINDOW = (ISSUED, SERVICE)
OF_AN_ITEM = (ISSUED, MEAN, SERVICE)
ASKED = {"queue": OF_A_QUEUE, "point": OF_A_WINDOW, "item": OF_AN_ITEM}
UNITS = {
    "tickets": "tickets",
    "wait": "minutes",
    "wait_p90": "minutes",
    "abandoned": "share",
    "service": "minutes",
    "length": "number",
    "unstaffed": "share",
}
_WINDOWS = "select point_id as code, arg_max(name_zh, valid_from) as name_zh, arg_max(name_en, valid_from) as name_en from mart_point group by point_id"


def ask_parts(board: Board) -> Board:
    """Note the questions: of the twelve months, for a month's tickets are too few to divide by windows and items."""
    span = week_span(board.scope)
    for dimension, figures in ASKED.items():
        for figure in figures:
            board.also(f"{dimension}_{figure.key}", figure, (dimension,), span=span)
    return board


def queues_section(board: Board, view: View) -> html.Section | None:
    """Its queues."""
    frame = _frame(board, "queue")
    names = [say(view.lang, "site.queue", code=code) for code in frame["code"]] if not frame.is_empty() else []
    return _section(board, "queue", frame.with_columns(name=pl.Series(names, dtype=pl.String)), view)


def windows_section(board: Board, view: View) -> html.Section | None:
    """Its windows."""
    frame, known = _frame(board, "point"), _windows(board.gate)
    names = [known[code].name(view.lang) if code in known else code for code in frame["code"]] if not frame.is_empty() else []
    return _section(board, "point", frame.with_columns(name=pl.Series(names, dtype=pl.String)), view)


def items_section(board: Board, view: View) -> html.Section | None:
    """The items that people came for, as far as tickets name one."""
    frame, known = _frame(board, "item"), part_names(board.gate, "item")
    if frame.is_empty():
        return None
    names = [known[code].name(view.lang) if code in known else code for code in frame["code"]]
    links = [view.go(f"/item/{code}") for code in frame["code"]]
    return _section(board, "item", frame.with_columns(name=pl.Series(names), href=pl.Series(links)), view)


def _windows(gate: Gate) -> dict[str, Place]:
    def read() -> dict[str, Place]:
        return {
            row["code"]: Place(row["code"], row["name_zh"] or "", row["name_en"] or "")
            for row in gate.table(_WINDOWS).iter_rows(named=True)
        }

    return gate.once("names of windows", read)


def _section(board: Board, dimension: str, frame: pl.DataFrame, view: View) -> html.Section | None:
    if frame.is_empty():
        return None
    lang = view.lang
    title = say(lang, f"site.{dimension}s", span=span_text(week_span(board.scope), lang))
    name = Column("name", say(lang, f"site.{dimension}_head"), href="href" if "href" in frame.columns else "")
    others = [_column(figure, lang) for figure in ASKED[dimension] if figure not in SHOWN or frame[figure.key].is_not_null().any()]
    table = Table(f"{dimension}s", title, (name, *others), frame, order="-tickets", size=10)
    return html.Section([html.H2(title), data_table(table, view)], className="panel-box")


def _column(figure: Indicator, lang: str) -> Column:
    key = figure.key
    low, high = (f"{key}_low", f"{key}_high") if key in ("wait", "service") else ("", "")
    return Column(key, say(lang, f"halls.{key}"), UNITS[key], state=f"{key}_state", low=low, high=high)


def _frame(board: Board, dimension: str) -> pl.DataFrame:
    """A row for every part that issued or served a ticket, or that a display showed."""
    found = {figure.key: readings_by(board, f"{dimension}_{figure.key}", dimension) for figure in ASKED[dimension]}
    rows = []
    for code in sorted({code for readings in found.values() for code in readings}):
        row: dict = {"code": code}
        for key, readings in found.items():
            row |= measures(key, readings.get(code, Reading()))
        rows.append(row)
    return pl.DataFrame(rows, schema={"code": pl.String, **schema_of(*found)})
