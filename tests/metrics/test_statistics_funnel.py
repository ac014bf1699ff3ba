import numpy as np
import polars as pl
import pytest
from scipy.stats import binom, poisson
from scipy.stats.mstats import winsorize

from metrics.statistics.funnel import discoveries, funnel, over_dispersion, ratio_funnel, ratio_limits, share_limits

DISTRICTS, METRICS = 12, 30


def test_large_units_have_the_normal_limits_of_spiegelhalter():
    low, high = share_limits(0.1, [400], 0.95)
    assert (low[0], high[0]) == pytest.approx((0.1 - 1.96 * 0.015, 0.1 + 1.96 * 0.015), abs=1e-6)
    low, high = share_limits(0.1, [4000], 0.998)
    assert (low[0], high[0]) == pytest.approx((0.1 - 3.09 * 0.3 / 4000**0.5, 0.1 + 3.09 * 0.3 / 4000**0.5), abs=1e-5)


@pytest.mark.parametrize("centre", [0.02, 0.3, 0.9])
@pytest.mark.parametrize("level", [0.95, 0.998])
def test_small_units_are_beyond_exactly_when_their_own_tail_says_so(centre, level):
    tail = (1 - level) / 2
    for n in (1, 5, 20, 63, 99):
        low, high = share_limits(centre, [n], level)
        counts = np.arange(n + 1)
        assert ((counts / n < low[0]) == (binom.cdf(counts, n, centre) <= tail)).all()
        assert ((counts / n > high[0]) == (binom.sf(counts - 1, n, centre) <= tail)).all()


def test_rare_events_are_taken_exactly_however_many_cases():
    _, high = share_limits(1e-4, [20_000], 0.95)  # two expected; the normal curve would call 5 high, though 1 in 19 years has as many
    assert 5 / 20_000 < high[0] < 6 / 20_000


def test_limits_widen_about_the_centre_and_stay_shares():
    plain, wide = share_limits(0.2, [400, 50], 0.95), share_limits(0.2, [400, 50], 0.95, phi=4.0)
    assert wide[1] - 0.2 == pytest.approx(2 * (plain[1] - 0.2))
    assert (share_limits(0.02, [30], 0.998, phi=25)[0] >= 0).all()


def test_ratio_limits_are_exact_where_few_are_expected():
    low, high = ratio_limits([6.0], [0.0], 0.95)
    counts = np.arange(30)
    assert ((counts / 6 > high[0]) == (poisson.sf(counts - 1, 6) <= 0.025)).all()
    assert ((counts / 6 < low[0]) == (poisson.cdf(counts, 6) <= 0.025)).all()
    low, high = ratio_limits([400.0], [400.0], 0.95)
    assert high[0] == pytest.approx(1 + 1.96 / 20, abs=1e-5)


def test_over_dispersion_is_the_mean_of_winsorised_squares():
    z = np.random.default_rng(7).normal(0, 3, 40)
    expected = float((np.asarray(winsorize(z, limits=(0.1, 0.1))) ** 2).mean())
    assert over_dispersion(z) == pytest.approx(expected)
    assert over_dispersion([0.1] * 20) == 1
    assert over_dispersion([9.0, -9.0, 9.0, 9.0]) == 1  # four units tell nothing


def test_one_outlier_does_not_widen_the_limits_that_find_it():
    assert over_dispersion([0.1, -0.3, 0.5, -0.8, 9.0]) == 1


def test_discoveries_as_in_benjamini_and_hochberg():
    # Benjamini and Hochberg 1995, section 3.2: fifteen hypotheses, four rejected at q = 0.05
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert discoveries(p, q=0.05) == [True] * 4 + [False] * 11


def test_unknown_p_values_do_not_count():
    assert discoveries([0.08, None, float("nan")]) == [True, False, False]
    assert discoveries([None]) == [False]


def test_verdicts_of_a_plain_page():
    frame = pl.DataFrame({"district": list("abcdef"), "events": [100, 103, 97, 160, 99, 0], "cases": [1000, 1000, 1000, 1000, 1000, 0]})
    result = funnel(frame, common=0.1)
    assert result["verdict"].to_list() == ["inside", "inside", "inside", "high", "inside", None]
    assert result["share"].to_list()[-1] is None
    assert result["phi"][0] == 1
    assert funnel(frame.head(5))["common"][0] == pytest.approx(559 / 5000)


def test_a_low_unit_is_low_and_a_page_without_cases_has_no_verdicts():
    frame = pl.DataFrame({"events": [500, 495, 505, 380, 502, 498], "cases": [1000] * 6})
    assert funnel(frame)["verdict"].to_list()[3] == "low"
    assert funnel(frame.with_columns(events=0, cases=0))["verdict"].to_list() == [None] * 6


def test_ratio_funnel_uses_the_variance_of_shares():
    frame = pl.DataFrame({"observed": [9800.0] + [9750.0] * 5, "expected": [9750.0] * 6})
    assert ratio_funnel(frame)["verdict"].to_list()[0] == "inside"  # as Poisson, 50 of 9750 is nothing
    assert (
        ratio_funnel(frame.with_columns(variance=pl.lit(243.75)))["verdict"].to_list()[0] == "high"
    )  # with 250 misses expected, 200 is not
    rare = pl.DataFrame({"observed": [15.0, 3, 3, 2, 4, 3], "expected": [3.0] * 6})
    assert ratio_funnel(rare)["verdict"].to_list() == ["high"] + ["inside"] * 5


def _null_page(rng, spread: float) -> tuple[list[float], int]:
    """p-values of a page on which all districts are alike but for extra-binomial noise, and how many naive 5 % alerts it has."""
    p_values, naive = [], 0
    for _ in range(METRICS):
        centre, cases = rng.uniform(0.05, 0.95), rng.integers(40, 4000, DISTRICTS)
        own = np.clip(centre + spread * np.sqrt(centre * (1 - centre) / cases) * rng.normal(size=DISTRICTS), 0, 1)
        result = funnel(pl.DataFrame({"events": rng.binomial(cases, own), "cases": cases}))
        p_values += result["p_value"].to_list()
        plain = (result["share"] - result["common"]) / (result["common"] * (1 - result["common"]) / result["cases"]).sqrt()
        naive += int((plain.abs() > 1.96).sum())
    return p_values, naive


def test_where_nothing_differs_a_page_has_no_more_than_one_alert_on_average():
    rng = np.random.default_rng(20)
    pages = [_null_page(rng, spread=0.0) for _ in range(20)]
    alerts = [sum(discoveries(p_values)) for p_values, _ in pages]
    assert np.mean(alerts) <= 1  # what was promised; at q = 0.1 nine pages in ten have none at all
    assert sum(count == 0 for count in alerts) >= 17
    assert np.mean([naive for _, naive in pages]) > 10  # what the same pages show without protection


def test_over_dispersed_districts_do_not_flood_the_page():
    rng = np.random.default_rng(21)
    pages = [_null_page(rng, spread=2.0) for _ in range(20)]
    assert np.mean([naive for _, naive in pages]) > 100
    assert np.mean([sum(discoveries(p_values)) for p_values, _ in pages]) <= 1
