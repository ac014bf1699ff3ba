"""Which months of a mart changed since its rollups were last summed, so that one more day costs the sums of few months and not those of all years.

Rollups of one mart, kind and anchor are a family and read the same rows. Of each month (that a row is counted in) the family keeps a mark: the number of
its rows and a hash over the columns that its rollups read. A month whose mark differs is summed anew; the sums of the others stand as they are. A family
whose definitions changed has no marks yet. Where builds noted what they changed in a mart, its marks move by the rows that left and came; else all rows
are looked at. Marks are written with the sums, and noting begins anew, in one transaction.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import duckdb

from metrics.catalog import Rollup
from metrics.marts import counted_rows, mart_columns, relation_of
from metrics.registry import registry
from metrics.spec import Metric
from metrics.stock import change_sql
from metrics.summed import summed
from warehouse.models.noted import notes_of

LARGE_SHARE = 0.5  # of all months: from here on, summing all of them is quicker
Marks = dict[date, str]
_NOTHING = "0:0:0"  # the mark of a month without rows
_STATE = "build_rollup_month"
_DDL = f"create table if not exists {_STATE} (family varchar, definition varchar, month date, mark varchar)"


@dataclass(frozen=True)
class Family:
    """Rollups of one mart, kind, anchor and life table, finer ones first."""

    rollups: tuple[Rollup, ...]

    @property
    def name(self) -> str:
        """What its rollups have in common."""
        first = self.rollups[0]
        return " ".join((first.mart, first.kind, first.anchor, *(first.life_table or ())))

    @cached_property
    def definition(self) -> str:
        """A digest of what its rollups are."""
        return hashlib.sha256("\n".join(f"{rollup.name}: {from_mart(rollup)}" for rollup in self.rollups).encode()).hexdigest()

    @cached_property
    def marks(self) -> str:
        """SELECT of its months with their marks, from the mart as it is."""
        return self._marks_of(relation_of(self.mart), "count(*)", "sum(content)")

    @cached_property
    def moves(self) -> str:
        """SELECT of the months that builds changed, with what their marks move by."""
        return self._marks_of(notes_of(self.mart), "sum(sign)", "sum(sign * content::hugeint)", "sign")

    @property
    def mart(self) -> str:
        """What its rollups sum."""
        return self.rollups[0].mart

    def _marks_of(self, relation: str, rows: str, total: str, sign: str = "") -> str:
        first, text = self.rollups[0], " ".join(from_mart(rollup) for rollup in self.rollups)
        read = sorted(mart_columns(first.mart) & set(re.findall(r"\w+", text)))
        days, counted = (first.anchor,), counted_rows(first.mart)
        if first.kind == "change":
            stock = _stock(first)
            days, counted = (stock.since, stock.until), f"{counted} and {stock.since} < {stock.until}"
        more = f", {sign}" if sign else ""
        columns = ", ".join(f"{day} as day_{number}" for number, day in enumerate(days)) + more
        months = " union all ".join(
            f"select date_trunc('month', day_{number})::date as month, content{more} from line" for number in range(len(days))
        )
        return (
            f"with line as not materialized (select {columns}, hash({', '.join(read)}) as content from {relation} where {counted}) "
            f"select month, concat_ws(':', {rows}, bit_xor(content), {total}) as mark "
            f"from ({months}) where month is not null group by month"
        )


def families(rollups: Iterable[Rollup]) -> list[Family]:
    """The rollups by family, in the order given."""
    found: dict[tuple, list[Rollup]] = {}
    for rollup in rollups:
        found.setdefault((rollup.mart, rollup.kind, rollup.anchor, rollup.life_table), []).append(rollup)
    return [Family(tuple(members)) for members in found.values()]


def marks_before(con: duckdb.DuckDBPyConnection, family: Family) -> Marks:
    """What the family has, as it is defined now: first day of each month, with its mark."""
    con.execute(_DDL)
    return dict(
        con.execute(f"select month, mark from {_STATE} where family = ? and definition = ?", [family.name, family.definition]).fetchall()
    )


def marks_now(con: duckdb.DuckDBPyConnection, family: Family, before: Marks, *, is_noted: bool) -> Marks:
    """First day of each month of the mart as it is, with its mark: from what was before by what builds noted, where they did, else from all rows."""
    if not (before and is_noted):
        return dict(con.execute(family.marks).fetchall())
    moved = {month: _moved(before.get(month, _NOTHING), move) for month, move in con.execute(family.moves).fetchall()}
    return {month: mark for month, mark in (before | moved).items() if mark != _NOTHING}


def changed_months(before: Marks, now: Marks) -> list[date] | None:
    """The months whose sums are not those of the mart any more; None where all should be summed."""
    changed = sorted(month for month in {*before, *now} if before.get(month) != now.get(month))
    return changed if before and len(changed) <= LARGE_SHARE * len(before) else None


def _moved(mark: str, move: str) -> str:
    (rows, each, total), (more, other, further) = (map(int, text.split(":")) for text in (mark, move))
    return f"{rows + more}:{each ^ other}:{total + further}"


def remember_months(con: duckdb.DuckDBPyConnection, family: Family, now: Marks) -> None:
    """Keep these marks instead of those that the family had."""
    con.execute(_DDL)
    con.execute(f"delete from {_STATE} where family = ?", [family.name])
    con.execute(f"insert into {_STATE} select ?, ?, unnest(?), unnest(?)", [family.name, family.definition, [*now], [*now.values()]])


def within(grain: str, months: Collection[date]) -> str:
    """Condition on {day}: it falls into one of these months, or into a year of one of them where that is the grain."""
    period = "year" if grain == "year" else "month"
    firsts = sorted({month.replace(month=1) if period == "year" else month for month in months})
    listed = ", ".join(f"date '{first}'" for first in firsts)
    return f"{{day}} >= date '{firsts[0]}' and date_trunc('{period}', {{day}})::date in ({listed})"


def from_mart(rollup: Rollup, on: str = "true") -> str:
    """SELECT of a rollup's rows. `on`: of which days, a condition on {day}."""
    if rollup.kind == "change":
        return change_sql(_stock(rollup), sorted(rollup.dimensions), {name: fragment for fragment, name in rollup.measures.items()}, on)
    return summed(rollup, where=on.format(day=rollup.anchor))


def _stock(rollup: Rollup) -> Metric:
    """A metric whose gains and losses the rollup holds."""
    return next(metric for metric in registry().values() if (metric.mart, metric.lifetime) == (rollup.mart, rollup.anchor))
