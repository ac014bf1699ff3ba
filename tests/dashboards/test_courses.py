"""What a page makes of a figure's course: provisional periods, process control by its rules, differences and ranks, the tree of places."""

from datetime import date

import pytest

from dashboards.course import Course, Scope
from dashboards.differences import Group, differences, ranks
from dashboards.indicators import Indicator
from dashboards.periods import Period
from dashboards.places import Place, grow
from dashboards.readings import Reading
from metrics.registry import registry

KEPT = Indicator("promise", "promise_kept_rate")
WAIT = Indicator("wait", "queue_wait", (("stat", "mean"),))
DEPTH = Indicator("depth", "declared_depth_share", (("level", 3),))
MONTH = Period(date(2018, 10, 1))
SCOPE = Scope((), MONTH, date(2018, 11, 6))


def share(events, cases, low=None, high=None):
    return Reading("value", events / cases, low, high, cases, cases)


def course(indicator, readings, scope=SCOPE, open_from=None):
    """The last reading is October's, the one before September's, and so on."""
    months = dict(zip((MONTH.shifted(-back).key for back in range(len(readings))), reversed(readings), strict=True))
    return Course(indicator, scope, months, registry()[indicator.metric], "", open_from)


def minutes(*values):
    return [Reading("value", value, value - 1, value + 1, 100) for value in values]


def test_a_period_is_provisional_when_it_runs_or_a_source_is_behind():
    assert not course(WAIT, minutes(5)).is_provisional
    assert course(WAIT, minutes(5), open_from=date(2018, 10, 23)).is_provisional
    assert not course(WAIT, minutes(5), open_from=date(2018, 11, 1)).is_provisional
    running = Scope((), Period(date(2018, 11, 1)), date(2018, 11, 6))
    assert course(WAIT, minutes(5), running).is_provisional


def test_a_provisional_period_has_no_change_and_fires_no_rule():
    values = minutes(*[10, 12] * 6, 30)
    open_month = course(WAIT, values, open_from=date(2018, 10, 23))
    assert open_month.change(MONTH.previous) is None
    assert (open_month.rules, open_month.verdict, open_month.limits) == ((), "unknown", None)
    assert course(WAIT, values).rules == (("beyond_limits", 1),)


def test_provisional_periods_follow_the_one_shown_and_settled_ones_do_not():
    september = Scope((), Period(date(2018, 9, 1)), date(2018, 11, 6), open_from=date(2018, 10, 23))
    assert [period.key for period in september.periods][-3:] == ["2018-09", "2018-10", "2018-11"]
    assert Scope((), Period(date(2016, 5, 1)), date(2018, 11, 6)).periods[-1].key == "2016-05"


def test_individuals_have_limits_of_three_sigma_about_their_mean():
    # thirteen values, moving ranges all 2: sigma 2 / 1.128, mean 142/13
    found = course(WAIT, minutes(*[10, 12] * 6, 10))
    mean, reach = 142 / 13, 3 * 2 / 1.128
    assert found.limits == pytest.approx((mean - reach, mean, mean + reach))
    assert (found.rules, found.verdict) == ((), "common_cause")


def test_shares_with_their_cases_have_limits_as_wide_as_their_cases_are_few():
    large = course(KEPT, [*[share(900, 1000), share(880, 1000)] * 6, share(890, 1000)])
    few = course(KEPT, [*[share(900, 1000), share(880, 1000)] * 6, share(89, 100)])
    assert few.limits[2] - few.limits[0] > 2.5 * (large.limits[2] - large.limits[0])
    assert few.limits[2] <= 1


def test_rates_per_hundred_thousand_have_limits_in_their_own_unit():
    bad = Indicator("bad", "bad_rating_rate_per_100k")
    readings = [Reading("value", number * 10.0, None, None, 10_000, 10_000) for number in [2, 4] * 6 + [3]]
    assert course(bad, readings).limits[1] == pytest.approx(39 * 10 / 13)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ([10, 12] * 8 + [11.5, 11.7, 11.4, 11.6, 11.8, 11.5, 11.4, 11.6], ("shift", 1)),
        ([10, 12] * 7 + [10.9, 11.0, 11.1, 11.2, 11.3, 11.4], ("trend", 1)),
    ],
)
def test_eight_on_one_side_and_six_in_a_row_fire_their_rules(values, rule):
    found = course(WAIT, minutes(*values))
    assert rule in found.rules
    assert found.verdict == "concerning"  # waiting: less is better


