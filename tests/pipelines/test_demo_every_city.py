"""What holds for every city made after an article: references resolve, cases run forwards, both languages, enough of everything to look at."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.demo.cities import CITIES, make_city

ARTICLES = [name for name in CITIES if name != "foshan"]
SCALE = 0.02
Table = Callable[[str, str], pl.DataFrame]


@pytest.fixture(scope="module")
def rows(city_files: Callable[[float], Table]) -> Table:
    return city_files(SCALE)


@pytest.mark.parametrize("city", ARTICLES)
def test_references_resolve(rows: Table, city: str) -> None:
    items, points, divisions = (rows(city, feed) for feed in ("service_items", "service_points", "divisions"))
    events, tickets = rows(city, "case_events"), rows(city, "queue_tickets")
    assert events["event_id"].is_unique().all()
    assert tickets["ticket_id"].is_unique().all()
    assert set(events["item_id"].drop_nulls()) <= set(items["item_id"])
    assert set(events["point_id"].drop_nulls()) <= set(points["point_id"])
    assert set(tickets["window_point_id"].drop_nulls()) <= set(points["point_id"])
    assert set(tickets["case_id"].drop_nulls()) <= set(events["case_id"])
    assert set(items["dept_id"]) <= set(rows(city, "departments")["dept_id"])
    assert set(items["division_code"]) | set(divisions["parent_code"].drop_nulls()) <= set(divisions["division_code"])


@pytest.mark.parametrize("city", ARTICLES)
def test_every_case_names_its_item_and_runs_forwards(rows: Table, city: str) -> None:
    events = rows(city, "case_events").sort("case_id", "occurred_at", maintain_order=True)
    by_case = events.group_by("case_id").agg(
        pl.col("item_id").drop_nulls().n_unique().alias("items"),
        pl.col("occurred_at").filter(pl.col("event_type").is_in(["submitted", "received", "onsite_submission"])).min().alias("asked"),
        pl.col("occurred_at").filter(pl.col("event_type") == "accepted").min().alias("accepted"),
        pl.col("occurred_at").filter(pl.col("event_type") == "completed").min().alias("completed"),
    )
    assert (by_case["items"] == 1).all()
    assert (by_case["asked"] <= by_case["accepted"]).all()
    assert (by_case["accepted"] <= by_case["completed"]).all()


@pytest.mark.parametrize("city", ARTICLES)
def test_names_stand_in_both_languages(rows: Table, city: str) -> None:
    for feed in ("divisions", "departments", "service_items", "item_materials", "service_points"):
        table = rows(city, feed).select("name_zh", "name_en")
        assert table["name_zh"].str.contains(r"\p{Han}").all(), feed
        assert table["name_en"].null_count() == 0, feed
        assert not table["name_en"].str.contains(r"\p{Han}").any(), feed


@pytest.mark.parametrize("city", ARTICLES)
def test_eighteen_months_of_cases_tickets_ratings_and_papers(rows: Table, city: str) -> None:
    for feed, column in (
        ("case_events", "occurred_at"),
        ("queue_tickets", "issued_at"),
        ("ratings", "rated_at"),
        ("case_materials", "submitted_at"),
    ):
        months = rows(city, feed)[column].str.slice(0, 7).drop_nulls().unique()
        assert len(months) >= 18, feed


@pytest.mark.parametrize("city", ARTICLES)
def test_limits_agree_with_the_case_type(rows: Table, city: str) -> None:
    items = rows(city, "service_items").with_columns(pl.col("promised_limit", "legal_limit").cast(pl.Float64))
    spot = items["case_type"] == "on_the_spot"
    assert (items.filter(spot)["promised_limit"] == 0).all()
    assert items.filter(~spot & (pl.col("promised_limit") > pl.col("legal_limit"))).is_empty()


def test_same_seed_and_scale_give_the_same_bytes(tmp_path: Path) -> None:
    first, second, other = (make_city("shanghai", tmp_path / name, scale=0.002, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert {path.name: path.read_bytes() for path in first} != {path.name: path.read_bytes() for path in other}


def test_registers_do_not_follow_the_scale(rows: Table, tmp_path: Path) -> None:
    made = {path.name: path for path in make_city("shanghai", tmp_path, scale=0.005)}
    for feed in ("service_items", "item_channels", "service_points", "divisions", "departments", "elicence_stock"):
        assert pl.read_csv(made[f"{feed}.csv"], infer_schema=False).equals(rows("shanghai", feed)), feed
