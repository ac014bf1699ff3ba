"""A hall beside the place around it: its figures one by one, and the selected one among the halls of that place."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.compare import Neighbours, neighbours_chart
from dashboards.cards.league_rows import League, Row
from dashboards.cards.table import Column, Table, data_table
from dashboards.course import Course
from dashboards.differences import Group, differences
from dashboards.figures.look import Look
from dashboards.pages.sections import Told
from dashboards.pages.site_hall import Hall
from dashboards.pages.waiting_figures import GIVEN_UP, MEAN, MEDIAN, P90, SERVICE, WITHIN
from dashboards.pages.waiting_halls import hall_href, hall_name
from dashboards.places import part_names
from dashboards.sentences import neighbour_finding, state_word
from dashboards.words import say
from metrics.states import FLOOR

FIGURES = (MEAN, MEDIAN, P90, *WITHIN, GIVEN_UP, SERVICE)
SCHEMA = {"code": pl.String, "name": pl.String, **dict.fromkeys(("value", "low", "high", "n"), pl.Float64), "href": pl.String}


def ask_beside(board: Board, hall: Hall) -> Board:
    """Note the questions of the places around the hall."""
    return board.want(FIGURES).want(FIGURES, where=hall.where(hall.around)).want(FIGURES, where=hall.where(hall.wider))


def site_league(board: Board, hall: Hall, tiles: Told) -> League:
    """The halls of the place around by the selected figure, against that place; those with fewer than ten tickets are left out."""
    main, names = tiles.selected.tile.main, part_names(board.gate, "site")
    where = hall.where(hall.wider)
    courses = board.courses(main, "site", where)
    rows = [
        Row(code, hall_name(names, code, hall.view.lang), hall_href(code, hall.view, pick=hall.view.pick), course)
        for code, course in courses.items()
        if (course.now.n or 0) >= FLOOR or code == hall.code
    ]
    whole = board.course(main, where)
    (sides,) = differences([Group({row.code: row.course for row in rows}, whole)])
    return League(rows, whole, hall.name_of(hall.wider), "site", sides)


def beside_card(league: League, name: str, hall: Hall) -> html.Section:
    """The halls of the place side by side, this one in the accent."""
    rows = [(row.code, row.name, now.value, now.low, now.high, now.n, row.href) for row in league.rows for now in (row.course.now,)]
    places = pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("value", descending=league.tone > 0, nulls_last=True)
    whole, finding = league.whole, beside_finding(league, hall)
    return neighbours_chart(Neighbours(places, whole.unit, name, hall.code, whole.now.value, finding, league.whole_name), hall.view)


def beside_finding(league: League, hall: Hall) -> str:
    """How the hall lies against the place around it."""
    return neighbour_finding(league.whole, league.sides.get(hall.code), (hall.name, league.whole_name), hall.view.lang)


def figures_section(board: Board, hall: Hall) -> html.Section:
    """Every figure of the hall beside its district's and the wider place's, and whether it differs from the latter by more than chance."""
    lang, places = hall.view.lang, list(dict.fromkeys((hall.around, hall.wider)))
    trios = [(board.course(one), *(board.course(one, hall.where(place)) for place in places)) for one in FIGURES]
    sides = differences([Group({hall.code: trio[0]}, trio[-1]) for trio in trios])
    rows = [_row(trio, found.get(hall.code), lang) for trio, found in zip(trios, sides, strict=True)]
    others = [Column(f"at_{at}", hall.name_of(place), "number", show=partial(_shown, key=f"at_{at}")) for at, place in enumerate(places)]
    columns = (
        Column("name", say(lang, "site.figure"), show=lambda row: row["shown"]),
        Column("here", say(lang, "site.here"), "number", low="low", high="high", show=partial(_shown, key="here")),
        Column("n", say(lang, "columns.n"), "cases"),
        *others,
        Column("verdict", say(lang, "league.verdict", whole=hall.name_of(hall.wider))),
    )
    title = say(lang, "site.beside", place=formats.listed([hall.name_of(place) for place in places], lang))
    return html.Section([html.H2(title), data_table(Table("beside", title, columns, pl.DataFrame(rows)), hall.view)], className="panel-box")


def _row(trio: tuple[Course, ...], side: int | None, lang: str) -> dict[str, Any]:
    """One figure: its values as drawn and as written. Minutes and per cent share columns, so that a file names the unit beside the figure."""
    here, *others = trio
    name, look = say(lang, f"figure_name.{here.indicator.key}"), Look(lang, unit=here.unit)
    unit = look.suffix.strip() or say(lang, f"unit.{here.unit}")
    low, high, value = look.drawn([here.now.low, here.now.high, here.now.value])
    row: dict[str, Any] = {"name": f"{name} ({unit})", "shown": name, "here": value, "low": low, "high": high, "n": here.now.n}
    for at, course in enumerate(others):
        row |= {f"at_{at}": look.drawn([course.now.value])[0], f"at_{at}_text": _text(course, lang)}
    sure = formats.interval(here.now.low or 0.0, here.now.high or 0.0, here.unit, lang) if here.now.has_interval else ""
    return row | {"here_text": _text(here, lang), "here_interval": sure, "verdict": _verdict(here, side, lang)}


def _text(course: Course, lang: str) -> str:
    now = course.now
    return state_word(now.state, lang) if now.value is None else formats.amount(now.value, course.unit, lang)


def _shown(row: dict[str, Any], key: str) -> list:
    under = [html.Span(row["here_interval"], className="interval")] if key == "here" and row["here_interval"] else []
    return [row[f"{key}_text"], *under]


def _verdict(here: Course, side: int | None, lang: str) -> str:
    """better, worse, not different, not tested; nothing is said of fewer than ten tickets."""
    if here.now.value is None:
        return "–"
    if side is None or (here.now.n or 0) < FLOOR:
        return say(lang, "league.untested")
    if side == 0:
        return say(lang, "league.same")
    return say(lang, "league.better" if side * here.direction > 0 else "league.worse")
