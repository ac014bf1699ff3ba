"""Which places and departments differ in the selected figure, crude and at the same mix of cases; counts of open cases as a plain table."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import polars as pl

from dashboards import elements as html
from dashboards.board import Board
from dashboards.cards.league_rows import League, Row
from dashboards.cards.long_league import league_or_pages
from dashboards.cards.table import Column, Table, data_table
from dashboards.casemix import adjusted
from dashboards.course import Course
from dashboards.differences import Group, differences
from dashboards.indicators import Indicator, Tile
from dashboards.pages.frame import Frame
from dashboards.places import part_names
from dashboards.readings import Reading, Readings
from dashboards.words import say
from metrics.states import FLOOR, INSUFFICIENT_N

Names = dict[str, tuple[str, str]]  # by code: shown name, address


def dimensions(frame: Frame) -> list[str]:
    """What the figures are broken down by: nothing that the page is already narrowed to."""
    places = [frame.part_dimension] if frame.part_dimension else []
    return [*places, *([] if frame.view.dept else ["department"])]


def want(board: Board, frame: Frame, indicators: list[Indicator]) -> None:
    """Note what the tables need."""
    for dimension in dimensions(frame):
        board.want(indicators, by=dimension)


def begin(frame: Frame, board: Board, tile: Tile) -> None:
    """Begin to work out what everybody's figure would be at one mix of cases, while the page is written."""
    whole = board.course(tile.main)
    frame.gate.ahead(*(partial(adjusted, frame.gate, whole, dimension) for dimension in dimensions(frame)))


def leagues(frame: Frame, board: Board, tile: Tile) -> list[html.Section]:
    """A league of the tile's figure for the places and for the departments, compared all at once."""
    found = [(dimension, _rows(frame, board.courses(tile.main, dimension), dimension)) for dimension in dimensions(frame)]
    found = [(dimension, rows) for dimension, rows in found if len(rows) > 1]
    whole = board.course(tile.main)
    sides = differences([Group({row.code: row.course for row in rows}, whole) for _, rows in found])
    return [
        _section(League(rows, whole, frame.name, dimension, side, adjusted(frame.gate, whole, dimension)), tile, frame)
        for (dimension, rows), side in zip(found, sides, strict=True)
    ]


def _section(league: League, tile: Tile, frame: Frame) -> html.Section:
    title = say(frame.lang, "league.title", what=say(frame.lang, f"league.{league.kind}"), name=say(frame.lang, f"tile.{tile.key}"))
    return html.Section([html.H2(title), *league_or_pages(league, frame.view)], className="league-section")


def _rows(frame: Frame, courses: dict[str, Course], dimension: str) -> list[Row]:
    names = names_of(frame, dimension)
    return [Row(code, *names.get(code, (code, "")), floored(course)) for code, course in courses.items()]


def floored(course: Course) -> Course:
    """The course without readings that rest on fewer than ten cases: a median of one case must not stand beside others."""
    return replace(course, readings=Readings(course.readings, _enough))


def _enough(now: Reading) -> Reading:
    return Reading(INSUFFICIENT_N, n=now.n) if now.value is not None and (now.n or 0) < FLOOR else now


def names_of(frame: Frame, dimension: str) -> Names:
    """Shown names of the parts of a dimension and where they lead: a place to this page for it, a department to its own."""
    if dimension == frame.part_dimension:
        return {place.code: (place.name(frame.lang), frame.place_href(place.code)) for place in frame.parts}
    known = part_names(frame.gate, dimension)
    return {code: (thing.name(frame.lang), frame.view.go(f"/department/{code}", dept="")) for code, thing in known.items()}


def counts_section(frame: Frame, board: Board, indicator: Indicator, overdue: dict[str, float]) -> html.Section:
    """Open cases and those past their date, by department (else by place): counts, which make no league."""
    lang, dimension = frame.lang, counted_by(frame)
    names = names_of(frame, dimension) if dimension else {}
    courses = board.courses(indicator, dimension) if dimension else {}
    rows = [
        (*names.get(code, (code, "")), courses[code].now.value if code in courses else 0.0, overdue.get(code, 0.0))
        for code in dict.fromkeys([*courses, *(code for code in overdue if code)])
    ]
    schema = {"name": pl.String, "href": pl.String, "open": pl.Float64, "overdue": pl.Float64}
    columns = (
        Column("name", say(lang, "handling.columns.department" if dimension == "department" else "handling.columns.place"), href="href"),
        Column("open", say(lang, "handling.columns.open"), "cases"),
        Column("overdue", say(lang, "handling.columns.overdue"), "cases"),
    )
    known = pl.DataFrame(rows, schema=schema, orient="row").filter((pl.col("open") > 0) | (pl.col("overdue") > 0))
    known = known.sort(["overdue", "open", "name"], descending=[True, True, False])
    table = Table("open-cases", say(lang, "handling.open.title"), columns, known, size=10)
    return html.Section([html.H2(say(lang, "handling.open.title")), data_table(table, frame.view)], className="panel-box")


def counted_by(frame: Frame) -> str:
    """What open cases are counted by: departments, else the parts of the place; empty where there is neither."""
    found = dimensions(frame)
    return found[-1] if found else ""
