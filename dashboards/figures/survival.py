"""How many cases are still open after so many days: step lines with bands from Kaplan–Meier, and the promised and legal limits upright."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import polars as pl

from dashboards import formats
from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import BOX
from dashboards.figures.labels import clipped, spread, without_data
from dashboards.figures.look import Look, blank, plain
from dashboards.figures.points import Point, column
from dashboards.figures.series_colours import series_colours
from dashboards.theme import see_through
from dashboards.words import say

HEIGHT = 320
MOST = 4
SHARE = "share"


@dataclass(frozen=True)
class Limits:
    """Days that stand upright in the figure, and the unit of all days (a unit of formats: working_days, calendar_days, hours)."""

    promised: float | None = None
    legal: float | None = None
    unit: str = "working_days"


def survival(curves: pl.DataFrame, look: Look, limits: Limits | None = None) -> Drawing:
    """Draw `curves` (name, day, survival 0 to 1, low, high, at_risk; rising days within a name), at most four, the first one in the accent.

    Every curve holds from its day to the next one; before its first day all is open.
    """
    limits = limits or Limits()
    known = curves.filter(pl.col("survival").is_not_null())
    if known.is_empty():
        return without_data(look, HEIGHT, curves)
    look = Look(look.lang, look.palette, SHARE)
    figure = blank(look, HEIGHT)
    found = _curves(known.to_dicts())
    for (name, curve), (colour, thickness) in zip(found.items(), series_colours(look.palette, len(found)), strict=True):
        _add_band(figure, curve, colour)
        _add_curve(figure, (name, curve), (colour, thickness), (look, limits))
    last = max(day for curve in found.values() for day in column(curve, "day"))
    end = max(last, *(day for day in (limits.promised, limits.legal) if day is not None)) if limits.promised or limits.legal else last
    figure.update_xaxes(range=[0, end * 1.04 or 1], nticks=8, title=_axis_title(look, limits))
    figure.update_yaxes(range=[0, 104], ticksuffix=look.suffix, tick0=0, dtick=25)
    figure.update_layout(hovermode="closest", margin={"t": 40})
    _add_limits(figure, limits, look)
    _label_curves(figure, found, look)
    return figure


def _curves(points: list[Point]) -> dict[str, list[Point]]:
    """The points of every curve by its name, with its beginning: on day 0 all are open, unless it says otherwise."""
    names = list(dict.fromkeys(column(points, "name")))[:MOST]
    found = {name: [point for point in points if point["name"] == name] for name in names}
    return {name: curve if curve[0]["day"] == 0 else [_begin(curve[0]), *curve] for name, curve in found.items()}


def _begin(first: Point) -> Point:
    """Day 0, whole or not as the other days are."""
    return {**first, "day": type(first["day"])(0), "survival": 1.0, "low": 1.0, "high": 1.0}


def stairs(days: Sequence[float], heights: Sequence[float | None]) -> tuple[list[float], list[float | None]]:
    """The corners of a step line: each height holds up to the next day."""
    x, y = [days[0]], [heights[0]]
    for at in range(1, len(days)):
        x += [days[at], days[at]]
        y += [heights[at - 1], heights[at]]
    return x, y


def _add_band(figure: Drawing, curve: list[Point], colour: str) -> None:
    sure = [point for point in curve if point["low"] is not None and point["high"] is not None]
    if len(sure) < 2:
        return
    (x, low), (_, high) = (stairs(column(sure, "day"), [point[edge] * 100 for point in sure]) for edge in ("low", "high"))
    figure.add_scatter(
        x=x + x[::-1], y=low + high[::-1], fill="toself", fillcolor=see_through(colour, 0.13), line={"width": 0}, mode="lines",
        hoverinfo="skip", name="interval",
    )  # fmt: skip


def _add_curve(figure: Drawing, drawn: tuple, style: tuple, frame: tuple[Look, Limits]) -> None:
    (name, curve), (colour, thickness) = drawn, style
    figure.add_scatter(
        x=column(curve, "day"),
        y=[point["survival"] * 100 for point in curve],
        mode="lines",
        line={"shape": "hv", "color": colour, "width": thickness},
        hovertext=[_hover(name, row, frame) for row in curve],
        hovertemplate=BOX,
        name=plain(name),
    )


def _hover(name: str, row: dict, frame: tuple[Look, Limits]) -> str:
    look, limits = frame
    time = _days(row["day"], limits, look)
    lines = [f"<b>{plain(name)}</b>", say(look.lang, "drawing.still_open", value=look.text(row["survival"]), time=time)]
    if row["low"] is not None and row["high"] is not None:
        lines.append(say(look.lang, "figure.interval", interval=formats.interval(row["low"], row["high"], look.unit, look.lang)))
    if row["at_risk"] is not None:
        lines.append(say(look.lang, "drawing.at_risk", count=formats.count(row["at_risk"], look.lang)))
    return "<br>".join(lines)


def _days(day: float, limits: Limits, look: Look) -> str:
    """Whole days as whole days."""
    digits, unit = formats.parts(day, limits.unit, look.lang)
    return f"{formats.number(day) if day == int(day) else digits}{unit}"


def _axis_title(look: Look, limits: Limits) -> dict[str, Any]:
    text = say(look.lang, "drawing.at_risk_axis", unit=say(look.lang, f"unit.{limits.unit}"))
    return {"text": text, "font": {"size": 12, "color": look.palette.ink_faint}, "standoff": 8}


def _add_limits(figure: Drawing, limits: Limits, look: Look) -> None:
    """Upright lines with their names above the frame, one over the other where they would meet."""
    known = [(key, day) for key in ("promised", "legal") if (day := getattr(limits, key)) is not None]
    for row, (key, day) in enumerate(known):
        line = {"color": look.palette.ink_soft, "width": 1.25, "dash": "dash" if key == "promised" else "solid"}
        figure.add_shape(type="line", x0=day, x1=day, y0=0, y1=1, yref="paper", line=line, name=key)
        text = f"{say(look.lang, f'drawing.{key}')} {_days(day, limits, look)}"
        figure.add_annotation(
            x=day, y=1, yref="paper", yshift=2 + 15 * (len(known) - 1 - row), text=text, showarrow=False, yanchor="bottom",
            xanchor=_side_of(day, figure), font={"color": look.palette.ink_soft}, name=key,
        )  # fmt: skip


def _side_of(day: float, figure: Drawing) -> str:
    """A name stays inside the frame: to the left of a line near its right edge."""
    place = day / figure.ends("xaxis")[1]
    return "left" if place < 0.12 else "right" if place > 0.85 else "center"


def _label_curves(figure: Drawing, found: dict[str, list[Point]], look: Look) -> None:
    """Each name beside its curve, on the day on which the curves lie furthest apart."""
    day = _widest(list(found.values()))
    colours = [colour for colour, _ in series_colours(look.palette, len(found))]
    for (name, curve), colour in zip(found.items(), colours, strict=True):
        height = _at(curve, day) * 100
        figure.add_annotation(
            x=day, y=height, text=f"<b>{clipped(name, 22)}</b>", showarrow=False, xanchor="left", yanchor="bottom", xshift=6,
            font={"color": colour}, bgcolor=see_through(look.palette.surface, 0.8), borderpad=1, name="curve",
        )  # fmt: skip
    spread(figure.notes[-len(found) :], (0, 100), HEIGHT - 90)


def _at(curve: list[Point], day: float) -> float:
    return curve[bisect_right(curve, day, key=itemgetter("day")) - 1]["survival"]


def _widest(curves: list[list[Point]]) -> float:
    """The day with the largest gap between neighbouring curves; of a single one, that on which half is closed."""
    days = sorted({day for curve in curves for day in column(curve, "day")})
    if len(curves) == 1:
        return next((day for day in days if _at(curves[0], day) <= 0.5), days[len(days) // 2])

    def gap(day: float) -> float:
        heights = sorted(_at(curve, day) for curve in curves)
        return min(above - below for below, above in zip(heights, heights[1:], strict=False))

    return max(days, key=gap)
