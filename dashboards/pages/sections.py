"""Sections that more than one page is made of: the head with its sentence, the tiles, the league, the trend, the two lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboards import elements as html
from dashboards import formats
from dashboards.behind import badge_of
from dashboards.board import Board
from dashboards.cards.attention import Watched
from dashboards.cards.chart import Chart, chart_card, course_table, trend_alt
from dashboards.cards.league import league_finding, league_table
from dashboards.cards.league_rows import League
from dashboards.cards.tile import TileData, provisional_text
from dashboards.controls import View
from dashboards.course import Course
from dashboards.figures.drawing import Drawing
from dashboards.figures.look import Look
from dashboards.figures.trend import Extras, trend
from dashboards.gate import Gate
from dashboards.indicators import TILES, Tile
from dashboards.provisional import ask_so_far, so_far, waiting_for
from dashboards.sentences import changes, forecast_text, statement, trend_finding
from dashboards.standings import Codes, of_place, standing_of, statuses, with_targets
from dashboards.words import say
from metrics.targets import TargetStatus


@dataclass(frozen=True)
class Goals:
    """The targets as they stand on the page's day, and the places whose targets hold here, nearest first (None: no place)."""

    gate: Gate
    day: date
    codes: Codes

    @property
    def statuses(self) -> Sequence[TargetStatus]:
        """Every target. A page that shows some figures asks for theirs alone."""
        return statuses(self.gate, self.day)

    def about(self, course: Course) -> Sequence[TargetStatus]:
        """The targets of a figure, wherever they hold; none is worked out for a figure without."""
        metric = course.indicator.metric
        return statuses(self.gate, self.day, metric) if metric in with_targets(self.gate) else ()

    def of(self, course: Course, codes: Codes | None = None) -> TargetStatus | None:
        """Where a figure stands to the target that holds for it."""
        found = standing_of(course, self.codes if codes is None else codes, self.about(course))
        return of_place(found, course) if found is not None else None


@dataclass(frozen=True)
class Told:
    """A place with its name in the reader's language and its tiles, the selected one first known."""

    name: str
    tiles: Sequence[TileData]
    selected: TileData


def tell(board: Board, place_name: str, goals: Goals, view: View, tiles: Sequence[Tile] = TILES) -> Told:
    """Tiles of the board's scope, the one that the view selects (else the first) known."""
    ask_so_far(board.gate, [board.course(tile.main) for tile in tiles])
    found = [tile_data(board, tile, goals) for tile in tiles]
    selected = next((data for data in found if data.tile.key == view.tile), found[0])
    return Told(place_name, found, selected)


def tile_data(board: Board, tile: Tile, goals: Goals) -> TileData:
    """One tile with its courses, its standing, and what is there of a provisional period."""
    courses = {indicator.key: board.course(indicator) for indicator in tile.all}
    main = courses[tile.main.key]
    badge = badge_of(board.gate, main.metric, main.scope.period)
    return TileData(tile, courses, goals.of(main), waiting_for(board.gate, main), so_far(board.gate, main), badge)


def page_head(told: Told, view: View) -> list:
    """Place and period as the page's heading, and what the figures say in a sentence or two."""
    lang, course = view.lang, told.selected.main
    scope = course.scope
    period = formats.period(scope.period, lang)
    said = [statement(told.selected.tile.key, course, told.selected.standing, lang)]
    if scope.is_provisional or course.is_provisional:
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


def trend_section(told: Told, view: View, extras: Extras | None = None) -> html.Section:
    """The course of the selected tile's main figure, with its target, path and forecast."""
    lang, data = view.lang, told.selected
    course = data.main
    name = say(lang, f"tile.{data.tile.key}")
    beside = extras or Extras()
    figure = trend(course.series, Look.of(lang, view.theme, course.unit), Extras(data.standing, beside.reference, beside.reference_name))
    chart = Chart(
        title=say(lang, "trend.title", name=name, finding=trend_finding(course, lang)),
        figure=figure,
        alt=trend_alt(course, name, lang),
        table=course_table(course, "trend", name, lang),
        note=_trend_note(data, figure, beside.reference_name, lang),
    )
    return chart_card(chart, view)


DRAWN = ("value", "interval", "provisional", "target", "forecast", "reference")


def _trend_note(data: TileData, figure: Drawing, reference: str, lang: str) -> str:
    """What is drawn, and only that; what a provisional period waits for; where the figure is going."""
    parts = [say(lang, f"trend.drawn.{name}", place=reference) for name in DRAWN if name in figure.names]
    said = [say(lang, "trend.note", parts=formats.listed(parts, lang))] if parts else []
    if data.main.is_provisional:
        said.append(say(lang, "trend.sentence", text=provisional_text(data.main, data.waiting, lang)))
    ahead = forecast_text(data.main, data.standing, lang) if data.standing is not None else ""
    return ("" if lang == "zh" else " ").join([*said, *([ahead] if ahead else [])])


def watched_tiles(told: Told, goals: Goals, view: View) -> list[Watched]:
    """The page's own figures, for the lists of what stands out."""
    found = []
    for data in told.tiles:
        for indicator in data.tile.watched:
            course = data.courses[indicator.key]
            href = view.href(tile=data.tile.key, define="")
            found.append(Watched(told.name, figure_name(data.tile, course, view.lang), href, course, goals.of(course)))
    return found


def figure_name(tile: Tile, course: Course, lang: str) -> str:
    """What a figure is called: a main one as its tile, a companion as in the catalogue."""
    if course.indicator == tile.main or course.metric is None:
        return say(lang, f"tile.{tile.key}")
    return course.metric.name[lang]
