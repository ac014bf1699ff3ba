"""The same figure for up to 24 parts, a small panel each on one shared axis: the part in the accent, the whole as a faint line behind."""

from __future__ import annotations

import polars as pl

from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import BOX, period_name, reading
from dashboards.figures.labels import clipped, without_data
from dashboards.figures.look import Look, blank, span
from dashboards.figures.panels import Panels, axes_of, axis_key, domains_of
from dashboards.figures.time_axis import AIR
from dashboards.sentences import state_word

MOST = 24
PANEL, TITLE, FOOT = 78, 40, 34


def small_multiples(series: pl.DataFrame, look: Look, reference: pl.DataFrame | None = None) -> Drawing:
    """Draw `series` (part: the shown name, period, start, value; if known low, high, n, state, is_provisional, href; oldest first).

    `reference` (period, start, value; if known is_provisional) is the whole, the same in every panel.
    """
    names = series["part"].unique(maintain_order=True).to_list()[:MOST]
    if not names or series["value"].is_null().all():
        return without_data(look, PANEL * 2, series)
    across = min(3 if len(names) <= 12 else 4, len(names))
    figure = _panels(len(names), across, look)
    for at, name in enumerate(names):
        cell = axes_of(at)
        own = series.filter(pl.col("part") == name)
        if reference is not None:
            _add_reference(figure, reference, cell, look)
        _add_line(figure, (name, own), cell, look)
        _add_title(figure, (name, own), at, look)
    _set_axes(figure, series, look, across)
    return figure


def _panels(count: int, across: int, look: Look) -> Drawing:
    down = -(-count // across)
    height = down * (PANEL + TITLE) + FOOT
    frame = height - TITLE - FOOT
    figure = blank(look, height)
    Panels(down, across, TITLE / frame if down > 1 else 0, 0.05 if across > 1 else 0).lay_out(figure)
    figure.update_layout(margin={"t": TITLE, "b": FOOT, "r": 8, "l": 8})
    return figure


def _add_reference(figure: Drawing, reference: pl.DataFrame, cell: dict[str, str], look: Look) -> None:
    settled = _settled(reference)
    figure.add_scatter(
        x=settled["start"].to_list(), y=look.drawn(settled["value"].to_list()), mode="lines", hoverinfo="skip",
        line={"color": look.palette.ink_faint, "width": 1}, name="reference", **cell,
    )  # fmt: skip


def _settled(series: pl.DataFrame) -> pl.DataFrame:
    return series.filter(~pl.col("is_provisional").fill_null(value=False)) if "is_provisional" in series.columns else series


def _add_line(figure: Drawing, drawn: tuple[str, pl.DataFrame], cell: dict[str, str], look: Look) -> None:
    name, own = drawn
    settled = _settled(own)
    pieces = [(settled, "solid", "value")]
    known = own.filter(pl.col("value").is_not_null())
    late = known.filter(~known["period"].is_in(settled["period"].to_list()))
    if late.height:
        pieces.append((pl.concat([known.filter(known["period"].is_in(settled["period"].to_list())).tail(1), late]), "dot", "provisional"))
    for frame, dash, key in pieces:
        figure.add_scatter(
            x=frame["start"].to_list(),
            y=look.drawn(frame["value"].to_list()),
            mode="lines+markers" if frame["value"].is_not_null().sum() < 2 else "lines",
            line={"color": look.palette.accent, "width": 1.75, "dash": dash},
            connectgaps=False,
            customdata=frame["href"].to_list() if "href" in frame.columns else None,
            hovertext=[reading(f"{name}, {period_name(row['period'], look)}", row, look) for row in frame.iter_rows(named=True)],
            hovertemplate=BOX,
            name=key,
            **cell,
        )


def _add_title(figure: Drawing, drawn: tuple[str, pl.DataFrame], at: int, look: Look) -> None:
    """Name and last complete value over the panel; without any value, why."""
    name, own = drawn
    known = _settled(own).filter(pl.col("value").is_not_null())
    states = own["state"].drop_nulls().to_list() if "state" in own.columns else []
    said = look.text(known["value"][-1]) if known.height else state_word(states[-1] if states else "", look.lang)
    figure.add_annotation(
        x=0, y=1, **domains_of(at), text=f"{clipped(name, 18)}<br><b>{said}</b>", showarrow=False,
        xanchor="left", yanchor="bottom", align="left", yshift=1, font={"size": 12, "color": look.palette.ink}, name="title",
    )  # fmt: skip


def _set_axes(figure: Drawing, series: pl.DataFrame, look: Look, across: int) -> None:
    """One scale for all; the years under the last panel of each column."""
    heights = figure.values("y")
    starts = series["start"].unique().sort().to_list()
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
    last = series["part"].n_unique() - 1
    for at in range(max(min(last, MOST - 1) - across + 1, 0), min(last, MOST - 1) + 1):
        figure.update_layout(**{axis_key("x", at): {"showticklabels": True}})
    figure.update_layout(hovermode="closest")
