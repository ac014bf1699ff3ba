"""A typical week of a place's halls: a figure by hour and weekday as a heat map, with the hours that are clearly unlike the rest.

A month has four Tuesdays; a week that is to guide how windows are staffed takes the twelve months that end with the shown one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board, Span
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.controls import View
from dashboards.course import Course, Scope
from dashboards.differences import Group, differences
from dashboards.figures.heat_map import Grid, heat_map, heat_map_alt
from dashboards.figures.look import Look
from dashboards.indicators import Indicator
from dashboards.periods import Period
from dashboards.readings import Reading, read_row
from dashboards.words import say
from metrics.states import FLOOR, INSUFFICIENT_N, VALUE

MONTHS = 12
RUNS = 2  # stretches of hours named in a sentence
_PICK = re.compile(r"^([1-7])(?:-(\d{1,2}))?$")
SCHEMA = {
    **dict.fromkeys(("y_key", "x_key", "state", "href"), pl.String),
    **dict.fromkeys(("value", "low", "high", "n"), pl.Float64),
}


@dataclass(frozen=True)
class Pick:
    """The weekday (1 Monday), and the hour, that a reader chose; empty for all."""

    weekday: str = ""
    hour: str = ""

    @classmethod
    def of(cls, view: View) -> Pick:
        """What an address says of it: `3` a Wednesday, `3-10` a Wednesday from ten to eleven."""
        found = _PICK.match(view.pick)
        return cls(found[1], found[2] or "") if found and int(found[2] or 0) < 24 else cls()


@dataclass(frozen=True)
class Cell:
    """One hour of one weekday: its reading, and how it lies to the whole week (1 above, −1 below, 0 not different, None not known)."""

    weekday: str
    hour: str
    reading: Reading
    side: int | None = None


@dataclass(frozen=True)
class Week:
    """A figure over the hours of a week, and over all of them. `span`: the days that it is made of."""

    cells: tuple[Cell, ...]
    whole: Course
    span: Span

    @property
    def worst(self) -> list[Cell]:
        """The hours that are clearly worse than the whole week, the worst first; of a figure without direction those above it."""
        return self._standing_out(-self.whole.direction or 1)

    def _standing_out(self, side: int) -> list[Cell]:
        found = [cell for cell in self.cells if cell.side == side]
        return sorted(found, key=lambda cell: -side * (cell.reading.value or 0.0))


def week_span(scope: Scope) -> Span:
    """The days of a typical week: the twelve months that end with the scope's period, the year itself where that is longer than a month."""
    period = scope.period
    start = period.start if period.grain == "year" else Period.holding(period.last_day).shifted(1 - MONTHS).start
    return start, period.end


def ask_week(board: Board, figure: Indicator) -> Board:
    """Note the questions of a week."""
    span = week_span(board.scope)
    return board.also("week", figure, ("hour", "weekday"), span=span).also("week_whole", figure, (), span=span)


def week_of(board: Board, figure: Indicator) -> Week:
    """The week as it was answered, its hours judged together."""
    rows = _rows(board, "week")
    whole = _course(board, figure, read_row(_rows(board, "week_whole")[0]) if _rows(board, "week_whole") else Reading())
    readings = {f"{row['weekday']}-{row['hour']}": _enough(read_row(row)) for row in rows if row["weekday"] and row["hour"]}
    (sides,) = differences([Group({key: _course(board, figure, reading) for key, reading in readings.items()}, whole)])
    cells = tuple(Cell(key[0], key[2:], reading, sides.get(key)) for key, reading in readings.items())
    return Week(cells, whole, week_span(board.scope))


def _rows(board: Board, key: str) -> list[dict]:
    frame = board.frame(key)
    return [] if frame is None else frame.to_dicts()


def _enough(reading: Reading) -> Reading:
    """An hour with fewer than ten tickets says nothing of the hour."""
    if reading.value is None or (reading.n or 0) >= FLOOR:
        return reading
    return Reading(INSUFFICIENT_N, n=reading.n)


def _course(board: Board, figure: Indicator, reading: Reading) -> Course:
    """A reading of other days in the clothes of a course, so that it can be compared like one."""
    return Course(figure, board.scope, {board.scope.period.key: reading}, board.gate.metric(figure.metric))


