"""Sections of the page of data quality about sources: who has delivered what and when, day by day, and which figures wait for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table, data_table
from dashboards.figures.calendar import calendar, calendar_alt
from dashboards.figures.look import Look
from dashboards.gate import Gate
from dashboards.pages.frame import Frame
from dashboards.pages.quality_rows import COMPLETE, DELIVERED, FRESHNESS, calendar_span, days, table
from dashboards.pages.quality_text import cadence, feed_name, few
from dashboards.words import say
from metrics.registry import registry
from warehouse.contract import feeds
from warehouse.freshness import tables_behind

FRESH = {
    "source_id": pl.String,
    "feed": pl.String,
    "newest_on": pl.Date,
    "days_behind": pl.Int64,
    "is_late": pl.Boolean,
    "complete_on": pl.Date,
    "cadence_hours": pl.Int64,
}


def freshness(gate: Gate) -> pl.DataFrame:
    """How new the records of every source and dated feed are; a release of an older make lacks some columns."""
    found = table(gate, FRESHNESS, "source_freshness")
    columns = [pl.col(name).cast(kind) if name in found.columns else pl.lit(None, kind).alias(name) for name, kind in FRESH.items()]
    return found.select(columns) if found.columns else pl.DataFrame(schema=FRESH)


def sources_section(frame: Frame) -> html.Section:
    """Every source and feed: last seen, expected, rows, set aside, days behind, and whether it is late, in words."""
    lang = frame.lang
    rows = _source_rows(frame)
    late = rows.filter(pl.col("is_late").fill_null(value=False))["source_id"].n_unique()
    columns = (
        Column("source_id", say(lang, "trust.source"), "code"),
        Column("feed_name", say(lang, "trust.feed")),
        Column("state", say(lang, "quality.sources.state"), show=lambda row: _state_mark(row, lang)),
        Column("newest_on", say(lang, "quality.sources.newest"), "day"),
        Column("days_behind", say(lang, "quality.sources.behind"), "number"),
        Column("expected", say(lang, "quality.sources.expected")),
        Column("files", say(lang, "trust.files"), "number"),
        Column("rows", say(lang, "trust.rows"), "records"),
        Column("quarantined", say(lang, "trust.aside"), "records"),
        Column("received_at", say(lang, "trust.last"), "instant"),
    )
    shown = Table("sources", say(lang, "quality.sources.title"), columns, rows, size=12, note=say(lang, "quality.sources.note"))
    title = say(lang, "quality.sources.late", count=late) if late else say(lang, "quality.sources.on_time")
    return html.Section([html.H2(title), data_table(shown, frame.view)], className="panel-box")


def _source_rows(frame: Frame) -> pl.DataFrame:
    lang = frame.lang
    rows = frame.gate.table(DELIVERED).join(freshness(frame.gate), on=["source_id", "feed"], how="full", coalesce=True)
    told = [_state(row, lang) for row in rows.iter_rows(named=True)]
    return rows.with_columns(
        feed_name=pl.Series([feed_name(feed, lang) for feed in rows["feed"]], dtype=pl.String),
        state=pl.Series(told, dtype=pl.String),
        expected=pl.Series([cadence(row["cadence_hours"], lang) if row["newest_on"] else "" for row in rows.iter_rows(named=True)], dtype=pl.String),
    ).sort(
        pl.col("is_late").fill_null(value=False), pl.col("newest_on").is_null(), "source_id", "feed", descending=[True, False, False, False]
    )  # fmt: skip


def _state(row: dict, lang: str) -> str:
    if row["newest_on"] is None:
        return say(lang, "quality.sources.undated")
    return say(lang, "quality.sources.is_late" if row["is_late"] else "quality.sources.is_on_time")


def _state_mark(row: dict, lang: str) -> html.Span | str:
    if row["newest_on"] is None:
        return row["state"]
    sign, tone = ("!", "bad") if row["is_late"] else ("✓", "good")
    return html.Span([html.Span(sign, className="sign"), " ", row["state"]], className=tone)


def calendar_section(frame: Frame) -> html.Section:
    """Which days each source has delivered."""
    lang, view = frame.lang, frame.view
    found = days(frame.gate, frame.scope)
    several = _several(found)
    named = found.with_columns(
        row=pl.Series(
            [f"{source} · {feed_name(feed, lang)}" if source in several else source for source, feed in found.select("source_id", "feed").iter_rows()],
            dtype=pl.String,
        )
    )  # fmt: skip
    drawn, look = named.select("row", "day", "state"), Look.of(lang, view.theme, "records")
    columns = (
        Column("source_id", say(lang, "trust.source"), "code"),
        Column("feed_name", say(lang, "trust.feed")),
        Column("day", say(lang, "quality.calendar.day"), "day"),
        Column("told", say(lang, "quality.sources.state")),
    )
    listed = found.filter(pl.col("state").is_in(["late", "missing"])).with_columns(
        told=pl.col("state").replace_strict({state: say(lang, f"drawing.day.{state}") for state in ("late", "missing")}),
        feed_name=pl.col("feed").replace_strict({feed: feed_name(feed, lang) for feed in found["feed"].unique()}, default=""),
    )
    chart = Chart(
        _calendar_title(found, frame),
        calendar(drawn, look),
        calendar_alt(drawn, look),
        Table("calendar", say(lang, "quality.calendar.listed"), columns, listed, order="-day", size=15),
        say(lang, "quality.calendar.note"),
    )
    return chart_card(chart, view)


def _several(found: pl.DataFrame) -> set[str]:
    """Sources with more than one feed, whose rows need the feed's name."""
    pairs = found.select("source_id", "feed").unique()
    return set(pairs.group_by("source_id").len().filter(pl.col("len") > 1)["source_id"])


