import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from metrics.intervals import survival_quantile
from metrics.statistics.quantiles import binned_quantile
from metrics.statistics.survival import LifeBin, curve, from_start, merge

# Weeks in remission of 21 leukaemia patients on 6-MP (Freireich 1963; Gehan 1965): ended, censored
REMISSION = [(6, 3, 1), (7, 1, 0), (9, 0, 1), (10, 1, 1), (11, 0, 1), (13, 1, 0), (16, 1, 0), (17, 0, 1), (19, 0, 1), (20, 0, 1), (22, 1, 0), (23, 1, 0),
             (25, 0, 1), (32, 0, 2), (34, 0, 1), (35, 0, 1)]  # fmt: skip


def test_remission_curve_of_gehan():
    made = curve(from_start(REMISSION))
    assert {point.age: round(point.survival, 3) for point in made.points} == {
        6: 0.857,
        7: 0.807,
        10: 0.753,
        13: 0.690,
        16: 0.627,
        22: 0.538,
        23: 0.448,
    }
    assert made.n == 21
    first, last = made.at(6), made.at(99)
    assert (first.low, first.high) == pytest.approx((0.6197, 0.9516), abs=5e-5)  # log–log limits as Stata's sts list prints them
    assert (last.low, last.high) == pytest.approx((0.1881, 0.6801), abs=5e-5)
    assert made.at(5) is None


def test_quantiles_agree_with_the_quick_ones():
    made = curve(from_start(REMISSION))
    for q in (0.1, 0.25, 0.5, 0.9):
        assert made.quantile(q) == survival_quantile(REMISSION, q)


def test_delayed_entry_agrees_with_statsmodels():
    rng = np.random.default_rng(5)
    entry = rng.integers(0, 8, 400)
    exits = entry + rng.integers(1, 30, 400)
    ended = rng.random(400) < 0.6
    theirs = SurvfuncRight(exits, ended.astype(int), entry=entry)  # there at risk from after the entry: one bin later
    rows = [LifeBin(float(age + 1), entered=1) for age in entry]
    rows += [LifeBin(float(age), ended=int(is_ended), censored=int(not is_ended)) for age, is_ended in zip(exits, ended, strict=True)]
    made = curve(rows)
    assert made.n == 400
    assert made.thin_from is None
    steps = dict(zip(theirs.surv_times, theirs.surv_prob, strict=True))
    assert {point.age: point.survival for point in made.points} == pytest.approx(
        {age: steps[age] for age in (point.age for point in made.points)}
    )
    errors = dict(zip(theirs.surv_times, theirs.surv_prob_se, strict=True))
    for point in made.points[5:40:7]:
        half = 1.959964 * errors[point.age] / (point.survival * abs(np.log(point.survival)))
        assert point.low == pytest.approx(point.survival ** np.exp(half), rel=1e-5)


def test_life_tables_of_days_add_up():
    monday, tuesday = from_start([(1, 2, 0), (3, 1, 1)]), from_start([(1, 1, 1), (2, 3, 0)])
    assert curve(merge(monday, tuesday)) == curve(from_start([(1, 3, 1), (2, 3, 0), (3, 1, 1)]))


def test_a_thin_start_is_not_read():
    early = [LifeBin(0, entered=2), LifeBin(1, ended=2), LifeBin(5, entered=50), LifeBin(9, ended=50)]
    made = curve(early)
    assert made.thin_from == 1
    assert made.quantile(0.5).value is None  # not 1 day, which two early ones would say


def test_restricted_mean_counts_the_open_ones():
    made = curve(from_start([(2, 1, 0), (4, 1, 0), (10, 0, 2)]))
    assert made.restricted_mean(10) == pytest.approx(2 * 1 + 2 * 0.75 + 6 * 0.5)
    assert made.restricted_mean(1) == 1


def test_more_leaving_than_were_there_is_refused():
    with pytest.raises(ValueError, match="give every subject an entry"):
        curve([LifeBin(0, entered=1), LifeBin(3, ended=2)])


def test_nobody_left_leaves_no_band():
    made = curve(from_start([(1, 4, 0)]))
    assert (made.points[0].survival, made.points[0].low, made.points[0].high) == (0, 0, 1)
    assert curve([]).points == ()


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9, 0.99])
def test_binned_quantiles_lie_within_their_stated_error(q):
    waits = np.random.default_rng(11).gamma(2, 6, 3000)
    counts, edges = np.histogram(waits, bins=np.arange(0, 241, 1.0))
    found = binned_quantile(list(zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)), q)
    exact = float(np.quantile(waits, q, method="inverted_cdf"))
    assert found.error == 0.5
    assert abs(found.value - exact) <= found.error
    assert found.low <= exact <= found.high
    assert found.n == 3000


def test_interval_by_order_statistics():
    bins = [(float(k), float(k + 1), 1) for k in range(100)]
    found = binned_quantile(bins, 0.5)
    assert found.value == 49.5
    assert (found.low, found.high) == (39.0, 61.0)  # 40th and 61st of 100 (Conover, Practical Nonparametric Statistics)


def test_intervals_cover_the_median_as_often_as_they_say():
    rng, covered = np.random.default_rng(4), 0
    for _ in range(300):
        counts = np.bincount(rng.integers(0, 10, 60), minlength=10)
        found = binned_quantile([(float(k), float(k + 1), int(count)) for k, count in enumerate(counts)], 0.5)
        covered += found.low <= 4.999 <= found.high
    assert covered >= 0.95 * 300


def test_the_open_last_bin_has_no_value():
    found = binned_quantile([(0, 1, 5), (240, None, 6)], 0.5)
    assert (found.value, found.error, found.above, found.high) == (None, None, 240, None)


def test_days_add_up_and_order_is_irrelevant():
    assert binned_quantile([(1, 2, 3), (0, 1, 2), (1, 2, 4)], 0.5) == binned_quantile([(0, 1, 2), (1, 2, 7)], 0.5)


def test_nothing_has_no_quantile_and_different_bins_are_refused():
    assert binned_quantile([], 0.5).value is None
    with pytest.raises(ValueError, match="same bins"):
        binned_quantile([(0, 2, 1), (1, 3, 1)], 0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        binned_quantile([(0, 1, 1)], 50)
