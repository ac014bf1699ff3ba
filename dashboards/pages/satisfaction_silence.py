"""What those who did not answer could hide: for the whole and its parts, the share known to be satisfied, known not to be, and silent."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.board import Board
from dashboards.cards.table import Column, Table, data_table
from dashboards.indicators import Indicator
from dashboards.pages.frame import Frame
from dashboards.pages.satisfaction_told import Silence, silence_finding, silence_of, silence_text
from dashboards.words import say

BOUNDS = Indicator("satisfaction_bounds", "satisfaction_bounds")
PIECES = ("satisfied", "silent", "dissatisfied")
SCHEMA = {
    "name": pl.String,
    "href": pl.String,
    **dict.fromkeys(("satisfied", "dissatisfied", "silent", "low", "high", "cases"), pl.Float64),
}


def silence_section(frame: Frame, board: Board) -> html.Section:
    """A bar for the whole with its numbers in words, a thinner one for each part, and the same as a table."""
    lang, view = frame.lang, frame.view
    whole = silence_of(board.course(BOUNDS).now)
    head = html.H2([silence_finding(whole, lang), " ", _define(frame)])
    if whole is None:
        return html.Section([head, html.P(say(lang, "satisfaction.silence.none"), className="note")], className="panel-box silence")
    parts = parts_of(frame, board)
    bars = [_bar(frame.name, "", whole, lang), *(_bar(name, href, found, lang) for name, href, found in parts)]
    key = [html.Span([html.Span(className=f"swatch is-{piece}"), say(lang, f"satisfaction.silence.{piece}")]) for piece in PIECES]
    table = html.Details([html.Summary(say(lang, "figure.table")), data_table(_table(frame, whole, parts), view)], className="as-table")
    text = html.P(silence_text(whole, lang), className="silence-text")
    body = [text, html.Div(key, className="swatches"), html.Div(bars, className="silence-bars"), table]
    return html.Section([head, *body, html.P(say(lang, "satisfaction.silence.note"), className="note")], className="panel-box silence")


def _define(frame: Frame) -> html.A:
    lang = frame.lang
    name = say(lang, "satisfaction.silence.name")
    return html.A(say(lang, "fine.definition"), href=frame.view.href(define=BOUNDS.define), className="define", **aria(label=say(lang, "fine.definition_of", name=name)))  # fmt: skip


def parts_of(frame: Frame, board: Board) -> list[tuple[str, str, Silence]]:
    """Name, address and bounds of every part that has them."""
    courses = board.courses(BOUNDS, frame.part_dimension) if frame.part_dimension else {}
    found = [(place, silence_of(courses[place.code].now)) for place in frame.parts if place.code in courses]
    return [(place.name(frame.lang), frame.place_href(place.code), silence) for place, silence in found if silence is not None]


def _bar(name: str, href: str, found: Silence, lang: str) -> html.Div:
    ends = say(lang, "satisfaction.silence.ends", low=formats.share(found.satisfied, lang), high=formats.share(found.most, lang))
    pieces = [
        html.Span(className=f"piece is-{piece}", style={"width": f"{getattr(found, piece) * 100:.3f}%"})
        for piece in PIECES
        if getattr(found, piece)
    ]
    shown = html.A(name, href=href) if href else html.B(name)
    row = [
        html.Div(shown, className="silence-name"),
        html.Div(pieces, className="track", **aria(hidden="true")),
        html.Div(ends, className="silence-ends"),
    ]
    return html.Div(row, className="silence-row" if href else "silence-row is-whole")


def _table(frame: Frame, whole: Silence, parts: list[tuple[str, str, Silence]]) -> Table:
    lang = frame.lang
    lines = [
        (name, href or None, s.satisfied, s.dissatisfied, s.silent, s.satisfied, s.most, s.cases)
        for name, href, s in [(frame.name, "", whole), *parts]
    ]
    columns = (
        Column("name", say(lang, "satisfaction.columns.place"), href="href"),
        *(Column(piece, say(lang, f"satisfaction.silence.{piece}"), "share") for piece in PIECES),
        Column("low", say(lang, "satisfaction.silence.low"), "share"),
        Column("high", say(lang, "satisfaction.silence.high"), "share"),
        Column("cases", say(lang, "columns.n"), "cases"),
    )
    return Table("silence", say(lang, "satisfaction.silence.name"), columns, pl.DataFrame(lines, schema=SCHEMA, orient="row"))
