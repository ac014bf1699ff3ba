"""Service depth: what is declared, what the cases reached, where the two part, and which items nobody has tested yet."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.cards.table import Table, data_table
from dashboards.cards.tile import tile_strip
from dashboards.controls import LEVELS, View
from dashboards.gate import Gate
from dashboards.pages import depth_shares as parts_of
from dashboards.pages.depth_asked import DEFAULT_LEVEL, Asked, ask, dimensions, tiles_of
from dashboards.pages.depth_evidence import changes
from dashboards.pages.depth_matrix import matrix_card, picked
from dashboards.pages.depth_shares import Parts, declared, observed
from dashboards.pages.depth_tables import changed, every_item, over_declared, untested
from dashboards.pages.depth_told import beside_words, finding, qualifier
from dashboards.pages.frame import Frame, Told, frame_of, framed, reference_of, thing_name
from dashboards.pages.page import Page
from dashboards.pages.sections import Told as Tiles
from dashboards.pages.sections import tell, trend_section
from dashboards.places import part_names
from dashboards.words import say


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    asked = ask(frame_of(gate, view))
    frame, board, level = asked.frame, asked.board, asked.level
    told = _with_own_target(tell(board, frame.name, frame.goals, view, tiles_of(level)), asked)
    first, second = ((data.main, data.standing) for data in told.tiles[:2])
    headline = [finding(first, second, level, view.lang), qualifier(asked.counts, view.lang), _beside(asked)]
    if frame.scope.is_provisional or any(data.main.is_provisional for data in told.tiles[:2]):
        headline.append(say(view.lang, "headline.provisional", period=formats.period(frame.scope.period, view.lang)))
    sections = [
        level_chooser(level, view),
        tile_strip(told.tiles, view, told.selected.tile.key),
        html.Div([matrix_card(asked), trend_section(told, view, reference_of(frame, board, told.selected.main))], className="halves"),
        *picked(asked),
        *_department(asked),
        *_over(asked),
        *_shares(asked),
        *_log(asked),
        *_untested(asked),
    ]
    return framed(frame, Told("depth", headline), sections)


def _beside(asked: Asked) -> str:
    """The same two shares of the place that the reader set beside this one."""
    frame = asked.frame
    if frame.beside is None:
        return ""
    courses = [asked.board.course(figure(asked.level), frame.beside_where) for figure in (declared, observed)]
    return beside_words(frame.beside.name(frame.lang), *courses, lang=frame.lang)


def _with_own_target(told: Tiles, asked: Asked) -> Tiles:
    """A department's own target before the one of the place around it."""
    code, first = asked.view.dept, told.tiles[0]
    own = parts_of.target_of(asked.frame, first.main, "department", code) if code else None
    if own is None:
        return told
    mine = replace(first, standing=own)
    return replace(told, tiles=[mine, *told.tiles[1:]], selected=mine if told.selected is first else told.selected)


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
    scheme = html.P(say(lang, "depth.scheme"), className="note")
    return html.Nav([html.Ul(links), scheme], className="levels", **aria(label=say(lang, "depth.level_chooser")))


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
    for dimension in dimensions(frame):
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
    unused = asked.unused.value
    rare = "" if unused is None else say(lang, "depth.untested.unused", share=formats.share(unused, lang))
    return [_panel(table, say(lang, "depth.untested.finding", **words) + rare, asked.view)]


def _panel(table: Table, said: str, view: View) -> html.Section:
    return html.Section(
        [html.H2(table.title), *([html.P(said, className="finding")] if said else []), data_table(table, view)], className="panel-box"
    )


def _nothing(title: str, said: str) -> html.Section:
    return html.Section([html.H2(title), html.P(said, className="faint")], className="panel-box")


PAGE = Page("depth", "/depth", layout)
