"""Visitors with and without an appointment, side by side: two groups that are not told to be alike."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.controls import View
from dashboards.course import Course
from dashboards.figures.hbars import hbars
from dashboards.figures.look import Look
from dashboards.pages.waiting_figures import BOOKED, BY_SLOT, BY_SLOT_P90, MISSED, WALK_IN, WALK_IN_P90
from dashboards.readings import change_between
from dashboards.words import say

BARS = (WALK_IN, BY_SLOT, WALK_IN_P90, BY_SLOT_P90)
SCHEMA = {"name": pl.String, **dict.fromkeys(("value", "low", "high", "n"), pl.Float64), "state": pl.String}


def ask_booking(board: Board) -> Board:
    """Note the questions of the comparison."""
    return board.want([*BARS, BOOKED, MISSED])


def booking_card(board: Board, view: View) -> html.Section:
    """Means and nine-in-ten of both groups as bars, with what may and may not be concluded."""
    lang = view.lang
    look = Look.of(lang, view.theme, "minutes")
    rows = [
        (say(lang, f"booking.{one.key}"), now.value, now.low, now.high, now.n, now.state)
        for one in BARS
        for now in (board.course(one).now,)
    ]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    pairs = [
        say(lang, "figure.pair", name=row["name"], value=look.text(row["value"])) for row in frame.to_dicts() if row["value"] is not None
    ]
    columns = (
        Column("name", say(lang, "booking.who")),
        Column("value", say(lang, "columns.value"), "minutes", state="state", low="low", high="high"),
        Column("n", say(lang, "columns.n"), "tickets"),
    )
    chart = Chart(
        title=booking_title(board.course(WALK_IN), board.course(BY_SLOT), lang),
        figure=hbars(frame, look),
        alt=formats.listed(pairs, lang) or say(lang, "drawing.none"),
        table=Table("booking", say(lang, "booking.table"), columns, frame),
        note=_note(board, lang),
    )
    return chart_card(chart, view)


def booking_title(walk_in: Course, by_slot: Course, lang: str) -> str:
    """Whether the waits of the two groups differ by more than chance."""
    change = change_between(by_slot.now, walk_in.now, "lower", is_full_count=False)
    if change is None or change.is_clear is None:
        return say(lang, "booking.title")
    if not change.is_clear:
        return say(lang, "booking.title_same")
    return say(
        lang, "booking.title_less" if change.delta < 0 else "booking.title_more", gap=formats.difference(change.delta, "minutes", lang)
    )


def _note(board: Board, lang: str) -> str:
    texts = {}
    for one in (BOOKED, MISSED):
        now = board.course(one).now
        texts[one.key] = say(lang, f"state.{now.state}") if now.value is None else formats.share(now.value, lang)
    return say(lang, "booking.note", **texts)
