"""Sections of the page of data quality about the data themselves: files of the release, flags, and the release's own marks."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.table import Column, Table, data_table
from dashboards.pages.frame import Frame
from dashboards.pages.quality_rows import DEFINITIONS, FILES, flags, table
from dashboards.pages.quality_text import FATES, balance, feed_name, flag_word, size
from dashboards.words import has_word, say


def files_section(frame: Frame) -> html.Section:
    """Every file behind the release: what was read of it and what became of the rows."""
    lang = frame.lang
    found = frame.gate.table(FILES)
    loaded = found.filter(pl.col("status") == "loaded")
    sums = {name: int(loaded[name].sum() or 0) for name in ("read", *FATES)}
    rows = found.with_columns(
        feed_name=pl.Series([feed_name(feed, lang) for feed in found["feed"]], dtype=pl.String),
        told=pl.Series([_status(status, lang) for status in found["status"]], dtype=pl.String),
    )
    columns = (
        Column("name", say(lang, "quality.files.name")),
        Column("source_id", say(lang, "trust.source"), "code"),
        Column("feed_name", say(lang, "trust.feed")),
        Column("received_at", say(lang, "trust.last"), "instant"),
        Column("bytes", say(lang, "quality.files.size"), "number", show=lambda row: size(row["bytes"], lang)),
        Column("read", say(lang, "quality.files.read"), "number"),
        *(Column(fate, say(lang, f"quality.fate_head.{fate}"), "number") for fate in FATES),
        Column("told", say(lang, "quality.sources.state")),
        Column("sha256", say(lang, "quality.files.sha"), "code", show=lambda row: html.Code(row["sha256"][:12], title=row["sha256"])),
    )
    shown = Table("files", say(lang, "quality.files.title"), columns, rows, size=12, note=say(lang, "quality.files.note"))
    head = html.H2(say(lang, "quality.files.finding", files=formats.count(loaded.height, lang)))
    return html.Section([head, html.P(balance(sums, lang), className="finding"), data_table(shown, frame.view)], className="panel-box")


def _status(status: str, lang: str) -> str:
    return say(lang, f"quality.status.{status}") if has_word(lang, f"quality.status.{status}") else status


def flags_section(frame: Frame) -> html.Section:
    """What was imputed or does not fit, on the cases and tickets of the period."""
    lang = frame.lang
    found = flags(frame.gate, frame.scope)
    rows = found.with_columns(
        name=pl.Series([flag_word(flag, lang) for flag in found["flag"]], dtype=pl.String),
        effect=pl.Series([_effect(flag, lang) for flag in found["flag"]], dtype=pl.String),
    )
    columns = (
        Column("name", say(lang, "quality.flags.flag")),
        Column("rows", say(lang, "quality.flags.rows"), "number"),
        Column("total", say(lang, "quality.flags.total"), "number"),
        Column("effect", say(lang, "quality.flags.effect")),
    )
    title = say(lang, "quality.flags.title")
    if rows.is_empty():
        return html.Section([html.H2(title), html.P(say(lang, "quality.flags.none"), className="finding")], className="panel-box")
    shown = Table("flags", title, columns, rows, order="-rows", note=say(lang, "quality.flags.note"))
    return html.Section([html.H2(title), data_table(shown, frame.view)], className="panel-box")


def _effect(flag: str, lang: str) -> str:
    return say(lang, f"quality.effect.{flag}") if has_word(lang, f"quality.effect.{flag}") else ""


def release_section(frame: Frame) -> html.Section:
    """The marks by which a release and its definitions are told from any other."""
    lang, belief = frame.lang, frame.belief
    known = table(frame.gate, DEFINITIONS, "metric_definition")
    row = known.row(0, named=True) if known.height else {"definitions": 0, "fingerprint": None}
    facts = [
        ("stamp", html.Code(belief.stamp)),
        ("published", formats.instant(belief.published_at, lang)),
        ("as_of", formats.day(belief.as_of, lang)),
        ("definitions", html.A(say(lang, "quality.release.count", count=row["definitions"]), href=frame.view.go("/definitions"))),
        ("fingerprint", html.Code(row["fingerprint"]) if row["fingerprint"] else say(lang, "state.not_provided")),
    ]
    terms = [html.Div([html.Dt(say(lang, f"quality.release.{key}")), html.Dd(text)]) for key, text in facts]
    note = html.P(say(lang, "quality.release.note"), className="note")
    return html.Section([html.H2(say(lang, "quality.release.title")), html.Dl(terms, className="facts"), note], className="panel-box")
