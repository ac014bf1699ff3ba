"""What the page on depth says in sentences: its finding, its qualifier, why an item counts as declared too high or does not reach a level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import formats
from dashboards.course import Course
from dashboards.pages.depth_evidence import ALLOWED
from dashboards.sentences import state_word, statement
from dashboards.words import say
from metrics.targets import TargetStatus

VERDICTS = ("contradicted", "supported", "insufficient_evidence", "untested", "undeclared")
Counts = dict[str, float | None]  # items by verdict; None where the figure has no value


def finding(declared: tuple[Course, TargetStatus | None], observed: tuple[Course, TargetStatus | None], level: int, lang: str) -> str:
    """What is declared and what the cases reached, each against its target."""
    parts = [statement(f"{key}_{level}", *pair, lang) for key, pair in (("depth_declared", declared), ("depth_observed", observed))]
    return _joined(parts, lang)


def qualifier(counts: Counts, lang: str) -> str:
    """How many items the cases contradict or confirm, and for how many they say nothing yet."""
    if any(counts.get(key) is None for key in VERDICTS[:4]) or not any(counts.values()):
        return say(lang, "depth.no_verdicts")
    words = {key: formats.count(counts[key] or 0, lang) for key in VERDICTS[:4]}
    if not counts["contradicted"] and not counts["supported"]:
        return say(lang, "depth.nothing_judged", **words)
    return say(lang, "depth.judged_one" if counts["contradicted"] == 1 else "depth.judged", **words)


def beside_words(name: str, declared: Course, observed: Course, lang: str) -> str:
    """`Nanhai beside it: 44.4 % declared, 29.8 % reached.`"""
    shown = [
        state_word(course.now.state, lang) if course.now.value is None else formats.amount(course.now.value, course.unit, lang)
        for course in (declared, observed)
    ]
    return say(lang, "depth.beside_told", name=name, declared=shown[0], observed=shown[1])


def cause_words(found: Sequence[tuple[str, int]], lang: str) -> str:
    """`checking originals 5, choosing to pick up 3`, or that no visit is on record."""
    if not found:
        return say(lang, "depth.no_cause")
    known = [
        say(lang, "depth.cause_count", cause=say(lang, f"depth.cause.{cause}"), count=formats.count(number, lang))
        for cause, number in found
    ]
    return say(lang, "depth.comma").join(known)


def held_back(row: dict[str, Any], level: int, found: Sequence[tuple[str, int]], lang: str) -> str:
    """Why an item does not reach a level for certain: first what the catalogue lacks, then what the cases say; that it does where they prove it."""
    lack = _lack(row, level)
    if lack:
        return say(lang, f"depth.holds.{lack}", visits=row["visits_max"], allowed=ALLOWED.get(level, ""))
    said = row[f"verdict_{level}"]
    if said == "contradicted":
        return (
            say(lang, "depth.holds.contradicted", causes=cause_words(found, lang)) if found else say(lang, "depth.holds.contradicted_plain")
        )
    return say(lang, f"depth.holds.{said}", n=formats.count(row["n"], lang))


def _lack(row: dict[str, Any], level: int) -> str:
    """What the catalogue would have to say for the item to be of the level."""
    steps, visits = row["online_steps"], row["visits_max"]
    if (row["declared_level"] or 0) >= level:
        return ""
    if steps is None:
        return "no_steps"
    if level == 1:
        return "" if "info" in steps or "submit" in steps else "no_info"
    if "submit" not in steps:
        return "no_submit"
    if visits is None:
        return "no_visits"
    return "visits" if visits > ALLOWED[level] else "declared_lower"


def _joined(parts: Sequence[str], lang: str) -> str:
    return ("" if lang == "zh" else " ").join(part for part in parts if part)
