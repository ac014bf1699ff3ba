"""One part of the whole (a city of a province, a district, a town): its tiles, its trend beside the place around it, its own parts,
its departments or halls, its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from dashboards import elements as html
from dashboards.attributes import data
from dashboards.board import Board
from dashboards.cards.attention import attention_lists, notes_of
from dashboards.cards.compare import Neighbours, neighbours_chart
from dashboards.cards.league_rows import League, Row
from dashboards.cards.map import Mapped, map_card
from dashboards.cards.tile import tile_strip
from dashboards.casemix import adjusted
from dashboards.controls import PLACE_PATH, View
from dashboards.course import Course, Where
from dashboards.differences import Group, differences
from dashboards.figures.trend import Extras
from dashboards.gate import Gate
from dashboards.indicators import TILES, tile_named
from dashboards.pages.frame import NARROWED, Frame, chips, frame_of, help_line, place_steps, reference_of, trail
from dashboards.pages.page import Page
from dashboards.pages.sections import Told, league_section, page_head, tell, trend_section, watched_tiles
from dashboards.places import Place, Tree, part_names, tree
from dashboards.sentences import neighbour_finding
from dashboards.shell import foot, trust_line, whole_name
from dashboards.words import say

PATH = PLACE_PATH


@dataclass(frozen=True)
class Setting:
    """The page's place among the others, in the reader's language."""

    frame: Frame
    place: Place

    @property
    def tree(self) -> Tree:
        """All places."""
        return self.frame.tree

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.frame.lang

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
        return self.frame.parts


def code_in(path: str) -> str:
    """The place's code in an address."""
    return path.removeprefix(PATH).strip("/")


def exists(gate: Gate, code: str) -> bool:
    """Whether the release knows the place."""
    return tree(gate).place(code) is not None


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view; a sentence when the place is not known."""
    frame = frame_of(gate, replace(view, place=code_in(view.path), **dict.fromkeys(NARROWED, "")))
    if frame.place is None:
        return _unknown(view)
    setting = Setting(frame, frame.place)
    board = _ask(frame.board(), setting, view)
    told = tell(board, frame.name, frame.goals, view)
    main = told.selected.main
    around = Extras(reference=board.course(told.selected.tile.main, setting.around_where).series, reference_name=setting.around_name)
    inner, bodies, neighbours = _compared(board, told, setting, view)
    leagues = [league_section(league, told.selected.tile, view) for league in (inner, bodies) if league.rows]
    beside = Mapped(_beside_rows(board, told, setting, view), say(view.lang, f"tile.{told.selected.tile.key}"), main.unit, frame.place.code)
    body = [
        trail([*place_steps(frame.tree, setting.around, view), (frame.name, "")], view.lang),
        *page_head(told, view),
        chips(frame),
        trust_line(frame.belief, view),
        help_line("district", view.lang),
        tile_strip(told.tiles, view, told.selected.tile.key),
        html.Div([trend_section(told, view, reference_of(frame, board, main) or around), neighbours], className="halves"),
        *leagues,
        *map_card(gate, beside, view),
        attention_lists(notes_of(watched_tiles(told, frame.goals, view), view.lang), view.lang),
        foot(frame.belief, view),
    ]
    shown = [part for part in body if part is not None]
    return html.Div(shown, className="page is-district", **data(title=say(view.lang, "app.title", page=told.name)))


def _ask(board: Board, setting: Setting, view: View) -> Board:
    main, parts = tile_named(view.tile).main, tile_named(view.tile).parts
    board.want(indicator for one in TILES for indicator in one.all)
    board.want([main], by=parts)
    if setting.parts:
        board.want([main], by=setting.parts[0].dimension)
    if setting.frame.beside is not None:
        board.want([main], where=setting.frame.beside_where)
    board.want([main], where=setting.around_where).want([main], by=setting.place.dimension, where=setting.around_where)
    return board.ask()


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


def _beside_rows(board: Board, told: Told, setting: Setting, view: View) -> list[Row]:
    courses = board.courses(told.selected.tile.main, setting.place.dimension, setting.around_where)
    shown = [place for place in setting.beside if place.code in courses]
    return [Row(one.code, one.name(view.lang), view.href(path=f"{PATH}{one.code}", sort="", define=""), courses[one.code]) for one in shown]


def _body_rows(board: Board, told: Told, view: View) -> list[Row]:
    tile = told.selected.tile
    names = part_names(board.gate, tile.parts)
    courses = board.courses(tile.main, tile.parts)
    busy = {code: course for code, course in courses.items() if course.now.state != "not_applicable"}
    return [
        Row(code, names[code].name(view.lang) if code in names else code, _body_href(tile.parts, code, view), course)
        for code, course in busy.items()
    ]


def _body_href(kind: str, code: str, view: View) -> str:
    """A hall's own page; a department's for this place."""
    place = code_in(view.path) if kind == "department" else ""
    return view.go(f"/{kind}/{code}", tile=view.tile, place=place)


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
