"""What a whole is made of, over periods: stacked bars to 100 % or in counts, largest part at the foot, names beside the last bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboards import formats
from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import BOX, period_name
from dashboards.figures.labels import clipped, end_label, make_room, without_data
from dashboards.figures.look import Look, blank, plain
from dashboards.figures.shades import neutral, ramp
from dashboards.figures.time_axis import ticks
from dashboards.periods import Period
from dashboards.words import say

HEIGHT = 320
MOST = 6


@dataclass(frozen=True)
class Mix:
    """How a mix is drawn: `is_share` to 100 %, otherwise in the values' own unit; `order`: parts from the foot up, by default by size."""

    is_share: bool = True
    order: tuple[str, ...] = ()


def mix(parts: pl.DataFrame, look: Look, extras: Mix | None = None) -> Drawing:
    """Draw `parts` (period, part, value as a count or amount in the look's unit; if known is_provisional; oldest period first).

    More than six parts: the five largest and the rest together as "other". Provisional periods are hatched.
    """
    extras = extras or Mix()
    known = parts.filter(pl.col("value").is_not_null())
    if known.is_empty() or known["value"].sum() == 0:
        return without_data(look, HEIGHT, parts)
    figure = blank(look, HEIGHT)
    names, grouped = _grouped(known, look, extras)
    periods = parts["period"].unique(maintain_order=True).to_list()
    totals = {period: sum(grouped.get((period, name), 0.0) for name in names) for period in periods}
    hatched = _provisional(parts)
    for name, colour in zip(names, _colours(names, look), strict=True):
        values = [grouped.get((period, name)) for period in periods]
        _add_part(figure, (name, colour, values), (periods, totals, hatched), (look, extras))
    _set_axes(figure, periods, max(totals.values()), (look, extras))
    _label_ends(figure, names, look, has_shares=periods[-1] not in hatched)
    return figure


def _grouped(known: pl.DataFrame, look: Look, extras: Mix) -> tuple[list[str], dict[tuple[str, str], float]]:
    """Names from the foot up, and the value of each in each period."""
    sizes = known.group_by("part").agg(pl.col("value").sum()).sort(["value", "part"], descending=[True, False])
    ordered = [name for name in extras.order if name in sizes["part"]] or sizes["part"].to_list()
    ordered += [name for name in sizes["part"] if name not in ordered]
    kept = ordered if len(ordered) <= MOST else ordered[: MOST - 1]
    other = say(look.lang, "drawing.other")
    summed = (
        known.with_columns(part=pl.when(pl.col("part").is_in(kept)).then("part").otherwise(pl.lit(other)))
        .group_by("period", "part")
        .agg(pl.col("value").sum())
    )
    values = {(row["period"], row["part"]): row["value"] for row in summed.iter_rows(named=True)}
    return [*kept, *([other] if len(kept) < len(ordered) else [])], values


def _colours(names: list[str], look: Look) -> list[str]:
    """One hue in steps; what is left over is grey."""
    is_other = names[-1] == say(look.lang, "drawing.other")
    steps = ramp(look.palette, len(names) - is_other)
    return [*steps, *([neutral(look.palette)] if is_other else [])]


def _provisional(parts: pl.DataFrame) -> set[str]:
    return set(parts.filter("is_provisional")["period"]) if "is_provisional" in parts.columns else set()


def _add_part(figure: Drawing, part: tuple, over: tuple, drawn: tuple[Look, Mix]) -> None:
    (name, colour, values), (periods, totals, hatched), (look, extras) = part, over, drawn
    shares = [
        value / totals[period] if value is not None and totals[period] else None for period, value in zip(periods, values, strict=True)
    ]
    heights = [None if share is None else share * 100 for share in shares] if extras.is_share else look.drawn(values)
    figure.add_bar(
        x=list(range(len(periods))),
        y=heights,
        marker={
            "color": colour,
            "line": {"color": look.palette.surface, "width": 1},
            "pattern": {
                "shape": ["/" if period in hatched else "" for period in periods],
                "fgcolor": colour,
                "bgcolor": look.palette.surface,
                "solidity": 0.45,
                "size": 6,
            },
        },
        hovertext=[
            _hover(name, row, period in hatched, look) for period, row in zip(periods, zip(shares, values, strict=True), strict=True)
        ],
        hovertemplate=BOX,
        name=plain(name),
    )


def _hover(name: str, row: tuple, is_provisional: bool, look: Look) -> str:
    share, value = row
    if share is None:
        return f"{plain(name)}: {say(look.lang, 'drawing.untold')}"
    said = say(look.lang, "drawing.part_of", share=formats.share(share, look.lang), count=look.text(value))
    late = f" · {say(look.lang, 'state.not_yet_complete')}" if is_provisional else ""
    return f"<b>{plain(name)}</b> {said}{late}"


def _set_axes(figure: Drawing, periods: list[str], most: float, drawn: tuple[Look, Mix]) -> None:
    look, extras = drawn
    figure.update_layout(barmode="stack", bargap=0.18 if len(periods) < 14 else 0.06, hovermode="x unified")
    top = 100.0 if extras.is_share else most * look.scale
    suffix = look.suffix if not extras.is_share else Look(look.lang, look.palette, "share").suffix
    figure.update_yaxes(range=[0, top * (1.0 if extras.is_share else 1.06)], ticksuffix=suffix, nticks=5)
    starts = [found.start if (found := Period.parse(period)) else None for period in periods]
    figure.update_xaxes(range=[-0.5, len(periods) - 0.5], **_ticks(periods, starts, look))


def _ticks(periods: list[str], starts: list, look: Look) -> dict[str, Any]:
    if any(start is None for start in starts) or any("Q" in period for period in periods):
        step = -(-len(periods) // 6)
        shown = {at: period_name(period, look, short=True) for at, period in enumerate(periods) if at % step == 0}
    else:
        found = dict(ticks(starts, look.lang))
        shown = {at: found[start] for at, start in enumerate(starts) if start in found}
    return {"tickvals": list(shown), "ticktext": list(shown.values()), "tickangle": 0}


def _label_ends(figure: Drawing, names: list[str], look: Look, *, has_shares: bool) -> None:
    """Each part's name beside its piece of the last bar; its share too, where that period is complete."""
    heights = [bar["y"] for bar in figure.data]
    height, whole = 0.0, sum(own[-1] or 0.0 for own in heights)
    for name, own in zip(names, heights, strict=True):
        piece = own[-1] or 0.0
        if piece:
            said = f" <b>{formats.share(piece / whole, look.lang)}</b>" if has_shares else ""
            end_label(figure, (len(own) - 0.5, height + piece / 2), clipped(name, 16) + said, look.palette.ink)
        height += piece
    make_room(figure, figure.notes, HEIGHT - 60)
