"""Halls beside one another: the league of the selected figure, a table of all figures of every hall, and the halls at a picked hour."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards.board import Board
from dashboards.cards.league_rows import Row
from dashboards.cards.table import Column, Table, data_table
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.pages.sections import Told
from dashboards.pages.waiting_figures import MEAN, OF_A_HALL
from dashboards.pages.waiting_measures import measures, readings_by, schema_of
from dashboards.pages.waiting_week import Pick, span_text, week_span, when_text
from dashboards.places import Place, Tree, part_names, tree
from dashboards.readings import Reading
from dashboards.words import say
from metrics.states import FLOOR

_DISTRICTS = "select site_id, coalesce(district_code, city_code) as code from dim_site"


def ask_halls(board: Board, pick: Pick) -> Board:
    """Note the questions of the halls: their figures of the shown period, and at the picked hour of a typical week."""
    for figure in OF_A_HALL:
        board.also(f"halls_{figure.key}", figure, ("site",))
    if pick.hour:
        where = (*board.scope.where, ("weekday", pick.weekday), ("hour", pick.hour))
        board.also("at_hour", MEAN, ("site",), where, week_span(board.scope))
    return board


def hall_href(code: str, view: View, **changes: str) -> str:
    """A hall's own page; the hour picked and the figure selected go along."""
    return view.go(f"/site/{code}", place="", site="", **{"tile": view.tile, **changes})


def hall_rows(board: Board, told: Told, view: View) -> list[Row]:
    """The halls with their course of the selected figure; those with fewer than ten tickets stand in the table of all halls alone."""
    courses = board.courses(told.selected.tile.main, "site")
    names = part_names(board.gate, "site")
    return [
        Row(code, hall_name(names, code, view.lang), hall_href(code, view), course)
        for code, course in courses.items()
        if (course.now.n or 0) >= FLOOR
    ]


def hall_name(names: dict[str, Place], code: str, lang: str) -> str:
    """The name of a hall; its code where it has none."""
    return names[code].name(lang) if code in names else code


def halls_section(board: Board, view: View) -> html.Section | None:
    """Every hall with all its figures of the period."""
    frame = halls_frame(board, view)
    if frame.is_empty():
        return None
    lang, heads = view.lang, say
    shares = [Column(key, heads(lang, f"halls.{key}"), "share", state=f"{key}_state") for key in ("within_10", "abandoned")]
    columns = (
        Column("name", heads(lang, "halls.name"), href="href"),
        Column("place", heads(lang, "halls.place"), href="place_href"),
        Column("tickets", heads(lang, "halls.tickets"), "tickets", state="tickets_state"),
        Column("wait", heads(lang, "halls.wait"), "minutes", state="wait_state", low="wait_low", high="wait_high"),
        Column("wait_p90", heads(lang, "halls.wait_p90"), "minutes", state="wait_p90_state"),
        *shares,
        Column("service", heads(lang, "halls.service"), "minutes", state="service_state"),
    )
    table = Table("halls", say(lang, "halls.title"), columns, frame, order="-tickets", note=say(lang, "halls.note", floor=FLOOR))
    return html.Section([html.H2(say(lang, "halls.title")), data_table(table, view)], className="panel-box")


def halls_frame(board: Board, view: View) -> pl.DataFrame:
    """A row for every hall with a ticket in the period."""
    found = {figure.key: readings_by(board, f"halls_{figure.key}", "site") for figure in OF_A_HALL}
    names, places, known = part_names(board.gate, "site"), _places(board.gate), tree(board.gate)
    rows: list[dict] = []
    for code in found["tickets"]:
        place = _place(known, places.get(code) or "")
        row = {"name": hall_name(names, code, view.lang), "href": hall_href(code, view), "place": place.name(view.lang) if place else None}
        row["place_href"] = view.href(place=place.code if place != known.whole else "", at="", find="", define="") if place else None
        for key, readings in found.items():
            row |= measures(key, readings.get(code, Reading()))
        rows.append(row)
    heads = dict.fromkeys(("name", "href", "place", "place_href"), pl.String)
    return pl.DataFrame(rows, schema={**heads, **schema_of(*found)})


def _place(known: Tree, code: str) -> Place | None:
    return known.whole if code == known.top else known.place(code)


def _places(gate: Gate) -> dict[str, str]:
    return gate.once("places of halls", lambda: dict(gate.table(_DISTRICTS).iter_rows()))


def hour_section(board: Board, pick: Pick, view: View) -> html.Section | None:
    """The halls at the picked hour of a typical week, the longest wait first; None where no hour is picked."""
    if not pick.hour:
        return None
    lang, names = view.lang, part_names(board.gate, "site")
    readings = readings_by(board, "at_hour", "site")
    rows = [
        {"name": hall_name(names, code, lang), "href": hall_href(code, view, pick=view.pick), "n": reading.n} | measures("wait", reading)
        for code, reading in readings.items()
        if reading.n
    ]
    schema = {"name": pl.String, "href": pl.String, "n": pl.Float64, **schema_of("wait")}
    columns = (
        Column("name", say(lang, "halls.name"), href="href"),
        Column("wait", say(lang, "halls.wait"), "minutes", state="wait_state", low="wait_low", high="wait_high"),
        Column("n", say(lang, "halls.served"), "tickets"),
    )
    title = say(lang, "halls.at_hour", when=when_text(pick.weekday, pick.hour, lang), span=span_text(week_span(board.scope), lang))
    table = Table("at_hour", title, columns, pl.DataFrame(rows, schema=schema), order="-wait", size=8)
    return html.Section([html.H2(title), data_table(table, view)], className="panel-box", id="at-hour")
