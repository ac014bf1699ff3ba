"""The hours of a day: how many arrive, how many windows are open, how long people wait — one panel each over the same hours."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from dashboards import formats
from dashboards.figures.hover import BOX
from dashboards.figures.labels import without_data
from dashboards.figures.look import Look
from dashboards.words import say

PANEL = 110
PANELS = {"arrivals": "tickets", "open_windows": "service_points", "wait": "minutes"}  # column → unit
WORDS = {"arrivals": "arrivals", "open_windows": "windows", "wait": "wait"}


def hourly(hours: pl.DataFrame, look: Look) -> go.Figure:
    """Draw `hours` (hour 0 to 23, arrivals, open_windows, and if known wait in minutes; all may be means), a panel for each that has values."""
    shown = [name for name in PANELS if name in hours.columns and hours[name].is_not_null().any()]
    if not shown:
        return without_data(look, PANEL * 2, hours)
    figure = make_subplots(rows=len(shown), cols=1, shared_xaxes=True, vertical_spacing=0.36 / len(shown) if len(shown) > 1 else 0)
    figure.update_layout(meta=look.theme, height=60 + (PANEL + 20) * len(shown))
    for row, name in enumerate(shown, start=1):
        _add_panel(figure, hours, (name, row), look)
        _add_title(figure, (name, row), look)
    at = hours["hour"].to_list()
    figure.update_xaxes(range=[min(at) - 0.6, max(at) + 0.6], tickvals=at[:: 1 if len(at) <= 8 else 2], tickangle=0)
    figure.update_xaxes(ticktext=[say(look.lang, "drawing.hour", hour=hour) for hour in at[:: 1 if len(at) <= 8 else 2]], row=len(shown))
    figure.update_layout(margin={"t": 26}, hovermode="closest", bargap=0.2)
    return figure


def _add_panel(figure: go.Figure, hours: pl.DataFrame, place: tuple[str, int], look: Look) -> None:
    name, row = place
    values, at = hours[name].to_list(), hours["hour"].to_list()
    drawn = {
        "x": at,
        "y": values,
        "hovertext": [_hover(name, hour, value, look) for hour, value in zip(at, values, strict=True)],
        "hovertemplate": BOX,
        "name": name,
    }
    if name == "arrivals":
        figure.add_bar(**drawn, marker={"color": look.palette.accent}, row=row, col=1)
    else:
        line = {
            "shape": "hvh" if name == "open_windows" else "linear",
            "color": look.palette.ink if name == "open_windows" else look.palette.accent,
            "width": 2,
        }
        figure.add_scatter(
            **drawn, mode="lines" if len(values) > 1 and name != "wait" else "lines+markers", line=line, connectgaps=False, row=row, col=1
        )
    most = max((value for value in values if value is not None), default=0) or 1
    figure.update_yaxes(range=[0, most * 1.12], nticks=4, row=row, col=1)


def _hover(name: str, hour: int, value: float | None, look: Look) -> str:
    time = say(look.lang, "drawing.hours", hour=hour, next=hour + 1)
    said = say(look.lang, "drawing.untold") if value is None else _number(name, value, look)
    return f"<b>{said}</b>  {say(look.lang, f'drawing.{WORDS[name]}')}, {time}"


def _number(name: str, value: float, look: Look) -> str:
    """Means of counts with one decimal, whole counts without."""
    if name == "wait":
        return formats.amount(value, "minutes", look.lang)
    return formats.count(value, look.lang) if value == int(value) else formats.number(value, 1)


def _add_title(figure: go.Figure, place: tuple[str, int], look: Look) -> None:
    name, row = place
    axis = "" if row == 1 else str(row)
    unit = f" ({say(look.lang, 'unit.minutes')})" if name == "wait" else ""
    figure.add_annotation(
        x=0, y=1, xref=f"x{axis} domain", yref=f"y{axis} domain", text=f"<b>{say(look.lang, f'drawing.{WORDS[name]}')}</b>{unit}",
        showarrow=False, xanchor="left", yanchor="bottom", yshift=4, font={"color": look.palette.ink_soft}, name="title",
    )  # fmt: skip
