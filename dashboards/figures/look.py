"""What every figure needs to know about its reader: language, palette, and the unit that it draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from dashboards import formats
from dashboards.figures.drawing import Drawing
from dashboards.theme import LIGHT, PALETTES, Palette, chart_template

CONFIG: Any = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "responsive": True, "showTips": False}


@dataclass(frozen=True)
class Look:
    """Language, palette and unit of a figure."""

    lang: str = "en"
    palette: Palette = LIGHT
    unit: str = "share"

    @classmethod
    def of(cls, lang: str, theme: str, unit: str) -> Look:
        """The look of a view's language and theme."""
        return cls(lang, PALETTES[theme], unit)

    @property
    def theme(self) -> str:
        """The name of the palette; a figure carries it."""
        return next(name for name, palette in PALETTES.items() if palette == self.palette)

    @property
    def scale(self) -> float:
        """What values are multiplied with before drawing: shares are drawn in per cent."""
        return 100.0 if self.unit == "share" else 1.0

    @property
    def suffix(self) -> str:
        """What an axis writes after a number."""
        return ("%" if self.lang == "zh" else f"{formats.NARROW}%") if self.unit == "share" else ""

    def text(self, value: float) -> str:
        """A value with its unit."""
        return formats.amount(value, self.unit, self.lang)

    def drawn(self, values: list[float | None]) -> list[float | None]:
        """Values as drawn."""
        return [None if value is None else value * self.scale for value in values]

    def lows(self, values: list[float | None]) -> list[float | None]:
        """Lower ends of intervals: what cannot be negative is not drawn as if it could, whatever the method's lower end."""
        return values if self.unit in formats.SIGNED else [None if value is None else max(value, 0.0) for value in values]


def plain(text: str) -> str:
    """Text of the data as Plotly shows it letter by letter: nothing in a name is read as markup."""
    return escape(text, quote=False)


def blank(look: Look, height: int) -> Drawing:
    """An empty figure that knows its look; charts start from it, and `dressed` gives the look to what is sent."""
    return Drawing(height, look.theme)


def dressed(figure: Drawing) -> dict[str, Any]:
    """The figure as it is sent, with the template of its look, which all figures share. Nobody changes a figure any more: nothing is copied."""
    return {"data": figure.data, "layout": {**figure.layout, "template": _template(figure.theme)}}


@cache
def _template(theme: str) -> dict[str, Any]:
    return chart_template(PALETTES[theme]).to_plotly_json()


def span(values: list[float | None], look: Look) -> tuple[float, float]:
    """An axis range that holds the values with some air; from zero when they come near it; shares stay within 0 to 100."""
    known = [value for value in values if value is not None]
    if not known:
        return (0.0, look.scale)
    low, high = min(known), max(known)
    pad = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    floor = 0.0 if 0 <= low < 0.35 * high else low - pad
    top = high + pad
    if look.unit == "share":
        return (max(floor, 0.0), min(top, 100.0) if high < 99 else 100.0 + pad * 0.3)
    return (max(floor, 0.0) if low >= 0 else floor, top)
