"""Metrics of the evidence of depth, by hand: twenty items, what their cases say, what was declared."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.evaluate import Query, answer
from metrics.rollup import build_rollups

JUNE = {"month": date(2024, 6, 1), "until_on": date(2024, 7, 1), "is_application_based": True}
ENOUGH, FEW = "supported", "insufficient_evidence"


@pytest.fixture(params=["marts", "rollups"])
def evidence(request, con, make_mart):
    """Declared level, cases, verdict at level 3: six proven, four contradicted, five with too few cases, five without any."""
    groups = [(6, 3, 40, "supported"), (4, 4, 30, "contradicted"), (5, 3, 29, FEW), (3, 3, 0, "untested"), (2, None, 0, "untested")]
    rows = [
        {"declared_level": level, "n": n, "verdict_1": FEW, "verdict_2": FEW, "verdict_3": verdict, "verdict_4": "contradicted",
         "verdict": verdict if level else None, "is_rise_unmatched": level == 4}
        for number, level, n, verdict in groups for _ in range(number)
    ]  # fmt: skip
    make_mart(con, "mart_case", [{"case_id": "K"}])
    make_mart(con, "mart_depth_evidence", [JUNE | {"item_id": f"A{n}"} | row for n, row in enumerate(rows)])
    make_mart(
        con,
        "mart_depth_evidence",
        [JUNE | {"item_id": "ex officio", "is_application_based": False, "verdict_3": ENOUGH, "verdict": ENOUGH}],
    )
    if request.param == "rollups":
        build_rollups(con)
    return con


def value(con, metric, **params):
    [row] = answer(con, Query(metric, params=tuple(params.items()))).rows
    return row["value"] if row["state"] == "value" else row["state"]


def test_items_proven_among_those_with_a_verdict(evidence):
    assert value(evidence, "observed_depth_item_share") == pytest.approx(6 / 15)  # 6 of 6 + 4 + 5 untested
    assert value(evidence, "observed_depth_item_share", variant="tested") == pytest.approx(6 / 10)
    assert value(evidence, "observed_depth_item_share", level=4) == 0
    assert value(evidence, "observed_depth_item_share", level=1) == "not_applicable"


def test_items_with_thirty_cases_among_the_declared(evidence):
    assert value(evidence, "depth_evidence_coverage") == pytest.approx(10 / 18)
    assert value(evidence, "depth_evidence_coverage", level=4) == "insufficient_n"  # four items


def test_contradicted_items_and_all_verdicts(evidence):
    assert value(evidence, "contradicted_item_share") == 4 / 10
    names = ("supported", "contradicted", "insufficient_evidence", "untested", "undeclared")
    assert [value(evidence, "depth_verdict_items", variant=name) for name in names] == [6, 4, 5, 3, 2]
    assert value(evidence, "unmatched_depth_rise_items") == 4


def test_a_month_without_rows_has_none(evidence):
    [row] = answer(evidence, Query("unmatched_depth_rise_items", where=(("month", "2024-05"),))).rows
    assert row["value"] == 0
    [row] = answer(evidence, Query("contradicted_item_share", where=(("month", "2024-05"),))).rows
    assert row["state"] == "not_applicable"


def test_declared_depth_by_cases(con, make_mart):
    """Ten cases of two licensing items: eight at level 3, one at 1, one of unknown depth; cases of an unknown item and of an inspection do not count."""
    done = {"completed_on": date(2024, 3, 1), "is_completed": True, "item_type": "01"}
    cases = [done | {"declared_level": level} for level in [3] * 8 + [1, None]]
    cases += [done | {"item_type": None}, done | {"item_type": "06", "declared_level": 4}, done | {"declared_level": 4, "is_void": True}]
    make_mart(con, "mart_case", [{"case_id": f"K{n}"} | case for n, case in enumerate(cases)])
    make_mart(con, "mart_item", [{"item_id": "A"}])
    assert [value(con, "declared_depth_share_cw", level=level) for level in (1, 3, 4)] == [0.9, 0.8, 0]
