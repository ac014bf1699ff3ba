"""What a page's tiles and tables rest on: which questions to ask, in one batch, and the course of each figure made of the answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.periods import Period
from dashboards.readings import Change, Reading, change_between, frame_of, reading_of
from dashboards.signals import MAX_BASELINE, Signal, signal_of
from metrics.compile import Query
from metrics.spec import Metric

SERIES = {"month": MAX_BASELINE + 1, "quarter": 13, "year": 5}  # periods behind a trend and its control limits
SPARK = 13


@dataclass(frozen=True)
class Scope:
    """Where and when a page looks: conditions on place and channel, the period, and the day that the data reach."""

    where: tuple[tuple[str, str], ...]
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
    series: pl.DataFrame
    unit: str = "share"
    better: str = "neutral"
    evidence: str = "observed"
    is_full_count: bool = False
    ignores_channel: bool = False
    failure: str = ""

    def at(self, period: Period) -> Reading:
        """The reading of one period."""
        if self.failure:
            return Reading("errored")
        return reading_of(self.series, period=period.key)

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
        return self.series.filter(pl.col("period") <= self.scope.period.key)["value"].to_list()

    @property
    def signal(self) -> Signal | None:
        """What stands out about the period, if anything; nothing while it is still running."""
        return None if self.scope.is_provisional else signal_of(self.values)


@dataclass
class Board:
    """Collects a page's questions, asks them once, and hands out courses."""

    gate: Gate
    scope: Scope
    _queries: dict[tuple[Indicator, str, tuple], Query] = field(default_factory=dict)
    _frames: dict[Query, pl.DataFrame] = field(default_factory=dict)
    _failures: dict[Query, str] = field(default_factory=dict)

    def want(self, indicators: Iterable[Indicator], by: str = "", where: tuple[tuple[str, str], ...] | None = None) -> Board:
        """Note that courses of these indicators will be needed, broken down `by` a dimension, within `where` (the scope's unless given)."""
        places = self.scope.where if where is None else where
        for indicator in indicators:
            metric = self.gate.metric(indicator.metric)
            if metric is not None and (not by or by in metric.dimensions):
                self._queries[(indicator, by, places)] = self._query(metric, indicator, by, places)
        return self

    def _query(self, metric: Metric, indicator: Indicator, by: str, places: tuple[tuple[str, str], ...]) -> Query:
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

    def course(self, indicator: Indicator, where: tuple[tuple[str, str], ...] | None = None) -> Course:
        """The course of an indicator for the whole scope (or another place that was asked for)."""
        query = self._queries.get((indicator, "", self.scope.where if where is None else where))
        frame = self._frames.get(query) if query else None
        return self._course(indicator, frame, self._failures.get(query, "") if query else "")

    def courses(self, indicator: Indicator, by: str, where: tuple[tuple[str, str], ...] | None = None) -> dict[str, Course]:
        """The courses of an indicator by code of a dimension; rows without a code are left to the total."""
        query = self._queries.get((indicator, by, self.scope.where if where is None else where))
        frame = self._frames.get(query) if query else None
        if frame is None or frame.is_empty():
            return {}
        parts = frame.filter(pl.col(by).is_not_null()).partition_by(by, as_dict=True, include_key=False)
        return {str(key[0]): self._course(indicator, part, "") for key, part in sorted(parts.items())}

    def _course(self, indicator: Indicator, frame: pl.DataFrame | None, failure: str) -> Course:
        course = Course(indicator, self.scope, self._series(frame), failure=failure)
        metric = self.gate.metric(indicator.metric)
        if metric is None:
            return course
        form = metric.form(metric.resolve(indicator.params))
        ignores = bool(self.scope.channel) and "channel" not in metric.dimensions
        return replace(
            course, unit=form.unit, better=metric.better, evidence=metric.evidence, is_full_count=form.is_stock, ignores_channel=ignores
        )

    def _series(self, frame: pl.DataFrame | None) -> pl.DataFrame:
        """One row for every period of the scope, whether it was answered or not."""
        periods = self.scope.periods
        spine = pl.DataFrame(
            {
                "period": [period.key for period in periods],
                "start": [period.start for period in periods],
                "is_provisional": [not period.is_complete(self.scope.as_of) for period in periods],
            }
        )
        grain = self.scope.period.grain
        answered = (frame if frame is not None else frame_of([], (grain,))).rename({grain: "period"})
        # a period without a row had nothing to count; a figure without any row was never provided
        silence = "not_provided" if answered.is_empty() else "not_applicable"
        return spine.join(answered, on="period", how="left", maintain_order="left").with_columns(
            value=pl.when(pl.col("state") == "value").then(pl.col("value")), state=pl.col("state").fill_null(silence)
        )
