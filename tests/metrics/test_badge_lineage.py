"""The badge of a number over the whole catalogue: a fault in one table touches exactly the metrics that rest on it, in exactly the periods of its days.

Which metrics those are is written down here by hand, from what the definitions mean; and no metric may rest on a table that no chain of
FROM and JOIN leads to, which is looked up in the models' files by their words.
"""

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

import warehouse
from metrics.badge import FAILED, GOOD, INCOMPLETE, WARNED, Fault, Quality, read_quality
from metrics.registry import registry
from metrics.rests import all_rests
from pipelines.release_quality import schema_of
from warehouse.build import build_models
from warehouse.engine.duckdb import open_store
from warehouse.lineage import Lineage
from warehouse.settings import Settings

MODELS = Path(warehouse.__file__).parent / "models" / "mart"
FEBRUARY, MARCH, APRIL = ((date(2018, month, 1), date(2018, month + 1, 1)) for month in (2, 3, 4))
SHARES = {"revision_size"}  # follows every published share
RATED = {"bad_rating_rate_per_100k", "response_rate", "satisfaction_bounds", "standardised_ratio"}  # of cases, by whether they were rated
FOLLOWED_UP = {"misrated_share", "real_name_followup", "rectification_rate", "revisit_satisfaction", "unsubstantiated_share"}
RESTS = {
    "core_cost": {"cost_per_case"},
    "core_survey_response": {"poll_design_effect", "poll_response_rate", "poll_satisfaction"} | SHARES,
    "core_payment": {"epay_rate", "payments"} | SHARES,
    "core_queue_snapshot": {"queue_calls", "queue_length_mean", "unstaffed_queue_share"} | SHARES,
    "core_service_standard": {"standards_met_rate"} | SHARES,
    "core_data_holding": {"data_holdings"},
    "core_data_share_call": {"data_share_hit_rate", "sharing_breadth"} | SHARES,
    "core_rating_followup": FOLLOWED_UP | SHARES,
    "core_rating": RATED | FOLLOWED_UP | SHARES | {
        "active_good_rating_rate", "default_rating_share", "good_rating_rate", "rating_grade_share", "satisfaction_score", "top2_satisfaction",
        "completeness", "late_arrival",
    },
    "core_case_deadline": {"overdue_cases", "promise_kept_rate", "published_due_kept_rate", "standardised_ratio"} | SHARES,
    "core_declared_figure": {"grim_failures"},
    "core_delivery": {"courier_department_share", "delivery_mix", "delivery_time", "digital_end_to_end_rate"} | SHARES,
}  # fmt: skip


@pytest.fixture(scope="module")
def rests(tmp_path_factory) -> dict[str, frozenset[str]]:
    """Every table behind each metric."""
    con = open_store(Settings.load(tmp_path_factory.mktemp("store")).prepare())
    build_models(con)
    found = all_rests(Lineage(schema_of(con)))
    con.close()
    return found


def named_by(model: str) -> set[str]:
    """Tables that a chain of FROM and JOIN in the files leads to."""
    seen, waiting = {model}, [model]
    while waiting:
        path = MODELS / f"{waiting.pop()}.sql"
        words = re.sub(r"--.*", "", path.read_text("utf-8")) if path.exists() else ""
        fresh = set(re.findall(r"\b(?:from|join)\s+([a-z_]+)", words)) - seen
        seen |= fresh
        waiting += [name for name in fresh if name != "build_as_of"]
    return seen


