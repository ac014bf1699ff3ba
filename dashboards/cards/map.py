"""A map of places with its table, where the city has given its outlines; what is wrong with a map file, where something is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dashboards import elements as html
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.league_rows import Row
from dashboards.cards.table import Column, Table
from dashboards.controls import View
from dashboards.figures.area_map import Ground, area_map, map_alt
from dashboards.figures.look import Look
from dashboards.gate import Gate
from dashboards.maps import map_of
from dashboards.words import say

SCHEMA = {
    "code": pl.String,
    "name": pl.String,
    **dict.fromkeys(("value", "low", "high", "n"), pl.Float64),
    "state": pl.String,
    "href": pl.String,
}


@dataclass(frozen=True)
class Mapped:
    """Places with a figure: `name` and `unit` of the figure, and the page's own place among them, if any.

    `sites`: points on top as area_map.Ground takes them; `note` says what they are.
    """

    rows: Sequence[Row]
    name: str
    unit: str
    here: str = ""
    sites: pl.DataFrame | None = None
    note: str = ""


def map_card(gate: Gate, mapped: Mapped, view: View) -> list:
    """The card; nothing where the installation has no map of these places; a line for every map file that cannot be read."""
    found = map_of(gate, {row.code for row in mapped.rows})
    told = [html.P(problem.sentence(view.lang), className="note", role="status") for problem in found.problems]
    if found.map is None:
        return told
    areas, look = _areas(mapped), Look.of(view.lang, view.theme, mapped.unit)
    ground = Ground(found.map.features, found.map.code, mapped.sites, mapped.here)
    chart = Chart(
        _title(areas, mapped, look),
        area_map(areas, look, ground),
        map_alt(areas, look),
        _table(areas, mapped, view),
        " ".join(text for text in (mapped.note, say(view.lang, "maps.note")) if text),
    )
    return [chart_card(chart, view), *told]


def _areas(mapped: Mapped) -> pl.DataFrame:
    rows = [
        (row.code, row.name, now.value, now.low, now.high, now.n, now.state, row.href) for row in mapped.rows for now in (row.course.now,)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _title(areas: pl.DataFrame, mapped: Mapped, look: Look) -> str:
    known = areas.filter(pl.col("value").is_not_null()).sort("value")
    if known.height < 2:
        return say(look.lang, "maps.title", name=mapped.name)
    first, last = known.row(0, named=True), known.row(-1, named=True)
    ends = {"low": look.text(first["value"]), "lowest": first["name"], "high": look.text(last["value"]), "highest": last["name"]}
    return say(look.lang, "maps.title_spread", name=mapped.name, **ends)


def _table(areas: pl.DataFrame, mapped: Mapped, view: View) -> Table:
    columns = (
        Column("name", say(view.lang, "league.place"), href="href"),
        Column("value", say(view.lang, "columns.value"), mapped.unit, state="state", low="low", high="high"),
        Column("n", say(view.lang, "columns.n"), "cases"),
    )
    return Table("map", mapped.name, columns, areas, order="-value")
