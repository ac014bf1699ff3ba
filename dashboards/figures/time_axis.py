"""Axes of time: months, quarters and years under a chart, with the year where it begins."""

from __future__ import annotations

from datetime import date, timedelta

from dashboards import formats
from dashboards.figures.drawing import Drawing

AIR = timedelta(days=12)


def set_time_axis(figure: Drawing, starts: list[date], lang: str) -> None:
    """Ticks for the periods that begin on `starts` (oldest first); the range holds all that is drawn."""
    shown = ticks(starts, lang)
    figure.update_xaxes(tickvals=[day for day, _ in shown], ticktext=[text for _, text in shown], tickangle=0)
    days = figure.values("x")
    if days:
        figure.update_xaxes(range=[min(days) - AIR, max(days) + AIR])


def ticks(days: list[date], lang: str, *, most: int = 0) -> list[tuple[date, str]]:
    """January and July, with the year under January and the first; every year when the series is long or has no other months.

    `most`: only the first and the last where there would be more.
    """
    if not days:
        return []
    if all(day.month == 1 for day in days) and len(days) > 1 or (days[-1] - days[0]).days > 5 * 366:
        shown = [(day, str(day.year)) for day in days if day.month == 1]
    else:
        halves = [day for day in days if day.month in (1, 7)]
        chosen = halves if len(halves) > 1 else days
        shown = [(day, _tick(day, lang, is_first=day == chosen[0])) for day in chosen]
    return shown if not most or len(shown) <= most else _ends(days, lang)


def _ends(days: list[date], lang: str) -> list[tuple[date, str]]:
    return [(day, _tick(day, lang, is_first=True)) for day in dict.fromkeys((days[0], days[-1]))]


def _tick(day: date, lang: str, *, is_first: bool) -> str:
    month = formats.month_name(day.month, lang)
    year = f"{day.year}年" if lang == "zh" else str(day.year)
    return f"{month}<br>{year}" if is_first or day.month == 1 else month
