"""Waiting: how long people wait at windows, when and in which halls, how many give up, and whether windows are open when people come."""

from __future__ import annotations

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.league_rows import League, Row
from dashboards.cards.tile import tile_strip
from dashboards.controls import View
from dashboards.differences import Group, differences
from dashboards.gate import Gate
from dashboards.pages.frame import Frame, Told, frame_of, framed, reference_of
from dashboards.pages.page import Page
from dashboards.pages.sections import Told as Tiles
from dashboards.pages.sections import league_section, tell, trend_section
from dashboards.pages.waiting_booking import ask_booking, booking_card
from dashboards.pages.waiting_figures import WAITING, waiting_tile
from dashboards.pages.waiting_halls import ask_halls, hall_rows, halls_section, hour_section
from dashboards.pages.waiting_hours import ask_hours, hours_card, hours_of, implausible
from dashboards.pages.waiting_map import halls_map
from dashboards.pages.waiting_told import halls_text, told_of
from dashboards.pages.waiting_week import Pick, ask_week, week_card, week_of
from dashboards.words import say


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    frame, pick = frame_of(gate, view), Pick.of(view)
    board = _ask(frame, pick)
    tiles = tell(board, frame.name, frame.goals, view, WAITING)
    selected, name = tiles.selected, say(view.lang, f"tile.{tiles.selected.tile.key}")
    week, (parts, halls) = week_of(board, selected.tile.main), _leagues(frame, board, tiles)
    sections = [league_section(league, selected.tile, view) for league in (parts, halls) if league.rows]
    body = [
        tile_strip(tiles.tiles, view, selected.tile.key),
        counted(board, view.lang),
        html.Div([week_card(week, name, view), hours_card(hours_of(board, pick), view)], className="halves"),
        hour_section(board, pick, view),
        html.Div([*sections[:1], *halls_map(gate, parts, board.courses(selected.tile.main, "site"), name, view)], className="halves"),
        *sections[1:],
        html.Div([trend_section(tiles, view, reference_of(frame, board, selected.main)), booking_card(board, view)], className="halves"),
        halls_section(board, view),
    ]
    told = Told("waiting", told_of(tiles, week, halls_text(halls, view.lang), view.lang))
    return framed(frame, told, [part for part in body if part is not None])


def _ask(frame: Frame, pick: Pick) -> Board:
    main = waiting_tile(frame.view.tile).main
    board = frame.board().want(one for tile in WAITING for one in tile.all).want([main], by="site")
    if frame.part_dimension:
        board.want([main], by=frame.part_dimension)
    if frame.beside is not None:
        board.want([main], where=frame.beside_where)
    ask_week(ask_hours(ask_halls(ask_booking(board), pick), pick), main)
    return board.ask()


def counted(board: Board, lang: str) -> html.P:
    """What the figures rest on: who is in them and what was left out."""
    period = board.scope.period
    left_out = implausible(board.gate, board.scope.where, (period.start, period.end))
    return html.P(say(lang, "counted.note", left_out=formats.count(left_out, lang)), className="note counted")


def _leagues(frame: Frame, board: Board, tiles: Tiles) -> tuple[League, League]:
    """The parts of the place and its halls, by the selected figure, judged together."""
    view, whole = frame.view, tiles.selected.main
    courses = board.courses(whole.indicator, frame.part_dimension) if frame.part_dimension else {}
    parts = [
        Row(one.code, one.name(view.lang), frame.place_href(one.code), courses[one.code]) for one in frame.parts if one.code in courses
    ]
    halls = hall_rows(board, tiles, view)
    sides = differences([Group({row.code: row.course for row in rows}, whole) for rows in (parts, halls)])
    return League(parts, whole, tiles.name, frame.part_dimension, sides[0]), League(halls, whole, tiles.name, "site", sides[1])


PAGE = Page("waiting", "/waiting", layout)
