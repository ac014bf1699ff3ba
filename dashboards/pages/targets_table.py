"""The tables of targets: those that hold, each with where it stands, and those that a later one replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.cards.table import Column, Table
from dashboards.cards.tile import SIGNS
from dashboards.controls import View
from dashboards.pages.frame import Frame
from dashboards.pages.targets_named import figure_of, owner_name, place_name, target_name, unit_of
from dashboards.pages.targets_spark import target_spark
from dashboards.pages.targets_told import ORDER, reason_words
from dashboards.sentences import state_word
from dashboards.words import has_word, say
from metrics.target import Target
from metrics.targets import TargetStatus

SIGN = {">=": "≥", "<=": "≤", "=": "="}
_TEXTS = ("id", "name", "place", "owner", "department", "status", "reason", "unit", "unit_name", "op", "no_value")
_NUMBERS = ("now", "low", "high", "goal", "baseline", "path", "forecast", "ahead_low", "ahead_high", "chance")
_SCHEMA = {**dict.fromkeys(_TEXTS, pl.String), **dict.fromkeys(_NUMBERS, pl.Float64), **dict.fromkeys(("due_on", "baseline_on"), pl.Date)}


def targets_table(frame: Frame, found: Sequence[TargetStatus], set_by: dict[str, str | None]) -> Table:
    """One row a target, the worst first, the next due first among equals."""
    lang, view = frame.lang, frame.view
    ordered = sorted(found, key=lambda one: (ORDER.index(one.status), one.target.due_on, one.id))
    rows = pl.DataFrame([_row(frame, one, set_by) for one in ordered], schema=_SCHEMA, orient="row")
    return Table(
        "targets",
        say(lang, "page.targets"),
        _columns(view, {one.id: one for one in ordered}),
        rows,
        size=40,
        note=say(lang, "targets.note"),
    )


def _row(frame: Frame, one: TargetStatus, set_by: dict[str, str | None]) -> dict[str, Any]:
    lang, target, unit = frame.lang, one.target, unit_of(one.target)
    last = one.forecast[-1] if one.forecast else None
    return {
        **_named(frame, target, set_by), "status": say(lang, f"target.{one.status}"), "reason": reason_words(one, frame.scope.period, lang),
        "no_value": state_word("not_applicable" if one.history else "not_provided", lang), "unit": unit, "unit_name": unit_name(unit, lang),
        "now": one.now, "low": one.low, "high": one.high, "path": one.expected, "chance": one.probability,
        "forecast": last.value if last else None, "ahead_low": last.low if last else None, "ahead_high": last.high if last else None,
    }  # fmt: skip


def _named(frame: Frame, target: Target, set_by: dict[str, str | None]) -> dict[str, Any]:
    """What is known of a target before anything is measured."""
    return {
        "id": target.id, "name": target_name(target, frame.lang), "place": place_name(target, frame.tree, frame.lang),
        "owner": owner_name(frame.gate, target, set_by.get(target.id), frame.lang), "op": SIGN.get(target.op, target.op), "goal": target.value,
        "department": target.dept_id, "baseline": target.baseline, "baseline_on": target.baseline_on, "due_on": target.due_on,
    }  # fmt: skip


def unit_name(unit: str, lang: str) -> str:
    """A unit in words, for those who read the table as a file."""
    for key in (f"unit_name.{unit}", f"unit.{unit}"):
        if has_word(lang, key):
            return say(lang, key)
    return unit


def _columns(view: View, known: dict[str, TargetStatus]) -> tuple[Column, ...]:
    lang = view.lang

    def head(key: str) -> str:
        return say(lang, f"targets.columns.{key}")

    return (
        Column("name", head("name"), show=lambda row: _name(row, view)),
        Column("place", head("place")),
        Column("status", head("status"), show=lambda row: status_words(known[row["id"]].status, lang)),
        Column("reason", head("reason")),
        Column("now", head("now"), "number", show=lambda row: _valued(row, ("now", "low", "high"), lang)),
        Column("goal", head("goal"), "number", show=lambda row: _goal(row, lang)),
        Column("due_on", head("due"), "day"),
        Column("path", head("course"), "number", show=lambda row: _course(row, known[row["id"]], lang)),
        Column("forecast", head("forecast"), "number", show=lambda row: _valued(row, ("forecast", "ahead_low", "ahead_high"), lang)),
        Column("chance", head("chance"), "share", show=lambda row: _chance(row, lang)),
        # the rest leaves with an export; on the screen it stands under its column's neighbour (targets.css hides it)
        Column("baseline", head("baseline"), "number"),
        Column("baseline_on", head("baseline_on"), "day"),
        Column("owner", head("owner")),
        Column("unit_name", head("unit")),
    )


def _name(row: dict[str, Any], view: View) -> Any:
    """The name, opening the target's own chart, and the department that answers for it."""
    is_open = view.pick == row["id"]
    link = html.A(row["name"], href=view.href(pick="" if is_open else row["id"], define=""), **(aria(current="true") if is_open else {}))
    return [link, html.Span(row["owner"], className="interval")] if row["department"] else link


