"""Boston's requests, golden/boston311.csv: one request becomes up to two events, US dates are Boston wall time."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest


@pytest.fixture(scope="module")
def boston(golden, tmp_path_factory: pytest.TempPathFactory):
    with golden("boston311", tmp_path_factory.mktemp("boston")) as found:
        yield found


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_boston_receipt_counts_records_not_rows(boston) -> None:
    assert boston.counts() == [("case_events", 11, 7, 4)]
    assert boston.rows("select count(*) from core_case_event") == [(12,)]


def test_boston_refuses_by_name(boston) -> None:
    assert boston.reasons() == [
        (8, ["E_ENUM:channel"]),  # a channel that nobody mapped
        (9, ["E_TYPE_TS:occurred_at"]),  # not the US form that the source writes
        (10, ["E_TYPE_TS:occurred_at"]),  # a time that the clocks of that night skipped
        (11, ["E_REQUIRED:event_id", "E_REQUIRED:case_id"]),
    ]
    (record,) = boston.rows("select record from ledger_quarantine where row_no = 8")[0]
    assert json.loads(record)["Source"] == "Carrier Pigeon"


def test_boston_opened_events(boston) -> None:
    rows = boston.rows(
        "select case_id, occurred_at, occurred_on, channel, item_id, dept_id, division_code from core_case_event where event_type = 'submitted' order by case_id"
    )
    assert rows == [
        ("900000000001", utc(2015, 6, 1, 13), date(2015, 6, 1), "hotline", "PWDx:Sticker Request:Riverside", "PWDx", "Riverside"),
        ("900000000002", utc(2015, 6, 2, 3, 50), date(2015, 6, 1), "web", "PWDx:Sticker Request:Riverside", "PWDx", "Riverside"),
        ("900000000003", utc(2015, 6, 2, 4, 5), date(2015, 6, 2), "app", "ISD:Rodent Activity:Hill / Harbor", "ISD", "Hill / Harbor"),
        ("900000000004", utc(2015, 6, 2, 12, 15, 30), date(2015, 6, 2), "other", "HS_O:OCR Front Desk Interactions", "HS_O", None),
        ("900000000005", utc(2015, 3, 8, 4, 30), date(2015, 3, 7), "other", "PWDx:General Lighting Request:Riverside", "PWDx", "Riverside"),
        (
            "900000000006",
            utc(2015, 11, 1, 5, 30),
            date(2015, 11, 1),
            "other",
            "PARK:General Lighting Request:Riverside",
            "PARK",
            "Riverside",
        ),
        ("900000000007", utc(2015, 6, 3, 14), date(2015, 6, 3), "other", "PROP:PWD Graffiti:Hill / Harbor", "PROP", "Hill / Harbor"),
    ]


def test_boston_closed_events(boston) -> None:
    rows = boston.rows(
        "select event_id, occurred_at, occurred_on, channel, outcome from core_case_event where event_type = 'completed' order by case_id"
    )
    assert rows == [
        ("900000000001:closed", utc(2015, 6, 1, 20, 30), date(2015, 6, 1), "other", "closed"),
        ("900000000002:closed", utc(2015, 6, 2, 4, 10), date(2015, 6, 2), "other", "closed"),
        ("900000000004:closed", utc(2015, 6, 2, 12, 15), date(2015, 6, 2), "other", "closed"),  # half a minute before it opens, and kept
        (
            "900000000005:closed",
            utc(2015, 3, 8, 7, 30),
            date(2015, 3, 8),
            "other",
            "closed",
        ),  # 3 hours after opening, not the 4 on the wall
        ("900000000007:closed", utc(2015, 6, 9, 16), date(2015, 6, 9), "other", "closed"),
    ]


def test_boston_deadlines_keep_the_published_verdict(boston) -> None:
    rows = boston.rows("select case_id, kind, due_on, published_status from core_case_deadline where case_id >= '900000000003' order by 1")
    assert rows == [
        ("900000000003", "published", date(2015, 6, 5), "OVERDUE"),
        ("900000000004", "published", None, "ONTIME"),
        ("900000000005", "published", date(2015, 3, 9), "ONTIME"),
        ("900000000006", "published", date(2015, 11, 3), None),
        ("900000000007", "published", date(2015, 6, 4), "OVERDUE"),
    ]


def test_boston_catalogue_and_places(boston) -> None:
    items = boston.rows("select item_id, catalog_code, dept_id, division_code, case_type from core_service_item order by 1")
    assert items == [
        ("HS_O:OCR Front Desk Interactions", "OCR Front Desk Interactions", "HS_O", "US-MA-Boston", "other"),
        ("ISD:Rodent Activity:Hill / Harbor", "Rodent Activity", "ISD", "Hill / Harbor", "commitment"),
        ("PARK:General Lighting Request:Riverside", "General Lighting Request", "PARK", "Riverside", "commitment"),
        ("PROP:PWD Graffiti:Hill / Harbor", "PWD Graffiti", "PROP", "Hill / Harbor", "commitment"),
        ("PWDx:General Lighting Request:Riverside", "General Lighting Request", "PWDx", "Riverside", "commitment"),
        ("PWDx:Sticker Request:Riverside", "Sticker Request", "PWDx", "Riverside", "commitment"),
    ]
    assert boston.rows("select dept_id, name_en from core_department order by 1") == [
        ("HS_O", "HS_O"), ("ISD", "Inspectional Services"), ("PARK", "Parks and Recreation"), ("PROP", "Property Management"), ("PWDx", "Public Works"),
    ]  # fmt: skip
    assert boston.rows("select division_code, parent_code, level from core_division order by level, 1") == [
        ("US-MA", None, 2), ("US-MA-Boston", "US-MA", 3), ("Hill / Harbor", "US-MA-Boston", 4), ("Riverside", "US-MA-Boston", 4),
    ]  # fmt: skip


def test_boston_detail_keeps_the_sources_own_words(boston) -> None:
    ((detail,),) = boston.rows("select detail from core_case_event where event_id = '900000000002:opened'")
    assert json.loads(detail) == {
        "Source": "Self Service", "TYPE": "Sticker Request", "REASON": "Recycling", "SUBJECT": "Public Works Department",
        "QUEUE": "PWDx_Sticker", "ward": "01", "CASE_STATUS": "Closed",
    }  # fmt: skip
