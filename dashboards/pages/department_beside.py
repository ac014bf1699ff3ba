"""A department beside others: those that do the same elsewhere, and its own parts by place."""

from __future__ import annotations

from dashboards import elements as html
from dashboards.board import Board
from dashboards.cards.league_rows import League, Row
from dashboards.casemix import adjusted
from dashboards.differences import Group, differences
from dashboards.pages.department_desk import Desk, department_href, department_tile
from dashboards.pages.sections import Told, league_section
from dashboards.places import part_names
from dashboards.words import say


def ask_departments(board: Board, desk: Desk) -> Board:
    """Note the questions."""
    main = department_tile(desk.view.tile).main
    board.want([main], where=desk.place_where).want([main], where=desk.like_it).want([main], by="department", where=desk.like_it)
    return board.want([main], by=desk.frame.part_dimension) if desk.frame.part_dimension else board


def leagues(board: Board, told: Told, desk: Desk) -> tuple[League, League]:
    """Those that do the same, and its own districts; judged together."""
    main, view, where = told.selected.tile.main, desk.view, desk.like_it
    names = part_names(board.gate, "department")
    alike = [
        Row(code, names[code].name(view.lang) if code in names else code, "" if code == desk.code else department_href(code, view), course)
        for code, course in board.courses(main, "department", where).items()
        if course.now.value is not None or code == desk.code
    ]
    parts = _parts(board, told, desk)
    whole = board.course(main, where)
    sides = differences(
        [Group({row.code: row.course for row in rows}, around) for rows, around in ((alike, whole), (parts, told.selected.main))]
    )
    name = say(view.lang, "department.alike") if where != desk.place_where else desk.frame.name
    mixed = adjusted(board.gate, whole, "department") if len(alike) > 1 else {}
    own = League(parts, told.selected.main, desk.name, desk.frame.part_dimension, sides[1])
    return League(alike, whole, name, "department", sides[0], mixed), own


def _parts(board: Board, told: Told, desk: Desk) -> list[Row]:
    """Its cases by part of the place, where there are several."""
    dimension = desk.frame.part_dimension
    courses = board.courses(told.selected.tile.main, dimension) if dimension else {}
    rows = [
        Row(part.code, part.name(desk.lang), desk.frame.place_href(part.code), courses[part.code])
        for part in desk.frame.parts
        if part.code in courses and courses[part.code].now.value is not None
    ]
    return rows if len(rows) > 1 else []


def league_sections(found: tuple[League, League], told: Told, desk: Desk) -> list[html.Section]:
    """The two tables, as far as there is something to compare."""
    return [league_section(league, told.selected.tile, desk.view) for league in found if len(league.rows) > 1]