def week_card(week: Week, name: str, view: View) -> html.Section:
    """The heat map with its finding, its table and the days behind it. A column leads to the hours of its weekday."""
    lang = view.lang
    look = Look.of(lang, view.theme, week.whole.unit)
    frame, grid = cells_frame(week, view), grid_of(week, lang)
    chart = Chart(
        title=week_title(week, name, look),
        figure=heat_map(frame, look, grid),
        alt=heat_map_alt(frame, look, grid),
        table=_table(frame, look, name),
        note=say(lang, "week.note", span=span_text(week.span, lang), floor=FLOOR),
    )
    return chart_card(chart, view)


def week_title(week: Week, name: str, look: Look) -> str:
    """What the week shows: the hours that clearly stand out on the worse side, or that none does."""
    lang = look.lang
    if week.whole.now.value is None:
        return say(lang, "week.title", name=name)
    if not week.worst:
        return say(lang, "week.title_even", name=name)
    return say(lang, "week.title_low" if week.whole.direction > 0 else "week.title_peak", name=name, hours=peaks_text(week.worst, look))


def peaks_text(cells: list[Cell], look: Look) -> str:
    """`Tuesdays 9–11 (12.3–18.5 min) and ...`: the first runs of hours that the cells make, in their order."""
    return formats.listed([_run_text(run, look) for run in runs_of(cells)[:RUNS]], look.lang)


def runs_of(cells: list[Cell]) -> list[list[Cell]]:
    """Cells of one weekday whose hours follow one another, together; a run stands where its first cell stood."""
    left, runs = list(cells), []
    while left:
        run = [left.pop(0)]
        while found := next((cell for cell in left if _follows(cell, run)), None):
            left.remove(found)
            run.append(found)
        runs.append(sorted(run, key=lambda cell: int(cell.hour)))
    return runs


def _follows(cell: Cell, run: list[Cell]) -> bool:
    return any(cell.weekday == other.weekday and abs(int(cell.hour) - int(other.hour)) == 1 for other in run)


def _run_text(run: list[Cell], look: Look) -> str:
    values = sorted(cell.reading.value or 0.0 for cell in run)
    value = look.text(values[0]) if len(run) == 1 else formats.interval(values[0], values[-1], look.unit, look.lang)
    return say(look.lang, "week.peak", when=when_text(run[0].weekday, run[0].hour, look.lang, run[-1].hour), value=value)


def when_text(weekday: str, hour: str, lang: str, last: str = "") -> str:
    """`Tuesdays 10–11`; up to the end of the hour `last`, where one is given."""
    hours = say(lang, "week.hours", hour=int(hour), next=int(last or hour) + 1)
    return say(lang, "week.when", day=say(lang, f"weekdays.{weekday}"), hours=hours)


def span_text(span: Span, lang: str) -> str:
    """`Nov 2017 to Oct 2018`."""
    first, last = Period.holding(span[0]), Period.holding(span[1] - timedelta(days=1))
    return say(lang, "week.span", first=formats.period(first, lang, short=True), last=formats.period(last, lang, short=True))


def grid_of(week: Week, lang: str) -> Grid:
    """Hours down, weekdays across, as far as any has a value: what lies outside is closed or all but empty."""
    known = [cell for cell in week.cells if cell.reading.value is not None]
    hours = sorted({int(cell.hour) for cell in known})
    days = sorted({cell.weekday for cell in known})
    shown = range(hours[0], hours[-1] + 1) if hours else range(0)
    rows = [(str(hour), say(lang, "week.hour", hour=hour, next=hour + 1)) for hour in shown]
    return Grid(rows, [(day, say(lang, f"weekday.{day}")) for day in days])


def cells_frame(week: Week, view: View) -> pl.DataFrame:
    """The cells for the figure and its table."""
    rows = [
        (
            cell.hour,
            cell.weekday,
            cell.reading.state if cell.reading.value is None else VALUE,
            view.href(pick=f"{cell.weekday}-{cell.hour}", sort="", at="", define=""),
            cell.reading.value,
            cell.reading.low,
            cell.reading.high,
            cell.reading.n,
        )
        for cell in week.cells
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(pl.col("y_key").cast(pl.Int32), "x_key")


def _table(frame: pl.DataFrame, look: Look, name: str) -> Table:
    lang = look.lang
    shown = frame.with_columns(when=pl.Series([when_text(row["x_key"], row["y_key"], lang) for row in frame.to_dicts()], dtype=pl.String))
    columns = (
        Column("when", say(lang, "week.hour_head"), href="href"),
        Column("value", say(lang, "columns.value"), look.unit, state="state", low="low", high="high"),
        Column("n", say(lang, "columns.n"), "tickets"),
    )
    return Table("week", name, columns, shown, order="-value")
