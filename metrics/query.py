"""A question to a metric: as a caller asks it (Query), and read and checked (Question)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics.dimensions import DIMENSIONS, PERIODS, STOCK_PERIODS, period_start, read_value, refuse_dimension
from metrics.registry import metric_named
from metrics.spec import Form, Metric, QueryRefused, Value


@dataclass(frozen=True)
class Query:
    """One question: metric, dimensions to break it down by, filters, period [start, end) and parameters."""

    metric: str
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    start: date | None = None
    end: date | None = None
    params: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True)
class Question:
    """A query that has an answer: known metric, resolved parameters, dimensions that the metric has, values in their form."""

    metric: Metric
    form: Form
    params: dict[str, Value]
    by: tuple[str, ...]
    where: dict[str, tuple[str | int, ...]]
    start: date | None
    end: date | None

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension that the question touches, each once."""
        return tuple(dict.fromkeys((*self.by, *self.where)))

    @property
    def begins_on(self) -> date | None:
        """The first day that the question is about, as far as it says."""
        firsts = [
            min(first for first in (period_start(name, value) for value in self.where[name]) if first)
            for name in self.where
            if name in STOCK_PERIODS
        ]
        return max([*firsts, *([self.start] if self.start else [])], default=None)

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods among them."""
        return tuple(name for name in self.dimensions if name in PERIODS)


def read_query(query: Query) -> Question:
    """Check a query against its metric's definition; raise QueryRefused with a sentence if it cannot be answered."""
    metric = metric_named(query.metric)
    params = metric.resolve(tuple(query.params))
    by = tuple(dict.fromkeys(query.by))
    where: dict[str, tuple[str | int, ...]] = {}
    for name in (*by, *(name for name, _ in query.where)):
        if name not in metric.dimensions:
            raise refuse_dimension(metric.id, name, metric.dimensions)
    for name, value in query.where:
        where[name] = (*where.get(name, ()), read_value(name, value))
    start, end = read_date("from", query.start), read_date("to", query.end)
    if start and end and start >= end:
        raise QueryRefused(f"The period from {start} to {end} is empty: `from` is its first day and `to` the first day after it.")
    return Question(metric, metric.form(params), params, by, where, start, end)


def read_date(name: str, given: date | str | None) -> date | None:
    """A date of the period, or a refusal."""
    if given is None or isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise QueryRefused(f"{given!r} is not a date for `{name}`; write it like 2024-02-08.") from error


def columns_of(question: Question, division_columns: tuple[str, ...]) -> frozenset[str]:
    """Columns that a table must have to answer: a filter on a division needs every level, for a code names its level nowhere."""
    columns = {DIMENSIONS[name].column for name in question.dimensions if DIMENSIONS[name].kind != "period"}
    if any(DIMENSIONS[name].kind == "division" for name in question.where):
        columns |= set(division_columns)
    return frozenset(columns)
