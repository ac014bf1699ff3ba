"""Each metric against a query written by hand, in other words than its definition: spring 2024, default parameters, the whole city.

An oracle gives (value, n). Quantiles are compared with SciPy's Kaplan–Meier estimate on the rows themselves.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf, t

from metrics.evaluate import Query, answer
from metrics.registry import registry

SPRING = {"start": date(2024, 2, 1), "end": date(2024, 5, 1)}
LAST = "date '2024-04-30'"


def completed(value: str, where: str = "true") -> str:
    return (
        f"select {value}, count(*) from mart_case where is_void = false and completed_on between '2024-02-01' and '2024-04-30' and {where}"
    )


def received(value: str) -> str:
    return f"select {value}, count(*) from mart_case where is_void = false and application_on between '2024-02-01' and '2024-04-30'"


def tickets(value: str, where: str = "true") -> str:
    return f"select {value}, count(*) from mart_ticket where issued_on between '2024-02-01' and '2024-04-30' and {where}"


def materials(value: str, where: str = "true") -> str:
    return f"select {value}, count(*) from mart_material where application_on between '2024-02-01' and '2024-04-30' and {where}"


def ratings(value: str, where: str) -> str:
    return f"select {value}, count(*) from mart_rating where rated_on between '2024-02-01' and '2024-04-30' and {where}"


def snapshots(value: str, where: str = "true") -> str:
    return f"select {value}, count(*) from mart_queue_snapshot where observed_on between '2024-02-01' and '2024-04-30' and {where}"


def items(value: str, where: str = "true") -> str:
    """Items at the end of April: of the versions that hold then, the highest; a version also ends where the next one begins."""
    held = f"""select * from mart_item as mine where {LAST} >= valid_from and {LAST} < valid_to
        and not exists (from mart_item as later where later.item_id = mine.item_id and later.version > mine.version and later.valid_from <= {LAST})"""
    return f"select {value}, count(*) from ({held}) where status = 'in_force' and {where}"


def published(table: str, value: str, where: str = "true") -> str:
    return f"select {value}, count(*) from {table} where period_start_on between '2024-02-01' and '2024-04-30' and {where}"


APPLIED = "is_application_based"
BY_LAW = "case_type = 'commitment' and legal_working_days > 0 and handling_working_days is not null"
WAITED = "is_chain_head and not is_implausible and wait_minutes is not null"

ORACLES = {
    "catalogue_items": items("count(distinct item_id)"),
    "catalogue_departments": items("count(distinct dept_id)", "dept_id is not null"),
    "declared_depth_share": items("avg(if(level_gd_4 in (3, 4), 1, 0))", APPLIED),
    "declared_visits_share": items("avg(if(visits_max in (0, 1), 1, 0))", APPLIED),
    "full_process_item_rate": items("avg(if(visits_max = 0 and len(online_steps) = 4, 1, 0))", APPLIED),
    "item_onboarding_rate": items("avg(is_on_online_hall::int)", APPLIED),
    "on_the_spot_item_rate": items("avg(if(case_type = 'on_the_spot', 1, 0))", APPLIED),
    "promised_limit_compression": items(
        "1 - sum(promised_working_days) / sum(legal_working_days)", "legal_working_days in (10, 20) and promised_working_days >= 0"
    ),
    "id_only_items": items("count_if(id_only)", "id_only"),
    "cross_region_item_rate": items("avg((cross_scope = 'cross_city' and cross_scope is not null)::int)", APPLIED),
    "untested_item_rate": """
        with day as (select unnest(range(date '2023-05-01', date '2024-05-01', interval 1 day))::date as d),
        throughout as (select item_id from mart_item as mine join day on d >= valid_from and d < valid_to where status = 'in_force'
            and not exists (from mart_item as later where later.item_id = mine.item_id and later.version > mine.version and later.valid_from <= d)
            group by item_id having count(distinct d) = 366),
        busy as (select item_id from mart_case where not is_void and application_on between '2023-05-01' and '2024-04-30' and item_id is not null)
        select avg(if(item_id in (from busy), 0, 1)), count(*) from throughout""",
    "cases_received": received("count(*)"),
    "cases_completed": completed("count(*)"),
    "open_cases": f"""select count(*), count(*) from mart_case
        where not is_void and application_on <= {LAST} and not coalesce(completed_on <= {LAST}, false)""",
    "overdue_cases": f"""select count(*), count(*) from mart_case
        where is_void = false and is_promise_countable and due_on < {LAST} and not coalesce(coalesce(clock_end_on, completed_on) <= {LAST}, false)""",
    "online_application_rate": completed("avg(if(channel in ('web', 'app', 'wechat'), 1, 0))"),
    "channel_mix": completed("1.0"),
    "observed_visits_mean": completed("avg(ifnull(visits, 0))"),
    "observed_visit_share": completed("avg(if(ifnull(visits, 0) < 2, 1, 0))"),
    "observed_depth_share": completed("avg(if(channel_group = 'online' and ifnull(visits, 0) <= 1, 1, 0))"),
    "depth_gap": completed("avg(declared_level) - avg(observed_level)", "channel_group = 'online' and declared_level is not null"),
    "depth_overclaim_rate": completed("avg(is_overclaimed::int)", "is_overclaimed is not null"),
    "actual_time_cut": completed("1 - avg(handling_working_days) / avg(legal_working_days)", BY_LAW),
    "clock_stop_share": completed(
        "sum(ifnull(paused_working_days, 0)) / (sum(handling_working_days) + sum(ifnull(paused_working_days, 0)))",
        "handling_working_days is not null",
    ),
    "supplement_rate": received("avg(if(supplement_count > 0, 1, 0))"),
    "multi_supplement_rate": received("avg(if(supplement_count > 1, 1, 0))"),
    "on_the_spot_completion_rate": completed("avg(is_decided_same_day::int)"),
    "refusal_rate": completed("avg(if(outcome = 'refused', 1, 0))"),
    "non_acceptance_rate": completed("avg(if(outcome = 'not_accepted', 1, 0))"),
    "withdrawal_rate": completed("avg(if(outcome = 'withdrawn', 1, 0))"),
    "published_due_kept_rate": completed("avg(is_published_due_kept::int)", "is_published_due_kept is not null"),
    "promise_kept_rate": """select avg(is_promise_kept::int), count(*) from mart_case
        where not is_void and is_promise_countable and due_on >= '2024-02-01' and due_on < '2024-05-01'""",
    "queue_wait": tickets("avg(wait_minutes)", f"{WAITED} and is_called"),
    "wait_within_target": tickets(
        "avg(if(is_called and wait_minutes <= 10, 1, 0))", f"{WAITED} and not (not is_called and wait_minutes <= 10)"
    ),
    "queue_abandonment": tickets("avg(is_abandoned::int)", "is_repeat = false"),
    "queue_tickets": tickets("count(*)"),
    "window_service_time": tickets("avg(service_minutes)", "service_minutes is not null"),
    "queue_length_mean": snapshots("avg(waiting)"),
    "queue_calls": snapshots("count(*)", "is_call"),
    "unstaffed_queue_share": snapshots("avg(is_unstaffed::int)", "waiting <> 0"),
    "exemption_rate": materials("avg(is_exempted::int)", "is_required"),
    "materials_saved": materials("count(*)", "is_exempted"),
    "exemption_opportunity": materials("count_if(was_available)", "is_submitted"),
    "response_rate": completed("avg(has_active_rating::int)"),
    "bad_rating_rate_per_100k": completed("1e5 * avg(has_bad_rating::int)"),
    "good_rating_rate": ratings("avg(if(grade in (3, 4, 5), 1, 0))", "is_latest"),
    "active_good_rating_rate": ratings("1 - avg(if(grade < 3, 1, 0))", "is_latest and is_active"),
    "satisfaction_score": ratings("100 * (avg(grade) - 1) / 4", "is_latest and is_active"),
    "top2_satisfaction": ratings("avg(if(grade > 3, 1, 0))", "is_latest and is_active"),
    "end_to_end_online_share": published("mart_interaction", "avg(is_end_to_end::int)", "is_assessed"),
    "interaction_point_online_share": published(
        "mart_interaction", "avg(if(application = 'yes', 1, 0))", "application <> 'not_applicable'"
    ),
    "applications_reported": published("mart_channel_volume", "sum(applications)", "applications is not null"),
    "online_volume_share": published(
        "mart_channel_volume", "sum(if(channel_group = 'online', applications, 0)) / sum(applications)", "applications is not null"
    ),
    "volume_reported_share": published("mart_channel_volume", "avg(is_reported::int)", "(is_reported or is_no_data)"),
    "standards_met_rate": published("mart_service_standard", "avg(is_met::int)", "is_met is not null"),
}

# means by variant, with the spread of what is averaged
MEANS = {
    ("working_days_per_case", variant): completed(
        f"avg({column}), stddev_samp({column})", f"{BY_LAW} and promised_working_days is not null"
    )
    for variant, column in (("actual", "handling_working_days"), ("promised", "promised_working_days"), ("legal", "legal_working_days"))
}

SURVIVAL = {
    ("handling_time", "p50"): (
        "mart_case",
        "accepted_on",
        "survival_working_days",
        "is_handling_event",
        "not is_void and case_type = 'commitment'",
    ),
    ("handling_time", "p90"): (
        "mart_case",
        "accepted_on",
        "survival_working_days",
        "is_handling_event",
        "not is_void and case_type = 'commitment'",
    ),
    ("e2e_time", "p50"): ("mart_case", "application_on", "e2e_days", "is_e2e_event", "not is_void"),
    ("e2e_time", "p90"): ("mart_case", "application_on", "e2e_days", "is_e2e_event", "not is_void"),
    ("queue_wait", "p50"): ("mart_ticket", "issued_on", "wait_minutes", "is_called", "is_chain_head and not is_implausible"),
    ("queue_wait", "p90"): ("mart_ticket", "issued_on", "wait_minutes", "is_called", "is_chain_head and not is_implausible"),
    ("window_service_time", "p50"): ("mart_ticket", "issued_on", "service_minutes", "true", "true"),
    ("window_service_time", "p90"): ("mart_ticket", "issued_on", "service_minutes", "true", "true"),
}


def test_every_metric_has_an_oracle():
    """Here, or in a file of its own mart, where it is asked for by name."""
    here = Path(__file__)
    elsewhere = "".join(path.read_text("utf-8") for path in sorted(here.parents[1].rglob("test_*.py")) if path != here)
    asked_for = {metric for metric in registry() if f'"{metric}"' in elsewhere}
    assert set(registry()) - asked_for <= set(ORACLES) | {metric for metric, _ in SURVIVAL}
    assert set(ORACLES) <= set(registry())


@pytest.mark.parametrize("metric", list(ORACLES))
def test_metric_against_its_oracle(city, metric):
    value, n = city.execute(ORACLES[metric]).fetchone()
    [row] = answer(city, Query(metric, **SPRING)).rows
    assert row["state"] == "value"
    assert n > 9, "the oracle looks at too few rows to tell"
    assert row["value"] == pytest.approx(value)
    assert row["n"] == (n if metric not in ("catalogue_departments",) else value)


@pytest.mark.parametrize(("metric", "variant"), list(MEANS))
def test_means_and_their_intervals_against_scipy(city, metric, variant):
    value, spread, n = city.execute(MEANS[metric, variant]).fetchone()
    [row] = answer(city, Query(metric, params=(("variant", variant),), **SPRING)).rows
    assert (row["value"], row["n"]) == (pytest.approx(value), n)
    assert (row["low"], row["high"]) == pytest.approx(t.interval(0.95, n - 1, value, spread / n**0.5))


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined:RuntimeWarning")
@pytest.mark.parametrize(("metric", "stat"), list(SURVIVAL))
def test_quantiles_against_scipy(city, metric, stat):
    table, anchor, age, event, where = SURVIVAL[metric, stat]
    minutes = registry()[metric].default_form.unit == "minutes"
    times = f"ceil({age})" if minutes else age
    rows = city.execute(
        f"select {times}, {event} from {table} where {anchor} between '2024-02-01' and '2024-04-30' and {age} >= 0 and {where}"
    ).fetchall()
    survival = ecdf(CensoredData(uncensored=[age for age, ended in rows if ended], right=[age for age, ended in rows if not ended])).sf
    share = {"p50": 0.5, "p90": 0.1}[stat]
    with np.errstate(divide="ignore", invalid="ignore"):
        band = survival.confidence_interval(method="log-log")

    def first(probabilities):
        reached = survival.quantiles[probabilities <= share + 1e-9]
        return reached[0] if len(reached) else None

    [row] = answer(city, Query(metric, params=(("stat", stat),), **SPRING)).rows
    assert row["value"] == first(survival.probabilities)
    lowest = np.where(survival.probabilities < 1e-9, 0.0, band.low.probabilities)  # SciPy leaves the band open where nobody is left
    assert (row["low"], row["high"]) == (first(lowest), first(band.high.probabilities))
    assert row["n"] == len(rows)
    assert (row["numerator"], row["denominator"]) == (None, None)
