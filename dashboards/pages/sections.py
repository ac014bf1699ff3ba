"""Sections that more than one page is made of: the head with its sentence, the tiles, the league, the trend, the two lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl
from dash import html

from dashboards import formats
from dashboards.board import Board, Course
from dashboards.cards.attention import Watched
from dashboards.cards.chart import Chart, chart_card, course_table, trend_alt
from dashboards.cards.league import League, league_finding, league_table
from dashboards.cards.tile import TileData
from dashboards.controls import View
from dashboards.figures.look import Look
from dashboards.figures.trend import Extras, trend
from dashboards.indicators import TILES, Tile
from dashboards.sentences import changes, statement, trend_finding
from dashboards.targets import Standing, Target, standing, target_for
from dashboards.words import say


@dataclass(frozen=True)
class Told:
    """A place with its name in the reader's language and its tiles, the selected one first known."""

    name: str
    tiles: Sequence[TileData]
    selected: TileData


def tell(board: Board, place_name: str, codes: tuple[str | None, ...], table: pl.DataFrame, view: View) -> Told:
    """Tiles of the board's scope; `codes`: the places whose targets hold here, nearest first."""
    tiles = [tile_data(board, tile, codes, table) for tile in TILES]
    selected = next((data for data in tiles if data.tile.key == view.tile), tiles[0])
    return Told(place_name, tiles, selected)


def tile_data(board: Board, tile: Tile, codes: tuple[str | None, ...], table: pl.DataFrame) -> TileData:
    """One tile with its courses and its standing."""
    courses = {indicator.key: board.course(indicator) for indicator in tile.all}
    return TileData(tile, courses, standing_of(courses[tile.main.key], codes, table))


def target_of(course: Course, codes: tuple[str | None, ...], table: pl.DataFrame) -> Target | None:
    """The target that holds for a figure at these places in its period."""
    return target_for(table, course, codes)


def standing_of(course: Course, codes: tuple[str | None, ...], table: pl.DataFrame) -> Standing | None:
    """How a figure stands to the target that holds for it."""
    target = target_of(course, codes, table)
    return standing(course, target) if target else None


def page_head(told: Told, view: View) -> list:
    """Place and period as the page's heading, and what the figures say in a sentence or two."""
    lang, course = view.lang, told.selected.main
    scope = course.scope
    period = formats.period(scope.period, lang)
    said = [statement(told.selected.tile.key, course, told.selected.standing, lang)]
    if scope.is_provisional:
        said.append(say(lang, "headline.provisional", period=period))
    else:
        said.append(changes({data.tile.key: data.main for data in told.tiles}, scope.period, lang))
    heading = say(lang, "headline.place", place=told.name, period=period)
    if scope.channel:
        heading = f"{heading} · {say(lang, f'channel.{scope.channel}')}"
    sentences = [html.Span(text) for text in said if text]
    spaced = [part for sentence in sentences for part in (sentence, " ")]
    return [html.H1(heading, className="place"), html.P(spaced, className="headline")]


def league_section(league: League, tile: Tile, view: View) -> html.Section:
    """League table under a heading that names what is compared, with its finding in words."""
    lang = view.lang
    title = say(lang, "league.title", what=say(lang, f"league.{league.kind}"), name=say(lang, f"tile.{tile.key}"))
    return html.Section(
        [html.H2(title), html.P(league_finding(league, lang), className="finding"), league_table(league, view)], className="league-section"
    )


def trend_section(told: Told, target: Target | None, view: View, extras: Extras | None = None) -> html.Section:
    """The course of the selected tile's main figure."""
    lang, course = view.lang, told.selected.main
    name = say(lang, f"tile.{told.selected.tile.key}")
    look = Look.of(lang, view.theme, course.unit)
    beside = extras or Extras()
    figure = trend(course.series, look, Extras(target.path if target else None, beside.reference, beside.reference_name))
    chart = Chart(
        key="trend",
        title=say(lang, "trend.title", name=name, finding=trend_finding(course, lang)),
        figure=figure,
        alt=trend_alt(course, name, lang),
        table=course_table(course, lang),
        note=_trend_note(course, figure, lang),
    )
    return chart_card(chart, lang)


def _trend_note(course: Course, figure: go.Figure, lang: str) -> str:
    """What is drawn, and only that."""
    drawn = {trace.name for trace in figure.data}
    parts = [say(lang, f"trend.drawn.{name}") for name in ("value", "interval", "provisional", "target", "reference") if name in drawn]
    return say(lang, "trend.note", parts=formats.listed(parts, lang))


def watched_tiles(told: Told, table: pl.DataFrame, codes: tuple[str | None, ...], view: View) -> list[Watched]:
    """The page's own figures, for the lists of what stands out."""
    found = []
    for data in told.tiles:
        for indicator in data.tile.watched:
            course = data.courses[indicator.key]
            href = view.href(tile=data.tile.key, define="")
            found.append(Watched(told.name, figure_name(data.tile, course, view.lang), href, course, standing_of(course, codes, table)))
    return found


def figure_name(tile: Tile, course: Course, lang: str) -> str:
    """What a figure is called: a main one as its tile, a companion as in the catalogue."""
    if course.indicator == tile.main or course.metric is None:
        return say(lang, f"tile.{tile.key}")
    return course.metric.name[lang]
