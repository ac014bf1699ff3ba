"""Several statements in few: what a page asks of one table for one scope is summed in one pass, and equal statements run once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace

import duckdb

from metrics.compile import LIFE_TABLE, Compiled, sums
from metrics.survival import quantiles


def run_together(con: duckdb.DuckDBPyConnection, compiled: Sequence[Compiled]) -> list[list[tuple]]:
    """The rows of each statement, in the order given."""
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for index, each in enumerate(compiled):
        alike[_scope(each)].append(index)
    rows: list[list[tuple]] = [[] for _ in compiled]
    for members in alike.values():
        for index, found in zip(members, _rows_of(con, [compiled[index] for index in members]), strict=True):
            rows[index] = found
    return rows


def _scope(compiled: Compiled) -> Hashable:
    """Statements with one scope can be one statement: the same table, breakdown, filters and period (or the very same text)."""
    question, source = compiled.question, compiled.source
    if source is None:
        return compiled.sql, tuple(compiled.parameters.items())
    return (
        source.relation,
        source.date,
        source.scope,
        question.by,
        tuple(question.where.items()),
        question.start,
        question.end,
        question.metric.ends_at_release,
    )


def _rows_of(con: duckdb.DuckDBPyConnection, alike: list[Compiled]) -> list[list[tuple]]:
    first = alike[0]
    if first.source is None or len(alike) == 1:
        return _alone(con, alike)
    names = {sql: f"sum_{number}" for number, sql in enumerate(dict.fromkeys(sql for each in alike for sql in _aggregates(each)))}
    merged = sums(first.question, replace(first.source, roles={name: sql for sql, name in names.items()}))
    found = con.execute(merged.sql, merged.parameters).fetchall()
    return [_picked(found, len(first.question.by), [list(names).index(sql) for sql in _aggregates(each)]) for each in alike]


def _alone(con: duckdb.DuckDBPyConnection, alike: list[Compiled]) -> list[list[tuple]]:
    """Rows of the very same statement; of a life table, each one's own quantile."""
    found = con.execute(alike[0].sql, alike[0].parameters)
    if alike[0].roles != LIFE_TABLE:
        rows = found.fetchall()
        return [rows for _ in alike]
    table = found.pl()
    return [quantiles(table, each.question.by, each.question.form.quantile) for each in alike]


def _aggregates(compiled: Compiled) -> list[str]:
    return list(compiled.source.roles.values()) if compiled.source else []


def _picked(rows: list[tuple], width: int, columns: list[int]) -> list[tuple]:
    """Of each row its dimensions and the sums that one statement asked for."""
    return [(*row[:width], *(row[width + column] for column in columns)) for row in rows]
