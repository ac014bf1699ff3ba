"""Changes, ranks and signals say nothing that the numbers do not support."""

import math

import pytest

from dashboards.readings import Reading, beside, change_between, rank_ranges, read_row
from dashboards.signals import process_limits, signal_of


def reading(value, low=None, high=None, n=100):
    return Reading("value", value, low, high, n)


def test_a_row_without_the_state_value_carries_no_number():
    row = {"state": "insufficient_n", "value": 0.5, "low": None, "high": None, "n": 4}
    assert read_row(row) == Reading("insufficient_n", None, None, None, 4)
    assert read_row({**row, "state": "value", "value": math.nan}).value is None


def test_a_change_is_clear_only_when_the_interval_of_the_difference_leaves_out_zero():
    before, near, far = reading(0.50, 0.46, 0.54), reading(0.53, 0.49, 0.57), reading(0.60, 0.56, 0.64)
    assert change_between(near, before, "higher", is_full_count=False).is_clear is False
    clear = change_between(far, before, "higher", is_full_count=False)
    assert (clear.is_clear, clear.sign, round(clear.delta, 3)) == (True, 1, 0.1)


def test_the_interval_of_a_difference_is_newcombes():
    # Newcombe 1998, table II: 56/70 − 48/80 has the interval 0.0524 to 0.3339, Wilson intervals 0.6916–0.8769 and 0.4906–0.7001
    one, other = reading(0.8, 0.6916, 0.8769), reading(0.6, 0.4906, 0.7001)
    low = 0.2 - math.hypot(0.8 - 0.6916, 0.7001 - 0.6)
    assert low == pytest.approx(0.0524, abs=0.0002)
    assert change_between(one, other, "higher", is_full_count=False).is_clear is True


def test_direction_decides_what_is_better():
    less = change_between(reading(5.0, 4.9, 5.1), reading(9.0, 8.9, 9.1), "lower", is_full_count=False)
    none = change_between(reading(5.0, 4.9, 5.1), reading(9.0, 8.9, 9.1), "neutral", is_full_count=False)
    assert (less.sign, none.sign, none.is_clear) == (1, 0, True)


def test_without_an_interval_a_change_is_untested_but_a_full_count_is_what_it_is():
    assert change_between(reading(0.6), reading(0.5), "higher", is_full_count=False).is_clear is None
    assert change_between(reading(0.6), reading(0.5), "higher", is_full_count=True).sign == 1
    assert change_between(reading(0.5), reading(0.5), "higher", is_full_count=True).is_clear is False
    assert change_between(Reading(), reading(0.5), "higher", is_full_count=True) is None


def test_a_place_differs_from_the_whole_only_when_its_interval_leaves_it_out():
    assert beside(reading(0.6, 0.55, 0.65), 0.5, is_full_count=False) == 1
    assert beside(reading(0.52, 0.45, 0.59), 0.5, is_full_count=False) == 0
    assert beside(reading(0.4, 0.35, 0.45), 0.5, is_full_count=False) == -1
    assert beside(reading(0.4), 0.5, is_full_count=False) is None
    assert beside(reading(0.4), 0.5, is_full_count=True) == -1
    assert beside(Reading(), 0.5, is_full_count=True) is None


def test_overlapping_intervals_share_a_range_of_ranks_and_few_cases_have_none():
    readings = {
        "a": reading(0.9, 0.88, 0.92),
        "b": reading(0.6, 0.55, 0.65),
        "c": reading(0.62, 0.57, 0.67),
        "d": reading(0.99, 0.7, 1.0, n=12),
        "e": Reading(),
    }
    assert rank_ranges(readings, "higher") == {"a": (1, 1), "b": (2, 3), "c": (2, 3), "d": None, "e": None}
    assert rank_ranges(readings, "lower")["a"] == (3, 3)
    assert set(rank_ranges(readings, "neutral").values()) == {None}


def test_equal_full_counts_share_their_ranks():
    assert rank_ranges({"a": reading(0.3), "b": reading(0.3), "c": reading(0.2)}, "higher") == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}


def test_process_limits_are_wheelers():
    # twelve values whose moving ranges are all 2: mean 11, limits 11 ± 2.66 × 2
    limits = process_limits([10, 12] * 6)
    assert (limits.low, limits.centre, limits.high) == pytest.approx((5.68, 11, 16.32))


@pytest.mark.parametrize("values", [[], [1.0] * 11, [5.0] * 30, [None] * 20])
def test_no_limits_without_twelve_values_or_without_variation(values):
    assert process_limits(values) is None


def test_a_point_beyond_the_limits_is_a_signal_and_one_within_is_not():
    assert signal_of([10, 12] * 6 + [16]) is None
    high = signal_of([10, 12] * 6 + [17])
    assert (high.rule, high.direction) == ("limits", 1)
    assert signal_of([10, 12] * 6 + [5]).direction == -1


def test_six_steps_the_same_way_are_a_signal_and_five_are_not():
    assert signal_of([1, 2, 3, 4, 5, 6]) is None
    assert signal_of([1, 2, 3, 4, 5, 6, 7]).rule == "run"
    assert signal_of([7, 6, 5, 4, 3, 2, 1]).direction == -1
    assert signal_of([1, 2, None, 4, 5, 6, 7]) is None
    assert signal_of([1, 2, 3, None]) is None
    assert signal_of([]) is None
