"""One tile: a figure with all that it may not be shown without — unit, period, changes, target and gap, interval, n, evidence, as of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.cards.quality import badge_link
from dashboards.controls import View
from dashboards.course import Course
from dashboards.indicators import Tile
from dashboards.periods import Period
from dashboards.provisional import SoFar, Waiting
from dashboards.readings import Reading
from dashboards.sentences import change_word, state_word
from dashboards.standings import is_of
from dashboards.words import has_word, say
from metrics.badge import Badge
from metrics.targets import TargetStatus


@dataclass(frozen=True)
class TileData:
    """A tile with the courses of its figures (main first), how the main one stands to its target, what a provisional period has so far, and the state of its data."""

    tile: Tile
    courses: dict[str, Course]
    standing: TargetStatus | None = None
    waiting: Waiting | None = None
    so_far: SoFar | None = None
    badge: Badge | None = None

    @property
    def main(self) -> Course:
        """The course of the main figure."""
        return self.courses[self.tile.main.key]


def tile_strip(tiles: Sequence[TileData], view: View, selected: str) -> html.Ul:
    """All tiles of a page side by side."""
    return html.Ul([html.Li(tile_card(data, view, is_selected=data.tile.key == selected)) for data in tiles], className="tiles")


def tile_card(data: TileData, view: View, *, is_selected: bool = False) -> html.Article:
    """The tile as a whole; its name selects it."""
    key, lang, course = data.tile.key, view.lang, data.main
    marks = aria(current="true") if is_selected else {}
    name = html.H2(
        html.A(say(lang, f"tile.{key}"), href=view.href(tile=key, define=""), className="stretch", **marks), className="tile-name"
    )
    # always six parts, so that the rows of all tiles stand on one grid
    body = [_value(course, lang), _companions(data, lang), _changes(data, lang), _target(data, lang), _fine(data, view)]
    return html.Article([name, *body], className="tile is-selected" if is_selected else "tile")


def _value(course: Course, lang: str) -> html.Div | html.P:
    now = course.now
    if now.value is None:
        return html.Div([html.P(_state(course, lang), className="tile-state"), html.P(_because(course, lang), className="tile-because")])
    digits, unit = formats.parts(now.value, course.unit, lang)
    evidence = html.Span(say(lang, f"evidence.{course.evidence}"), className=f"badge is-{course.evidence}")
    return html.P([html.Span(digits, className="digits"), html.Span(unit, className="unit"), evidence], className="tile-value")


def _state(course: Course, lang: str) -> str:
    return say(lang, "error.one", id=course.failure) if course.failure else state_word(course.now.state, lang)


def _because(course: Course, lang: str) -> str:
    key = f"because.{course.now.state}"
    return say(lang, key) if has_word(lang, key) else ""


BARRED = ("depth", "within")  # tiles whose figures are shares of one kind


def _companions(data: TileData, lang: str) -> html.Dl:
    if data.tile.key in BARRED:
        return _twins(data, lang)
    rows = [_companion(data.courses[indicator.key], lang) for indicator in data.tile.companions]
    return html.Dl(rows, className="companions")


def _companion(course: Course, lang: str) -> html.Div:
    now = course.now
    text = formats.amount(now.value, course.unit, lang) if now.value is not None else _state(course, lang)
    if course.unit == "per_100k" and now.value is not None:
        text = formats.parts(now.value, course.unit, lang)[0]
    return html.Div([html.Dt(say(lang, f"short.{course.indicator.key}")), html.Dd(text)])


def _twins(data: TileData, lang: str) -> html.Dl:
    """The shares of a tile, such as what is declared and what was observed, as bars from zero; the words carry the meaning, the bars the size."""
    rows = []
    for _, course in sorted(data.courses.items()):
        now = course.now
        text = formats.amount(now.value, course.unit, lang) if now.value is not None else _state(course, lang)
        bar = html.Span(className=f"twin-bar is-{course.evidence}", style={"width": f"{(now.value or 0) * 100:.2f}%"})
        rows.append(
            html.Div(
                [html.Dt(say(lang, f"short.{course.indicator.key}")), html.Dd([html.Span(bar, className="twin-track"), html.Span(text)])]
            )
        )
    return html.Dl(rows, className="companions twins")


def _changes(data: TileData, lang: str) -> html.Dl | html.Div:
    course = data.main
    period = course.scope.period
    if course.is_provisional:
        return _provisional(data, lang)
    if course.now.value is None:
        return html.Dl([], className="companions")
    befores = list(dict.fromkeys((period.previous, period.year_before)))
    return html.Dl([html.Div(_since(course, before, lang)) for before in befores], className="companions changes")


def _provisional(data: TileData, lang: str) -> html.Div:
    """Why the figure is not final, and what compares already: the same number of working days, without arrows."""
    course, found = data.main, data.so_far
    said = html.P(provisional_text(course, data.waiting, lang), className="tile-provisional")
    if found is None or found.now.value is None:
        return html.Div(said)
    rows = [(say(lang, "provisional.so_far" if found.days != 1 else "provisional.so_far_one", days=found.days), found.now)]
    rows += [
        (say(lang, "provisional.same", period=formats.period(other, lang, short=True)), there) for other, there in found.others.items()
    ]
    shown = [html.Div([html.Dt(head), html.Dd(_reading_text(there, course, lang))]) for head, there in rows]
    return html.Div([said, html.Dl(shown, className="companions")])


def _reading_text(reading: Reading, course: Course, lang: str) -> str:
    return state_word(reading.state, lang) if reading.value is None else formats.amount(reading.value, course.unit, lang)


def provisional_text(course: Course, waiting: Waiting | None, lang: str) -> str:
    """`Provisional: data of halls-gaoming (queue tickets) to 22 October 2018`."""
    if waiting is None:
        last = course.settled_before - timedelta(days=1)
        return say(lang, "provisional.running", date=formats.day(last, lang))
    feed = say(lang, f"feed.{waiting.feed}") if has_word(lang, f"feed.{waiting.feed}") else waiting.feed
    return say(lang, "provisional.waiting", source=waiting.source, feed=feed, date=formats.day(waiting.delivered_on, lang))


def _since(course: Course, before: Period, lang: str) -> list:
    return [html.Dt(say(lang, "change.since", period=formats.period(before, lang, short=True))), html.Dd(change_text(course, before, lang))]


def change_text(course: Course, before: Period, lang: str) -> list:
    """`▲ 0.9 points better`; coloured only where the change is clear and has a direction, and always with the word."""
    change = course.change(before)
    if change is None:
        return [html.Span(say(lang, "change.unknown"), className="faint")]
    if change.delta == 0:
        return [html.Span(change_word(change, lang), className="faint")]
    tone = {1: "good", -1: "bad"}.get(change.sign, "plain" if change.is_clear else "faint")
    gap = (
        formats.number(abs(change.delta), 1)
        if course.unit in ("per_100k", "per_10k")
        else formats.difference(change.delta, course.unit, lang)
    )
    arrow = html.Span("▲" if change.delta > 0 else "▼", className=f"arrow {tone}")
    return [arrow, html.Span(f" {gap} ", className=f"gap {tone}"), html.Span(change_word(change, lang), className=tone)]


SIGNS = {"met": ("✓", "good"), "on_track": ("→", "good"), "at_risk": ("!", "bad"), "missed": ("✕", "bad"), "not_evaluable": ("?", "plain")}


def _target(data: TileData, lang: str) -> html.P:
    """`! At risk: target 40.0 % by 31 Dec 2018 · behind its path (38.0 %)`."""
    standing, course = data.standing, data.main
    if standing is None:
        return html.P(say(lang, "target.none"), className="tile-target faint")
    icon, tone = SIGNS[standing.status]
    parts: list = [html.Span(icon, className=f"sign {tone}", **aria(hidden="true")), " "]
    parts.append(html.Span(say(lang, f"target.{standing.status}"), className=tone))
    parts.append(html.Span(goal_text(standing, course, lang), className="plain"))
    return html.P([*parts, html.Span(" · " + target_reason(standing, course, lang), className="faint")], className="tile-target")


def goal_text(standing: TargetStatus, course: Course, lang: str) -> str:
    """What is to be reached and by when."""
    target = formats.amount(standing.target.value, course.unit, lang)
    return say(lang, "target.goal", target=target, date=formats.day(standing.target.due_on, lang, short=True))


def target_reason(standing: TargetStatus, course: Course, lang: str) -> str:
    """Why the status is what it is, in words, with the month that it was measured in where that is not the page's period."""
    expected = "" if standing.expected is None else formats.amount(standing.expected, course.unit, lang)
    chance = "" if standing.probability is None else formats.chance(standing.probability, lang)
    reason = "full_count" if course.is_full_count and standing.reason == "surely_met" else standing.reason
    text = say(lang, f"target_because.{reason}", path=expected, chance=chance)
    if standing.measured_on is None or is_of(standing, course):
        return text
    month = Period.holding(standing.measured_on)
    return text + say(lang, "target.measured", period=formats.period(month, lang, short=True))


