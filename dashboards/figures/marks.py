"""Marks that stand inside table rows: a sparkline as an SVG mask and the geometry of an interval on a shared scale.

Not Plotly: a table of thirty rows would start thirty charts. A mask takes its colour from CSS, so it follows the theme and prints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

WIDTH, HEIGHT, PAD = 72, 22, 3


def sparkline(values: Sequence[float | None], *, width: int = WIDTH, height: int = HEIGHT) -> str | None:
    """A CSS url() of the line through `values`, a dot on the last; gaps stay gaps. None without any value."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    points = _points(values, (min(known), max(known)), (width, height))
    path = " ".join(f"{'L' if index and points[index - 1] else 'M'}{p[0]:.1f} {p[1]:.1f}" for index, p in enumerate(points) if p)
    last = next(point for point in reversed(points) if point)
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}'>"
        f"<path d='{path}' fill='none' stroke='black' stroke-width='1.4' stroke-linejoin='round'/>"
        f"<circle cx='{last[0]:.1f}' cy='{last[1]:.1f}' r='2.4'/></svg>"
    )
    return f'url("data:image/svg+xml,{quote(svg)}")'


def _points(values: Sequence[float | None], span: tuple[float, float], size: tuple[int, int]) -> list[tuple[float, float] | None]:
    (low, high), (width, height) = span, size
    step = (width - 2 * PAD) / max(len(values) - 1, 1)
    reach = (high - low) or 1.0
    flat = high == low
    return [
        None if value is None else (PAD + index * step, height / 2 if flat else height - PAD - (value - low) / reach * (height - 2 * PAD))
        for index, value in enumerate(values)
    ]


@dataclass(frozen=True)
class Scale:
    """A shared axis for marks in rows, from `low` to `high`."""

    low: float
    high: float

    @classmethod
    def around(cls, values: Sequence[float | None]) -> Scale | None:
        """A scale that holds the values with a margin; None without any value."""
        known = [value for value in values if value is not None]
        if not known:
            return None
        margin = (max(known) - min(known)) * 0.08 or abs(known[0]) * 0.1 or 1.0
        return cls(min(known) - margin, max(known) + margin)

    def place(self, value: float) -> float:
        """Where a value lies, in per cent from the left."""
        return round(min(max((value - self.low) / (self.high - self.low), 0.0), 1.0) * 100, 2)
