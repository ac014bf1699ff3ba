"""Sample data of the gallery: made up, literal, the same in every installation. Nothing here comes from a release."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from dashboards.cards.tile import TileData
from dashboards.course import Course, Scope
from dashboards.indicators import Indicator, Tile, tile_named
from dashboards.periods import Period
from dashboards.provisional import SoFar, Waiting
from dashboards.readings import Reading
from metrics.registry import registry
from metrics.target import Target
from metrics.targets import Point, TargetStatus

MONTH = Period(date(2018, 10, 1))
SCOPE = Scope((), MONTH, MONTH.last_day)
RUNNING = replace(SCOPE, as_of=date(2018, 10, 22))
MONTHS = tuple(MONTH.run_up(25))
# twenty-five months each, oldest first
RISING = (0.141, 0.144, 0.15, 0.149, 0.155, 0.161, 0.158, 0.166, 0.17, 0.174, 0.181, 0.179, 0.188, 0.193, 0.2, 0.204, 0.209, 0.215, 0.222, 0.231, 0.238, 0.247, 0.255, 0.264, 0.273)  # fmt: skip
LEVEL = (0.972, 0.968, 0.97, 0.974, 0.969, 0.973, 0.971, 0.967, 0.972, 0.975, 0.97, 0.968, 0.973, 0.971, 0.974, 0.969, 0.972, 0.97, 0.968, 0.973, 0.975, 0.971, 0.969, 0.972, 0.951)  # fmt: skip
FALLING = (8.1, 8.0, 7.7, 7.9, 7.4, 7.5, 7.1, 7.0, 6.8, 6.9, 6.5, 6.4, 6.1, 6.2, 5.9, 6.0, 5.7, 5.5, 5.6, 5.4, 5.3, 5.1, 5.2, 5.0, 4.8)


def history(values: tuple[float | None, ...], margin: float, n: float = 4120.0) -> dict[str, Reading]:
    """Readings of the months that end with the sample's, each with the same margin on either side."""
    months = MONTHS[-len(values) :]
    known = {month.key: value for month, value in zip(months, values, strict=True)}
    return {
        key: Reading("value", value, value - margin, _top(value, margin), n, n) if value is not None else Reading("not_applicable")
        for key, value in known.items()
    }


def _top(value: float, margin: float) -> float:
    """The upper end of an interval; a share does not pass 1."""
    return min(value + margin, 1.0) if value <= 1 else value + margin


def course(indicator: Indicator, readings: dict[str, Reading], scope: Scope = SCOPE, **more: Any) -> Course:
    """A figure of the catalogue with made-up readings."""
    return Course(indicator, scope, readings, registry()[indicator.metric], **more)


def stateful(tile: Tile, state: str) -> TileData:
    """A tile whose figures are all in a state other than `value`."""
    return TileData(tile, {one.key: course(one, {MONTH.key: Reading(state)}) for one in tile.all})


def valued(key: str, values: tuple[float | None, ...], margin: float, beside: tuple[float, ...] = ()) -> TileData:
    """A tile with a value and, if given, values of its companions."""
    tile = tile_named(key)
    courses = {tile.main.key: course(tile.main, history(values, margin))}
    for one, value in zip(tile.companions, beside, strict=True):
        courses[one.key] = course(one, {MONTH.key: Reading("value", value, value * 0.97, value * 1.03, 4120.0, 4120.0)})
    return TileData(tile, courses)


def aimed(data: TileData, goal: Target, status: str, reason: str, **more: Any) -> TileData:
    """The tile with a target that stands as said."""
    now = data.main.now
    path = (
        (Point(goal.baseline_on, goal.baseline), Point(goal.due_on, goal.value)) if goal.baseline_on and goal.baseline is not None else ()
    )
    gap = (now.value or 0) - goal.value
    known: dict[str, Any] = {"now": now.value, "low": now.low, "high": now.high, "measured_on": MONTH.last_day, "gap": gap, "path": path}
    return replace(data, standing=TargetStatus(goal, status, reason, **{**known, **more}))


def target(metric: str, value: float, due_on: date, *, op: str = ">=", baseline: float | None = None) -> Target:
    """A target of the whole city, from the beginning of 2017 where it has a baseline."""
    since = date(2017, 1, 1) if baseline is not None else None
    return Target("sample", metric, None, None, None, None, None, op, value, baseline, since, due_on, since, is_superseded=False)


