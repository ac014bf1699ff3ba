"""One part of the whole (a city of a province, a district, a town): its tiles, its trend beside the place around it, its own parts,
its departments or halls, its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from dash import html

from dashboards.attributes import aria, data
from dashboards.board import Board
from dashboards.cards.attention import attention_lists, notes_of
from dashboards.cards.compare import Neighbours, neighbours_chart
from dashboards.cards.league import League, Row
from dashboards.cards.tile import tile_strip
from dashboards.casemix import adjusted
from dashboards.controls import View
from dashboards.course import Course, Where
from dashboards.differences import Group, differences
from dashboards.figures.trend import Extras
from dashboards.gate import Gate
from dashboards.indicators import TILES, tile_named
from dashboards.pages.page import Page
from dashboards.pages.sections import Goals, Told, league_section, page_head, tell, trend_section, watched_tiles
from dashboards.places import Place, Tree, part_names, tree
from dashboards.sentences import neighbour_finding
from dashboards.shell import foot, scope_of, trust_line, whole_name
from dashboards.standings import statuses
from dashboards.trust import trust
from dashboards.words import say

PATH = "/district/"


@dataclass(frozen=True)
class Setting:
    """The place of the page in the tree of places, in the reader's language."""

    place: Place
    tree: Tree
    lang: str

    @property
    def around(self) -> Place | None:
        """The place around it."""
        return self.tree.parent(self.place.code)

    @property
    def around_name(self) -> str:
        """Its name."""
        return self.around.name(self.lang) if self.around else whole_name(self.tree, self.lang)

    @property
    def around_where(self) -> Where:
        """The place around it as a condition."""
        return self.tree.where(self.around)

    @property
    def beside(self) -> list[Place]:
        """The parts of the place around it that are of its own level, itself among them."""
        code = self.around.code if self.around else ""
        return [place for place in self.tree.below.get(code, []) if place.level == self.place.level]

    @property
    def parts(self) -> list[Place]:
        """Its own parts."""
        return self.tree.parts(self.place.code)

    @property
    def codes(self) -> tuple[str | None, ...]:
        """The places whose targets hold here, nearest first."""
        found: list[str | None] = [self.place.code]
        while (above := self.tree.parent(found[-1] or "")) and above.code not in found:
            found.append(above.code)
        return (*found, None)


def code_in(path: str) -> str:
    """The place's code in an address."""
    return path.removeprefix(PATH).strip("/")


