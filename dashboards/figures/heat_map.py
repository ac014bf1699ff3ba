"""A figure by two orders, such as hour and weekday, as a grid of cells from faint to strong; a cell without a value is a dash, never a zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboards import formats
from dashboards.figures.drawing import Drawing, Part
from dashboards.figures.hover import reading
from dashboards.figures.labels import width, without_data
from dashboards.figures.look import Look, blank, plain
from dashboards.figures.shades import ink_on, shades
from dashboards.words import say

CELL = 34
ROOM = 64  # Latin characters that all cells of a row may hold together, on a phone too
CLASSES = 6


@dataclass(frozen=True)
class Grid:
    """What stands down the side and along the foot, in order: pairs of key (as in the frame) and shown label."""

    rows: Sequence[tuple[Any, str]]
    columns: Sequence[tuple[Any, str]]

    @property
    def keys(self) -> list[list[tuple[Any, Any]]]:
        """The pair of keys of every cell, row by row."""
        return [[(row, column) for column, _ in self.columns] for row, _ in self.rows]


def heat_map(cells: pl.DataFrame, look: Look, grid: Grid) -> Drawing:
    """Draw `cells` (y_key, x_key, value in the look's unit, n; if known low, high, state, href): first row on top.

    A cell that the frame lacks, or that has no value, shows a dash and says why under the pointer.
    """
    if cells["value"].is_null().all() or not grid.rows or not grid.columns:
        return without_data(look, CELL * 4, cells)
    known = {(row["y_key"], row["x_key"]): row for row in cells.iter_rows(named=True)}
    figure = blank(look, 40 + CELL * len(grid.rows))
    rows = [[known.get(key, {}) for key in line] for line in grid.keys]
    _add_cells(figure, rows, (grid, look))
    _add_texts(figure, rows, look)
    set_grid(figure, grid, look)
    return figure


def set_grid(figure: Drawing, grid: Grid, look: Look, *, side: str = "bottom") -> None:
    """Axes of a grid of cells: labels at the edges, no lines, first row on top."""
    font = {"color": look.palette.ink_soft, "size": 12}
    texts = [plain(label) for _, label in grid.columns]
    at = list(range(len(texts)))
    figure.update_xaxes(
        tickvals=at, ticktext=texts, range=[-0.5, len(texts) - 0.5], side=side, showline=False, tickfont=font, tickangle=_angle(texts)
    )
    rows = [plain(label) for _, label in grid.rows]
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=rows, range=[len(rows) - 0.5, -0.5], showgrid=False, tickfont=font, ticklabelstandoff=6
    )
    figure.update_layout(hovermode="closest")


def _angle(texts: list[str]) -> int:
    return 0 if sum(width(text) for text in texts) <= ROOM * 1.6 else -90


def _add_cells(figure: Drawing, rows: list[list[dict]], frame: tuple[Grid, Look]) -> None:
    grid, look = frame
    names = [[_name(look, row, column) for _, column in grid.columns] for _, row in grid.rows]
    values = [look.drawn([cell.get("value") for cell in line]) for line in rows]
    known = [value for line in values for value in line if value is not None]
    figure.add_heatmap(
        z=values,
        x=list(range(len(grid.columns))),
        y=list(range(len(grid.rows))),
        zmin=min(known),
        zmax=max(known) if max(known) > min(known) else min(known) + 1,
        colorscale=stepped(shades(look.palette, CLASSES)),
        showscale=False,
        xgap=2,
        ygap=2,
        hovertext=[[reading(name, cell, look) for name, cell in zip(*line, strict=True)] for line in zip(names, rows, strict=True)],
        hoverinfo="text",
        hoverongaps=True,
        customdata=[[cell.get("href") or "" for cell in line] for line in rows],
        name="cells",
    )


def _name(look: Look, row: str, column: str) -> str:
    return f"{row}, {column}" if look.lang == "en" else f"{row} {column}"


def stepped(colours: Sequence[str]) -> list[list[Any]]:
    """A scale of even steps without transitions, as Plotly writes it."""
    count = len(colours)
    return [[edge / count, colour] for step, colour in enumerate(colours) for edge in (step, step + 1)]


def _add_texts(figure: Drawing, rows: list[list[dict]], look: Look) -> None:
    """The values without their unit, where they fit; dashes everywhere."""
    texts = [[_text(cell, look) for cell in line] for line in rows]
    fits = max(sum(width(text) for text in line) for line in texts) <= ROOM
    shown = [[text if fits or text == formats.DASH else "" for text in line] for line in texts]
    trace = figure.data[0]
    add_cell_texts(figure, shown, [[_ground(value, trace, look) for value in line] for line in trace["z"]], look)


def _text(cell: dict, look: Look) -> str:
    return formats.DASH if cell.get("value") is None else formats.parts(cell["value"], look.unit, look.lang)[0]


def _ground(value: float | None, trace: Part, look: Look) -> str:
    if value is None:
        return look.palette.surface
    colours = shades(look.palette, CLASSES)
    return colours[min(int((value - trace["zmin"]) / (trace["zmax"] - trace["zmin"]) * CLASSES), CLASSES - 1)]


def add_cell_texts(figure: Drawing, texts: list[list[str]], grounds: list[list[str]], look: Look) -> None:
    """Text in the middle of every cell, in the ink that can be read on its ground."""
    places = [(x, y) for y, line in enumerate(texts) for x in range(len(line))]
    figure.add_scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        text=[texts[y][x] for x, y in places],
        mode="text",
        textfont={"size": 12, "color": [ink_on(grounds[y][x], look.palette) for x, y in places]},
        hoverinfo="skip",
        name="texts",
    )


def heat_map_alt(cells: pl.DataFrame, look: Look, grid: Grid) -> str:
    """The highest and the lowest cell in words."""
    known = cells.filter(pl.col("value").is_not_null()).sort("value")
    if known.is_empty():
        return say(look.lang, "drawing.none")
    names = {"y": dict(grid.rows), "x": dict(grid.columns)}
    ends = [known.row(at, named=True) for at in (-1, 0)]
    high, low = (
        f"{look.text(row['value'])} ({_name(look, str(names['y'].get(row['y_key'], '')), str(names['x'].get(row['x_key'], '')))})"
        for row in ends
    )
    return say(look.lang, "drawing.extremes", high=high, low=low)
