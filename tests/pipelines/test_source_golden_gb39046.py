"""The data sets of GB/T 39046-2020, golden/gb39046_*.csv: what the standard's codes and times become, and what is refused by name."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def gb(golden, tmp_path_factory: pytest.TempPathFactory):
    with golden("gb39046", tmp_path_factory.mktemp("gb")) as found:
        yield found


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=SHANGHAI)


def test_gb_receipts(gb) -> None:
    assert gb.report.refused == [] and gb.report.ignored == []
    assert [(each.read, each.accepted, each.deleted, each.quarantined) for each in gb.report.receipts] == [
        (2, 2, 0, 0), (7, 4, 0, 3), (4, 3, 0, 1), (3, 3, 0, 0), (2, 2, 0, 0), (3, 2, 0, 1), (8, 4, 1, 3), (2, 2, 0, 0), (2, 2, 0, 0), (8, 4, 0, 4), (8, 5, 0, 3),
    ]  # fmt: skip


def test_gb_refuses_by_name(gb) -> None:
    rows = gb.rows(
        "select regexp_extract(name, 'gb39046_(.*).csv', 1), row_no, reasons from ledger_quarantine join ledger_file using (file_id) order by 1, 2"
    )
    assert rows == [
        ("applications", 4, ["E_ENUM:channel"]),  # A.5 has no 5
        ("applications", 5, ["E_ENUM:办件类型代码"]),  # a column that no feed takes is checked all the same
        ("applications", 6, ["E_TYPE_TS:occurred_at"]),
        ("case_materials", 4, ["E_ENUM:provided_by"]),
        ("item_materials", 3, ["E_TYPE:required"]),
        ("items", 4, ["E_ENUM:item_type"]),  # 11 is a local extension
        ("items", 5, ["E_ENUM:legal_unit", "E_ENUM:audience", "E_ENUM:行使层级代码", "E_ENUM:实施主体性质代码", "E_ENUM:办理形式代码"]),
        ("items", 6, ["E_CONTRADICT:item_type", "E_CONTRADICT:case_type"]),  # code 05 and the words of 07; code 2 and the words of 1
        ("ratings", 5, ["E_CONTRADICT:grade"]),  # very satisfied, said with Zhejiang's 5
        ("ratings", 6, ["E_ENUM:channel"]),
        ("ratings", 7, ["E_RANGE:grade"]),
        ("ratings", 8, ["E_RANGE:grade"]),
        ("steps", 6, ["E_ENUM:special_kind"]),
        ("steps", 7, ["E_CONTRADICT:special_kind"]),
        ("steps", 8, ["E_ENUM:业务动作"]),
    ]  # fmt: skip


def test_gb_items_and_their_latest_version(gb) -> None:
    rows = gb.rows(
        "select item_id, item_type, audience, case_type, legal_limit, legal_unit, promised_limit, cross_scope, is_on_online_hall, supports_courier,"
        " source_version from core_service_item order by 1"
    )
    assert rows == [
        ("ITEM-1", "01", ["enterprise", "public_institution"], "commitment", 20, "working_day", 8, "cross_city", True, True, 1),
        ("ITEM-2", "07", ["person"], "on_the_spot", 5, "natural_day", 0, None, True, True, 2),  # re-reported: a courier brings it now
        ("ITEM-3", "20", ["other"], "other", None, None, None, "nation", False, False, 1),
    ]  # ITEM-9 was retracted by 删除标志
    assert gb.rows("select dept_id, name_zh, division_code from core_department order by 1") == [
        ("11110000000000002A", "河滨民政局", "440604"), ("11110000000000003B", "河滨图书馆", "440604"), ("91350100M000100Y43", "河滨水务局", "440604"),
    ]  # fmt: skip


def test_gb_forms_of_handling_are_channels(gb) -> None:
    assert gb.rows("select item_id, channel, func from core_item_channel order by all") == [
        ("ITEM-1", "web", "apply"), ("ITEM-1", "window", "apply"), ("ITEM-2", "app", "apply"), ("ITEM-2", "window", "apply"), ("ITEM-3", "other", "apply"),
    ]  # fmt: skip


def test_gb_course_of_a_case(gb) -> None:
    rows = gb.rows(
        "select event_type, occurred_at, channel, special_kind, outcome from core_case_event where case_id = 'CASE-1' order by occurred_at, event_id"
    )
    assert rows == [
        ("submitted", at(2, 8, 9, 30), "web", None, None),
        ("received", at(2, 8, 9, 35), "other", None, None),
        ("received", at(2, 8, 9, 36), "other", None, None),
        ("accepted", at(2, 9, 9), "other", None, None),
        ("step_started", at(2, 9, 10), "other", None, None),
        ("step_ended", at(2, 10, 11), "other", None, None),
        ("step_started", at(2, 19, 10), "other", None, None),  # it "ended" when it began: the end is not known
        ("step_started", at(2, 20, 10), "other", None, None),  # still to do, whatever stands as its end
        ("special_started", at(2, 21, 9), "other", "extension", None),
        ("special_started", at(2, 22, 9), "other", "clock_stop", None),
        ("special_ended", at(2, 26, 17), "other", "clock_stop", None),
        ("completed", at(3, 1, 9, 30), "other", None, "granted"),  # table 8 writes YYYYMMDDhh:mm:ss
        ("delivered", at(3, 3), "courier", None, None),
    ]
    assert gb.rows("select case_id, outcome from core_case_event where event_type = 'completed' order by 1") == [
        ("CASE-1", "granted"), ("CASE-2", None), ("CASE-3", None),
    ]  # fmt: skip
    assert gb.rows("select case_id, channel from core_case_event where event_type = 'submitted' order by 1") == [
        ("CASE-1", "web"), ("CASE-2", "window"), ("CASE-3", "app"), ("CASE-7", "other"),
    ]  # fmt: skip


def test_gb_satisfaction_runs_downwards(gb) -> None:
    assert gb.rows("select rating_id, grade, channel from core_rating order by 1") == [
        ("CASE-1:1", 5, "web"), ("CASE-1:2", 2, "hotline"), ("CASE-2:1", 1, "terminal"), ("CASE-2:2", 3, "other"),
    ]  # fmt: skip


def test_gb_nobody_is_named(gb) -> None:
    persons = ("某人", "11010519491231002X")
    stored = " ".join(str(row) for rows in gb.content().values() for row in rows)
    assert not [person for person in persons if person in stored]
    assert gb.row(
        "select count(distinct applicant_key), min(length(applicant_key)) from core_case_event where event_type = 'submitted'"
    ) == (2, 64)


def test_gb_materials_payments_parcels_and_questions(gb) -> None:
    assert gb.rows("select material_code, provided_by from core_case_material order by 1") == [
        ("取水申请表", "upload"), ("法人证书", "elicence"), ("照片", "not_provided"),
    ]  # fmt: skip
    assert gb.rows("select payment_id, amount, status from core_payment order by 1") == [
        ("PAY-1", 120.5, "paid"),
        ("PAY-2", 10, "requested"),
    ]
    assert gb.rows("select delivery_id, mode, received_on from core_delivery order by 1") == [
        ("EMS-1", "courier", at(3, 3).date()), ("EMS-2", "courier", None),
    ]  # fmt: skip
    assert gb.rows("select purpose, started_at from core_session order by 1") == [("complain", at(2, 3, 10)), ("information", at(2, 1, 10))]
    assert gb.rows("select item_id, material_code, required from core_item_material order by 2") == [
        ("ITEM-1", "取水申请表", True), ("ITEM-1", "法人证书", False),
    ]  # fmt: skip
