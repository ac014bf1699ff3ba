"""Cumulative shares by level of the parts of a place and of its departments, against target, with what was observed and whether it differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.board import Board
from dashboards.cards.table import Column, Table
from dashboards.controls import LEVELS
from dashboards.course import Course
from dashboards.differences import Group, differences
from dashboards.indicators import Indicator
from dashboards.pages.frame import Frame
from dashboards.readings import Reading, read_row
from dashboards.standings import standing_of
from dashboards.words import say
from metrics.statistics.ranking import MIN_CASES
from metrics.targets import TargetStatus

NONE = Reading("not_applicable")


def declared(level: int) -> Indicator:
    """Share of items declared at a level or deeper; its key is the metric's id, which the definition card knows."""
    return Indicator("declared_depth_share", "declared_depth_share", (("level", level),))


def observed(level: int) -> Indicator:
    """Share of completed cases that reached a level."""
    return Indicator("observed_depth_share", "observed_depth_share", (("level", level),))


CONTRADICTED = Indicator("contradicted", "depth_verdict_items", (("variant", "contradicted"),))


@dataclass(frozen=True)
class Parts:
    """Parts that are compared: the dimension that tells them apart, their names by code, where each leads."""

    dimension: str
    names: Mapping[str, str]
    hrefs: Mapping[str, str]


def want(board: Board, dimension: str, level: int) -> Board:
    """Note the questions of one table."""
    for each in map(int, LEVELS):
        board.also(f"declared_{each}_{dimension}", declared(each), (dimension,))
    board.also(f"observed_{dimension}", observed(level), (dimension,))
    return board.also(f"contradicted_{dimension}", CONTRADICTED, (dimension,))


def shares(frame: Frame, board: Board, parts: Parts, level: int) -> Table:
    """One row a part, the highest declared share at the level first."""
    lang = frame.lang
    found = {each: readings(board.frame(f"declared_{each}_{parts.dimension}"), parts.dimension) for each in map(int, LEVELS)}
    seen = readings(board.frame(f"observed_{parts.dimension}"), parts.dimension)
    sides = _sides(board, seen, level)
    counts = readings(board.frame(f"contradicted_{parts.dimension}"), parts.dimension)
    whole = board.course(declared(level))
    rows = []
    for code, name in parts.names.items():
        if code not in found[level] and code not in seen:
            continue
        target = target_of(frame, whole, parts.dimension, code)
        levels = {f"level_{each}": found[each].get(code, NONE).value for each in found}
        now = seen.get(code, NONE)
        rows.append(
            {"code": code, "name": name, "href": parts.hrefs.get(code), **levels, "items": found[level].get(code, NONE).n,
             "target": target.target.value if target else None, "observed": now.value, "low": now.low, "high": now.high, "state": now.state,
             "n": now.n, "verdict": _verdict(now, sides.get(code), lang), "contradicted": counts.get(code, NONE).value}
        )  # fmt: skip
    data = pl.DataFrame(rows, schema=_SCHEMA, orient="row").with_columns(gap=pl.col(f"level_{level}") - pl.col("target"))
    return Table(
        f"shares-{parts.dimension}", say(lang, f"depth.shares.{_kind(parts.dimension)}", level=level), _columns(frame, parts, level), data,
        order=f"-level_{level}", size=15, note=say(lang, "depth.shares.note", level=level),
    )  # fmt: skip


_NUMBERS = ("level_1", "level_2", "level_3", "level_4", "items", "target", "observed", "low", "high", "n", "contradicted")
_SCHEMA = {
    **dict.fromkeys(("code", "name", "href"), pl.String), **dict.fromkeys(_NUMBERS, pl.Float64), **dict.fromkeys(("state", "verdict"), pl.String),
}  # fmt: skip


def _kind(dimension: str) -> str:
    return "department" if dimension == "department" else "place"


