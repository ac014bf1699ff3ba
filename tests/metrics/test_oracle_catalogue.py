"""Metrics of the catalogue by hand: points, channels, steps, documents, guides, approved depth, the same items at two dates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from metrics.evaluate import Query, answer
from metrics.rollup import build_rollups

FROM, TO, OPEN = date(2014, 1, 1), date(2014, 5, 1), date(9999, 12, 31)
ITEM = {"version": 1, "valid_from": FROM, "valid_to": OPEN, "status": "in_force", "is_application_based": True}
SPAN = {"valid_from": FROM, "valid_to": OPEN}


def one(con, metric, where=(), **params):
    [row] = answer(con, Query(metric, where=where, params=tuple(params.items()))).rows
    return row


def value(con, metric, where=(), **params):
    row = one(con, metric, where, **params)
    return row["value"] if row["state"] == "value" else row["state"]


def rows_by(con, metric, dimension, where=(), **params):
    rows = answer(con, Query(metric, (dimension,), where, params=tuple(params.items()))).rows
    return [(row[dimension], row["numerator"], row["denominator"]) for row in rows]


@pytest.fixture(params=["marts", "rollups"])
def answering(request, con):
    """What to do when the rows are there: nothing, or build the rollups; the answers are the same."""
    return (lambda: None) if request.param == "marts" else (lambda: build_rollups(con))


def points(con, make_mart):
    kinds = [("hall", "S1"), ("window", "S1"), ("window", "S1"), ("terminal", "S1"), ("terminal", "S2"), ("terminal", "S2")]
    rows: list[dict[str, Any]] = [
        {"point_id": f"P{number}", "kind": kind, "site_id": site, "state": "live"} for number, (kind, site) in enumerate(kinds)
    ]
    rows[1]["window_mode"] = "universal"
    rows[3]["is_seen_30_days"] = rows[4]["is_seen_30_days"] = True
    rows[5] |= {"valid_from": date(2024, 7, 15)}  # after the release's date
    rows += [{"point_id": "P6", "kind": "terminal", "site_id": "S3", "state": "installed"}]
    rows += [{"point_id": f"P{number}", "kind": "terminal", "site_id": "S4", "state": "planned"} for number in (7, 8, 9)]
    make_mart(con, "mart_point", [SPAN | row for row in rows])


def test_planned_installed_and_live_points(con, make_mart, answering):
    points(con, make_mart)
    answering()
    assert value(con, "service_points") == 5
    assert [value(con, "service_points", kind=kind) for kind in ("hall", "window", "terminal", "locker")] == [1, 2, 2, 0]
    found = [
        value(con, "service_points", kind="terminal", variant=name) for name in ("live", "installed", "planned", "sites", "seen_30_days")
    ]
    assert found == [2, 3, 3, 2, 2]
    assert value(con, "service_points", kind="window", variant="universal_windows") == 1
    assert one(con, "service_points", variant="sites")["value"] == 2


def test_what_is_not_asked_of_a_kind_is_refused(con):
    with pytest.raises(ValueError, match="ask for kind terminal"):
        answer(con, Query("service_points", params=(("kind", "hall"), ("variant", "seen_30_days"))))
    with pytest.raises(ValueError, match="ask for kind window"):
        answer(con, Query("service_points", params=(("kind", "hall"), ("variant", "universal_windows"))))


def channels(con, make_mart):
    """Twelve items; ten on the web, four of them at a window too, one at a window only, one on nothing; two of those on the web can be booked by app."""
    rows = [{"item_id": f"A{number}", "offer": "item", "func": "none", "channel": []} for number in range(12)]
    rows += [
        {"item_id": f"A{number}", "offer": "any", "func": "apply", "channel": ["web", "window"] if number < 4 else ["web"]}
        for number in range(10)
    ]
    rows += [{"item_id": "A10", "offer": "any", "func": "apply", "channel": ["window"]}]
    rows += [{"item_id": f"A{number}", "offer": "any", "func": "appoint", "channel": ["app"]} for number in (0, 1)]
    rows += [{"item_id": "A10", "offer": "universal_window", "func": "apply", "channel": ["window"]}]
    rows += [{"item_id": f"A{number}", "offer": "all_day", "func": "apply", "channel": ["terminal"]} for number in (0, 1, 2)]
    district = lambda row: "440604" if row["item_id"] in ("A10", "A11") else "440605"  # noqa: E731
    make_mart(con, "mart_item_channel", [SPAN | row | {"district_code": district(row)} for row in rows])


def test_items_on_a_channel_count_once(con, make_mart, answering):
    channels(con, make_mart)
    answering()
    assert value(con, "channel_item_count") == 11
    assert rows_by(con, "channel_item_count", "channel") == [("web", 10, None), ("window", 5, None)]
    assert value(con, "channel_item_count", (("channel", "window"),)) == 5
    assert value(con, "channel_item_count", (("channel", "window"), ("channel", "web"))) == 11
    assert [value(con, "channel_item_count", func=name) for name in ("appoint", "pay")] == [2, 0]
    assert [value(con, "channel_item_count", variant=name) for name in ("all_day", "universal_window")] == [3, 1]
    assert value(con, "channel_item_count", (("channel", "web"),), variant="all_day") == 0


def test_the_coverage_of_a_channel_is_of_all_items(con, make_mart, answering):
    channels(con, make_mart)
    answering()
    assert value(con, "channel_item_coverage") == pytest.approx(11 / 12)
    assert rows_by(con, "channel_item_coverage", "channel") == [("web", 10, 12), ("window", 5, 12)]
    assert value(con, "channel_item_coverage", (("channel", "terminal"),)) == 0
    assert rows_by(con, "channel_item_coverage", "district", (("channel", "web"),)) == [("440604", 0, 2), ("440605", 10, 10)]
    assert value(con, "channel_item_coverage", (("channel", "web"), ("district", "440604"))) == "insufficient_n"
    months = answer(con, Query("channel_item_coverage", ("month", "channel"), start=date(2014, 1, 1), end=date(2014, 3, 1))).rows
    assert [(row["month"], row["channel"], row["numerator"], row["denominator"]) for row in months] == [
        ("2014-01", "web", 10, 12), ("2014-01", "window", 5, 12), ("2014-02", "web", 10, 12), ("2014-02", "window", 5, 12),
    ]  # fmt: skip


def test_coverage_of_organisations(con, make_mart, answering):
    rows = [
        {"level": "district", "org_id": f"D{n}", "offer": "organisation", "channel": [], "is_functional_zone": n == 0} for n in range(12)
    ]
    rows += [{"level": "district", "org_id": f"D{n}", "offer": "any", "channel": ["web"], "is_functional_zone": n == 0} for n in range(9)]
    rows += [{"level": "town", "org_id": "T", "offer": "organisation", "channel": []}]
    rows += [{"level": "district", "org_id": "D1", "offer": "universal_window", "channel": ["window"]}]
    make_mart(con, "mart_organisation", [SPAN | row for row in rows])
    answering()
    assert value(con, "org_coverage", level="district") == 9 / 12
    assert value(con, "org_coverage", (("channel", "web"),), level="district") == 9 / 12
    assert value(con, "org_coverage", (("channel", "window"),), level="district") == 0
    assert value(con, "org_coverage", (("channel", "web"),), level="district", zones="excluded") == 8 / 11
    assert value(con, "org_coverage", level="district", variant="universal_window") == 1 / 12
    assert value(con, "org_coverage", level="town") == "insufficient_n"
    assert value(con, "org_coverage") == "not_applicable"


def test_steps_and_documents_cut(con, make_mart):
    steps = [(3, 12), (9, 12), (None, 5), (4, None), (2, 0)]
    make_mart(
        con,
        "mart_item",
        [ITEM | {"item_id": f"A{n}", "steps_count": now, "baseline_steps_count": then} for n, (now, then) in enumerate(steps)],
    )
    assert value(con, "process_steps_cut") == 0.5  # 1 − 12 ÷ 24; the other three are not counted on both sides
    assert one(con, "process_steps_cut")["n"] == 2
    papers = [(3, 2, 6), (6, 6, 6), (None, None, 5), (0, 0, 0)]
    names = ("required_materials", "submitted_materials", "baseline_required_materials")
    make_mart(con, "mart_item_guide", [SPAN | {"item_id": f"A{n}"} | dict(zip(names, row, strict=True)) for n, row in enumerate(papers)])
    assert value(con, "materials_cut") == 0.25  # 1 − 9 ÷ 12
    assert value(con, "materials_cut", variant="submitted") == pytest.approx(1 / 3)


def test_elements_of_guides(con, make_mart):
    full = {
        "has_department": True,
        "has_materials": True,
        "has_limit": True,
        "has_place": True,
        "has_visit_rule": True,
        "filled_elements": 5,
    }
    rows = [full] * 9 + [full | {"has_place": False, "has_visit_rule": False, "filled_elements": 3}]
    rows = [{"item_id": f"A{n}", "is_application_based": True} | row for n, row in enumerate(rows)]
    make_mart(con, "mart_item", [ITEM | {"item_id": "A0"}])
    make_mart(con, "mart_item_guide", [SPAN | row for row in [*rows, {"item_id": "ex officio", "filled_elements": 0}]])
    assert value(con, "guide_completeness") == 48 / 50
    assert [value(con, "guide_completeness", variant=name) for name in ("complete", "decides", "documents", "days", "where", "verification")] == [
        0.9, 1, 1, 1, 0.9, 0.9,
    ]  # fmt: skip


def test_items_payable_and_delivered(con, make_mart):
    make_mart(con, "mart_item", [
        ITEM | {"item_id": "A1", "supports_epay": True, "supports_courier": True}, ITEM | {"item_id": "A2", "supports_epay": True},
        ITEM | {"item_id": "A3", "supports_epay": True, "supports_courier": True, "status": "suspended"},
    ])  # fmt: skip
    assert (value(con, "epay_items"), value(con, "courier_items")) == (2, 1)


def test_approved_depth_is_read_under_its_scheme(con, make_mart):
    approved = [(4, "gd_4")] * 4 + [(3, None), (3, "gd_2013"), (3, "eu5"), (2, "gd_4"), (None, "gd_4"), (None, None)]
    make_mart(
        con,
        "mart_item",
        [ITEM | {"item_id": f"A{n}", "approved_depth": level, "depth_scheme": scheme} for n, (level, scheme) in enumerate(approved)],
    )
    assert [value(con, "approved_depth_share", level=level) for level in (2, 3, 4)] == [0.7, 0.6, 0.4]


def test_exact_levels_and_cumulative_ones(con, make_mart):
    levels = [4, 4, 3, 2, 2, 1, 0, 0, None, None]
    make_mart(con, "mart_item", [
        ITEM | {"item_id": f"A{n}", "level_gd_4": level, "level_gd_2013": level and min(level, 3)} for n, level in enumerate(levels)
    ])  # fmt: skip
    assert [value(con, "declared_depth_share", level=level) for level in (1, 2, 3, 4)] == [0.6, 0.5, 0.3, 0.2]
    assert [value(con, "declared_depth_share", level=level, variant="exact") for level in (1, 2, 3, 4)] == [0.1, 0.2, 0.1, 0.2]
    assert value(con, "declared_depth_share", level=3, variant="exact", scheme="gd_2013") == 0.3


def test_items_that_came_or_went_move_nothing_like_for_like(con, make_mart):
    """Ten items stay, five deep; ten deep ones end in February and ten shallow ones begin in March: the plain share falls from 15 of 20 to 5 of 20."""
    stay = [ITEM | {"item_id": f"A{n}", "level_gd_4": 4 if n < 5 else 1} for n in range(10)]
    went = [ITEM | {"item_id": f"B{n}", "level_gd_4": 4, "valid_to": date(2014, 2, 15)} for n in range(10)]
    came = [ITEM | {"item_id": f"C{n}", "level_gd_4": 1, "valid_from": date(2014, 3, 1)} for n in range(10)]
    make_mart(con, "mart_item", [*stay, *went, *came])
    for metric, expected in {
        "declared_depth_share": [(15, 20), (5, 10), (5, 20)],
        "declared_depth_share_like_for_like": [(5, 10)] * 3,
    }.items():
        rows = answer(con, Query(metric, ("month",), start=FROM, end=date(2014, 4, 1))).rows
        assert [(row["numerator"], row["denominator"]) for row in rows] == expected
