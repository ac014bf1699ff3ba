"""What a page's tiles and tables rest on: which questions to ask, in one batch, and the course of each figure made of the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from dashboards.course import LATELY, Course, Scope, Where, query_of
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.places import tree
from dashboards.readings import Figures, Reading, Readings
from metrics.compile import Query
from metrics.spec import Metric

Span = tuple[date, date]
YEARS = 6  # that are asked for at once
MOST_SHARED = 40  # districts whose courses are asked for together
MANY = ("department", "site", "item")  # dimensions of hundreds of values, which a page lists in leagues only


@dataclass
class Board:
    """Collects a page's questions, asks them once, and hands out courses."""

    gate: Gate
    scope: Scope
    _queries: dict[tuple[Indicator, str, tuple], Query] = field(default_factory=dict)
    _figures: Mapping[Query, Figures] = field(default_factory=dict)
    _failures: Mapping[Query, str] = field(default_factory=dict)
    _others: dict[str, Query] = field(default_factory=dict)
    _open: dict[tuple[str, ...], date | None] = field(default_factory=dict)
    _read: dict[tuple[Query, str], dict[str, Readings]] = field(default_factory=dict)

    def want(self, indicators: Iterable[Indicator], by: str = "", where: Where | None = None) -> Board:
        """Note that courses of these indicators will be needed, broken down `by` a dimension, within `where` (the scope's unless given)."""
        places = self.scope.where if where is None else where
        for indicator in indicators:
            metric = self.gate.metric(indicator.metric)
            if metric is not None and (not by or by in metric.dimensions):
                shared = None if by else self._shared(metric, indicator, places)
                self._queries[(indicator, by, places)] = shared or self._query(metric, indicator, by, places)
        return self

    def _shared(self, metric: Metric, indicator: Indicator, places: Where) -> Query | None:
        """The question about a district as one about all districts: what is asked for one is there for the next.

        None where it would not say the same (a stock has no row for a district that has none of it) or would be too much (a life table of dozens
        of ages for every month of each).
        """
        form = metric.form(metric.resolve(indicator.params))
        is_much = form.kind == "survival_quantile" or self._districts > MOST_SHARED
        if "district" not in dict(places) or "district" not in metric.dimensions or form.is_stock or is_much:
            return None
        others = tuple(pair for pair in places if pair[0] != "district")
        return self._query(metric, indicator, "district", others)

    @property
    def _districts(self) -> int:
        return sum(place.dimension == "district" for parts in tree(self.gate).below.values() for place in parts)

    def _query(self, metric: Metric, indicator: Indicator, by: str, places: Where) -> Query:
        by_period = (by, self._grain) if by else (self._grain,)
        span = self._lately if by in MANY else self._span
        return query_of(metric, indicator, replace(self.scope, where=places), span, by_period)

    @property
    def _span(self) -> Span:
        """Whole years up to the end of the running one, the evaluator stops where the data do: so another period shown finds its answers. Of what lies
        further back, the years of its run-up."""
        first, last, latest = self.scope.periods[0].start.year, self.scope.periods[-1].last_day.year, self.scope.as_of.year
        if first > latest - YEARS:
            first, last = latest - YEARS + 1, max(last, latest)
        return date(first, 1, 1), date(last + 1, 1, 1)

    @property
    def _lately(self) -> Span:
        """The last periods only: hundreds of places take longer to sort out than to ask for again."""
        periods = self.scope.periods
        return self.scope.period.run_up(min(LATELY, len(periods)))[0].start, periods[-1].end

    def statement(self, indicator: Indicator) -> str:
        """The SQL of an indicator's value in this scope, for people who check; empty when no single statement computes it."""
        metric = self.gate.metric(indicator.metric)
        if metric is None or metric.form(metric.resolve(indicator.params)).kind == "derived":
            return ""
        return self.gate.sql(self._query(metric, indicator, "", self.scope.where))

    def also(self, key: str, indicator: Indicator, by: tuple[str, ...], where: Where | None = None, span: Span | None = None) -> Board:
        """Note a further question under `key`: a figure of the shown period (or a `span` of days, its end left out), by any of its dimensions."""
        metric = self.gate.metric(indicator.metric)
        if metric is not None and set(by) <= set(metric.dimensions):
            period, places = self.scope.period, self.scope.where if where is None else where
            days = span or (period.start, period.end)
            self._others[key] = query_of(metric, indicator, replace(self.scope, where=places), days, by)
        return self

    def frame(self, key: str) -> pl.DataFrame | None:
        """The answer to such a question: its dimensions as text, then state, value, low, high, n, numerator, denominator; None where it failed."""
        found = self._figures.get(self._others[key]) if key in self._others else None
        return found.frame if found else None

    def ask(self) -> Board:
        """Put all questions at once; an answer is waited for when it is looked at."""
        asked = self.gate.ask([*self._queries.values(), *self._others.values()])
        self._figures, self._failures, self._read = asked.figures, asked.failures, {}
        return self

    def course(self, indicator: Indicator, where: Where | None = None) -> Course:
        """The course of an indicator for the whole scope (or another place that was asked for)."""
        places = self.scope.where if where is None else where
        query = self._queries.get((indicator, "", places))
        if query is None:
            return self._course(indicator, {}, "")
        is_shared = "district" in query.by  # asked for with all other districts
        readings = self._readings(query, "district" if is_shared else "")
        code = dict(places)["district"] if is_shared else ""
        return self._course(indicator, readings.get(code, {}), self._failures.get(query, ""))

    def courses(self, indicator: Indicator, by: str, where: Where | None = None) -> dict[str, Course]:
        """The courses of an indicator by code of a dimension; rows without a code are left to the total."""
        query = self._queries.get((indicator, by, self.scope.where if where is None else where))
        found = self._readings(query, by) if query is not None else {}
        return {code: self._course(indicator, readings, "") for code, readings in sorted(found.items())}

    def _readings(self, query: Query, by: str) -> dict[str, Readings]:
        """Readings of the periods of the scope by code of a dimension (of the whole, without one: ""). Sorted out once: a page asks for some often."""
        if (query, by) not in self._read:
            found = self._figures.get(query)
            self._read[query, by] = self._sorted_out(found, by) if found is not None else {}
        return self._read[query, by]

    def _sorted_out(self, figures: Figures, by: str) -> dict[str, Readings]:
        rows = figures.rows(by, self._grain)
        return {code: Readings(found, figures.reading) for code, found in rows.items() if not self.scope.keys.isdisjoint(found)}

    @property
    def _grain(self) -> str:
        return self.scope.period.grain

    def _course(self, indicator: Indicator, readings: Mapping[str, Reading], failure: str) -> Course:
        metric = self.gate.metric(indicator.metric)
        return Course(indicator, self.scope, readings, metric, failure, self._open_from(metric, indicator))

    def _open_from(self, metric: Metric | None, indicator: Indicator) -> date | None:
        if metric is None:
            return None
        marts = (metric.mart, *metric.form(metric.resolve(indicator.params)).requires)
        if marts not in self._open:  # asked for every place of every figure
            self._open[marts] = self.gate.provisional_from(*marts)
        return self._open[marts]