def _calendar_title(found: pl.DataFrame, frame: Frame) -> str:
    lang = frame.lang
    if found.is_empty():
        return say(lang, "quality.calendar.title")
    first, last = calendar_span(frame.scope)
    texts = {"first": formats.day(first, lang, short=True), "last": formats.day(last, lang, short=True)}
    gaps = found.filter(pl.col("state") == "missing")
    if gaps.is_empty():
        return say(lang, "quality.calendar.all", **texts)
    sources = gaps["source_id"].n_unique()
    key = "quality.calendar.gaps" if sources != 1 else "quality.calendar.gaps_one"
    return say(lang, key, count=gaps.height, sources=sources, **texts)


def rests_section(frame: Frame) -> html.Section:
    """For every table behind figures: how many figures, which feeds and sources they rest on, and the day to which it is complete."""
    lang = frame.lang
    rows = rests_rows(frame)
    waiting = rows.filter(pl.col("waiting") != "").height
    columns = (
        Column("figures", say(lang, "quality.rests.figures")),
        Column("count", say(lang, "quality.rests.count"), "number"),
        Column("mart", say(lang, "definition.table"), "code", show=lambda row: html.Code(row["mart"])),
        Column("feeds", say(lang, "quality.rests.feeds")),
        Column("sources", say(lang, "trust.sources_head")),
        Column("complete_on", say(lang, "quality.rests.complete"), "day"),
        Column("waiting", say(lang, "quality.rests.waiting"), show=lambda row: row["waiting"] or say(lang, "quality.rests.nobody")),
    )
    shown = Table("rests", say(lang, "quality.rests.title"), columns, rows, size=12, note=say(lang, "quality.rests.note"))
    title = say(lang, "quality.rests.finding" if waiting else "quality.rests.none", waiting=waiting, tables=rows.height)
    return html.Section([html.H2(title), data_table(shown, frame.view)], className="panel-box")


def rests_rows(frame: Frame) -> pl.DataFrame:
    """One row a table behind figures, those that wait for a source first."""
    complete = {row["mart"]: row["complete_on"] for row in table(frame.gate, COMPLETE, "completeness_by_mart").iter_rows(named=True)}
    fresh, as_of = freshness(frame.gate), frame.scope.as_of
    dated = set(fresh["feed"])  # these come first: they are what a figure may wait for
    delivered: dict[str, list[str]] = {}
    for row in frame.gate.table(DELIVERED).iter_rows(named=True):
        delivered.setdefault(row["feed"], []).append(row["source_id"])
    by_mart: dict[str, list] = {}
    for metric in registry().values():
        by_mart.setdefault(metric.mart, []).append(metric)
    rows = []
    for mart, found in by_mart.items():
        fed = sorted((feed for feed in _feeds_behind(mart) if feed in delivered), key=lambda feed: feed not in dated)
        sources = sorted({source for feed in fed for source in delivered[feed]})
        until = complete.get(mart)
        families = list(dict.fromkeys(say(frame.lang, f"family.{metric.family}") for metric in found))
        waiting = _waited_for(fresh, fed, until) if until and until < as_of else []
        rows.append(
            (
                formats.listed(families, frame.lang),
                len(found),
                mart,
                few([feed_name(feed, frame.lang) for feed in fed], frame.lang),
                few(sources, frame.lang),
                until,
                few(waiting, frame.lang),
            )
        )
    schema = {
        "figures": pl.String,
        "count": pl.Int64,
        "mart": pl.String,
        "feeds": pl.String,
        "sources": pl.String,
        "complete_on": pl.Date,
        "waiting": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort(pl.col("waiting") == "", "figures", "mart")


def _feeds_behind(mart: str) -> list[str]:
    behind = tables_behind(mart)
    return [feed.name for feed in feeds().values() if feed.table in behind]


def _waited_for(fresh: pl.DataFrame, fed: Sequence[str], until: date) -> list[str]:
    """Sources of these feeds that have delivered to that day and no further."""
    held = fresh.filter(pl.col("feed").is_in(list(fed)) & (pl.col("complete_on") <= until))
    return sorted(held["source_id"].unique())
