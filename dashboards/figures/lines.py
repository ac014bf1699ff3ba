"""Two to four figures over the same periods, such as legal, promised and actual time: lines with their names and last values beside them."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboards import formats
from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import BOX, period_name, reading
from dashboards.figures.labels import clipped, end_label, make_room, width, without_data
from dashboards.figures.look import Look, blank, plain, span
from dashboards.figures.points import Point, column, known, runs, settled, unfinished
from dashboards.figures.series_colours import series_colours
from dashboards.figures.time_axis import set_time_axis
from dashboards.theme import see_through

HEIGHT = 300
MOST = 4
UNIT_ROOM = 7


def lines(series: pl.DataFrame, look: Look) -> Drawing:
    """Draw `series` (period, start, series: the shown name, value; if known low, high, n, state, is_provisional; oldest first).

    The first name is drawn in the accent, with its interval; provisional periods are dashed.
    """
    points = series.to_dicts()
    if not known(points):
        return without_data(look, HEIGHT, series)
    figure = blank(look, HEIGHT)
    names = list(dict.fromkeys(column(points, "series")))[:MOST]
    starts = sorted(set(column(points, "start")))
    for at, (name, style) in enumerate(zip(names, series_colours(look.palette, len(names)), strict=True)):
        own = [point for point in points if point["series"] == name]
        if at == 0:
            _add_band(figure, own, style[0], look)
        _add_line(figure, (name, own), style, look)
        _label_last(figure, (name, own), (style[0], starts[-1]), look)
    drawn = figure.values("y")
    figure.update_yaxes(range=span(drawn, look), ticksuffix=look.suffix, nticks=6)
    set_time_axis(figure, starts, look.lang)
    make_room(figure, figure.notes, HEIGHT - 60)
    if _is_long(look):
        _name_unit(figure, look)
    return figure


def _add_band(figure: Drawing, own: list[Point], colour: str, look: Look) -> None:
    for run in runs(settled(own)):
        days = column(run, "start")
        edge = look.drawn(look.lows(column(run, "low"))) + look.drawn(column(run, "high"))[::-1]
        figure.add_scatter(
            x=days + days[::-1], y=edge, fill="toself", fillcolor=see_through(colour, 0.15), line={"width": 0}, mode="lines",
            hoverinfo="skip", name="interval",
        )  # fmt: skip


def _add_line(figure: Drawing, drawn: tuple[str, list[Point]], style: tuple[str, float], look: Look) -> None:
    """What is complete as a line; from its last point on, dashed, what is not."""
    (name, own), (colour, thickness) = drawn, style
    parts = [(settled(own), "solid", plain(name))]
    if tail := unfinished(own):
        parts.append((tail, "dash", f"{plain(name)} provisional"))
    for points, dash, key in parts:
        figure.add_scatter(
            x=column(points, "start"),
            y=look.drawn(column(points, "value")),
            mode="lines+markers" if len(known(points)) < 3 else "lines",
            line={"color": colour, "width": thickness, "dash": dash},
            connectgaps=False,
            hovertext=[reading(f"{name}, {period_name(row['period'], look)}", row, look) for row in points],
            hovertemplate=BOX,
            name=key,
        )


def _label_last(figure: Drawing, drawn: tuple[str, list[Point]], at: tuple[str, Any], look: Look) -> None:
    (name, own), (colour, last) = drawn, at
    complete = known(settled(own))
    if not complete:
        return
    value = complete[-1]["value"]
    digits, unit = formats.parts(value, look.unit, look.lang)
    end_label(figure, (last, value * look.scale), f"{clipped(name, 16)} <b>{digits}{'' if _is_long(look) else unit}</b>", colour)


def _is_long(look: Look) -> bool:
    """Whether the unit's words take more room than labels have; they stand over the axis then."""
    return width(formats.parts(1.0, look.unit, look.lang)[1]) > UNIT_ROOM


def _name_unit(figure: Drawing, look: Look) -> None:
    unit = formats.parts(1.0, look.unit, look.lang)[1].strip()
    figure.add_annotation(
        x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", yshift=3, text=unit, showarrow=False,
        font={"color": look.palette.ink_faint}, name="unit",
    )  # fmt: skip
    figure.update_layout(margin={"t": 26})
