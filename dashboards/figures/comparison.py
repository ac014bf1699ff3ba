"""Places beside one another: dots with intervals on one axis (comparison), and declared against observed as twin bars from zero."""

from __future__ import annotations

import polars as pl

from dashboards.figures.drawing import Drawing
from dashboards.figures.hbars import SHORT
from dashboards.figures.hover import surety
from dashboards.figures.labels import clipped, say_nothing, width
from dashboards.figures.look import Look, blank, plain, span
from dashboards.words import say

ROW_HEIGHT = 30


def comparison(places: pl.DataFrame, look: Look, *, highlight: str = "", reference: float | None = None) -> Drawing:
    """Draw `places` (code, name, value, low, high, n, href; first row on top) as dots with their intervals; `href` rides along as customdata."""
    known = places.filter(pl.col("value").is_not_null())
    figure = blank(look, 56 + ROW_HEIGHT * max(known.height, 1))
    names = [f"{plain(row['name'])}  <b>{look.text(row['value'])}</b>" for row in known.iter_rows(named=True)]
    colours = [look.palette.accent if code == highlight or not highlight else look.palette.ink_faint for code in known["code"]]
    figure.add_scatter(
        x=look.drawn(known["value"].to_list()),
        y=names,
        mode="markers",
        marker={"color": colours, "size": 9},
        error_x=_whiskers(known, look),
        customdata=known["href"].to_list(),
        hovertext=[_hover(row, look) for row in known.iter_rows(named=True)],
        hovertemplate="%{hovertext}<extra></extra>",
        name="value",
    )
    if reference is not None:
        at, line = reference * look.scale, {"color": look.palette.ink_soft, "width": 1, "dash": "dash"}
        figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, xref="x", yref="y domain", line=line)
    edges = look.drawn(look.lows(known["low"].to_list()) + known["high"].to_list() + known["value"].to_list() + [reference])
    figure.update_xaxes(range=span(edges, look), ticksuffix=look.suffix, nticks=6, showgrid=True)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticklabelstandoff=6, tickfont={"color": look.palette.ink, "size": 13})
    figure.update_layout(hovermode="closest")
    if known.is_empty():
        say_nothing(figure, look, places)
    return figure


def _whiskers(known: pl.DataFrame, look: Look) -> dict:
    above = [_gap(row["high"], row["value"], look) for row in known.iter_rows(named=True)]
    below = [_gap(row["value"], look.lows([row["low"]])[0], look) for row in known.iter_rows(named=True)]
    return {
        "type": "data",
        "symmetric": False,
        "array": above,
        "arrayminus": below,
        "thickness": 1.5,
        "width": 0,
        "color": look.palette.ink_faint,
    }


def _gap(high: float | None, low: float | None, look: Look) -> float:
    return 0.0 if high is None or low is None else (high - low) * look.scale


def _hover(row: dict, look: Look) -> str:
    return "<br>".join([f"<b>{plain(row['name'])}</b> {look.text(row['value'])}", *surety(row, look)])


def twin_bars(places: pl.DataFrame, look: Look) -> Drawing:
    """Draw `places` (name, declared, observed, href; first row on top): what is declared, hollow, over what was observed, solid. From zero."""
    is_long = any(width(name) > SHORT for name in places["name"])
    figure = blank(look, 48 + (58 if is_long else 40) * max(places.height, 1))
    hollow = {"color": "rgba(0,0,0,0)", "line": {"color": look.palette.ink_soft, "width": 1.25}}
    for column, marker in (("observed", {"color": look.palette.accent}), ("declared", hollow)):
        values = places[column].to_list()
        word = say(look.lang, f"evidence.{column}")
        figure.add_bar(
            x=look.drawn(values),
            y=[plain(name) for name in places["name"]],
            orientation="h",
            marker=marker,
            text=["" if value is None else look.text(value) for value in values],
            textposition="outside",
            textfont={"size": 12, "color": look.palette.ink_soft},
            cliponaxis=False,
            constraintext="none",
            customdata=places["href"].to_list(),
            hovertemplate=f"%{{y}}: %{{text}} {word}<extra></extra>",
            name=column,
        )
    top = max(
        [value for column in ("declared", "observed") for value in look.drawn(places[column].to_list()) if value is not None], default=1.0
    )
    figure.update_xaxes(range=[0, top * 1.25], ticksuffix=look.suffix, nticks=5)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticklabelstandoff=6, tickfont={"color": look.palette.ink, "size": 13})
    figure.update_layout(barmode="group", bargap=0.6 if is_long else 0.42, bargroupgap=0.12, hovermode="closest")
    if is_long:
        _names_above(figure, places["name"].to_list(), look)
    if not len(places) or places.select(pl.all_horizontal(pl.col("declared", "observed").is_null()).all()).item():
        say_nothing(figure, look, places)
    return figure


def _names_above(figure: Drawing, names: list[str], look: Look) -> None:
    """Long names over their bars, which then keep their room on a phone too."""
    figure.update_yaxes(autorange=None, range=[len(names) - 0.6, -0.75], showticklabels=False)
    font = {"color": look.palette.ink, "size": 13}
    for at, name in enumerate(names):
        figure.add_annotation(
            x=0, y=at - 0.22, xref="x domain", text=clipped(name, 44), showarrow=False, xanchor="left", yanchor="bottom", xshift=-3, font=font,
            name="row",
        )  # fmt: skip
