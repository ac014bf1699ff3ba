"""What a bulletin says, before it is an HTML page, a workbook or a PDF: sections, tables, cells. Each number knows the question it answers.

The writers print cells and nothing of their own, so the three files cannot disagree; a test asks every question again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dashboards import formats
from dashboards.periods import Period
from dashboards.words import has_word, say
from metrics.query import Query

UP, DOWN = "▲", "▼"


@dataclass(frozen=True)
class Fact:
    """Which answer a number is: one question without breakdown, and its `field` (value, interval or n); `minus`: the question subtracted.

    A rate at everybody's mix of cases (`field` adjusted) is O/E, the answer for the place `at` of a question by places, `times` another answer.
    """

    query: Query
    field: str = "value"
    minus: Query | None = None
    at: str = ""
    times: Query | None = None


@dataclass(frozen=True)
class Cell:
    """One typed value. `kind`: text, day, instant, number, or a metric's unit.

    `form`: plain, interval (the value is a pair), change (with an arrow), gap (with a sign), count. `before`, `after`: words around it;
    `state`: the words that stand there when there is no value. `tone`: 1 good, −1 bad, 0 neither.
    """

    value: Any = None
    kind: str = "text"
    form: str = "plain"
    state: str = ""
    before: str = ""
    after: str = ""
    tone: int = 0
    fact: Fact | None = None

    def text(self, lang: str) -> str:
        """As people read it."""
        if self.value is None:
            return self.state
        figure = "" if self.form == "change" and self.value == 0 and self.after else self._figure(lang)  # "unchanged" says it all
        return " ".join(part for part in (self.before, figure, self.after) if part)

    def _figure(self, lang: str) -> str:
        if self.kind in _WRITTEN:
            return _WRITTEN[self.kind](self.value, lang)
        return _FORMS[self.form](self.value, self.kind, lang)

    @property
    def is_number(self) -> bool:
        """Whether it is set to the right."""
        return self.kind not in ("text", "day", "instant")


def _plain(value: float, unit: str, lang: str) -> str:
    """A rate per 100,000 is named after it; its unit is not said again."""
    return formats.parts(value, unit, lang)[0] if unit == "per_100k" else formats.amount(value, unit, lang)


def _interval(ends: tuple[float, float], unit: str, lang: str) -> str:
    text = formats.interval(*ends, unit, lang)
    return text.removesuffix(formats.parts(ends[1], unit, lang)[1]) if unit == "per_100k" else text


def _gap(delta: float, unit: str, lang: str) -> str:
    size = formats.number(abs(delta), 1) if unit == "per_100k" else formats.difference(delta, unit, lang)
    return f"{'+' if delta > 0 else formats.MINUS if delta < 0 else '±'}{size}"


def _change(delta: float, unit: str, lang: str) -> str:
    size = _gap(delta, unit, lang)[1:]
    return size if delta == 0 else f"{UP if delta > 0 else DOWN} {size}"


_FORMS: dict[str, Callable[[Any, str, str], str]] = {
    "plain": _plain,
    "interval": _interval,
    "gap": _gap,
    "change": _change,
    "count": lambda value, _, lang: formats.count(value, lang),
}
_WRITTEN: dict[str, Callable[[Any, str], str]] = {
    "text": lambda value, _: str(value),
    "number": lambda value, _: formats.number(value),
    "day": lambda value, lang: formats.day(value, lang, short=True),
    "instant": formats.instant,
}


def text(value: str, tone: int = 0) -> Cell:
    """A cell of words."""
    return Cell(value, tone=tone)


@dataclass(frozen=True)
class Head:
    """A column: its title, how wide it is beside the others in print (0: as wide as it needs), whether it holds numbers."""

    title: str
    width: float = 0
    is_number: bool = False
    form: str = "plain"


@dataclass(frozen=True)
class Row:
    """One row. `mark`: whole (the last row, everything together) or here (the bulletin's own place)."""

    cells: tuple[Cell, ...]
    mark: str = ""


@dataclass(frozen=True)
class Grid:
    """A table. Without rows `nothing` stands in its place. `sheet`: a shorter title, for the tab of a workbook."""

    key: str
    title: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    note: str = ""
    nothing: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart: the SVG, what it shows in words, the line under it. `share`: of the page's width."""

    svg: str
    alt: str
    title: str
    share: float = 1.0


@dataclass(frozen=True)
class Section:
    """A heading with sentences, charts and tables."""

    key: str
    title: str
    sentences: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    grids: tuple[Grid, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Card:
    """One of the figures on the first page, with all that it may not stand without."""

    key: str
    name: str
    evidence: str
    main: Cell
    sure: tuple[Cell, ...]
    lines: tuple[tuple[str, Cell], ...]
    target: Cell
    target_because: str
    picture: Picture | None = None
    note: str = ""

    def sure_text(self, lang: str) -> str:
        """`observed · 95 %: 6.9–10.2 min · n 398`."""
        if not self.sure:
            return self.evidence
        interval, count = self.sure
        shown = interval.text(lang)
        said = [self.evidence, say(lang, "fine.interval", interval=shown) if interval.value is not None else shown]
        return " · ".join([*said, say(lang, "fine.n", n=count.text(lang))] if count.value is not None else said)


@dataclass(frozen=True)
class Line:
    """One line of what stands out: what, and everything said of it."""

    what: str
    said: str
    tone: int


@dataclass(frozen=True)
class Bulletin:
    """The whole of it."""

    lang: str
    place: str
    month: Period
    as_of: date
    release: str
    published_at: datetime
    provisional: str
    headline: tuple[str, ...]
    trust: tuple[str, ...]
    cards: tuple[Card, ...]
    attention: tuple[Line, ...]
    improved: tuple[Line, ...]
    summary: Grid
    sections: tuple[Section, ...] = field(default_factory=tuple)

    @property
    def title(self) -> str:
        """What it is called."""
        return say(self.lang, "bulletin.title", place=self.place, month=formats.period(self.month, self.lang))

    def cells(self) -> list[Cell]:
        """Every cell of it."""
        cards = [cell for card in self.cards for cell in (card.main, *card.sure, *(cell for _, cell in card.lines))]
        grids = [self.summary, *(grid for section in self.sections for grid in section.grids)]
        return [*cards, *(cell for grid in grids for row in grid.rows for cell in row.cells)]


def unit_word(unit: str, lang: str) -> str:
    """A unit as it stands in a head; empty for shares and counts, which need none."""
    return say(lang, f"unit.{unit}") if unit != "share" and has_word(lang, f"unit.{unit}") else ""
