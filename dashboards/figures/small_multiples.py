"""The same figure for up to 24 parts, a small panel each on one shared axis: the part in the accent, the whole as a faint line behind."""

from __future__ import annotations

from datetime import date

import polars as pl

from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import BOX, period_name, reading
from dashboards.figures.labels import clipped, without_data
from dashboards.figures.look import Look, blank, span
from dashboards.figures.panels import Panels, axes_of, axis_key, domains_of
from dashboards.figures.points import Point, column, known, settled, unfinished
from dashboards.figures.time_axis import AIR
from dashboards.sentences import state_word

MOST = 24
PANEL, TITLE, FOOT = 78, 40, 34


def small_multiples(series: pl.DataFrame, look: Look, reference: pl.DataFrame | None = None) -> Drawing:
    """Draw `series` (part: the shown name, period, start, value; if known low, high, n, state, is_provisional, href; oldest first).

    `reference` (period, start, value; if known is_provisional) is the whole, the same in every panel.
    """
    points = series.to_dicts()
    names = list(dict.fromkeys(column(points, "part")))
    if not known(points):
        return without_data(look, PANEL * 2, series)
    shown, whole = names[:MOST], reference.to_dicts() if reference is not None else None
    across = min(3 if len(shown) <= 12 else 4, len(shown))
    figure = _panels(len(shown), across, look)
    for at, name in enumerate(shown):
        own = [point for point in points if point["part"] == name]
        if whole is not None:
            _add_reference(figure, settled(whole), axes_of(at), look)
        _add_line(figure, (name, own), axes_of(at), look)
        _add_title(figure, (name, own), at, look)
    _set_axes(figure, sorted(set(column(points, "start"))), look)
    for at in range(len(shown))[-across:]:
        figure.update_layout(**{axis_key("x", at): {"showticklabels": True}})
    return figure


def _panels(count: int, across: int, look: Look) -> Drawing:
    down = -(-count // across)
    height = down * (PANEL + TITLE) + FOOT
    frame = height - TITLE - FOOT
    figure = blank(look, height)
    Panels(down, across, TITLE / frame if down > 1 else 0, 0.05 if across > 1 else 0).lay_out(figure)
    figure.update_layout(margin={"t": TITLE, "b": FOOT, "r": 8, "l": 8})
    return figure


def _add_reference(figure: Drawing, reference: list[Point], cell: dict[str, str], look: Look) -> None:
    figure.add_scatter(
        x=column(reference, "start"), y=look.drawn(column(reference, "value")), mode="lines", hoverinfo="skip",
        line={"color": look.palette.ink_faint, "width": 1}, name="reference", **cell,
    )  # fmt: skip


def _add_line(figure: Drawing, drawn: tuple[str, list[Point]], cell: dict[str, str], look: Look) -> None:
    name, own = drawn
    pieces = [(settled(own), "solid", "value")]
    if tail := unfinished(own):
        pieces.append((tail, "dot", "provisional"))
    for points, dash, key in pieces:
        figure.add_scatter(
            x=column(points, "start"),
            y=look.drawn(column(points, "value")),
            mode="lines+markers" if len(known(points)) < 2 else "lines",
            line={"color": look.palette.accent, "width": 1.75, "dash": dash},
            connectgaps=False,
            customdata=column(points, "href") if own and "href" in own[0] else None,
            hovertext=[reading(f"{name}, {period_name(row['period'], look)}", row, look) for row in points],
            hovertemplate=BOX,
            name=key,
            **cell,
        )


def _add_title(figure: Drawing, drawn: tuple[str, list[Point]], at: int, look: Look) -> None:
    """Name and last complete value over the panel; without any value, why."""
    name, own = drawn
    complete = known(settled(own))
    states = [point["state"] for point in own if point.get("state") is not None]
    said = look.text(complete[-1]["value"]) if complete else state_word(states[-1] if states else "", look.lang)
    figure.add_annotation(
        x=0, y=1, **domains_of(at), text=f"{clipped(name, 18)}<br><b>{said}</b>", showarrow=False,
        xanchor="left", yanchor="bottom", align="left", yshift=1, font={"size": 12, "color": look.palette.ink}, name="title",
    )  # fmt: skip


def _set_axes(figure: Drawing, starts: list[date], look: Look) -> None:
    """One scale for all, with the years."""
    heights = figure.values("y")
    years = [day for day in starts if day.month == 1] or starts[:1]
    shown = years[:: -(-len(years) // 4)]
    figure.update_yaxes(range=span(heights, look), ticksuffix=look.suffix, nticks=3, tickfont={"size": 11})
    figure.update_xaxes(
        tickvals=shown,
        ticktext=[f"{day.year}" for day in shown],
        tickangle=0,
        range=[starts[0] - AIR, starts[-1] + AIR],
        tickfont={"size": 11},
    )
    figure.update_layout(hovermode="closest")
