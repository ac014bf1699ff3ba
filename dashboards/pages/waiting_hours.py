"""The hours of a day in a place's halls: how many people come, how many windows call somebody, how long the wait is, and where they do not match.

Arrivals and waits are the metrics' answers. No metric counts open windows: where queue displays tell of them their mean is shown, else the
windows that called somebody within the hour, which is the least that can have been open.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.board import Board, Span
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.controls import View
from dashboards.course import Where
from dashboards.figures.hourly import hourly
from dashboards.figures.look import Look
from dashboards.gate import Gate
from dashboards.pages.waiting_figures import ISSUED, MEAN
from dashboards.pages.waiting_week import Pick, span_text, week_span
from dashboards.readings import read_row
from dashboards.words import say
from metrics.states import FLOOR

COLUMNS = {name: f"{name}_code" for name in ("province", "city", "district", "town")} | {"site": "site_id", "item": "item_id"}
CLEAR = 3.0  # standard deviations of a count from what the windows' share would bring
MORE = 1.25  # and a quarter more to a window than over the day
SCHEMA = {"hour": pl.Int64, **dict.fromkeys(("arrivals", "open_windows", "wait", "tickets"), pl.Float64)}
_AT_WORK = """
with called as (
    select issued_on, site_id, window_point_id, extract(hour from issued_at + to_microseconds((wait_minutes * 60000000)::bigint))::int as hour
    from mart_ticket
    where window_point_id is not null and is_called and not is_implausible and wait_minutes >= 0 and not is_appointment
        and issued_on >= ? and issued_on < ? and {where}
)
select hour, count(distinct (issued_on, site_id, window_point_id)) as windows from called group by hour order by hour"""
_FIRST_CALLS = """select window_hour as hour, count(*) as windows from mart_ticket
where window_hour is not null and issued_on >= ? and issued_on < ? and {where} group by window_hour order by window_hour"""
_DISPLAYED = """
with seen as (
    select site_id, queue_code, observed_on, extract(hour from observed_at)::int as hour, avg(open_desks) as desks
    from mart_queue_snapshot where open_desks is not null and observed_on >= ? and observed_on < ? and {where}
    group by site_id, queue_code, observed_on, hour
)
select hour, sum(desks) / count(distinct observed_on) as windows from seen group by hour order by hour"""
_IMPLAUSIBLE = "select count(*) from mart_ticket where is_implausible and issued_on >= ? and issued_on < ? and {where}"


@dataclass(frozen=True)
class Hours:
    """A day's hours: `frame` (hour, arrivals and open_windows a day, wait in minutes, tickets in all), the open days and the span behind them."""

    frame: pl.DataFrame
    days: int
    span: Span
    pick: Pick
    is_displayed: bool = False  # windows as queue displays show them


def ask_hours(board: Board, pick: Pick) -> Board:
    """Note the questions of the hours of a day, of the picked weekday or of all."""
    span = week_span(board.scope)
    where = (*board.scope.where, *((("weekday", pick.weekday),) if pick.weekday else ()))
    board.also("arrivals", ISSUED, ("hour",), where, span).also("hour_wait", MEAN, ("hour",), where, span)
    return board.also("open_days", ISSUED, ("day",), board.scope.where, span)


def hours_of(board: Board, pick: Pick) -> Hours:
    """The hours as they were answered, per day on which somebody came."""
    span = week_span(board.scope)
    days = [row["day"] for row in _rows(board, "open_days") if row["value"]]
    open_days = sum(not pick.weekday or date.fromisoformat(day).isoweekday() == int(pick.weekday) for day in days)
    windows, is_displayed = _windows(board.gate, (board.scope.where, span, pick), open_days)
    came = {int(row["hour"]): row["value"] for row in _rows(board, "arrivals") if row["hour"] and row["value"]}
    waits = {int(row["hour"]): read_row(row) for row in _rows(board, "hour_wait") if row["hour"]}
    busy = [hour for hour, count in came.items() if count >= FLOOR]
    rows = [
        (
            hour,
            came.get(hour, 0.0) / open_days,
            windows.get(hour),
            waits[hour].value if hour in waits and (waits[hour].n or 0) >= FLOOR else None,
            came.get(hour, 0.0),
        )
        for hour in (range(min(busy), max(busy) + 1) if busy and open_days else ())
    ]
    return Hours(pl.DataFrame(rows, schema=SCHEMA, orient="row"), open_days, span, pick, is_displayed)


def _rows(board: Board, key: str) -> list[dict]:
    frame = board.frame(key)
    return [] if frame is None else frame.to_dicts()


def _windows(gate: Gate, asked: tuple[Where, Span, Pick], open_days: int) -> tuple[dict[int, float], bool]:
    """Windows a day by hour, and whether displays told them: of the days on which a display was seen at that hour, else of all open days."""
    displayed = _counted(gate, _DISPLAYED, asked, "observed_on")
    if displayed or not open_days:
        return displayed, bool(displayed)
    at_work = _AT_WORK if "item" in dict(asked[0]) else _FIRST_CALLS  # of an item, the first call of a window need not be the item's
    return {hour: count / open_days for hour, count in _counted(gate, at_work, asked, "issued_on").items()}, False


def _counted(gate: Gate, sql: str, asked: tuple[Where, Span, Pick], day: str) -> dict[int, float]:
    where, span, pick = asked
    conditions, values = conditions_of(where)
    if "item_id" in conditions and "mart_queue_snapshot" in sql:
        return {}
    if pick.weekday:
        conditions, values = f"{conditions} and isodow({day}) = ?", [*values, int(pick.weekday)]
    return {row[0]: row[1] for row in _fetched(gate, sql.format(where=conditions), [*span, *values])}


