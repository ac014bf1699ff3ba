"""A league of more rows than anybody reads at once: a table with pages, those that differ first, then the largest.

Ranks are left out: among dozens of small units they would be ranges over nearly all of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.league import league_finding, league_table
from dashboards.cards.league_rows import League, Row
from dashboards.cards.table import Column, Table, data_table
from dashboards.controls import View
from dashboards.words import say

MOST = 14  # rows with a value that a league shows at once
SCHEMA = {
    **dict.fromkeys(("name", "href", "state", "verdict"), pl.String),
    **dict.fromkeys(("value", "low", "high", "adjusted", "adjusted_low", "adjusted_high", "n"), pl.Float64),
    "side": pl.Int64,
}


def league_or_pages(league: League, view: View) -> list:
    """The finding and the league, or its pages where it is long."""
    finding = html.P(league_finding(league, view.lang), className="finding")
    known = [row for row in league.rows if row.course.now.value is not None]
    if len(known) <= MOST:
        return [finding, league_table(league, view)]
    return [finding, data_table(long_table(replace(league, rows=known), view.lang), view)]


def long_table(league: League, lang: str) -> Table:
    """The rows of a league as a table."""
    unit, kind = league.whole.unit, say(lang, f"league.{league.kind}")
    rows = pl.DataFrame([_line(league, row, lang) for row in league.rows], schema=SCHEMA, orient="row")
    ordered = rows.sort([pl.col("side").abs(), "n", "name"], descending=[True, True, False], nulls_last=True)
    adjusted = [Column("adjusted", say(lang, "league.adjusted"), unit, low="adjusted_low", high="adjusted_high")] if league.adjusted else []
    columns = (
        Column("name", kind, href="href"),
        Column("value", say(lang, "league.value"), unit, state="state", low="low", high="high"),
        *adjusted,
        Column("n", say(lang, "league.n"), "cases"),
        Column("verdict", say(lang, "league.verdict", whole=league.whole_name), show=lambda row: _toned(row, league.tone)),
    )
    whole = league.whole.now.value
    note = "" if whole is None else say(lang, "long_league.note", whole=league.whole_name, value=formats.amount(whole, unit, lang))
    return Table(f"league-{league.kind}", kind, columns, ordered, size=MOST, note=note)


def _line(league: League, row: Row, lang: str) -> tuple[Any, ...]:
    now, side, fair = row.course.now, league.sides.get(row.code), league.adjusted.get(row.code)
    adjusted = (fair.value, fair.low, fair.high) if fair else (None, None, None)
    return (row.name, row.href, now.state, verdict_word(side, league.tone, lang), now.value, now.low, now.high, *adjusted, now.n, side)


def verdict_word(side: int | None, tone: int, lang: str) -> str:
    """Better, worse (higher, lower where neither is), not different, not tested."""
    if side is None:
        return say(lang, "league.untested")
    if side == 0:
        return say(lang, "league.same")
    if not tone:
        return say(lang, "league.higher" if side > 0 else "league.lower")
    return say(lang, "league.better" if side * tone > 0 else "league.worse")


def _toned(row: dict[str, Any], tone: int) -> html.Span:
    """The word with its sign where there is a direction."""
    side = row["side"]
    if not side or not tone:
        return html.Span(row["verdict"], className="" if side else "faint")
    is_good = side * tone > 0
    return html.Span([html.Span("✓ " if is_good else "! "), row["verdict"]], className="good" if is_good else "bad")