def exists(gate: Gate, code: str) -> bool:
    """Whether the release knows the place."""
    return tree(gate).place(code) is not None


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view; a sentence when the place is not known."""
    found = tree(gate)
    place = found.place(code_in(view.path))
    if place is None:
        return _unknown(view)
    setting = Setting(place, found, view.lang)
    belief = trust(gate)
    scope = scope_of(gate, view, belief.as_of, found.where(place))
    board = _ask(Board(gate, scope), setting, view)
    goals = Goals(statuses(gate, scope.period.last_day), setting.codes)
    told = tell(board, place.name(view.lang), goals, view)
    around = Extras(reference=board.course(told.selected.tile.main, setting.around_where).series, reference_name=setting.around_name)
    inner, bodies, neighbours = _compared(board, told, setting, view)
    leagues = [league_section(league, told.selected.tile, view) for league in (inner, bodies) if league.rows]
    body = [
        _trail(setting, view),
        *page_head(told, view),
        trust_line(belief, view.lang),
        tile_strip(told.tiles, view, told.selected.tile.key),
        html.Div([trend_section(told, view, around), neighbours], className="halves"),
        *leagues,
        attention_lists(notes_of(watched_tiles(told, goals, view), view.lang), view.lang),
        foot(belief, view),
    ]
    return html.Div(body, className="page", **data(title=say(view.lang, "app.title", page=told.name)))


def _ask(board: Board, setting: Setting, view: View) -> Board:
    main, parts = tile_named(view.tile).main, tile_named(view.tile).parts
    board.want(indicator for one in TILES for indicator in one.all)
    board.want([main], by=parts)
    if setting.parts:
        board.want([main], by=setting.parts[0].dimension)
    board.want([main], where=setting.around_where).want([main], by=setting.place.dimension, where=setting.around_where)
    return board.ask()


def _trail(setting: Setting, view: View) -> html.Nav:
    lang = view.lang
    links = [html.A(whole_name(setting.tree, lang), href=view.href(path="/", sort="", define=""))]
    for code in reversed([code for code in setting.codes[1:] if code and code != setting.tree.top]):
        above = setting.tree.place(code)
        links += [html.A(above.name(lang), href=view.href(path=f"{PATH}{code}", sort="", define=""))] if above else []
    steps = [*map(html.Li, links), html.Li(html.Span(setting.place.name(lang), **aria(current="page")))]
    return html.Nav(html.Ol(steps), className="trail", **aria(label=say(lang, "nav.trail")))


def _compared(board: Board, told: Told, setting: Setting, view: View) -> tuple[League, League, html.Section]:
    """Its parts, its departments or halls, its neighbours: all that the page compares, judged together."""
    main, whole = told.selected.tile.main, told.selected.main
    inner, bodies = _inner_rows(board, told, setting, view), _body_rows(board, told, view)
    beside = board.courses(main, setting.place.dimension, setting.around_where)
    groups = [Group({row.code: row.course for row in rows}, whole) for rows in (inner, bodies)]
    inner_sides, body_sides, beside_sides = differences([*groups, Group(beside, board.course(main, setting.around_where))])
    dimensions = (setting.parts[0].dimension if setting.parts else "", told.selected.tile.parts)
    mixed = [adjusted(board.gate, whole, one) if rows else {} for one, rows in zip(dimensions, (inner, bodies), strict=True)]
    first = League(inner, whole, told.name, dimensions[0], inner_sides, mixed[0])
    second = League(bodies, whole, told.name, dimensions[1], body_sides, mixed[1])
    around = board.course(main, setting.around_where).now.value
    finding = neighbour_finding(whole, beside_sides.get(setting.place.code), (told.name, setting.around_name), view.lang)
    drawn = Neighbours(
        _neighbours(beside, setting, view), whole.unit, say(view.lang, f"tile.{told.selected.tile.key}"), setting.place.code, around, finding,
        setting.around_name,
    )  # fmt: skip
    return first, second, neighbours_chart(drawn, view)


def _inner_rows(board: Board, told: Told, setting: Setting, view: View) -> list[Row]:
    if not setting.parts:
        return []
    courses = board.courses(told.selected.tile.main, setting.parts[0].dimension)
    return [
        Row(part.code, part.name(view.lang), view.href(path=f"{PATH}{part.code}", sort="", define=""), courses[part.code])
        for part in setting.parts
        if part.code in courses and courses[part.code].now.state != "not_applicable"
    ]


def _body_rows(board: Board, told: Told, view: View) -> list[Row]:
    tile = told.selected.tile
    names = part_names(board.gate, tile.parts)
    courses = board.courses(tile.main, tile.parts)
    busy = {code: course for code, course in courses.items() if course.now.state != "not_applicable"}
    return [Row(code, names[code].name(view.lang) if code in names else code, "", course) for code, course in busy.items()]


def _neighbours(courses: Mapping[str, Course], setting: Setting, view: View) -> pl.DataFrame:
    rows = []
    for place in setting.beside:
        if place.code in courses:
            now = courses[place.code].now
            href = view.href(path=f"{PATH}{place.code}", sort="", define="")
            rows.append((place.code, place.name(view.lang), now.value, now.low, now.high, now.n, href))
    schema = {"code": pl.String, "name": pl.String, **dict.fromkeys(("value", "low", "high", "n"), pl.Float64), "href": pl.String}
    better = next((course.better for course in courses.values()), "neutral")
    return pl.DataFrame(rows, schema=schema, orient="row").sort("value", descending=better != "lower", nulls_last=True)


def _unknown(view: View) -> html.Div:
    lang = view.lang
    home = html.A(say(lang, "missing.home"), href=view.href(path="/", define=""))
    text = say(lang, "district.unknown", code=code_in(view.path))
    body = html.Section([html.H1(say(lang, "district.unknown_title")), html.P(text), html.P(home)], className="state-page")
    return html.Div(body, **data(title=say(lang, "app.title", page=say(lang, "district.unknown_title"))))


PAGE = Page("district", PATH, layout, in_menu=False, exists=exists)
