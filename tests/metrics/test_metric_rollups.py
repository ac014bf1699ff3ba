"""Every metric × every dimension: rollups and marts give one answer, parts add up to their whole, fine grains to coarse ones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from metrics.catalog import Catalog
from metrics.compile import compile_query
from metrics.dimensions import STOCK_PERIODS, is_many
from metrics.evaluate import Query, answer_all
from metrics.registry import registry
from metrics.rollup import planned
from metrics.spec import QueryRefused

SPRING = {"start": date(2024, 2, 1), "end": date(2024, 5, 1)}
ODD_DAYS = {"start": date(2024, 1, 17), "end": date(2024, 4, 9)}
WITHIN_A_MONTH = {"start": date(2024, 3, 5), "end": date(2024, 3, 25)}
METRICS = [name for name, metric in registry().items() if all(form.kind != "derived" for form in metric.forms.values())]
ADDITIVE = [name for name in METRICS if registry()[name].default_form.kind not in ("distinct", "stock_distinct", "design_effect")]


def param_choices(metric: str) -> list[tuple[tuple[str, int | str], ...]]:
    """Every combination of a metric's choices, and some values of its ranges, rolled up or not."""
    params = registry()[metric].params.values()
    values = [[(param.name, value) for value in (param.choices or {param.default, param.range[0], 3})] for param in params]
    allowed = []
    for combination in product(*values):
        try:
            registry()[metric].resolve(combination)
        except QueryRefused:
            continue
        allowed.append(combination)
    return allowed


def questions(metric: str) -> list[Query]:
    """A metric by every dimension, filtered, over whole and broken months, with every parameter."""
    definition = registry()[metric]
    dimensions = definition.dimensions
    long = (
        {"start": date(2024, 3, 20)} if definition.default_form.is_stock else {}
    )  # a stock has a row for every day, whether anything happened or not
    asked = [Query(metric, (name,), **(long if name in ("week", "day") else {})) for name in dimensions]
    asked += [Query(metric, params=params, **SPRING) for params in param_choices(metric)]
    asked += [Query(metric, params=params, **ODD_DAYS) for params in param_choices(metric)]
    places = [
        Query(metric, ("month", "district"), **ODD_DAYS),
        Query(metric, ("department",), **ODD_DAYS),
        Query(metric, ("department", "month"), (("year", "2024"),), **WITHIN_A_MONTH),
        Query(metric, ("department",), (("item_type", "01"),), end=ODD_DAYS["end"]),
        Query(metric, ("year", "case_type", "channel_group"), start=ODD_DAYS["start"]),
        Query(metric, ("month",), (("channel", "web"),), **SPRING),
        Query(metric, ("district", "year"), (("city", "4406"), ("month", "2024-03")), **SPRING),
        Query(metric, ("town",), (("district", "440604001"),)),
    ]
    asked += [query for query in places if {*query.by, *(name for name, _ in query.where)} <= set(dimensions)]
    asked += [Query(metric, ("audience", "week"), (("audience", "person"),))] if "audience" in dimensions else []
    asked += (
        [Query(metric, ("channel_group", "channel", "quarter"), (("channel", "web"), ("channel", "window")))]
        if "channel_group" in dimensions
        else []
    )
    if "hour" in dimensions:
        asked += [Query(metric, ("hour", "weekday", "site"), (("weekday", "2"),), **span) for span in (SPRING, ODD_DAYS)]
    return asked


@pytest.mark.parametrize("mart", sorted({metric.mart for metric in registry().values() if metric.id in METRICS}))
def test_rollups_and_marts_give_one_answer(city, store, mart):
    from_marts = replace(store, catalog=Catalog((), store.as_of))
    asked = [query for name in METRICS if registry()[name].mart == mart for query in questions(name)]
    for query, fast, slow in zip(asked, answer_all(city, asked, store), answer_all(city, asked, from_marts), strict=True):
        assert len(fast.rows) == len(slow.rows), query
        for quick, thorough in zip(fast.rows, slow.rows, strict=True):
            assert quick == thorough or quick == pytest.approx(thorough, abs=1e-9), query


def test_month_and_district_come_from_a_rollup(city, store):
    catalog = store.catalog
    districts = [name for name in METRICS if {"month", "district"} <= set(registry()[name].dimensions)]
    tables = {metric: compile_query(Query(metric, ("month", "district")), catalog).source_table for metric in districts}
    assert {metric for metric, table in tables.items() if not table.startswith("rollup_")} == {
        "catalogue_departments",
        "declared_depth_share_like_for_like",
        "untested_item_rate",
    }


