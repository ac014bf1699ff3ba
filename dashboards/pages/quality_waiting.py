"""The section of the page of data quality about what waits for a person: refused files, columns that came or went."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePath
from zoneinfo import ZoneInfo

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.table import Column, Table, data_table
from dashboards.pages.frame import Frame
from dashboards.pages.quality_text import feed_name, reason_word
from dashboards.words import has_word, say
from warehouse.alerts import OpenAlert
from warehouse.engine.duckdb import SESSION_ZONE

CODE = re.compile(r"(?<![A-Z_])E_[A-Z_]+(?::\w+)?")
CLEAR = "onegate alerts clear"


def waiting_section(frame: Frame) -> html.Section | None:
    """Every open alert, in words; None where nothing waits."""
    lang, waiting = frame.lang, frame.gate.alerts
    if not waiting:
        return None
    rows = pl.DataFrame(
        [
            (
                alert.id,
                _when(alert),
                alert.source,
                feed_name(alert.feed, lang),
                told(alert, lang),
                PurePath(alert.file).name,
                alert.sentence,
            )
            for alert in waiting
        ],
        schema={"id": pl.Int64, "raised_at": pl.Datetime, **dict.fromkeys(("source", "feed", "what", "file", "sentence"), pl.String)},
        orient="row",
    )
    columns = (
        Column("id", say(lang, "quality.waiting.number"), "number"),
        Column("raised_at", say(lang, "quality.waiting.since"), "instant"),
        Column("source", say(lang, "trust.source"), "code"),
        Column("feed", say(lang, "trust.feed")),
        Column("what", say(lang, "quality.waiting.what"), show=_what),
        Column("file", say(lang, "quality.files.name")),
    )
    shown = Table("waiting", say(lang, "quality.waiting.title"), columns, rows, size=8, note=say(lang, "quality.waiting.note"))
    head = html.H2(say(lang, "quality.waiting.finding", count=formats.count(len(waiting), lang)))
    command = html.P(html.Code(f"{CLEAR} {waiting[0].id}"), className="note")
    return html.Section([head, data_table(shown, frame.view), command], className="panel-box", id="waiting")


def told(alert: OpenAlert, lang: str) -> str:
    """What happened, in words; the alert's own sentence where its kind is new."""
    key = f"quality.waiting.kind.{alert.kind}"
    if not has_word(lang, key):
        return alert.sentence
    why = "; ".join(reason_word(code, lang) for code in CODE.findall(alert.sentence)) or alert.sentence
    return say(lang, key, column=alert.subject.rpartition(".")[2], why=why)


def _what(row: dict) -> html.Element | str:
    """The words, and below them the program's own sentence where it says more: which column, which line."""
    if not CODE.match(row["sentence"]):
        return row["what"]
    return html.Div([row["what"], html.Small(row["sentence"], lang="en", className="note")])


def _when(alert: OpenAlert) -> datetime:
    return datetime.fromisoformat(alert.raised_at).astimezone(ZoneInfo(SESSION_ZONE)).replace(tzinfo=None)
