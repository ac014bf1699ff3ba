"""Zhejiang's rating interface, golden/zj_rating*.csv: the same digits as the national standard's, meaning the opposite."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def zj(golden, tmp_path_factory: pytest.TempPathFactory):
    with golden("zj_rating", tmp_path_factory.mktemp("zj")) as found:
        yield found


def test_zj_satisfaction_runs_upwards_and_defaults_are_marked(zj) -> None:
    assert zj.rows("select case_id, grade, channel, is_default from core_rating order by 1") == [
        ("CASE-1", 5, "web", False),
        ("CASE-2", 5, "other", True),  # 7: nobody rated
        ("CASE-3", 1, "other", False),  # 6 is an SMS here, a call in the national list
    ]


def test_zj_case_types_are_the_other_way_round(zj) -> None:
    assert zj.rows("select item_id, case_type, promised_limit from core_service_item order by 1") == [
        ("ITEM-1", "commitment", 8),
        ("ITEM-2", "on_the_spot", 0),
    ]


def test_zj_refuses_by_name(zj) -> None:
    assert zj.reasons() == [
        (3, ["E_CONTRADICT:case_type"]),  # the national 1 for an on-the-spot item
        (4, ["E_CONTRADICT:grade"]),  # the national 1 for very satisfied
        (5, ["E_ENUM:channel", "E_ENUM:办件类型代码"]),
    ]
