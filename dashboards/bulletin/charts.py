"""From courses to the pictures of a bulletin, with what each shows in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboards import formats
from dashboards.bulletin import drawing
from dashboards.bulletin.desk import Desk
from dashboards.bulletin.model import Picture
from dashboards.bulletin.svg import Axis, Bar, Goal, Point
from dashboards.cards.chart import trend_alt
from dashboards.course import Course
from dashboards.sentences import state_word, trend_finding
from dashboards.words import say
from metrics.targets import TargetStatus

SHOWN = 16  # bars in one picture


@dataclass(frozen=True)
class Named:
    """A place with its code, name and course."""

    code: str
    name: str
    course: Course


def trend_picture(desk: Desk, course: Course, standing: TargetStatus | None, name: str) -> list[Picture]:
    """The course of a figure beside its target; nothing where nothing is known."""
    lang = desk.lang
    alt = trend_alt(course, name, lang)
    svg = drawing.course(points(course), _goal(course, standing, lang), _axis(course, lang), alt)
    title = say(lang, "bulletin.trend", finding=trend_finding(course, lang))
    return [Picture(svg, alt, _capital(title), 0.5)] if svg else []


def spark_picture(course: Course, name: str, lang: str) -> Picture | None:
    """The course of a figure in little."""
    alt = trend_alt(course, name, lang)
    settled = [point for point in points(course) if point.day <= course.scope.period.start]
    svg = drawing.small(settled[-13:], alt)
    return Picture(svg, alt, "") if svg else None


def bars_picture(desk: Desk, rows: Sequence[Named], whole: Course, name: str) -> list[Picture]:
    """Places side by side, best first, the whole as a line."""
    lang, shown = desk.lang, [row for row in rows if row.course.now.value is not None or len(rows) <= SHOWN][:SHOWN]
    if len(shown) < 2 or whole.now.value is None:
        return []
    here = desk.wanted.place.code if desk.wanted.place else ""
    bars = [
        Bar(row.name, row.course.now.value, row.course.now.low, row.course.now.high, _written(row.course, lang), row.code == here)
        for row in shown
    ]
    pairs = [say(lang, "figure.pair", name=bar.name, value=bar.text) for bar in bars]
    alt = say(lang, "figure.comparison_alt", name=name, parts=formats.listed(pairs, lang))
    around = f"{desk.around_name} {formats.amount(whole.now.value, whole.unit, lang)}"
    svg = drawing.bars(bars, (whole.now.value, around), _axis(whole, lang), alt)
    return [Picture(svg, alt, say(lang, "bulletin.bars", whole=desk.around_name), 0.5)] if svg else []


def points(course: Course) -> list[Point]:
    """A course as points; what cannot be negative is not drawn below zero."""
    floor = None if course.unit in formats.SIGNED - {"share"} else 0.0
    rows = course.series.iter_rows(named=True)
    return [
        Point(
            row["start"],
            row["value"],
            row["low"] if floor is None or row["low"] is None else max(row["low"], floor),
            row["high"],
            row["is_provisional"],
        )
        for row in rows
    ]


def _goal(course: Course, standing: TargetStatus | None, lang: str) -> Goal:
    if standing is None:
        return Goal()
    target = standing.target
    path = tuple((point.day, point.value) for point in standing.path if point.value is not None) or ((target.due_on, target.value),)
    last = course.series["start"][-1]
    # a target far away does not stretch the axis: the way to it leaves the picture at the last month
    ahead = tuple(Point(step.day.replace(day=1), step.value, step.low, step.high) for step in standing.forecast[:6])
    return Goal(path, say(lang, "figure.target", value=formats.amount(target.value, course.unit, lang)), ahead if last else ())


def _axis(course: Course, lang: str) -> Axis:
    def value(number: float) -> str:
        text = formats.amount(number, course.unit, lang)
        return text.replace(".0", "") if course.unit == "share" and abs(number * 100 - round(number * 100)) < 1e-9 else text

    def short(number: float) -> str:
        return formats.parts(number, course.unit, lang)[0] if course.unit == "per_100k" else value(number)

    def day(month: date) -> str:
        if month.month == 1:
            return f"{month.year}年" if lang == "zh" else str(month.year)
        return formats.month_name(month.month, lang)

    return Axis(short, day, None if course.unit in {"levels"} else 0.0, 1.0 if course.unit == "share" else None)


def _written(course: Course, lang: str) -> str:
    now = course.now
    return state_word(now.state, lang) if now.value is None else formats.amount(now.value, course.unit, lang)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
