"""Guangdong's exchange tables, golden/gd_ex_gdbs_*.csv: states, results, special procedures, and re-reported versions."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(scope="module")
def gd(golden, tmp_path_factory: pytest.TempPathFactory):
    with golden("gd_ex_gdbs", tmp_path_factory.mktemp("gd")) as found:
        yield found


def events(gd, *types: str) -> list[tuple]:
    listed = ", ".join(f"'{name}'" for name in types)
    query = f"select right(case_id, 2), event_type, strftime(timezone('Asia/Shanghai', occurred_at), '%m-%d %H:%M'), outcome from core_case_event where event_type in ({listed}) order by 1, 3"
    return gd.rows(query)


def test_gd_receipts(gd) -> None:
    assert gd.report.refused == [] and gd.report.ignored == []
    found = {
        each.file.rsplit("_", 1)[1]: (each.read, each.accepted, each.duplicate, each.superseded, each.quarantined)
        for each in gd.report.receipts
    }
    assert found == {
        "sb.csv": (7, 3, 1, 1, 2), "sbcl.csv": (3, 2, 0, 0, 1), "wsysl.csv": (4, 3, 0, 0, 1), "sl.csv": (5, 4, 0, 0, 1), "bjgz.csv": (2, 2, 0, 0, 0),
        "bzgz.csv": (2, 1, 0, 1, 0), "bjsl.csv": (2, 1, 0, 0, 1), "spcl.csv": (5, 3, 0, 0, 2), "tbcxsq.csv": (4, 2, 0, 0, 2), "tbcxjg.csv": (1, 1, 0, 0, 0),
        "bj.csv": (9, 7, 0, 0, 2), "lqdj.csv": (3, 2, 0, 0, 1),
    }  # fmt: skip


def test_gd_refuses_by_name(gd) -> None:
    rows = gd.rows(
        "select regexp_extract(name, 'gd_ex_gdbs_(.*).csv', 1), row_no, reasons from ledger_quarantine join ledger_file using (file_id) order by 1, 2"
    )
    assert rows == [
        ("bj", 6, ["E_ENUM:outcome"]),  # 7 belongs to another dialect
        ("bj", 7, ["E_CONTRADICT:outcome"]),  # and so does a 6 that means granted
        ("bjsl", 2, ["E_REQUIRED:occurred_at"]),
        ("lqdj", 3, ["E_ENUM:channel"]),
        ("sb", 4, ["E_ENUM:channel"]),
        ("sb", 5, ["E_ENUM:SQRLX"]),
        ("sbcl", 3, ["E_ENUM:provided_by"]),
        ("sl", 5, ["E_ENUM:event_type", "E_ENUM:outcome"]),
        ("spcl", 4, ["E_ENUM:reason"]),  # reason is free text in the contract; the source's steps are three all the same
        ("spcl", 5, ["E_CONTRADICT:reason"]),
        ("tbcxsq", 3, ["E_ENUM:special_kind"]),
        ("tbcxsq", 4, ["E_ENUM:TBCXSXDW"]),
        ("wsysl", 4, ["E_ENUM:event_type"]),
    ]  # fmt: skip


def test_gd_applications_and_the_version_that_stands(gd) -> None:
    rows = gd.rows(
        "select right(case_id, 2), channel, source_version, strftime(timezone('Asia/Shanghai', occurred_at), '%H:%M') from core_case_event where event_type = 'submitted' order by 1"
    )
    assert rows == [("01", "web", 1, "09:30"), ("02", "window", 2, "10:05"), ("03", "wechat", 1, "11:00")]
    assert gd.row("select count(*) from history_case_event where event_type = 'submitted'") == (1,)


def test_gd_acceptance_and_its_refusals(gd) -> None:
    assert events(gd, "pre_accepted", "pre_rejected", "accepted", "not_accepted") == [
        ("01", "pre_accepted", "02-08 15:00", None), ("01", "accepted", "02-09 09:00", None), ("02", "not_accepted", "02-09 10:00", "not_accepted"),
        ("03", "pre_rejected", "02-08 16:00", None), ("04", "not_accepted", "02-09 12:00", "not_accepted"),
    ]  # fmt: skip


def test_gd_supplements_in_both_spellings(gd) -> None:
    assert events(gd, "supplement_requested", "supplement_received") == [
        ("01", "supplement_requested", "02-19 09:00", None), ("01", "supplement_received", "02-20 09:00", None), ("01", "supplement_requested", "02-21 09:00", None),
        ("03", "supplement_requested", "02-09 11:00", None), ("03", "supplement_requested", "02-20 10:00", None), ("04", "supplement_requested", "02-08 17:00", None),
    ]  # fmt: skip


def test_gd_special_procedures_lengthen_or_pause(gd) -> None:
    rows = gd.rows("select event_type, special_kind, detail from core_case_event where event_type like 'special%' order by occurred_at")
    assert [(kind, special) for kind, special, _ in rows] == [
        ("special_started", "extension"), ("special_started", "clock_stop"), ("special_ended", "clock_stop"),
    ]  # fmt: skip
    assert json.loads(rows[0][2]) == {"working_days": "10", "TBCXSXDW": "G"}
    assert json.loads(rows[1][2]) == {"natural_days": "30", "TBCXSXDW": "Z"}  # natural days never pass for working days


def test_gd_results(gd) -> None:
    assert events(gd, "completed") == [
        ("01", "completed", "03-12 09:00", "granted"), ("02", "completed", "03-12 10:00", "withdrawn"), ("03", "completed", "03-12 11:00", "lapsed"),
        ("04", "completed", "03-12 12:00", "technical_delete"), ("06", "completed", "03-12 13:00", "closed"), ("09", "completed", "03-12 16:00", "void"),
        ("10", "completed", "03-12 17:00", "forwarded"),
    ]  # fmt: skip
    assert gd.rows("select right(case_id, 2), channel from core_case_event where event_type = 'delivered' order by 1") == [
        ("01", "courier"),
        ("06", "window"),
    ]
    assert gd.rows("select reason from core_case_event where event_type = 'step_ended' order by occurred_at") == [
        ("承办",),
        ("审核",),
        ("批准",),
    ]


def test_gd_links_department_and_materials(gd) -> None:
    assert gd.rows("select dept_id, name_zh, division_code from core_department") == [("007482567", "河滨水务局", "440604")]
    assert gd.row("select external_case_ref from core_case_event where event_id = '440600100001:SL'") == ("YW-1",)
    assert gd.rows("select material_code, provided_by from core_case_material order by 1") == [("M-1", "upload"), ("营业执照", "paper")]
    assert "11010519491231002X" not in str(gd.content())
