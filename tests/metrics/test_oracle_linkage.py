"""Linkage, visits by cause, bundles, acceptance, regions, legal limits: literal rows, and the values that they give by hand."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.evaluate import Query, answer

SPRING = {"start": date(2024, 3, 1), "end": date(2024, 4, 1)}
DAY, NEXT = date(2024, 3, 5), date(2024, 4, 1)


def one(con, metric, **params):
    [row] = answer(con, Query(metric, params=tuple(params.items()), **SPRING)).rows
    return row


def figures(row):
    return row["state"], row["value"], row["numerator"], row["denominator"]


def cases(*rows):
    dates = {"application_on": DAY, "accepted_on": DAY, "completed_on": DAY, "statutory_due_on": DAY, "is_completed": True}
    counts = {"linked_case_count": 1, "source_reference_count": 1}
    return [{"case_id": f"K{number}"} | dates | counts | row for number, row in enumerate(rows)]


@pytest.fixture
def catalogue(con, make_mart):
    make_mart(con, "mart_item", [{"item_id": "A1", "version": 1}])


OF_CASES = ["digital_end_to_end_rate", "terminal_visits_mean", "cross_region_case_rate", "grassroots_handling_share", "cases_accepted",
            "statutory_breach_rate_per_10k", "duplicate_rate", "identified_case_share"]  # fmt: skip


@pytest.mark.parametrize("metric", [*OF_CASES, "visit_cause_mix", "linked_ticket_share", "bundles_completed", "visits_per_bundle"])
def test_without_its_feed_a_metric_is_not_provided(con, metric):
    assert one(con, metric)["state"] == "not_provided"


def test_online_from_end_to_end(con, make_mart):
    online = {"is_end_to_end_online": True, "visits": 0, "visits_upper": 0}
    rows = [*[online] * 7, online | {"visits_upper": 2}, *[{}] * 2, online | {"completed_on": NEXT}, online | {"is_void": True}]
    make_mart(con, "mart_case", cases(*rows))
    assert figures(one(con, "digital_end_to_end_rate")) == ("value", 0.8, 8, 10)
    bounded = one(con, "digital_end_to_end_rate", variant="bounded")
    assert (bounded["value"], bounded["low"], bounded["high"]) == (0.8, 0.7, 0.8)


def test_below_ten_cases_there_is_no_percentage(con, make_mart):
    make_mart(con, "mart_case", cases(*[{"is_end_to_end_online": True}] * 9))
    assert figures(one(con, "digital_end_to_end_rate")) == ("insufficient_n", None, 9, 9)


def test_the_upper_bound_of_visits_bounds_the_share_at_most_once(con, make_mart):
    make_mart(
        con,
        "mart_case",
        cases(*[{"visits": 1, "visits_upper": 1}] * 6, *[{"visits": 1, "visits_upper": 2}] * 3, {"visits": 2, "visits_upper": 2}),
    )
    row = one(con, "observed_visit_share", variant="bounded")
    assert (row["value"], row["low"], row["high"]) == (0.9, 0.6, 0.9)


def test_terminal_visits(con, make_mart):
    make_mart(con, "mart_case", cases({"terminal_visits": 2}, {"terminal_visits": 1}, {}, {"terminal_visits": 0}))
    assert figures(one(con, "terminal_visits_mean")) == ("value", 0.75, 3, 4)


def test_regions_and_levels(con, make_mart):
    rows = [{"is_cross_region": True, "handling_site_level": 4}] * 2 + [{"handling_site_level": 5}] * 5 + [{"handling_site_level": 6}] * 3
    make_mart(con, "mart_case", cases(*rows, *[{}] * 6))
    assert figures(one(con, "cross_region_case_rate")) == ("value", 0.125, 2, 16)
    assert figures(one(con, "grassroots_handling_share")) == ("value", 0.8, 8, 10)
    assert figures(one(con, "grassroots_handling_share", variant="all")) == ("value", 0.5, 8, 16)


def test_accepted_cases_with_and_without_a_report_of_it(con, make_mart):
    rows = [{"is_accepted": True}] * 3 + [{"is_accepted": True, "is_acceptance_imputed": True}] * 2 + [{"is_acceptance_imputed": True}]
    make_mart(con, "mart_case", cases(*rows, {"is_accepted": True, "accepted_on": NEXT}))
    assert one(con, "cases_accepted")["value"] == 5
    assert one(con, "cases_accepted", variant="recorded")["value"] == 3


def test_legal_limits_broken_per_ten_thousand(con, make_mart, catalogue):
    rows = [{"is_statutory_due": True}] * 39 + [{"is_statutory_due": True, "is_statutory_breach": True}] + [{}] * 5
    make_mart(con, "mart_case", cases(*rows))
    assert figures(one(con, "statutory_breach_rate_per_10k")) == ("value", 250, 1, 40)


def test_nothing_due_is_not_applicable(con, make_mart, catalogue):
    make_mart(con, "mart_case", cases({}))
    assert one(con, "statutory_breach_rate_per_10k")["state"] == "not_applicable"


def test_duplicates_and_known_applicants(con, make_mart):
    rows = [
        {"source_reference_count": 3, "linked_case_count": 2, "is_identified": True},
        {"source_reference_count": 2},
        *[{"is_identified": True}] * 5,
    ]
    make_mart(con, "mart_case", cases(*rows, *[{}] * 3))
    assert figures(one(con, "duplicate_rate")) == ("value", pytest.approx(3 / 13), 3, 13)  # ten cases of thirteen references
    assert figures(one(con, "identified_case_share")) == ("value", 0.6, 6, 10)


def test_overclaim_by_cause(con, make_mart, catalogue):
    over = {"is_overclaimed": True}
    named = [over | {"overclaim_cause": cause} for cause in ("supplement", "supplement", "pickup_by_choice", "submission", None)]
    make_mart(con, "mart_case", cases(*named, *[{"is_overclaimed": False}] * 15, {}))
    found = {cause: one(con, "depth_overclaim_rate", variant=cause)["numerator"] for cause in
             ("any", "identity_check", "original_check", "supplement", "pickup_by_choice", "other")}  # fmt: skip
    assert found == {"any": 5, "identity_check": 0, "original_check": 0, "supplement": 2, "pickup_by_choice": 1, "other": 2}
    assert figures(one(con, "depth_overclaim_rate")) == ("value", 0.25, 5, 20)


def test_depth_gap_in_shares_is_of_the_same_cases(con, make_mart, catalogue):
    online = {"is_applied_online": True, "observed_level": 2}
    rows = (
        [online | {"declared_level": 4}] * 6 + [online | {"declared_level": 2}] * 3 + [online | {"declared_level": 1, "observed_level": 3}]
    )
    make_mart(con, "mart_case", cases(*rows, online, {"declared_level": 4, "observed_level": 1}))
    assert figures(one(con, "depth_gap", variant="share", level=3)) == ("value", 0.5, 5, 10)  # declared 6 of 10, observed 1 of 10


def visits(*causes, **more):
    return [
        {"case_id": f"K{number}", "place": "S", "visited_on": DAY, "cause": cause, "is_linked": True} | more
        for number, cause in enumerate(causes)
    ]


def test_what_visits_were_for(con, make_mart):
    make_mart(con, "mart_visit", visits(*["submission"] * 6, *["supplement"] * 3, "pickup"))
    make_mart(
        con,
        "mart_visit",
        visits("supplement", is_terminal=True) + visits("supplement", is_linked=False) + visits("supplement", visited_on=NEXT),
    )
    assert figures(one(con, "visit_cause_mix")) == ("value", 0.3, 3, 10)
    assert figures(one(con, "visit_cause_mix", cause="submission")) == ("value", 0.6, 6, 10)
    assert figures(one(con, "visit_cause_mix", cause="other")) == ("value", 0, 0, 10)


def test_tickets_with_a_case(con, make_mart):
    rows = [{"status": "served", "case_id": "K"}] * 9 + [{"status": "served"}] * 3 + [{"status": "left"}]
    make_mart(con, "mart_ticket", [{"ticket_id": f"T{number}", "issued_on": DAY} | row for number, row in enumerate(rows)])
    assert figures(one(con, "linked_ticket_share")) == ("value", 0.75, 9, 12)


def test_bundles(con, make_mart):
    rows = [{"visits": 1, "completed_on": DAY}, {"visits": 2, "completed_on": DAY}, {"visits": 9}, {"visits": 5, "completed_on": NEXT}]
    make_mart(con, "mart_bundle", [{"bundle_id": f"B{number}", "cases": 2} | row for number, row in enumerate(rows)])
    assert one(con, "bundles_completed")["value"] == 2
    assert figures(one(con, "visits_per_bundle")) == ("value", 1.5, 3, 2)


def test_open_cases_by_state_at_the_end_of_the_period(con, make_mart):
    never = date(9999, 12, 31)
    rows = [
        ("0-5", DAY, NEXT),
        ("0-5", DAY, date(2024, 3, 31)),
        ("6-20", DAY, never),
        ("over-45", DAY, never),
        ("over-45", NEXT, never),
        ("paused", DAY, never),
    ]
    make_mart(con, "mart_open_case", [{"case_id": f"K{number}", "state": state, "since_on": since, "until_on": until}
                                      for number, (state, since, until) in enumerate(rows)])  # fmt: skip
    found = {
        state: one(con, "open_cases_by_state", state=state)["value"] for state in ("0-5", "6-20", "21-45", "over-45", "paused", "zombie")
    }
    assert found == {"0-5": 1, "6-20": 1, "21-45": 0, "over-45": 1, "paused": 1, "zombie": 0}
    assert one(con, "open_cases_by_state")["value"] == 1
