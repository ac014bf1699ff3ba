"""Where every target stands on a day: status with its reason, the path that leads to it, where the figure is going and how likely it is to get there.

The value is that of the last complete month (of a stock, its end). Forecasts load statsmodels, which takes a second or two: ask for them once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from metrics.evaluate import Answer, Store, answer_all, read_store
from metrics.query import Query
from metrics.registry import registry
from metrics.spec import QueryRefused
from metrics.statistics.attainment import Goal, Measured, path_on, standing
from metrics.statistics.forecast import Forecast, forecast
from metrics.target import Target, query_of, read_targets

HISTORY_MONTHS = 60
REFUSED = "refused"  # the figure does not answer the question that the target puts; beside the reasons of statistics.attainment
SCALES = {"share": "share", "levels": "plain", "percentage_points": "plain", "score": "plain", "ratio": "plain"}


@dataclass(frozen=True)
class Point:
    """A value on a day, with its interval where it has one."""

    day: date
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class TargetStatus:
    """One target on one day.

    status: met, on_track, at_risk, missed or not_evaluable; reason: a code of statistics.attainment.REASONS, or refused (`refusal` says why).
    now, low, high: the value of the month that ends on `measured_on`. expected: the path's value on that day. attained: 0 to 1.25.
    path: baseline and due date, empty without a baseline. history: complete months, oldest first. forecast: months after them up to the due
    date, empty with `no_forecast`: the reason (too_short, gaps, horizon_too_long, not_better_than_last_year, due, not_asked). probability:
    that the target holds when due.
    """

    target: Target
    status: str
    reason: str
    refusal: str | None = None
    now: float | None = None
    low: float | None = None
    high: float | None = None
    measured_on: date | None = None
    expected: float | None = None
    gap: float | None = None
    attained: float | None = None
    path: tuple[Point, ...] = ()
    history: tuple[Point, ...] = ()
    forecast: tuple[Point, ...] = ()
    no_forecast: str | None = None
    probability: float | None = None

    @property
    def id(self) -> str:
        """The target's id."""
        return self.target.id


@dataclass(frozen=True)
class Histories:
    """Targets with the answers of their figures by month (by place in `targets`), or why there is none: statuses of any day rest on them."""

    targets: tuple[Target, ...]
    answers: dict[int, Answer]
    refused: dict[int, str]


def target_statuses(
    con: duckdb.DuckDBPyConnection, on: date | None = None, *, store: Store | None = None, with_forecast: bool = True
) -> list[TargetStatus]:
    """Every target that holds and was set by `on` (default: the release's date), by its id; superseded ones are left out."""
    known = store or read_store(con)
    day = on or known.as_of
    if day is None:
        return []
    return statuses_on(day, read_histories(con, known, day), known, with_forecast=with_forecast)


def read_histories(
    con: duckdb.DuckDBPyConnection, store: Store, until: date, *, months: int = HISTORY_MONTHS, metric: str = ""
) -> Histories:
    """The figures of targets (of those about `metric`, if named) by month, over `months` to the one of `until`."""
    if "mart_target" not in store.provided:
        return Histories((), {}, {})
    targets = tuple(each for each in read_targets(_reader(con)) if not each.is_superseded and metric in ("", each.metric))
    ends = [_months_end(store, target, until) for target in targets]
    asked = [query_of(target, ("month",), _shift(end, -months), end) for target, end in zip(targets, ends, strict=True)]
    return Histories(targets, *_answers(con, asked, store))


def statuses_on(day: date, known: Histories, store: Store, *, with_forecast: bool = True) -> list[TargetStatus]:
    """Where the targets that were set by a day stood on it. Reads nothing."""
    found = []
    for number, target in enumerate(known.targets):
        if target.set_on is not None and target.set_on > day:
            continue
        if number in known.refused:
            found.append(_refused(target, known.refused[number]))
            continue
        end = _months_end(store, target, day)
        found.append(
            _status(target, known.answers[number].unit, _history(known.answers[number], _shift(end, -HISTORY_MONTHS), end), with_forecast)
        )
    return found


def _reader(con: duckdb.DuckDBPyConnection):
    def read(sql: str, given: list[Any]) -> list[dict[str, Any]]:
        found = con.execute(sql, given)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return read


