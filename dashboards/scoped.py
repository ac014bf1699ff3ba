"""A page's own fixed statements on marts, narrowed to the page's place, filters and days. For rows that no metric answers, such as lists of things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import polars as pl

from dashboards.course import PLACES, Scope
from dashboards.gate import Gate
from metrics.dimensions import DIMENSIONS
from metrics.marts import counted_rows, mart_columns

NOTHING = "false"


def scoped(gate: Gate, statement: str, scope: Scope, tables: Mapping[str, str], **values: object) -> pl.DataFrame:
    """The rows of a statement, read once for each scope.

    `tables`: placeholders of the statement (`{cases}`) by the mart that each narrows to the scope's place and filters. `$start` and `$end`
    (exclusive) are the bounds of the scope's period; `values` are further parameters. Filters that a mart lacks are left out, as in metrics.
    """
    bound: dict[str, object] = {"start": scope.period.start, "end": scope.period.end, **values}
    narrowed = {name: _narrowed(mart, scope, bound) for name, mart in tables.items()}
    sql = statement.format(**narrowed)
    used = {name: value for name, value in bound.items() if f"${name}" in sql}
    key = ("scoped", sql, tuple(sorted(used.items(), key=lambda pair: pair[0])))
    return gate.once(key, lambda: gate.read(lambda cursor, _: cursor.execute(sql, used).pl()))


def _narrowed(mart: str, scope: Scope, bound: dict[str, object]) -> str:
    """The mart's rows in the scope as something to select from."""
    columns = mart_columns(mart)
    conditions = [part for part in (counted_rows(mart),) if part != "true"]
    for name, value in (*scope.where, *((("channel", scope.channel),) if scope.channel else ())):
        column = DIMENSIONS[name].column
        if column in columns:
            bound[f"where_{name}"] = value
            conditions.append(f"{column} = $where_{name}")
        elif name in PLACES:
            conditions.append(NOTHING)  # a mart that does not know places of this level has no rows in one of them
    return f"(from {mart} where {' and '.join(conditions) or 'true'})"


def everywhere(scope: Scope) -> Scope:
    """The scope without its place and filters: what is short and costs the same for all is read once, then narrowed by `within`."""
    return replace(scope, where=(), channel="")


def within(rows: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """The rows in the scope's place and filters. Filters that the rows do not have are left out, as in metrics."""
    asked = (*scope.where, *((("channel", scope.channel),) if scope.channel else ()))
    kept = [pl.col(DIMENSIONS[name].column) == value for name, value in asked if DIMENSIONS[name].column in rows.columns]
    return rows.filter(kept) if kept else rows


def last_day(scope: Scope) -> date:
    """The last day of the period that the data reach."""
    return min(scope.period.last_day, scope.as_of)
