"""The catalogue of definitions: what it holds, what it prints, and that a faulty definition is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import metrics
from metrics.registry import read_metric, registry
from metrics.spec import DefinitionError, expansions, spell_out

ASKED_FOR = ["catalogue_items", "declared_depth_share", "declared_visits_share", "cases_received", "cases_completed", "online_application_rate", "observed_visits_mean", "observed_visit_share", "depth_gap", "depth_overclaim_rate", "queue_wait", "wait_within_target", "queue_abandonment", "window_service_time", "on_the_spot_completion_rate", "handling_time", "promise_kept_rate", "actual_time_cut", "supplement_rate", "exemption_rate", "response_rate", "good_rating_rate", "active_good_rating_rate", "bad_rating_rate_per_100k"]  # fmt: skip

GOOD = yaml.safe_load("""
id: some_share
version: 1
name: {en: Some share, zh: 某占比}
meaning: {en: Share of some., zh: 某占比。}
formula: {en: some ÷ all, zh: 部分 ÷ 全部}
mart: mart_case
time: completed_on
kind: ratio
unit: share
better: higher
interval: wilson
evidence: observed
params: {k: {default: 1, choices: [0, 1]}}
numerator: count(*) filter (where visits <= $k)
denominator: count(*)
source: somewhere
""")


def test_it_holds_what_is_asked_for():
    assert set(ASKED_FOR) <= set(registry())


def test_the_entry_that_the_outside_sees():
    assert registry()["wait_within_target"].to_json() == {
        "id": "wait_within_target", "name": {"en": "Called within the target wait", "zh": "等候达标率"}, "unit": "share", "better": "higher", "kind": "ratio",
        "meaning": "Share of tickets called within the target time; a ticket given up after it counts as a miss, one given up before it does not count.",
        "dimensions": ["year", "quarter", "month", "week", "day", "hour", "weekday", "province", "city", "district", "town", "item", "site", "queue", "point"],
        "params": {"minutes": {"default": 10, "range": [1, 480]}},
        "source": "Chancheng 2017, from up to 15 to around 5 minutes", "version": 1,
    }  # fmt: skip


def test_every_file_is_a_metric_of_its_folder():
    folder = Path(metrics.__file__).parent / "definitions"
    assert {path.stem: path.parent.name for path in folder.rglob("*.yaml")} == {metric.id: metric.family for metric in registry().values()}


@pytest.mark.parametrize("metric", list(registry()))
def test_shares_have_a_denominator_and_both_languages(metric):
    definition = registry()[metric]
    for form in definition.forms.values():
        assert form.unit != "share" or form.denominator
    assert any("\u4e00" <= letter <= "\u9fff" for letter in definition.name["zh"] + definition.meaning["zh"])
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in definition.name["en"] + definition.meaning["en"])


def test_a_good_definition_reads():
    assert read_metric("volume", GOOD).default_form.denominator == "count(*)"


@pytest.mark.parametrize(("change", "sentence"), [
    ({"numerator": "count(*) filter (where visit <= $k)"}, "mart_case has no column visit"),
    ({"numerator": "count(*) filter (where visits <= $limit)"}, "$limit is not among the parameters"),
    ({"numerator": "visits"}, "'visits' is not an aggregate"),
    ({"numerator": "count(*) filter (where"}, "cannot be read as SQL"),
    ({"denominator": ""}, "a ratio needs denominator"),
    ({"mart": "mart_cases"}, "mart_cases"),
    ({"time": "finished_on"}, "time must name a date column of mart_case"),
    ({"better": "up"}, "better is 'up'; it must be one of higher, lower, neutral"),
    ({"unit": "per cent"}, "unit is 'per cent'"),
    ({"interval": "t"}, "a t interval needs squares"),
    ({"interval": "bounds"}, "needs bound"),
    ({"name": {"en": "Some share"}}, "name needs a text in en and in zh"),
    ({"formel": "x"}, "unknown entry formel"),
    ({"params": {"k": {"default": 7, "choices": [0, 1]}}}, "the default of k is not one of its choices"),
    ({"params": {"k": {"default": 7, "range": [0, 5]}}}, "outside its range"),
    ({"variants": {"other": {}}}, "need a parameter called variant or stat"),
    ({"dimensions_except": ["hour"]}, "which mart_case does not have"),
    ({"kind": "stock_ratio"}, "a stock needs since and until"),
])  # fmt: skip
def test_a_faulty_definition_is_named(change, sentence):
    with pytest.raises(DefinitionError) as fault:
        read_metric("volume", GOOD | change)
    assert sentence in str(fault.value)
    assert "some_share" in str(fault.value)


def test_an_entry_that_is_missing_is_named():
    with pytest.raises(DefinitionError, match="some_share: the definition lacks or misuses 'formula'"):
        read_metric("volume", {key: value for key, value in GOOD.items() if key != "formula"})


def test_a_fragment_is_kept_once_for_each_choice():
    metric = registry()["observed_visit_share"]
    assert list(expansions("count(*) filter (where visits <= $k)", metric.params)) == [
        f"count(*) filter (where visits <= {k})" for k in (0, 1, 2)
    ]
    assert spell_out("a = $scheme", {"scheme": "it's"}) == "a = 'it''s'"
