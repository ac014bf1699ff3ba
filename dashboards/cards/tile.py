"""One tile: a figure with all that it may not be shown without — unit, period, changes, target and gap, interval, n, evidence, as of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html

from dashboards import formats
from dashboards.attributes import aria
from dashboards.board import Course
from dashboards.controls import View
from dashboards.indicators import Tile
from dashboards.periods import Period
from dashboards.sentences import change_word, state_word
from dashboards.targets import Standing
from dashboards.words import has_word, say


@dataclass(frozen=True)
class TileData:
    """A tile with the courses of its figures (main first) and how the main one stands to its target."""

    tile: Tile
    courses: dict[str, Course]
    standing: Standing | None = None

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
    body = [_value(course, lang), _companions(data, lang), _changes(course, lang), _target(data, lang), _fine(data, view)]
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


def _companions(data: TileData, lang: str) -> html.Dl:
    if data.tile.key == "depth":
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
    """What is declared and what was observed as two bars from zero; the words carry the meaning, the bars the size."""
    rows = []
    for course in data.courses.values():
        now = course.now
        text = formats.amount(now.value, course.unit, lang) if now.value is not None else _state(course, lang)
        bar = html.Span(className=f"twin-bar is-{course.evidence}", style={"width": f"{(now.value or 0) * 100:.2f}%"})
        rows.append(
            html.Div(
                [html.Dt(say(lang, f"short.{course.indicator.key}")), html.Dd([html.Span(bar, className="twin-track"), html.Span(text)])]
            )
        )
    return html.Dl(rows, className="companions twins")


def _changes(course: Course, lang: str) -> html.Dl | html.P:
    period = course.scope.period
    if course.scope.is_provisional:
        return html.P(say(lang, "state.not_yet_complete"), className="tile-provisional")
    if course.now.value is None:
        return html.Dl([], className="companions")
    befores = list(dict.fromkeys((period.previous, period.year_before)))
    return html.Dl([html.Div(_since(course, before, lang)) for before in befores], className="companions changes")


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
    gap = formats.number(abs(change.delta), 1) if course.unit == "per_100k" else formats.difference(change.delta, course.unit, lang)
    arrow = html.Span("▲" if change.delta > 0 else "▼", className=f"arrow {tone}")
    return [arrow, html.Span(f" {gap} ", className=f"gap {tone}"), html.Span(change_word(change, lang), className=tone)]


def _target(data: TileData, lang: str) -> html.P:
    standing, course = data.standing, data.main
    if standing is None:
        return html.P(say(lang, "target.none"), className="tile-target faint")
    unit = course.unit
    key = "over" if standing.status == "short" and standing.target.direction < 0 else standing.status
    path = standing.target.path
    text = say(lang, f"target.{key}", target=formats.amount(path.value, unit, lang), gap=formats.difference(standing.gap, unit, lang))
    icon, tone = {"met": ("✓", "good"), "near": ("≈", "plain")}.get(standing.status, ("!", "bad"))
    parts: list = [html.Span(icon, className=f"sign {tone}", **aria(hidden="true")), " ", html.Span(text, className=tone), " "]
    parts.append(html.Span(say(lang, "target.due", date=formats.day(path.due_on, lang, short=True)), className="faint"))
    if standing.on_path is not None and standing.status != "met":
        word = {1: "ahead", 0: "on_path", -1: "behind"}[standing.on_path]
        parts.append(
            html.Span(
                " · " + say(lang, f"target.{word}", path=formats.amount(path.at(course.scope.period.last_day), unit, lang)),
                className="faint",
            )
        )
    return html.P(parts, className="tile-target")


def _fine(data: TileData, view: View) -> html.Div:
    """Fine print: interval or full count, n; period, as of, scope; and the way to the definition."""
    course, lang = data.main, view.lang
    now, scope = course.now, course.scope
    sure = [interval_text(course, lang)] if now.value is not None else []
    if now.value is not None and now.n is not None:
        sure.append(say(lang, "fine.n", n=formats.count(now.n, lang)))
    dated = [
        formats.period(scope.period, lang, short=True),
        say(lang, "fine.as_of", date=formats.day(min(scope.as_of, scope.period.last_day), lang, short=True)),
    ]
    if course.ignores_channel:
        dated.append(say(lang, "fine.all_channels"))
    label = say(lang, "fine.definition_of", name=say(lang, f"tile.{data.tile.key}"))
    definition = html.A(say(lang, "fine.definition"), href=view.href(define=course.indicator.key), className="define", **aria(label=label))
    lines = [html.Span(" · ".join(parts)) for parts in (sure, dated) if parts]
    return html.Div([*lines, definition], className="fine")


def interval_text(course: Course, lang: str) -> str:
    """`95 %: 27.0–27.6 %` or `Full count`."""
    now = course.now
    if now.low is not None and now.high is not None:
        return say(lang, "fine.interval", interval=formats.interval(now.low, now.high, course.unit, lang))
    return say(lang, "fine.full") if course.is_full_count else say(lang, "fine.no_interval")
