"""The hours of a day: how many arrive, how many windows are open, how long people wait — one panel each over the same hours."""

from __future__ import annotations

import polars as pl

from dashboards import formats
from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import BOX
from dashboards.figures.labels import without_data
from dashboards.figures.look import Look, blank
from dashboards.figures.panels import Panels, axes_of, axis_key, domains_of
from dashboards.words import say

PANEL = 110
PANELS = {"arrivals": "tickets", "open_windows": "service_points", "wait": "minutes"}  # column → unit
WORDS = {"arrivals": "arrivals", "open_windows": "windows", "wait": "wait"}


def hourly(hours: pl.DataFrame, look: Look) -> Drawing:
    """Draw `hours` (hour 0 to 23, arrivals, open_windows, and if known wait in minutes; all may be means), a panel for each that has values."""
    shown = [name for name in PANELS if name in hours.columns and hours[name].is_not_null().any()]
    if not shown:
        return without_data(look, PANEL * 2, hours)
    figure = blank(look, 60 + (PANEL + 20) * len(shown))
    Panels(len(shown), 1, 0.36 / len(shown) if len(shown) > 1 else 0).lay_out(figure)
    for row, name in enumerate(shown):
        _add_panel(figure, hours, (name, row), look)
        _add_title(figure, (name, row), look)
    at = hours["hour"].to_list()
    told = at[:: 1 if len(at) <= 8 else 2]
    figure.update_xaxes(range=[min(at) - 0.6, max(at) + 0.6], tickvals=told, tickangle=0)
    figure.update_layout(**{axis_key("x", len(shown) - 1): {"ticktext": [say(look.lang, "drawing.hour", hour=hour) for hour in told]}})
    figure.update_layout(margin={"t": 26}, hovermode="closest", bargap=0.2)
    return figure


def _add_panel(figure: Drawing, hours: pl.DataFrame, place: tuple[str, int], look: Look) -> None:
    name, row = place
    values, at = hours[name].to_list(), hours["hour"].to_list()
    drawn = {
        "x": at,
        "y": values,
        "hovertext": [_hover(name, hour, value, look) for hour, value in zip(at, values, strict=True)],
        "hovertemplate": BOX,
        "name": name,
        **axes_of(row),
    }
    if name == "arrivals":
        figure.add_bar(**drawn, marker={"color": look.palette.accent})
    else:
        line = {
            "shape": "hvh" if name == "open_windows" else "linear",
            "color": look.palette.ink if name == "open_windows" else look.palette.accent,
            "width": 2,
        }
        figure.add_scatter(**drawn, mode="lines" if len(values) > 1 and name != "wait" else "lines+markers", line=line, connectgaps=False)
    most = max((value for value in values if value is not None), default=0) or 1
    figure.update_layout(**{axis_key("y", row): {"range": [0, most * 1.12], "nticks": 4}})


def _hover(name: str, hour: int, value: float | None, look: Look) -> str:
    time = say(look.lang, "drawing.hours", hour=hour, next=hour + 1)
    said = say(look.lang, "drawing.untold") if value is None else _number(name, value, look)
    return f"<b>{said}</b>  {say(look.lang, f'drawing.{WORDS[name]}')}, {time}"


def _number(name: str, value: float, look: Look) -> str:
    """Means of counts with one decimal, whole counts without."""
    if name == "wait":
        return formats.amount(value, "minutes", look.lang)
    return formats.count(value, look.lang) if value == int(value) else formats.number(value, 1)


def _add_title(figure: Drawing, place: tuple[str, int], look: Look) -> None:
    name, row = place
    unit = f" ({say(look.lang, 'unit.minutes')})" if name == "wait" else ""
    figure.add_annotation(
        x=0, y=1, **domains_of(row), text=f"<b>{say(look.lang, f'drawing.{WORDS[name]}')}</b>{unit}",
        showarrow=False, xanchor="left", yanchor="bottom", yshift=4, font={"color": look.palette.ink_soft}, name="title",
    )  # fmt: skip
