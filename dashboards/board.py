"""What a page's tiles and tables rest on: which questions to ask, in one batch, and the course of each figure made of the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.periods import Period
from dashboards.readings import Change, Reading, change_between, read_row
from dashboards.signals import MAX_BASELINE, Signal, signal_of
from metrics.compile import Query
from metrics.spec import Form, Metric

SERIES = {"month": MAX_BASELINE + 1, "quarter": 13, "year": 5}  # periods behind a trend and its control limits
SPARK = 13
SERIES_TYPES = {"state": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "n": pl.Float64}
Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Scope:
    """Where and when a page looks: conditions on place and channel, the period, and the day that the data reach."""

    where: Where
    period: Period
    as_of: date
    channel: str = ""

    @property
    def is_provisional(self) -> bool:
        """The period itself is still running."""
        return not self.period.is_complete(self.as_of)

    @property
    def periods(self) -> list[Period]:
        """Oldest first: the run-up, the period, and the running one after it when the period is the latest complete."""
        run = self.period.run_up(SERIES[self.period.grain])
        following = self.period.shifted(1)
        return [*run, following] if not self.is_provisional and following.start <= self.as_of < following.last_day else run


@dataclass(frozen=True)
class Course:
    """One figure over the periods of a scope: what its definition says and what was read, with the changes that follow."""

    indicator: Indicator
    scope: Scope
    readings: Mapping[str, Reading]
    metric: Metric | None = None
    failure: str = ""

    @property
    def form(self) -> Form:
        """What the definition computes for the figure's parameters."""
        return self.metric.form(self.metric.resolve(self.indicator.params)) if self.metric else Form("ratio", "share")

    @property
    def unit(self) -> str:
        """Its unit."""
        return self.form.unit

    @property
    def better(self) -> str:
        """higher, lower or neutral."""
        return self.metric.better if self.metric else "neutral"

    @property
    def evidence(self) -> str:
        """declared, observed, ..."""
        return self.metric.evidence if self.metric else "observed"

    @property
    def is_full_count(self) -> bool:
        """A stock of the catalogue: nothing is left to chance."""
        return self.form.is_stock

    @property
    def ignores_channel(self) -> bool:
        """The page filters by channel, and this figure has none."""
        return bool(self.scope.channel) and self.metric is not None and "channel" not in self.metric.dimensions

    def at(self, period: Period) -> Reading:
        """The reading of one period. Without a row there was nothing to count; without any row the figure was never provided."""
        if self.failure:
            return Reading("errored")
        return self.readings.get(period.key) or Reading("not_applicable" if self.readings else "not_provided")

    @property
    def now(self) -> Reading:
        """The reading of the scope's period."""
        return self.at(self.scope.period)

    def change(self, before: Period) -> Change | None:
        """The change since another period; none while the period is still running."""
        if self.scope.is_provisional:
            return None
        return change_between(self.now, self.at(before), self.better, is_full_count=self.is_full_count)

    @property
    def values(self) -> list[float | None]:
        """Values up to the scope's period, oldest first."""
        return [self.at(period).value for period in self.scope.periods if period <= self.scope.period]

    @property
    def series(self) -> pl.DataFrame:
        """Every period of the scope as a frame for figures: period, start, is_provisional, state, value, low, high, n."""
        periods = self.scope.periods
        head = {
            "period": [period.key for period in periods],
            "start": [period.start for period in periods],
            "is_provisional": [not period.is_complete(self.scope.as_of) for period in periods],
        }
        readings = [self.at(period) for period in periods]
        columns = {name: [getattr(reading, name) for reading in readings] for name in SERIES_TYPES}
        return pl.DataFrame({**head, **columns}, schema_overrides=SERIES_TYPES)

    @property
    def signal(self) -> Signal | None:
        """What stands out about the period, if anything; nothing while it is still running.

        A full count has no chance variation for control limits to describe: there, a change over the year is the signal.
        """
        if self.scope.is_provisional:
            return None
        if self.is_full_count:
            change = self.change(self.scope.period.year_before)
            return Signal("count", 1 if change.delta > 0 else -1, 0.8) if change and change.delta else None
        return signal_of(self.values)


@dataclass
class Board:
    """Collects a page's questions, asks them once, and hands out courses."""

    gate: Gate
    scope: Scope
    _queries: dict[tuple[Indicator, str, tuple], Query] = field(default_factory=dict)
    _frames: dict[Query, pl.DataFrame] = field(default_factory=dict)
    _failures: dict[Query, str] = field(default_factory=dict)

    def want(self, indicators: Iterable[Indicator], by: str = "", where: Where | None = None) -> Board:
        """Note that courses of these indicators will be needed, broken down `by` a dimension, within `where` (the scope's unless given)."""
        places = self.scope.where if where is None else where
        for indicator in indicators:
            metric = self.gate.metric(indicator.metric)
            if metric is not None and (not by or by in metric.dimensions):
                self._queries[(indicator, by, places)] = self._query(metric, indicator, by, places)
        return self

    def _query(self, metric: Metric, indicator: Indicator, by: str, places: Where) -> Query:
        periods = self.scope.periods
        channel = (("channel", self.scope.channel),) if self.scope.channel and "channel" in metric.dimensions else ()
        grain = self.scope.period.grain
        # the running period is asked to its end: the evaluator stops where the data do
        return Query(
            indicator.metric,
            by=(by, grain) if by else (grain,),
            where=(*places, *channel),
            start=periods[0].start,
            end=periods[-1].end,
            params=indicator.params,
        )

    def statement(self, indicator: Indicator) -> str:
        """The SQL of an indicator's value in this scope, for people who check; empty when nothing computes it."""
        metric = self.gate.metric(indicator.metric)
        return self.gate.sql(self._query(metric, indicator, "", self.scope.where)) if metric else ""

    def ask(self) -> Board:
        """Put all questions at once."""
        asked = self.gate.ask(list(self._queries.values()))
        self._frames, self._failures = asked.frames, asked.failures
        return self

    def course(self, indicator: Indicator, where: Where | None = None) -> Course:
        """The course of an indicator for the whole scope (or another place that was asked for)."""
        frame, failure = self._found(indicator, "", where)
        return self._course(indicator, {row[self._grain]: read_row(row) for row in _rows(frame)}, failure)

    def courses(self, indicator: Indicator, by: str, where: Where | None = None) -> dict[str, Course]:
        """The courses of an indicator by code of a dimension; rows without a code are left to the total."""
        frame, _ = self._found(indicator, by, where)
        parts: dict[str, dict[str, Reading]] = {}
        for row in _rows(frame):
            if row[by] is not None:
                parts.setdefault(row[by], {})[row[self._grain]] = read_row(row)
        return {code: self._course(indicator, readings, "") for code, readings in sorted(parts.items())}

    @property
    def _grain(self) -> str:
        return self.scope.period.grain

    def _found(self, indicator: Indicator, by: str, where: Where | None) -> tuple[pl.DataFrame | None, str]:
        query = self._queries.get((indicator, by, self.scope.where if where is None else where))
        return (self._frames.get(query), self._failures.get(query, "")) if query else (None, "")

    def _course(self, indicator: Indicator, readings: Mapping[str, Reading], failure: str) -> Course:
        return Course(indicator, self.scope, readings, self.gate.metric(indicator.metric), failure)


def _rows(frame: pl.DataFrame | None) -> Iterable[dict[str, Any]]:
    return () if frame is None else frame.iter_rows(named=True)