def test_a_full_count_has_no_control_chart():
    readings = [Reading("value", value, None, None, 40, 40) for value in [0.1, 0.2] * 6 + [0.9]]
    assert course(DEPTH, readings).rules == ()


def test_a_place_differs_only_beyond_the_limits_and_among_the_discoveries():
    whole = course(KEPT, [share(9000, 10000, 0.89, 0.91)])
    places = {
        "a": course(KEPT, [share(990, 1000, 0.98, 0.995)]),
        "b": course(KEPT, [share(91, 100, 0.84, 0.95)]),
        "c": course(KEPT, [Reading()]),
    }
    assert differences([Group(places, whole)]) == [{"a": 1, "b": 0, "c": None}]


def test_one_small_surprise_among_many_comparisons_is_none():
    # 10 of 10 places within chance but for one at p = 0.02, a discovery alone and none among twenty
    whole = course(WAIT, minutes(10))
    near = course(WAIT, [Reading("value", 10.1, 9.1, 11.1, 100)])
    odd = course(WAIT, [Reading("value", 12.33, 10.33, 14.33, 100)])
    assert differences([Group({"odd": odd}, whole)]) == [{"odd": 1}]
    crowd = {f"p{number}": near for number in range(10)}
    first, second = differences([Group({**crowd, "odd": odd}, whole), Group(crowd, whole)])
    assert first["odd"] == 0 and set(second.values()) == {0}


def test_full_counts_are_what_they_are():
    whole = course(DEPTH, [Reading("value", 0.3, None, None, 100, 100)])
    places = {name: course(DEPTH, [Reading("value", value, None, None, 50, 50)]) for name, value in (("a", 0.31), ("b", 0.3), ("c", 0.2))}
    assert differences([Group(places, whole)]) == [{"a": 1, "b": 0, "c": -1}]
    assert ranks(Group(places, whole)) == {"a": "1", "b": "2", "c": "3"}


def test_overlapping_intervals_share_a_range_of_ranks_and_few_cases_have_none():
    whole = course(KEPT, [share(70, 100, 0.6, 0.8)])
    places = {
        "a": course(KEPT, [share(90, 100, 0.88, 0.92)]),
        "b": course(KEPT, [share(60, 100, 0.55, 0.65)]),
        "c": course(KEPT, [share(62, 100, 0.57, 0.67)]),
        "d": course(KEPT, [share(12, 12, 0.7, 1.0)]),
        "e": course(KEPT, [Reading()]),
    }
    assert ranks(Group(places, whole)) == {"a": "1", "b": "2–3", "c": "2–3"}


PROVINCE, CITY, OTHER = Place("33", level=2), Place("3301", level=3), Place("3304", level=3)
DISTRICT, NEXT, TOWN = Place("330101", level=4), Place("330102", level=4), Place("330101001", level=5)


def test_the_whole_is_what_holds_every_record_and_its_parts_are_the_next_level():
    province = grow([(PROVINCE,), (PROVINCE, CITY), (PROVINCE, CITY, DISTRICT), (PROVINCE, OTHER)])
    assert province.whole == PROVINCE and province.parts() == [CITY, OTHER]
    assert province.parts("3301") == [DISTRICT] and province.parent("330101") == CITY and province.parent("3304") == PROVINCE
    city = grow([(PROVINCE, CITY), (PROVINCE, CITY, DISTRICT, TOWN), (PROVINCE, CITY, NEXT)])
    assert city.whole == CITY and city.parts() == [DISTRICT, NEXT]
    district = grow([(PROVINCE, CITY, DISTRICT), (PROVINCE, CITY, DISTRICT, TOWN)])
    assert district.whole == DISTRICT and district.parts() == [TOWN]


def test_the_whole_needs_no_condition_and_its_parts_do():
    found = grow([(PROVINCE, CITY, DISTRICT), (PROVINCE, CITY, NEXT)])
    assert found.where(found.whole) == ()
    assert found.where(found.place("330102")) == (("district", "330102"),)
    assert found.place("3301") is None and found.place("nonsense") is None


def test_places_of_several_provinces_have_no_whole():
    found = grow([(PROVINCE, CITY), (Place("44", level=2), Place("4406", level=3))])
    assert found.whole is None and [place.code for place in found.parts()] == ["33", "44"]
    assert grow([]).parts() == []
