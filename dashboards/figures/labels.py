"""Labels that stand beside marks instead of a legend, and the words that stand where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from dashboards.figures.drawing import Drawing, Part
from dashboards.figures.look import Look, blank, plain
from dashboards.sentences import state_word
from dashboards.words import say
from metrics.states import VALUE

LINE = 17  # pixels that a line of labels needs
EMPTY_HEIGHT = 140
ELLIPSIS = "…"
KEY_ROOM = 46  # pixels under the frame for tick labels and one line of the key


def width(text: str) -> int:
    """Rough width of a label in Latin characters; Chinese ones are twice as wide."""
    shown = text.replace("<b>", "").replace("</b>", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    lines = shown.split("<br>")
    return max(map(len, lines) if shown.isascii() else (sum(map(_width_of, line)) for line in lines)) + 1


def _width_of(letter: str) -> int:
    return 2 if ord(letter) > 0x2E80 else 1


@lru_cache(maxsize=20_000)
def clipped(name: str, most: int = 30) -> str:
    """A name of at most `most` Latin characters' width, escaped; what is cut off ends in an ellipsis."""
    room = most - 1  # as width() counts
    for number, letter in enumerate(name):
        room -= _width_of(letter)
        if room < 0:
            return plain(name[:number].rstrip()) + ELLIPSIS
    return plain(name)


def end_label(figure: Drawing, at: tuple[Any, float], text: str, colour: str) -> None:
    """Text to the right of a point."""
    figure.add_annotation(x=at[0], y=at[1], text=text, showarrow=False, xanchor="left", align="left", xshift=8, font={"color": colour})


def make_room(figure: Drawing, notes: Sequence[Part], height: float) -> None:
    """Room at the right for labels beside the ends, none on top of another. `height`: pixels between the ends of the vertical axis."""
    figure.update_layout(margin={"r": 8 + 7 * max((width(note["text"]) for note in notes), default=0), "t": 12})
    spread(notes, figure.ends("yaxis"), height)


def spread(notes: Sequence[Part], ends: tuple[float, float], height: float) -> None:
    """Push labels that would overlap apart, in the order of their heights, within the axis as long as there is room."""
    low, high = ends
    least = (high - low) * LINE / height
    ordered = sorted(notes, key=lambda note: note["y"])
    for below, above in zip(ordered, ordered[1:], strict=False):
        above["y"] = max(above["y"], below["y"] + least)
    limit = high
    for note in reversed(ordered):
        note["y"] = max(min(note["y"], limit), low)
        limit = note["y"] - least


@dataclass(frozen=True)
class Entry:
    """One entry of a key: sign (■, ▨, !), its colour, and what it means."""

    sign: str
    colour: str
    text: str


def add_key(figure: Drawing, entries: Sequence[Entry], look: Look) -> None:
    """What signs and colours mean, at most four entries in two lines at the foot, where a phone has room for them too."""
    said = [f'<span style="color:{entry.colour}"><b>{entry.sign}</b></span> {plain(entry.text)}' for entry in entries]
    gap = "&nbsp;" * 4
    text = "<br>".join(gap.join(said[at : at + 2]) for at in range(0, len(said), 2)) if len(said) > 2 else gap.join(said)
    bottom = KEY_ROOM + LINE * (len(said) > 2)
    figure.update_layout(margin={"b": bottom})
    figure.add_annotation(
        x=0, y=0, xref="paper", yref="paper", yshift=-bottom + 4, xanchor="left", yanchor="bottom", align="left", text=text,
        showarrow=False, font={"color": look.palette.ink_soft}, name="key",
    )  # fmt: skip


def without_data(look: Look, height: int, frame: pl.DataFrame | None = None) -> Drawing:
    """A figure that says in words that there is nothing to draw, and why where the rows agree on a reason."""
    figure = blank(look, min(height, EMPTY_HEIGHT))
    say_nothing(figure, look, frame)
    return figure


def say_nothing(figure: Drawing, look: Look, frame: pl.DataFrame | None = None) -> None:
    """Words in the middle of a figure in which nothing is drawn."""
    state = common_state(frame)
    text = say(look.lang, "drawing.none_state", state=state_word(state, look.lang)) if state else say(look.lang, "drawing.none")
    figure.update_xaxes(visible=False, range=[0, 1])
    figure.update_yaxes(visible=False, range=[0, 1])
    font = {"size": 14, "color": look.palette.ink_soft}
    figure.add_annotation(x=0.5, y=0.5, xref="paper", yref="paper", text=text, showarrow=False, font=font, name="words")


def common_state(frame: pl.DataFrame | None) -> str:
    """The state that all rows without a value share; empty where they differ or none is known."""
    if frame is None or "state" not in frame.columns:
        return ""
    states = frame.filter(pl.col("state").is_not_null() & (pl.col("state") != VALUE))["state"].unique().to_list()
    return states[0] if len(states) == 1 else ""
