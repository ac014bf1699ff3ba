"""The whole product of metrics and dimensions: each metric answers every dimension that it declares and refuses every other by name."""

from __future__ import annotations

import duckdb
import pytest

from metrics.compile import Query
from metrics.dimensions import DIMENSIONS
from metrics.evaluate import Store, answer_all
from metrics.registry import registry
from metrics.spec import QueryRefused
from metrics.states import STATES, VALUE

FIELDS = ("value", "state", "numerator", "denominator", "n", "low", "high")


def faults(rows: list[dict], by: tuple[str, ...]) -> list[str]:
    """What the outside was promised about rows and does not hold."""
    found = [f"fields {list(row)}" for row in rows if tuple(row) != (*by, *FIELDS)]
    found += [f"state {row['state']}" for row in rows if row["state"] not in STATES]
    found += [f"number without the state {row}" for row in rows if (row["value"] is not None) != (row["state"] == VALUE)]
    found += [f"interval without a number {row}" for row in rows if row["value"] is None and row["low"] is not None]
    found += [f"interval apart from its value {row}" for row in rows if not _inside(row)]
    keys = [tuple((row[name] is None, row[name]) for name in by) for row in rows]
    found += ["rows out of order"] if keys != sorted(keys, key=lambda key: tuple((gap, "" if gap else value) for gap, value in key)) else []
    found += ["a row twice"] if len(set(keys)) != len(keys) else []
    return found


def _inside(row: dict) -> bool:
    if row["value"] is None:
        return True
    low, high = row["low"], row["high"]
    return (low is None or low <= row["value"] + 1e-9) and (high is None or high >= row["value"] - 1e-9)


@pytest.mark.parametrize("metric", list(registry()))
def test_each_metric_answers_the_dimensions_that_it_declares(city: duckdb.DuckDBPyConnection, store: Store, metric: str) -> None:
    queries = [Query(metric, (name,)) for name in registry()[metric].dimensions]
    answers = answer_all(city, [Query(metric), *queries], store)
    wrong = {
        query.by: found for query, given in zip([Query(metric), *queries], answers, strict=True) if (found := faults(given.rows, query.by))
    }
    assert not wrong
    assert len(answers[0].rows) == 1


@pytest.mark.parametrize("metric", list(registry()))
def test_each_metric_refuses_every_other_dimension_by_name(city: duckdb.DuckDBPyConnection, store: Store, metric: str) -> None:
    for name in set(DIMENSIONS) - set(registry()[metric].dimensions):
        with pytest.raises(QueryRefused, match=f"{metric} has no dimension '{name}'"):
            answer_all(city, [Query(metric, (name,))], store)


def _choices() -> list[tuple[str, str, object]]:
    return [
        (metric.id, param.name, choice)
        for metric in registry().values()
        for param in metric.params.values()
        for choice in (param.choices or (*param.rolled, *(param.range or ())))
    ]


@pytest.mark.parametrize(("metric", "param", "choice"), _choices())
def test_each_choice_of_a_parameter_is_answered_or_refused_with_a_reason(
    city: duckdb.DuckDBPyConnection, store: Store, metric: str, param: str, choice: object
) -> None:
    try:
        [given] = answer_all(city, [Query(metric, params=((param, choice),))], store)  # pyright: ignore[reportArgumentType]
    except QueryRefused as refusal:
        assert any(rule["because"] == str(refusal) for rule in registry()[metric].refuses)
        return
    assert not faults(given.rows, ())
    assert str(given.params[param]) == str(choice)
