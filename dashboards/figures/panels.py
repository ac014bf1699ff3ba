"""Panels of one figure in rows and columns on shared axes: those of a column share the horizontal one, those of a row the vertical one."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.figures.drawing import Drawing, Part


@dataclass(frozen=True)
class Panels:
    """`down` rows of `across` panels, counted from 0 at the top left; the gaps between them are parts of the whole."""

    down: int
    across: int
    gap_down: float
    gap_across: float = 0.0

    def lay_out(self, figure: Drawing) -> None:
        """Give the figure the axes of every panel."""
        for at in range(self.down * self.across):
            figure.update_layout(**{axis_key("x", at): self._x_axis(at), axis_key("y", at): self._y_axis(at)})

    def _x_axis(self, at: int) -> Part:
        """Numbers stand under the last row alone."""
        column, last = at % self.across, (self.down - 1) * self.across + at % self.across
        axis = {"anchor": _name("y", at), "domain": _stretch(column, self.across, self.gap_across)}
        return axis if at == last else {**axis, "matches": _name("x", last), "showticklabels": False}

    def _y_axis(self, at: int) -> Part:
        """Numbers stand beside the first column alone; plotly counts heights from the foot."""
        row, first = at // self.across, at - at % self.across
        axis = {"anchor": _name("x", at), "domain": _stretch(self.down - 1 - row, self.down, self.gap_down)}
        return axis if at == first else {**axis, "matches": _name("y", first), "showticklabels": False}


def _stretch(place: int, count: int, gap: float) -> list[float]:
    """From where to where one of `count` equal parts reaches."""
    size = (1.0 - gap * (count - 1)) / count
    begin = sum([size] * place) + place * gap
    return [begin, begin + size]


def axis_key(letter: str, at: int) -> str:
    """Under which key the layout has an axis of a panel."""
    return f"{letter}axis{_number(at)}"


def axes_of(at: int) -> dict[str, str]:
    """What a trace says to be drawn in a panel."""
    return {"xaxis": _name("x", at), "yaxis": _name("y", at)}


def domains_of(at: int) -> dict[str, str]:
    """What a note says to be placed within a panel."""
    return {"xref": f"{_name('x', at)} domain", "yref": f"{_name('y', at)} domain"}


def _name(letter: str, at: int) -> str:
    return f"{letter}{_number(at)}"


def _number(at: int) -> str:
    return str(at + 1) if at else ""
