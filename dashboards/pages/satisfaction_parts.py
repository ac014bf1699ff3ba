"""Who differs: the selected figure by place, department, channel or item, as a league and, for ratings, as a funnel of the last twelve months."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards.attributes import aria
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.league_rows import League, Row
from dashboards.cards.long_league import league_or_pages
from dashboards.cards.table import Column, Table
from dashboards.casemix import adjusted
from dashboards.differences import Group, differences
from dashboards.figures.funnel import funnel as drawn_funnel
from dashboards.figures.funnel import limits_of_shares
from dashboards.figures.look import Look
from dashboards.indicators import Indicator, Tile
from dashboards.pages.frame import Frame
from dashboards.pages.satisfaction_told import funnel_finding
from dashboards.pages.satisfaction_year import year_name, year_span
from dashboards.places import part_names
from dashboards.words import say
from metrics.statistics.funnel import funnel as judged_funnel

GOOD = Indicator("satisfaction", "active_good_rating_rate")
CHOICES = ("department", "channel", "item", "site")  # after the parts of the place
FUNNELS = ("department", "item", "channel")


def choices(frame: Frame, tile: Tile) -> list[str]:
    """The dimensions that the tile's figure can be broken down by here."""
    metric = frame.gate.metric(tile.main.metric)
    asked = [*([frame.part_dimension] if frame.part_dimension else []), *CHOICES]
    fixed = {"department": frame.view.dept, "item": frame.view.item, "site": frame.view.site, "channel": frame.view.channel}
    return [name for name in asked if metric is not None and name in metric.dimensions and not fixed.get(name)]


def chosen(frame: Frame, tile: Tile) -> str:
    """The dimension that the address asks for, else the first; empty where there is none."""
    found = choices(frame, tile)
    return frame.view.pick if frame.view.pick in found else (found[0] if found else "")


def funnel_of(frame: Frame) -> str:
    """What the points of the funnel are: as chosen where ratings have it and it has many, else departments (items of one department)."""
    if frame.view.pick in FUNNELS:
        return frame.view.pick
    return "item" if frame.view.dept else "department"


def ask_parts(board: Board, frame: Frame, tile: Tile) -> None:
    """Note what the league and the funnel need."""
    dimension = chosen(frame, tile)
    if dimension:
        board.want([tile.main], by=dimension)
    span = year_span(frame.scope)
    board.also("funnel", GOOD, (funnel_of(frame),), span=span).also("funnel.whole", GOOD, (), span=span)


def names_of(frame: Frame, dimension: str) -> dict[str, tuple[str, str]]:
    """Shown names of the parts of a dimension, and where each leads."""
    lang, view = frame.lang, frame.view
    if dimension == frame.part_dimension:
        return {place.code: (place.name(lang), frame.place_href(place.code)) for place in frame.parts}
    if dimension == "channel":
        return {}
    known, path = part_names(frame.gate, dimension), f"/{dimension}/"
    field = {"department": "dept"}.get(dimension, dimension)
    return {code: (thing.name(lang), view.go(f"{path}{code}", **{field: ""})) for code, thing in known.items()}


def _name(frame: Frame, names: dict[str, tuple[str, str]], dimension: str, code: str) -> tuple[str, str]:
    if dimension == "channel":
        return say(frame.lang, f"channel.{code}"), frame.view.href(channel=code, pick="", at="", sort="", define="")
    return names.get(code, (code, ""))


def parts_section(frame: Frame, board: Board, tile: Tile) -> html.Section | None:
    """The league of the chosen dimension under links to the others."""
    lang, dimension = frame.lang, chosen(frame, tile)
    if not dimension:
        return None
    names, whole = names_of(frame, dimension), board.course(tile.main)
    rows = [Row(code, *_name(frame, names, dimension, code), course) for code, course in board.courses(tile.main, dimension).items()]
    (sides,) = differences([Group({row.code: row.course for row in rows}, whole)])
    league = League(rows, whole, frame.name, dimension, sides, adjusted(frame.gate, whole, dimension) if rows else {})
    title = say(lang, "league.title", what=say(lang, f"league.{dimension}"), name=say(lang, f"tile.{tile.key}"))
    return html.Section([html.H2(title), _links(frame, tile, dimension), *league_or_pages(league, frame.view)], className="league-section")


