"""A section for each of the six figures: its course, the places side by side, the league table; and all six at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from dashboards import formats
from dashboards.bulletin.cells import adjusted_cell, change_cell, course_cells
from dashboards.bulletin.charts import Named, bars_picture, trend_picture
from dashboards.bulletin.desk import Desk
from dashboards.bulletin.model import Cell, Grid, Head, Row, Section, text
from dashboards.cards.league import league_finding
from dashboards.cards.league_rows import League
from dashboards.cards.league_rows import Row as LeagueRow
from dashboards.cards.tile import TileData
from dashboards.casemix import adjusted
from dashboards.course import Course
from dashboards.differences import Group, differences
from dashboards.indicators import TILES, Tile
from dashboards.places import Place
from dashboards.sentences import forecast_text, state_word, statement
from dashboards.words import say
from metrics.statistics.ranking import MIN_CASES

EMPTY_SHOWN = 5
Sides = Mapping[str, int | None]


def judged(desk: Desk) -> dict[str, Sides]:
    """Which places differ from the whole, by figure: everything that the bulletin compares is judged together."""
    groups = [Group(desk.league(tile.main), desk.whole(tile.main)) for tile in TILES]
    inner = [Group(desk.inner(tile), data.main) for tile, data in zip(TILES, desk.tiles, strict=True)]
    found = differences([*groups, *inner])
    keys = [tile.key for tile in TILES]
    return {**dict(zip(keys, found, strict=False)), **dict(zip((f"inner.{key}" for key in keys), found[len(keys) :], strict=True))}


def glance(desk: Desk, sides: Mapping[str, Sides]) -> Section | None:
    """All six figures of every place in one table; of a part, also those of its own parts."""
    grids = []
    if desk.beside:
        league = partial(_league_course, desk)
        grids.append(_glance(desk, ("glance", desk.beside, desk.dimension), league, sides))
    if desk.parts:
        grids.append(
            _glance(desk, ("inner", desk.parts, desk.parts[0].dimension), desk.inner, {key: sides[f"inner.{key}"] for key in _KEYS})
        )
    if not grids:
        return None
    return Section("glance", say(desk.lang, "bulletin.glance"), (), (), tuple(grids), say(desk.lang, "bulletin.glance_note"))


_KEYS = tuple(tile.key for tile in TILES)


def _league_course(desk: Desk, tile: Tile) -> dict[str, Course]:
    return desk.league(tile.main)


def _glance(desk: Desk, what: tuple[str, Sequence[Place], str], courses, sides: Mapping[str, Sides]) -> Grid:
    key, places, dimension = what
    lang = desk.lang
    heads = (Head(say(lang, f"league.{dimension}"), 1.4), *(Head(say(lang, f"bulletin.brief.{tile.key}"), 1.0, True) for tile in TILES))
    found = {tile.key: courses(tile) for tile in TILES}
    rows = [
        Row(
            (text(place.name(lang)), *(_glanced(desk, found[tile.key].get(place.code), place, sides[tile.key]) for tile in TILES)),
            _mark(desk, place.code),
        )
        for place in places
        if any(place.code in found[tile.key] for tile in TILES)
    ]
    whole = [desk.whole(tile.main) if key == "glance" else data.main for tile, data in zip(TILES, desk.tiles, strict=True)]
    where = desk.around_where if key == "glance" else desk.scope.where
    name = desk.around_name if key == "glance" else desk.place_name
    last = Row((text(name), *(course_cells(desk, course, where)[0] for course in whole)), "whole")
    return Grid(key, say(lang, "bulletin.glance_of", what=say(lang, f"league.{dimension}"), place=name), heads, (*rows, last))


def _glanced(desk: Desk, course: Course | None, place: Place, sides: Sides) -> Cell:
    """A value with the sign of what it is against the whole: ✓ better, ! worse."""
    if course is None:
        return Cell(None, state=say(desk.lang, "state.not_applicable"))
    cell = course_cells(desk, course, ((place.dimension, place.code),))[0]
    side = sides.get(place.code)
    tone = (side or 0) * course.direction if cell.value is not None else 0
    return replace(cell, after={1: "✓", -1: "!"}.get(tone, ""), tone=tone)


def _mark(desk: Desk, code: str) -> str:
    return "here" if desk.wanted.place and desk.wanted.place.code == code else ""


def tile_section(desk: Desk, data: TileData, sides: Sides) -> Section:
    """One figure: what it says, its course, the places side by side."""
    lang, tile = desk.lang, data.tile
    name = say(lang, f"tile.{tile.key}")
    league = _league(desk, tile, sides)
    said = [statement(tile.key, data.main, data.standing, lang)]
    if league.rows:
        is_tested = any(side is not None for side in league.sides.values())
        said.append(league_finding(league, lang) if is_tested else say(lang, "bulletin.untested", whole=league.whole_name))
    if data.standing is not None:
        said.append(forecast_text(data.main, data.standing, lang))
    shown, rest = _folded(league.rows)
    rows = [Named(row.code, row.name, row.course) for row in shown]
    pictures = [*trend_picture(desk, data.main, data.standing, name), *bars_picture(desk, rows, league.whole, name)]
    grids = [_table(desk, tile, league, (shown, rest))] if league.rows else []
    note = say(lang, "bulletin.drawn") if pictures and tile is TILES[0] else ""
    return Section(f"tile.{tile.key}", name, tuple(filter(None, said)), tuple(pictures), tuple(grids), note)


def _league(desk: Desk, tile: Tile, sides: Sides) -> League:
    found = desk.league(tile.main)
    rows = [LeagueRow(place.code, place.name(desk.lang), "", found[place.code]) for place in desk.beside if place.code in found]
    whole = desk.whole(tile.main)
    around = replace(whole, scope=replace(whole.scope, where=desk.around_where))
    mixed = adjusted(desk.gate, around, desk.dimension) if rows else {}
    return League(_best_first(rows, whole), around, desk.around_name, desk.dimension, sides, mixed)


def _best_first(rows: Sequence[LeagueRow], whole: Course) -> list[LeagueRow]:
    known = [row for row in rows if row.course.now.value is not None]
    ordered = sorted(known, key=lambda row: row.course.now.value or 0.0, reverse=whole.better != "lower")
    return [*ordered, *(row for row in rows if row.course.now.value is None)]


def _folded(rows: Sequence[LeagueRow]) -> tuple[Sequence[LeagueRow], Sequence[LeagueRow]]:
    """Rows of the table, and those without a value that are only named when they are so many that they would bury the others."""
    known = [row for row in rows if row.course.now.value is not None]
    rest = [row for row in rows if row.course.now.value is None]
    return (rows, []) if len(rest) <= EMPTY_SHOWN or not known else (known, rest)


def _rest(rows: Sequence[LeagueRow], lang: str) -> str:
    if not rows:
        return ""
    named = [say(lang, "attention.pair", name=row.name, value=state_word(row.course.now.state, lang)) for row in rows]
    return say(lang, "bulletin.rest", names=formats.listed(named, lang))


def _table(desk: Desk, tile: Tile, league: League, parted: tuple[Sequence[LeagueRow], Sequence[LeagueRow]]) -> Grid:
    lang, dimension = desk.lang, desk.dimension
    shown, rest = parted
    heads = (
        Head(say(lang, "league.rank"), 1.1), Head(say(lang, f"league.{dimension}"), 1.4), Head(say(lang, "league.value"), 1.0, True),
        Head(say(lang, "league.range"), 1.4, True, "interval"), *([Head(say(lang, "league.adjusted"), 1.5, True)] if league.adjusted else []), Head(say(lang, "league.n"), 0.8, True), Head(say(lang, "league.change"), 1.7, True),
        Head(say(lang, "league.verdict", whole=league.whole_name), 1.5),
    )  # fmt: skip
    ranks = league.ranks
    rows = [_row(desk, league, row, ranks.get(row.code)) for row in shown]
    course = league.whole
    value, interval, count = course_cells(desk, course, desk.around_where)
    cells = (
        value,
        interval,
        *([text("")] if league.adjusted else []),
        count,
        change_cell(desk, course, desk.month.year_before, desk.around_where),
    )
    rows.append(Row((text(""), text(league.whole_name), *cells, text("")), "whole"))
    title = say(lang, "league.title", what=say(lang, f"league.{dimension}"), name=say(lang, f"tile.{tile.key}"))
    return Grid(f"league.{tile.key}", title, heads, tuple(rows), _rest(rest, lang), sheet=say(lang, f"bulletin.brief.{tile.key}"))


def _row(desk: Desk, league: League, row: LeagueRow, rank: str | None) -> Row:
    where = ((desk.dimension, row.code),)
    change = change_cell(desk, row.course, desk.month.year_before, where) if row.course.now.value is not None else text("")
    value, interval, count = course_cells(desk, row.course, where)
    mixed = [adjusted_cell(desk, league.whole, league.adjusted.get(row.code), row.code)] if league.adjusted else []
    cells = (text(_rank(league, row, rank, desk.lang)), text(row.name), value, interval, *mixed, count, change)
    return Row((*cells, _verdict(league, row, desk.lang)), _mark(desk, row.code))


def _rank(league: League, row: LeagueRow, rank: str | None, lang: str) -> str:
    if rank is not None:
        return formats.ranks(rank, lang)
    now = row.course.now
    return say(lang, "league.not_ranked") if now.value is not None and league.tone and (now.n or 0) < MIN_CASES else "–"


def _verdict(league: League, row: LeagueRow, lang: str) -> Cell:
    if row.course.now.value is None:
        return text("")
    side = league.sides.get(row.code)
    if not side:
        return text(say(lang, "league.untested" if side is None else "league.same"))
    if not league.tone:
        return text(say(lang, "league.higher" if side > 0 else "league.lower"))
    tone = side * league.tone
    return text(f"{'✓' if tone > 0 else '!'} {say(lang, 'league.better' if tone > 0 else 'league.worse')}", tone)
