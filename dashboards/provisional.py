"""Periods that are not settled: which source they wait for, and what can be compared already, the same number of working days of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dashboards.course import Course
from dashboards.gate import Gate
from dashboards.indicators import TILES
from dashboards.periods import Period
from dashboards.readings import Reading, read_row
from metrics.compile import Query
from metrics.periods import same_working_days, working_days
from warehouse.freshness import SILENT_DAYS, feeds_of

_FRESHNESS = "select source_id, feed, complete_on, days_behind from source_freshness order by complete_on, source_id"


@dataclass(frozen=True)
class Waiting:
    """The source that a figure waits for, and the last day that it has delivered."""

    source: str
    feed: str
    delivered_on: date


@dataclass(frozen=True)
class SoFar:
    """A figure over the settled working days of its period, and over as many of others, by period."""

    days: int
    now: Reading
    others: dict[Period, Reading]


def open_from(gate: Gate) -> date | None:
    """The first day for which not every source of the tiles' main figures has delivered."""
    days = []
    for tile in TILES:
        metric = gate.metric(tile.main.metric)
        first = gate.provisional_from(metric.mart) if metric else None
        days += [first] if first else []
    return min(days, default=None)


def waiting_for(gate: Gate, course: Course) -> Waiting | None:
    """What keeps a course's period open; None where only time does, or the release does not say."""
    if course.metric is None or not course.is_provisional or course.settled_before > course.scope.as_of:
        return None
    fed = set(feeds_of(course.metric.mart))
    rows = gate.table_or_none(_FRESHNESS, "source_freshness").iter_rows(named=True)
    found = [row for row in rows if row["feed"] in fed and row["complete_on"] and row["days_behind"] <= SILENT_DAYS]
    return Waiting(found[0]["source_id"], found[0]["feed"], course.settled_before - timedelta(days=1)) if found else None


def so_far(gate: Gate, course: Course) -> SoFar | None:
    """The settled beginning of a course's provisional period beside as many working days of the one before and of a year before."""
    queries = _questions(gate, course)
    if not queries:
        return None
    period, end = course.scope.period, course.settled_before
    frames = gate.ask(list(queries.values())).frames
    found = {other: _read(frames.get(query)) for other, query in queries.items()}
    days = gate.once(("days", period, end), lambda: gate.read(lambda cursor, _: working_days(cursor, (period.start, end))))
    return SoFar(days, found.pop(period), found)


def ask_so_far(gate: Gate, courses: Iterable[Course]) -> None:
    """Put what several figures want to know of their provisional periods at once; `so_far` then finds it answered."""
    gate.ask([query for course in courses for query in _questions(gate, course).values()])


def _questions(gate: Gate, course: Course) -> dict[Period, Query]:
    """By period; none where the period is settled or nothing of it is."""
    period, end = course.scope.period, course.settled_before
    if not course.is_provisional or course.failure or end <= period.start:
        return {}
    befores = list(dict.fromkeys((period.previous, period.year_before)))
    spans = {other: _as_many(gate, period, end, other) for other in befores}
    return {other: course.query(*span) for other, span in {period: (period.start, end), **spans}.items()}


def _as_many(gate: Gate, period: Period, end: date, other: Period) -> tuple[date, date]:
    def read() -> tuple[date, date]:
        return gate.read(lambda cursor, _: same_working_days(cursor, (period.start, period.end), end, (other.start, other.end)))

    return gate.once(("as many", period, end, other), read)


def _read(frame: pl.DataFrame | None) -> Reading:
    return Reading() if frame is None or frame.is_empty() else read_row(frame.row(0, named=True))
