"""How far the bulletin can be believed: figures on the data themselves, sources, checks that did not pass."""

from __future__ import annotations

import polars as pl

from dashboards.bulletin.cells import count_cell, value_cell
from dashboards.bulletin.desk import Desk
from dashboards.bulletin.model import Cell, Grid, Head, Row, Section, text
from dashboards.indicators import Indicator
from dashboards.readings import Reading
from dashboards.words import has_word, say

FIGURES = (
    Indicator("fields", "completeness"),
    Indicator("sources", "completeness", (("variant", "sources"),)),
    Indicator("late", "late_arrival"),
    Indicator("duplicates", "duplicate_rate"),
    Indicator("linked", "linked_ticket_share"),
    Indicator("identified", "identified_case_share"),
)
_FRESH = "select source_id, feed, complete_on, days_behind, is_late from source_freshness"


def quality_section(desk: Desk) -> Section:
    """The section of three tables. It speaks of the whole release: a source is not a district's."""
    lang = desk.lang
    return Section("quality", say(lang, "bulletin.quality"), (), (), (_figures(desk), _sources(desk), _checks(desk)))


def _figures(desk: Desk) -> Grid:
    lang = desk.lang
    heads = (
        Head(say(lang, "bulletin.figure"), 2.2),
        Head(say(lang, "columns.value"), 1, True),
        Head(say(lang, "columns.n"), 1, True),
        Head(say(lang, "definition.meaning"), 4),
    )
    found = desk.readings(FIGURES, "", ())
    rows = []
    for one in FIGURES:
        metric, reading, query = desk.gate.metric(one.metric), found[one].get("", Reading()), desk.question(one, ())
        if metric is not None:
            value = value_cell(reading, desk.unit(one), query, lang)
            name = metric.name[lang] if one.key != "sources" else say(lang, "bulletin.sources_delivering")
            meaning = say(lang, f"bulletin.data_meaning.{one.key}")
            rows.append(Row((text(name), value, count_cell(reading, query), text(meaning))))
    return Grid("data_figures", say(lang, "bulletin.data_figures"), heads, tuple(rows))


def _sources(desk: Desk) -> Grid:
    lang = desk.lang
    heads = (
        Head(say(lang, "trust.source"), 1.6), Head(say(lang, "trust.feed"), 1.8), Head(say(lang, "trust.files"), 0.8, True), Head(say(lang, "trust.rows"), 1.0, True),
        Head(say(lang, "trust.aside"), 0.8, True), Head(say(lang, "trust.last"), 1.8), Head(say(lang, "bulletin.complete_to"), 1.4),
    )  # fmt: skip
    fresh = {(row["source_id"], row["feed"]): row for row in _fresh(desk).iter_rows(named=True)}
    rows = [_source(row, fresh.get((row["source_id"], row["feed"])), lang) for row in desk.trust.sources.iter_rows(named=True)]
    return Grid("sources", say(lang, "bulletin.sources"), heads, tuple(rows), "", say(lang, "bulletin.no_sources"))


def _fresh(desk: Desk) -> pl.DataFrame:
    return desk.gate.table_or_none(_FRESH, "source_freshness")


def _source(row: dict, fresh: dict | None, lang: str) -> Row:
    feed = row["feed"] or ""
    numbers = (Cell(row[key] or 0, "records", "count") for key in ("files", "rows", "quarantined"))
    if fresh is None or fresh["complete_on"] is None:
        complete = text("–")
    else:
        late = say(lang, "bulletin.behind", count=fresh["days_behind"]) if fresh["is_late"] else ""
        complete = Cell(fresh["complete_on"], "day", after=late, tone=-1 if late else 0)
    name = say(lang, f"feed.{feed}") if has_word(lang, f"feed.{feed}") else feed
    return Row((text(row["source_id"]), text(name), *numbers, Cell(row["last_received"], "instant"), complete))


def _checks(desk: Desk) -> Grid:
    lang = desk.lang
    heads = (
        Head(say(lang, "bulletin.severity"), 0.8),
        Head(say(lang, "definition.table"), 1.6),
        Head(say(lang, "bulletin.rule"), 4.5),
        Head(say(lang, "bulletin.found"), 1.0, True),
    )
    rows = tuple(
        Row((_severity(check.severity, lang), text(check.table), text(check.because.get(lang) or "–"), text(check.observed)))
        for check in desk.trust.broken
    )
    nothing = say(lang, "bulletin.all_passed" if desk.trust.passed else "trust.no_checks", count=desk.trust.passed)
    return Grid("checks", say(lang, "bulletin.checks"), heads, rows, "", nothing)


def _severity(severity: str, lang: str) -> Cell:
    is_failed = severity == "block"
    return text(f"! {say(lang, 'bulletin.failed' if is_failed else 'bulletin.warning')}", -1 if is_failed else 0)
