"""Areas of a city, tinted by a figure, and places on top: drawn from plain GeoJSON features on ordinary axes, so that nothing is fetched."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboards import formats
from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import BOX, reading
from dashboards.figures.labels import clipped, width, without_data
from dashboards.figures.look import Look, blank, plain
from dashboards.figures.outlines import Area, Spot, areas_of, spots_for_names
from dashboards.figures.shades import ink_on, shades
from dashboards.sentences import state_word
from dashboards.words import say

HEIGHT = 380
CLASSES = 5
LETTER = 6.5  # pixels of a Latin letter in a label
LABELLED = 24  # areas that can carry their names


@dataclass(frozen=True)
class Ground:
    """Features of a GeoJSON (already read), the property that holds an area's code ("id" is the feature's own), and places on top.

    `sites`: lon, lat, name, value (in the look's unit, may be null), href; if known state, low, high, n. `selected`: the code to outline.
    """

    features: Sequence[dict[str, Any]]
    code: str = "code"
    sites: pl.DataFrame | None = None
    selected: str = ""


def area_map(areas: pl.DataFrame, look: Look, ground: Ground) -> Drawing:
    """Draw `areas` (code, name, value, low, high, n, state, href) in the outlines of the features; features without a row stay blank.

    Areas without a value are hatched and say why; values fall into at most five even classes.
    """
    outlines = areas_of(ground.features, ground.code)
    rows = {row["code"]: row for row in areas.iter_rows(named=True)}
    if not outlines:
        return without_data(look, HEIGHT, areas)
    figure = blank(look, HEIGHT)
    scale = _scale([row["value"] for code, row in rows.items() if code in {area.code for area in outlines}])
    for area in sorted(outlines, key=lambda found: found.code == ground.selected):  # the outlined one over its neighbours
        _add_area(figure, area, (rows.get(area.code), scale, area.code == ground.selected), look)
    if len(outlines) <= LABELLED:
        named = [area for area in outlines if area.code in rows]
        _add_names(figure, spots_for_names(named, _places(ground.sites)), (rows, scale, _pixels(outlines)), look)
    _add_sites(figure, ground.sites, look)
    _set_axes(figure, outlines)
    _add_key(figure, (scale, any(row["value"] is None for row in rows.values())), look)
    return figure


@dataclass(frozen=True)
class Scale:
    """Even classes from the lowest to the highest value."""

    low: float
    high: float
    count: int

    def step(self, value: float) -> int:
        """The class of a value, 0 the lowest."""
        if self.high <= self.low:
            return 0
        return min(int((value - self.low) / (self.high - self.low) * self.count), self.count - 1)

    @property
    def edges(self) -> list[float]:
        """The bounds of the classes, one more than there are classes."""
        return [self.low + (self.high - self.low) * step / self.count for step in range(self.count + 1)]


def _scale(values: Iterable[float | None]) -> Scale | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Scale(min(known), max(known), min(CLASSES, len(set(known))))


def _tint(value: float, scale: Scale, look: Look) -> str:
    return shades(look.palette, scale.count)[scale.step(value)]


def _add_area(figure: Drawing, area: Area, drawn: tuple, look: Look) -> None:
    row, scale, is_selected = drawn
    value = row["value"] if row else None
    edge = {"color": look.palette.ink if is_selected else look.palette.ink_faint, "width": 2.5 if is_selected else 1}
    fill: dict[str, Any] = {"fillcolor": _tint(value, scale, look) if value is not None else look.palette.surface}
    if row and value is None:
        fill["fillpattern"] = {
            "shape": "/",
            "fgcolor": look.palette.rule_strong,
            "bgcolor": look.palette.surface,
            "size": 8,
            "solidity": 0.15,
        }
    figure.add_scatter(
        x=area.x,
        y=area.y,
        mode="lines",
        line=edge,
        fill="toself",
        **fill,
        hoveron="fills",
        hoverinfo="text" if row else "skip",
        text=reading(row["name"], row, look) if row else "",
        meta=(row["href"] or "") if row else "",  # a fill has no points to carry customdata; the script reads this instead
        name=area.code,
    )


def _add_names(figure: Drawing, named: dict[str, Spot], drawn: tuple, look: Look) -> None:
    """Name and value in each area: over the area itself where it is wide enough, otherwise on a tag of the area's own colour."""
    rows, scale, per_degree = drawn
    grounds = {code: _tint(rows[code]["value"], scale, look) if rows[code]["value"] is not None else look.palette.surface for code in named}
    texts = {code: _label(rows[code], look) for code in named}
    tagged = {code for code, spot in named.items() if width(texts[code]) * LETTER > spot.width * per_degree}
    figure.add_scatter(
        x=[spot.x for spot in named.values()],
        y=[spot.y for spot in named.values()],
        text=["" if code in tagged else texts[code] for code in named],
        mode="text",
        textfont={"size": 12, "color": [ink_on(grounds[code], look.palette) for code in named]},
        customdata=[rows[code]["href"] or "" for code in named],
        hovertext=[reading(rows[code]["name"], rows[code], look) for code in named],
        hovertemplate=BOX,
        name="names",
    )
    for code in sorted(tagged):
        figure.add_annotation(
            x=named[code].x, y=named[code].y, text=texts[code], showarrow=False, bgcolor=grounds[code], borderpad=2,
            bordercolor=look.palette.ink_faint, borderwidth=0.75, font={"size": 12, "color": ink_on(grounds[code], look.palette)}, name=code,
        )  # fmt: skip


def _label(row: dict, look: Look) -> str:
    said = look.text(row["value"]) if row["value"] is not None else state_word(row["state"] or "", look.lang)
    return f"{clipped(row['name'], 18)}<br><b>{said}</b>"


def _add_sites(figure: Drawing, sites: pl.DataFrame | None, look: Look) -> None:
    if sites is None or sites.is_empty():
        return
    known = sites.filter(pl.col("lon").is_not_null() & pl.col("lat").is_not_null())
    figure.add_scatter(
        x=known["lon"].to_list(),
        y=known["lat"].to_list(),
        mode="markers",
        marker={
            "size": 9,
            "color": [look.palette.ink if value is not None else look.palette.surface for value in known["value"]],
            "line": {"color": look.palette.ink, "width": 1.5},
        },
        customdata=[href or "" for href in known["href"]],
        hovertext=[reading(row["name"], row, look) for row in known.iter_rows(named=True)],
        hovertemplate=BOX,
        name="sites",
    )


def _places(sites: pl.DataFrame | None) -> list[tuple[float, float]]:
    return [] if sites is None else list(sites.select("lon", "lat").drop_nulls().iter_rows())


def _pixels(outlines: list[Area]) -> float:
    """About how many pixels a degree of longitude takes, when the map is as high as it may be."""
    lats = [y for area in outlines for y in area.y if y is not None]
    return (HEIGHT - 34) / ((max(lats) - min(lats)) or 1.0) * math.cos(math.radians(sum(lats) / len(lats)))


def _set_axes(figure: Drawing, outlines: list[Area]) -> None:
    """One degree of latitude as long as it is on the ground beside one of longitude."""
    lats = [y for area in outlines for y in area.y if y is not None]
    middle = (min(lats) + max(lats)) / 2
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x", scaleratio=1 / math.cos(math.radians(middle)))
    figure.update_layout(hovermode="closest", margin={"l": 4, "r": 4, "t": 4, "b": 30})


def _add_key(figure: Drawing, drawn: tuple[Scale | None, bool], look: Look) -> None:
    """A strip of the classes with their ends below the map; what is hatched in words."""
    scale, has_gaps = drawn
    colours = shades(look.palette, scale.count) if scale else []
    for step, colour in enumerate(colours):
        figure.add_shape(
            type="rect", xref="paper", yref="paper", xsizemode="pixel", ysizemode="pixel", xanchor=0, yanchor=0,
            x0=4 + step * 22, x1=4 + (step + 1) * 22, y0=-26, y1=-14, fillcolor=colour,
            line={"color": look.palette.ink_faint, "width": 0.75}, name="key",
        )  # fmt: skip
    said = [say(look.lang, "drawing.to", low=look.text(scale.low), high=look.text(scale.high))] if scale else []
    said += [say(look.lang, "drawing.hatched")] if has_gaps else []
    figure.add_annotation(
        x=0, y=0, xref="paper", yref="paper", xanchor="left", yanchor="middle", xshift=10 + 22 * len(colours), yshift=-20,
        text=" · ".join(said), showarrow=False, font={"color": look.palette.ink_soft}, name="key",
    )  # fmt: skip


def map_alt(areas: pl.DataFrame, look: Look) -> str:
    """Every area with its value in words."""
    parts = [
        say(
            look.lang,
            "figure.pair",
            name=row["name"],
            value=look.text(row["value"]) if row["value"] is not None else state_word(row["state"] or "", look.lang),
        )
        for row in areas.iter_rows(named=True)
    ]
    return formats.listed([plain(part) for part in parts], look.lang)
