"""Warsaw's queue displays, golden/warsaw_queues.csv: snapshots, names with | for a comma, offices as places."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest


@pytest.fixture(scope="module")
def warsaw(golden, tmp_path_factory: pytest.TempPathFactory):
    with golden("warsaw_queues", tmp_path_factory.mktemp("warsaw")) as found:
        yield found


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_warsaw_snapshots(warsaw) -> None:
    assert warsaw.counts() == [("queue_snapshots", 10, 7, 3)]
    assert warsaw.reasons() == [(8, ["E_TYPE_NUM:open_desks"]), (9, ["E_TYPE_TS:observed_at"]), (10, ["E_REQUIRED:waiting"])]
    rows = warsaw.rows(
        "select site_id, queue_code, observed_at, observed_on, waiting, open_desks, served_number, expected_minutes from core_queue_snapshot order by row_no"
    )
    assert rows == [
        ("UD_Wola", "301", utc(2020, 1, 7, 7), date(2020, 1, 7), 0, 2, None, 10.0),
        ("UD_Wola", "301", utc(2020, 1, 7, 7, 5), date(2020, 1, 7), 3, 2, "A001", 10.0),
        ("UD_Wola", "301", utc(2020, 1, 7, 7, 10), date(2020, 1, 7), 2, 2, "A001", 12.0),
        ("UD_Wola", "301", utc(2020, 1, 7, 7, 15), date(2020, 1, 7), 4, 0, "A002", 12.0),
        ("UD_Bielany", "301", utc(2020, 1, 7, 7), date(2020, 1, 7), 1, 1, "K001", 60.0),
        ("USC_Andersa", "12", utc(2020, 7, 1, 13, 55), date(2020, 7, 1), 0, 0, None, 0.0),
        ("UD_Ochota", "12", utc(2020, 1, 7, 7), date(2020, 1, 7), 0, 0, None, 0.0),
    ]


def test_warsaw_names_and_places(warsaw) -> None:
    assert warsaw.rows("select distinct queue_name from core_queue_snapshot where site_id = 'UD_Wola'") == [("A: MELDUNKI, DOWODY",)]
    assert warsaw.rows("select site_id, kind, division_code, name_en from core_service_point order by 1") == [
        ("UD_Bielany", "hall", "PL-Warszawa-Bielany", "Bielany district office"),
        ("UD_Ochota", "hall", "PL-Warszawa", "UD_Ochota"),  # an office that the definition does not know yet lies in the city
        ("UD_Wola", "hall", "PL-Warszawa-Wola", "Wola district office"),
        ("USC_Andersa", "hall", "PL-Warszawa", "Registry office at Andersa street"),
    ]
    assert warsaw.rows("select division_code, parent_code, level, name_en from core_division order by level, 1") == [
        ("PL-Warszawa", None, 3, "Warsaw"),
        ("PL-Warszawa-Bielany", "PL-Warszawa", 4, "Bielany"),
        ("PL-Warszawa-Wola", "PL-Warszawa", 4, "Wola"),
    ]
