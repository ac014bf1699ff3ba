"""The figure that places would have with the same mix of cases, beside the crude one, for the figures that metrics/standardised.py supports."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.course import SCALES, Course
from dashboards.gate import Gate
from metrics.derived import Desk
from metrics.evaluate import answer_all
from metrics.query import Query, Question, read_query
from metrics.registry import metric_named
from metrics.standardised import SEPARATOR, compare
from metrics.states import FLOOR
from metrics.statistics.ranking import MIN_CASES

METRIC = "standardised_ratio"


@dataclass(frozen=True)
class Adjusted:
    """A rate at everybody's mix of cases, with its interval; `reverses`: better than the whole before adjustment and worse after, or vice versa."""

    value: float
    low: float | None
    high: float | None
    reverses: bool


def adjusted(gate: Gate, whole: Course, dimension: str) -> dict[str, Adjusted]:
    """Adjusted rates by code of a dimension; empty where the figure is not one that can be adjusted."""
    question = _question(whole, dimension)
    return {} if question is None else gate.once(("adjusted", question_key(question)), lambda: _adjusted(gate, question, whole))


def question_key(question: Question) -> tuple:
    """What tells one such question from another."""
    return (question.params["metric"], question.by, tuple(question.where.items()), question.start, question.end)


def _question(whole: Course, dimension: str) -> Question | None:
    """The comparison of the parts of a whole; None for a figure, a form of it, a part or a period for which there is none."""
    ratio = metric_named(METRIC)
    if whole.metric is None or whole.metric.id not in ratio.params["metric"].choices or dimension not in ratio.dimensions:
        return None
    if whole.metric.resolve(whole.indicator.params) != whole.metric.resolve(()):
        return None
    start, end = whole.scope.period.start, min(whole.scope.period.end, whole.settled_before)
    if start >= end:
        return None
    return read_query(Query(METRIC, (dimension,), whole.query(start, end).where, start, end, (("metric", whole.metric.id),)))


def _adjusted(gate: Gate, question: Question, whole: Course) -> dict[str, Adjusted]:
    def read(cursor, store):
        def ask(query: Query):  # everybody's rates are the same for every place and kind of part
            return gate.once(("columns", query), lambda: answer_all(cursor, [query], store)[0].columns)

        return compare(question, Desk(ask, lambda sql, given: [], store.as_of))

    found = gate.read(read)
    if found is None:
        return {}
    scale = SCALES.get(whole.unit, 1.0)
    rows = [row for row in found.iter_rows(named=True) if row["adjusted"] is not None and row["cases"] >= FLOOR]
    return {str(row["unit"]).split(SEPARATOR)[0]: _one(row, scale) for row in rows}


def _one(row: dict, scale: float) -> Adjusted:
    low, high = (None if row[name] is None else row[name] * scale for name in ("adjusted_low", "adjusted_high"))
    # below the floor of ranks a reversal is as likely chance
    return Adjusted(row["adjusted"] * scale, low, high, bool(row["sign_reverses"]) and row["cases"] >= MIN_CASES)
