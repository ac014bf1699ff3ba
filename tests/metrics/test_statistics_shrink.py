import numpy as np
import polars as pl
import pytest
from scipy.stats import betabinom

from metrics.statistics.shrink import common_prior, shrink

# Batting averages of 18 players after 45 times at bat, and in the rest of the 1970 season (Efron and Morris 1975, 1977)
HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
SEASON = [0.346, 0.298, 0.276, 0.222, 0.273, 0.270, 0.263, 0.210, 0.269, 0.230, 0.264, 0.256, 0.303, 0.264, 0.226, 0.286, 0.316, 0.200]
PLAYERS = pl.DataFrame({"events": HITS, "cases": [45] * 18})
MIXED = pl.DataFrame({"events": [0, 3, 1, 9, 30, 2, 11, 6], "cases": [10, 10, 30, 30, 100, 20, 20, 40]})


def test_shrunk_batting_averages_foretell_the_season_far_better():
    raw = sum((hits / 45 - season) ** 2 for hits, season in zip(HITS, SEASON, strict=True))
    shrunk = sum((value - season) ** 2 for value, season in zip(shrink(PLAYERS)["shrunk"], SEASON, strict=True))
    assert raw == pytest.approx(0.077, abs=0.002)  # as printed by Efron and Morris; theirs shrank it to 0.022
    assert shrunk == pytest.approx(0.022, abs=0.003)


def test_the_common_prior_is_the_likeliest():
    prior = common_prior(MIXED)

    def likelihood(alpha, beta):
        return betabinom.logpmf(MIXED["events"].to_numpy(), MIXED["cases"].to_numpy(), alpha, beta).sum()

    best = likelihood(prior.alpha, prior.beta)
    for factor in (0.9, 0.99, 1.01, 1.1):
        assert likelihood(prior.alpha * factor, prior.beta) < best
        assert likelihood(prior.alpha, prior.beta * factor) < best


def test_posterior_means_lie_between_own_and_common_share():
    result, prior = shrink(MIXED), common_prior(MIXED)
    for row in result.iter_rows(named=True):
        own = row["events"] / row["cases"]
        assert row["shrunk"] == pytest.approx(row["own_weight"] * own + (1 - row["own_weight"]) * prior.mean)
        assert row["shrunk_low"] < row["shrunk"] < row["shrunk_high"]


def test_units_that_do_not_differ_are_all_the_common_share():
    result = shrink(pl.DataFrame({"events": [10, 10, 10, 10], "cases": [100, 100, 100, 100]}))
    assert result["shrunk"].to_list() == pytest.approx([0.1] * 4, abs=1e-4)
    assert result["own_weight"].max() < 0.001


def test_a_unit_without_cases_is_the_common_share():
    result = shrink(pl.concat([MIXED, pl.DataFrame({"events": [0], "cases": [0]})]))
    assert result["shrunk"][-1] == pytest.approx(common_prior(MIXED).mean)


def test_worst_windows_do_not_improve_by_themselves():
    rng = np.random.default_rng(8)
    own, cases = rng.beta(20, 80, 300), np.full(300, 25)
    last, this = rng.binomial(cases, own), rng.binomial(cases, own)
    listed = shrink(pl.DataFrame({"events": last, "cases": cases}))["shrunk"].to_numpy()
    worst = np.argsort(-last, kind="stable")[:30]
    seen, real, foretold = (last / cases)[worst].mean(), (this / cases)[worst].mean(), listed[worst].mean()
    assert seen - real > 0.08  # nobody did anything, and the worst "improved"
    assert abs(foretold - real) < 0.02


def test_too_little_to_learn_from_is_refused():
    with pytest.raises(ValueError, match="three units"):
        shrink(MIXED.head(2))
    with pytest.raises(ValueError, match="non-events"):
        shrink(MIXED.with_columns(events=pl.lit(0)))