def _months_end(store: Store, target: Target, day: date) -> date:
    """The first day after the last month that is over on `day` and complete."""
    metric = registry().get(target.metric)
    limits = [day + timedelta(days=1)]
    limits += [store.as_of + timedelta(days=1)] if store.as_of else []
    open_from = store.provisional_from(metric.mart) if metric else None
    limits += [open_from] if open_from else []
    return min(limits).replace(day=1)


def _answers(con: duckdb.DuckDBPyConnection, asked: Sequence[Query], store: Store) -> tuple[dict[int, Answer], dict[int, str]]:
    """Answers by number; one that is refused does not spoil the others, which are answered together."""
    good, refused = [], {}
    for number, query in enumerate(asked):
        try:
            _check(query, store)
            good.append(number)
        except QueryRefused as error:
            refused[number] = str(error)
    return dict(zip(good, answer_all(con, [asked[number] for number in good], store), strict=True)), refused


def _check(query: Query, store: Store) -> None:
    from metrics.compile import compile_query

    compile_query(query, store.catalog)


def _refused(target: Target, because: str) -> TargetStatus:
    return TargetStatus(target, "not_evaluable", REFUSED, because)


def _status(target: Target, unit: str, history: tuple[Point, ...], with_forecast: bool) -> TargetStatus:
    goal = _goal(target)
    last = history[-1] if history else None
    ahead = _forecast(target, unit, history) if with_forecast else Forecast(reason="not_asked")
    chance = ahead.chance(target.op, target.value)
    if last is None:
        return TargetStatus(target, "not_evaluable", "no_value", path=_path(goal), no_forecast=ahead.reason)
    measured = Measured(last.value, last.low, last.high, last.day)
    stands = standing(measured, goal, chance)
    return TargetStatus(
        target, stands.status, stands.reason, None, last.value, last.low, last.high, last.day, stands.expected, stands.gap, stands.ratio,
        _path(goal), history, _points(ahead, last.day), ahead.reason, chance,
    )  # fmt: skip


def _history(answer: Answer, start: date, end: date) -> tuple[Point, ...]:
    """Every month of [start, end) from the first to the last with a row; one without a row has no value."""
    first_key, end_key = f"{start:%Y-%m}", f"{end:%Y-%m}"
    by_month = {row["month"]: row for row in answer.rows if row["month"] and first_key <= row["month"] < end_key}
    if not by_month:
        return ()
    first, last = date.fromisoformat(f"{min(by_month)}-01"), date.fromisoformat(f"{max(by_month)}-01")
    months = [_shift(first, number) for number in range((last.year - first.year) * 12 + last.month - first.month + 1)]
    points = []
    for month in months:
        row = by_month.get(f"{month:%Y-%m}", {})
        points.append(Point(_shift(month, 1) - timedelta(days=1), row.get("value"), row.get("low"), row.get("high")))
    return tuple(points)


def _goal(target: Target) -> Goal:
    begun = target.baseline_on if target.baseline_on and target.baseline_on < target.due_on else None
    return Goal(target.op, target.value, target.due_on, target.baseline if begun else None, begun)


def _path(goal: Goal) -> tuple[Point, ...]:
    if goal.baseline_on is None or goal.baseline is None:
        return ()
    return (Point(goal.baseline_on, path_on(goal, goal.baseline_on)), Point(goal.due_on, goal.value))


def _forecast(target: Target, unit: str, history: tuple[Point, ...]) -> Forecast:
    """To the month in which the target is due, from the months since the last gap."""
    if not history:
        return Forecast(reason="too_short")
    last = history[-1].day
    horizon = (target.due_on.year - last.year) * 12 + target.due_on.month - last.month
    if horizon < 1:
        return Forecast(reason="due")
    gaps = [number for number, point in enumerate(history) if point.value is None]
    known = [point.value for point in history[(gaps[-1] + 1 if gaps else 0) :]]
    return forecast(known, horizon, SCALES.get(unit, "positive"))


def _points(ahead: Forecast, last: date) -> tuple[Point, ...]:
    first = last.replace(day=1)
    return tuple(Point(_shift(first, step.months_ahead + 1) - timedelta(days=1), step.value, step.low, step.high) for step in ahead.steps)


def _shift(day: date, months: int) -> date:
    """The first of a month, so many months on."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