def release(con, **tables: str) -> Quality:
    """What is read of a release that holds these tables."""
    for name, sql in tables.items():
        con.execute(f"create or replace table {name} as {sql}")

    def read(sql: str) -> list[dict]:
        found = con.execute(sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return read_quality(read, tables)


def lineage_table(rests) -> str:
    rows = ", ".join(f"('{name}', '{table}')" for name, tables in rests.items() for table in tables)
    return f"select * from (values {rows}) as rests (metric_id, table_name)"


def touched(quality: Quality, span) -> dict[str, str]:
    badges = {name: quality.badge(metric, *span) for name, metric in registry().items()}
    return {name: badge.state for name, badge in badges.items() if badge and badge.state != GOOD}


@pytest.mark.parametrize("table", sorted(RESTS))
def test_exactly_the_metrics_that_mean_a_table_rest_on_it(rests, table):
    assert {name for name, tables in rests.items() if table in tables} == RESTS[table]


def test_no_metric_rests_on_a_table_that_its_marts_files_do_not_lead_to(rests):
    known = {mart: named_by(mart) for mart in {metric.mart for metric in registry().values()}}
    for name, metric in registry().items():
        marts = {metric.mart, *(mart for form in metric.forms.values() for mart in form.requires)} | set(
            re.findall("mart_[a-z_]+", metric.relation)
        )
        derived = {form.evaluator for form in metric.forms.values()} & {"standardised_ratio", "revision_size", "target_attainment"}
        if not derived:
            assert rests[name] <= set().union(*(known.get(mart) or named_by(mart) for mart in marts)), name
        assert metric.mart in rests[name]


FAULTS = {
    "late": ("core_rating", INCOMPLETE, {"source_freshness": """select 'opinion' as source_id, 'ratings' as feed, date '2018-03-10' as newest_on, 9 as days_behind,
        true as is_late, date '2018-03-11' as complete_on union all select 'portal', 'sessions', date '2018-03-20', 0, false, date '2018-03-20'"""}),
    "silent": ("core_payment", FAILED, {"source_freshness": """select 'pay' as source_id, 'payments' as feed, date '2018-03-01' as newest_on, 200 as days_behind,
        true as is_late, date '2018-03-01' as complete_on"""}),
    "a missing day": ("core_data_share_call", INCOMPLETE, {"source_gap": "select 'hub' as source_id, 'data_share_calls' as feed, date '2018-03-14' as day_on"}),
    "a warned check": ("core_delivery", WARNED, {"quality_outcome": """select 'r' as run_id, now() as ran_at, 'core_delivery' as table_name, 'odd' as rule_id,
        'warn' as severity, 'failed' as result, '{}' as because"""}),
    "a check that broke": ("core_cost", FAILED, {"quality_outcome": """select 'r' as run_id, now() as ran_at, 'core_cost' as table_name, 'odd' as rule_id,
        'warn' as severity, 'errored' as result, '{}' as because"""}),
    "rows set aside": ("core_rating_followup", WARNED, {"delivery_part": """select 1 as file_id, 'opinion' as source_id, 'rating_followups' as feed,
        date '2018-03-01' as first_on, date '2018-03-31' as last_on, 90 as kept, 10 as set_aside"""}),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_changes_the_badges_of_exactly_the_numbers_that_rest_on_it(rests, fault):
    table, state, tables = FAULTS[fault]
    with duckdb.connect() as con:
        sound = release(con, metric_lineage=lineage_table(rests))
        assert touched(sound, MARCH) == {}
        faulty = release(con, metric_lineage=lineage_table(rests), **tables)
    assert touched(faulty, MARCH) == dict.fromkeys(RESTS[table], state)


@pytest.mark.parametrize(("fault", "after"), [("a missing day", False), ("late", True), ("rows set aside", False)])
def test_a_fault_of_march_leaves_february_alone(rests, fault, after):
    table, _, tables = FAULTS[fault]
    stocks = {name for name, metric in registry().items() if metric.default_form.is_stock or not metric.time}
    with duckdb.connect() as con:
        quality = release(con, metric_lineage=lineage_table(rests), **tables)
    assert touched(quality, FEBRUARY) == {}
    assert touched(quality, APRIL).keys() == (RESTS[table] if after else RESTS[table] & stocks)


def test_files_of_a_period_are_taken_together_and_one_percent_is_the_limit(rests):
    parts = """select 1 as file_id, 'opinion' as source_id, 'ratings' as feed, date '2018-02-01' as first_on, date '2018-02-28' as last_on, 95 as kept, 5 as set_aside
        union all select 2, 'opinion', 'ratings', date '2018-03-01', date '2018-03-31', 990, 10
        union all select 3, 'opinion', 'ratings', date '2018-03-15', date '2018-03-31', 500, 0"""
    with duckdb.connect() as con:
        quality = release(con, metric_lineage=lineage_table(rests), delivery_part=parts)
    february, march = (quality.badge(registry()["good_rating_rate"], *span) for span in (FEBRUARY, MARCH))
    assert february and march and (february.state, march.state) == (WARNED, GOOD)
    assert [(fault.of, fault.among) for fault in february.faults] == [(5, 100)]


def test_the_worst_fault_names_the_badge_and_comes_first():
    faults = (
        Fault("check_warned", "t", "rule"),
        Fault("gap", "t", "s", "ratings", date(2018, 3, 2), date(2018, 3, 2)),
        Fault("check_failed", "other", "x"),
    )
    badge = Quality({"good_rating_rate": frozenset({"t"})}, faults).badge(registry()["good_rating_rate"], *MARCH)
    assert badge and badge.state == INCOMPLETE and [fault.kind for fault in badge.faults] == ["gap", "check_warned"]


def test_a_release_without_lineage_gives_no_badge():
    assert read_quality(lambda _: [], ["quality_outcome"]).badge(registry()["good_rating_rate"], *MARCH) is None
