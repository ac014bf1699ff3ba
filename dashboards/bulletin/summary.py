"""The first page: headline, trust, the six figures with all that belongs to each, what needs attention, what improved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from dashboards import formats
from dashboards.bulletin.cells import change_cell, course_cells
from dashboards.bulletin.charts import spark_picture
from dashboards.bulletin.desk import Desk
from dashboards.bulletin.model import Card, Cell, Grid, Head, Line, Row, text
from dashboards.cards.attention import Note, Watched, check_lines, notes_of
from dashboards.cards.tile import SIGNS, TileData, goal_text, provisional_text, target_reason
from dashboards.course import Course
from dashboards.indicators import TILES, Tile
from dashboards.pages.sections import figure_name
from dashboards.sentences import changes, statement
from dashboards.trust import Trust
from dashboards.words import say

SHOWN = 6
TONES = {"good": 1, "bad": -1}


def headline(desk: Desk) -> tuple[str, ...]:
    """Depth and waiting against their targets, and what has clearly changed within a year."""
    lang, told = desk.lang, {data.tile.key: data for data in desk.tiles}
    said = [statement(key, told[key].main, told[key].standing, lang) for key in ("depth", "wait")]
    if desk.scope.is_provisional:
        return (*said, say(lang, "headline.provisional", period=formats.period(desk.month, lang)))
    settled = {key: data.main for key, data in told.items() if not data.main.is_provisional}
    return tuple(sentence for sentence in (*said, changes(settled, desk.month, lang)) if sentence)


def provisional(desk: Desk) -> str:
    """What is provisional: the month as a whole, or the figures that still wait for records; empty when nothing is."""
    lang, open_ones = desk.lang, [data for data in desk.tiles if data.main.is_provisional]
    if desk.scope.is_provisional:
        last = min(desk.wanted.as_of, desk.scope.ends_before - timedelta(days=1))
        return say(lang, "bulletin.provisional_month", period=formats.period(desk.month, lang), date=formats.day(last, lang))
    names = [say(lang, f"tile.{data.tile.key}") for data in open_ones]
    return say(lang, "bulletin.provisional_figures", names=formats.listed(names, lang)) if names else ""


def trust_sentences(belief: Trust, lang: str) -> tuple[str, ...]:
    """How far to believe it, as the pages say it."""
    failed = sum(check.severity == "block" for check in belief.broken)
    warned = len(belief.broken) - failed
    sources = belief.sources["source_id"].n_unique()
    parts = [say(lang, "trust.complete", date=formats.day(belief.as_of, lang))]
    parts.append(say(lang, "trust.checks", passed=formats.count(belief.passed, lang)) if belief.passed else say(lang, "trust.no_checks"))
    parts += [say(lang, "trust.failed", count=failed)] if failed else []
    parts += [say(lang, "trust.warned" if warned != 1 else "trust.warned_one", count=warned)] if warned else []
    parts += [say(lang, "trust.quarantine", count=formats.count(belief.quarantined, lang))] if belief.quarantined else []
    parts.append(say(lang, "trust.sources" if sources != 1 else "trust.source_one", count=sources))
    parts += [say(lang, "trust.late", source=row["source_id"], count=row["days"]) for row in belief.late.head(2).iter_rows(named=True)]
    return tuple(parts)


def cards(desk: Desk) -> tuple[Card, ...]:
    """The six figures."""
    return tuple(_card(desk, data) for data in desk.tiles)


def _card(desk: Desk, data: TileData) -> Card:
    lang, course = desk.lang, data.main
    name = say(lang, f"tile.{data.tile.key}")
    value, interval, count = course_cells(desk, course)
    companions = [(say(lang, f"short.{one.key}"), course_cells(desk, data.courses[one.key])[0]) for one in data.tile.companions]
    befores = [] if course.now.value is None else [desk.month.previous, desk.month.year_before]
    changed = [(say(lang, "change.since", period=formats.period(one, lang, short=True)), change_cell(desk, course, one)) for one in befores]
    target, because = _target(data, lang)
    note = provisional_text(course, data.waiting, lang) if course.is_provisional else ""
    sure = (interval, count) if course.now.value is not None else ()
    lines = (*companions, *([] if note else changed))
    return Card(
        data.tile.key,
        name,
        say(lang, f"evidence.{course.evidence}"),
        value,
        sure,
        lines,
        target,
        because,
        spark_picture(course, name, lang),
        note,
    )


def _target(data: TileData, lang: str) -> tuple[Cell, str]:
    standing, course = data.standing, data.main
    if standing is None:
        return text(say(lang, "target.none")), ""
    icon, tone = SIGNS[standing.status]
    said = f"{icon} {say(lang, f'target.{standing.status}')}{goal_text(standing, course, lang)}"
    return text(said, TONES.get(tone, 0)), target_reason(standing, course, lang)


def _brief_target(data: TileData, lang: str) -> Cell:
    """Status and value alone; the rest stands on the figure's card."""
    if data.standing is None:
        return text(say(lang, "target.none"))
    icon, tone = SIGNS[data.standing.status]
    goal = formats.amount(data.standing.target.value, data.main.unit, lang)
    return text(
        f"{icon} {say(lang, 'bulletin.brief_target', status=say(lang, f'target.{data.standing.status}'), target=goal)}", TONES.get(tone, 0)
    )