def tiles() -> list[tuple[str, TileData]]:
    """A tile in each of its states: key of the state's words, tile."""
    wait, depth = valued("wait", FALLING, 0.2, (14.0, 0.031)), valued("depth", RISING, 0.012, (0.219,))
    year_end = date(2018, 12, 31)
    running = TileData(
        wait.tile,
        {key: replace(own, scope=RUNNING, open_from=date(2018, 10, 20)) for key, own in wait.courses.items()},
        waiting=Waiting("s-01", "queue_tickets", date(2018, 10, 19)),
        so_far=SoFar(13, Reading("value", 4.9, 4.5, 5.3, 900.0), {MONTH.previous: Reading("value", 5.2, 4.9, 5.5, 1210.0)}),
    )
    cut = tile_named("cut")
    return [
        ("value", wait),
        ("met", aimed(valued("spot", RISING[:-1] + (0.531,), 0.011), target("on_the_spot_completion_rate", 0.5, year_end), "met", "surely_met")),
        ("on_track", aimed(valued("satisfaction", LEVEL[:-1] + (0.974,), 0.004, (0.12, 16.0)), target("active_good_rating_rate", 0.98, year_end, baseline=0.93), "on_track", "ahead_of_path", expected=0.972)),
        ("at_risk", aimed(depth, target("declared_depth_share", 0.4, year_end, baseline=0.14), "at_risk", "behind_path", expected=0.38)),
        ("missed", aimed(valued("promise", LEVEL, 0.004), target("promise_kept_rate", 0.98, date(2018, 9, 30)), "missed", "short_at_due")),
        ("provisional", running),
        ("insufficient_n", stateful(tile_named("spot"), "insufficient_n")),
        ("suppressed", stateful(tile_named("satisfaction"), "suppressed")),
        ("not_provided", stateful(tile_named("wait"), "not_provided")),
        ("not_applicable", stateful(tile_named("promise"), "not_applicable")),
        ("not_yet_complete", stateful(cut, "not_yet_complete")),
        ("failure", TileData(cut, {one.key: course(one, {}, failure="7C41A0") for one in cut.all})),
    ]  # fmt: skip


def places(lang: str) -> list[str]:
    """Made-up districts."""
    return (
        ["北门区", "河东区", "南湖区", "西岭区", "海港区"]
        if lang == "zh"
        else ["North Gate", "River East", "South Lake", "West Ridge", "Harbour"]
    )


def hours() -> pl.DataFrame:
    """Minutes waited by weekday and hour; midday on Wednesday has too few tickets, Friday afternoon none."""
    busy = {9: 6.0, 10: 8.5, 11: 5.5, 12: 3.0, 13: 3.5, 14: 7.0, 15: 6.0, 16: 4.0}
    rows = []
    for day, load in enumerate((1.6, 1.1, 1.0, 1.0, 1.3)):
        for hour, minutes in busy.items():
            state = "insufficient_n" if (day, hour) == (2, 12) else "not_applicable" if day == 4 and hour > 14 else "value"
            value = round(minutes * load, 1) if state == "value" else None
            rows.append({"y_key": day, "x_key": hour, "value": value, "n": 120.0 if value else 4.0, "state": state, "href": ""})
    return pl.DataFrame(rows, schema_overrides={"value": pl.Float64})


def levels() -> pl.DataFrame:
    """Items by declared and observed level."""
    pairs = {("1", "1"): 212, ("2", "1"): 96, ("2", "2"): 1840, ("2", "3"): 41, ("3", "1"): 38, ("3", "2"): 402, ("3", "3"): 980, ("4", "2"): 12, ("4", "3"): 64, ("4", "4"): 233, ("3", "untested"): 187, ("4", "untested"): 22}  # fmt: skip
    return pl.DataFrame([{"row": row, "column": column, "count": count, "href": ""} for (row, column), count in pairs.items()])


def halls(lang: str) -> pl.DataFrame:
    """Halls by tickets and the share served within ten minutes; the names of two matter."""
    sizes = (60, 95, 140, 210, 330, 420, 510, 640, 800, 990, 1250, 1600, 2100, 2900, 3600, 5200)
    shares = (0.78, 0.71, 0.83, 0.76, 0.8, 0.74, 0.77, 0.79, 0.87, 0.76, 0.77, 0.69, 0.78, 0.77, 0.785, 0.775)
    name = "第{}政务服务大厅" if lang == "zh" else "Hall {}"
    rows = [
        {"code": str(at), "name": name.format(at), "n": float(n), "value": value, "href": "", "state": "value"}
        for at, (n, value) in enumerate(zip(sizes, shares, strict=True), start=1)
    ]
    return pl.DataFrame(rows)


