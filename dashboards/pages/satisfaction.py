"""Satisfaction: what people really rated, how many said nothing, what became of bad ratings, and who differs. Polls stand apart."""

from __future__ import annotations

from dataclasses import replace

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.tile import TileData, tile_strip
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.indicators import Indicator, Tile
from dashboards.pages.frame import Frame, Told, frame_of, framed, reference_of
from dashboards.pages.page import Page
from dashboards.pages.satisfaction_bad import ask_bad, cases_section, facts_strip, stages_card
from dashboards.pages.satisfaction_control import BAD, control_card
from dashboards.pages.satisfaction_grades import ask_grades, grades_card
from dashboards.pages.satisfaction_parts import GOOD, ask_parts, chosen, funnel_card, parts_section
from dashboards.pages.satisfaction_polls import ALL as POLLS
from dashboards.pages.satisfaction_polls import ANSWERED, POLL, latest, polls_card
from dashboards.pages.satisfaction_silence import BOUNDS, silence_section
from dashboards.pages.satisfaction_told import silence_of, silence_sentence
from dashboards.pages.sections import Told as Tiles
from dashboards.pages.sections import tell, trend_section
from dashboards.sentences import changes, statement
from dashboards.words import say

RESPONSE, DEFAULT = Indicator("response", "response_rate"), Indicator("default_rating_share", "default_rating_share")
TILES: tuple[Tile, ...] = (
    Tile("satisfaction", GOOD, (Indicator("good_rating_rate", "good_rating_rate"),)),
    Tile("response", RESPONSE),
    Tile("bad", BAD),
    Tile("default_share", DEFAULT),
    Tile(
        "rectified",
        Indicator("rectification_rate", "rectification_rate"),
        (Indicator("rectified_in_time", "rectification_rate", (("variant", "on_time"),)),),
    ),
    Tile("poll", POLL, (ANSWERED,)),
)


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    frame = frame_of(gate, view)
    board = _ask(frame)
    told = _with_latest_poll(tell(board, frame.name, frame.goals, view, TILES))
    tile = told.selected.tile
    parts, control = parts_section(frame, board, tile), control_card(frame, board)
    is_bad = tile.main == BAD  # its course stands there with its limits
    trend = control if is_bad else trend_section(told, view, reference_of(frame, board, told.selected.main))
    sections = [
        tile_strip(told.tiles, view, tile.key),
        html.Div([grades_card(frame, board, board.course(DEFAULT).now), silence_section(frame, board)], className="halves even"),
        *beside(parts, trend, is_narrow=chosen(frame, tile) == frame.part_dimension),
        html.Div([*([] if is_bad else [control]), stages_card(frame)], className="halves even"),
        facts_strip(frame, board),
        funnel_card(frame, board),
        cases_section(frame),
        polls_card(frame, board),
    ]
    return framed(frame, Told("satisfaction", headline(frame, board, told)), sections)


def beside(parts: html.Section | None, trend: html.Section, *, is_narrow: bool) -> list:
    """League and trend side by side where the names are short, else one over the other."""
    if parts is None:
        return [trend]
    return [html.Div([parts, trend], className="halves")] if is_narrow else [parts, trend]


def _ask(frame: Frame) -> Board:
    tile = chosen_tile(frame.view)
    board = frame.board().want(indicator for one in TILES for indicator in one.all).want([BOUNDS, *POLLS])
    if frame.part_dimension:
        board.want([BOUNDS], by=frame.part_dimension)
    ask_grades(board)
    ask_bad(board)
    ask_parts(board, frame, tile)
    if frame.beside is not None:
        board.want([tile.main], where=frame.beside_where)
    return board.ask()


def chosen_tile(view: View) -> Tile:
    """The tile that the address selects, else the first."""
    return next((tile for tile in TILES if tile.key == view.tile), TILES[0])


def _with_latest_poll(told: Tiles) -> Tiles:
    """Nobody is polled every month: the tile of polls speaks of the last one, and says of which period."""
    tiles = [_dated(data) if data.tile.main == POLL else data for data in told.tiles]
    return replace(told, tiles=tiles)


def _dated(data: TileData) -> TileData:
    return replace(data, courses={key: latest(course) for key, course in data.courses.items()})


def headline(frame: Frame, board: Board, told: Tiles) -> list[str]:
    """How many active ratings are good, how little is known of the silent, and what has changed."""
    lang, first = frame.lang, told.tiles[0]
    said = [
        statement(first.tile.key, first.main, first.standing, lang),
        silence_sentence(silence_of(board.course(BOUNDS).now), lang),
    ]
    if frame.scope.is_provisional or first.main.is_provisional:
        return [*said, say(lang, "headline.provisional", period=formats.period(frame.scope.period, lang))]
    compared = {data.tile.key: data.main for data in told.tiles if data.main.scope == frame.scope}
    return [*said, changes(compared, frame.scope.period, lang)]


PAGE = Page("satisfaction", "/satisfaction", layout)
