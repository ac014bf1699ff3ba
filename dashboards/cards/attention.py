"""The two lists of what has really moved: `needs attention` and `improved`. Every line names its rule; no rule, no line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dash import html

from dashboards import formats
from dashboards.board import Course
from dashboards.sentences import usual_range
from dashboards.targets import Standing
from dashboards.trust import Check
from dashboards.words import say

SHOWN = 7
SOON = timedelta(days=92)  # without a path, a target is at risk only when it is nearly due


@dataclass(frozen=True)
class Note:
    """One line: whose figure, what happened, where it leads; `tone` 1 improved, −1 needs attention; stronger ones come first."""

    who: str
    what: str
    text: str
    href: str
    tone: int
    strength: float


@dataclass(frozen=True)
class Watched:
    """A figure of a place that the lists look at."""

    who: str
    tile: str
    href: str
    course: Course
    standing: Standing | None = None


def notes_of(watched: Iterable[Watched], lang: str) -> list[Note]:
    """Everything that stands out, strongest first."""
    found = [note for item in watched for note in (_signal_note(item, lang), _target_note(item, lang)) if note]
    return sorted(found, key=lambda note: -note.strength)


def check_notes(broken: Sequence[Check], href: str, lang: str) -> list[Note]:
    """Failed checks as lines: a broken figure is worth more attention than a bad one."""
    return [
        Note(
            say(lang, "attention.check_place", table=check.table),
            "",
            say(lang, "attention.check", rule=check.because.get(lang) or check.table, observed=check.observed),
            href,
            -1,
            10.0 if check.severity == "block" else 1.0,
        )
        for check in broken
    ]


def _signal_note(item: Watched, lang: str) -> Note | None:
    signal = item.course.signal
    direction = {"higher": 1, "lower": -1}.get(item.course.better, 0)
    if signal is None or not direction:
        return None
    tone = signal.direction * direction
    key = signal.rule if signal.rule == "limits" or tone < 0 else "run_good"
    value = formats.amount(item.course.now.value or 0.0, item.course.unit, lang)
    text = say(lang, f"attention.{key}", value=value, interval=usual_range(item.course, signal, lang))
    return Note(item.who, say(lang, f"tile.{item.tile}"), text, item.href, tone, signal.strength)


def _target_note(item: Watched, lang: str) -> Note | None:
    standing, course = item.standing, item.course
    if standing is None or not standing.is_missed:
        return None
    path, day = standing.target.path, course.scope.period.last_day
    words = {
        "value": formats.amount(course.now.value or 0.0, course.unit, lang),
        "gap": say(
            lang, "attention.above" if standing.gap > 0 else "attention.below", gap=formats.difference(standing.gap, course.unit, lang)
        ),
        "target": formats.amount(path.value, course.unit, lang),
        "date": formats.day(path.due_on, lang),
        "path": formats.amount(path.at(day), course.unit, lang),
    }
    if path.due_on <= day:
        key = "target_passed"
    elif standing.on_path is not None:
        key = "path" if standing.on_path < 0 else ""
    else:
        key = "target" if path.due_on - day <= SOON else ""
    return Note(item.who, say(lang, f"tile.{item.tile}"), say(lang, f"attention.{key}", **words), item.href, -1, 1.5) if key else None


def attention_lists(notes: Sequence[Note], lang: str) -> html.Div:
    """Both lists side by side."""
    bad = [note for note in notes if note.tone < 0]
    good = [note for note in notes if note.tone > 0]
    lists = [
        _list("attention.title", bad, "attention.nothing", lang),
        _list("attention.improved", good, "attention.nothing_improved", lang),
    ]
    return html.Div([*lists, html.P(say(lang, "attention.rules"), className="note")], className="attention")


def _list(title: str, notes: Sequence[Note], nothing: str, lang: str) -> html.Section:
    head = html.H2(say(lang, title))
    if not notes:
        return html.Section([head, html.P(say(lang, nothing), className="faint")])
    return html.Section([head, html.Ul([html.Li(_line(note, lang)) for note in notes[:SHOWN]], className="notes"), *_more(notes, lang)])


def _more(notes: Sequence[Note], lang: str) -> list:
    rest = notes[SHOWN:]
    if not rest:
        return []
    summary = html.Summary(say(lang, "attention.more", count=len(rest)))
    return [html.Details([summary, html.Ul([html.Li(_line(note, lang)) for note in rest], className="notes")])]


def _line(note: Note, lang: str) -> list:
    icon, tone = ("▲", "good") if note.tone > 0 else ("!", "bad")
    sign = html.Span(icon if note.tone < 0 else "✓", className=f"sign {tone}", **{"aria-hidden": "true"})
    who = html.A(note.who, href=note.href) if note.href else note.who
    what = f" · {note.what}: " if note.what else ": "
    if lang == "zh":
        what = f" · {note.what}：" if note.what else "："
    return [sign, html.Span([who, html.Span(what), html.Span(note.text)])]
