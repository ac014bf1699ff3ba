"""Overview: how the whole stands in one period, tile by tile and part by part, whatever level its parts are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from dash import html

from dashboards.attributes import data
from dashboards.board import Board
from dashboards.cards.attention import Watched, attention_lists, check_lines, notes_of
from dashboards.cards.compare import twin_chart
from dashboards.cards.league import League, Row
from dashboards.cards.tile import tile_strip
from dashboards.casemix import adjusted
from dashboards.controls import View
from dashboards.course import Where
from dashboards.differences import Group, differences
from dashboards.gate import Gate
from dashboards.indicators import TILES
from dashboards.pages.district import PATH as PART
from dashboards.pages.page import Page
from dashboards.pages.sections import Goals, Told, figure_name, league_section, page_head, tell, trend_section, watched_tiles
from dashboards.places import Place, Tree, tree
from dashboards.shell import foot, scope_of, trust_line, whole_name
from dashboards.standings import statuses
from dashboards.trust import Trust, trust
from dashboards.words import say

WHOLE: Where = ()


@dataclass(frozen=True)
class _Parts:
    """The parts of the whole, and the dimension that tells them apart (empty when there are none)."""

    places: Sequence[Place]

    @classmethod
    def of(cls, found: Tree) -> _Parts:
        return cls(found.parts())

    @property
    def dimension(self) -> str:
        return self.places[0].dimension if self.places else ""


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    belief, found = trust(gate), tree(gate)
    parts = _Parts.of(found)
    scope = scope_of(gate, view, belief.as_of, WHOLE)
    board = Board(gate, scope)
    board.want(indicator for tile in TILES for indicator in tile.all)
    if parts.dimension:
        board.want((indicator for tile in TILES for indicator in tile.by_place), by=parts.dimension)
    board.ask()
    goals = Goals(statuses(gate, scope.period.last_day), (found.whole.code, None) if found.whole else (None,))
    told = tell(board, whole_name(found, view.lang), goals, view)
    return _page(board, view, belief, (told, parts, goals))


def _page(board: Board, view: View, belief: Trust, context: tuple[Told, _Parts, Goals]) -> html.Div:
    told, parts, goals = context
    league = _league(board, told, parts, view)
    halves = [league_section(league, told.selected.tile, view)] if league.rows else []
    lists = attention_lists(
        [*check_lines(belief.broken, view.lang), *notes_of(_watched(board, told, parts, (goals, view)), view.lang)], view.lang
    )
    body = [
        *page_head(told, view),
        trust_line(belief, view.lang),
        tile_strip(told.tiles, view, told.selected.tile.key),
        html.Div([*halves, trend_section(told, view)], className="halves"),
        html.Div([*_twins(board, told, parts, view), lists], className="lower"),
        foot(belief, view),
    ]
    return html.Div(
        body, className="page", **data(title=say(view.lang, "app.title", page=f"{told.name} · {say(view.lang, 'page.overview')}"))
    )


def _league(board: Board, told: Told, parts: _Parts, view: View) -> League:
    whole = told.selected.main
    courses = board.courses(told.selected.tile.main, parts.dimension) if parts.dimension else {}
    shown = [place for place in parts.places if place.code in courses]
    rows = [Row(place.code, place.name(view.lang), _href(place, view), courses[place.code]) for place in shown]
    (sides,) = differences([Group({row.code: row.course for row in rows}, whole)])
    mixed = adjusted(board.gate, whole, parts.dimension) if rows else {}
    return League(rows, whole, told.name, parts.dimension, sides, mixed)


def _href(place: Place, view: View, **changes: str) -> str:
    return view.href(path=f"{PART}{place.code}", sort="", define="", **changes)


def _twins(board: Board, told: Told, parts: _Parts, view: View) -> list:
    """Declared against observed by part, under the tile that it belongs to."""
    tile = told.selected.tile
    if tile.key != "depth" or not parts.dimension:
        return []
    declared, observed = (board.courses(indicator, parts.dimension) for indicator in tile.all)
    rows = [
        {
            "name": place.name(view.lang),
            "declared": declared[place.code].now.value if place.code in declared else None,
            "observed": observed[place.code].now.value if place.code in observed else None,
            "href": _href(place, view),
        }
        for place in parts.places
    ]
    known = [row for row in rows if row["declared"] is not None or row["observed"] is not None]
    if not any(row["declared"] is not None and row["observed"] is not None for row in known):
        return []
    schema = {"name": pl.String, "declared": pl.Float64, "observed": pl.Float64, "href": pl.String}
    return [twin_chart(pl.DataFrame(known, schema=schema), view)]


def _watched(board: Board, told: Told, parts: _Parts, context: tuple[Goals, View]) -> list[Watched]:
    """What may stand out anywhere; the whole's own figures before its parts'."""
    goals, view = context
    watched = watched_tiles(told, goals, view)
    pairs = [(tile, indicator) for tile in TILES for indicator in tile.watched] if parts.dimension else []
    for tile, indicator in pairs:
        courses = board.courses(indicator, parts.dimension)
        for place in parts.places:
            if place.code in courses:
                course, href = courses[place.code], _href(place, view, tile=tile.key)
                name = figure_name(tile, course, view.lang)
                watched.append(Watched(place.name(view.lang), name, href, course, goals.of(course, (place.code,))))
    return watched


PAGE = Page("overview", "/", layout)