def status_words(status: str, lang: str) -> html.Span:
    """`! At risk`, coloured where it is good or bad."""
    icon, tone = SIGNS[status]
    return html.Span(
        [html.Span(icon, className="sign", **aria(hidden="true")), " ", say(lang, f"target.{status}")], className=f"target-status {tone}"
    )


def _valued(row: dict[str, Any], keys: tuple[str, str, str], lang: str) -> Any:
    """A value with its interval under it; the state in words where there is none."""
    value, low, high = (row[key] for key in keys)
    if value is None:
        return html.Span(row["no_value"] if keys[0] == "now" else say(lang, "targets.no_forecast.short"), className="faint")
    text = formats.amount(value, row["unit"], lang)
    if low is None or high is None:
        return text
    return [text, html.Span(formats.interval(low, high, row["unit"], lang), className="interval")]


def _course(row: dict[str, Any], status: TargetStatus, lang: str) -> Any:
    spark = target_spark(status)
    said = (
        []
        if row["path"] is None
        else [html.Span(say(lang, "targets.path", value=formats.amount(row["path"], row["unit"], lang)), className="interval")]
    )
    return [spark, *said] if spark or said else html.Span(say(lang, "table.missing"), className="faint")


def _chance(row: dict[str, Any], lang: str) -> Any:
    return html.Span(say(lang, "table.missing"), className="faint") if row["chance"] is None else formats.chance(row["chance"], lang)


def _goal(row: dict[str, Any], lang: str) -> Any:
    """What is to be reached, and from where."""
    text = f"{row['op']} {formats.amount(row['goal'], row['unit'], lang)}"
    if row["baseline"] is None:
        return text
    begun = formats.amount(row["baseline"], row["unit"], lang)
    key, date = ("from_on", formats.day(row["baseline_on"], lang, short=True)) if row["baseline_on"] else ("from", "")
    return [text, html.Span(say(lang, f"targets.{key}", value=begun, date=date), className="interval")]


def superseded_table(frame: Frame, found: Sequence[tuple[Target, dict[str, Any]]]) -> Table:
    """Targets that a later one replaced, the latest due first."""
    lang = frame.lang
    rows = [
        {**_named(frame, target, {target.id: row["set_by"]}), "unit": unit_of(target), "set_on": row["set_on"], "by": row["superseded_by"]}
        for target, row in found
    ]
    schema = {name: kind for name, kind in _SCHEMA.items() if not rows or name in rows[0]} | {"set_on": pl.Date, "by": pl.String}
    data = pl.DataFrame(rows, schema=schema, orient="row").sort("due_on", descending=True)
    columns = (
        Column("name", say(lang, "targets.columns.name")),
        Column("place", say(lang, "targets.columns.place")),
        Column(
            "goal",
            say(lang, "targets.columns.goal"),
            "number",
            show=lambda row: f"{row['op']} {formats.amount(row['goal'], row['unit'], lang)}",
        ),
        Column("due_on", say(lang, "targets.columns.due"), "day"),
        Column("set_on", say(lang, "targets.columns.set_on"), "day"),
        Column("owner", say(lang, "targets.columns.owner")),
        Column("by", say(lang, "targets.columns.superseded_by"), "code"),
    )
    return Table("superseded", say(lang, "targets.superseded"), columns, data, note=say(lang, "targets.superseded_note"))


def metric_id(target: Target) -> str:
    """The figure's id, for its definition card."""
    metric, _ = figure_of(target)
    return metric.id if metric else target.metric
