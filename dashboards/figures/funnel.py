"""Places or halls by size against the limits of chance: a point inside is like the others, one outside is named."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from dashboards import formats
from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import BOX, reading
from dashboards.figures.labels import clipped, end_label, width, without_data
from dashboards.figures.look import Look, blank, span
from dashboards.theme import see_through
from dashboards.words import say
from metrics.statistics.funnel import INNER, OUTER, share_limits

HEIGHT = 360
NAMED = 8  # further points outside are told by their colour and under the pointer
SPREAD = 40  # sizes that lie further apart than this are drawn on a logarithmic axis
STEPS = 60


@dataclass(frozen=True)
class Limits:
    """What the points are held against: the common value, and a frame of n, low_95, high_95, low_998, high_998 in rising n.

    `direction`: 1 more is better, −1 less is better, 0 neither.
    """

    centre: float
    curve: pl.DataFrame
    direction: int = 0


def limits_of_shares(centre: float, cases: pl.Series, *, phi: float = 1.0, direction: int = 0) -> Limits:
    """Limits of a share over the sizes that occur, from the control limits that also give the verdicts."""
    known = cases.drop_nulls().filter(cases.drop_nulls() > 0)
    ends = (max(float(known.min()) * 0.8, 1.0), float(known.max()) * 1.15) if len(known) else (1.0, 10.0)  # type: ignore[arg-type]
    n = np.unique(np.round(np.geomspace(*ends, STEPS)))  # whole cases: exact limits know no others
    edges = {
        f"{side}_{key}": edge
        for key, level in (("95", INNER), ("998", OUTER))
        for side, edge in zip(("low", "high"), share_limits(centre, n, level, phi), strict=True)
    }
    return Limits(centre, pl.DataFrame({"n": n, **edges}), direction)


def funnel(points: pl.DataFrame, look: Look, limits: Limits) -> Drawing:
    """Draw `points` (code, name, n, value, href; if known verdict: high, low, inside — otherwise what lies beyond 99.8 % counts as outside)."""
    known = points.filter(pl.col("value").is_not_null() & (pl.col("n") > 0))
    if known.is_empty():
        return without_data(look, HEIGHT, points)
    figure = blank(look, HEIGHT)
    _add_limits(figure, limits, look)
    sides = [_side(row, limits) for row in known.iter_rows(named=True)]
    _add_points(figure, (known, sides), (look, limits))
    _set_axes(figure, known, (look, limits))
    _name_outside(figure, (known, sides), (look, limits))
    return figure


def _side(row: dict, limits: Limits) -> str:
    if row.get("verdict"):
        return row["verdict"]
    at = limits.curve["n"].to_list()
    low, high = (float(np.interp(row["n"], at, limits.curve[f"{side}_998"].to_list())) for side in ("low", "high"))
    return "low" if row["value"] < low else "high" if row["value"] > high else "inside"


def _add_limits(figure: Drawing, limits: Limits, look: Look) -> None:
    n, curve = limits.curve["n"].to_list(), limits.curve
    for level, opacity in (("998", 0.08), ("95", 0.12)):
        edge = look.drawn(look.lows(curve[f"low_{level}"].to_list())) + look.drawn(curve[f"high_{level}"].to_list())[::-1]
        figure.add_scatter(
            x=n + n[::-1], y=edge, fill="toself", fillcolor=see_through(look.palette.ink_faint, opacity), mode="lines", hoverinfo="skip",
            line={"color": look.palette.ink_faint, "width": 0.75, "dash": "dot" if level == "998" else "solid"}, name=f"limits {level}",
        )  # fmt: skip
    figure.add_scatter(
        x=[n[0], n[-1]], y=look.drawn([limits.centre] * 2), mode="lines", line={"color": look.palette.ink_soft, "width": 1.25},
        hoverinfo="skip", name="centre",
    )  # fmt: skip


def _colour(side: str, look: Look, limits: Limits) -> str:
    if side == "inside":
        return look.palette.accent
    if not limits.direction:
        return look.palette.ink
    return look.palette.good if (side == "high") == (limits.direction > 0) else look.palette.bad


def _add_points(figure: Drawing, found: tuple[pl.DataFrame, list[str]], frame: tuple[Look, Limits]) -> None:
    (known, sides), (look, limits) = found, frame
    figure.add_scatter(
        x=known["n"].to_list(),
        y=look.drawn(known["value"].to_list()),
        mode="markers",
        marker={
            "opacity": 1,
            "color": [_colour(side, look, limits) for side in sides],
            "symbol": ["circle" if side == "inside" else "diamond" for side in sides],
            "size": [8 if side == "inside" else 11 for side in sides],
            "line": {"color": look.palette.surface, "width": 1},
        },
        customdata=known["href"].to_list(),
        hovertext=[
            f"{reading(row['name'], row, look)}<br>{say(look.lang, f'drawing.{side}')}"
            for row, side in zip(known.iter_rows(named=True), sides, strict=True)
        ],
        hovertemplate=BOX,
        name="points",
    )


def _set_axes(figure: Drawing, known: pl.DataFrame, frame: tuple[Look, Limits]) -> None:
    look, limits = frame
    n = limits.curve["n"]
    is_wide = known["n"].max() > SPREAD * known["n"].min()  # type: ignore[operator]
    ends = [float(n[0]), float(n[-1])]
    title = {"text": say(look.lang, "drawing.funnel_axis"), "font": {"size": 12, "color": look.palette.ink_faint}, "standoff": 8}
    figure.update_xaxes(title=title, nticks=6, range=[math.log10(end) for end in ends] if is_wide else ends)
    if is_wide:
        powers = [10**power for power in range(math.floor(math.log10(ends[0])), math.ceil(math.log10(ends[1])) + 1)]
        figure.update_xaxes(type="log", tickvals=powers, ticktext=[formats.count(power, look.lang) for power in powers])
    # the limits at a few cases span everything; the axis holds the points and the limits at a middling size
    middle = limits.curve.slice(limits.curve.height // 4)
    drawn = look.drawn([*known["value"].to_list(), *look.lows(middle["low_998"].to_list()), *middle["high_998"].to_list()])
    figure.update_yaxes(range=span(drawn, look), ticksuffix=look.suffix, nticks=6)
    figure.update_layout(hovermode="closest")


def _name_outside(figure: Drawing, found: tuple[pl.DataFrame, list[str]], frame: tuple[Look, Limits]) -> None:
    """Names beside the points outside, those furthest from the centre first; then the centre and the limits."""
    (known, sides), (look, limits) = found, frame
    outside = [(row, side) for row, side in zip(known.iter_rows(named=True), sides, strict=True) if side != "inside"]
    outside.sort(key=lambda pair: -abs(pair[0]["value"] - limits.centre))
    is_log = _is_log(figure)
    middle = sum(figure.ends("xaxis")) / 2
    for row, side in outside[:NAMED]:
        at = math.log10(row["n"]) if is_log else row["n"]
        is_right = at > middle
        figure.add_annotation(
            x=at, y=row["value"] * look.scale, text=f"{_sign(side, limits)}{clipped(row['name'], 20)}", showarrow=False,
            xanchor="right" if is_right else "left", xshift=-9 if is_right else 9, font={"color": _colour(side, look, limits), "size": 13}, name=row["code"],
        )  # fmt: skip
    _name_limits(figure, look, limits)


def _name_limits(figure: Drawing, look: Look, limits: Limits) -> None:
    """The common value at the right; each limit on its upper curve, where the curve comes into view."""
    is_log, (_, right), (_, top) = _is_log(figure), figure.ends("xaxis"), figure.ends("yaxis")
    text = say(look.lang, "drawing.centre", value=f"<b>{look.text(limits.centre)}</b>")
    end_label(figure, (right, limits.centre * look.scale), text, look.palette.ink_soft)
    for level, key in (("95", "inner"), ("998", "outer")):
        seen = limits.curve.filter(pl.col(f"high_{level}") * look.scale < top * 0.99)
        if seen.is_empty():
            continue
        row = seen.row(0 if level == "998" else seen.height // 6, named=True)
        at = math.log10(row["n"]) if is_log else row["n"]
        figure.add_annotation(
            x=at, y=row[f"high_{level}"] * look.scale, text=say(look.lang, f"drawing.limits.{key}"), showarrow=False, xanchor="left",
            yanchor="bottom", xshift=4, font={"color": look.palette.ink_faint}, name=f"limits {level}",
        )  # fmt: skip
    figure.update_layout(margin={"r": 12 + 7 * width(text), "t": 12})


def _is_log(figure: Drawing) -> bool:
    return figure.layout["xaxis"].get("type") == "log"


def _sign(side: str, limits: Limits) -> str:
    """Better or worse is said with a sign too, not with the colour alone."""
    if not limits.direction:
        return "▲ " if side == "high" else "▼ "
    return "✓ " if (side == "high") == (limits.direction > 0) else "! "
