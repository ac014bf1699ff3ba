"""Every number can be opened: the rows that are listed behind an answer add up to its numerator and denominator, over the whole registry."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from metrics.compile import Query
from metrics.evaluate import Store, answer_all
from metrics.intervals import survival_quantile
from metrics.query import read_query
from metrics.registry import registry
from metrics.row_page import totals
from metrics.rows import Opened, RowsRefused, is_partial, open_rows
from metrics.spec import QueryRefused

AS_OF = date(2024, 6, 30)
# figures that are computed from other answers: their rows are those of the figures that they compare
WITHOUT_ROWS = {"standardised_ratio", "target_attainment", "revision_size"}
WHERES = (
    (),
    (("city", "4406"),),
    (("district", "440604"), ("district", "440605")),
    (("month", "2024-02"),),
    (("year", "2023"), ("channel", "web")),
    (("channel_group", "online"), ("channel_group", "self_service")),
    (("audience", "person"),),
    (("department", "d1"), ("case_type", "commitment")),
    (("weekday", "1"),),
    (("town", "440604001"), ("quarter", "2024-Q1")),
)
PERIODS = ((None, None), (date(2024, 1, 15), date(2024, 3, 10)), (None, date(2024, 2, 1)))


def _forms(metric: str) -> list[tuple[tuple[str, str | int], ...]]:
    """The default and every choice of every parameter, one at a time."""
    params = registry()[metric].params.values()
    return [(), *(((param.name, choice),) for param in params for choice in (param.choices or param.rolled))]


def _queries(metric: str) -> list[Query]:
    """The default over every filter that the metric has, in turn over the periods; each other form over two of them."""
    known = set(registry()[metric].dimensions)
    wheres = [where for where in WHERES if {name for name, _ in where} <= known]
    asked = []
    for number, params in enumerate(_forms(metric)):
        chosen = range(len(wheres)) if number == 0 else (0, number)
        asked += [Query(metric, (), wheres[one % len(wheres)], *PERIODS[(one + number) % len(PERIODS)], params) for one in chosen]
    return [query for query in dict.fromkeys(asked) if _is_answered(query)]


def _is_answered(query: Query) -> bool:
    try:
        read_query(query)
    except QueryRefused:
        return False
    return True


def _fault(con: duckdb.DuckDBPyConnection, opened: Opened, row: dict) -> str:
    found, form = totals(con, opened), opened.question.form
    if form.kind == "survival_quantile":
        bins = con.execute(
            opened.statement(
                "select age, count(*) filter (where in_numerator), count(*) filter (where in_denominator and not in_numerator) "
                "from opened where in_denominator group by age order by age"
            ),
            opened.parameters,
        ).fetchall()
        quantile = survival_quantile(bins, form.quantile)
        return "" if (found.denominator, quantile.value) == (row["n"], row["value"]) else f"{found} {quantile} {row}"
    numerator, denominator = (found.numerator_sum, found.denominator_sum)
    if form.kind == "design_effect":
        numerator, denominator = row["n"] * numerator, denominator * denominator
    pairs = [(numerator, row["numerator"])] if opened.has_numerator else []
    pairs += [(denominator, row["denominator"] if form.evaluator != "late_hours_p95" else row["n"])] if opened.has_denominator else []
    pairs += [(found.numerator, numerator)] if opened.has_numerator and "numerator" not in opened.amounts else []
    pairs += [(found.denominator, denominator)] if opened.has_denominator and "denominator" not in opened.amounts else []
    return "" if all(got == pytest.approx(wanted or 0) for got, wanted in pairs) else f"{found} {row}"


@pytest.mark.parametrize("metric", sorted(set(registry()) - WITHOUT_ROWS))
def test_the_rows_behind_an_answer_add_up_to_it(city: duckdb.DuckDBPyConnection, store: Store, metric: str) -> None:
    queries = _queries(metric)
    answers = answer_all(city, queries, store)
    faults = {}
    for query, answer in zip(queries, answers, strict=True):
        fault = _fault(city, open_rows(query, AS_OF), answer.rows[0])
        if fault:
            faults[query] = fault
    assert not faults
    assert len(queries) >= 2


@pytest.mark.parametrize("metric", sorted(WITHOUT_ROWS))
def test_a_figure_made_of_other_figures_says_so_and_names_them(metric: str) -> None:
    with pytest.raises(RowsRefused, match="This figure (compares|divides)") as refused:
        open_rows(Query(metric, (), (), date(2024, 1, 1), date(2024, 4, 1)), AS_OF)
    expected = {
        "standardised_ratio": ["promise_kept_rate", "promise_kept_rate"],
        "target_attainment": ["declared_depth_share"],
        "revision_size": [],
    }
    assert [part.metric for part in refused.value.parts] == expected[metric]


def test_only_figures_with_an_evaluator_of_their_own_are_listed_in_part() -> None:
    partial = {metric for metric in set(registry()) - WITHOUT_ROWS if is_partial(open_rows(Query(metric), AS_OF))}
    assert partial == {"late_arrival", "grim_failures"}
    assert is_partial(open_rows(Query("completeness", params=(("variant", "sources"),)), AS_OF))


def test_a_breakdown_is_no_number_whose_rows_could_be_listed() -> None:
    with pytest.raises(QueryRefused, match="give its values as filters"):
        open_rows(Query("cases_completed", ("district",)), AS_OF)
