"""Service depth: what is declared, what the cases reached, where the two part, and which items nobody has tested yet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl
from dash import html

from dashboards import formats
from dashboards.attributes import aria
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table, data_table
from dashboards.cards.tile import tile_strip
from dashboards.controls import LEVELS, View
from dashboards.figures.look import Look
from dashboards.figures.matrix import Levels, matrix
from dashboards.figures.trend import Extras
from dashboards.gate import Gate
from dashboards.indicators import Indicator, Tile
from dashboards.pages import depth_shares as parts_of
from dashboards.pages.depth_evidence import OPEN, UNTESTED, causes, changes, evidence
from dashboards.pages.depth_shares import Parts, declared, observed
from dashboards.pages.depth_tables import Items, changed, every_item, over_declared, untested
from dashboards.pages.depth_told import VERDICTS, Counts, finding, qualifier
from dashboards.pages.frame import Frame, Told, frame_of, framed, thing_name
from dashboards.pages.page import Page
from dashboards.pages.sections import Told as Tiles
from dashboards.pages.sections import tell, trend_section
from dashboards.places import part_names
from dashboards.words import say

DEFAULT_LEVEL = 3
VERDICT = {key: Indicator(f"verdict_{key}", "depth_verdict_items", (("variant", key),)) for key in VERDICTS}
BESIDE = (OPEN, UNTESTED)


@dataclass(frozen=True)
class Asked:
    """What the page knows: its frame, the level it looks at, its answers, its rows of evidence."""

    frame: Frame
    level: int
    board: Board
    items: Items

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.frame.lang

    @property
    def view(self) -> View:
        """The page's view."""
        return self.frame.view

    @property
    def counts(self) -> Counts:
        """Items by verdict, as the metric says."""
        return {key: self.board.course(indicator).now.value for key, indicator in VERDICT.items()}


def tiles_of(level: int) -> tuple[Tile, ...]:
    """The key figures at a level."""
    return (
        Tile(f"depth_declared_{level}", declared(level)),
        Tile(f"depth_observed_{level}", observed(level), (Indicator("depth_gap", "depth_gap"),)),
        Tile(
            "depth_contradicted",
            VERDICT["contradicted"],
            (Indicator("contradicted_item_share", "contradicted_item_share"), VERDICT["supported"]),
        ),
        Tile(
            "depth_untested", Indicator("untested_item_rate", "untested_item_rate"), (VERDICT["untested"], VERDICT["insufficient_evidence"])
        ),
        Tile(
            f"depth_same_{level}",
            Indicator("declared_depth_share_like_for_like", "declared_depth_share_like_for_like", (("level", level),)),
        ),
        Tile("depth_risen", Indicator("unmatched_depth_rise_items", "unmatched_depth_rise_items")),
    )


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    asked = _ask(frame_of(gate, view))
    frame, board, level = asked.frame, asked.board, asked.level
    told = tell(board, frame.name, frame.goals, view, tiles_of(level))
    first, second = ((data.main, data.standing) for data in told.tiles[:2])
    headline = [finding(first, second, level, view.lang), qualifier(asked.counts, view.lang)]
    if frame.scope.is_provisional:
        headline.append(say(view.lang, "headline.provisional", period=formats.period(frame.scope.period, view.lang)))
    sections = [
        level_chooser(level, view),
        tile_strip(told.tiles, view, told.selected.tile.key),
        html.Div([matrix_card(asked), _trend(asked, told)], className="halves"),
        *_picked(asked),
        *_department(asked),
        *_over(asked),
        *_shares(asked),
        *_log(asked),
        *_untested(asked),
    ]
    return framed(frame, Told("depth", headline), sections)


def _ask(frame: Frame) -> Asked:
    level = int(frame.view.level) if frame.view.level in LEVELS else DEFAULT_LEVEL
    board = frame.board().want(indicator for tile in tiles_of(level) for indicator in tile.all).want(VERDICT.values())
    for dimension in _dimensions(frame):
        parts_of.want(board, dimension, level)
    if frame.beside is not None:
        board.want([declared(level), observed(level)], where=frame.beside_where)
    board.ask()
    rows = Items(frame.gate, frame.view, evidence(frame.gate, frame.scope), causes(frame.gate, frame.scope), level)
    return Asked(frame, level, board, rows)


def _dimensions(frame: Frame) -> list[str]:
    """What the shares are broken down by: nothing that the page is already narrowed to."""
    places = [frame.part_dimension] if frame.part_dimension and not frame.view.item else []
    return [*places, *([] if frame.view.dept or frame.view.item else ["department"])]


