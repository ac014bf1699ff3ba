"""Which days each source has delivered: a grid of sources and days, complete, late or missing by colour and sign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from dashboards import formats
from dashboards.figures.drawing import Drawing
from dashboards.figures.heat_map import add_cell_texts, stepped
from dashboards.figures.labels import Entry, add_key, clipped, without_data
from dashboards.figures.look import Look, blank, plain
from dashboards.figures.shades import blend, shades
from dashboards.words import say

ROW = 26
STATES = ("complete", "late", "missing", "unexpected")
SIGNS = {"complete": "", "late": "!", "missing": "×", "unexpected": ""}
APART = 4  # dates that a phone can hold beside one another
ROOM = 45  # days beside each other that leave room for a sign


def calendar(days: pl.DataFrame, look: Look) -> Drawing:
    """Draw `days` (row: the shown source, day, state: complete, late, missing or unexpected; if known href; rows in their order)."""
    if days.is_empty():
        return without_data(look, ROW * 4, days)
    names, dates = days["row"].unique(maintain_order=True).to_list(), days["day"].unique().sort().to_list()
    known = {(row["row"], row["day"]): row for row in days.iter_rows(named=True)}
    cells = [[known.get((name, day), {"state": "unexpected"}) for day in dates] for name in names]
    figure = blank(look, 100 + ROW * len(names))
    colours = _colours(look)
    figure.add_heatmap(
        z=[[STATES.index(cell["state"]) for cell in line] for line in cells],
        x=list(range(len(dates))),
        y=list(range(len(names))),
        zmin=-0.5,
        zmax=len(STATES) - 0.5,
        colorscale=stepped([colours[state] for state in STATES]),
        showscale=False,
        xgap=1,
        ygap=3,
        hovertext=[
            [_hover(name, cell, day, look) for cell, day in zip(line, dates, strict=True)] for name, line in zip(names, cells, strict=True)
        ],
        hoverinfo="text",
        customdata=[[cell.get("href") or "" for cell in line] for line in cells],
        name="days",
    )
    if len(dates) <= ROOM:
        add_cell_texts(
            figure,
            [[SIGNS[cell["state"]] for cell in line] for line in cells],
            [[colours[cell["state"]] for cell in line] for line in cells],
            look,
        )
    _set_axes(figure, names, dates, look)
    _explain(figure, {cell["state"] for line in cells for cell in line}, look)
    return figure


def _colours(look: Look) -> dict[str, str]:
    palette = look.palette
    return {
        "complete": shades(palette, 4)[1],
        "late": shades(palette, 2, hue=palette.bad, most=0.45)[1],
        "missing": palette.bad,
        "unexpected": blend(palette.surface, palette.rule, 0.5),
    }


def _hover(name: str, cell: dict, day: date, look: Look) -> str:
    state = cell["state"]
    return f"<b>{plain(name)}</b><br>{formats.day(day, look.lang)}: {say(look.lang, f'drawing.day.{state}')}"


def _set_axes(figure: Drawing, names: Sequence[str], dates: list[date], look: Look) -> None:
    shown = [at for at, day in enumerate(dates) if day.day == 1 or (len(dates) <= ROOM and day.weekday() == 0) or at == 0]
    kept: list[int] = []
    for at in shown:
        if not kept or at - kept[-1] > len(dates) / APART:
            kept.append(at)
    font = {"color": look.palette.ink_soft, "size": 12}
    figure.update_xaxes(
        tickvals=kept, ticktext=[_date(dates[at], look) for at in kept], range=[-0.5, len(dates) - 0.5], showline=False, tickangle=0, side="top",
        tickfont=font,
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=[clipped(name, 20) for name in names], range=[len(names) - 0.5, -0.5], showgrid=False,
        tickfont=font, ticklabelstandoff=6,
    )  # fmt: skip
    figure.update_layout(hovermode="closest")


def _date(day: date, look: Look) -> str:
    month = formats.month_name(day.month, look.lang)
    return f"{month}{day.day}日" if look.lang == "zh" else f"{day.day} {month}"


def _explain(figure: Drawing, states: set[str], look: Look) -> None:
    colours = _colours(look)
    signs = {"complete": "■", "late": "■ !", "missing": "■ ×", "unexpected": "□"}
    shown = {**colours, "unexpected": look.palette.ink_faint}
    add_key(
        figure, [Entry(signs[state], shown[state], say(look.lang, f"drawing.day.{state}")) for state in STATES if state in states], look
    )


def calendar_alt(days: pl.DataFrame, look: Look) -> str:
    """How many days are complete, late and missing, in words."""
    counts = dict(days.group_by("state").len().iter_rows())
    joint = "、" if look.lang == "zh" else ", "
    parts = joint.join(
        f"{formats.count(counts[state], look.lang)} {say(look.lang, f'drawing.day.{state}')}" for state in STATES if counts.get(state)
    )
    return say(look.lang, "drawing.days_alt", count=formats.count(days.height, look.lang), parts=parts or say(look.lang, "drawing.none"))
