"""The course of a target small enough for a table row: the figure, the way to the target, the forecast, each a mask that takes its colour from CSS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import quote

from dashboards import elements as html
from dashboards.attributes import aria
from dashboards.standings import path_at
from metrics.targets import TargetStatus

WIDTH, HEIGHT, PAD = 128, 34, 3
BEHIND, AHEAD = timedelta(days=3 * 365), timedelta(days=400)
STYLES = {
    "value": "stroke-width='1.6'",
    "path": "stroke-width='1.2' stroke-dasharray='2 2.5'",
    "forecast": "stroke-width='1.3' stroke-dasharray='5 2'",
}
Line = list[tuple[date, float]]


def target_spark(status: TargetStatus) -> html.Span | str:
    """The row's picture; nothing where there is no value yet. What it shows stands in the row's words."""
    drawn = lines(status)
    if not drawn.get("value"):
        return ""
    corners = [point for line in drawn.values() for point in line]
    parts = [_layer(name, line, corners) for name, line in drawn.items() if len(line) > 1]
    return html.Span(parts, className="target-spark", **aria(hidden="true"))


def lines(status: TargetStatus) -> dict[str, Line]:
    """Way, forecast and values of the last three years, as days and values."""
    known = [(point.day, point.value) for point in status.history if point.value is not None]
    if not known:
        return {}
    last = known[-1][0]
    values = [(day, value) for day, value in known if day >= last - BEHIND]
    ahead = [(point.day, point.value) for point in status.forecast if point.value is not None and point.day <= last + AHEAD]
    return {"path": _way(status, values[0][0], last), "forecast": [values[-1], *ahead] if ahead else [], "value": values}


def _way(status: TargetStatus, first: date, last: date) -> Line:
    """The way to the target within what is drawn; the target itself where none was said."""
    target = status.target
    begin = max(first, status.path[0].day) if status.path else first
    end = min(max(target.due_on, last), last + AHEAD)
    corners = sorted({begin, min(max(target.due_on, begin), end), end})
    return [(day, path_at(status, day)) for day in corners if day >= begin]


def _layer(name: str, line: Line, corners: Sequence[tuple[date, float]]) -> html.Span:
    image = _image(name, [_placed(point, corners) for point in line])
    return html.Span(className=f"layer is-{name}", style={"maskImage": image, "WebkitMaskImage": image})


def _placed(point: tuple[date, float], corners: Sequence[tuple[date, float]]) -> tuple[float, float]:
    days, values = [day for day, _ in corners], [value for _, value in corners]
    width, reach = (max(days) - min(days)).days or 1, (max(values) - min(values)) or 1.0
    x = PAD + (point[0] - min(days)).days / width * (WIDTH - 2 * PAD)
    y = HEIGHT - PAD - (point[1] - min(values)) / reach * (HEIGHT - 2 * PAD)
    return round(x, 1), round(y, 1)


def _image(name: str, points: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{'L' if at else 'M'}{x} {y}" for at, (x, y) in enumerate(points))
    dot = f"<circle cx='{points[-1][0]}' cy='{points[-1][1]}' r='2.4'/>" if name == "value" else ""
    line = f"<path d='{path}' fill='none' stroke='black' stroke-linejoin='round' {STYLES[name]}/>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' height='{HEIGHT}'>{line}{dot}</svg>"
    return f'url("data:image/svg+xml,{quote(svg)}")'
