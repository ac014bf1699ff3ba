"""Intervals against SciPy and against numbers worked out elsewhere."""

from __future__ import annotations

import math
import random
from dataclasses import astuple
from itertools import groupby

import polars as pl
import pytest
from scipy.stats import binomtest, t

from metrics.intervals import Quantile, student_t, survival_quantile, wilson
from metrics.survival import quantiles


@pytest.mark.parametrize(("successes", "trials"), [(0, 12), (12, 12), (1, 10), (497, 1000), (5327, 5344)])
def test_wilson_is_scipys(successes, trials):
    expected = binomtest(successes, trials).proportion_ci(method="wilson")
    assert wilson(successes, trials) == (pytest.approx(expected.low, abs=1e-12), pytest.approx(expected.high, abs=1e-12))


def test_wilson_of_none_in_twelve_reaches_24_per_cent():
    low, high = wilson(0, 12)
    assert (low, round(high, 4)) == (0, 0.2425)
    assert wilson(0, 0) == (None, None)


def test_t_is_scipys():
    values = [1.0, 4.0, 4.5, 9.0]
    mean = sum(values) / 4
    error = math.sqrt(sum((value - mean) ** 2 for value in values) / 3) / 2
    assert student_t(4, sum(values), sum(value**2 for value in values)) == pytest.approx(t.interval(0.95, 3, loc=mean, scale=error))
    assert student_t(1, 3.0, 9.0) == (None, None)


def test_t_of_equal_values_has_no_width():
    assert student_t(3, 0.3, 0.03) == pytest.approx((0.1, 0.1))


def test_median_survival_of_a_published_example():
    """Freireich's leukaemia trial, drug 6-MP: median remission 23 weeks, 95 % log–log band from 13 on, upper end not reached."""
    ended = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
    censored = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}
    table = [(week, ended.get(week, 0), censored.get(week, 0)) for week in sorted({*ended, *censored})]
    assert survival_quantile(table, 0.5) == Quantile(23, 13, None, 21)


def test_without_censoring_it_is_the_order_statistic():
    assert survival_quantile([(age, 1, 0) for age in range(1, 11)], 0.5).value == 5
    assert survival_quantile([(age, 1, 0) for age in range(1, 11)], 0.9).value == 9


def test_those_who_end_count_before_those_censored_at_the_same_age():
    assert survival_quantile([(5, 1, 1)], 0.5).value == 5
    assert survival_quantile([(4, 0, 1), (5, 1, 1)], 0.5).value == 5
    assert survival_quantile([(5, 1, 2)], 0.5) == Quantile(None, None, None, 3)


def test_giving_up_is_not_being_served():
    """Tickets given up early must not make the wait look shorter."""
    served = [(age, 1, 0) for age in range(1, 11)]
    given_up = [(0.5, 0, 5), *served[:6], (7, 0, 1), (8, 0, 1), (9, 1, 0), (10, 1, 0)]
    assert survival_quantile(given_up, 0.9).value >= survival_quantile(served, 0.9).value


def test_nobody_gives_no_quantile():
    assert survival_quantile([], 0.5) == Quantile(None, None, None, 0)


def test_many_tables_at_once_say_what_each_says_alone():
    chance = random.Random(7)
    rows = [
        (place, month, age, chance.choice([0, 1, 1, 5]), chance.choice([0, 0, 2]))
        for place in ("east", "west", None)
        for month in range(1, 13)
        for age in sorted(chance.sample(range(60), chance.randint(1, 25)))
    ]
    table = pl.DataFrame(rows, ["district", "month", "age", "n_event", "n_censored"], orient="row")
    for q in (0.5, 0.9):
        alone = []
        for place, group in groupby(rows, key=lambda row: row[:2]):
            alone.append((*place, *astuple(survival_quantile([row[2:] for row in group], q))))
        assert quantiles(table, ("district", "month"), q) == alone
    assert quantiles(table.clear(), ("district", "month"), 0.5) == []
