"""The two lists of what has really moved: `needs attention` and `improved`. Every line names its rule; no rule, no line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.course import Course
from dashboards.sentences import rule_text, table_word
from dashboards.trust import Check
from dashboards.words import say
from metrics.statistics.control import BEYOND
from metrics.targets import TargetStatus

SHOWN = 7
TONES = {"improving": 1, "concerning": -1}


@dataclass(frozen=True)
class Note:
    """What stands out about one figure of one place; `tone` 1 improved, −1 needs attention; stronger ones come first."""

    who: str
    what: str
    value: str
    reasons: tuple[str, ...]
    href: str
    tone: int
    strength: float


@dataclass(frozen=True)
class Watched:
    """A figure of a place that the lists look at, by its shown name."""

    who: str
    what: str
    href: str
    course: Course
    standing: TargetStatus | None = None


def notes_of(watched: Iterable[Watched], lang: str) -> list[list[Note]]:
    """What stands out, strongest first; places with the same figure and tone in one line, the first that was watched (the city) leading."""
    lines: dict[tuple[str, int], list[Note]] = {}
    for item in watched:
        for note in _notes(item, lang):
            lines.setdefault((note.what, note.tone), []).append(note)
    return sorted(lines.values(), key=lambda line: -max(note.strength for note in line))


def _notes(item: Watched, lang: str) -> list[Note]:
    """The notes of one figure: one for each tone, all its reasons together."""
    found = [reason for reason in (_signal_reason(item, lang), _target_reason(item, lang)) if reason]
    value = formats.amount(item.course.now.value or 0.0, item.course.unit, lang)
    notes = []
    for tone in (-1, 1):
        reasons = [(text, strength) for text, its_tone, strength in found if its_tone == tone]
        if reasons:
            strength = max(strength for _, strength in reasons)
            notes.append(Note(item.who, item.what, value, tuple(text for text, _ in reasons), item.href, tone, strength))
    return notes


def _signal_reason(item: Watched, lang: str) -> tuple[str, int, float] | None:
    """What process control says of the period, by the rule that fired first; of a full count, its change over the year."""
    course = item.course
    if course.is_full_count:
        return _moved(course, lang)
    tone = TONES.get(course.verdict)
    return (rule_text(course, lang), tone, _strength(course)) if tone else None


def _strength(course: Course) -> float:
    """How many times further than the limit a point lies; the other rules come behind."""
    if course.rules[0][0] != BEYOND or course.limits is None or course.now.value is None:
        return 0.5
    low, centre, high = course.limits
    reach = (high - centre) if course.now.value > centre else (centre - low)
    return abs(course.now.value - centre) / reach if reach > 0 else 1.0


def _moved(course: Course, lang: str) -> tuple[str, int, float] | None:
    before = course.scope.period.year_before
    change = course.change(before)
    if change is None or not change.sign:
        return None
    gap = formats.difference(change.delta, course.unit, lang)
    words = {"gap": say(lang, "attention.up" if change.delta > 0 else "attention.down", gap=gap), "before": formats.period(before, lang)}
    return say(lang, "attention.count", **words), change.sign, 0.8


def _target_reason(item: Watched, lang: str) -> tuple[str, int, float] | None:
    """A target that is missed or at risk, measured in the page's period."""
    standing, course = item.standing, item.course
    period = course.scope.period
    if standing is None or standing.status not in ("missed", "at_risk") or standing.measured_on is None or standing.gap is None:
        return None
    if not period.start <= standing.measured_on < period.end:
        return None
    gap = formats.difference(standing.gap, course.unit, lang)
    words = {
        "gap": say(lang, "attention.above" if standing.gap > 0 else "attention.below", gap=gap),
        "target": formats.amount(standing.target.value, course.unit, lang),
        "date": formats.day(standing.target.due_on, lang),
        "path": "" if standing.expected is None else formats.amount(standing.expected, course.unit, lang),
        "chance": "" if standing.probability is None else formats.chance(standing.probability, lang),
    }
    return say(lang, f"attention.{_target_rule(standing)}", **words), -1, 1.5


def _target_rule(standing: TargetStatus) -> str:
    if standing.status == "missed":
        passed = standing.measured_on is not None and standing.target.due_on <= standing.measured_on
        return "target_passed" if passed else "target"
    return "forecast" if standing.reason == "forecast_falls_short" else "path"


def check_lines(broken: Sequence[Check], lang: str) -> list[list[Note]]:
    """Failed checks as lines before all others: a broken figure is worth more attention than a bad one."""
    lines = []
    for check in broken:
        text = say(lang, "attention.check", rule=check.because.get(lang) or table_word(check.table, lang), observed=check.observed)
        lines.append([Note(say(lang, "attention.check_place", table=table_word(check.table, lang)), "", "", (text,), "", -1, 10.0)])
    return lines


def attention_lists(lines: Sequence[list[Note]], lang: str) -> html.Div:
    """Both lists side by side."""
    bad = [line for line in lines if line[0].tone < 0]
    good = [line for line in lines if line[0].tone > 0]
    lists = [
        _list("attention.title", bad, "attention.nothing", lang),
        _list("attention.improved", good, "attention.nothing_improved", lang),
    ]
    return html.Div([*lists, html.P(say(lang, "attention.rules"), className="note")], className="attention")


def _list(title: str, lines: Sequence[list[Note]], nothing: str, lang: str) -> html.Section:
    head = html.H2(say(lang, title))
    if not lines:
        return html.Section([head, html.P(say(lang, nothing), className="faint")])
    return html.Section([head, html.Ul([html.Li(_line(line, lang)) for line in lines[:SHOWN]], className="notes"), *_more(lines, lang)])


def _more(lines: Sequence[list[Note]], lang: str) -> list:
    rest = lines[SHOWN:]
    if not rest:
        return []
    summary = html.Summary(say(lang, "attention.more", count=len(rest)))
    return [html.Details([summary, html.Ul([html.Li(_line(line, lang)) for line in rest], className="notes")])]


def _line(line: Sequence[Note], lang: str) -> list:
    """`! Waiting: Foshan 11.1 min, outside its usual range of …; also Gaoming (23.1 min)`."""
    first, others = line[0], line[1:]
    icon, tone = ("✓", "good") if first.tone > 0 else ("!", "bad")
    colon, comma, semicolon = ("：", "，", "；") if lang == "zh" else (": ", ", ", "; ")
    said = [html.B(first.what), colon] if first.what else []
    said += [_who(first.who, first.href), *([f" {first.value}{comma}"] if first.value else [colon]), semicolon.join(first.reasons)]
    if others:
        pairs = [_who(say(lang, "attention.pair", name=note.who, value=note.value), note.href) for note in others]
        spaced = [part for pair in pairs for part in (pair, comma)][:-1]
        before, after = say(lang, "attention.also", places="|").split("|")
        said += [semicolon, before, *spaced, after]
    return [html.Span(icon, className=f"sign {tone}", **aria(hidden="true")), html.Span(said)]


def _who(name: str, href: str) -> html.A | str:
    return html.A(name, href=href) if href else name
