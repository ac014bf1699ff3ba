"""The rules that catch codes mapped the wrong way round, on literal rows: silent on what is as it should be, heard when it is turned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from data_quality.catalogue import suites
from warehouse.contract import tables
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_store(Settings(Path(tmp_path_factory.mktemp("store"))).prepare())
    con.execute(f"create table mart_case ({', '.join(f'{c.name} {c.type}' for c in tables()['mart_case'].columns.values())})")
    yield con
    con.close()


def breaches(con: duckdb.DuckDBPyConnection, table: str, rule_id: str) -> list[tuple]:
    rule = next(rule for rule in suites()[table] if rule.id == rule_id)
    return con.execute(rule.breaches(table) or "").fetchall()


def ratings(con: duckdb.DuckDBPyConnection, channel: str, month: int, good: int, neutral: int, bad: int) -> None:
    con.execute(
        "insert into core_rating (rating_id, grade, rated_on, channel, source_id) select $1 || $2 || n, case when n <= $3 then 5 when n <= $3 + $4 then 3"
        " else 1 end, make_date(2024, $2, 8), $1, 's' from range(1, $3 + $4 + $5 + 1) as t (n)",
        [channel, month, good, neutral, bad],
    )


def test_one_channel_that_turns_round_in_one_month(store) -> None:
    store.execute("delete from core_rating")
    ratings(store, "window", 1, 900, 50, 5)
    ratings(store, "terminal", 1, 200, 20, 1)
    ratings(store, "terminal", 2, 5, 60, 195)  # the new software
    ratings(store, "hotline", 2, 10, 0, 89)  # too few to be sure
    ratings(store, "web", 2, 60, 0, 60)
    assert [row[:2] for row in breaches(store, "core_rating", "scale_direction_by_month")] == [("s", "terminal")]
    assert breaches(store, "core_rating", "scale_direction") == []  # over all, nothing shows


def test_followed_up_ratings_that_stand_as_good(store) -> None:
    store.execute("delete from core_rating")
    ratings(store, "window", 1, 40, 0, 40)
    follow = "insert into core_rating_followup (rating_id, attempt, source_id) select rating_id, 1, 's' from core_rating where grade"
    store.execute(f"{follow} = 1")
    assert breaches(store, "core_rating_followup", "followed_up_are_not_good") == []
    store.execute("update core_rating set grade = 6 - grade")
    assert breaches(store, "core_rating_followup", "followed_up_are_not_good") == [("s", 40, 40)]


def test_case_types_that_contradict_their_limits(store) -> None:
    store.execute(
        "insert into core_service_item (item_id, case_type, promised_limit, source_id)"
        " select 'i' || n, case when n % 2 = 0 then 'on_the_spot' else 'commitment' end, (n % 2) * 5, 's' from range(60) as t (n)"
    )
    assert breaches(store, "core_service_item", "case_type_direction") == []
    store.execute("update core_service_item set promised_limit = 5 - promised_limit")
    assert breaches(store, "core_service_item", "case_type_direction") == [("s", 60, 60)]


def test_cases_of_one_day_belong_on_the_spot(store) -> None:
    store.execute(
        "insert into mart_case (case_id, source_id, case_type, is_completed, is_decided_same_day)"
        " select 'c' || n, 's', case when n % 2 = 0 then 'on_the_spot' else 'commitment' end, true, n % 2 = 0 or n % 10 = 1 from range(400) as t (n)"
    )
    assert breaches(store, "mart_case", "same_day_by_case_type") == []
    store.execute("update mart_case set case_type = case when case_type = 'commitment' then 'on_the_spot' else 'commitment' end")
    ((source, *_),) = breaches(store, "mart_case", "same_day_by_case_type")
    assert source == "s"
