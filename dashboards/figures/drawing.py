"""A figure in plotly's JSON form, put together from plain values: what the browser draws, and nothing on the way.

Plotly's own figure checks and copies whatever it is given, which took a quarter of a page's time. The form of a figure depends on the
code and not on its readers, so the tests check it (`checked`), and pages send it as it is.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

Part = dict[str, Any]  # a trace, a note, a shape, an axis


class Drawing:
    """Traces and layout of one figure, under plotly's names; `theme` is that of its reader."""

    def __init__(self, height: int, theme: str = "light") -> None:
        self.theme = theme
        self.data: list[Part] = []
        self.layout: Part = {"height": height}

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.layout["height"]

    @property
    def notes(self) -> list[Part]:
        """The annotations, as they are: they may be moved."""
        return self.layout.get("annotations", [])

    @property
    def names(self) -> set[str]:
        """What has been drawn: the names of the traces."""
        return {trace["name"] for trace in self.data}

    def values(self, axis: str) -> list[Any]:
        """All that the traces draw along an axis ("x" or "y"), gaps included."""
        return [value for trace in self.data for value in trace.get(axis, ())]

    def ends(self, axis: str) -> tuple[Any, Any]:
        """The range that an axis ("xaxis", "yaxis") has been given."""
        low, high = self.layout[axis]["range"]
        return low, high

    def add_scatter(self, **trace: Any) -> None:
        """Points, lines and filled areas."""
        self.data.append(_given(trace, type="scatter"))

    def add_bar(self, **trace: Any) -> None:
        """Bars."""
        self.data.append(_given(trace, type="bar"))

    def add_heatmap(self, **trace: Any) -> None:
        """Cells."""
        self.data.append(_given(trace, type="heatmap"))

    def add_sankey(self, **trace: Any) -> None:
        """Flows."""
        self.data.append(_given(trace, type="sankey"))

    def add_annotation(self, **note: Any) -> None:
        """Words somewhere in the figure."""
        self.layout.setdefault("annotations", []).append(_given(note))

    def add_shape(self, **shape: Any) -> None:
        """A line or a box somewhere in the figure."""
        self.layout.setdefault("shapes", []).append(_given(shape))

    def update_layout(self, **changes: Any) -> None:
        """Changes of the layout; what is nested is merged, and None takes a value away."""
        self.layout = _merged(self.layout, changes)

    def update_xaxes(self, **changes: Any) -> None:
        """Changes of every horizontal axis."""
        self._update_axes("xaxis", changes)

    def update_yaxes(self, **changes: Any) -> None:
        """Changes of every vertical axis."""
        self._update_axes("yaxis", changes)

    def _update_axes(self, prefix: str, changes: Part) -> None:
        for key in [key for key in self.layout if key.startswith(prefix)] or [prefix]:
            self.layout[key] = _merged(self.layout.get(key, {}), changes)

    def checked(self) -> go.Figure:
        """The same as plotly's own figure; ValueError for what plotly's schema does not know."""
        return go.Figure(data=self.data, layout=self.layout)


def _given(values: Part, **more: Any) -> Part:
    return {name: value for name, value in {**values, **more}.items() if value is not None}


def _merged(old: Part, changes: Part) -> Part:
    new = dict(old)
    for name, value in changes.items():
        before = old.get(name)
        new[name] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return _given(new)
