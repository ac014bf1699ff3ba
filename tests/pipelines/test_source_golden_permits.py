"""Dutch building permits, golden/bpic15_permits.csv: offsets are written, dates are Amsterdam's, repeated rows stay distinct."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def permits(golden, tmp_path_factory: pytest.TempPathFactory):
    with golden("bpic15_permits", tmp_path_factory.mktemp("permits")) as found:
        yield found


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_permits_events(permits) -> None:
    assert permits.counts() == [("case_events", 12, 11, 1)]
    assert permits.reasons() == [(12, ["E_TYPE_TS:occurred_at"])]
    rows = permits.rows("select case_id, reason, occurred_at, occurred_on, ts_precision from core_case_event order by row_no")
    assert rows == [
        ("70001", "01_HOOFD_010", utc(2014, 6, 9, 22), date(2014, 6, 10), "day"),
        ("70001", "01_HOOFD_015", utc(2014, 6, 10, 7, 20, 30, 250000), date(2014, 6, 10), None),
        ("70001", "01_HOOFD_020", utc(2014, 6, 12, 11), date(2014, 6, 12), None),
        ("70001", "01_HOOFD_020", utc(2014, 6, 12, 11), date(2014, 6, 12), None),
        ("70001", "01_HOOFD_020", utc(2014, 6, 12, 11), date(2014, 6, 12), None),
        ("70002", "01_HOOFD_010", utc(2014, 1, 14, 23), date(2014, 1, 15), "day"),
        ("70002", "01_HOOFD_060", utc(2014, 1, 14, 22, 30), date(2014, 1, 14), None),  # written as the 15th
        ("70002", "09_AH_I_010", utc(2014, 3, 30, 1, 30), date(2014, 3, 30), None),
        ("70003", "01_HOOFD_010", utc(2014, 10, 25, 22), date(2014, 10, 26), "day"),
        ("70003", "01_HOOFD_011", utc(2014, 10, 25, 22), date(2014, 10, 26), "day"),
        ("70003", None, utc(2014, 10, 26, 23), date(2014, 10, 27), "day"),
    ]


def test_permits_repeated_rows_stay_distinct_and_stable(permits) -> None:
    ids = [event_id for (event_id,) in permits.rows("select event_id from core_case_event where reason = '01_HOOFD_020' order by row_no")]
    assert [event_id.partition("-")[2] for event_id in ids] == ["1", "2", "3"]
    assert len({event_id.partition("-")[0] for event_id in ids}) == 1


def test_permits_claim_nothing_about_their_codes(permits) -> None:
    assert permits.rows("select distinct event_type, channel, item_id from core_case_event") == [
        ("other", "other", "bpic15-building-permit")
    ]
    ((detail,),) = permits.rows("select detail from core_case_event where row_no = 3")
    assert json.loads(detail) == {"activity": "01_HOOFD_020", "resource": "902", "start_timestamp": None}


def test_permits_again_with_one_more_row_accepts_that_row(golden, tmp_path: Path) -> None:
    with golden("bpic15_permits", tmp_path / "home") as first:
        longer = tmp_path / "bpic15_permits_2.csv"
        longer.write_text(first.files[0].read_text("utf-8") + "70001,01_HOOFD_020,902,,2014-06-12T14:00:00+03:00\n", "utf-8")
        (receipt,) = first.again([longer]).receipts
    assert (receipt.read, receipt.accepted, receipt.duplicate, receipt.quarantined) == (13, 1, 11, 1)