def curves(names: list[str]) -> pl.DataFrame:
    """How many cases are open after so many working days."""
    heights = (
        (1.0, 0.62, 0.41, 0.3, 0.22, 0.14, 0.1, 0.07, 0.05, 0.03, 0.02),
        (1.0, 0.88, 0.74, 0.61, 0.5, 0.41, 0.33, 0.27, 0.21, 0.16, 0.12),
        (1.0, 0.97, 0.92, 0.86, 0.79, 0.71, 0.62, 0.54, 0.47, 0.4, 0.35),
    )
    rows = [
        {"name": name, "day": 2.0 * at, "survival": s, "low": max(s - 0.03, 0.0), "high": min(s + 0.03, 1.0), "at_risk": round(600 * s)}
        for name, own in zip(names, heights, strict=True)
        for at, s in enumerate(own)
    ]
    return pl.DataFrame(rows)


def mixture(names: list[str]) -> pl.DataFrame:
    """Applications by channel over eighteen months; the last one is still running."""
    rows = [
        {"period": month.key, "part": name, "value": float(start + step * at), "is_provisional": month == MONTHS[-1]}
        for at, month in enumerate(MONTHS[-18:])
        for name, start, step in zip(names, (620, 90, 60, 30, 24, 14, 9), (-14, 9, 7, 5, 1, 0, 0), strict=True)
    ]
    return pl.DataFrame(rows)


def limits_of_time(names: list[str]) -> pl.DataFrame:
    """Working days by month: actual with its interval, promised, legal."""
    rows = []
    for at, month in enumerate(MONTHS):
        for name, value, margin in zip(names, (7.8 - 0.1 * at + (at % 3) * 0.2, 9.0 - (at > 12), 20.0), (0.5, None, None), strict=True):
            edges = {"low": None if margin is None else value - margin, "high": None if margin is None else value + margin}
            row = {
                "period": month.key,
                "start": month.start,
                "series": name,
                "value": value,
                **edges,
                "is_provisional": month == MONTHS[-1],
            }
            rows.append(row)
    return pl.DataFrame(rows, schema_overrides={"low": pl.Float64, "high": pl.Float64})


def panels(names: list[str]) -> pl.DataFrame:
    """A share by place and month; the fourth place delivers nothing."""
    rows = [
        {
            "part": name,
            "period": month.key,
            "start": month.start,
            "value": None if at == 3 else round(RISING[place] * (0.75 + 0.16 * at), 4),
            "state": "not_provided" if at == 3 else "value",
            "is_provisional": month == MONTHS[-1],
            "href": "",
        }
        for at, name in enumerate(names)
        for place, month in enumerate(MONTHS)
    ]
    return pl.DataFrame(rows, schema_overrides={"value": pl.Float64})


def day() -> pl.DataFrame:
    """A day in one hall."""
    arrivals, windows = (18, 52, 61, 34, 15, 17, 44, 47, 29, 12), (6, 8, 8, 7, 3, 4, 8, 8, 7, 5)
    waits = (3.1, 5.2, 8.4, 6.0, 5.8, 4.9, 6.1, 6.6, 4.0, None)
    return pl.DataFrame({"hour": list(range(8, 18)), "arrivals": list(map(float, arrivals)), "open_windows": windows, "wait": waits})


# corners shared by neighbours, so that the areas meet
CORNERS = {
    "1": ((112.8, 23.2), (112.94, 23.36), (113.16, 23.33), (113.2, 23.1), (113.02, 23.04), (112.84, 23.08)),
    "2": ((113.2, 23.1), (113.16, 23.33), (113.42, 23.28), (113.5, 23.0), (113.3, 22.92)),
    "3": ((112.84, 23.08), (113.02, 23.04), (113.2, 23.1), (113.3, 22.92), (113.1, 22.76), (112.86, 22.84)),
    "4": ((113.5, 23.0), (113.3, 22.92), (113.1, 22.76), (113.34, 22.68), (113.56, 22.8)),
}


def made_up_map() -> list[dict[str, Any]]:
    """Four areas that exist nowhere, one with a lake."""
    lake = [[112.88, 23.13], [112.95, 23.12], [112.92, 23.09], [112.88, 23.13]]
    return [
        {
            "properties": {"code": code},
            "geometry": {"type": "Polygon", "coordinates": [[*map(list, ring), list(ring[0])], *([lake] if code == "1" else [])]},
        }
        for code, ring in CORNERS.items()
    ]
