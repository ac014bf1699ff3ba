"""What a league table compares: its rows, their order, and the same as a table that leaves the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from dashboards.cards.table import Column, Table
from dashboards.casemix import Adjusted
from dashboards.controls import View
from dashboards.course import Course
from dashboards.differences import Group, ranks
from dashboards.words import say

EXPORTED = {
    **dict.fromkeys(("name", "code", "rank"), pl.String),
    **dict.fromkeys(("value", "low", "high", "n"), pl.Float64),
    **dict.fromkeys(("state", "side"), pl.String),
}


@dataclass(frozen=True)
class Row:
    """One line: code, shown name, the page that it leads to (if it has one), and its course."""

    code: str
    name: str
    href: str
    course: Course


@dataclass(frozen=True)
class League:
    """Rows, the course of the whole that they are compared with, and the words for both.

    `sides`: by code, 1 above the whole, −1 below, 0 not different, None unknown (differences.py); `adjusted`: by code, freed of the mix of cases.
    """

    rows: Sequence[Row]
    whole: Course
    whole_name: str
    kind: str  # words under league: province, city, district, town, department, site
    sides: Mapping[str, int | None] = field(default_factory=dict)
    adjusted: Mapping[str, Adjusted] = field(default_factory=dict)

    @property
    def group(self) -> Group:
        """What is compared with what."""
        return Group({row.code: row.course for row in self.rows}, self.whole)

    @cached_property
    def ranks(self) -> dict[str, str]:
        """Rank ranges by code."""
        return ranks(self.group)

    @property
    def tone(self) -> int:
        """What "above" means: 1 better, −1 worse, 0 neither."""
        return self.whole.direction


def ordered(league: League, sort: str) -> list[Row]:
    """Rows in the order asked for (`-n`: descending); by default the best value first, those without a value last."""
    reverse, field = sort.startswith("-"), sort.lstrip("-")
    if field not in SORTS:
        reverse, field = league.whole.better != "lower", "value"
    known = [row for row in league.rows if SORTS[field](row) is not None]
    others = sorted((row for row in league.rows if SORTS[field](row) is None), key=lambda row: row.name)
    return sorted(known, key=lambda row: (SORTS[field](row), row.name), reverse=reverse) + others


def _change_of(row: Row) -> float | None:
    change = row.course.change(row.course.scope.period.year_before)
    return change.delta if change else None


SORTS: dict[str, Callable[[Row], float | str | None]] = {
    "name": lambda row: row.name,
    "value": lambda row: row.course.now.value,
    "n": lambda row: row.course.now.n,
    "change": _change_of,
}


def exported(league: League, key: str, view: View) -> Table:
    """The same rows, and that of the whole, as a table that leaves the page."""
    lang, unit, ranks = view.lang, league.whole.unit, league.ranks
    rows = [_exported_row(row, ranks.get(row.code), _side_word(league.sides.get(row.code), lang)) for row in ordered(league, view.sort)]
    rows.append(_exported_row(Row("", league.whole_name, "", league.whole), None, ""))
    columns = (
        Column("name", say(lang, f"league.{league.kind}")),
        Column("code", say(lang, "league.code"), "code"),
        Column("rank", say(lang, "league.rank")),
        Column("value", say(lang, "league.value"), unit, state="state"),
        Column("low", say(lang, "columns.low"), unit),
        Column("high", say(lang, "columns.high"), unit),
        Column("n", say(lang, "columns.n"), "cases"),
        Column("side", say(lang, "league.verdict", whole=league.whole_name)),
    )
    return Table(key, say(lang, f"league.{league.kind}"), columns, pl.DataFrame(rows, schema=EXPORTED, orient="row"))


def _side_word(side: int | None, lang: str) -> str:
    return say(lang, "league.side.unknown" if side is None else f"league.side.{('same', 'above', 'below')[side]}")


def _exported_row(row: Row, rank: str | None, side: str) -> tuple:
    now = row.course.now
    return (row.name, row.code, rank, now.value, now.low, now.high, now.n, now.state, side)
