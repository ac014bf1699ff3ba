"""The parts of an item's page that rest on its cases: the verdict on every level, visits and their causes, the latest cases."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table, data_table
from dashboards.figures.hbars import hbars
from dashboards.figures.look import Look
from dashboards.pages.depth_evidence import ALLOWED
from dashboards.pages.item_file import ItemFile
from dashboards.pages.item_told import reached
from dashboards.row_table import code_word
from dashboards.words import say
from metrics.states import FLOOR

MOST = 3  # visits from which cases are counted together


def verdicts(item: ItemFile) -> html.Section:
    """What the online cases of twelve months say of every level."""
    lang, title, found = item.lang, say(item.lang, "item.verdicts.title"), item.verdict
    if not found:
        return html.Section([html.H2(title), html.P(say(lang, "item.told.not_judged"), className="faint")], className="panel-box")
    rows = [_verdict_row(found, level, lang) for level in (1, 2, 3, 4)]
    schema = {"level": pl.Int64, "means": pl.String, "reached": pl.Int64, "n": pl.Int64, "share": pl.Float64, "low": pl.Float64,
              "high": pl.Float64, "state": pl.String, "verdict": pl.String, "is_declared": pl.Boolean}  # fmt: skip
    columns = (
        Column("level", say(lang, "item.columns.level"), "number", show=lambda row: _level(row, lang)),
        Column("means", say(lang, "item.columns.means")),
        Column("reached", say(lang, "depth.columns.reached"), "cases"),
        Column("n", say(lang, "depth.columns.n"), "cases"),
        Column("share", say(lang, "item.columns.share"), "share", state="state"),
        Column("high", say(lang, "depth.columns.interval"), "share", show=lambda row: _interval(row, lang)),
        Column("verdict", say(lang, "depth.columns.verdict")),
    )
    table = Table("verdicts", title, columns, pl.DataFrame(rows, schema=schema, orient="row"), note=say(lang, "item.verdicts.note"))
    return html.Section([html.H2(title), data_table(table, item.view)], className="panel-box")


def _verdict_row(found: dict[str, Any], level: int, lang: str) -> dict[str, Any]:
    n, count = found["n"], reached(found, level)
    is_enough = n >= FLOOR
    return {
        "level": level, "means": say(lang, f"depth.level_means.{level}"), "reached": count, "n": n, "share": count / n if is_enough else None,
        "low": max(found["low"][level - 1], 0.0) if n else None, "high": found["high"][level - 1] if n else None,
        "state": "insufficient_n", "verdict": say(lang, f"depth.verdict.{found[f'verdict_{level}']}"), "is_declared": found["declared_level"] == level,
    }  # fmt: skip


def _level(row: dict[str, Any], lang: str) -> Any:
    text = formats.number(row["level"])
    return [text, html.Span(say(lang, "item.declared_here"), className="badge is-declared")] if row["is_declared"] else text


def _interval(row: dict[str, Any], lang: str) -> str:
    return say(lang, "table.missing") if row["high"] is None else formats.interval(row["low"], row["high"], "share", lang)


def visits(item: ItemFile) -> html.Section:
    """How often people came per completed case, those that applied online and the others."""
    lang, found = item.lang, item.visits
    title = say(lang, "item.visits.title")
    if found.is_empty():
        return html.Section([html.H2(title), html.P(say(lang, "item.visits.none"), className="faint")], className="panel-box")
    counted = {(visits, online): cases for visits, online, cases in found.iter_rows()}
    rows = [
        {"visits": at, "name": say(lang, f"item.visits.{at}"), "online": counted.get((at, True), 0), "other": counted.get((at, False), 0)}
        for at in range(MOST + 1)
    ]
    data = pl.DataFrame(rows).with_columns(value=(pl.col("online") + pl.col("other")).cast(pl.Float64))
    declared = item.now["visits_max"]
    finding = _visits_finding(data, declared, lang)
    columns = (
        Column("name", say(lang, "item.columns.visits")),
        Column("online", say(lang, "item.columns.online"), "cases"),
        Column("other", say(lang, "item.columns.other"), "cases"),
        Column("value", say(lang, "item.columns.cases"), "cases"),
    )
    figure = hbars(data, Look.of(lang, item.view.theme, "cases"))
    alt = formats.listed(
        [say(lang, "figure.pair", name=row["name"], value=formats.count(row["value"], lang)) for row in data.iter_rows(named=True)], lang
    )
    table = Table("visits", title, columns, data)
    return chart_card(Chart(finding, figure, say(lang, "item.visits.alt", parts=alt), table, say(lang, "item.visits.note")), item.view)


def _visits_finding(data: pl.DataFrame, declared: int | None, lang: str) -> str:
    """How many of the online cases kept to the declared visits."""
    online = int(data["online"].sum())
    if declared is None or not online:
        return say(lang, "item.visits.title")
    over = int(data.filter(pl.col("visits") > declared)["online"].sum())
    if declared >= MOST:
        return say(lang, "item.visits.title")
    words = {"over": formats.count(over, lang), "online": formats.count(online, lang), "declared": formats.number(declared)}
    key = "over" if over else "kept"
    return say(lang, f"item.visits.{key}_none" if declared == 0 else f"item.visits.{key}", **words)


def causes(item: ItemFile) -> html.Section:
    """What the visits beyond the declared level were for."""
    lang, level = item.lang, item.verdict.get("declared_level")
    title = say(lang, "item.causes.title")
    if level not in ALLOWED:
        return html.Section([html.H2(title), html.P(say(lang, "item.causes.no_limit"), className="faint")], className="panel-box")
    found = item.extra(ALLOWED[level])
    if not found:
        return html.Section([html.H2(title), html.P(say(lang, "item.causes.none"), className="faint")], className="panel-box")
    rows = [{"name": _capital(say(lang, f"depth.cause.{cause}")), "value": float(count)} for cause, count in found]
    data = pl.DataFrame(rows, schema={"name": pl.String, "value": pl.Float64})
    columns = (Column("name", say(lang, "item.columns.cause")), Column("value", say(lang, "item.columns.visits_made"), "number"))
    said = say(lang, "item.causes.finding", cause=rows[0]["name"], count=formats.count(rows[0]["value"], lang))
    alt = formats.listed([say(lang, "figure.pair", name=row["name"], value=formats.count(row["value"], lang)) for row in rows], lang)
    chart = Chart(
        said,
        hbars(data, Look.of(lang, item.view.theme, "cases")),
        alt,
        Table("causes", title, columns, data),
        say(lang, "item.causes.note"),
    )
    return chart_card(chart, item.view)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def latest(item: ItemFile) -> html.Section:
    """The ten latest cases, each leading to its own page, and the way to all of them."""
    lang, title = item.lang, say(item.lang, "item.latest.title")
    every = html.A(say(lang, "item.latest.every"), href=item.view.rows_href("cases_received"), className="more-link")
    if item.cases.is_empty():
        return html.Section([html.H2(title), html.P(say(lang, "item.latest.none"), className="faint")], className="panel-box")
    rows = item.cases.with_columns(
        href=pl.Series([item.view.go(f"/case/{case}") for case in item.cases["case_id"]], dtype=pl.String),
        channel=pl.Series([code_word("channel", code, lang) if code else "" for code in item.cases["channel"]], dtype=pl.String),
        outcome=pl.Series(
            [code_word("outcome", code, lang) if code else say(lang, "item.latest.open") for code in item.cases["outcome"]], dtype=pl.String
        ),
        open=pl.lit("not_yet_complete"),
    )
    columns = (
        Column("case_id", say(lang, "item.columns.case"), "code", href="href"),
        Column("application_on", say(lang, "item.columns.applied"), "day"),
        Column("completed_on", say(lang, "item.columns.completed"), "day", state="open"),
        Column("channel", say(lang, "item.columns.channel")),
        Column("outcome", say(lang, "item.columns.outcome")),
        Column("visits", say(lang, "item.columns.visits"), "number"),
        Column("observed_level", say(lang, "item.columns.observed_level"), "number"),
        Column("handling_working_days", say(lang, "item.columns.days"), "number"),
        Column("is_promise_kept", say(lang, "item.columns.kept"), "flag"),
    )
    table = Table("latest", title, columns, rows, size=10)
    return html.Section([html.H2(title), html.P(every, className="finding"), data_table(table, item.view)], className="panel-box")
