"""The shipped sources through models, rollups and metrics: reference answers of the real records where a metric fits them, and why where it rightly differs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from metrics.compile import Query
from metrics.evaluate import answer
from metrics.rollup import build_rollups
from warehouse.build import build_models

JANUARY = {"start": date(2020, 1, 1), "end": date(2020, 2, 1)}


class Asked:
    """A loaded source with its marts and rollups, and answers of its metrics."""

    def __init__(self, loaded: Any) -> None:
        self.loaded = loaded
        self.report = build_models(loaded.con)
        build_rollups(loaded.con)

    def one(self, metric: str, **params: str) -> dict[str, Any]:
        """The answer to a metric without a breakdown."""
        return self.rows(metric, (), **params)[0]

    def rows(self, metric: str, by: tuple[str, ...], **params: str) -> list[dict[str, Any]]:
        """The answer by dimensions; start and end are the period, all else are parameters."""
        period = {name: params.pop(name) for name in ("start", "end") if name in params}
        return answer(self.loaded.con, Query(metric, by, params=tuple(params.items()), **period)).rows

    def values(self, metric: str, by: str, **params: Any) -> dict[Any, Any]:
        """Value by one dimension."""
        return {row[by]: row["value"] for row in self.rows(metric, (by,), **params)}


def asked(load: Callable[[], Any]):
    with load() as loaded:
        yield Asked(loaded)


@pytest.fixture(scope="module")
def boston(real, tmp_path_factory: pytest.TempPathFactory):
    yield from asked(lambda: real("boston311", "boston311-2015", tmp_path_factory.mktemp("boston")))


@pytest.fixture(scope="module")
def permits(real, tmp_path_factory: pytest.TempPathFactory):
    yield from asked(lambda: real("bpic15_permits", "bpic15-1-permits", tmp_path_factory.mktemp("permits")))


@pytest.fixture(scope="module")
def warsaw(real, tmp_path_factory: pytest.TempPathFactory):
    yield from asked(lambda: real("warsaw_queues", "warsaw-queues", tmp_path_factory.mktemp("warsaw")))


@pytest.fixture(scope="module")
def canada(real, tmp_path_factory: pytest.TempPathFactory):
    yield from asked(lambda: real("gc_service_inventory", "gc-service-inventory", tmp_path_factory.mktemp("canada")))


# ---- Boston ----


def test_boston_received(boston: Asked) -> None:
    assert boston.one("cases_received")["value"] == 10561
    assert boston.values("cases_received", "channel") == {"app": 957, "hotline": 5963, "other": 2006, "web": 1635}
    online = boston.values("cases_received", "channel_group")["online"]
    assert round(online / boston.one("cases_received")["value"], 6) == 0.245431


def test_boston_online_application_rate_is_of_completed_cases(boston: Asked) -> None:
    """The reference's online share is of all requests; the metric's of those completed: 829 + 1597 of 9,567."""
    row = boston.one("online_application_rate")
    assert (row["numerator"], row["denominator"], round(row["value"], 6)) == (2426, 9567, 0.25358)


def test_boston_completed_on_the_day(boston: Asked) -> None:
    row = boston.one("on_the_spot_completion_rate")
    assert (row["numerator"], row["denominator"], round(row["value"], 6)) == (4627, 9567, 0.483642)
    by_channel = boston.values("on_the_spot_completion_rate", "channel")
    assert (round(by_channel["app"], 6), round(by_channel["hotline"], 6), round(by_channel["web"], 6)) == (0.173703, 0.567865, 0.233563)


def test_boston_types_places_departments(boston: Asked) -> None:
    assert boston.values("cases_received", "theme") == {
        "OCR Front Desk Interactions": 2476, "Sticker Request": 2459, "Rodent Activity": 2171,
        "General Lighting Request": 1429, "PWD Graffiti": 1404, "Needle Pickup": 622,
    }  # fmt: skip
    districts = boston.values("cases_received", "district")
    assert (districts["Dorchester"], districts["Allston / Brighton"], districts[None], len(districts)) == (1257, 930, 2535, 24)
    assert len(boston.values("cases_received", "department")) == 10


def test_boston_requests_that_close_before_they_open_are_flagged(boston: Asked) -> None:
    """36 requests close minutes before they open, on one date. Clocks count dates, so theirs stand at 0 and are not negative; the flag tells."""
    broken = boston.loaded.row("""
        select count(*), max(handling_working_days), min(handling_working_days), bool_and(list_contains(dq_flags, 'order_broken'))
        from mart_case where completed_at < application_at""")
    assert broken == (36, 0, 0, True)
    assert boston.loaded.row("select count(*) from mart_case where is_order_broken") == (36,)
    assert boston.one("cases_completed")["value"] == 9567


def test_boston_handling_time_is_in_working_days_of_requests_with_a_target(boston: Asked) -> None:
    """The reference's median of 11.8 hours is of all closed requests by the wall clock; handling_time is of requests that have a
    target (type commitment), in working days, and counts the open ones as censored."""
    row = boston.one("handling_time")
    usable = boston.loaded.row("select count(survival_working_days) from mart_case where case_type = 'commitment'")
    assert (row["state"], row["n"]) == ("value", *usable)
    assert row["value"] >= 1


# ---- Permits ----


def test_permits_by_year_of_their_first_event(permits: Asked) -> None:
    assert permits.values("cases_received", "year") == {2010: 79, 2011: 353, 2012: 304, 2013: 200, 2014: 235, 2015: 28}
    assert permits.report.as_of == date(2015, 8, 1)


def test_permits_are_never_called_completed(permits: Asked) -> None:
    """No activity code is known to be a decision, so nothing that needs one has a number."""
    assert permits.one("cases_completed")["value"] == 0
    assert permits.one("on_the_spot_completion_rate")["state"] == "not_applicable"


# ---- Warsaw ----


def test_warsaw_waiting(warsaw: Asked) -> None:
    assert round(warsaw.one("queue_length_mean", **JANUARY)["value"], 5) == 1.02498
    by_site = {site: round(value, 6) for site, value in warsaw.values("queue_length_mean", "site", **JANUARY).items()}
    assert by_site == {"UD_Bielany": 1.619036, "UD_Wola": 1.455327, "UD_Zoliborz": 0.411194, "USC_Andersa": 0.240376}


def test_warsaw_calls(warsaw: Asked) -> None:
    assert warsaw.one("queue_calls", **JANUARY)["value"] == 8302
    assert warsaw.values("queue_calls", "site", **JANUARY) == {"UD_Bielany": 3472, "UD_Wola": 2565, "UD_Zoliborz": 1675, "USC_Andersa": 590}


def test_warsaw_unstaffed(warsaw: Asked) -> None:
    assert round(warsaw.one("unstaffed_queue_share", **JANUARY)["value"], 6) == 0.023858


def test_warsaw_offices_lie_in_districts(warsaw: Asked) -> None:
    calls = warsaw.values("queue_calls", "district", **JANUARY)
    assert calls == {"PL-Warszawa-Bielany": 3472, "PL-Warszawa-Wola": 2565, "PL-Warszawa-Zoliborz": 1675, None: 590}


# ---- Canada ----


def test_canada_volumes(canada: Asked) -> None:
    assert round(canada.one("online_volume_share")["value"], 6) == 0.654422
    assert canada.values("applications_reported", "channel") == {
        "web": 267041986, "window": 102586355, "mail": 21405372, "hotline": 3809010, "email": 3179476, "fax": 115809, "other": 9919487,
    }  # fmt: skip


def test_canada_steps(canada: Asked) -> None:
    row = canada.one("end_to_end_online_share")
    assert (row["numerator"], round(row["value"], 6)) == (417, 0.332801)
    names = ("registration", "authentication", "application", "decision", "issuance", "resolution")
    shares = [round(canada.one("interaction_point_online_share", variant=name)["value"], 6) for name in names]
    assert shares == [0.432212, 0.429167, 0.514554, 0.319714, 0.389728, 0.420504]


def test_canada_standards(canada: Asked) -> None:
    assert round(canada.one("standards_met_rate")["value"], 5) == 0.73412
    assert round(canada.one("standards_met_rate", variant="volume")["value"], 6) == 0.949549
    by_channel = {channel: round(value, 6) for channel, value in canada.values("standards_met_rate", "channel").items()}
    assert by_channel == {
        "email": 0.776447, "fax": 0.923077, "hotline": 0.634615, "mail": 0.590909, "other": 0.684882, "web": 0.787276, "window": 0.651163,
    }  # fmt: skip


def test_canada_catalogue(canada: Asked) -> None:
    assert canada.one("catalogue_items")["value"] == 1716
    assert canada.one("catalogue_departments")["value"] == 78


# ---- the marts of published totals, on the golden file ----


def test_golden_totals_become_marts(golden, tmp_path: Path) -> None:
    with golden("gc_service_inventory", tmp_path) as loaded:
        build_models(loaded.con)
        volumes = loaded.rows(
            "select item_id, channel, channel_group, applications, is_reported, is_no_data, dept_id, theme from mart_channel_volume where item_id = '13' order by 2"
        )
        points = loaded.rows(
            "select item_id, year(period_start_on), applicable_points, online_points, is_assessed, is_end_to_end from mart_interaction order by 1, 2"
        )
        standards = loaded.rows(
            "select standard_id, channel, channel_group, is_met, is_volume_known from mart_service_standard where period_start_on >= '2023-04-01' order by 1"
        )
    owner = ("ab-cd", "LRP")
    assert volumes == [
        ("13", "email", "other", None, False, True, *owner), ("13", "fax", "other", 1.0, True, False, *owner),
        ("13", "hotline", "remote_staffed", None, False, True, *owner), ("13", "mail", "other", 4.0, True, False, *owner),
        ("13", "other", "other", 2.0, True, False, *owner), ("13", "web", "online", None, False, True, *owner),
        ("13", "window", "staffed", 3.0, True, False, *owner),
    ]  # fmt: skip
    assert points == [
        ("11", 2022, 5, 2, True, False),
        ("11", 2023, 5, 5, True, True),
        ("13", 2023, 6, 2, True, False),
        ("SRV02", 2023, 0, 0, False, False),
    ]
    assert standards == [
        ("501", "web", "online", True, True), ("502", "hotline", "remote_staffed", None, False), ("503", "mail", "other", True, True),
        ("504", "email", "other", None, False), ("505", "fax", "other", True, True), ("506", "other", "other", False, True),
        ("NA", "window", "staffed", None, False),
    ]  # fmt: skip
