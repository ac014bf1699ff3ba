"""Targets as set: the rows of mart_target, and the query that each of them is about."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from metrics.dimensions import DIMENSIONS
from metrics.query import Query

_SQL = """select target_id, metric_id, params, division_code, district_code, dept_id, channel, op, value, baseline_value, baseline_on,
    due_on, set_on, is_superseded from mart_target order by target_id"""


@dataclass(frozen=True)
class Target:
    """One target. Without division and department it is the city's."""

    id: str
    metric: str
    params: str | None
    division_code: str | None
    district_code: str | None
    dept_id: str | None
    channel: str | None
    op: str
    value: float
    baseline: float | None
    baseline_on: date | None
    due_on: date
    set_on: date | None
    is_superseded: bool


def read_targets(read: Callable[[str, list[Any]], list[dict[str, Any]]]) -> list[Target]:
    """Every target of the store."""
    return [Target(*row.values()) for row in read(_SQL, [])]


def query_of(target: Target, by: tuple[str, ...] = (), start: date | None = None, end: date | None = None) -> Query:
    """The query of a target's figure in its scope. A parameter that is named as a dimension narrows what is counted (item_type: "20")."""
    given = _given(target.params)
    where = [(name, str(value)) for name, value in given.items() if name in DIMENSIONS]
    where += [("district", target.division_code)] if target.division_code and target.division_code == target.district_code else []
    where += [("city", target.division_code)] if target.division_code and not target.district_code else []
    where += [("town", target.division_code)] if target.division_code and target.district_code not in (None, target.division_code) else []
    where += [("department", target.dept_id)] if target.dept_id else []
    where += [("channel", target.channel)] if target.channel else []
    params = tuple((name, value) for name, value in given.items() if name not in DIMENSIONS)
    return Query(target.metric, by, tuple(where), start, end, params)


def _given(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {"unreadable": text}  # a parameter that no metric has: the figure refuses it by name
    return found if isinstance(found, dict) else {"unreadable": text}
