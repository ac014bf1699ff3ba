"""The whole survival curve behind a survival_quantile, from the life table that the quantile itself is read from.

The quantile of the curve is the metric's answer; the two are tested against each other.
"""

from __future__ import annotations

import duckdb

from metrics.compile import compile_query
from metrics.evaluate import Store
from metrics.query import Query, read_query
from metrics.spec import QueryRefused
from metrics.statistics.survival import Curve, curve, from_start


def life_curve(con: duckdb.DuckDBPyConnection, query: Query, store: Store) -> Curve | None:
    """The Kaplan–Meier curve with its Greenwood band for a question without a breakdown; None where its records were never provided or none are there."""
    question = read_query(query)
    if question.form.kind != "survival_quantile" or question.by:
        raise QueryRefused(f"{query.metric} has a survival curve only as a quantile of times, and only without a breakdown.")
    if not {question.metric.mart, *question.form.requires} <= store.provided:
        return None
    compiled = compile_query(query, store.catalog)
    found = curve(from_start(con.execute(compiled.sql, compiled.parameters).fetchall()))
    return found if found.n else None
