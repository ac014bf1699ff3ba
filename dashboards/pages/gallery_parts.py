"""The parts of the gallery that are not charts: tiles in every state, the league table, the table of rows, and the messages of state."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards.cards.chart import Chart, chart_card, course_table, trend_alt
from dashboards.cards.league import league_finding, league_table
from dashboards.cards.league_rows import League, Row
from dashboards.cards.states import empty, error, missing, not_allowed, skeleton
from dashboards.cards.table import Column, Table, data_table
from dashboards.cards.tile import tile_card
from dashboards.casemix import Adjusted
from dashboards.controls import View
from dashboards.figures.look import Look
from dashboards.figures.trend import Extras, trend
from dashboards.indicators import tile_named
from dashboards.pages import gallery_samples as samples
from dashboards.readings import Reading
from dashboards.sentences import trend_finding
from dashboards.shell import trust_line
from dashboards.trust import Check, Trust
from dashboards.words import say
from metrics.targets import Point


def tiles(view: View) -> html.Div:
    """A tile in each state, each named."""
    return html.Div([_specimen(state, tile_card(data, view), view.lang) for state, data in samples.tiles()], className="specimens")


def _specimen(state: str, node: html.Element, lang: str) -> html.Div:
    return html.Div(
        [html.P(say(lang, f"gallery.tile.{state}"), className="caption"), html.Div(node, className="specimen-body")], className="specimen"
    )


def trends(view: View) -> html.Div:
    """The course of a figure: with target, path and forecast; beside another place; with a provisional end."""
    data = dict(samples.tiles())
    ahead = tuple(
        Point(day, 0.273 + step, 0.273 + step - 0.02, 0.273 + step + 0.02)
        for day, step in ((date(2018, 11, 30), 0.008), (date(2018, 12, 31), 0.016))
    )
    risk = data["at_risk"]
    standing = replace(risk.standing, forecast=ahead, probability=0.02) if risk.standing else None
    name = samples.places(view.lang)[0]
    beside = Extras(reference=data["value"].main.series.with_columns(pl.col("value") + 1.5), reference_name=name)
    kinds = {"at_risk": Extras(standing), "value": beside, "provisional": Extras()}
    return html.Div([_trend(key, data[key].main, extras, view) for key, extras in kinds.items()], className="gallery-charts")


def _trend(key: str, course: Any, extras: Extras, view: View) -> html.Section:
    name = say(view.lang, f"gallery.trend.{key}")
    title = say(view.lang, "trend.title", name=name, finding=trend_finding(course, view.lang))
    figure = trend(course.series, Look.of(view.lang, view.theme, course.unit), extras)
    return chart_card(
        Chart(title, figure, trend_alt(course, name, view.lang), course_table(course, f"trend-{key}", title, view.lang), "", 3), view
    )


def league(view: View) -> html.Div:
    """Better, worse and not different from the whole; too few to rank; nothing delivered; a mix of cases that turns the order."""
    found = _league(view)
    body = html.Section(
        [html.P(league_finding(found, view.lang), className="finding"), league_table(found, view)], className="league-section"
    )
    return html.Div(body)


def _league(view: View) -> League:
    tile = tile_named("promise")
    lasts = ((0.991, 900.0), (0.974, 1400.0), (0.97, 640.0), (0.94, 1150.0), (0.96, 22.0))
    rows = []
    for at, (name, (value, n)) in enumerate(zip(samples.places(view.lang), lasts, strict=True)):
        margin = 0.9 / n**0.5 * 0.35
        rows.append(Row(str(at), name, "", samples.course(tile.main, samples.history((*samples.LEVEL[:-1], value), margin, n))))
    rows.append(Row("9", say(view.lang, "gallery.newcomer"), "", samples.course(tile.main, {samples.MONTH.key: Reading("not_provided")})))
    whole = samples.course(tile.main, samples.history((*samples.LEVEL[:-1], 0.968), 0.003, 4112.0))
    adjusted = {"0": Adjusted(0.985, 0.978, 0.991, reverses=False), "3": Adjusted(0.975, 0.966, 0.983, reverses=True)}
    return League(
        rows, whole, say(view.lang, "gallery.city"), "district", {"0": 1, "1": 0, "2": 0, "3": -1, "4": None, "9": None}, adjusted
    )


def rows_table(view: View) -> html.Div:
    """A table of rows with every kind of column, sorted and paged by the address, and one without rows."""
    lang = view.lang
    names = samples.places(lang)
    values: list[float | None] = [0.991, 0.974, None, 0.94, None]
    states = ["value", "value", "suppressed", "value", "insufficient_n"]
    frame = pl.DataFrame(
        {
            "name": names, "share": values, "low": [value and value - 0.01 for value in values], "high": [value and value + 0.006 for value in values],
            "state": states, "minutes": [4.8, 5.1, 6.3, 12.0, None], "cases": [900, 1400, 3, 1150, 22],
            "day": [date(2018, 10, day) for day in (31, 30, 31, 29, 31)], "late": [False, False, True, True, False],
        }
    )  # fmt: skip
    heads = {key: say(lang, f"gallery.column.{key}") for key in ("name", "share", "minutes", "cases", "day", "late")}
    columns = (
        Column("name", heads["name"]),
        Column("share", heads["share"], "share", state="state", low="low", high="high"),
        Column("minutes", heads["minutes"], "minutes"),
        Column("cases", heads["cases"], "cases"),
        Column("day", heads["day"], "day"),
        Column("late", heads["late"], "flag"),
    )
    full = Table("rows", say(lang, "gallery.section.table"), columns, frame, order="-share", size=4)
    nothing = Table("none", say(lang, "gallery.no_rows"), columns, frame.clear())
    return html.Div([data_table(full, view), html.H3(nothing.title), data_table(nothing, view)], className="plate")


def messages(view: View) -> html.Div:
    """What stands there while a page is made, or instead of it."""
    lang = view.lang
    found = {
        "skeleton": skeleton(),
        "stale": trust_line(_stale(), view),
        "first_run": _lowered(empty(lang)),
        "error": _lowered(error("7C41A0", lang)),
        "missing": _lowered(missing(view)),
        "not_allowed": _lowered(not_allowed(say(lang, "gallery.owner"), lang)),
    }
    parts = [
        html.Section([html.H3(say(lang, f"gallery.message.{key}"), className="caption"), node], className="plate")
        for key, node in found.items()
    ]
    return html.Div(parts, className="messages")


def _lowered(section: html.Section) -> html.Section:
    """A message that heads a page, one heading lower and without calling for attention."""
    head, *rest = section.children  # type: ignore[misc]
    return html.Section([html.H4(head.children), *rest], className="state-page")


def _stale() -> Trust:
    """A release that could not be replaced, with a failed check and a late source."""
    last = [datetime(2018, 10, 20, 18, 5), datetime(2018, 10, 31, 23, 40)]
    sources = pl.DataFrame(
        {"source_id": ["s-01", "s-02"], "feed": ["queue_tickets", "case_events"], "files": [20, 31], "rows": [51200, 402118],
         "quarantined": [14, 0], "last_received": last}
    )  # fmt: skip
    late = pl.DataFrame({"source_id": ["s-01"], "days": [11]})
    check = Check("queue_tickets", "0.4 %", {"en": "Called before the ticket was drawn", "zh": "叫号时间早于取号时间"}, "warn")
    return Trust("sample", date(2018, 10, 31), datetime(2018, 11, 1, 6, 40), 118, [check], sources, late, is_stale=True)
