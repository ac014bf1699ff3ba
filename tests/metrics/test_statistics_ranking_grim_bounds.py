from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest

from metrics.statistics.grim import check, failures, shared_denominators, smallest_n
from metrics.statistics.nonresponse import bounds
from metrics.statistics.ranking import rank_ranges

LEAGUE = pl.DataFrame({"low": [0.80, 0.70, 0.72, 0.50, 0.10], "high": [0.90, 0.78, 0.79, 0.60, 0.99], "n": [500, 400, 300, 200, 12]})


def test_ranks_are_ranges_of_places_that_intervals_allow():
    assert rank_ranges(LEAGUE, "higher")["rank"].to_list() == ["1", "2–3", "2–3", "4", None]
    assert rank_ranges(LEAGUE, "lower")["rank"].to_list() == ["4", "2–3", "2–3", "1", None]


def test_overlapping_all_share_all_places():
    frame = pl.DataFrame({"low": [0.1, 0.2, 0.3], "high": [0.6, 0.7, 0.8], "n": [30, 30, 30]})
    assert rank_ranges(frame, "higher")["rank"].to_list() == ["1–3"] * 3


def test_below_thirty_there_is_no_rank_and_no_place_taken():
    frame = pl.DataFrame({"low": [0.9, 0.5, 0.1], "high": [0.95, 0.6, 0.2], "n": [29, 30, 30]})
    assert rank_ranges(frame, "higher")["rank"].to_list() == [None, "1", "2"]


def test_full_counts_and_missing_intervals():
    frame = pl.DataFrame({"low": [5.0, 5.0, 3.0, None], "high": [5.0, 5.0, 3.0, None], "n": [90, 90, 90, 90]})
    assert rank_ranges(frame, "higher")["rank"].to_list() == ["1–2", "1–2", "3", None]


def test_no_rank_without_direction():
    with pytest.raises(ValueError, match="direction"):
        rank_ranges(LEAGUE, "neutral")


def test_the_figures_of_foshan():
    assert not check("95.58", 5349).is_attainable
    assert list(check("95.58", 5344).numerators) == [5108]
    assert list(check("99.68", 5344).numerators) == [5327]
    assert list(check("27.28", 5344).numerators) == [1458]
    assert list(check("99.68", 5349).numerators) == [5332]
    assert [failure.printed for failure in failures([("99.68", 5349), ("95.58", 5349), ("27.28", 5349)])] == ["95.58"]
    assert 5344 in shared_denominators(["99.68", "95.58", "27.28"], range(5300, 5350))
    assert 5349 not in shared_denominators(["99.68", "95.58", "27.28"], range(5300, 5350))


def test_cutting_off_digits_is_told_apart():
    assert list(check("95.58", 5349).cut_off) == [5113]  # 95.588 per cent
    assert not check("95.58", 5349).is_attainable


@pytest.mark.parametrize(("printed", "places"), [("33.3", 1), ("50", 0), ("0.07", 2), ("100.0", 1), ("12.5", 1)])
@pytest.mark.parametrize("n", [1, 3, 8, 16, 97, 1429])
def test_numerators_are_those_that_print_so(printed, places, n):
    half_up = {k for k in range(n + 1) if (Decimal(100 * k) / n).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) == Decimal(printed)}
    half_even = {k for k in range(n + 1) if round(Decimal(100 * k) / n, places) == Decimal(printed)}
    assert half_up | half_even <= set(check(printed, n).numerators)
    for k in set(check(printed, n).numerators) - half_up - half_even:  # a tie, printed downwards
        assert Decimal(100 * k) / n - Decimal(printed) == Decimal(5).scaleb(-places - 1)


def test_smallest_number_of_cases():
    assert smallest_n("99.93") == 1334
    assert smallest_n("50") == 2
    assert smallest_n("33.3 %") == 3
    assert smallest_n("0.00") == 1


@pytest.mark.parametrize("text", ["", "about 95", "101", "-3", "NaN"])
def test_what_is_no_percentage_is_refused(text):
    with pytest.raises(ValueError, match="percentage"):
        check(text, 100)


def test_no_share_of_nothing():
    with pytest.raises(ValueError, match="1 or more"):
        check("50", 0)


def test_what_silence_could_hide():
    assert bounds(999, 1000, 10_000) == pytest.approx((0.0999, 0.9999))  # ten per cent answered, 99.9 per cent of them satisfied
    assert bounds(80, 100, 100) == (0.8, 0.8)
    assert bounds(0, 0, 50) == (0.0, 1.0)
    assert bounds(0, 0, 0) == (None, None)


def test_more_answers_than_cases_are_refused():
    with pytest.raises(ValueError, match="each case once"):
        bounds(5, 124, 100)
