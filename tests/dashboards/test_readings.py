"""Changes say nothing that the numbers do not support."""

import math

import pytest

from dashboards.readings import Reading, change_between, read_row


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
