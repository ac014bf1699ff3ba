"""The course of one figure over periods: line, interval, target path, forecast, a reference line, and the part that is provisional."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import period_name, surety
from dashboards.figures.labels import end_label, make_room, without_data
from dashboards.figures.look import Look, blank, plain, span
from dashboards.figures.points import Point, column, known, runs, settled, unfinished
from dashboards.figures.time_axis import set_time_axis
from dashboards.standings import path_at
from dashboards.theme import see_through
from dashboards.words import say
from metrics.targets import TargetStatus

HEIGHT = 300
NEAR_TOP = 0.08  # share of the axis that a number over a point needs
LOOKAHEAD = timedelta(days=400)  # a target further away than this does not stretch the axis


@dataclass(frozen=True)
class Extras:
    """What may stand beside the line: where the target stands, with its path and forecast, and another place's course."""

    standing: TargetStatus | None = None
    reference: pl.DataFrame | None = None
    reference_name: str = ""


def trend(series: pl.DataFrame, look: Look, extras: Extras | None = None) -> Drawing:
    """Draw `series` (period, start, value, low, high, n, is_provisional; oldest first)."""
    extras = extras or Extras()
    points = series.to_dicts()
    if not known(points):
        return without_data(look, HEIGHT, series)
    figure = blank(look, HEIGHT)
    _add_band(figure, points, look)
    if extras.reference is not None:
        _add_reference(figure, extras.reference.to_dicts(), extras.reference_name, look)
    _add_line(figure, points, look)
    _add_provisional(figure, points, look)
    if extras.standing is not None:
        _add_forecast(figure, points, extras.standing, look)
        _add_target(figure, points, extras.standing, look)
    _label_last(figure, points, look)
    _set_axes(figure, column(points, "start"), look)
    return figure


def _add_band(figure: Drawing, points: list[Point], look: Look) -> None:
    """One closed area for every unbroken run of intervals, so that a gap stays a gap."""
    # the upper end of a quantile may not have been reached: half an interval is none
    whole = [point if point["high"] is not None else {**point, "low": None} for point in settled(points)]
    for run in runs(whole):
        if len(run) < 2:
            continue
        days = column(run, "start")
        edge = look.drawn(look.lows(column(run, "low"))) + look.drawn(column(run, "high"))[::-1]
        fill = see_through(look.palette.accent, 0.16)
        figure.add_scatter(
            x=days + days[::-1], y=edge, fill="toself", fillcolor=fill, line={"width": 0}, mode="lines", hoverinfo="skip", name="interval"
        )


def _add_line(figure: Drawing, points: list[Point], look: Look) -> None:
    complete = settled(points)
    figure.add_scatter(
        x=column(complete, "start"),
        y=look.drawn(column(complete, "value")),
        customdata=[_hover(row, look) for row in complete],
        hovertemplate="%{customdata}<extra></extra>",
        mode="lines+markers" if len(known(complete)) < 3 else "lines",
        line={"color": look.palette.accent, "width": 2.25},
        connectgaps=False,
        name="value",
    )


def _hover(row: dict, look: Look) -> str:
    name = period_name(row["period"], look)
    if row["value"] is None:
        return f"{name}<br>{say(look.lang, 'state.' + (row['state'] or 'not_provided'))}"
    return "<br>".join([f"<b>{look.text(row['value'])}</b>  {name}", *surety(row, look)])


def _add_provisional(figure: Drawing, points: list[Point], look: Look) -> None:
    tail = unfinished(points)
    if not tail:
        return
    figure.add_scatter(
        x=column(tail, "start"),
        y=look.drawn(column(tail, "value")),
        customdata=[f"{_hover(row, look)}<br>{say(look.lang, 'state.not_yet_complete')}" for row in tail],
        hovertemplate="%{customdata}<extra></extra>",
        mode="lines+markers",
        line={"color": look.palette.accent, "width": 2, "dash": "dash"},
        marker={"color": look.palette.surface, "size": 7, "line": {"color": look.palette.accent, "width": 2}},
        name="provisional",
    )