def level_chooser(level: int, view: View) -> html.Nav:
    """Levels as links, each with what it means."""
    lang = view.lang
    links = [
        html.Li(
            html.A(
                [html.B(say(lang, f"depth.level.{each}")), html.Span(say(lang, f"depth.level_means.{each}"))],
                href=view.href(level="" if int(each) == DEFAULT_LEVEL else each, tile="", sort="", at="", define=""),
                **(aria(current="true") if int(each) == level else {}),
            )
        )
        for each in LEVELS
    ]
    return html.Nav(html.Ul(links), className="levels", **aria(label=say(lang, "depth.level_chooser")))


def matrix_card(asked: Asked) -> html.Section:
    """Declared against observed as a grid of counts; a cell leads to its items."""
    lang, view = asked.lang, asked.view
    rows = cells(asked.items.rows).with_columns(
        href=pl.concat_str(pl.col("row").cast(pl.String), pl.lit("-"), pl.col("column")).map_elements(
            lambda pick: view.href(pick=pick, at="", find="", sort="", define=""), return_dtype=pl.String
        )
    )
    levels = [(each, say(lang, f"depth.level.{each}")) for each in LEVELS]
    beside = [(key, say(lang, f"depth.beside.{key}")) for key in BESIDE]
    shown = Levels([(each, text) for each, text in levels], beside)
    over = int(asked.counts["contradicted"] or 0)
    title = say(lang, "depth.matrix.title_over" if over else "depth.matrix.title", count=formats.count(over, lang))
    figure = matrix(rows.with_columns(pl.col("row").cast(pl.String)), Look.of(lang, view.theme, "items"), shown)
    columns = (
        Column("row", say(lang, "depth.columns.declared"), "number"),
        Column("label", say(lang, "depth.columns.seen")),
        Column("count", say(lang, "depth.columns.items"), "items", href="href"),
    )
    names = {**dict(levels), **dict(beside)}
    data = rows.with_columns(label=pl.col("column").replace_strict(names, return_dtype=pl.String)).sort(
        "row", "column", descending=[True, False]
    )
    table = Table("matrix", title, columns, data, size=30)
    alt = say(lang, "depth.matrix.alt", **{key: formats.count(asked.counts[key] or 0, lang) for key in VERDICTS})
    undeclared = asked.counts["undeclared"] or 0
    note = say(lang, "depth.matrix.note") + (
        say(lang, "depth.matrix.undeclared", count=formats.count(undeclared, lang)) if undeclared else ""
    )
    return chart_card(Chart(title, figure, alt, table, note), view)


def cells(rows: pl.DataFrame) -> pl.DataFrame:
    """Items by declared level and by what the cases allow: row, column, count."""
    column = (
        pl.when(pl.col("seen_level").is_not_null())
        .then(pl.col("seen_level").cast(pl.String))
        .when(pl.col("verdict") == "untested")
        .then(pl.lit(UNTESTED))
        .otherwise(pl.lit(OPEN))
    )
    known = rows.filter(pl.col("verdict").is_not_null()).with_columns(column=column, row=pl.col("declared_level"))
    return known.group_by("row", "column").agg(count=pl.len()).sort("row", "column")


def _trend(asked: Asked, told: Tiles) -> html.Section:
    beside = asked.frame.beside
    indicator = told.selected.main.indicator
    if beside is None or indicator not in (declared(asked.level), observed(asked.level)):
        return trend_section(told, asked.view)
    around = asked.board.course(indicator, asked.frame.beside_where)
    return trend_section(told, asked.view, Extras(reference=around.series, reference_name=beside.name(asked.lang)))


def _picked(asked: Asked) -> list:
    """The items of the cell that the reader picked."""
    row, _, column = asked.view.pick.partition("-")
    if row not in LEVELS or column not in (*LEVELS, *BESIDE):
        return []
    lang = asked.lang
    key = (
        {"verdict": "untested"}
        if column == UNTESTED
        else {"verdict": "insufficient_evidence"}
        if column == OPEN
        else {"seen_level": int(column)}
    )
    chosen = asked.items.rows.filter(pl.col("declared_level") == int(row), **key)
    seen = say(lang, f"depth.beside.{column}") if column in BESIDE else say(lang, f"depth.level.{column}")
    title = say(lang, "depth.picked", declared=say(lang, f"depth.level.{row}"), seen=seen, count=formats.count(chosen.height, lang))
    table = every_item(replace(asked.items, rows=chosen, level=int(row)), "picked", title)
    close = html.A(say(lang, "depth.unpick"), href=asked.view.href(pick="", at="", sort="", find=""), className="unpick")
    return [html.Section([html.H2(title), close, data_table(table, asked.view)], className="panel-box", id="picked")]