def summary_grid(desk: Desk) -> Grid:
    """Every figure of the six with interval, n, changes, target and evidence in a row."""
    lang = desk.lang
    before = [formats.period(one, lang, short=True) for one in (desk.month.previous, desk.month.year_before)]
    heads = (
        Head(say(lang, "bulletin.figure"), 2.4), Head(say(lang, "columns.value"), 0.95, True), Head(say(lang, "league.range"), 1.25, True, "interval"),
        Head(say(lang, "columns.n"), 0.65, True), *(Head(say(lang, "change.since", period=one), 1.75, True) for one in before),
        Head(say(lang, "bulletin.target"), 1.5), Head(say(lang, "bulletin.evidence"), 0.85),
    )  # fmt: skip
    rows = [_summary_row(desk, data, course) for data in desk.tiles for course in data.courses.values()]
    return Grid("summary", say(lang, "bulletin.summary"), heads, tuple(rows), say(lang, "bulletin.summary_note"))


def _summary_row(desk: Desk, data: TileData, course: Course) -> Row:
    lang = desk.lang
    name = figure_name(data.tile, course, lang)
    is_main = course.indicator == data.tile.main
    extra = "" if is_main or course.indicator.key not in ("wait_p90", "cut_mean") else say(lang, f"short.{course.indicator.key}")
    shown = say(lang, "bulletin.form", name=name, form=extra) if extra else name
    target = _brief_target(data, lang) if is_main else text("")
    changed = [change_cell(desk, course, before) for before in (desk.month.previous, desk.month.year_before)]
    return Row(
        (text(shown), *course_cells(desk, course), *changed, target, text(say(lang, f"evidence.{course.evidence}"))),
        "main" if is_main else "",
    )


def stands_out(desk: Desk) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """What needs attention, failed checks first, and what improved; only what its rule supports."""
    lang = desk.lang
    lines = [*check_lines(desk.trust.broken, lang), *notes_of(_watched(desk), lang)]
    return tuple(tuple(_line(line, lang) for line in lines if line[0].tone == tone)[:SHOWN] for tone in (-1, 1))  # type: ignore[return-value]


def _watched(desk: Desk) -> Iterator[Watched]:
    """The place's own figures, then those of its parts."""
    for data in desk.tiles:
        for indicator in data.tile.watched:
            course = data.courses[indicator.key]
            yield Watched(desk.place_name, figure_name(data.tile, course, desk.lang), "", course, desk.goals.of(course))
    if desk.wanted.place is None:
        for tile in TILES:
            yield from _watched_parts(desk, tile)


def _watched_parts(desk: Desk, tile: Tile) -> Iterator[Watched]:
    for indicator in tile.watched:
        found = desk.league(indicator)
        for place in desk.beside:
            if place.code in found:
                course = found[place.code]
                yield Watched(place.name(desk.lang), figure_name(tile, course, desk.lang), "", course, desk.goals.of(course, (place.code,)))


def _line(line: Sequence[Note], lang: str) -> Line:
    first, others = line[0], line[1:]
    colon, comma, semicolon = ("：", "，", "；") if lang == "zh" else (": ", ", ", "; ")
    value = f" {first.value}{comma}" if first.value else colon
    said = f"{first.who}{value}{semicolon.join(first.reasons)}"
    if others:
        pairs = comma.join(say(lang, "attention.pair", name=note.who, value=note.value) for note in others)
        said += semicolon + say(lang, "attention.also", places=pairs)
    return Line(first.what, said, first.tone)
