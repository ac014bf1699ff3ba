"""Evidence of depth: counts of twelve months, verdicts on every level, rises that the cases since contradict. Bounds are worked out by hand.

With n cases that all reach a level the Wilson lower bound is n ÷ (n + 1.96²): 20 ÷ 23.84 = 0.839, 15 ÷ 18.84 = 0.796.
With 10 of 20 the upper bound is (10 + 1.92 + 1.96 √(5 + 0.96)) ÷ 23.84 = 0.701; with 16 of 20 the bounds are 0.584 and 0.919.
"""

from datetime import date

import pytest


def cases(city, number, visits=0, *, month="2024-03", item_id="A1", channel="web", applied=None):
    """Cases of an item, granted in one month, with so many visits each: on different days at one hall."""
    for _ in range(number):
        name = f"K{city.rows}"
        day = f"{month}-05"
        events = [("submitted", f"{applied or day} 09:00", {"channel": channel}), ("decided", f"{month}-20 10:00", {"outcome": "granted"})]
        events += [("onsite_submission", f"{month}-{10 + visit} 10:00", {"channel": "window", "point_id": "W"}) for visit in range(visits)]
        city.events(name, *events, item_id=item_id)


def evidence(city, month, item_id="A1"):
    return city.one("mart_depth_evidence", f"item_id = '{item_id}' and month = date '{month}-01'")


def verdicts(row):
    return [row[f"verdict_{level}"] for level in (1, 2, 3, 4)]


@pytest.fixture
def hall(city):
    city.add("service_points", {"point_id": "W", "site_id": "S", "kind": "window", "name_zh": "W", "division_code": "440604"})
    return city


def test_each_level_has_its_verdict(hall):
    hall.item(online_steps=["submit"], visits_max=0)
    cases(hall, 10, visits=0)
    cases(hall, 6, visits=1)
    cases(hall, 4, visits=3)
    hall.build()
    row = evidence(hall, "2024-03")
    assert (row["n"], row["k2"], row["k3"], row["k4"], row["declared_level"]) == (20, 16, 16, 10, 4)
    assert row["lower_share"][0] == pytest.approx(0.8389, abs=1e-4) and row["upper_share"][3] == pytest.approx(0.7007, abs=1e-3)
    assert verdicts(row) == ["supported", "insufficient_evidence", "insufficient_evidence", "contradicted"]
    assert row["verdict"] == "contradicted"


@pytest.mark.parametrize(("number", "verdict"), [(0, "untested"), (15, "insufficient_evidence"), (16, "supported")])
def test_how_many_flawless_cases_it_takes(hall, number, verdict):
    hall.item(online_steps=["submit"], visits_max=1)
    hall.item("B1")
    cases(hall, number)
    cases(hall, 1, item_id="B1")
    hall.build()
    assert evidence(hall, "2024-03")["verdict"] == verdict


def test_cases_applied_for_at_a_window_and_void_ones_are_no_evidence(hall):
    hall.item(online_steps=["submit"], visits_max=1)
    cases(hall, 3, channel="window")
    hall.events("V", ("submitted", "2024-03-05 09:00"), ("decided", "2024-03-06 09:00", {"outcome": "void"}), item_id="A1")
    hall.build()
    assert (evidence(hall, "2024-03")["n"], evidence(hall, "2024-03")["verdict"]) == (0, "untested")


def test_the_window_is_the_month_and_the_eleven_before(hall):
    hall.item(online_steps=["submit"], visits_max=1)
    cases(hall, 2, month="2023-03")
    cases(hall, 3, month="2023-04")
    cases(hall, 5, month="2024-03")
    hall.build()
    assert [row["n"] for row in hall.all("mart_depth_evidence", "month in (date '2023-03-01', date '2024-02-01', date '2024-03-01')")] == [
        2,
        5,
        8,
    ]


def test_only_months_at_whose_end_the_item_is_in_force(hall):
    hall.item("B1")
    hall.item(valid_from="2024-01-31", valid_to="2024-03-15")
    cases(hall, 1, month="2023-12", item_id="B1")
    cases(hall, 1, month="2024-04", item_id="B1")
    hall.build()
    assert [row["month"] for row in hall.all("mart_depth_evidence", "item_id = 'A1'")] == [date(2024, 1, 1), date(2024, 2, 1)]


def test_without_a_level_from_one_to_four_there_is_no_verdict_on_the_declaration(hall):
    hall.item(online_steps=["consult"])
    cases(hall, 1)
    hall.build()
    assert (evidence(hall, "2024-03")["declared_level"], evidence(hall, "2024-03")["verdict"]) == (0, None)


def raised(city, second=4, third=None):
    city.item(declared_depth=2, valid_from="2023-01-01")
    city.item(declared_depth=second, version=2, valid_from="2024-01-01")
    if third:
        city.item(declared_depth=third, version=3, valid_from="2024-02-01")


def test_a_rise_that_the_cases_since_contradict_shows_after_ninety_days(hall):
    raised(hall)
    cases(hall, 20, visits=1, month="2024-02")
    hall.item("B1")
    cases(hall, 1, month="2024-04", item_id="B1")
    hall.build()
    rows = hall.all("mart_depth_evidence", "item_id = 'A1' and month >= date '2024-02-01'")
    # As of 20 April the rise of 1 January is 110 days old; at the end of March it is exactly 90.
    assert [(row["month"].month, row["verdict"], row["is_rise_unmatched"]) for row in rows] == [
        (2, "contradicted", False),
        (3, "contradicted", False),
        (4, "contradicted", True),
    ]
    assert {row["rose_on"] for row in rows} == {date(2024, 1, 1)}


@pytest.mark.parametrize(("number", "is_unmatched"), [(9, False), (10, True)])
def test_fewer_than_ten_cases_since_the_rise_accuse_nobody(hall, number, is_unmatched):
    raised(hall)
    cases(hall, number, visits=1, month="2024-02")
    hall.item("B1")
    cases(hall, 1, month="2024-05", item_id="B1")
    hall.build()
    assert evidence(hall, "2024-05")["is_rise_unmatched"] is is_unmatched


def test_one_case_of_one_that_missed_contradicts(hall):
    hall.item(online_steps=["submit"], visits_max=0)
    cases(hall, 1, visits=1)  # the upper bound is 3.84 ÷ 4.84 = 0.793
    hall.build()
    assert evidence(hall, "2024-03")["verdict"] == "contradicted"


def test_cases_applied_for_before_the_rise_do_not_speak_against_it(hall):
    raised(hall)
    cases(hall, 20, visits=1, month="2024-02", applied="2023-12-30")
    cases(hall, 1, month="2024-05")
    hall.build()
    row = evidence(hall, "2024-05")
    assert (row["verdict"], row["is_rise_unmatched"]) == ("contradicted", False)


def test_a_level_that_fell_again_is_no_rise(hall):
    raised(hall, second=4, third=3)
    cases(hall, 20, visits=2, month="2024-02")
    cases(hall, 1, month="2024-06")
    hall.build()
    assert (evidence(hall, "2024-06")["rose_on"], evidence(hall, "2024-06")["is_rise_unmatched"]) == (None, False)
