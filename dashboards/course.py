"""One figure over the periods of a page: its readings, which of them are provisional, and what process control makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from dashboards.indicators import Indicator
from dashboards.periods import Period
from dashboards.readings import Change, Reading, change_between
from metrics.compile import Query
from metrics.spec import Form, Metric
from metrics.statistics.control import Chart, p_chart, variation, xmr_chart
from metrics.statistics.control import Reading as Point

SERIES = {"month": 25, "quarter": 13, "year": 5}  # periods behind a trend and its control limits
LATELY = 13  # the last of them, which a league draws: from the same period a year before
AFTERWARDS = 3  # provisional periods that may follow the one shown
SERIES_TYPES = {"state": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "n": pl.Float64}
SCALES = {"share": 1.0, "per_100k": 1e5, "per_10k": 1e4}  # units that are events among cases
PLACES = ("province", "city", "district", "town")
Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Scope:
    """Where and when a page looks: conditions on place and channel, the period, the day that the data reach.

    `open_from`: the first day for which some source of the page's figures has not delivered.
    """

    where: Where
    period: Period
    as_of: date
    channel: str = ""
    open_from: date | None = None

    @property
    def ends_before(self) -> date:
        """The first day that is not settled for the whole page."""
        after = self.as_of + timedelta(days=1)
        return min(self.open_from or after, after)

    @property
    def is_provisional(self) -> bool:
        """The period itself is still running, whoever has delivered."""
        return not self.period.is_complete(self.as_of)

    @cached_property
    def periods(self) -> list[Period]:
        """Oldest first: the run-up, the period, and those after it that have begun and are not settled."""
        run = self.period.run_up(SERIES[self.period.grain])
        for _ in range(AFTERWARDS):
            following = run[-1].shifted(1)
            if following.start > self.as_of or following.end <= self.ends_before:
                break
            run.append(following)
        return run

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys of these periods."""
        return frozenset(period.key for period in self.periods)


