"""The figures of one item over twelve months beside the twelve before: an item has too few cases for a month to tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.table import Column, Table, data_table
from dashboards.indicators import Indicator
from dashboards.pages.item_file import ItemFile
from dashboards.readings import Reading, change_between, read_row
from dashboards.sentences import change_word, state_word
from dashboards.words import say
from metrics.compile import Query
from metrics.spec import Metric


def _of(metric: str, *params: tuple[str, str | int]) -> Indicator:
    return Indicator(metric, metric, params)


FIGURES: tuple[Indicator, ...] = (
    _of("cases_completed"), _of("online_application_rate"), _of("observed_visits_mean"), _of("depth_overclaim_rate"),
    _of("on_the_spot_completion_rate"), _of("handling_time"), _of("promise_kept_rate"), _of("actual_time_cut"), _of("supplement_rate"),
    _of("materials_per_case"), _of("exemption_rate"), _of("active_good_rating_rate"), _of("response_rate"), _of("bad_rating_rate_per_100k"),
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One figure with its readings of both spans."""

    indicator: Indicator
    metric: Metric
    now: Reading
    before: Reading

    @property
    def unit(self) -> str:
        """Its unit."""
        return self.metric.form(self.metric.resolve(self.indicator.params)).unit


def figures(item: ItemFile) -> list[Figure]:
    """Every figure of the item, asked in one batch."""
    gate, spans = item.frame.gate, (item.span, _before(item.span))
    known = [(one, metric) for one in FIGURES if (metric := gate.metric(one.metric)) is not None]
    queries = {(one, span): _query(one, metric, item, span) for one, metric in known for span in spans}
    asked = gate.ask(list(queries.values()))

    def reading(one: Indicator, span: tuple[date, date]) -> Reading:
        frame = asked.frames.get(queries[one, span])
        if frame is None:
            return Reading("errored")
        return read_row(frame.row(0, named=True)) if frame.height else Reading("not_applicable")

    return [Figure(one, metric, reading(one, spans[0]), reading(one, spans[1])) for one, metric in known]


def _query(one: Indicator, metric: Metric, item: ItemFile, span: tuple[date, date]) -> Query:
    channel = item.frame.scope.channel
    where = (("item", item.code), *((("channel", channel),) if channel and "channel" in metric.dimensions else ()))
    return Query(one.metric, (), where, span[0], span[1], one.params)


def _before(span: tuple[date, date]) -> tuple[date, date]:
    """The same days a year earlier; the last of February in a leap year has no twin and gives way."""
    start, until = span
    day = min(until.day, 28) if until.month == 2 else until.day
    return start.replace(year=start.year - 1), until.replace(year=until.year - 1, day=day)


def year_section(item: ItemFile, found: list[Figure]) -> html.Section:
    """The figures as a table; a name opens its trend."""
    lang, view = item.lang, item.view
    rows = pl.DataFrame([_row(item, one) for one in found], schema=_SCHEMA, orient="row")
    by_key = {one.indicator.key: one for one in found}
    columns = (
        Column("name", say(lang, "item.columns.figure"), href="href"),
        Column("value", say(lang, "columns.value"), "number", show=lambda row: _value(by_key[row["key"]].now, row["unit"], lang)),
        Column("before", say(lang, "item.columns.before"), "number", show=lambda row: _value(by_key[row["key"]].before, row["unit"], lang)),
        Column("change", say(lang, "item.columns.change"), show=lambda row: _change(by_key[row["key"]], lang)),
        Column("n", say(lang, "columns.n"), "cases"),
        Column("unit_name", say(lang, "item.columns.unit")),
        Column("definition", say(lang, "item.columns.definition"), href="define"),
        Column("rows", say(lang, "item.columns.rows"), href="rows_href"),
    )
    start, until = item.span
    last = date.fromordinal(until.toordinal() - 1)
    title = say(lang, "item.year.title", first=formats.day(start, lang), last=formats.day(last, lang))
    table = Table("figures", title, columns, rows, size=30, note=say(lang, "item.year.note"))
    return html.Section([html.H2(title), data_table(table, view)], className="panel-box item-year")


_TEXTS = ("key", "name", "href", "unit", "unit_name", "change", "definition", "define", "rows", "rows_href")
_SCHEMA = {**dict.fromkeys(_TEXTS, pl.String), **dict.fromkeys(("value", "before", "n"), pl.Float64)}


def _row(item: ItemFile, one: Figure) -> dict[str, Any]:
    lang, view = item.lang, item.view
    return {
        "key": one.indicator.key, "name": one.metric.name[lang], "href": view.href(tile=one.indicator.key, define=""), "unit": one.unit,
        "unit_name": say(lang, f"unit_name.{one.unit}"), "value": one.now.value, "before": one.before.value, "n": one.now.n,
        "change": _change_text(one, lang), "definition": say(lang, "fine.definition"), "define": view.href(define=one.indicator.define),
        "rows": say(lang, "depth.rows"), "rows_href": view.rows_href(one.indicator.define),
    }  # fmt: skip


def _value(reading: Reading, unit: str, lang: str) -> Any:
    if reading.value is None:
        return html.Span(state_word(reading.state, lang), className="faint")
    text = formats.amount(reading.value, unit, lang)
    if reading.low is None or reading.high is None:
        return text
    return [text, html.Span(formats.interval(reading.low, reading.high, unit, lang), className="interval")]


def _change_text(one: Figure, lang: str) -> str:
    change = change_between(one.now, one.before, one.metric.better, is_full_count=False)
    if change is None:
        return say(lang, "change.unknown")
    arrow = "▲ " if change.delta > 0 else "▼ " if change.delta < 0 else ""
    gap = "" if change.delta == 0 else f"{formats.difference(change.delta, one.unit, lang)} "
    return f"{arrow}{gap}{change_word(change, lang)}"


def _change(one: Figure, lang: str) -> html.Span:
    change = change_between(one.now, one.before, one.metric.better, is_full_count=False)
    tone = "faint" if change is None or not change.is_clear else {1: "good", -1: "bad"}.get(change.sign, "plain")
    return html.Span(_change_text(one, lang), className=tone)
