"""How many get from step to step, as bars from zero with the share of the step before between them — not a funnel, whose slopes mean nothing."""

from __future__ import annotations

import polars as pl

from dashboards import formats
from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import BOX
from dashboards.figures.labels import clipped, without_data
from dashboards.figures.look import Look, blank
from dashboards.words import say

ROW = 52


def stages(steps: pl.DataFrame, look: Look) -> Drawing:
    """Draw `steps` (stage: the shown name, count; if known share of the step before, href; first step on top)."""
    known = steps.filter(pl.col("count").is_not_null())
    if known.is_empty():
        return without_data(look, ROW * 2, steps)
    rows = list(known.iter_rows(named=True))
    figure = blank(look, 16 + ROW * len(rows))
    shares = [None, *(_share(before, row) for before, row in zip(rows, rows[1:], strict=False))]
    figure.add_bar(
        x=[row["count"] for row in rows],
        y=list(range(len(rows))),
        orientation="h",
        width=0.4,
        marker={"color": look.palette.accent},
        customdata=[row.get("href") or "" for row in rows],
        hovertext=[_text(place, row, share, look) for place, (row, share) in enumerate(zip(rows, shares, strict=True))],
        hovertemplate=BOX,
        name="count",
    )
    for place, (row, share) in enumerate(zip(rows, shares, strict=True)):
        figure.add_annotation(
            x=0, y=place - 0.22, xref="x domain", xanchor="left", yanchor="bottom", xshift=-3, showarrow=False, align="left",
            text=_text(place, row, share, look), font={"color": look.palette.ink, "size": 13}, name="step",
        )  # fmt: skip
    most = max(row["count"] for row in rows)
    figure.update_xaxes(range=[0, most * 1.02 or 1], visible=False)
    figure.update_yaxes(range=[len(rows) - 0.6, -0.85], visible=False)
    figure.update_layout(hovermode="closest")
    return figure


def _share(before: dict, row: dict) -> float | None:
    """The share of the step before as given, else from the two counts; none where that step is empty."""
    if row.get("share") is not None:
        return row["share"]
    return row["count"] / before["count"] if before["count"] else None


def _text(place: int, row: dict, share: float | None, look: Look) -> str:
    text = f"{clipped(row['stage'], 24)}  <b>{formats.count(row['count'], look.lang)}</b>"
    if place == 0:
        return text
    said = (
        say(look.lang, "drawing.no_conversion")
        if share is None
        else say(look.lang, "drawing.conversion", share=formats.share(share, look.lang))
    )
    return f"{text} · {said}"