def _columns(frame: Frame, parts: Parts, level: int) -> tuple[Column, ...]:
    lang = frame.lang
    levels = [
        Column(f"level_{each}", say(lang, f"depth.columns.level_{each}"), "share", show=_bar(each, lang) if each == level else None)
        for each in map(int, LEVELS)
    ]
    return (
        Column("name", say(lang, f"league.{parts.dimension}"), href="href"),
        *levels,
        Column("gap", say(lang, "depth.columns.target"), "share", show=lambda row: gap_words(row["gap"], row["target"], lang)),
        Column("items", say(lang, "depth.columns.items"), "items"),
        Column("observed", say(lang, "depth.columns.observed", level=level), "share", state="state", low="low", high="high"),
        Column("n", say(lang, "depth.columns.cases"), "cases"),
        Column("verdict", say(lang, "depth.columns.verdict_of", whole=frame.name)),
        Column("contradicted", say(lang, "depth.columns.contradicted"), "items"),
    )


def _bar(level: int, lang: str) -> Any:
    """The value with a bar from zero under it and the target as a tick on the same scale."""

    def show(row: dict[str, Any]) -> Any:
        value = row[f"level_{level}"]
        if value is None:
            return say(lang, "table.missing")
        tick = [] if row["target"] is None else [html.Span(className="depth-tick", style={"left": f"{row['target'] * 100:.1f}%"})]
        bar = html.Span(className="depth-fill", style={"width": f"{value * 100:.1f}%"})
        return [formats.share(value, lang), html.Span([bar, *tick], className="depth-bar", **aria(hidden="true"))]

    return show


def gap_words(gap: float | None, target: float | None, lang: str) -> Any:
    """`40.0 %: 1.5 pts short`, `50.0 %: reached`, or that there is no target."""
    if target is None:
        return html.Span(say(lang, "depth.target.none"), className="faint")
    goal = formats.share(target, lang)
    if gap is None:
        return goal
    key = "reached" if gap >= 0 else "short"
    return [goal, html.Span(say(lang, f"depth.target.{key}", gap=formats.difference(gap, "share", lang)), className="interval")]


def readings(frame: pl.DataFrame | None, dimension: str) -> dict[str, Reading]:
    """Readings by code; rows without one are left to the total."""
    rows = () if frame is None else frame.iter_rows(named=True)
    return {row[dimension]: read_row(row) for row in rows if row[dimension] is not None}


def _sides(board: Board, seen: Mapping[str, Reading], level: int) -> dict[str, int | None]:
    """Which parts differ from the whole by more than chance."""
    whole = board.course(observed(level))
    key = whole.scope.period.key
    courses = {code: Course(whole.indicator, whole.scope, {key: reading}, whole.metric) for code, reading in seen.items()}
    (sides,) = differences([Group(courses, whole)])
    return sides


def _verdict(now: Reading, side: int | None, lang: str) -> str:
    if now.value is None or side is None:
        return ""
    if (now.cases or 0) < MIN_CASES:
        return say(lang, "depth.few")
    return say(lang, {1: "league.better", -1: "league.worse", 0: "league.same"}[side])


def target_of(frame: Frame, course: Course, dimension: str, code: str) -> TargetStatus | None:
    """The target of a part for the declared share: the next due."""
    if dimension != "department":
        return standing_of(course, (code,), frame.goals.about(course))
    return _department_target(frame.goals.about(course), course, code)


def _department_target(statuses: Sequence[TargetStatus], course: Course, code: str) -> TargetStatus | None:
    day = course.scope.period.last_day
    fitting = [each for each in statuses if each.target.dept_id == code and _is_same(each, course)]
    return next((each for each in fitting if each.target.due_on >= day), fitting[-1] if fitting else None)


def _is_same(status: TargetStatus, course: Course) -> bool:
    from metrics.target import query_of

    metric, asked = course.metric, query_of(status.target)
    if metric is None or status.reason == "refused" or status.target.metric != metric.id:
        return False
    return metric.resolve(asked.params) == metric.resolve(course.indicator.params)
