"""Self-service terminals on the page of channels: how much they are used place by place, which stand idle, and where."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.map import SCHEMA
from dashboards.cards.table import Column, Table, data_table
from dashboards.figures.area_map import Ground, area_map, map_alt
from dashboards.figures.look import Look
from dashboards.indicators import Indicator
from dashboards.maps import map_of
from dashboards.pages.channels_rows import terminals
from dashboards.pages.channels_text import idle_finding
from dashboards.pages.frame import Frame
from dashboards.readings import Reading
from dashboards.words import say

STANDING = Indicator("terminals_live", "service_points", (("kind", "terminal"), ("variant", "live")))
USES = Indicator("terminal_uses", "terminal_uses")
PER_DAY = Indicator("uses_per_terminal_day", "uses_per_terminal_day")
FIGURES = {"standing": STANDING, "uses": USES, "per_day": PER_DAY}


def ask_terminals(board: Board, frame: Frame) -> Board:
    """Note what the section needs: of every part, and of its terminals."""
    for indicator in FIGURES.values():
        if frame.part_dimension:
            board.want([indicator], by=frame.part_dimension)
    return board


def terminals_section(frame: Frame, board: Board) -> html.Section:
    """Uses by place, terminals that nobody used, and both on the map where the city has given one."""
    lang = frame.lang
    found = terminals(frame.gate, frame.scope)
    unused = found.filter(pl.col("uses") == 0).height
    head = [html.H2(say(lang, "channels.terminals.title")), html.P(idle_finding(found.height, unused, lang), className="finding")]
    if found.is_empty():
        return html.Section(head, className="panel-box")
    parts = _part_rows(frame, board)
    places = [data_table(_part_table(parts, frame), frame.view)] if parts.height else []
    columns = [html.Div([*places, *_map(frame, parts, found)]), html.Div(data_table(_idle_table(found, frame), frame.view))]
    return html.Section([*head, html.Div(columns, className="terminals")], className="panel-box")


def _part_rows(frame: Frame, board: Board) -> pl.DataFrame:
    """One row a part: terminals that stand, their uses, uses per terminal and day."""
    courses = {key: board.courses(indicator, frame.part_dimension) for key, indicator in FIGURES.items()} if frame.part_dimension else {}
    rows = []
    for part in frame.parts:
        now = {key: found[part.code].now for key, found in courses.items() if part.code in found}
        standing, uses = (now.get(key, Reading()) for key in ("standing", "uses"))
        if standing.value or uses.value:  # places without any terminal are named below the table
            values = (standing.value, uses.value, *_measures(now.get("per_day")))
            rows.append((part.code, part.name(frame.lang), *values, frame.place_href(part.code)))
    schema = {"code": pl.String, "name": pl.String, "standing": pl.Float64, "uses": pl.Float64, **_MEASURES, "href": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


_MEASURES = {"value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "n": pl.Float64, "state": pl.String}


def _measures(reading: Reading | None) -> tuple:
    found = reading or Reading("not_applicable")
    return (found.value, found.low, found.high, found.n, found.state)


def _part_table(parts: pl.DataFrame, frame: Frame, key: str = "terminal-places") -> Table:
    lang = frame.lang
    columns = (
        Column("name", say(lang, f"league.{frame.part_dimension}"), href="href"),
        Column("standing", say(lang, "channels.terminals.standing"), "service_points"),
        Column("uses", say(lang, "channels.terminals.uses"), "uses"),
        Column("value", say(lang, "channels.terminals.per_day"), "uses", state="state", low="low", high="high"),
    )
    without = [part.name(lang) for part in frame.parts if part.code not in parts["code"]]
    note = say(lang, "channels.terminals.without", places=formats.listed(without, lang)) if without else ""
    return Table(key, say(lang, "channels.terminals.places"), columns, parts, order="-value", note=note)


def _idle_table(found: pl.DataFrame, frame: Frame) -> Table:
    lang = frame.lang
    rows = _named(found, frame)
    columns = (
        Column("name", say(lang, "channels.terminals.terminal"), href="href"),
        Column("place", say(lang, "league.place")),
        Column("uses", say(lang, "channels.terminals.uses"), "uses"),
        Column("last_used_on", say(lang, "channels.terminals.last_used"), "day", show=lambda row: _last_use(row, lang)),
        Column("idle_days", say(lang, "channels.terminals.idle"), "number"),
    )
    note = say(lang, "channels.terminals.note")
    return Table("terminals", say(lang, "channels.terminals.title"), columns, rows, order="-idle_days", size=12, note=note)


def _named(found: pl.DataFrame, frame: Frame) -> pl.DataFrame:
    first, second = ("zh", "en") if frame.lang == "zh" else ("en", "zh")
    return found.with_columns(
        name=pl.coalesce(pl.col(f"name_{first}"), pl.col(f"name_{second}"), pl.col("point_id")),
        place=pl.coalesce(pl.col(f"place_{first}"), pl.col(f"place_{second}"), pl.col("division_code")),
        href=pl.Series([frame.view.go(f"/site/{site}") for site in found["site_id"]], dtype=pl.String),
    )


def _last_use(row: dict, lang: str) -> str:
    return formats.day(row["last_used_on"], lang, short=True) if row["last_used_on"] else say(lang, "channels.terminals.never")


def _map(frame: Frame, parts: pl.DataFrame, found: pl.DataFrame) -> list:
    """Places that have terminals, tinted by use, with the terminals on top: solid ones were used in the period, hollow ones were not."""
    lang, view = frame.lang, frame.view
    ground = map_of(frame.gate, set(parts["code"])).map if parts.height else None
    if ground is None:
        return [html.P(say(lang, "channels.terminals.no_map"), className="note")]
    look = Look.of(lang, view.theme, "uses")
    areas = parts.select(*SCHEMA)
    spots = _named(found, frame).select(
        "lon", "lat", "name", "href", value=pl.when(pl.col("uses") > 0).then(pl.col("uses").cast(pl.Float64)), state=pl.lit("value")
    )
    chart = Chart(
        say(lang, "channels.terminals.map"),
        area_map(areas, look, Ground(ground.features, ground.code, sites=spots)),
        map_alt(areas, look),
        _part_table(parts, frame, "terminal-map"),
        say(lang, "channels.terminals.map_note"),
        level=3,
    )
    return [chart_card(chart, view)]
