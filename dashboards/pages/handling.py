"""Handling: how long cases take beside the promise and the law, whether promises are kept, where the time goes, and what is overdue."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.tile import tile_strip
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.indicators import Indicator, Tile, tile_named
from dashboards.pages import handling_leagues
from dashboards.pages.frame import Frame, Told, frame_of, framed, reference_of
from dashboards.pages.handling_curve import HALF, NINE, curve_card, curves
from dashboards.pages.handling_days import PER_CASE, days_card, days_now
from dashboards.pages.handling_overdue import OVERDUE_CASES, ask_overdue, overdue, overdue_by, overdue_course, overdue_section
from dashboards.pages.handling_steps import FACTS, steps, steps_section
from dashboards.pages.handling_told import UNTOLD, days_sentence, overdue_sentence
from dashboards.pages.page import Page
from dashboards.pages.sections import Told as Tiles
from dashboards.pages.sections import tell, trend_section
from dashboards.scoped import last_day
from dashboards.sentences import changes, statement
from dashboards.words import say

OPEN = Indicator("open_cases", "open_cases")
TILES: tuple[Tile, ...] = (
    tile_named("promise"),
    tile_named("cut"),
    Tile("handling_time", HALF, (NINE,)),
    Tile("e2e_time", Indicator("e2e_time", "e2e_time"), (Indicator("e2e_p90", "e2e_time", (("stat", "p90"),)),)),
    Tile("statutory", Indicator("statutory_breach_rate_per_10k", "statutory_breach_rate_per_10k")),
    Tile("open_cases", OPEN, (OVERDUE_CASES,)),
)


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    frame = frame_of(gate, view)
    gate.ahead(*(partial(read, frame) for read in (steps, overdue, curves)))
    board = _ask(frame)
    handling_leagues.begin(frame, board, chosen_tile(view))
    told = _to_the_day(tell(board, frame.name, frame.goals, view, TILES), board)
    sections = [
        tile_strip(told.tiles, view, told.selected.tile.key),
        html.Div([days_card(frame, board), curve_card(frame, board)], className="halves even"),
        *_selected(frame, board, told),
        steps_section(frame, board),
        overdue_section(frame, is_known=told.tiles[0].main.now.state not in UNTOLD),
    ]
    return framed(frame, Told("handling", headline(frame, board, told)), sections)


def _ask(frame: Frame) -> Board:
    chosen = chosen_tile(frame.view)
    board = frame.board().want(indicator for tile in TILES for indicator in tile.all).want([*PER_CASE.values(), *FACTS])
    handling_leagues.want(board, frame, [chosen.main])
    ask_overdue(board, handling_leagues.counted_by(frame) if chosen.main == OPEN else "")
    if frame.beside is not None:
        board.want([chosen.main], where=frame.beside_where)
    return board.ask()


def _to_the_day(told: Tiles, board: Board) -> Tiles:
    """The tiles, overdue cases counted on the last day that the data reach."""
    overdue = overdue_course(board)
    tiles = [
        replace(data, courses={**data.courses, OVERDUE_CASES.key: overdue}) if OVERDUE_CASES.key in data.courses else data
        for data in told.tiles
    ]
    return replace(told, tiles=tiles)


def chosen_tile(view: View) -> Tile:
    """The tile that the address selects, else the first."""
    return next((tile for tile in TILES if tile.key == view.tile), TILES[0])


def headline(frame: Frame, board: Board, told: Tiles) -> list[str]:
    """Promises kept, time taken, what is overdue; then what has changed, or that the period is not complete."""
    lang, first = frame.lang, told.tiles[0]
    said = [
        statement(first.tile.key, first.main, first.standing, lang),
        days_sentence(days_now(board), lang),
        overdue_sentence(overdue_course(board).now, first.main.now, last_day(frame.scope), lang),
    ]
    if frame.scope.is_provisional or first.main.is_provisional:
        return [*said, say(lang, "headline.provisional", period=formats.period(frame.scope.period, lang))]
    compared = {data.tile.key: data.main for data in told.tiles if data.main.indicator != OPEN}  # fewer may have come
    return [*said, changes(compared, frame.scope.period, lang)]


def _selected(frame: Frame, board: Board, told: Tiles) -> list:
    """The selected figure over time, and by place and department."""
    trend = trend_section(told, frame.view, reference_of(frame, board, told.selected.main))
    if told.selected.tile.main == OPEN:
        overdue = overdue_by(board, handling_leagues.counted_by(frame))
        return [html.Div([trend, handling_leagues.counts_section(frame, board, OPEN, overdue)], className="halves")]
    tables = handling_leagues.leagues(frame, board, told.selected.tile)
    beside, others = (tables[:1], tables[1:]) if len(tables) > 1 else ([], tables)
    return [html.Div([*beside, trend], className="halves"), *others]


PAGE = Page("handling", "/handling", layout)
