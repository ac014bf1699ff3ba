"""Sections of the page of data quality about rows that were set aside: why, the rows themselves, and how they are corrected or dismissed."""

from __future__ import annotations

import json
from html import escape

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import data
from dashboards.cards.table import Column, Table, data_table
from dashboards.controls import View
from dashboards.pages.frame import Frame
from dashboards.pages.quality_rows import DELIVERED, REASONS, table
from dashboards.pages.quality_text import feed_name, reason_word
from dashboards.words import say

ROWS = "select record_id, source_id, feed, file, row_no, reasons, record, state from quarantine_row"
OPEN = "select coalesce(sum(set_aside), 0)::bigint as rows from delivery_part"
DECIDE = "/quarantine/decide"  # where decisions are sent, in an installation that takes them
COLUMNS_SHOWN = 30  # of a record
COMMANDS = ("onegate quarantine export -o rows.csv", "onegate quarantine resubmit rows.csv --reason …")


def aside_section(frame: Frame) -> html.Section:
    """Rows set aside by source, with the reasons where the release holds them."""
    lang = frame.lang
    delivered = frame.gate.table(DELIVERED).filter(pl.col("quarantined") > 0)
    total = int(delivered["quarantined"].sum() or 0)
    if not total:
        body = [html.H2(say(lang, "quality.aside.none")), html.P(say(lang, "quality.aside.none_note"), className="finding")]
        return html.Section(body, className="panel-box")
    reasons = table(frame.gate, REASONS, "quarantine_reason")
    head = html.H2(say(lang, "quality.aside.finding", rows=formats.count(total, lang), sources=delivered["source_id"].n_unique()))
    return html.Section([head, data_table(_aside_table(reasons, delivered, lang), frame.view)], className="panel-box")


def _aside_table(reasons: pl.DataFrame, delivered: pl.DataFrame, lang: str) -> Table:
    has_reasons = bool(reasons.columns)
    rows = reasons if has_reasons else delivered.select("source_id", "feed", rows="quarantined", reason=pl.lit(None, pl.String))
    rows = rows.with_columns(
        feed_name=pl.Series([feed_name(feed, lang) for feed in rows["feed"]], dtype=pl.String),
        why=pl.Series(
            [reason_word(reason, lang) if reason else say(lang, "state.not_provided") for reason in rows["reason"]], dtype=pl.String
        ),
    )
    columns = (
        Column("source_id", say(lang, "trust.source"), "code"),
        Column("feed_name", say(lang, "trust.feed")),
        Column("why", say(lang, "quality.aside.reason")),
        Column("rows", say(lang, "trust.aside"), "number"),
    )
    note = say(lang, "quality.aside.note" if has_reasons else "quality.aside.no_reasons")
    return Table("aside", say(lang, "quality.aside.title"), columns, rows, order="-rows", size=10, note=note)


def rows_section(frame: Frame) -> html.Section | None:
    """The rows themselves, as far as a release may hold them, each with the way to decide upon it; None where the release holds none."""
    lang, view = frame.lang, frame.view
    found = table(frame.gate, ROWS, "quarantine_row")
    if found.is_empty():
        return None
    waiting = int(table(frame.gate, OPEN, "delivery_part")["rows"].item())
    shown = int((found["state"] == "open").sum())
    rows = found.with_columns(
        feed_name=pl.Series([feed_name(feed, lang) for feed in found["feed"]], dtype=pl.String),
        why=pl.Series(["; ".join(reason_word(reason, lang) for reason in reasons) for reasons in found["reasons"]], dtype=pl.String),
        told=pl.Series([say(lang, f"quality.rows.state_word.{state}") for state in found["state"]], dtype=pl.String),
    )
    head = say(lang, "quality.rows.finding", count=formats.count(waiting, lang)) if waiting else say(lang, "quality.rows.none")
    cut = [
        html.P(say(lang, "quality.rows.more", shown=formats.count(shown, lang), total=formats.count(waiting, lang)), className="finding")
    ]
    listed = Table("quarantine", say(lang, "quality.rows.title"), _columns(frame), rows, size=8, note=say(lang, "quality.rows.note"))
    body = [html.H2(head), *(cut if waiting > shown else []), data_table(listed, view), _how(frame)]
    return html.Section(body, className="panel-box set-aside", id="set-aside")


