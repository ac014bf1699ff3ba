import polars as pl
import pytest
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from metrics.statistics.poisson import binomial_limits, byar_limits, exact_limits
from metrics.statistics.standardise import reference_rates, standardise

# University of California, Berkeley, autumn 1973, six largest departments: admitted and applied (Bickel, Hammel, O'Connell 1975)
BERKELEY = pl.DataFrame(
    [("men", "A", 512, 825), ("men", "B", 353, 560), ("men", "C", 120, 325), ("men", "D", 138, 417), ("men", "E", 53, 191), ("men", "F", 22, 373),
     ("women", "A", 89, 108), ("women", "B", 17, 25), ("women", "C", 202, 593), ("women", "D", 131, 375), ("women", "E", 94, 393), ("women", "F", 24, 341)],
    schema=["unit", "department", "events", "cases"], orient="row",
)  # fmt: skip


@pytest.mark.parametrize("observed", [0, 1, 4, 10, 57, 1400])
@pytest.mark.parametrize("level", [0.95, 0.998])
def test_exact_limits_of_a_count_agree_with_statsmodels(observed, level):
    expected = confint_poisson(observed, exposure=1, method="exact-c", alpha=1 - level)
    assert exact_limits(observed, level) == pytest.approx(expected)


def test_exact_limits_of_ten_are_those_of_the_tables():
    assert exact_limits(10) == pytest.approx((4.80, 18.39), abs=0.005)  # Ulm 1990, table of Poisson limits
    assert exact_limits(0) == pytest.approx((0, 3.689), abs=0.0005)


def test_byar_is_its_formula_and_near_the_exact_limits():
    assert byar_limits(10)[0] == pytest.approx(10 * (1 - 1 / 90 - 1.959964 / (3 * 10**0.5)) ** 3, rel=1e-6)
    assert byar_limits(10)[1] == pytest.approx(11 * (1 - 1 / 99 + 1.959964 / (3 * 11**0.5)) ** 3, rel=1e-6)
    for observed in (10, 40, 300):
        assert byar_limits(observed) == pytest.approx(exact_limits(observed), rel=0.004)
    assert byar_limits(0)[0] == 0


@pytest.mark.parametrize(("events", "cases"), [(0, 12), (12, 12), (3, 40), (9800, 10000)])
def test_binomial_limits_agree_with_statsmodels(events, cases):
    low, high = proportion_confint(events, cases, method="beta")
    assert binomial_limits(events, cases) == pytest.approx((low * cases, high * cases))


def test_many_counts_at_once_have_the_limits_that_each_has_alone():
    events, cases = [0, 3, 12, 9800], [12, 40, 12, 10000]
    for together, alone in (
        (binomial_limits(events, cases), [binomial_limits(*pair) for pair in zip(events, cases, strict=True)]),
        (exact_limits(events), [exact_limits(count) for count in events]),
        (byar_limits(events), [byar_limits(count) for count in events]),
    ):
        assert list(zip(*together, strict=True)) == alone


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="zero or more"):
        exact_limits(-1)
    with pytest.raises(ValueError, match="between 0 and"):
        binomial_limits([1, 5], [4, 4])


def test_cirrhosis_among_doctors_as_in_bland():
    # Bland, An Introduction to Medical Statistics: rates per million of all men by age, numbers of doctors; 14 deaths, SMR 3.11 (1.70 to 5.22)
    ages = ["15-24", "25-34", "35-44", "45-54", "55-64"]
    everybody = pl.DataFrame({"age": ages, "cases": [1_000_000] * 5, "events": [5.859, 13.050, 46.937, 161.503, 271.358]})
    doctors = pl.DataFrame({"unit": ["doctors"] * 5, "age": ages, "cases": [1080, 12860, 11510, 10330, 7790], "events": [0.0, 0, 0, 0, 14]})
    row = standardise(doctors, "unit", [["age"]], everybody).row(0, named=True)
    assert row["expected"] == pytest.approx(4.4965, abs=2e-4)
    assert row["ratio"] == pytest.approx(3.11, abs=0.005)
    assert (row["ratio_low"], row["ratio_high"]) == pytest.approx((1.70, 5.22), abs=0.005)
    assert row["adjusted"] == pytest.approx(row["ratio"] * row["reference"])


