"""Declared against observed levels as a grid of counts: what agrees on the outlined diagonal, what is declared too high tinted and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboards import formats
from dashboards.figures.drawing import Drawing
from dashboards.figures.heat_map import Grid, add_cell_texts, set_grid, stepped
from dashboards.figures.labels import without_data
from dashboards.figures.look import Look, blank, plain
from dashboards.figures.shades import shades
from dashboards.words import say

CELL = 52
SOFTEST = 0.42  # how much of the accent or of the bad hue the strongest cell takes
CLASSES = 5


@dataclass(frozen=True)
class Levels:
    """The levels in rising order as pairs of key and label, and columns beside them that are no level (not tested)."""

    levels: Sequence[tuple[Any, str]]
    beside: Sequence[tuple[Any, str]] = ()

    @property
    def grid(self) -> Grid:
        """Declared levels down the side, observed ones along the top."""
        return Grid(self.levels, [*self.levels, *self.beside])


def matrix(counts: pl.DataFrame, look: Look, levels: Levels) -> Drawing:
    """Draw `counts` (row: declared level, column: observed level, count, href). A pair that the frame lacks counts nothing and stays blank."""
    known = {(row["row"], row["column"]): row for row in counts.iter_rows(named=True) if row["count"]}
    if not known or not levels.levels:
        return without_data(look, CELL * 3, counts)
    grid = levels.grid
    figure = blank(look, 96 + CELL * len(grid.rows))
    cells = [[known.get(key, {}) for key in line] for line in grid.keys]
    most = max(row["count"] for row in known.values())
    sides = [[_side(y, x, len(levels.levels)) for x in range(len(line))] for y, line in enumerate(cells)]
    for side in ("agreed", "over_declared", "beside"):
        _add_side(figure, (cells, sides, most), (side, grid), look)
    grounds = [[_ground(cell, side, most, look) for cell, side in zip(*line, strict=True)] for line in zip(cells, sides, strict=True)]
    texts = [[formats.count(cell["count"], look.lang) if cell else "" for cell in line] for line in cells]
    add_cell_texts(figure, texts, grounds, look)
    set_grid(figure, grid, look, side="top")
    _outline_diagonal(figure, len(levels.levels), look)
    _title_axes(figure, look)
    _name_sides(figure, (cells, len(levels.levels)), look)
    return figure


def _side(row: int, column: int, levels: int) -> str:
    if column >= levels:
        return "beside"
    return "over_declared" if row > column else "agreed"


def _hues(side: str, look: Look) -> tuple[str, ...]:
    hue = {"over_declared": look.palette.bad, "agreed": look.palette.accent, "beside": look.palette.ink_faint}[side]
    return shades(look.palette, CLASSES, hue=hue, most=SOFTEST)


def _ground(cell: dict, side: str, most: int, look: Look) -> str:
    """The colour of a cell, as Plotly draws it from the scale."""
    return _hues(side, look)[min(int(cell["count"] / most * CLASSES), CLASSES - 1)] if cell else look.palette.surface


def _add_side(figure: Drawing, found: tuple, drawn: tuple[str, Grid], look: Look) -> None:
    (cells, sides, most), (side, grid) = found, drawn
    mine = [[cell if at == side else {} for cell, at in zip(*line, strict=True)] for line in zip(cells, sides, strict=True)]
    figure.add_heatmap(
        z=[[cell.get("count") for cell in line] for line in mine],
        x=list(range(len(grid.columns))),
        y=list(range(len(grid.rows))),
        zmin=0,
        zmax=most,
        colorscale=stepped(_hues(side, look)),
        showscale=False,
        xgap=3,
        ygap=3,
        hovertext=[[_hover(cell, grid, look) for cell in line] for line in mine],
        hoverinfo="text",
        hoverongaps=False,
        customdata=[[cell.get("href") or "" for cell in line] for line in mine],
        name=side,
    )


def _hover(cell: dict, grid: Grid, look: Look) -> str:
    if not cell:
        return ""
    declared, observed = dict(grid.rows)[cell["row"]], dict(grid.columns)[cell["column"]]
    count = formats.count(cell["count"], look.lang)
    return say(look.lang, "drawing.cell", declared=plain(declared), observed=plain(observed), count=f"<b>{count}</b>")


def _outline_diagonal(figure: Drawing, count: int, look: Look) -> None:
    edge = {"color": look.palette.ink_soft, "width": 1.5}
    for at in range(count):
        figure.add_shape(type="rect", x0=at - 0.48, x1=at + 0.48, y0=at - 0.47, y1=at + 0.47, line=edge, name="diagonal")


def _title_axes(figure: Drawing, look: Look) -> None:
    font = {"size": 12, "color": look.palette.ink_faint}
    figure.update_xaxes(title={"text": say(look.lang, "drawing.observed_axis"), "font": font, "standoff": 6})
    figure.update_yaxes(title={"text": say(look.lang, "drawing.declared_axis"), "font": font, "standoff": 6})


def _name_sides(figure: Drawing, found: tuple[list[list[dict]], int], look: Look) -> None:
    """What lies under and over the diagonal, counted in words below the grid."""
    cells, levels = found
    counted = {"over": 0, "under": 0}
    for y, line in enumerate(cells):
        for x, cell in enumerate(line[:levels]):
            if cell and x != y:
                counted["over" if y > x else "under"] += cell["count"]
    places = (("over", 0.0, "left", look.palette.bad), ("under", 1.0, "right", look.palette.ink_soft))
    for row, (side, at, anchor, colour) in enumerate(places):
        text = say(look.lang, f"drawing.{side}_declared", count=formats.count(counted[side], look.lang))
        figure.add_annotation(
            x=at, y=0, xref="paper", yref="paper", yshift=-10 - 18 * row, xanchor=anchor, yanchor="top", text=text,
            showarrow=False, font={"size": 13, "color": colour}, name=side,
        )  # fmt: skip
    figure.update_layout(margin={"b": 48})
