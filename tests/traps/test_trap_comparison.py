"""Traps of comparison: case mix, league tables, regression to the mean, composites (T1, T2, T3, T22)."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from metrics.registry import registry
from metrics.statistics.attainment import Goal, Measured, attainment, standing
from metrics.statistics.funnel import discoveries, funnel
from metrics.statistics.ranking import rank_ranges
from metrics.statistics.shrink import shrink
from metrics.statistics.standardise import standardise

# district, item, cases, decided on the day of receipt: 440604 is faster for licences (60 against 50 %) and for confirmations (95 against 90 %)
MIX = [("440604", "L", 80, 48), ("440604", "C", 40, 38), ("440608", "L", 40, 20), ("440608", "C", 80, 72)]
CATALOGUE = """item_id,version,name_zh,item_type,dept_id,division_code,case_type,status
L,1,许可,01,D1,440604,commitment,in_force
C,1,确认,07,D1,440604,commitment,in_force
"""


def mixed_town(town):
    catalogue = CATALOGUE.replace("L,1,", "L440604,1,").replace("C,1,", "C440604,1,")
    catalogue += "L440608,1,许可,01,D2,440608,commitment,in_force\nC440608,1,确认,07,D2,440608,commitment,in_force\n"
    town.receive(service_items=catalogue)
    lines = []
    for district, kind, cases, same_day in MIX:
        for number in range(cases):
            case, day = f"{district}{kind}{number}", 5 if number < same_day else 6
            lines += [f"{case},received,2024-03-05 09:00:00,window,{kind}{district},"]
            lines += [f"{case},completed,2024-03-0{day} 17:00:00,window,{kind}{district},granted"]
    town.events(*lines)
    town.build()
    return town


def test_trap_01_simpsons_paradox(town):
    mixed_town(town)
    crude = {row["district"]: row["value"] for row in town.rows("on_the_spot_completion_rate", "district")}
    assert crude["440604"] == pytest.approx(86 / 120)
    assert crude["440608"] == pytest.approx(92 / 120)  # the naive ranking: 440608 is better
    strata = pl.DataFrame(
        [(row["district"], row["item_type"], row["numerator"], row["denominator"]) for row in town.rows("on_the_spot_completion_rate", "district,item_type")],
        schema=["district", "item_type", "events", "cases"], orient="row",
    )  # fmt: skip
    one, other = standardise(strata, "district", [["item_type"]], method="binomial").to_dicts()
    # licences 68 of 120, confirmations 110 of 120: E = 80 × 68/120 + 40 × 110/120 = 82 against 86 observed; 40 × 68/120 + 80 × 110/120 = 96 against 92
    assert (one["expected"], other["expected"]) == (pytest.approx(82), pytest.approx(96))
    assert one["ratio"] == pytest.approx(86 / 82)
    assert other["ratio"] == pytest.approx(92 / 96)
    assert (one["sign_reverses"], other["sign_reverses"]) == (True, True)
    published = {row["district"]: row["value"] for row in town.rows("standardised_ratio", "district", metric="on_the_spot_completion_rate")}
    assert published == {"440604": pytest.approx(86 / 82), "440608": pytest.approx(92 / 96)}


def test_trap_02_league_tables():
    """Twelve districts, thirty metrics, and no true difference anywhere."""
    chance = np.random.default_rng(5)
    naive, beyond, p_values = 0, [], []
    for _ in range(30):
        page = pl.DataFrame({"events": chance.binomial(400, 0.2, 12), "cases": [400] * 12})
        plotted = funnel(page, common=0.2)
        naive += int(((page["events"] / 400 - 0.2).abs() > 1.96 * (0.2 * 0.8 / 400) ** 0.5).sum())
        p_values += plotted["p_value"].to_list()
        beyond += (plotted["verdict"] != "inside").to_list()
    assert naive >= 10  # "significantly different" districts, all of them by chance
    assert sum(found and far for found, far in zip(discoveries(p_values), beyond, strict=True)) <= 1


def test_trap_02_ranks_that_chance_made():
    shares = pl.DataFrame({"value": [0.20, 0.21, 0.22, 0.60], "n": [400, 400, 400, 400]})
    half = 1.96 * (pl.col("value") * (1 - pl.col("value")) / pl.col("n")).sqrt()
    ranked = rank_ranges(shares.with_columns((pl.col("value") - half).alias("low"), (pl.col("value") + half).alias("high")), "higher")
    assert shares["value"].rank(descending=True).to_list() == [4, 3, 2, 1]  # the naive league table
    assert ranked["rank"].to_list() == ["2–4", "2–4", "2–4", "1"]


def test_trap_03_regression_to_the_mean():
    """Sixty windows of twenty cases each, all of the same quality: last month's worst are not the worst."""
    chance = np.random.default_rng(11)
    before = pl.DataFrame({"events": chance.binomial(20, 0.1, 60), "cases": [20] * 60})
    after = chance.binomial(20, 0.1, 60) / 20
    worst = np.argsort(-before["events"].to_numpy(), kind="stable")[:5]
    naive = (before["events"] / before["cases"]).to_numpy()[worst].mean()
    shrunk = shrink(before)["shrunk"].to_numpy()[worst].mean()
    assert naive >= 0.2  # "twice as bad as the others"
    assert after[worst].mean() < naive / 1.5  # and "improved by the inspection", though nobody came
    assert abs(shrunk - 0.1) < abs(naive - 0.1) / 4


def test_trap_22_composites_hide_a_miss():
    day = date(2024, 12, 31)
    goals = [(Measured(0.95, 0.94, 0.96, day), Goal(">=", 0.7, day)), (Measured(0.6, 0.58, 0.62, day), Goal(">=", 0.8, day))]
    ratios = [attainment(measured.value, goal) for measured, goal in goals]
    assert ratios == [1.25, pytest.approx(0.75)]
    assert sum(ratios) / 2 >= 1  # the one number: all is well
    assert [standing(measured, goal).status for measured, goal in goals] == ["met", "missed"]
    for metric in registry().values():
        assert not {"composite", "index", "score of scores"} & set(metric.name["en"].lower().split()), f"{metric.id} adds up several aims"


def test_trap_22_nothing_is_rounded_up_to_a_target():
    day = date(2024, 12, 31)
    almost = Measured(0.991, 0.990, 0.992, day)
    assert round(almost.value, 2) == 0.99 < 1.0
    assert np.ceil(almost.value) == 1  # as a published toolkit did
    assert standing(almost, Goal(">=", 1.0, day)).status == "missed"
