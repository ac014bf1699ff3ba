"""Overview: how the city stands in one period, tile by tile and district by district."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from dash import html

from dashboards.attributes import data
from dashboards.board import Board, Scope
from dashboards.cards.attention import Watched, attention_lists, check_lines, notes_of
from dashboards.cards.compare import twin_chart
from dashboards.cards.league import League, Row
from dashboards.cards.tile import tile_strip
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.indicators import TILES
from dashboards.pages.sections import (
    Told,
    figure_name,
    league_section,
    page_head,
    standing_of,
    target_of,
    tell,
    trend_section,
    watched_tiles,
)
from dashboards.places import Place, cities, districts
from dashboards.shell import city_of, foot, period_of, trust_line
from dashboards.targets import targets
from dashboards.trust import Trust, trust
from dashboards.words import say

PATH = "/"
TITLE = "page.overview"


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    belief = trust(gate)
    city = city_of(view, cities(gate))
    scope = Scope((("city", city.code),) if city else (), period_of(view, belief.as_of), belief.as_of, view.channel)
    board = Board(gate, scope)
    board.want(indicator for tile in TILES for indicator in tile.all)
    board.want((indicator for tile in TILES for indicator in tile.by_place), by="district").ask()
    table = targets(gate)
    codes = (city.code, None) if city else (None,)
    told = tell(board, city.name(view.lang) if city else say(view.lang, "nav.all_districts"), codes, table, view)
    return _page(gate, view, belief, (board, told, districts(gate, city.code) if city else [], codes, table))


def _page(gate: Gate, view: View, belief: Trust, parts: tuple) -> html.Div:
    board, told, places, codes, table = parts
    league = _league(board, told, places, view)
    halves = [league_section(league, told.selected.tile, view)] if league.rows else []
    halves.append(trend_section(told, target_of(told.selected.main, codes, table), view))
    body = [
        *page_head(told, view),
        trust_line(belief, view.lang),
        tile_strip(told.tiles, view, told.selected.tile.key),
        html.Div(halves, className="halves"),
        html.Div(
            [*_twins(board, told, places, view), attention_lists(_notes(board, told, places, (belief, codes, table, view)), view.lang)],
            className="lower",
        ),
        foot(belief, view),
    ]
    return html.Div(body, className="page", **data(title=say(view.lang, "app.title", page=f"{told.name} · {say(view.lang, TITLE)}")))


def _league(board: Board, told: Told, places: Sequence[Place], view: View) -> League:
    courses = board.courses(told.selected.tile.main, "district")
    rows = [
        Row(place.code, place.name(view.lang), view.href(path=f"/district/{place.code}", sort="", define=""), courses[place.code])
        for place in places
        if place.code in courses
    ]
    return League(rows, told.selected.main, told.name, "districts")


def _twins(board: Board, told: Told, places: Sequence[Place], view: View) -> list:
    """Declared against observed by district, under the tile that it belongs to."""
    tile = told.selected.tile
    if tile.key != "depth":
        return []
    declared, observed = (board.courses(indicator, "district") for indicator in tile.all)
    rows = [
        {
            "name": place.name(view.lang),
            "declared": declared[place.code].now.value if place.code in declared else None,
            "observed": observed[place.code].now.value if place.code in observed else None,
            "href": view.href(path=f"/district/{place.code}", sort="", define=""),
        }
        for place in places
    ]
    if not any(row["declared"] is not None and row["observed"] is not None for row in rows):
        return []
    schema = {"name": pl.String, "declared": pl.Float64, "observed": pl.Float64, "href": pl.String}
    return [twin_chart(pl.DataFrame(rows, schema=schema), view)]


def _notes(board: Board, told: Told, places: Sequence[Place], context: tuple) -> list:
    """What stands out anywhere in the city; the city's own figures before its districts'."""
    belief, codes, table, view = context
    watched = [*watched_tiles(told, table, codes, view)]
    for tile in TILES:
        for indicator in tile.watched:
            courses = board.courses(indicator, "district")
            for place in places:
                if place.code in courses:
                    course = courses[place.code]
                    href = view.href(path=f"/district/{place.code}", tile=tile.key, sort="", define="")
                    name = figure_name(tile, course, view.lang)
                    watched.append(Watched(place.name(view.lang), name, href, course, standing_of(course, (place.code,), table)))
    return [*check_lines(belief.broken, view.lang), *notes_of(watched, view.lang)]
