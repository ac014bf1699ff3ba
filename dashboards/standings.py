"""Which target holds for a figure on a page, and where it stands: metrics/targets.py says it, this module finds it.

Forecasts take statsmodels, which needs two seconds to load, and a fifth of a second a target (7 s for Foshan's 28, measured), and a status
must read the same wherever it stands, selected or not. So the build makes them all, once, as the release's table target_outlook; a page
works out the rest (0.05 to 0.4 s for a new period, kept with the release) and takes status and forecast from there where both speak of the same month.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dashboards.course import Course
from dashboards.gate import Gate
from metrics.spec import QueryRefused
from metrics.statistics.attainment import Goal, Measured, path_on, standing
from metrics.target import Target, query_of
from metrics.targets import HISTORY_MONTHS, Histories, Point, TargetStatus, read_histories, statuses_on

Codes = tuple[str | None, ...]
ELSEWHERE = "elsewhere"  # why there is no forecast of a target that was set for a place around
MONTHS = HISTORY_MONTHS + 12 * 8  # the years that the menu of periods offers
_OUTLOOK = "select * from target_outlook"


def statuses(gate: Gate, day: date, metric: str = "") -> list[TargetStatus]:
    """Every target (of one figure, if named) as it stands on a day, the next due first."""
    return gate.once(("targets", day, metric), lambda: _statuses(gate, day, metric))


def with_targets(gate: Gate) -> frozenset[str]:
    """The figures that some target is about."""
    return gate.once("figures with targets", lambda: frozenset(_with_targets(gate)))


def _histories(gate: Gate, metric: str) -> Histories:
    """Long enough for every period that a menu offers; read once for a release."""
    return gate.once(
        ("histories of targets", metric),
        lambda: gate.read(lambda cursor, store: read_histories(cursor, store, store.as_of or date.max, months=MONTHS, metric=metric)),
    )


def _with_targets(gate: Gate) -> list[str]:
    found = gate.table_or_none("select distinct metric_id from mart_target where not is_superseded", "mart_target")
    return found["metric_id"].to_list() if found.width else []


def _statuses(gate: Gate, day: date, metric: str) -> list[TargetStatus]:
    found = gate.read(lambda _, store: statuses_on(day, _histories(gate, metric), store, with_forecast=False))
    outlook = {row["target_id"]: row for row in gate.table_or_none(_OUTLOOK, "target_outlook").iter_rows(named=True)}
    joined = [_with_outlook(status, outlook.get(status.id)) for status in found]
    return sorted(joined, key=lambda status: (status.target.due_on, status.id))


def _with_outlook(status: TargetStatus, row: dict[str, Any] | None) -> TargetStatus:
    """A status as the build found it, forecast included; the page's own for a month that the build did not look from."""
    if row is None or row["measured_on"] != status.measured_on:
        return status
    ahead = tuple(Point(date.fromisoformat(day), *rest) for day, *rest in json.loads(row["forecast"]))
    changes = {name: row[name] for name in ("status", "reason", "no_forecast", "probability")}
    return replace(status, forecast=ahead, **changes)


def standing_of(course: Course, codes: Codes, found: Sequence[TargetStatus]) -> TargetStatus | None:
    """The status of a figure for the first of `codes` (None: no place) that has a target: the next due, else the last that was."""
    day = course.scope.period.last_day
    for code in codes:
        fitting = [status for status in found if status.target.division_code == code and _is_about(status.target, course)]
        chosen = next((status for status in fitting if status.target.due_on >= day), fitting[-1] if fitting else None)
        if chosen:
            return chosen
    return None


def _is_about(target: Target, course: Course) -> bool:
    """Whether a target is set for the very figure: same metric and parameters, same channel, no narrower scope."""
    if course.metric is None or target.metric != course.indicator.metric or target.dept_id:
        return False
    if (target.channel or "") != ("" if "channel" in course.ignored else course.scope.channel):
        return False
    query = query_of(target)
    if {name for name, _ in query.where} - {"province", "city", "district", "town", "channel"}:
        return False
    try:
        return course.metric.resolve(query.params) == course.metric.resolve(course.indicator.params)
    except QueryRefused:
        return False


def of_place(status: TargetStatus, course: Course) -> TargetStatus:
    """The status of the page's own place: a target that was set for a place around it is held against this place's value, without path or forecast."""
    here = dict(course.scope.where).values()
    if not here or status.target.division_code in here:
        return status
    now, day, target = course.now, course.scope.period.last_day, status.target
    measured = Measured(now.value, now.low, now.high, day, course.is_provisional)
    stands = standing(measured, Goal(target.op, target.value, target.due_on))
    return TargetStatus(
        target, stands.status, stands.reason, None, now.value, now.low, now.high, day, stands.expected, stands.gap, stands.ratio,
        no_forecast=ELSEWHERE,
    )  # fmt: skip


def is_of(status: TargetStatus, course: Course) -> bool:
    """Whether a status speaks of the course's period and nothing shorter or older."""
    period = course.scope.period
    return period.grain == "month" and status.measured_on == period.last_day


def path_at(status: TargetStatus, day: date) -> float:
    """Where the way to a target stands on a day; the target itself without a baseline."""
    target = status.target
    if not status.path:
        return target.value
    begin = status.path[0]
    at = path_on(Goal(target.op, target.value, target.due_on, begin.value, begin.day), day)
    return target.value if at is None else at
