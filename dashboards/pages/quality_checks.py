"""Sections of the page of data quality about checks: what was checked, why and with what result, and the runs before."""

from __future__ import annotations

from functools import partial

import polars as pl

from dashboards import elements as html
from dashboards.cards.table import Column, Table, data_table
from dashboards.gate import Gate
from dashboards.pages.frame import Frame
from dashboards.pages.quality_rows import CHECKS, RUNS, table
from dashboards.pages.quality_text import because, checked, outcome
from dashboards.sentences import table_word
from dashboards.words import has_word, say

RESULTS = ("passed", "warned", "failed", "errored")
TONES = {"passed": ("✓", "good"), "warned": ("!", "bad"), "failed": ("✕", "bad"), "errored": ("?", "bad")}


def outcomes(gate: Gate) -> pl.DataFrame:
    """Every check of the run behind the release, with what became of it; those that did not pass first."""
    found = table(gate, CHECKS, "quality_outcome")
    if not found.columns:
        return pl.DataFrame(schema={"table_name": pl.String, "outcome": pl.String})
    results = [outcome(result, severity) for result, severity in found.select("result", "severity").iter_rows()]
    return found.with_columns(outcome=pl.Series(results, dtype=pl.String))


def counts(found: pl.DataFrame) -> dict[str, int]:
    """How many checks came out how."""
    return {result: int((found["outcome"] == result).sum()) for result in RESULTS}


def checks_section(frame: Frame) -> html.Section:
    """Every check with result, severity, reason, what was found against what was expected, and a sample."""
    lang = frame.lang
    found = outcomes(frame.gate)
    if found.is_empty():
        text = html.P(say(lang, "trust.no_checks"), className="finding")
        return html.Section([html.H2(say(lang, "quality.checks.title")), text], className="panel-box")
    rows = found.with_columns(
        told=pl.col("outcome").replace_strict({result: say(lang, f"quality.result.{result}") for result in RESULTS}),
        weight=pl.Series([say(lang, f"quality.severity.{'block' if severity == 'block' else 'warn'}") for severity in found["severity"]], dtype=pl.String),
        kind=pl.Series([rule_word(rule, lang) for rule in found["rule"]], dtype=pl.String),
        why=pl.Series([because(text, lang) for text in found["because"]], dtype=pl.String),
    )  # fmt: skip
    table_ = Table("checks", say(lang, "quality.checks.title"), _columns(lang), rows, size=12, note=say(lang, "quality.checks.note"))
    return html.Section([html.H2(checked(counts(found), lang)), data_table(table_, frame.view)], className="panel-box")


def _columns(lang: str) -> tuple[Column, ...]:
    return (
        Column("table_name", say(lang, "definition.table"), "code", show=partial(_named, lang=lang)),
        Column("told", say(lang, "quality.checks.result"), show=_result_mark),
        Column("weight", say(lang, "quality.checks.severity")),
        Column("kind", say(lang, "quality.checks.rule")),
        Column("why", say(lang, "quality.checks.because")),
        Column("observed", say(lang, "quality.checks.observed")),
        Column("expected", say(lang, "quality.checks.expected"), show=lambda row: html.Code(row["expected"] or "")),
        Column("sample", say(lang, "quality.checks.sample"), show=lambda row: html.Code(row["sample"]) if row["sample"] else say(lang, "quality.checks.no_sample")),
    )  # fmt: skip


def _named(row: dict, lang: str) -> html.Span:
    """A table's name in words, with its name for SQL in small print."""
    return html.Span([table_word(row["table_name"], lang), html.Span(row["table_name"], className="code")])


def _result_mark(row: dict) -> html.Span:
    sign, tone = TONES[row["outcome"]]
    return html.Span([html.Span(sign, className="sign"), " ", row["told"]], className=tone)


def rule_word(rule: str, lang: str) -> str:
    """The kind of a rule in words."""
    return say(lang, f"quality.rule.{rule}") if has_word(lang, f"quality.rule.{rule}") else rule


def history_section(frame: Frame) -> html.Section:
    """Runs of the checks, newest first, as far as the release holds them."""
    lang = frame.lang
    runs = table(frame.gate, RUNS, "quality_outcome")
    head = html.H2(say(lang, "quality.history.title"))
    if runs.is_empty():
        return html.Section([head, html.P(say(lang, "trust.no_checks"), className="finding")], className="panel-box")
    columns = (
        Column("ran_at", say(lang, "quality.history.ran"), "instant"),
        *(Column(result, say(lang, f"quality.result.{result}"), "number") for result in RESULTS),
    )
    note = say(lang, "quality.history.one" if runs.height == 1 else "quality.history.note", count=runs.height)
    shown = Table("runs", say(lang, "quality.history.title"), columns, runs, order="-ran_at", size=4, note=note)
    tables = [html.H3(say(lang, "quality.tables.title")), data_table(_by_table(frame), frame.view)]
    if frame.gate.has_data_docs:
        tables.append(html.P(html.A(say(lang, "quality.tables.docs"), href="/data-docs/index.html")))
    return html.Section([head, data_table(shown, frame.view), *tables], className="panel-box")


def _by_table(frame: Frame) -> Table:
    """How the checks of each table came out; a table leads to its checks."""
    lang, found = frame.lang, outcomes(frame.gate)
    sums = [(pl.col("outcome") == result).sum().alias(result) for result in RESULTS]
    rows = found.group_by("table_name").agg(sums).sort(pl.col("passed") == pl.sum_horizontal(RESULTS), "table_name")
    rows = rows.with_columns(
        href=pl.Series([frame.view.href(find=f"checks:{name}", at="", sort="") for name in rows["table_name"]], dtype=pl.String)
    )
    columns = (
        Column("table_name", say(lang, "definition.table"), "code", href="href", show=partial(_named, lang=lang)),
        *(Column(result, say(lang, f"quality.result.{result}"), "number") for result in RESULTS),
    )
    return Table("check-tables", say(lang, "quality.tables.title"), columns, rows, size=5, note=say(lang, "quality.tables.note"))
