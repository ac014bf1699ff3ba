"""One page of the rows behind an answer: which side of it, in which order, from where on; and how many rows there are on each side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from metrics.row_columns import shown_columns
from metrics.rows import FLAGS, Opened
from metrics.spec import QueryRefused
from warehouse.contract import tables
from warehouse.masking import masked_columns

SIDES = {
    "all": "true",
    "numerator": "in_numerator",
    "denominator": "in_denominator",
    "missed": "in_denominator and not in_numerator",  # in the denominator alone
    "outside": "not in_numerator and not in_denominator",  # of the period and the place, but not what the figure is about
}
MOST_ROWS = 1_000_000  # of one page: a file of more is for `onegate sql`


@dataclass(frozen=True)
class Slice:
    """What of the rows to show.

    `find` keeps those in which a text column holds this, or in which a column has one of the codes that `named` gives it (things whose
    name holds the text); `only` keeps those with these values in columns of the mart; `sort` is a shown column, or empty for the mart's key.
    """

    side: str = "all"
    find: str = ""
    named: tuple[tuple[str, tuple[str, ...]], ...] = ()
    only: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    is_descending: bool = False
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True)
class Totals:
    """How many rows are on each side, and what they add up to: the answer's own numerator and denominator."""

    rows: int
    numerator: int
    denominator: int
    missed: int
    outside: int
    numerator_sum: float
    denominator_sum: float

    def of(self, side: str) -> int:
        """The number of rows on a side."""
        return self.rows if side == "all" else getattr(self, side)


def totals(con: duckdb.DuckDBPyConnection, opened: Opened) -> Totals:
    """Count the rows of every side and add up their parts."""
    counts = ", ".join(f"count(*) filter (where {SIDES[side]})" for side in ("numerator", "denominator", "missed", "outside"))
    sums = "coalesce(sum(numerator_part), 0), coalesce(sum(denominator_part), 0)"
    row = con.execute(opened.statement(f"select count(*), {counts}, {sums} from opened"), opened.parameters).fetchone()
    return Totals(*(row or (0,) * 7))


def page(con: duckdb.DuckDBPyConnection, opened: Opened, cut: Slice) -> pl.DataFrame:
    """The rows of a slice: the shown columns, then FLAGS (and the age of a life table)."""
    sql, parameters = page_statement(opened, cut)
    return con.execute(sql, parameters).pl()


def found(con: duckdb.DuckDBPyConnection, opened: Opened, cut: Slice) -> int:
    """How many rows a slice has in all its pages."""
    where, parameters = _conditions(opened, cut)
    row = con.execute(opened.statement(f"select count(*) from opened where {where}"), opened.parameters | parameters).fetchone()
    return row[0] if row else 0


def page_statement(opened: Opened, cut: Slice) -> tuple[str, dict[str, Any]]:
    """The statement of a slice and its parameters."""
    if not (0 < cut.limit <= MOST_ROWS and cut.offset >= 0):
        raise QueryRefused(f"A page has 1 to {MOST_ROWS:,} rows and does not begin before the first.")
    where, parameters = _conditions(opened, cut)
    names = [*(f'"{column.name}"' for column in shown_columns(opened)), *flags(opened)]
    query = f"select {', '.join(names)} from opened where {where} order by {_order(opened, cut)} limit {cut.limit} offset {cut.offset}"
    return opened.statement(query), opened.parameters | parameters


def filled(con: duckdb.DuckDBPyConnection, opened: Opened, cut: Slice) -> frozenset[str]:
    """The shown columns that hold anything in some row of a slice: the others would stand there empty."""
    names = [column.name for column in shown_columns(opened)]
    where, parameters = _conditions(opened, cut)
    counts = ", ".join(f'count("{name}")' for name in names)
    row = con.execute(opened.statement(f"select {counts} from opened where {where}"), opened.parameters | parameters).fetchone()
    return frozenset(name for name, count in zip(names, row or (), strict=False) if count)


def flags(opened: Opened) -> tuple[str, ...]:
    """The columns that say what part a row has in the answer."""
    return (*FLAGS, "age") if "age" in opened.amounts else FLAGS


def _conditions(opened: Opened, cut: Slice) -> tuple[str, dict[str, Any]]:
    if cut.side not in SIDES:
        raise QueryRefused(f"There is no side {cut.side!r} of a figure; choose one of {', '.join(SIDES)}.")
    parts, parameters = [SIDES[cut.side]], {}
    known = set(masked_columns(opened.mart, list(tables()[opened.mart].columns)))
    for number, (name, value) in enumerate(cut.only):
        if name not in known:
            raise QueryRefused(f"The rows of {opened.question.metric.id} have no column {name!r} to choose by.")
        parts.append(f'"{name}"::varchar = $only_{number}')
        parameters[f"only_{number}"] = value
    texts = [column.name for column in shown_columns(opened) if column.type == "VARCHAR"]
    if cut.find and texts:
        hits = [f'contains(lower("{name}"), lower($find))' for name in texts]
        parameters["find"] = cut.find
        for name, codes in cut.named:
            if name in texts and codes:
                hits.append(f'"{name}" in (select unnest($named_{name}))')
                parameters[f"named_{name}"] = list(codes)
        parts.append(f"({' or '.join(hits)})")
    return " and ".join(parts), parameters


def _order(opened: Opened, cut: Slice) -> str:
    key = [f'"{name}"' for name in opened.key]
    if not cut.sort:
        return ", ".join(key)
    if cut.sort not in {*(column.name for column in shown_columns(opened)), *flags(opened)}:
        raise QueryRefused(f"The rows of {opened.question.metric.id} cannot be sorted by {cut.sort!r}, which they do not show.")
    return ", ".join([f'"{cut.sort}" {"desc" if cut.is_descending else "asc"} nulls last', *key])
