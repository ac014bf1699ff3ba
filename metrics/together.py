"""Several statements in few: what a page asks of one table for one scope is summed in one pass, and equal statements run once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from metrics.compile import LIFE_TABLE, Compiled
from metrics.stock import is_sparse
from metrics.survival import quantiles

Found = list[tuple[Any, ...]]  # what a statement found, column by column; none without rows


def run_together(con: duckdb.DuckDBPyConnection, compiled: Sequence[Compiled]) -> list[Found]:
    """What each statement found, in the order given."""
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for index, each in enumerate(compiled):
        alike[_scope(each)].append(index)
    found: list[Found] = [[] for _ in compiled]
    for members in alike.values():
        for index, columns in zip(members, _found(con, [compiled[index] for index in members]), strict=True):
            found[index] = columns
    return found


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


def _found(con: duckdb.DuckDBPyConnection, alike: list[Compiled]) -> list[Found]:
    first = alike[0]
    if first.source is None or first.summed is None or len(alike) == 1:
        return _alone(con, alike)
    names = {sql: f"sum_{number}" for number, sql in enumerate(dict.fromkeys(sql for each in alike for sql in _aggregates(each)))}
    merged = first.summed(replace(first.source, roles={name: sql for sql, name in names.items()}))
    found = _columns(con.execute(merged.sql, merged.parameters).fetchall())
    return [_picked(found, each, list(names)) for each in alike]


def _alone(con: duckdb.DuckDBPyConnection, alike: list[Compiled]) -> list[Found]:
    """What the very same statement found; of a life table, each one's own quantile."""
    found = con.execute(alike[0].sql, alike[0].parameters)
    if alike[0].roles != LIFE_TABLE:
        return [_columns(found.fetchall())] * len(alike)
    table = found.pl()
    return [_columns(quantiles(table, each.question.by, each.question.form.quantile)) for each in alike]


def _columns(rows: list[tuple]) -> Found:
    return list(zip(*rows, strict=True))


def _aggregates(compiled: Compiled) -> list[str]:
    return list(compiled.source.roles.values()) if compiled.source else []


def _picked(found: Found, compiled: Compiled, aggregates: list[str]) -> Found:
    """Its dimensions and the sums that one statement asked for; of a stock by places only the rows where there is any."""
    if not found:
        return []
    width = len(compiled.question.by)
    columns = [*found[:width], *(found[width + aggregates.index(sql)] for sql in _aggregates(compiled))]
    counts = columns[width + compiled.roles.index("n")]
    if not is_sparse(compiled.question) or all(counts):
        return columns
    return _columns([row for row, count in zip(zip(*columns, strict=True), counts, strict=True) if count])