def _add_reference(figure: Drawing, points: list[Point], name: str, look: Look) -> None:
    reference = settled(points)
    if not known(reference):
        return
    last = known(reference)[-1]
    figure.add_scatter(
        x=column(reference, "start"),
        y=look.drawn(column(reference, "value")),
        mode="lines",
        line={"color": look.palette.ink_faint, "width": 1.25},
        hoverinfo="skip",
        name="reference",
    )
    end_label(figure, (last["start"], last["value"] * look.scale), plain(name), look.palette.ink_faint)


def _add_forecast(figure: Drawing, points: list[Point], standing: TargetStatus, look: Look) -> None:
    """Where the figure is going, months at their first day as everywhere; a band for its interval."""
    steps = [point for point in standing.forecast if point.value is not None]
    month = standing.measured_on.replace(day=1) if standing.measured_on is not None else None
    begin = next((point for point in points if point["start"] == month), None)
    if not steps or begin is None:
        return
    days = [point.day.replace(day=1) for point in steps]
    edge = look.drawn(look.lows([point.low for point in steps])) + look.drawn([point.high for point in steps])[::-1]
    fill = see_through(look.palette.ink_faint, 0.14)
    figure.add_scatter(
        x=days + days[::-1], y=edge, fill="toself", fillcolor=fill, line={"width": 0}, mode="lines", hoverinfo="skip", name="chance"
    )
    figure.add_scatter(
        x=[begin["start"], *days],
        y=look.drawn([begin["value"], *(point.value for point in steps)]),
        mode="lines",
        line={"color": look.palette.ink_faint, "width": 1.5, "dash": "dashdot"},
        hoverinfo="skip",
        name="forecast",
    )


def _add_target(figure: Drawing, points: list[Point], standing: TargetStatus, look: Look) -> None:
    target, begun = standing.target, standing.path[0].day if standing.path else None
    first, last = points[0]["start"], points[-1]["start"]
    end = min(max(target.due_on, last), last + LOOKAHEAD)
    begin = max(first, begun or first)
    corners = sorted({begin, min(max(target.due_on, begin), end), end})
    days = [day for day in corners if day >= begin]
    heights = [path_at(standing, day) for day in days]
    figure.add_scatter(
        x=days,
        y=look.drawn(heights),  # type: ignore[arg-type]
        mode="lines",
        line={"color": look.palette.ink_soft, "width": 1.25, "dash": "dot"},
        hoverinfo="skip",
        name="target",
    )
    # on its line, not beside it: on a phone the room to the right is the chart's; at the end that the series is further from
    is_flat = heights[0] == heights[-1]
    place, side = (0, "left") if is_flat else (-1, "right")
    begins_above = known(points)[0]["value"] > target.value
    figure.add_annotation(
        x=days[place],
        y=heights[place] * look.scale,
        text=say(look.lang, "figure.target", value=look.text(target.value)),
        showarrow=False,
        xanchor=side,
        yanchor="top" if is_flat and begins_above else "bottom",
        font={"color": look.palette.ink_soft},
        name="target",
    )


def _label_last(figure: Drawing, points: list[Point], look: Look) -> None:
    complete = known(settled(points))
    if not complete:
        return
    day, value = complete[-1]["start"], complete[-1]["value"]
    figure.add_scatter(
        x=[day], y=[value * look.scale], mode="markers", marker={"color": look.palette.accent, "size": 7}, hoverinfo="skip", name="last"
    )
    text = f"<b>{look.text(value)}</b>"
    if "forecast" in figure.names:
        # the forecast goes on from the point: the number stands over it
        font = {"color": look.palette.accent}
        figure.add_annotation(x=day, y=value * look.scale, text=text, showarrow=False, yanchor="bottom", yshift=10, font=font, name="over")
        return
    # beside the end of all that is drawn, so that the unfinished part does not run through the number
    end_label(figure, (max(column(points, "start")), value * look.scale), text, look.palette.accent)


def _set_axes(figure: Drawing, starts: list[date], look: Look) -> None:
    drawn = figure.values("y")
    figure.update_yaxes(range=span(drawn, look), ticksuffix=look.suffix, nticks=6)
    set_time_axis(figure, starts, look.lang)
    make_room(figure, [note for note in figure.notes if note.get("name") not in ("target", "over")], HEIGHT - 60)
    low, high = figure.ends("yaxis")
    for note in figure.notes:
        if note.get("name") == "over" and high - note["y"] < NEAR_TOP * (high - low):  # no room above: the number stands under its point
            note.update(yanchor="top", yshift=-10)
