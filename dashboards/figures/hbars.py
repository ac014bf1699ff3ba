"""Values side by side as horizontal bars from zero, with interval and target mark; names and values stand beside the bars."""

from __future__ import annotations

import polars as pl

from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import BOX, reading
from dashboards.figures.labels import clipped, width, without_data
from dashboards.figures.look import Look, blank
from dashboards.figures.shades import thinned
from dashboards.sentences import state_word
from dashboards.theme import see_through
from dashboards.words import say

ROW, TALL = 32, 46  # pixels of a row with its name beside the bar, and over it
LEAST = 116  # Plotly keeps 64 pixels for what is drawn; the numbers of the axis need the rest
SHORT = 18  # Latin characters of a name that stands beside its bar


def hbars(rows: pl.DataFrame, look: Look, *, highlight: str = "") -> Drawing:
    """Draw `rows` (name, value; if known low, high, n, state, target, href; first row on top); `highlight`: the name set off from the others.

    A row without a value keeps its place and says why.
    """
    if rows["value"].is_null().all():
        return without_data(look, ROW * 4, rows)
    is_long = any(width(name) > SHORT for name in rows["name"])
    figure = blank(look, max(40 + (TALL if is_long else ROW) * rows.height, LEAST))
    found = list(rows.iter_rows(named=True))
    at = list(range(len(found)))
    figure.add_bar(
        x=look.drawn([row["value"] for row in found]),
        y=at,
        orientation="h",
        width=0.36 if is_long else 0.62,
        marker={"color": [_colour(row["name"], highlight, look) for row in found]},
        error_x=_whiskers(found, look),
        customdata=[row.get("href") or "" for row in found],
        hovertext=[_hover(row, look) for row in found],
        hovertemplate=BOX,
        name="value",
    )
    _add_targets(figure, found, look, 10 if is_long else 16)
    _name_rows(figure, found, look, above=is_long)
    low, high = _ends(found)
    top = min(high * 1.08, 1.004) if look.unit == "share" else high * 1.08
    figure.update_xaxes(
        range=[low * look.scale * 1.08, top * look.scale or 1], ticksuffix=look.suffix, nticks=5, showgrid=True, showline=False
    )
    figure.update_layout(hovermode="closest", margin={"l": 18, "r": 24})
    return figure


def _name_rows(figure: Drawing, found: list[dict], look: Look, *, above: bool) -> None:
    """Name and value beside each bar, or over it where names are long: bars then keep their room on a phone too."""
    at, texts = list(range(len(found))), [_label(row, look, 36 if above else SHORT) for row in found]
    font = {"color": look.palette.ink, "size": 13}
    figure.update_yaxes(range=[len(found) - 0.4, -0.85 if above else -0.6], showgrid=False, tickvals=at, tickfont=font, ticklabelstandoff=6)
    figure.update_yaxes(ticktext=[""] * len(found) if above else texts)
    for place, text in enumerate(texts if above else ()):
        figure.add_annotation(
            x=0,
            y=place - 0.2,
            xref="x domain",
            text=text,
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            xshift=-3,
            font=font,
            name="row",
        )


def _colour(name: str, highlight: str, look: Look) -> str:
    """Thin enough for the interval to be seen on it; the others step back to grey when one is set off."""
    return thinned(look.palette, look.palette.ink_faint if highlight and name != highlight else look.palette.accent)


def _label(row: dict, look: Look, most: int) -> str:
    said = look.text(row["value"]) if row["value"] is not None else state_word(row.get("state") or "", look.lang)
    return f"{clipped(row['name'], most)}  <b>{said}</b>"


def _hover(row: dict, look: Look) -> str:
    text = reading(row["name"], row, look)
    target = row.get("target")
    return text if target is None else f"{text}<br>{say(look.lang, 'drawing.target', value=look.text(target))}"


def _whiskers(found: list[dict], look: Look) -> dict:
    lows = look.lows([row.get("low") for row in found])
    gaps = [
        (None, None) if row["value"] is None or low is None or row.get("high") is None else (row["high"] - row["value"], row["value"] - low)
        for row, low in zip(found, lows, strict=True)
    ]
    if all(above is None for above, _ in gaps):
        return {"visible": False}  # else Plotly marks the end of every bar
    return {
        "type": "data",
        "symmetric": False,
        "array": look.drawn([above for above, _ in gaps]),
        "arrayminus": look.drawn([below for _, below in gaps]),
        "thickness": 1.5,
        "width": 4,
        "color": look.palette.ink,
    }


def _add_targets(figure: Drawing, found: list[dict], look: Look, size: int) -> None:
    """A short upright line where each row's target lies."""
    known = [(at, row["target"]) for at, row in enumerate(found) if row.get("target") is not None]
    if not known:
        return
    figure.add_scatter(
        x=look.drawn([target for _, target in known]),
        y=[at for at, _ in known],
        mode="markers",
        marker={
            "symbol": "line-ns",
            "size": size,
            "line": {"color": look.palette.ink, "width": 2.5},
            "color": see_through(look.palette.ink, 1),
            "opacity": 1,
        },
        hovertext=[say(look.lang, "drawing.target", value=look.text(target)) for _, target in known],
        hovertemplate=BOX,
        name="target",
    )


def _ends(found: list[dict]) -> tuple[float, float]:
    """The axis from zero to the furthest end, below zero only where values are."""
    edges = [row.get(key) for row in found for key in ("value", "high", "target")] + [
        row.get("low") for row in found if (row["value"] or 0) < 0
    ]
    known = [edge for edge in edges if edge is not None]
    return min(0.0, *known), max(0.0, *known)