def test_berkeley_reverses_and_is_flagged():
    result = {row["unit"]: row for row in standardise(BERKELEY, "unit", [["department"]], method="binomial").iter_rows(named=True)}
    assert result["men"]["crude"] == pytest.approx(1198 / 2691)
    assert result["women"]["crude"] == pytest.approx(557 / 1835)
    expected_women = 108 * 601 / 933 + 25 * 370 / 585 + 593 * 322 / 918 + 375 * 269 / 792 + 393 * 147 / 584 + 341 * 46 / 714
    assert result["women"]["expected"] == pytest.approx(expected_women)
    assert result["women"]["crude"] < result["women"]["reference"] < result["women"]["adjusted"]
    assert result["men"]["adjusted"] < result["men"]["reference"] < result["men"]["crude"]
    assert result["women"]["sign_reverses"] and result["men"]["sign_reverses"]


def test_observed_equals_expected_in_total_when_the_units_are_the_reference():
    result = standardise(BERKELEY, "unit", [["department"]])
    assert result["expected"].sum() == pytest.approx(result["observed"].sum())
    assert result["pooled_share"].to_list() == [0, 0]


def test_one_stratum_gives_the_crude_comparison_and_no_reversal():
    result = standardise(BERKELEY.with_columns(department=pl.lit("all")), "unit", [["department"]])
    assert result["adjusted"].to_list() == pytest.approx(result["crude"].to_list())
    assert result["sign_reverses"].to_list() == [False, False]


SMALL = pl.DataFrame(
    [("N", "licence", "online", 40, 10), ("N", "licence", "window", 20, 10), ("N", "licence", "hotline", 15, 3), ("N", "permit", "online", 10, 1), ("N", "permit", "window", 8, 4),
     ("S", "permit", "window", 2, 2)],
    schema=["unit", "item", "channel", "cases", "events"], orient="row",
)  # fmt: skip


def test_small_strata_are_pooled_among_themselves_and_upwards():
    rates = reference_rates(SMALL, SMALL, [["item", "channel"], ["item"], []])
    found = {(row["item"], row["channel"]): (row["rate"], row["level"]) for row in rates.iter_rows(named=True)}
    assert found["licence", "online"] == (0.25, 0)
    assert (
        found["licence", "window"] == found["licence", "hotline"] == (pytest.approx(13 / 35), 1)
    )  # 20 + 15 ≥ 30; the large stratum keeps its own
    assert (
        found["permit", "online"] == found["permit", "window"] == (pytest.approx(30 / 95), 3)
    )  # 20 left over: the whole reference answers


def test_share_of_cases_in_pooled_strata_is_told():
    result = standardise(SMALL, "unit", [["item", "channel"], ["item"], []])
    assert result["pooled_share"].to_list() == [pytest.approx(53 / 93), 1.0]


def test_a_stratum_that_the_reference_never_saw_is_pooled():
    reference = pl.DataFrame({"item": ["a", "b"], "group": ["x", "x"], "cases": [100, 20], "events": [50, 10]})
    new = pl.DataFrame({"unit": ["N"], "item": ["c"], "group": ["x"], "cases": [10], "events": [5]})
    row = standardise(new, "unit", [["item", "group"], ["group"]], reference).row(0, named=True)
    assert (row["expected"], row["pooled_share"]) == (5.0, 1.0)


def test_strata_without_a_name_are_strata():
    frame = pl.DataFrame(
        {"unit": ["N", "S"], "item": [None, None], "cases": [50, 50], "events": [10, 30]}, schema_overrides={"item": pl.String}
    )
    assert standardise(frame, "unit", [["item"]])["expected"].to_list() == [20, 20]


def test_order_of_rows_is_irrelevant():
    one, other = (standardise(frame, "unit", [["item", "channel"], ["item"]]) for frame in (SMALL, SMALL.reverse()))
    assert one["expected"].to_list() == pytest.approx(other["expected"].to_list())


def test_shares_near_one_need_binomial_limits():
    frame = pl.DataFrame({"unit": ["N", "S"], "item": ["a", "a"], "cases": [10_000, 10_000], "events": [9_800, 9_700]})
    poisson = standardise(frame, "unit", [["item"]]).row(0, named=True)
    binomial = standardise(frame, "unit", [["item"]], method="binomial").row(0, named=True)
    assert poisson["ratio_low"] < 1 < binomial["ratio_low"]  # a third fewer misses is no chance, which Poisson cannot see
    assert binomial["adjusted_high"] <= 1


def test_an_empty_reference_is_refused():
    with pytest.raises(ValueError, match="no cases"):
        standardise(SMALL, "unit", [["item"]], SMALL.with_columns(cases=0, events=0))
