"""Sections of the page of data quality about figures: which of them a fault touches, and everything that one of them rests on."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.behind import Behind, Delivered, behind
from dashboards.cards.quality import badge_mark, fault_sentences
from dashboards.cards.table import Column, Table, data_table
from dashboards.pages.frame import Frame
from dashboards.pages.quality_text import feed_name, few
from dashboards.words import say
from metrics.badge import GOOD, STATES, Badge
from metrics.registry import registry

SHOWN = 3  # faults in a row


def figures_section(frame: Frame) -> html.Section | None:
    """Every figure of the catalogue with the state of its data in the period; None where the release does not say."""
    lang, view, period = frame.lang, frame.view, frame.scope.period
    found = [(metric, known) for metric in registry().values() if (known := behind(frame.gate, metric, period))]
    if not found:
        return None
    badges = {metric.id: known.badge for metric, known in found}
    rows = [
        {
            "id": metric.id,
            "name": metric.name[lang],
            "state": say(lang, f"badge.{known.badge.state}"),
            "faults": " ".join(fault_sentences(known.badge.faults, lang)),
            "feeds": few([feed_name(feed, lang) for feed in known.feeds], lang, most=3),
            "sources": len(known.sources),
            "checks": say(lang, "quality.figures.of", passed=formats.count(known.passed, lang), checks=formats.count(known.checks, lang)),
            "rank": -STATES.index(known.badge.state),
            "href": view.href(pick=metric.id, at="", find="", sort=""),
        }
        for metric, known in found
    ]
    columns = (
        Column("name", say(lang, "quality.figures.name"), href="href"),
        Column("state", say(lang, "quality.figures.state"), show=lambda row: badge_mark(badges[row["id"]], lang)),
        Column("faults", say(lang, "quality.figures.faults"), show=lambda row: _faults(badges[row["id"]], lang)),
        Column("feeds", say(lang, "quality.figures.feeds")),
        Column("sources", say(lang, "quality.figures.sources"), "number"),
        Column("checks", say(lang, "quality.figures.checks")),
    )
    title = say(lang, "quality.figures.title")
    ranked = pl.DataFrame(rows, infer_schema_length=None).sort("rank", maintain_order=True)
    shown = Table("figures", title, columns, ranked, size=10, note=say(lang, "quality.figures.note"))
    touched = sum(badge.state != GOOD for badge in badges.values())
    head = say(lang, "quality.figures.finding" if touched else "quality.figures.all", touched=touched, count=len(found))
    return html.Section([html.H2(head), data_table(shown, view)], className="panel-box")


def _faults(badge: Badge, lang: str) -> html.Div:
    """What is wrong, a line each: the first three, and how many more."""
    told = fault_sentences(badge.faults, lang)
    more = [say(lang, "quality.figures.more", count=len(told) - SHOWN)] if len(told) > SHOWN else []
    return html.Div([html.Div(text) for text in (*told[:SHOWN], *more)])


def behind_section(frame: Frame) -> html.Section | None:
    """Everything that the figure which the address picks rests on; None where it picks none."""
    lang, view = frame.lang, frame.view
    metric = frame.gate.metric(view.pick) if view.pick else None
    found = behind(frame.gate, metric, frame.scope.period) if metric else None
    if metric is None or found is None:
        return None
    told = fault_sentences(found.badge.faults, lang)
    said = html.Ul([html.Li(text) for text in told], className="faults") if told else html.P(say(lang, "badge.none"), className="finding")
    checks = say(
        lang,
        "quality.behind.checks",
        passed=formats.count(found.passed, lang),
        checks=formats.count(found.checks, lang),
        tables=len(found.badge.tables),
    )
    ways = [
        html.A(say(lang, "quality.behind.definition"), href=view.href(define=metric.id), className="define"),
        html.A(say(lang, "quality.behind.all"), href=view.href(pick=""), className="define"),
    ]
    head = html.H2([say(lang, "quality.behind.title", name=metric.name[lang]), " ", badge_mark(found.badge, lang)])
    body = [
        head,
        said,
        html.P(checks, className="finding"),
        data_table(_delivered_table(found, frame), view),
        html.P(ways, className="ways"),
    ]
    return html.Section(body, className="panel-box behind")


def _delivered_table(found: Behind, frame: Frame) -> Table:
    """A row for each source and feed behind a figure."""
    lang = frame.lang
    columns = (
        Column("source_id", say(lang, "trust.source"), "code"),
        Column("feed_name", say(lang, "trust.feed")),
        Column("first_on", say(lang, "quality.behind.from"), "day"),
        Column("last_on", say(lang, "quality.behind.to"), "day"),
        Column("days", say(lang, "quality.behind.days"), "number", state="undated"),
        Column("missing", say(lang, "quality.behind.missing"), "number", state="undated"),
        Column("records", say(lang, "quality.behind.records"), "records", state="undated"),
        Column("files", say(lang, "quality.behind.files"), "number"),
        Column("set_aside", say(lang, "trust.aside"), "number"),
    )
    note = say(lang, "quality.behind.note", period=formats.period(frame.scope.period, lang))
    return Table("behind", say(lang, "quality.behind.table"), columns, _rows(found.delivered, lang), size=15, note=note)


def _rows(delivered: Sequence[Delivered], lang: str) -> pl.DataFrame:
    schema = {
        "source_id": pl.String, "feed_name": pl.String, "first_on": pl.Date, "last_on": pl.Date, "days": pl.Int64, "missing": pl.Int64,
        "records": pl.Int64, "files": pl.Int64, "set_aside": pl.Int64, "undated": pl.String,
    }  # fmt: skip
    rows = [
        (one.source, feed_name(one.feed, lang), one.first_on, one.last_on, one.days, one.missing, one.records, one.files, one.set_aside, None if one.days is not None else "not_applicable")
        for one in delivered
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