def _links(frame: Frame, tile: Tile, dimension: str) -> html.Nav:
    lang = frame.lang
    links = [
        html.A(
            say(lang, f"league.{name}"), href=frame.view.href(pick=name, sort="", at="", find="", define=""),
            **(aria(current="true") if name == dimension else {}),
        )
        for name in choices(frame, tile)
    ]  # fmt: skip
    return html.Nav(html.Ul([html.Li(link) for link in links]), className="choice-row", **aria(label=say(lang, "satisfaction.choose")))


def funnel_card(frame: Frame, board: Board) -> html.Section:
    """Departments, items or channels by number of active ratings against the limits of chance."""
    lang, dimension = frame.lang, funnel_of(frame)
    centre, points = funnel_points(frame, board, dimension)
    look = Look.of(lang, frame.view.theme, "share")
    phi = points["phi"].max() if points.height else None
    limits = limits_of_shares(centre, points["n"], phi=float(phi or 1.0), direction=1)  # type: ignore[arg-type]
    finding = funnel_finding(points["verdict"].to_list(), dimension, lang)
    chart = Chart(
        say(lang, "satisfaction.funnel.title", year=year_name(frame.scope, lang), finding=finding),
        drawn_funnel(points, look, limits),
        finding,
        _funnel_table(points, dimension, lang),
        say(lang, "satisfaction.funnel.note"),
    )
    return chart_card(chart, frame.view)


def funnel_points(frame: Frame, board: Board, dimension: str) -> tuple[float, pl.DataFrame]:
    """The common share, and a row for every unit that has one of its own: code, name, n, value, low, high, href, verdict, phi."""
    whole, parts = board.frame("funnel.whole"), board.frame("funnel")
    centre = whole["value"][0] if whole is not None and whole.height else None
    if parts is None or centre is None:
        return 0.5, pl.DataFrame(schema=POINTS)
    known = parts.filter(pl.col("value").is_not_null() & pl.col(dimension).is_not_null())
    names = names_of(frame, dimension)
    shown = [_name(frame, names, dimension, code) for code in known[dimension]]
    frame_ = known.select(code=dimension, n="denominator", value="value", low="low", high="high", events="numerator", cases="denominator")
    judged = (
        judged_funnel(frame_, common=centre) if frame_.height else frame_.with_columns(verdict=pl.lit(None, pl.String), phi=pl.lit(1.0))
    )
    named = judged.with_columns(
        name=pl.Series([one[0] for one in shown], dtype=pl.String), href=pl.Series([one[1] for one in shown], dtype=pl.String)
    )
    return centre, named.select(list(POINTS)).sort("n", descending=True)


POINTS: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(("code", "name"), pl.String),
    **dict.fromkeys(("n", "value", "low", "high"), pl.Float64),
    **dict.fromkeys(("href", "verdict"), pl.String),
    "phi": pl.Float64,
}


def _funnel_table(points: pl.DataFrame, dimension: str, lang: str) -> Table:
    words = {verdict: say(lang, f"drawing.{verdict}") for verdict in ("high", "low", "inside")}
    told = points.with_columns(said=pl.col("verdict").replace_strict(words, default=None, return_dtype=pl.String))
    columns = (
        Column("name", say(lang, f"league.{dimension}"), href="href"),
        Column("value", say(lang, "tile.satisfaction"), "share", low="low", high="high"),
        Column("n", say(lang, "satisfaction.columns.active"), "cases"),
        Column("said", say(lang, "satisfaction.columns.verdict")),
    )
    return Table("funnel", say(lang, "satisfaction.funnel.table"), columns, told, size=30)
