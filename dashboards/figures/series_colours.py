"""Colours and widths of a few lines side by side: the first in the accent, the others in the neutral family, all visible without a legend."""

from __future__ import annotations

from dashboards.figures.shades import blend
from dashboards.theme import Palette


def series_colours(palette: Palette, count: int) -> list[tuple[str, float]]:
    """Colour and width of up to four lines; every colour can also be read as text."""
    between = blend(palette.accent, palette.ink, 0.55)
    return [(palette.accent, 2.5), (palette.ink, 1.5), (palette.ink_faint, 2.0), (between, 1.0)][:count]
