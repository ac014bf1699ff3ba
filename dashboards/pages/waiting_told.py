"""What the pages of waiting say on top, made from the data: nothing that the intervals do not support."""

from __future__ import annotations

from dashboards import formats
from dashboards.cards.league_rows import League, Row
from dashboards.figures.look import Look
from dashboards.pages.sections import Told
from dashboards.pages.waiting_week import Week, peaks_text, span_text
from dashboards.sentences import changes, statement
from dashboards.words import say

MOST = 3  # halls or hours named in a sentence


def told_of(tiles: Told, week: Week, where: str, lang: str) -> list[str]:
    """The finding of the selected figure, when it is clearly worse, what is said of `where`, and what has changed."""
    selected = tiles.selected
    finding = statement(selected.tile.key, selected.main, selected.standing, lang)
    period = selected.main.scope.period
    if selected.main.is_provisional:
        last = say(lang, "headline.provisional", period=formats.period(period, lang))
    else:
        last = changes({data.tile.key: data.main for data in tiles.tiles}, period, lang)
    return [finding, spread_text(tiles, lang), hours_text(week, lang), where, last]


def spread_text(tiles: Told, lang: str) -> str:
    """Beside a mean of waits what nine in ten wait at most, beside that what half do; nothing where it has not been reached."""
    tail = next(data for data in tiles.tiles if data.tile.key == "wait_tail")
    beside = {"wait_mean": "wait_p90", "wait_tail": "wait_p50"}.get(tiles.selected.tile.key, "")
    value = tail.courses[beside].now.value if beside else None
    return "" if value is None else say(lang, f"told_more.{beside}", value=formats.amount(value, "minutes", lang))


def hours_text(week: Week, lang: str) -> str:
    """The hours of a typical week that are clearly worse than the rest."""
    if not week.worst or not week.whole.direction:
        return ""
    hours = peaks_text(week.worst, Look(lang, unit=week.whole.unit))
    return say(lang, "told_more.hours", hours=hours, span=span_text(week.span, lang))


def halls_text(halls: League, lang: str) -> str:
    """The halls that are clearly worse than the place as a whole, the worst first; that none is, where some could be judged."""
    if not halls.tone or not any(side is not None for side in halls.sides.values()):
        return ""
    worse = [row for row in halls.rows if halls.sides.get(row.code) == -halls.tone]
    if not worse:
        return say(lang, "told_more.no_hall", place=halls.whole_name)
    worse.sort(key=lambda row: halls.tone * (row.course.now.value or 0.0))
    named = formats.listed([_named(row, lang) for row in worse[:MOST]], lang)
    more = say(lang, "told_more.others", count=len(worse) - MOST) if len(worse) > MOST else ""
    return say(lang, "told_more.halls", place=halls.whole_name, halls=named, more=more)


def _named(row: Row, lang: str) -> str:
    return say(lang, "told_more.hall", name=row.name, value=formats.amount(row.course.now.value or 0.0, row.course.unit, lang))
