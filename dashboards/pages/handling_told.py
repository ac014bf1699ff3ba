"""What the page of handling says in words: sentences made from readings, none of which claims more than their intervals support."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dashboards import formats
from dashboards.readings import Reading
from dashboards.words import say

DAYS = ("actual", "promised", "legal")
UNTOLD = ("not_provided", "not_applicable")  # states of a share of promises kept of which nothing fell due


def days_sentence(days: Mapping[str, Reading], lang: str) -> str:
    """How long decided cases took beside what was promised and what the law allows; empty where one of the three is not known."""
    if any(days[key].value is None for key in DAYS):
        return ""
    bare = {key: formats.parts(days[key].value or 0.0, "working_days", lang)[0] for key in DAYS}
    return say(lang, "handling.days.sentence", **{**bare, "actual": _days(days["actual"].value, lang)})


def days_finding(days: Mapping[str, Reading], lang: str) -> str:
    """Whether cases take less or more than promised, as far as the margin of chance allows to say so."""
    actual, promised = days["actual"], days["promised"]
    if actual.value is None or promised.value is None:
        return say(lang, "handling.days.question")
    if actual.low is None or actual.high is None:
        return say(lang, "handling.days.untested")
    if actual.high < promised.value:
        legal = days["legal"].value
        share = None if not legal else actual.value / legal
        within = say(lang, "handling.days.of_legal", share=formats.share(share, lang, 0)) if share is not None and share < 1 else ""
        return say(lang, "handling.days.shorter", gap=_days(promised.value - actual.value, lang), within=within)
    if actual.low > promised.value:
        return say(lang, "handling.days.longer", gap=_days(actual.value - promised.value, lang))
    return say(lang, "handling.days.same")


def overdue_sentence(overdue: Reading, promise: Reading, day: date, lang: str) -> str:
    """How many open cases are past their promised date; empty where that is not known, or where none was due at all."""
    if overdue.value is None or (overdue.value == 0 and promise.state in UNTOLD):
        return ""
    count, on = int(overdue.value), formats.day(day, lang)
    key = "none" if count == 0 else "one" if count == 1 else "some"
    return say(lang, f"handling.overdue.sentence.{key}", count=formats.count(count, lang), date=on)


def curve_finding(half: Reading, nine: Reading, lang: str) -> str:
    """Within how many working days half and nine in ten cases are decided; a quantile that is not reached yet is said to be so."""
    if half.value is None:
        return say(lang, "handling.curve.unknown")
    texts = {"half": whole_days(half.value, lang)}
    if nine.value is None:
        return say(lang, "handling.curve.half", **texts)
    return say(lang, "handling.curve.both", **texts, nine=whole_days(nine.value, lang))


def whole_days(value: float, lang: str) -> str:
    """Working days of a life table are whole ones: `3 working days`, `1 working day`."""
    if value != int(value):
        return _days(value, lang)
    return say(lang, "handling.whole_day" if value == 1 else "handling.whole_days", count=formats.count(value, lang))


def _days(value: float | None, lang: str) -> str:
    return "" if value is None else formats.amount(value, "working_days", lang)
