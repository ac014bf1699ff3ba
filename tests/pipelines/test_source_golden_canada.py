"""Canada's service inventory, golden/gc_service_inventory_*.csv: NA and ND are values, one record becomes many rows."""

from __future__ import annotations

from datetime import date

import pytest


@pytest.fixture(scope="module")
def canada(golden, tmp_path_factory: pytest.TempPathFactory):
    with golden("gc_service_inventory", tmp_path_factory.mktemp("canada")) as found:
        yield found


def test_canada_receipts_and_refusals(canada) -> None:
    assert canada.counts() == [("channel_volumes", 8, 4, 4), ("service_standards", 10, 8, 2)]
    assert canada.reasons() == [
        (5, ["E_ENUM:status"]),
        (6, ["E_TYPE_NUM:applications"]),
        (7, ["E_ENUM:audience"]),
        (8, ["E_TYPE_TS:period_start", "E_TYPE_TS:period_end", "E_TYPE_NUM:version", "E_TYPE_TS:valid_from"]),
        (9, ["E_ENUM:channel"]),
        (10, ["E_ENUM:met"]),
    ]


def test_canada_volumes_tell_zero_from_missing(canada) -> None:
    rows = canada.rows(
        "select item_id, period_start, period_end, channel, applications, availability from core_channel_volume where item_id in ('11', '13') order by 1, 2, 4"
    )
    y22, y23 = (date(2022, 4, 1), date(2023, 3, 31)), (date(2023, 4, 1), date(2024, 3, 31))
    assert rows == [
        ("11", *y22, "email", 9.0, "reported"), ("11", *y22, "fax", 0.0, "reported"), ("11", *y22, "hotline", 6.0, "reported"),
        ("11", *y22, "mail", None, "no_data"), ("11", *y22, "other", None, "not_applicable"), ("11", *y22, "web", 80.0, "reported"),
        ("11", *y22, "window", None, "not_applicable"),
        ("11", *y23, "email", 7.0, "reported"), ("11", *y23, "fax", 0.0, "reported"), ("11", *y23, "hotline", 5.0, "reported"),
        ("11", *y23, "mail", None, "no_data"), ("11", *y23, "other", None, "not_applicable"), ("11", *y23, "web", 100.0, "reported"),
        ("11", *y23, "window", None, "not_applicable"),
        ("13", *y23, "email", None, "no_data"), ("13", *y23, "fax", 1.0, "reported"), ("13", *y23, "hotline", None, "no_data"),
        ("13", *y23, "mail", 4.0, "reported"), ("13", *y23, "other", 2.0, "reported"), ("13", *y23, "web", None, "no_data"),  # an empty cell
        ("13", *y23, "window", 3.0, "reported"),
    ]  # fmt: skip


def test_canada_interaction_points(canada) -> None:
    rows = canada.rows(
        "select item_id, period_start, string_agg(point || '=' || status, ' ' order by point) from core_interaction_point group by 1, 2 order by 1, 2"
    )
    assert rows == [
        ("11", date(2022, 4, 1), "application=yes authentication=no decision=no issuance=no registration=yes resolution=not_applicable"),
        ("11", date(2023, 4, 1), "application=yes authentication=yes decision=yes issuance=yes registration=yes resolution=not_applicable"),
        ("13", date(2023, 4, 1), "application=yes authentication=no decision=no issuance=no registration=no resolution=yes"),
        (
            "SRV02", date(2023, 4, 1),
            "application=not_applicable authentication=not_applicable decision=not_applicable issuance=not_applicable registration=not_applicable resolution=not_applicable",
        ),
    ]  # fmt: skip


def test_canada_catalogue(canada) -> None:
    rows = canada.rows("select item_id, version, name_en, dept_id, audience, has_fee, valid_from from core_service_item order by 1, 2")
    assert rows == [
        ("11", 2022, "Boat licence", "ab-cd", ["person"], True, date(2022, 4, 1)),
        ("11", 2023, "Boat licence", "ab-cd", ["person"], True, date(2023, 4, 1)),
        ("13", 2023, "Mooring permit", "ab-cd", ["government", "other"], False, date(2023, 4, 1)),
        ("SRV02", 2023, "Tree advice", "ef", ["person", "enterprise", "social_organisation"], False, date(2023, 4, 1)),
    ]
    assert canada.rows("select dept_id, name_en from core_department order by 1") == [("ab-cd", "Agency of Boats"), ("ef", "Forest Office")]


def test_canada_standards(canada) -> None:
    rows = canada.rows(
        "select standard_id, item_id, year(period_start), standard_kind, channel, target, volume_met, volume_total, performance, met from core_service_standard order by row_no"
    )
    assert rows == [
        ("501", "11", 2023, "TML", "web", 0.9, 95.0, 100.0, 0.95, "yes"),
        ("501", "11", 2022, "TML", "web", 0.9, 60.0, 80.0, 0.75, "no"),
        ("502", "11", 2023, "ACS", "hotline", 0.8, None, None, None, "not_applicable"),
        ("NA", "13", 2023, "OTH", "window", 1.0, None, None, None, "not_applicable"),  # its id is the text NA
        ("503", "13", 2023, "ACY", "mail", 0.5, 12.0, 10.0, 1.2, "yes"),  # more met than there were: loads, and a quality rule says so
        ("504", "13", 2023, "TML", "email", None, 0.0, 0.0, None, "not_applicable"),
        ("505", "13", 2023, "TML", "fax", 1.0, 1.0, 1.0, 1.0, "yes"),
        ("506", "13", 2023, "TML", "other", 1.0, 0.0, 1.0, 0.0, "no"),
    ]
