"""Halls on the map of their districts: the districts tinted by the selected figure, each hall a point that leads to it."""

from __future__ import annotations

import polars as pl

from dashboards.cards.league_rows import League
from dashboards.cards.map import Mapped, map_card
from dashboards.controls import View
from dashboards.course import Course
from dashboards.gate import Gate
from dashboards.pages.waiting_halls import hall_href, hall_name
from dashboards.places import part_names
from dashboards.words import say
from metrics.states import FLOOR, INSUFFICIENT_N

_SPOTS = "select site_id, lon, lat from dim_site where lon is not null and lat is not null"
SCHEMA = {
    **dict.fromkeys(("lon", "lat"), pl.Float64),
    **dict.fromkeys(("name", "href", "state"), pl.String),
    **dict.fromkeys(("value", "low", "high", "n"), pl.Float64),
}


def halls_map(gate: Gate, parts: League, courses: dict[str, Course], name: str, view: View) -> list:
    """The card, where the city has given its outlines; nothing otherwise."""
    mapped = Mapped(parts.rows, name, parts.whole.unit, "", spots(gate, courses, view), say(view.lang, "halls.on_map"))
    return map_card(gate, mapped, view) if parts.rows else []


def spots(gate: Gate, courses: dict[str, Course], view: View) -> pl.DataFrame:
    """The halls with a ticket in the period where they stand; of fewer than ten tickets the figure is not told."""
    names = part_names(gate, "site")
    known = {code: (lon, lat) for code, lon, lat in gate.table(_SPOTS).iter_rows()}
    rows = [
        (*known[code], hall_name(names, code, view.lang), hall_href(code, view), *_told(course))
        for code, course in courses.items()
        if code in known and course.now.n
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _told(course: Course) -> tuple[str, float | None, float | None, float | None, float | None]:
    now = course.now
    if (now.n or 0) < FLOOR:
        return INSUFFICIENT_N, None, None, None, now.n
    return now.state, now.value, now.low, now.high, now.n
