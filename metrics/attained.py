"""H2: how far a figure has come to its target, as a ratio from 0 to 1.25, without rounding. Several targets make no composite (T22)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from metrics.derived import Desk, Rows
from metrics.judge import Verdict
from metrics.query import Query, Question
from metrics.registry import registry
from metrics.spec import QueryRefused
from metrics.states import NOT_APPLICABLE, NOT_PROVIDED, VALUE
from metrics.statistics.attainment import Goal, attainment
from metrics.target import Target, query_of, read_targets

PLACES = {"district": "district_code", "department": "dept_id"}


def rows(question: Question, desk: Desk) -> Rows:
    """A row for every place that has a target of the figure; without a breakdown the city's."""
    metric = str(question.params["metric"])
    if metric not in registry():
        return [] if question.by else [Verdict(NOT_PROVIDED).to_row()]
    day = question.end - timedelta(days=1) if question.end else desk.as_of
    targets = [
        target for target in read_targets(desk.read) if target.metric == metric and not target.is_superseded and target.channel is None
    ]
    chosen: dict[tuple, Target] = {}
    for target in sorted(targets, key=lambda target: target.due_on, reverse=True):
        place = _place(question, target)
        if place is not None and (place not in chosen or day is None or target.due_on >= day):
            chosen[place] = target  # the next that is due, else the last that was
    found = [dict(zip(question.by, place, strict=True)) | _verdict(question, target, desk).to_row() for place, target in chosen.items()]
    return found or ([] if question.by else [Verdict(NOT_APPLICABLE).to_row()])


def _place(question: Question, target: Target) -> tuple | None:
    """Where a target belongs in the breakdown; None: nowhere."""
    own: dict[str, Any] = {"district": target.district_code if not target.dept_id else None, "department": target.dept_id}
    asked = set(question.dimensions)
    if any(own[name] is None if name in asked else own[name] is not None for name in PLACES):
        return None
    if any(own[name] not in values for name, values in question.where.items()):
        return None
    return tuple(own[name] for name in question.by)


def _verdict(question: Question, target: Target, desk: Desk) -> Verdict:
    query = query_of(target)
    try:
        found = desk.ask(Query(query.metric, (), query.where, question.start, question.end, query.params))
        row = {name: value for name, (value,) in found.items()}
    except QueryRefused:
        return Verdict(NOT_APPLICABLE)
    if row["value"] is None:
        return Verdict(row["state"], n=row["n"])
    ratio = attainment(row["value"], Goal(target.op, target.value, target.due_on))
    if ratio is None:
        return Verdict(NOT_APPLICABLE, None, row["value"], target.value, row["n"])
    return Verdict(VALUE, ratio, row["value"], target.value, row["n"])
