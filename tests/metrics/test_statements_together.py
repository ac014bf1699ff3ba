"""What a page asks of one table for one scope is one statement, and each figure finds in it what it would have found alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from metrics.compile import Query, compile_query
from metrics.evaluate import answer_all, read_store
from metrics.rollup import build_rollups
from metrics.together import run_together

SPRING: dict[str, Any] = {"start": date(2024, 1, 1), "end": date(2024, 4, 1)}
VERIFIED = (("variant", "verified"),)


class Counted:
    """A connection that remembers what it was asked."""

    def __init__(self, con: Any) -> None:
        self.con = con
        self.asked: list[str] = []

    def execute(self, sql: str, parameters: object) -> Any:
        self.asked.append(sql)
        return self.con.execute(sql, parameters)


@pytest.fixture
def accounts(con, make_mart):
    """Two accounts of Shunde, of which one is verified, and one of Nanhai, which is closed in March."""
    open_end = "9999-12-31"
    rows = (
        (1, "440606", "2024-01-10", open_end, True),
        (2, "440606", "2024-03-05", open_end, False),
        (3, "440605", "2024-02-01", "2024-03-09", False),
    )
    keys = ("account_no", "district_code", "registered_on", "closed_on", "is_verified")
    make_mart(con, "mart_account", [dict(zip(keys, row, strict=True)) for row in rows])
    build_rollups(con)
    return con


def counts(found):
    return [(row["district"], row["month"], row["value"]) for row in found.rows]


def test_stocks_of_one_scope_are_one_statement_and_a_place_without_any_is_no_row(accounts):
    queries = [Query("accounts_registered", ("district", "month"), params=params, **SPRING) for params in ((), VERIFIED)]
    every, verified = answer_all(accounts, queries)
    assert counts(every) == [("440605", "2024-02", 1), ("440606", "2024-01", 1), ("440606", "2024-02", 1), ("440606", "2024-03", 2)]
    assert counts(verified) == [("440606", month, 1) for month in ("2024-01", "2024-02", "2024-03")]
    counted = Counted(accounts)
    run_together(counted, [compile_query(query, read_store(accounts).catalog) for query in queries])  # type: ignore[arg-type]
    assert len(counted.asked) == 1


def test_without_places_every_cut_is_a_row_even_where_there_is_none(accounts):
    nanhai = (("district", "440605"),)
    queries = [Query("accounts_registered", ("month",), nanhai, params=params, **SPRING) for params in ((), VERIFIED)]
    every, verified = answer_all(accounts, queries)
    assert [(row["month"], row["numerator"]) for row in every.rows] == [("2024-01", 0), ("2024-02", 1), ("2024-03", 0)]
    assert [(row["month"], row["numerator"]) for row in verified.rows] == [("2024-01", 0), ("2024-02", 0), ("2024-03", 0)]


@pytest.mark.parametrize("other", [
    Query("accounts_registered", ("month",), params=VERIFIED, start=date(2024, 2, 1), end=date(2024, 4, 1)),
    Query("accounts_registered", ("month",), (("district", "440606"),), params=VERIFIED, **SPRING),
    Query("accounts_registered", ("district", "month"), params=VERIFIED, **SPRING),
])  # fmt: skip
def test_another_period_filter_or_breakdown_is_a_statement_of_its_own(accounts, other):
    counted, catalog = Counted(accounts), read_store(accounts).catalog
    run_together(counted, [compile_query(query, catalog) for query in (Query("accounts_registered", ("month",), **SPRING), other)])  # type: ignore[arg-type]
    assert len(counted.asked) == 2