def _columns(frame: Frame) -> tuple[Column, ...]:
    lang = frame.lang
    return (
        Column("record_id", say(lang, "quality.rows.record_id"), "code", show=lambda row: html.Code(row["record_id"])),
        Column("source_id", say(lang, "trust.source"), "code"),
        Column("feed_name", say(lang, "trust.feed")),
        Column("file", say(lang, "quality.rows.file")),
        Column("row_no", say(lang, "quality.rows.row"), "number"),
        Column("why", say(lang, "quality.rows.reasons")),
        Column("record", say(lang, "quality.rows.record"), show=_record),
        Column("told", say(lang, "quality.rows.state"), show=lambda row: _state(row, frame)),
    )


def _record(row: dict) -> html.Element:
    """The record as column and value; the columns that its reasons name stand out."""
    named = {reason.partition(":")[2] for reason in row["reasons"]}
    pairs = [(name, value) for name, value in values_of(row["record"]).items() if value]
    shown = [
        html.Span([html.Span(name), " ", html.Code(value)], className="pair is-wrong" if name in named else "pair") for name, value in pairs
    ]
    return html.Div(shown[:COLUMNS_SHOWN], className="record")


def values_of(record: str) -> dict[str, str]:
    """A record's values by column, as far as they may be shown."""
    return {str(name): "" if value is None else str(value) for name, value in json.loads(record).items()}


def _state(row: dict, frame: Frame) -> html.Element | str:
    """The state, and for an open row what can be done about it here."""
    if row["state"] != "open":
        return row["told"]
    if not frame.gate.takes_decisions:
        return html.Div([row["told"], html.Code(f"--id {row['record_id']}", className="id-of")])
    return html.Div([row["told"], html.Div(**data(html=decision_form(row, frame.view)))])


def decision_form(row: dict, view: View) -> str:
    """A form, folded, that sends one decision to the desk of the installation. Written as text: Dash has no fields of forms."""
    lang, record = view.lang, row["record_id"]
    columns = [name for name in values_of(row["record"]) if name != "raw"]

    def said(key: str) -> str:
        return escape(say(lang, f"quality.rows.{key}"))

    named = next((reason.partition(":")[2] for reason in row["reasons"] if reason.partition(":")[2] in columns), "")
    options = "".join(
        f'<option value="{escape(name)}"{" selected" if name == named else ""}>{escape(name)}</option>' for name in ("", *columns)
    )
    column = f'<select name="column">{options}</select>' if columns else '<input name="column" maxlength="100" autocomplete="off">'
    fields = [
        f"<label><span>{said('column')}</span>{column}</label>",
        f'<label><span>{said("value")}</span><input name="value" maxlength="500" autocomplete="off"></label>',
        f'<label><span>{said("by")}</span><input name="by" maxlength="80" required autocomplete="name"></label>',
        f'<label><span>{said("reason")}</span><input name="reason" maxlength="300" required autocomplete="off"></label>',
    ]
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in (("id", record), ("lang", lang), ("theme", view.theme), ("back", f"{view.href(define='')}#set-aside"))
    )
    buttons = "".join(f'<button name="decision" value="{one}">{said(one)}</button>' for one in ("release", "dismiss"))
    label = escape(say(lang, "quality.rows.form", id=record))
    form = f'<form method="post" action="{DECIDE}" aria-label="{label}">{hidden}{"".join(fields)}<p>{buttons}</p></form>'
    return f'<details class="decide"><summary aria-label="{label}">{said("open")}</summary>{form}</details>'


def _how(frame: Frame) -> html.Div:
    """How rows are corrected, and when they count."""
    lang = frame.lang
    one = "onegate quarantine release --id FILE:ROW --set COLUMN=VALUE --reason …", "onegate quarantine dismiss --id FILE:ROW --reason …"
    body = [
        html.P(say(lang, "quality.rows.how_many")),
        html.Pre(html.Code("\n".join(COMMANDS)), tabIndex="0"),
        html.P(say(lang, "quality.rows.how_one")),
        html.Pre(html.Code("\n".join(one)), tabIndex="0"),
        html.P(say(lang, "quality.rows.asked" if frame.gate.takes_decisions else "quality.rows.no_desk")),
    ]
    return html.Div(
        [
            html.P(say(lang, "quality.rows.next"), className="note"),
            html.Details([html.Summary(say(lang, "quality.rows.how")), *body], className="how"),
        ]
    )
