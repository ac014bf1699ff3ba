"""A small pure SVG writer for print: a course over months, bars with intervals, a line without axes. No script, no font but by name, no link."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from dashboards.theme import LIGHT

FONTS = "OneGate Sans, Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
SIZE = 9.5  # of text, in the units of the picture


@dataclass(frozen=True)
class Point:
    """One month of a course."""

    day: date
    value: float | None
    low: float | None = None
    high: float | None = None
    is_provisional: bool = False


@dataclass(frozen=True)
class Goal:
    """A target as it is drawn: its path (one point: a level line), its label, and the forecast with its interval."""

    path: tuple[tuple[date, float], ...] = ()
    label: str = ""
    forecast: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Axis:
    """How values and days are written along the axes; `floor`: values never lie below it."""

    value: Callable[[float], str]
    day: Callable[[date], str]
    floor: float | None = 0.0
    ceiling: float | None = None


@dataclass(frozen=True)
class Bar:
    """One bar: name, value with interval, the value written out; `is_here` draws it in the accent."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    text: str
    is_here: bool = False


@dataclass(frozen=True)
class Box:
    """The plot's place within the picture, and the values that its edges stand for."""

    left: float
    top: float
    right: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        """Where a value lies, kept inside."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return self.bottom - min(max(share, 0.0), 1.0) * (self.bottom - self.top)


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round values that hold `low` and `high` between them."""
    span = (high - low) or abs(high) or 1.0
    rough = span / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def picture(width: float, height: float, alt: str, body: Sequence[str]) -> str:
    """An SVG picture with its text alternative."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-label="{escape(alt)}" font-family="{FONTS}" font-size="{SIZE:g}">'
    )
    return head + "".join(body) + "</svg>"


def label(place: tuple[float, float], text: str, colour: str, look: str = "") -> str:
    """A text; `look`: further attributes."""
    return f'<text x="{place[0]:.1f}" y="{place[1]:.1f}" fill="{colour}" {look}>{escape(text)}</text>'


def over(place: tuple[float, float], text: str, colour: str, look: str = "") -> str:
    """A text with a rim of paper around its letters, to be read across lines."""
    rim = f'stroke="{LIGHT.surface}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
    return label(place, text, colour, f"{look} {rim}")


def line(points: Sequence[tuple[float, float]], colour: str, width: float, look: str = "") -> str:
    """A line through points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round" {look}/>'
        if points
        else ""
    )


def area(points: Sequence[tuple[float, float]], colour: str, opacity: float) -> str:
    """A filled area."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{path}" fill="{colour}" fill-opacity="{opacity:g}"/>' if len(points) > 2 else ""


def dot(place: tuple[float, float], colour: str, is_hollow: bool = False) -> str:
    """A mark; a hollow one is provisional."""
    fill = LIGHT.surface if is_hollow else colour
    return f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="2.6" fill="{fill}" stroke="{colour}" stroke-width="1.4"/>'


def breadth(text: str) -> float:
    """About how wide a text is; a Chinese character is as wide as it is high."""
    return sum(SIZE if ord(letter) > 0x2E80 else SIZE * 0.56 for letter in text)