@pytest.mark.parametrize(("query", "table"), [
    (Query("cases_completed", ("district",), **SPRING), "rollup_case_completed_month_place"),
    (Query("cases_completed", ("district",), (("channel", "web"),), **SPRING), "rollup_case_completed_month"),
    (Query("cases_completed", ("district",), **ODD_DAYS), "rollup_case_completed_day"),
    (Query("cases_completed", ("week",)), "rollup_case_completed_day"),
    (Query("cases_completed", ("department",), **ODD_DAYS), "rollup_case_completed_month_office"),
    (Query("cases_completed", ("department",), **WITHIN_A_MONTH), "mart_case"),
    (Query("handling_time", ("department",), start=ODD_DAYS["start"]), "rollup_handling_time_month_office"),
    (Query("exempted_applicants", ("month",), (("channel", "web"),)), "rollup_applicant_material_application_distinct_month_channel"),
    (Query("exempted_applicants", ("month",), (("channel", "web"), ("channel", "app"))), "mart_applicant_material"),
    (Query("exempted_applicants", ("month",), (("district", "440604"),)), "mart_applicant_material"),
    (Query("cases_completed", ("department", "month")), "rollup_case_completed_month_office"),
    (Query("cases_completed", ("department", "channel")), "rollup_case_completed_month_department"),
    (Query("cases_completed", ("item",), (("audience", "person"),)), "rollup_case_completed_month_item"),
    (Query("cases_received", ("theme",)), "rollup_case_application_month_department"),
    (Query("cases_received", ("item",)), "mart_case"),
    (Query("cases_completed", ("item", "day")), "mart_case"),
    (Query("wait_within_target", ("month",), params=(("minutes", 15),)), "rollup_ticket_issued_month"),
    (Query("wait_within_target", ("month",), params=(("minutes", 17),)), "rollup_queue_wait_month"),
    (Query("queue_wait", ("hour", "weekday"), params=(("stat", "p90"),)), "rollup_queue_wait_month_hour"),
    (Query("queue_wait", ("day",), params=(("stat", "p90"),)), "mart_ticket"),
    (Query("queue_wait", ("point",)), "mart_ticket"),
])  # fmt: skip
def test_smallest_table_that_can_answer(city, store, query, table):
    assert compile_query(query, store.catalog).source_table == table


@pytest.mark.parametrize("metric", ADDITIVE)
def test_parts_add_up_to_the_whole(city, store, metric):
    definition = registry()[metric]
    cut_by = STOCK_PERIODS if definition.default_form.is_stock else ()
    names = [name for name in definition.dimensions if name not in cut_by and not is_many(definition.mart, name)]
    whole, *answers = answer_all(city, [Query(metric, **SPRING), *(Query(metric, (name,), **SPRING) for name in names)], store)
    for name, parts in zip(names, answers, strict=True):
        for field in ("numerator",) if name in definition.across else ("numerator", "denominator", "n"):
            if whole.rows[0][field] is not None:
                assert sum(part[field] for part in parts.rows) == pytest.approx(whole.rows[0][field]), name


@pytest.mark.parametrize("metric", [name for name in ADDITIVE if not registry()[name].default_form.is_stock])
def test_fine_grains_add_up_to_coarse_ones(city, store, metric):
    grains = [("year", "quarter"), ("quarter", "month"), ("month", "day"), ("year", "month")]
    nested = [pair for pair in grains if set(pair) <= set(registry()[metric].dimensions)]
    answers = iter(
        answer_all(city, [query for coarse, fine in nested for query in (Query(metric, (coarse, fine)), Query(metric, (coarse,)))], store)
    )
    for coarse, _ in nested:
        sums = defaultdict(float)
        for row in next(answers).rows:
            sums[row[coarse]] += row["n"]
        assert sums == {row[coarse]: row["n"] for row in next(answers).rows}


@pytest.mark.parametrize("metric", ["catalogue_items", "catalogue_departments", "open_cases", "declared_depth_share"])
def test_a_stock_by_year_is_its_last_month(city, store, metric):
    months = {row["month"]: row for row in answer_all(city, [Query(metric, ("month",), start=date(2023, 1, 1))], store)[0].rows}
    years = answer_all(city, [Query(metric, ("year",), start=date(2023, 1, 1))], store)[0].rows
    assert [row["year"] for row in years] == [2023, 2024]
    for row, last in zip(years, ("2023-12", "2024-06"), strict=True):
        assert row["numerator"] == months[last]["numerator"]


def test_rollups_do_not_share_a_name_or_mix_lifetimes():
    rollups = list(planned())
    assert len({rollup.name for rollup in rollups}) == len(rollups)
    for rollup in rollups:
        if rollup.kind == "change":
            owners = {metric.id for metric in registry().values() if (metric.mart, metric.lifetime) == (rollup.mart, rollup.anchor)}
            assert all(any(name.startswith(owner) for owner in owners) for name in rollup.measures.values()), rollup.name


def test_every_rollup_is_described(city, store):
    tables = {
        name for (name,) in city.execute("select table_name from duckdb_tables() where starts_with(table_name, 'rollup_')").fetchall()
    }
    described = {rollup.name for rollup in store.catalog.rollups}
    assert tables == described | {"rollup_catalog"}
    for rollup in store.catalog.rollups:
        columns = {name for name, *_ in city.execute(f"describe {rollup.name}").fetchall()}
        assert rollup.dimensions | set(rollup.measures.values()) <= columns


def test_a_page_is_answered_as_its_queries_are_one_by_one(city, store):
    page = [
        Query(metric, ("district",), (("city", "4406"),), **SPRING) for metric in METRICS if "district" in registry()[metric].dimensions
    ]
    page += [Query("queue_wait", ("month",), params=(("stat", stat),)) for stat in ("p50", "p90", "p50", "mean")]
    assert answer_all(city, page, store) == [answer_all(city, [query], store)[0] for query in page]
