"""Overview: how the whole stands in one period, tile by tile and part by part, whatever level its parts are of."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from dashboards import elements as html
from dashboards.attributes import data
from dashboards.board import Board
from dashboards.cards.attention import Watched, attention_lists, check_lines, notes_of
from dashboards.cards.compare import twin_chart
from dashboards.cards.league_rows import League, Row
from dashboards.cards.map import Mapped, map_card
from dashboards.cards.tile import tile_strip
from dashboards.casemix import adjusted
from dashboards.controls import View
from dashboards.differences import Group, differences
from dashboards.gate import Gate
from dashboards.indicators import TILES, tile_named
from dashboards.pages.district import PATH as PART
from dashboards.pages.frame import NARROWED, Frame, chips, frame_of, help_line, reference_of
from dashboards.pages.page import Page
from dashboards.pages.sections import Told, figure_name, league_section, page_head, tell, trend_section, watched_tiles
from dashboards.places import Place
from dashboards.shell import foot, trust_line
from dashboards.words import say


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    frame = frame_of(gate, replace(view, place="", **dict.fromkeys(NARROWED, "")))
    board = frame.board().want(indicator for tile in TILES for indicator in tile.all)
    if frame.part_dimension:
        board.want((indicator for tile in TILES for indicator in tile.by_place), by=frame.part_dimension)
    if frame.beside is not None:
        board.want([tile_named(view.tile).main], where=frame.beside_where)
    board.ask()
    return _page(frame, board, tell(board, frame.name, frame.goals, view))


def _page(frame: Frame, board: Board, told: Told) -> html.Div:
    view, belief, selected = frame.view, frame.belief, told.selected
    league = _league(frame, board, told)
    compared = [league_section(league, selected.tile, view)] if league.rows else []
    mapped = Mapped(league.rows, say(view.lang, f"tile.{selected.tile.key}"), selected.main.unit)
    maps, twins = map_card(frame.gate, mapped, view), _twins(frame, board, told)
    lists = attention_lists([*check_lines(belief.broken, view.lang), *notes_of(_watched(frame, board, told), view.lang)], view.lang)
    body = [
        *page_head(told, view),
        chips(frame),
        trust_line(belief, view),
        help_line("overview", view.lang),
        tile_strip(told.tiles, view, selected.tile.key),
        html.Div(
            [
                html.Div([*compared, lists, *(twins if maps else [])], className="column"),
                html.Div([trend_section(told, view, reference_of(frame, board, selected.main)), *(maps or twins)], className="column"),
            ],
            className="halves",
        ),
        foot(belief, view),
    ]
    title = f"{told.name} · {say(view.lang, 'page.overview')}"
    shown = [part for part in body if part is not None]
    return html.Div(shown, className="page is-overview", **data(title=say(view.lang, "app.title", page=title)))


def _league(frame: Frame, board: Board, told: Told) -> League:
    whole, view = told.selected.main, frame.view
    courses = board.courses(told.selected.tile.main, frame.part_dimension) if frame.part_dimension else {}
    shown = [place for place in frame.parts if place.code in courses]
    rows = [Row(place.code, place.name(view.lang), _href(place, view), courses[place.code]) for place in shown]
    (sides,) = differences([Group({row.code: row.course for row in rows}, whole)])
    mixed = adjusted(board.gate, whole, frame.part_dimension) if rows else {}
    return League(rows, whole, told.name, frame.part_dimension, sides, mixed)


def _href(place: Place, view: View, **changes: str) -> str:
    return view.href(path=f"{PART}{place.code}", sort="", at="", find="", define="", **changes)


def _twins(frame: Frame, board: Board, told: Told) -> list:
    """Declared against observed by part, under the tile that it belongs to."""
    tile, view = told.selected.tile, frame.view
    if tile.key != "depth" or not frame.parts:
        return []
    declared, observed = (board.courses(indicator, frame.part_dimension) for indicator in tile.all)
    rows = [
        {
            "name": place.name(view.lang),
            "declared": declared[place.code].now.value if place.code in declared else None,
            "observed": observed[place.code].now.value if place.code in observed else None,
            "href": _href(place, view),
        }
        for place in frame.parts
    ]
    known = [row for row in rows if row["declared"] is not None or row["observed"] is not None]
    if not any(row["declared"] is not None and row["observed"] is not None for row in known):
        return []
    schema = {"name": pl.String, "declared": pl.Float64, "observed": pl.Float64, "href": pl.String}
    return [twin_chart(pl.DataFrame(known, schema=schema), view)]


def _watched(frame: Frame, board: Board, told: Told) -> list[Watched]:
    """What may stand out anywhere; the whole's own figures before its parts'."""
    view, goals = frame.view, frame.goals
    watched = watched_tiles(told, goals, view)
    pairs = [(tile, indicator) for tile in TILES for indicator in tile.watched] if frame.parts else []
    for tile, indicator in pairs:
        courses = board.courses(indicator, frame.part_dimension)
        for place in frame.parts:
            if place.code in courses:
                course, href = courses[place.code], _href(place, view, tile=tile.key)
                name = figure_name(tile, course, view.lang)
                watched.append(Watched(place.name(view.lang), name, href, course, goals.of(course, (place.code,))))
    return watched


PAGE = Page("overview", "/", layout)