@dataclass(frozen=True)
class Course:
    """One figure over the periods of a scope: what its definition says and what was read, with what follows from it.

    `open_from`: the first day for which not every source of this figure has delivered.
    """

    indicator: Indicator
    scope: Scope
    readings: Mapping[str, Reading]
    metric: Metric | None = None
    failure: str = ""
    open_from: date | None = None

    @cached_property
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
    def direction(self) -> int:
        """1 when more is better, −1 when less is, 0 neither."""
        return {"higher": 1, "lower": -1}.get(self.better, 0)

    @property
    def evidence(self) -> str:
        """declared, observed, ..."""
        return self.metric.evidence if self.metric else "observed"

    @property
    def is_full_count(self) -> bool:
        """A stock of the catalogue: nothing is left to chance."""
        return self.form.is_stock

    @property
    def ignored(self) -> list[str]:
        """Dimensions that the page filters by and this figure does not have; of a place it is refused instead."""
        asked = [name for name, _ in self.scope.where if name not in PLACES] + (["channel"] if self.scope.channel else [])
        return [name for name in asked if self.metric is not None and name not in self.metric.dimensions]

    @property
    def settled_before(self) -> date:
        """The first day that is not settled for this figure."""
        after = self.scope.as_of + timedelta(days=1)
        return min(self.open_from or after, after)

    def is_open(self, period: Period) -> bool:
        """Whether a period is provisional for this figure."""
        return period.end > self.settled_before

    @property
    def is_provisional(self) -> bool:
        """Whether the scope's period is."""
        return self.is_open(self.scope.period)

    def query(self, start: date, end: date, by: tuple[str, ...] = ()) -> Query:
        """The question for this figure in this scope over [start, end)."""
        return query_of(self.metric, self.indicator, self.scope, (start, end), by)

    def at(self, period: Period) -> Reading:
        """The reading of one period. Without a row there was nothing to count; without any row the figure was never provided."""
        if self.failure:
            return Reading("errored")
        return self.readings.get(period.key) or Reading("not_applicable" if self.readings else "not_provided")

    @cached_property
    def now(self) -> Reading:
        """The reading of the scope's period."""
        return self.at(self.scope.period)

    def change(self, before: Period) -> Change | None:
        """The change since another period; none while the period is provisional."""
        if self.is_provisional:
            return None
        return change_between(self.now, self.at(before), self.better, is_full_count=self.is_full_count)

    @property
    def values(self) -> list[float | None]:
        """Values up to the scope's period, oldest first."""
        return [reading.value for reading in self._up_to_now]

    @cached_property
    def series(self) -> pl.DataFrame:
        """Every period of the scope as a frame for figures: period, start, is_provisional, state, value, low, high, n."""
        periods = self.scope.periods
        head = {
            "period": [period.key for period in periods],
            "start": [period.start for period in periods],
            "is_provisional": [self.is_open(period) for period in periods],
        }
        readings = [self.at(period) for period in periods]
        columns = {name: [getattr(reading, name) for reading in readings] for name in SERIES_TYPES}
        return pl.DataFrame({**head, **columns}, schema_overrides=SERIES_TYPES)

    @cached_property
    def _up_to_now(self) -> list[Reading]:
        return [self.at(period) for period in self.scope.periods if period <= self.scope.period]

    @cached_property
    def chart(self) -> Chart:
        """The control chart up to the scope's period: of shares with their cases a p′ chart, of everything else an individuals chart."""
        readings = self._up_to_now
        unsettled = sum(self.is_open(period) for period in self.scope.periods if period <= self.scope.period)
        scale = SCALES.get(self.unit)
        if scale is None or any(reading.cases is None for reading in readings if reading.value is not None):
            return xmr_chart([reading.value for reading in readings], unsettled)
        known = [(reading.value, reading.cases) if reading.value is not None else (None, None) for reading in readings]
        events = [None if value is None else value / scale * (cases or 0) for value, cases in known]
        return p_chart(events, [cases for _, cases in known], unsettled)

    @property
    def limits(self) -> tuple[float, float, float] | None:
        """Lower limit, centre and upper limit of what is usual in the scope's period, in the figure's own unit."""
        point = self._point
        if point is None or point.low is None or point.centre is None or point.high is None:
            return None
        scale = self._drawn_scale
        return point.low * scale, point.centre * scale, point.high * scale

    @property
    def rules(self) -> tuple[tuple[str, int], ...]:
        """Rules of process control that the scope's period fired, each with its direction (1 up); none of a full count or a provisional period.

        A full count has no chance variation for limits to describe.
        """
        point = self._point
        return tuple((signal.rule, signal.direction) for signal in point.signals) if point is not None else ()

    @property
    def verdict(self) -> str:
        """What the chart says of the scope's period: improving, concerning, neither, common_cause or unknown."""
        return variation(self.chart, self.better) if self._point is not None else "unknown"

    @property
    def _point(self) -> Point | None:
        if self.is_full_count or self.is_provisional or self.now.value is None:
            return None
        return self.chart.readings[-1]

    @property
    def _drawn_scale(self) -> float:
        return (
            SCALES[self.unit] if self.unit in SCALES and all(r.cases is not None for r in self._up_to_now if r.value is not None) else 1.0
        )


def query_of(metric: Metric | None, indicator: Indicator, scope: Scope, span: tuple[date, date], by: tuple[str, ...] = ()) -> Query:
    """The question for a figure in a scope; filters that the figure does not have are left out (Course.ignored names them)."""
    channel = (("channel", scope.channel),) if scope.channel else ()
    kept = tuple(pair for pair in (*scope.where, *channel) if metric is None or pair[0] in metric.dimensions or pair[0] in PLACES)
    return Query(indicator.metric, by, kept, span[0], _ends(metric, indicator, scope, span), indicator.params)


def _ends(metric: Metric | None, indicator: Indicator, scope: Scope, span: tuple[date, date]) -> date:
    """A stock is read where the data end: of a later day it would count what has run out meanwhile and nothing of what has come."""
    day_after = scope.as_of + timedelta(days=1)
    is_stock = metric is not None and metric.form(metric.resolve(indicator.params)).is_stock
    return min(span[1], day_after) if is_stock and span[0] < day_after else span[1]
