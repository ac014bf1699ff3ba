"""Metrics over what is only published as totals: channel volumes, interaction points, service standards. Literal rows, values worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.compile import Query
from metrics.evaluate import answer
from metrics.rollup import build_rollups

YEAR, NEXT = date(2022, 4, 1), date(2023, 4, 1)


def volume(item: str, channel: str, number: float | None, *, known: bool = True, start: date = YEAR) -> dict:
    group = {"web": "online", "app": "online", "window": "staffed", "hotline": "remote_staffed"}.get(channel, "other")
    return {"item_id": item, "channel": channel, "channel_group": group, "applications": number, "period_start_on": start,
            "is_reported": number is not None, "is_no_data": number is None and known}  # fmt: skip


def interaction(item: str, statuses: str, start: date = YEAR) -> dict:
    """`statuses`: one letter a point (y, n, a) in the order of the contract."""
    words = [{"y": "yes", "n": "no", "a": "not_applicable"}[letter] for letter in statuses]
    names = ("registration", "authentication", "application", "decision", "issuance", "resolution")
    return {"item_id": item, "period_start_on": start, **dict(zip(names, words, strict=True)), "online_points": statuses.count("y"),
            "applicable_points": 6 - statuses.count("a"), "is_assessed": statuses != "aaaaaa", "is_end_to_end": "y" in statuses and "n" not in statuses}  # fmt: skip


def one(con, metric: str, by: tuple[str, ...] = (), **params: str) -> list[tuple]:
    rows = answer(con, Query(metric, by, params=tuple(params.items()))).rows
    return [(*(row[name] for name in by), row["state"], row["value"], row["n"]) for row in rows]


@pytest.fixture
def volumes(con, make_mart):
    make_mart(con, "mart_channel_volume", [
        volume("a", "web", 70), volume("a", "app", 10), volume("a", "window", 15), volume("a", "mail", 5), volume("a", "fax", None),
        volume("b", "web", None, known=False), volume("b", "hotline", 0), volume("b", "email", None), volume("c", "web", 20, start=NEXT),
    ])  # fmt: skip
    build_rollups(con)
    return con


def test_online_volume_share_leaves_out_what_is_not_known(volumes) -> None:
    assert one(volumes, "online_volume_share") == [("value", pytest.approx(100 / 120), 6)]
    assert one(volumes, "online_volume_share", ("year",)) == [(2022, "value", 0.8, 5), (2023, "value", 1.0, 1)]


def test_applications_reported_never_makes_a_zero_of_nothing(volumes) -> None:
    assert one(volumes, "applications_reported", ("channel",)) == [
        ("app", "value", 10, 1), ("email", "not_provided", None, 0), ("fax", "not_provided", None, 0), ("hotline", "value", 0, 1),
        ("mail", "value", 5, 1), ("web", "value", 90, 2), ("window", "value", 15, 1),
    ]  # fmt: skip


def test_volume_reported_share_tells_no_data_from_not_applicable(volumes) -> None:
    rows = answer(volumes, Query("volume_reported_share")).rows
    assert [(row["numerator"], row["denominator"]) for row in rows] == [(6, 8)]


@pytest.fixture
def points(con, make_mart):
    make_mart(con, "mart_interaction", [
        *[interaction(f"e{n}", "yyyyya") for n in range(3)], *[interaction(f"p{n}", "ynyyny") for n in range(9)],
        interaction("none", "aaaaaa"), interaction("offline", "nnnnnn"),
    ])  # fmt: skip
    build_rollups(con)
    return con


def test_end_to_end_needs_every_point_that_applies(points) -> None:
    assert one(points, "end_to_end_online_share") == [("value", pytest.approx(3 / 13), 13)]


@pytest.mark.parametrize(
    ("point", "yes", "applies"),
    [
        ("registration", 12, 13),
        ("authentication", 3, 13),
        ("application", 12, 13),
        ("decision", 12, 13),
        ("issuance", 3, 13),
        ("resolution", 9, 10),
    ],
)
def test_each_point_by_itself(points, point: str, yes: int, applies: int) -> None:
    assert one(points, "interaction_point_online_share", variant=point) == [("value", pytest.approx(yes / applies), applies)]


def test_standards_met_by_number_and_by_volume(con, make_mart) -> None:
    met = {"period_start_on": YEAR, "channel_group": "other"}
    make_mart(con, "mart_service_standard", [
        *[{**met, "standard_id": f"y{n}", "is_met": True} for n in range(7)], *[{**met, "standard_id": f"n{n}", "is_met": False} for n in range(5)],
        {**met, "standard_id": "na", "is_met": None},
        {**met, "standard_id": "big", "is_met": True, "volume_met": 900.0, "volume_total": 1000.0, "is_volume_known": True},
        {**met, "standard_id": "small", "is_met": False, "volume_met": 0.0, "volume_total": 10.0, "is_volume_known": True},
        {**met, "standard_id": "unknown", "is_met": None, "volume_met": None, "volume_total": 500.0, "is_volume_known": False},
    ])  # fmt: skip
    build_rollups(con)
    assert one(con, "standards_met_rate") == [("value", pytest.approx(8 / 14), 14)]
    assert one(con, "standards_met_rate", variant="volume") == [("value", pytest.approx(900 / 1010), 2)]


def test_without_the_feed_nothing_is_provided(con) -> None:
    build_rollups(con)
    for metric in (
        "online_volume_share",
        "applications_reported",
        "volume_reported_share",
        "end_to_end_online_share",
        "standards_met_rate",
    ):
        assert one(con, metric) == [("not_provided", None, 0)]
