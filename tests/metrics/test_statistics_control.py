import pytest

from metrics.statistics.control import BEYOND, NEAR, SHIFT, TREND, assurance, p_chart, variation, xmr_chart

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: ten flow rates; and 6.3.3.2: thirty wafers of fifty chips
FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
WAFERS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
CALM = [10.0, 10.4, 9.7, 10.2, 9.6, 10.3, 9.8, 10.1, 9.9, 10.2, 9.8, 10.0]


def rules(chart, place):
    return [signal.rule for signal in chart.readings[place].signals]


def test_individuals_chart_of_the_nist_handbook():
    first = xmr_chart(FLOW + [None] * 3 + FLOW[::-1])  # twice the same ranges: the same mean, the same limits
    assert first.readings[0].centre == pytest.approx(50.81)
    assert first.readings[0].high == pytest.approx(55.8041, abs=5e-4)
    assert first.readings[0].low == pytest.approx(45.8159, abs=5e-4)


def test_share_chart_of_the_nist_handbook():
    chart = p_chart(WAFERS, [50] * 30, is_adjusted=False)
    assert chart.readings[0].centre == pytest.approx(0.2313, abs=5e-5)
    assert (chart.readings[0].low, chart.readings[0].high) == pytest.approx((0.0524, 0.4102), abs=1e-4)
    assert [place + 1 for place in range(30) if BEYOND in rules(chart, place)] == [15, 23]


def test_adjusted_shares_have_the_spread_that_months_have():
    events, cases = [5000 + (200 if month % 2 else -200) for month in range(24)], [10_000] * 24
    plain, adjusted = p_chart(events, cases, is_adjusted=False), p_chart(events, cases)
    assert sum(BEYOND in rules(plain, place) for place in range(24)) == 24
    assert sum(BEYOND in rules(adjusted, place) for place in range(24)) == 0
    mean_range = 0.04
    assert adjusted.readings[0].high - 0.5 == pytest.approx(3 * mean_range / 1.128)


def test_limits_of_shares_stay_shares():
    chart = p_chart([0, 1, 0, 2, 0, 1, 0, 1, 0, 2, 1, 0], [20] * 12)
    assert chart.readings[0].low == 0


def test_a_point_beyond_the_limits():
    chart = xmr_chart([*CALM, 14.0], baseline=12)
    assert rules(chart, 12) == [BEYOND]
    assert chart.latest.signals[0].direction == 1
    assert variation(chart, "higher") == "improving"
    assert variation(chart, "lower") == "concerning"
    assert variation(chart, "neutral") == "neither"


def test_eight_on_one_side_and_not_seven():
    chart = xmr_chart([*CALM, *[10.3, 10.2] * 4], baseline=12)
    assert rules(chart, 18) == []
    assert rules(chart, 19) == [SHIFT]


def test_a_point_on_the_centre_ends_the_run():
    values = [9.0, 11.0] * 6 + [10.5, 10.6] * 3 + [10.0] + [10.5, 10.6] * 3
    chart = xmr_chart(values, baseline=12)
    assert not any(SHIFT in rules(chart, place) for place in range(len(values)))


def test_six_rising_and_not_five():
    chart = xmr_chart([*CALM, 9.5, 9.6, 9.75, 9.9, 10.05, 10.15], baseline=12)
    assert rules(chart, 16) == []
    assert rules(chart, 17) == [TREND]
    assert chart.readings[17].signals[0].direction == 1


def test_two_of_three_beyond_two_sigma():
    sigma = 2 / 1.128
    values = [9.0, 11.0] * 6 + [10 + 2.2 * sigma, 9.5, 10 + 2.2 * sigma, 10 - 2.2 * sigma]
    chart = xmr_chart(values, baseline=12)
    assert rules(chart, 12) == [] and rules(chart, 13) == []
    assert rules(chart, 14) == [NEAR]
    assert rules(chart, 15) == []  # on the other side


def test_common_cause_stays_quiet():
    chart = xmr_chart(CALM * 2)
    assert not any(reading.signals for reading in chart.readings)
    assert variation(chart, "higher") == "common_cause"


def test_a_provisional_point_neither_signals_nor_moves_the_limits():
    chart, settled = xmr_chart([*CALM, 99.0], provisional=1), xmr_chart(CALM)
    assert chart.readings[12].signals == () and chart.readings[12].is_provisional
    assert chart.readings[0].high == settled.readings[0].high
    assert chart.latest == settled.latest
    shares = p_chart([*[50] * 6, *[52] * 6, 100], [100] * 13, provisional=1)
    assert shares.readings[12].signals == () and shares.readings[12].centre == pytest.approx(0.51)


def test_a_gap_ends_a_trend_and_counts_for_nothing():
    chart = xmr_chart([*CALM, 9.5, 9.6, 9.75, None, 9.9, 10.05, 10.15], baseline=12)
    assert not any(TREND in rules(chart, place) for place in range(19))
    assert chart.readings[15].value is None and chart.readings[15].signals == ()


def test_too_few_or_unmoving_points_have_no_limits():
    few = xmr_chart(CALM[:11])
    assert (few.reason, few.readings[0].high, variation(few, "higher")) == ("too_few", None, "unknown")
    still = xmr_chart([5.0] * 20)
    assert (still.reason, variation(still, "lower"), assurance(still, 4, "lower")) == ("no_variation", "unknown", "unknown")
    assert p_chart([None] * 20, [100] * 20).reason == "too_few"
    assert p_chart([0] * 20, [100] * 20).reason == "no_variation"


def test_assurance_of_a_target():
    chart = xmr_chart(CALM)
    assert assurance(chart, 8, "higher") == "always"
    assert assurance(chart, 12, "higher") == "never"
    assert assurance(chart, 10, "higher") == "sometimes"
    assert assurance(chart, 12, "lower") == "always"


def test_unknown_directions_are_refused():
    with pytest.raises(ValueError, match="direction"):
        variation(xmr_chart(CALM), "up")
    with pytest.raises(ValueError, match="higher or lower"):
        assurance(xmr_chart(CALM), 10, "neutral")
