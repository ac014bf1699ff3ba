"""What an answer says: the contract's document, states, the floor, cuts of stocks, labels of periods, refusals."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.compile import compile_query
from metrics.evaluate import Query, answer, answer_all, read_store
from metrics.registry import registry
from metrics.rollup import build_rollups
from metrics.spec import QueryRefused

DONE = {
    "is_completed": True,
    "completed_on": date(2024, 2, 8),
    "application_on": date(2024, 2, 8),
    "channel": "window",
    "channel_group": "staffed",
}
ITEM = {"version": 1, "valid_from": date(1900, 1, 1), "valid_to": date(9999, 12, 31), "status": "in_force", "is_application_based": True}


def cases(number: int, **changes):
    return [{"case_id": f"c{index}", **DONE, **changes} for index in range(number)]


def test_the_document_of_the_contract(con, make_mart):
    make_mart(con, "mart_case", cases(3, channel_group="online", is_applied_online=True, district_code="440604") + cases(9))
    con.execute("create table release_info as select '20240701T000000Z' as stamp, date '2024-06-30' as as_of")
    document = answer(con, Query("online_application_rate", start=date(2024, 2, 1), end=date(2024, 3, 1))).to_json()
    assert document == {
        "metric": "online_application_rate", "unit": "share", "params": {"variant": "online"}, "release": "20240701T000000Z", "as_of": "2024-06-30",
        "definition_version": 1, "rows": [{"value": 0.25, "state": "value", "numerator": 3, "denominator": 12, "n": 12,
                                           "low": pytest.approx(0.0889, abs=1e-4), "high": pytest.approx(0.5323, abs=1e-4)}],
    }  # fmt: skip


def test_parameters_are_answered_with_their_defaults(con):
    assert answer(con, Query("declared_depth_share")).params == {"level": 3, "scheme": "gd_4", "variant": "cumulative"}
    assert answer(con, Query("observed_visit_share")).params == {"k": 1, "variant": "unconditional"}
    assert answer(con, Query("wait_within_target")).params == {"minutes": 10}
    assert answer(con, Query("queue_wait")).params == {"stat": "mean"}
    assert answer(con, Query("handling_time")).params == {"stat": "p50"}
    assert answer(con, Query("wait_within_target", params=(("minutes", "480"),))).params == {"minutes": 480}


def test_fewer_than_ten_give_no_percentage_but_their_sums(con, make_mart):
    make_mart(con, "mart_case", cases(9, is_applied_online=True))
    [row] = answer(con, Query("online_application_rate")).rows
    assert row == {"value": None, "state": "insufficient_n", "numerator": 9, "denominator": 9, "n": 9, "low": None, "high": None}


def test_the_floor_is_for_percentages_only(con, make_mart):
    make_mart(con, "mart_case", cases(2, visits=1))
    [row] = answer(con, Query("observed_visits_mean")).rows
    assert (row["state"], row["value"], row["numerator"], row["n"]) == ("value", 1, 2, 2)


def test_nothing_to_divide_by_is_not_applicable_and_no_cases_are_zero(con, make_mart):
    make_mart(con, "mart_case", [{"case_id": "open", "application_on": date(2024, 2, 8)}])
    assert answer(con, Query("online_application_rate")).rows[0]["state"] == "not_applicable"
    assert answer(con, Query("handling_time", start=date(2020, 1, 1), end=date(2020, 2, 1))).rows[0]["state"] == "not_provided"
    assert answer(con, Query("e2e_time", start=date(2020, 1, 1), end=date(2020, 2, 1))).rows[0]["state"] == "not_applicable"
    [row] = answer(con, Query("cases_completed")).rows
    assert (row["value"], row["state"], row["denominator"]) == (0, "value", None)


def test_without_the_feed_nothing_is_provided(con):
    for whole in answer_all(con, [Query(metric) for metric in registry()]):
        assert [(row["state"], row["value"], row["numerator"]) for row in whole.rows] == [("not_provided", None, None)]
    assert all(parts.rows == [] for parts in answer_all(con, [Query(name, metric.dimensions[:1]) for name, metric in registry().items()]))


def test_ratings_that_were_never_loaded_are_no_zero(con, make_mart):
    make_mart(con, "mart_case", cases(20))
    assert answer(con, Query("response_rate", ("channel",))).rows == [
        {
            "channel": "window",
            "value": None,
            "state": "not_provided",
            "numerator": None,
            "denominator": None,
            "n": 0,
            "low": None,
            "high": None,
        }
    ]
    make_mart(con, "mart_rating", [{"rating_id": "r"}])
    assert answer(con, Query("response_rate")).rows[0]["value"] == 0


def test_no_supplement_in_very_many_cases_is_not_provided(con):
    con.execute(
        "insert into mart_case by name select 'c' || range as case_id, false as is_void, date '2024-02-08' as application_on, 0 as supplement_count from range(10001)"
    )
    assert answer(con, Query("supplement_rate")).rows[0]["state"] == "not_provided"
    con.execute("update mart_case set supplement_count = 1 where case_id = 'c7'")
    assert answer(con, Query("supplement_rate")).rows[0]["value"] == 1 / 10001


def test_a_period_that_has_not_begun_is_not_complete(con, make_mart):
    make_mart(con, "mart_case", cases(20))
    assert answer(con, Query("cases_completed", start=date(2024, 7, 1))).rows[0]["state"] == "not_yet_complete"
    for period, value in (("year", "2025"), ("quarter", "2024-Q3"), ("month", "2024-07"), ("week", "2024-W27"), ("day", "2024-07-01")):
        assert answer(con, Query("open_cases", where=((period, value),))).rows[0]["state"] == "not_yet_complete"
    assert answer(con, Query("open_cases", where=(("quarter", "2024-Q2"),))).rows[0]["state"] == "value"


def test_a_quantile_that_too_few_have_reached_is_not_complete(con, make_mart):
    make_mart(con, "mart_case", [
        {"case_id": f"c{index}", "application_on": date(2024, 2, 8), "e2e_days": index, "is_e2e_event": index < 4} for index in range(10)
    ])  # fmt: skip
    [row] = answer(con, Query("e2e_time")).rows
    assert (row["state"], row["value"], row["n"]) == ("not_yet_complete", None, 10)


def test_void_cases_count_nowhere(con, make_mart):
    make_mart(con, "mart_case", cases(5, is_void=True) + cases(1))
    for metric in ("cases_received", "cases_completed"):
        assert answer(con, Query(metric)).rows[0]["value"] == 1


def test_periods_are_written_as_agreed(con, make_mart):
    make_mart(con, "mart_case", [{"case_id": "c", **DONE, "completed_on": date(2024, 12, 30)}])
    make_mart(con, "mart_ticket", [{"ticket_id": "t", "issued_on": date(2024, 2, 11), "issued_hour": 9}])
    build_rollups(con)
    [row] = answer(con, Query("cases_completed", ("year", "quarter", "month", "week", "day", "weekday"))).rows
    assert list(row.values())[:6] == [2024, "2024-Q4", "2024-12", "2025-W01", "2024-12-30", 1]
    [row] = answer(con, Query("queue_tickets", ("month", "hour", "weekday"))).rows
    assert list(row.values())[:3] == ["2024-02", 9, 7]


def test_rows_are_sorted_and_null_is_a_row_at_the_end(con, make_mart):
    make_mart(con, "mart_case", cases(2, district_code="440605") + cases(1) + cases(3, district_code="440604"))
    rows = answer(con, Query("cases_completed", ("district",))).rows
    assert [(row["district"], row["value"]) for row in rows] == [("440604", 3), ("440605", 2), (None, 1)]


def test_a_division_includes_everything_below_it_whatever_it_is_called(con, make_mart):
    place = {
        "province_code": "44",
        "city_code": "4406",
        "district_code": "440604",
        "town_code": "440604001",
        "division_code": "440604001007",
    }
    make_mart(con, "mart_case", cases(2, **place) + cases(1, province_code="44", city_code="4406", division_code="4406"))
    for dimension in ("province", "city", "district", "town"):
        found = {code: answer(con, Query("cases_completed", where=((dimension, code),))).rows[0]["value"] for code in place.values()}
        assert found == {"44": 3, "4406": 3, "440604": 2, "440604001": 2, "440604001007": 2}


def test_repeated_filters_are_alternatives_and_different_ones_all_hold(con, make_mart):
    make_mart(con, "mart_case", cases(1, outcome="granted") + cases(2, outcome="refused", channel="web") + cases(4, outcome="lapsed"))
    asked = (("outcome", "granted"), ("outcome", "refused"))
    assert answer(con, Query("cases_completed", where=asked)).rows[0]["value"] == 3
    assert answer(con, Query("cases_completed", where=(*asked, ("channel", "web")))).rows[0]["value"] == 2


def test_audience_is_many_valued(con, make_mart):
    make_mart(
        con,
        "mart_case",
        cases(1, audience=["person", "enterprise", "person"]) + cases(2, audience=["person"]) + cases(4, audience=[]) + cases(8),
    )
    rows = answer(con, Query("cases_completed", ("audience",))).rows
    assert [(row["audience"], row["value"]) for row in rows] == [("enterprise", 1), ("person", 3), (None, 12)]
    assert answer(con, Query("cases_completed", where=(("audience", "enterprise"), ("audience", "person")))).rows[0]["value"] == 3
    assert [row["audience"] for row in answer(con, Query("cases_completed", ("audience",), (("audience", "person"),))).rows] == ["person"]


def test_from_is_inclusive_and_to_exclusive(con, make_mart):
    make_mart(con, "mart_case", [{"case_id": str(day), **DONE, "completed_on": date(2024, 2, day)} for day in (1, 2, 3)])
    assert answer(con, Query("cases_completed", start=date(2024, 2, 1), end=date(2024, 2, 3))).rows[0]["value"] == 2


def test_a_channel_is_a_share_of_all_channels_filtered_or_not(con, make_mart):
    make_mart(con, "mart_case", cases(30) + cases(10, channel="web", channel_group="online"))
    rows = answer(con, Query("channel_mix", ("channel",))).rows
    assert [(row["channel"], row["value"], row["denominator"]) for row in rows] == [("web", 0.25, 40), ("window", 0.75, 40)]
    assert answer(con, Query("channel_mix", where=(("channel", "web"),))).rows[0]["value"] == 0.25


def test_wait_bounds_of_the_target(con, make_mart):
    waits = [(4.0, True), (10.0, True), (10.5, True), (3.0, False), (10.0, False), (25.0, False)]
    make_mart(con, "mart_ticket", [
        {"ticket_id": f"{number}-{copy}", "issued_on": date(2024, 2, 8), "is_chain_head": True, "wait_minutes": wait, "is_called": called, "is_abandoned": not called}
        for number, (wait, called) in enumerate(waits) for copy in range(3)
    ])  # fmt: skip
    [row] = answer(con, Query("wait_within_target")).rows
    assert (row["numerator"], row["denominator"]) == (6, 12)  # given up within the target: not counted; after it: a miss


def test_promises_that_fall_due_after_the_release_have_no_row(con, make_mart):
    due = [(date(2024, 6, 3), True), (date(2024, 7, 3), False)]
    make_mart(con, "mart_case", [
        {"case_id": f"{day}-{copy}", "due_on": day, "is_promise_countable": is_due, "is_promise_kept": copy > 2} for day, is_due in due for copy in range(12)
    ])  # fmt: skip
    for rolled in (False, True):
        if rolled:
            build_rollups(con)
        assert [(row["month"], row["value"]) for row in answer(con, Query("promise_kept_rate", ("month",))).rows] == [("2024-06", 0.75)]


def test_visits_are_a_range_where_links_are_uncertain(con, make_mart):
    make_mart(con, "mart_case", cases(15, visits=1, visits_upper=2) + cases(5, visits=2, visits_upper=2))
    [row] = answer(con, Query("observed_visit_share", params=(("variant", "bounded"),))).rows
    assert (row["value"], row["low"], row["high"]) == (0.75, 0, 0.75)
    [row] = answer(con, Query("observed_visits_mean", params=(("variant", "bounded"),))).rows
    assert (row["value"], row["low"], row["high"]) == (1.25, 1.25, 2.0)


def test_stock_at_the_end_of_each_month_that_overlaps_the_period(con, make_mart):
    make_mart(con, "mart_case", [
        {"case_id": "a", "application_on": date(2024, 1, 10), "completed_on": date(2024, 3, 20)},
        {"case_id": "b", "application_on": date(2024, 2, 29), "completed_on": date(2024, 2, 29)},
        {"case_id": "c", "application_on": date(2024, 3, 31)},
        {"case_id": "d", "application_on": date(2024, 4, 10), "completed_on": date(2024, 4, 9)},
    ])  # fmt: skip
    rows = answer(con, Query("open_cases", ("month",), start=date(2024, 1, 31), end=date(2024, 4, 10))).rows
    assert [(row["month"], row["value"]) for row in rows] == [("2024-01", 1), ("2024-02", 1), ("2024-03", 1), ("2024-04", 1)]
    assert answer(con, Query("open_cases", end=date(2024, 3, 20))).rows[0]["value"] == 1
    assert answer(con, Query("open_cases", end=date(2024, 3, 21))).rows[0]["value"] == 0
    assert answer(con, Query("open_cases", where=(("month", "2024-02"),))).rows[0]["value"] == 1


def test_stock_without_a_period_is_at_the_date_of_the_release(con, make_mart):
    make_mart(con, "mart_item", [
        {"item_id": "old", **ITEM, "valid_to": date(2024, 6, 30)}, {"item_id": "now", **ITEM, "valid_from": date(2024, 6, 30)},
        {"item_id": "next", **ITEM, "valid_from": date(2024, 7, 1)}, {"item_id": "off", **ITEM, "status": "cancelled"},
    ])  # fmt: skip
    assert answer(con, Query("catalogue_items")).rows[0]["value"] == 1
    assert answer(con, Query("catalogue_items", end=date(2024, 7, 2))).rows[0]["value"] == 2
    assert [row["item"] for row in answer(con, Query("catalogue_items", ("item",))).rows] == ["now"]


def test_a_later_version_ends_the_earlier_one(con, make_mart):
    make_mart(
        con,
        "mart_item",
        [{"item_id": "i", **ITEM, "theme": "old"}, {"item_id": "i", **ITEM, "version": 2, "valid_from": date(2024, 3, 1), "theme": "new"}],
    )
    assert [(row["theme"], row["value"]) for row in answer(con, Query("catalogue_items", ("theme",))).rows] == [("new", 1)]
    assert [(row["theme"], row["value"]) for row in answer(con, Query("catalogue_items", ("theme",), end=date(2024, 3, 1))).rows] == [
        ("old", 1)
    ]


def test_foshan_depth_shares(con, make_mart):
    levels = [4] * 1458 + [2] * (5108 - 1458) + [1] * (5327 - 5108) + [None] * (5344 - 5327)
    con.execute("insert into mart_item by name select range as item_id, 1 as version, date '1900-01-01' as valid_from, date '9999-12-31' as valid_to,"
                " 'in_force' as status, range < 5344 as is_application_based, null::bigint as level_gd_4 from range(5349)")  # fmt: skip
    con.execute("update mart_item set level_gd_4 = (?::bigint[])[item_id::bigint + 1]", [levels])
    shares = [answer(con, Query("declared_depth_share", params=(("level", level),), end=date(2014, 10, 2))).rows[0] for level in (1, 2, 3)]
    assert [round(100 * row["value"], 2) for row in shares] == [99.68, 95.58, 27.28]
    assert [(row["numerator"], row["denominator"], row["low"]) for row in shares] == [
        (5327, 5344, None),
        (5108, 5344, None),
        (1458, 5344, None),
    ]
    assert answer(con, Query("catalogue_items", end=date(2014, 10, 2))).rows[0]["value"] == 5349


@pytest.mark.parametrize(("query", "sentence"), [
    (Query("queue_wate"), "Did you mean 'queue_wait'"),
    (Query("queue_wait", ("department",)), "queue_wait has no dimension 'department'"),
    (Query("queue_wait", ("channel",)), "queue_wait has no dimension 'channel'"),
    (Query("open_cases", ("outcome",)), "open_cases has no dimension 'outcome'"),
    (Query("catalogue_items", ("weekday",)), "catalogue_items has no dimension 'weekday'"),
    (Query("cases_completed", ("distrikt",)), "Did you mean 'district'"),
    (Query("cases_completed", where=(("hour", "9"),)), "cases_completed has no dimension 'hour'"),
    (Query("cases_completed", where=(("month", "2024-13"),)), "write it like 2024-02"),
    (Query("cases_completed", where=(("day", "2024-02-31"),)), "not a day of the calendar"),
    (Query("cases_completed", where=(("week", "2023-W53"),)), "not a week of the calendar"),
    (Query("good_rating_rate", where=(("weekday", "8"),)), "write it like 1 (Monday) to 7"),
    (Query("wait_within_target", params=(("minutes", 481),)), "a whole number from 1 to 480"),
    (Query("wait_within_target", params=(("minutes", "7.5"),)), "a whole number from 1 to 480"),
    (Query("wait_within_target", params=(("minuts", 5),)), "has no parameter 'minuts'; it has minutes"),
    (Query("queue_wait", params=(("stat", "p95"),)), "choose one of mean, p50, p90"),
    (Query("declared_depth_share", params=(("scheme", "gd_2013"), ("level", 4))), "gd_2013 has three levels"),
    (Query("cases_completed", start=date(2024, 2, 1), end=date(2024, 2, 1)), "is empty"),
])  # fmt: skip
def test_refusals_say_what_to_ask_instead(con, query, sentence):
    with pytest.raises(QueryRefused) as refusal:
        answer(con, query)
    assert sentence in str(refusal.value)


def test_what_a_caller_writes_is_never_sql(con, make_mart):
    make_mart(con, "mart_case", cases(1, district_code="440604"))
    hostile = "x') or true --"
    compiled = compile_query(Query("cases_completed", where=(("district", hostile),)), read_store(con).catalog)
    assert hostile not in compiled.sql
    assert hostile in compiled.parameters.values()
    assert answer(con, Query("cases_completed", where=(("district", hostile),))).rows[0]["value"] == 0