def conditions_of(where: Where) -> tuple[str, list[Any]]:
    """A place, hall or item as conditions on tickets and their values; what tickets do not have is left out."""
    kept = [(COLUMNS[name], value) for name, value in where if name in COLUMNS]
    return " and ".join(["true", *(f"{column} = ?" for column, _ in kept)]), [value for _, value in kept]


def implausible(gate: Gate, where: Where, span: Span) -> int:
    """Tickets whose wait is negative or longer than eight hours: no figure counts them."""
    conditions, values = conditions_of(where)
    return _fetched(gate, _IMPLAUSIBLE.format(where=conditions), [*span, *values])[0][0]


def _fetched(gate: Gate, sql: str, values: list[Any]) -> list[tuple]:
    return gate.once((sql, *values), lambda: gate.read(lambda cursor, _: cursor.execute(sql, values).fetchall()))


def mismatch(hours: Hours) -> dict | None:
    """The hour with the most people to a window, if that is a quarter more than over the day and more than chance; None otherwise."""
    known = hours.frame.filter(pl.col("open_windows").is_not_null() & (pl.col("open_windows") > 0))
    people, windows = float(known["arrivals"].sum()), float(known["open_windows"].sum())
    if not people or not windows:
        return None
    worst = max(known.to_dicts(), key=lambda row: row["arrivals"] / row["open_windows"])
    expected = people / windows * worst["open_windows"] * hours.days
    is_clear = worst["tickets"] - expected > CLEAR * math.sqrt(expected)
    return worst if is_clear and worst["tickets"] >= MORE * expected else None


def hours_card(hours: Hours, view: View) -> html.Section:
    """Arrivals, windows and waits by hour, with the choice of a weekday."""
    lang = view.lang
    look = Look.of(lang, view.theme, "minutes")
    chart = Chart(
        title=hours_title(hours, lang),
        figure=hourly(hours.frame, look),
        alt=_alt(hours, lang),
        table=_table(hours, lang),
        note=_note(hours, lang),
    )
    card = chart_card(chart, view)
    parts: Any = card.children
    card.children = [parts[0], _choice(hours.pick, view), *parts[1:]]
    return card


def hours_title(hours: Hours, lang: str) -> str:
    """Where people come and windows do not, or that nothing of the kind is clear."""
    day = say(lang, f"weekdays.{hours.pick.weekday}") if hours.pick.weekday else say(lang, "week.every_day")
    found = mismatch(hours)
    if hours.frame.is_empty() or hours.frame["open_windows"].is_null().all():
        return say(lang, "hours.title", day=day)
    if found is None:
        return say(lang, "hours.title_even", day=day)
    texts = {
        "hours": say(lang, "drawing.hours", hour=found["hour"], next=found["hour"] + 1),
        "people": formats.number(found["arrivals"], 1),
        "windows": formats.number(found["open_windows"], 1),
        "times": formats.number(times_as_many(hours, found), 1),
    }
    # less than one window a day is a mean over days without any, and reads as nonsense
    return say(lang, "hours.title_mismatch" if found["open_windows"] >= 1 else "hours.title_times", day=day, **texts)


def times_as_many(hours: Hours, found: dict) -> float:
    """How many times as many people come to a window in an hour as over the day."""
    known = hours.frame.filter(pl.col("open_windows") > 0)
    return found["arrivals"] / found["open_windows"] * float(known["open_windows"].sum()) / float(known["arrivals"].sum())


def _choice(pick: Pick, view: View) -> html.Nav:
    """All days, or one weekday."""
    choices: Mapping[str, str] = {
        "": say(view.lang, "week.every_day"),
        **{str(day): say(view.lang, f"weekday.{day}") for day in range(1, 8)},
    }
    links = [
        html.A(text, href=view.href(pick=day, sort="", at="", define=""), **(aria(current="true") if day == pick.weekday else {}))
        for day, text in choices.items()
    ]
    return html.Nav(links, className="day-choice", **aria(label=say(view.lang, "week.choose")))


def _alt(hours: Hours, lang: str) -> str:
    if hours.frame.is_empty():
        return say(lang, "drawing.none")
    most = max(hours.frame.to_dicts(), key=lambda row: row["arrivals"])
    texts = {"hours": say(lang, "drawing.hours", hour=most["hour"], next=most["hour"] + 1), "people": formats.number(most["arrivals"], 1)}
    return say(lang, "hours.alt", **texts)


def _note(hours: Hours, lang: str) -> str:
    windows = say(lang, "hours.displayed" if hours.is_displayed else "hours.at_work")
    return say(lang, "hours.note", days=formats.count(hours.days, lang), span=span_text(hours.span, lang), windows=windows)


def _table(hours: Hours, lang: str) -> Table:
    shown = hours.frame.with_columns(
        when=pl.Series([say(lang, "drawing.hours", hour=hour, next=hour + 1) for hour in hours.frame["hour"]], dtype=pl.String)
    )
    columns = (
        Column("when", say(lang, "week.hour_head")),
        Column("arrivals", say(lang, "hours.arrivals"), "number"),
        Column("open_windows", say(lang, "hours.windows"), "number"),
        Column("wait", say(lang, "drawing.wait"), "minutes"),
        Column("tickets", say(lang, "hours.tickets"), "tickets"),
    )
    return Table("hours", say(lang, "hours.table"), columns, shown, size=24)
