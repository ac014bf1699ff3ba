"""District: one district's tiles, its trend beside the city's, its departments or halls, its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from dash import html

from dashboards.attributes import aria, data
from dashboards.board import Board, Scope
from dashboards.cards.attention import attention_lists, notes_of
from dashboards.cards.compare import Neighbours, neighbours_chart
from dashboards.cards.league import League, Row
from dashboards.cards.tile import tile_strip
from dashboards.controls import View
from dashboards.figures.trend import Extras
from dashboards.gate import Gate
from dashboards.indicators import TILES, tile_named
from dashboards.pages.sections import Told, league_section, page_head, target_of, tell, trend_section, watched_tiles
from dashboards.places import Place, cities, district_at, districts, part_names
from dashboards.sentences import neighbour_finding
from dashboards.shell import foot, period_of, trust_line
from dashboards.targets import targets
from dashboards.trust import trust
from dashboards.words import say

PATH = "/district/"
TITLE = "page.district"
Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Setting:
    """The district, the city around it, and the districts beside it."""

    district: Place
    city: Place
    beside: Sequence[Place]

    @property
    def city_where(self) -> Where:
        """The city as a condition."""
        return (("city", self.city.code),)


def code_in(path: str) -> str:
    """The district's code in an address."""
    return path.removeprefix(PATH).strip("/")


def exists(gate: Gate, path: str) -> bool:
    """Whether the release knows the district of an address."""
    return district_at(gate, code_in(path)) is not None


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view; a sentence when the district is not known."""
    found = district_at(gate, code_in(view.path))
    if found is None:
        return _unknown(view)
    district, city_code = found
    city = next((place for place in cities(gate) if place.code == city_code), Place(city_code, "", ""))
    setting = Setting(district, city, districts(gate, city_code))
    belief = trust(gate)
    scope = Scope((("district", district.code),), period_of(view, belief.as_of), belief.as_of, view.channel)
    board = _ask(gate, scope, setting, view)
    table = targets(gate)
    told = tell(board, district.name(view.lang), (district.code, city_code, None), table, view)
    target = target_of(told.selected.main, (district.code, city_code, None), table)
    reference = Extras(reference=board.course(told.selected.tile.main, setting.city_where).series, reference_name=city.name(view.lang))
    league = _league(gate, board, told, view)
    halves = [trend_section(told, target, view, reference), _neighbours(board, told, setting, view)]
    body = [
        _trail(setting, view),
        *page_head(told, view),
        trust_line(belief, view.lang),
        tile_strip(told.tiles, view, told.selected.tile.key),
        html.Div(halves, className="halves"),
        *([league_section(league, told.selected.tile, view)] if league.rows else []),
        attention_lists(notes_of(watched_tiles(told, table, (district.code, city_code, None), view), view.lang), view.lang),
        foot(belief, view),
    ]
    return html.Div(body, className="page", **data(title=say(view.lang, "app.title", page=told.name)))


def _ask(gate: Gate, scope: Scope, setting: Setting, view: View) -> Board:
    tile = tile_named(view.tile)
    board = Board(gate, scope)
    board.want(indicator for one in TILES for indicator in one.all)
    board.want([tile.main], by=tile.parts)
    board.want([tile.main], where=setting.city_where).want([tile.main], by="district", where=setting.city_where)
    return board.ask()


def _trail(setting: Setting, view: View) -> html.Nav:
    lang = view.lang
    up = html.A(setting.city.name(lang), href=view.href(path="/", sort="", define=""))
    steps = [html.Li(up), html.Li(html.Span(setting.district.name(lang), **aria(current="page")))]
    return html.Nav(html.Ol(steps), className="trail", **aria(label=say(lang, "nav.trail")))


def _league(gate: Gate, board: Board, told: Told, view: View) -> League:
    tile = told.selected.tile
    names = part_names(gate, tile.parts)
    courses = board.courses(tile.main, tile.parts)
    rows = [Row(code, names[code].name(view.lang) if code in names else code, "", course) for code, course in courses.items()]
    kind = "sites" if tile.parts == "site" else "departments"
    return League(rows, told.selected.main, told.name, kind)


def _neighbours(board: Board, told: Told, setting: Setting, view: View) -> html.Section:
    tile = told.selected.tile
    courses = board.courses(tile.main, "district", setting.city_where)
    rows = []
    for place in setting.beside:
        if place.code in courses:
            now = courses[place.code].now
            href = view.href(path=f"{PATH}{place.code}", sort="", define="")
            rows.append(
                {
                    "code": place.code,
                    "name": place.name(view.lang),
                    "value": now.value,
                    "low": now.low,
                    "high": now.high,
                    "n": now.n,
                    "href": href,
                }
            )
    schema = {
        "code": pl.String,
        "name": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "n": pl.Float64,
        "href": pl.String,
    }
    frame = pl.DataFrame(rows, schema=schema).sort("value", descending=told.selected.main.better != "lower", nulls_last=True)
    city = board.course(tile.main, setting.city_where).now.value
    name = say(view.lang, f"tile.{tile.key}")
    finding = neighbour_finding(told.selected.main, told.name, setting.city.name(view.lang), city, view.lang)
    return neighbours_chart(Neighbours(frame, told.selected.main.unit, name, setting.district.code, city, finding), view)


def _unknown(view: View) -> html.Div:
    lang = view.lang
    home = html.A(say(lang, "missing.home"), href=view.href(path="/", define=""))
    text = say(lang, "district.unknown", code=code_in(view.path))
    body = html.Section([html.H1(say(lang, "district.unknown_title")), html.P(text), html.P(home)], className="state-page")
    return html.Div(body, **data(title=say(lang, "app.title", page=say(lang, "district.unknown_title"))))
