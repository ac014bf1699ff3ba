"""A department's items: what is declared of each, what its cases showed, how long they took against the promise, and what people said."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.table import Column, Table, data_table
from dashboards.indicators import Indicator
from dashboards.pages.department_desk import Desk
from dashboards.pages.depth_evidence import evidence, judged_on
from dashboards.pages.waiting_measures import measures, readings_by, schema_of
from dashboards.pages.waiting_week import span_text, week_span
from dashboards.places import part_names
from dashboards.readings import Reading
from dashboards.scoped import scoped
from dashboards.sentences import state_word
from dashboards.words import say

COMPLETED = Indicator("completed", "cases_completed")
DAYS = Indicator("days", "handling_time", (("stat", "p50"),))
KEPT = Indicator("kept", "promise_kept_rate")
BAD = Indicator("bad_rate", "bad_rating_rate_per_100k")
FIGURES = (COMPLETED, DAYS, KEPT, BAD)
NONE = Reading("not_applicable")  # no case
_PROMISED = """select item_id, promised_working_days from {items} as item
where valid_from <= $day and valid_to > $day and status = 'in_force' order by item_id"""


def ask_items(board: Board) -> Board:
    """Note the questions: of twelve months, for a month's cases are too few to divide by items."""
    for figure in FIGURES:
        board.also(f"items_{figure.key}", figure, ("item",), span=week_span(board.scope))
    return board


def items_section(board: Board, desk: Desk) -> html.Section | None:
    """Every item in force, the busiest first."""
    frame = items_frame(board, desk)
    if frame.is_empty():
        return None
    lang = desk.lang
    columns = (
        Column("name", say(lang, "dept_items.name"), href="href"),
        Column("declared_level", say(lang, "dept_items.declared"), "number"),
        Column("seen_level", say(lang, "dept_items.seen"), "number", show=lambda row: _seen(row, lang)),
        Column("completed", say(lang, "dept_items.completed"), "cases"),
        Column("days", say(lang, "dept_items.days"), "number", show=lambda row: _days(row, lang)),
        Column("promised_working_days", say(lang, "dept_items.promised"), "number", show=lambda row: _promised(row, lang)),
        Column("kept", say(lang, "dept_items.kept"), "share", state="kept_state", low="kept_low", high="kept_high"),
        Column("bad_count", say(lang, "dept_items.bad"), "cases"),
    )
    title = say(lang, "dept_items.title", count=formats.count(frame.height, lang), span=span_text(week_span(board.scope), lang))
    table = Table("items", title, columns, frame, order="-completed", size=15, note=say(lang, "dept_items.note"))
    return html.Section([html.H2(title), data_table(table, desk.view)], className="panel-box")


def _seen(row: dict, lang: str) -> html.Span | str:
    """The level that the cases allow, with a mark where they contradict what is declared; a word where they allow no verdict."""
    if row["seen_level"] is None:
        return html.Span(say(lang, "dept_items.untested"), className="faint")
    if row["verdict"] == "contradicted":
        return html.Span([f"{row['seen_level']:g} ", say(lang, "dept_items.contradicted")], className="bad")
    return f"{row['seen_level']:g}"


def _days(row: dict, lang: str) -> list | html.Span:
    """Half are decided within so many working days, with the interval; why not, where no such number is known."""
    if row["days"] is None:
        return html.Span(state_word(row["days_state"], lang), className="faint")
    sure = row["days_low"] is not None and row["days_high"] is not None
    span = [html.Span(f"{row['days_low']:g}{formats.DASH}{row['days_high']:g}", className="interval")] if sure else []
    return [f"{row['days']:g}", *span]


def _promised(row: dict, lang: str) -> str:
    """The promised working days; what is done on the spot has none."""
    days = row["promised_working_days"]
    return say(lang, "table.missing") if days is None else say(lang, "dept_items.at_once") if days == 0 else f"{days:g}"


def items_frame(board: Board, desk: Desk) -> pl.DataFrame:
    """A row an item in force."""
    scope, view, names = desk.frame.scope, desk.view, part_names(desk.frame.gate, "item")
    known = evidence(desk.frame.gate, scope).select("item_id", "declared_level", "seen_level", "verdict")
    items = scoped(desk.frame.gate, _PROMISED, scope, {"items": "mart_item"}, day=judged_on(scope)).join(
        known, on="item_id", how="left", maintain_order="left"
    )
    found = {figure.key: readings_by(board, f"items_{figure.key}", "item") for figure in FIGURES}
    bad, rows = _events(board), []
    for row in items.unique("item_id", maintain_order=True).to_dicts():
        code = row["item_id"]
        row |= {"name": names[code].name(desk.lang) if code in names else code, "href": view.go(f"/item/{code}", item="", dept="")}
        for key, readings in found.items():
            row |= measures(key, readings.get(code, NONE))
        rows.append(row | {"bad_count": bad.get(code)})
    texts = dict.fromkeys(("item_id", "name", "href", "verdict"), pl.String)
    numbers = dict.fromkeys(("declared_level", "seen_level", "promised_working_days", "bad_count"), pl.Float64)
    return pl.DataFrame(rows, schema={**texts, **numbers, **schema_of(*found)})


def _events(board: Board) -> dict[str, float | None]:
    """How many cases of each item were rated badly: the numerator of a rate that few cases make meaningless."""
    frame = board.frame(f"items_{BAD.key}")
    return {} if frame is None else dict(frame.select("item", "numerator").iter_rows())
