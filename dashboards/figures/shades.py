"""Colours of marks and cells, all made from the palette: one hue in steps, and the ink that can be read on each."""

from __future__ import annotations

from functools import cache

from dashboards.theme import Palette, contrast

READABLE = 4.5  # contrast of text on its ground
VISIBLE = 3.0  # contrast of a mark on its ground
STEP = 0.01


def blend(one: str, other: str, part: float) -> str:
    """The colour that lies `part` (0 to 1) of the way from one to the other."""
    pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(start + (end - start) * part):02x}" for start, end in pairs)


@cache
def ink_on(ground: str, palette: Palette) -> str:
    """The text colour that stands out more on a coloured cell: ink or the page's surface."""
    return max((palette.ink, palette.surface), key=lambda colour: contrast(colour, ground))


@cache
def shades(palette: Palette, count: int, *, hue: str = "", most: float = 1.0) -> tuple[str, ...]:
    """`count` grounds for cells from near the surface to the accent (or `hue`, up to `most` of it), faint to strong.

    Between the two lies a stretch on which neither ink nor surface can be read: steps that fall into it move to its nearer edge.
    """
    least = 0.08
    parts = [least + (most - least) * step / max(count - 1, 1) for step in range(count)] if count > 1 else [most * 0.4]
    return tuple(_readable(palette, hue or palette.accent, part) for part in parts)


def _readable(palette: Palette, hue: str, part: float) -> str:
    """The ground at that part or the nearest one on which text can be read."""
    for away in range(100):
        for near in (part - away * STEP, part + away * STEP):
            ground = blend(palette.surface, hue, min(max(near, 0.0), 1.0))
            if contrast(ink_on(ground, palette), ground) >= READABLE:
                return ground
    raise ValueError(f"No shade of {hue} between the surface and itself carries readable text; change the palette in theme.py.")


@cache
def ramp(palette: Palette, count: int) -> tuple[str, ...]:
    """`count` colours of one hue for marks, strongest first, every one visible on the surface."""
    strongest, faintest = blend(palette.accent, palette.ink, 0.45), thinned(palette, palette.accent)
    middle = (count - 1) / 2
    return tuple(
        blend(strongest, palette.accent, step / middle)
        if step < middle
        else blend(palette.accent, faintest, (step - middle) / max(middle, 1))
        for step in range(count)
    )


@cache
def thinned(palette: Palette, hue: str) -> str:
    """A hue thinned as far as a mark of it stays visible on surface and ground."""
    part = 0.4
    while min(contrast(blend(palette.surface, hue, part), ground) for ground in (palette.surface, palette.ground)) < VISIBLE:
        part += STEP
    return blend(palette.surface, hue, part)


@cache
def neutral(palette: Palette) -> str:
    """The grey of what is left over, visible on the surface."""
    return blend(palette.surface, palette.ink_faint, 0.85)