def _department(asked: Asked) -> list:
    """With a department chosen: all of its items, one by one."""
    code = asked.view.dept
    if not code and not asked.view.item:
        return []
    lang = asked.lang
    name = thing_name(asked.frame.gate, "dept", code, lang) if code else thing_name(asked.frame.gate, "item", asked.view.item, lang)
    title = say(lang, "depth.every.title", name=name, level=asked.level)
    rows = asked.items.rows
    short = rows.filter(pl.col("declared_level").fill_null(0) < asked.level).height
    words = {"count": formats.count(rows.height, lang), "short": formats.count(short, lang), "level": asked.level}
    return [_panel(every_item(asked.items, "items", title), say(lang, "depth.every.finding", **words), asked.view)]


def _over(asked: Asked) -> list:
    table = over_declared(asked.items)
    rows, lang = table.rows, asked.lang
    if rows.is_empty():
        return [_nothing(table.title, say(lang, "depth.over.none"))]
    words = {"count": rows.height, "firm": rows.filter(pl.col("n") >= 10).height, "single": rows.filter(pl.col("n") == 1).height}
    return [_panel(table, say(lang, "depth.over.finding", **{key: formats.count(value, lang) for key, value in words.items()}), asked.view)]


def _shares(asked: Asked) -> list:
    frame = asked.frame
    found = []
    for dimension in _dimensions(frame):
        table = parts_of.shares(frame, asked.board, _parts(frame, dimension), asked.level)
        if table.rows.height:
            found.append(_panel(table, _shares_finding(table, asked), asked.view))
    return found


def _shares_finding(table: Table, asked: Asked) -> str:
    lang, key = asked.lang, f"level_{asked.level}"
    known = table.rows.filter(pl.col(key).is_not_null()).sort(key)
    if known.height < 2:
        return ""
    first, last = known.row(-1, named=True), known.row(0, named=True)
    words = {
        "highest": first["name"],
        "high": formats.share(first[key], lang),
        "lowest": last["name"],
        "low": formats.share(last[key], lang),
    }
    said = say(lang, "depth.shares.spread" if first[key] > last[key] else "depth.shares.even", **words)
    goals = known.filter(pl.col("gap").is_not_null())
    if goals.is_empty():
        return said
    reached = goals.filter(pl.col("gap") >= 0).height
    return said + say(lang, "depth.shares.reached", reached=formats.count(reached, lang), all=formats.count(goals.height, lang))


def _parts(frame: Frame, dimension: str) -> Parts:
    lang = frame.lang
    if dimension == "department":
        known = part_names(frame.gate, "department")
        hrefs = {code: frame.view.href(dept=code, pick="", sort="", find="", at="", define="") for code in known}
        return Parts(dimension, {code: place.name(lang) for code, place in known.items()}, hrefs)
    return Parts(
        dimension,
        {place.code: place.name(lang) for place in frame.parts},
        {place.code: frame.place_href(place.code) for place in frame.parts},
    )


def _log(asked: Asked) -> list:
    lang = asked.lang
    table = changed(changes(asked.frame.gate, asked.frame.scope), asked.items)
    if table.rows.is_empty():
        return [_nothing(table.title, say(lang, "depth.changes.none"))]
    step = table.rows["step"]
    words = {
        "up": int((step > 0).sum() or 0),
        "down": int((step < 0).sum() or 0),
        "contradicted": table.rows.filter(pl.col("step") > 0, pl.col("verdict") == "contradicted").height,
    }
    return [
        _panel(table, say(lang, "depth.changes.finding", **{key: formats.count(value, lang) for key, value in words.items()}), asked.view)
    ]


def _untested(asked: Asked) -> list:
    table, lang = untested(asked.items), asked.lang
    if table.rows.is_empty():
        return [_nothing(table.title, say(lang, "depth.untested.none"))]
    deep = table.rows.filter(pl.col("declared_level") >= asked.level).height
    words = {"count": formats.count(table.rows.height, lang), "deep": formats.count(deep, lang), "level": asked.level}
    return [_panel(table, say(lang, "depth.untested.finding", **words), asked.view)]


def _panel(table: Table, said: str, view: View) -> html.Section:
    return html.Section(
        [html.H2(table.title), *([html.P(said, className="finding")] if said else []), data_table(table, view)], className="panel-box"
    )


def _nothing(title: str, said: str) -> html.Section:
    return html.Section([html.H2(title), html.P(said, className="faint")], className="panel-box")


PAGE = Page("depth", "/depth", layout)
