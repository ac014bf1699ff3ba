"""How pages look: palette, type scale and spacing as values, and what is made of them (CSS variables, the charts' template).

Nothing else in the dashboards names a colour. Contrast of every text colour is at least 4.5:1 on its grounds; a test measures it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import plotly.graph_objects as go

FONTS = '"Inter", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", system-ui, sans-serif'
# one ratio of about 1.2 from 12 px up: fine print, labels, body, section heads, headline, figures
TYPE = {"fine": 12, "label": 13, "body": 14, "section": 16, "headline": 22, "figure": 30}
SPACE = {"1": 4, "2": 8, "3": 12, "4": 16, "5": 24, "6": 32}


@dataclass(frozen=True)
class Palette:
    """One neutral family, one accent, and good and bad, which never stand without an icon and a word."""

    ground: str
    surface: str
    ink: str
    ink_soft: str
    ink_faint: str
    rule: str
    rule_strong: str
    accent: str
    accent_wash: str
    good: str
    bad: str


LIGHT = Palette(
    ground="#f6f6f3",
    surface="#ffffff",
    ink="#17212b",
    ink_soft="#45515c",
    ink_faint="#5f6a74",
    rule="#dfe1e1",
    rule_strong="#b4bbc0",
    accent="#1a4f8f",
    accent_wash="#e2eaf4",
    good="#0a6a52",
    bad="#a33a0b",
)
DARK = Palette(
    ground="#11161b",
    surface="#171d23",
    ink="#e6eaed",
    ink_soft="#b6c0c8",
    ink_faint="#97a2ac",
    rule="#2a323a",
    rule_strong="#4a555f",
    accent="#86b3ec",
    accent_wash="#1f2d3f",
    good="#62c4a1",
    bad="#f0986a",
)
PALETTES = {"light": LIGHT, "dark": DARK}


def stylesheet() -> str:
    """The CSS variables of both themes; assets/ holds the rules that use them."""
    sizes = [f"--type-{name}: {pixels / 16}rem" for name, pixels in TYPE.items()]
    spaces = [f"--space-{name}: {pixels}px" for name, pixels in SPACE.items()]
    root = "; ".join([f"--fonts: {FONTS}", f"--dark-surface: {DARK.surface}", *sizes, *spaces, *_colours(LIGHT)])
    dark = "; ".join(_colours(DARK))
    # paper is light whatever the screen was
    return f":root {{ color-scheme: light; {root} }}\n@media screen {{ :root[data-theme=dark] {{ color-scheme: dark; {dark} }} }}\n"


def _colours(palette: Palette) -> list[str]:
    return [f"--{name.replace('_', '-')}: {colour}" for name, colour in asdict(palette).items()]


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two colours."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def see_through(colour: str, opacity: float) -> str:
    """The colour with an opacity of 0 to 1, as Plotly writes it."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def chart_template(palette: Palette) -> go.layout.Template:
    """Charts without boxes or legends: hairlines across, labels beside the lines, no title (the page sets it in HTML)."""
    axis = {
        "color": palette.ink_faint,
        "gridcolor": palette.rule,
        "linecolor": palette.rule_strong,
        "zeroline": False,
        "ticks": "",
        "automargin": True,
        "separatethousands": True,
        "tickfont": {"size": TYPE["fine"], "color": palette.ink_faint},
    }
    layout = go.Layout(
        font={"family": FONTS, "size": TYPE["fine"], "color": palette.ink_soft},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        colorway=[palette.accent, palette.ink_faint],
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        hovermode="x unified",
        hoverlabel={
            "bgcolor": palette.surface,
            "bordercolor": palette.rule_strong,
            "font": {"color": palette.ink, "family": FONTS, "size": TYPE["label"]},
        },
        xaxis={**axis, "showgrid": False, "showline": True},
        yaxis={**axis, "showgrid": True},
        dragmode=False,
    )
    return go.layout.Template(layout=layout)