def _fine(data: TileData, view: View) -> html.Div:
    """Fine print: interval or full count, n; period, as of, scope; and the way to the definition."""
    course, lang = data.main, view.lang
    now, scope = course.now, course.scope
    sure = [interval_text(course, lang)] if now.value is not None else []
    if now.value is not None and now.n is not None:
        sure.append(say(lang, "fine.n", n=formats.count(now.n, lang)))
    dated = [
        formats.period(scope.period, lang, short=True),
        say(lang, "fine.as_of", date=formats.day(min(scope.period.last_day, course.settled_before - timedelta(days=1)), lang, short=True)),
    ]
    dated += [say(lang, f"fine.all.{name}") for name in course.ignored]
    label = say(lang, "fine.definition_of", name=say(lang, f"tile.{data.tile.key}"))
    definition = html.A(
        say(lang, "fine.definition"), href=view.href(define=course.indicator.define), className="define", **aria(label=label)
    )
    lines = [html.Span(" · ".join(parts)) for parts in (sure, dated) if parts]
    rows = html.A(
        say(lang, "fine.rows"),
        href=view.rows_href(course.indicator.define),
        className="define",
        **aria(label=say(lang, "fine.rows_of", name=say(lang, f"tile.{data.tile.key}"))),
    )
    return html.Div([*lines, html.Div([definition, rows, *_data(data, view)], className="ways")], className="fine")


def _data(data: TileData, view: View) -> list:
    """The badge of the data behind the main figure, which opens what it rests on."""
    if data.badge is None:
        return []
    href = view.href(define=data.main.indicator.define)
    return [badge_link(data.badge, say(view.lang, f"tile.{data.tile.key}"), href, view.lang)]


def interval_text(course: Course, lang: str) -> str:
    """`95 %: 27.0–27.6 %` or `Full count`."""
    now = course.now
    if now.low is not None and now.high is not None:
        return say(lang, "fine.interval", interval=formats.interval(now.low, now.high, course.unit, lang))
    return say(lang, "fine.full") if course.is_full_count else say(lang, "fine.no_interval")
