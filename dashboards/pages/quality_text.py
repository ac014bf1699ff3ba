"""What the page of data quality says. Pure functions of counts and dates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from dashboards import formats
from dashboards.words import has_word, say

Late = tuple[str, int]  # a source and the days that it is behind
FATES = ("accepted", "duplicate", "superseded", "deleted", "quarantined")
HOURS = {1: "hour", 24: "day", 168: "week", 720: "month", 8760: "year"}


def quality_finding(as_of: date, late: Sequence[Late], checks: Mapping[str, int], lang: str) -> str:
    """`Data reach 6 November 2018; one source is late (halls-gaoming, 4 days); 685 checks passed.`"""
    parts = [say(lang, "quality.finding.reach", date=formats.day(as_of, lang)), _late(late, lang), checked(checks, lang)]
    return say(lang, "quality.finding.sentence", parts=say(lang, "quality.finding.joint").join(parts))


def _late(late: Sequence[Late], lang: str) -> str:
    if not late:
        return say(lang, "quality.finding.on_time")
    days = [
        say(lang, "quality.finding.behind" if days != 1 else "quality.finding.behind_one", source=source, days=days)
        for source, days in late[:2]
    ]
    if len(late) > 2:
        days.append(say(lang, "quality.finding.more", count=len(late) - 2))
    names = formats.listed(days, lang)
    return say(lang, "quality.finding.late_one" if len(late) == 1 else "quality.finding.late", count=len(late), names=names)


def checked(checks: Mapping[str, int], lang: str) -> str:
    """`685 checks passed, 1 warned`."""
    if not sum(checks.values()):
        return say(lang, "quality.finding.no_checks")
    passed = checks.get("passed", 0)
    said = [say(lang, "quality.finding.passed_one" if passed == 1 else "quality.finding.passed", count=formats.count(passed, lang))]
    said += [
        say(lang, f"quality.finding.{word}", count=formats.count(count, lang))
        for word in ("warned", "failed", "errored")
        if (count := checks.get(word, 0))
    ]
    return say(lang, "quality.finding.pause").join(said)


def held_back(as_of: date, complete_on: date | None, lang: str) -> str:
    """To which day figures are complete that wait for a source; empty when all are complete."""
    if complete_on is None or complete_on >= as_of:
        return ""
    return say(lang, "quality.finding.held_back", date=formats.day(complete_on, lang))


def outcome(result: str, severity: str) -> str:
    """passed, warned, failed (which stops publication) or errored."""
    if result in ("passed", "errored"):
        return result
    return "failed" if severity == "block" else "warned"


def because(written: str | None, lang: str) -> str:
    """The reason of a check in the reader's language, from its JSON; the text itself where it is none."""
    try:
        texts = json.loads(written or "")
    except ValueError:
        return written or ""
    return str(texts.get(lang, "")) if isinstance(texts, dict) else str(texts)


def balance(sums: Mapping[str, int], lang: str) -> str:
    """`386,262 rows read = 386,187 accepted + …: adds up` — or that it does not, by how much."""
    parts = " + ".join(f"{formats.number(sums[fate])} {say(lang, f'quality.fate.{fate}')}" for fate in FATES)
    gap = sums["read"] - sum(sums[fate] for fate in FATES)
    said = say(lang, "quality.files.adds_up") if gap == 0 else say(lang, "quality.files.gap", gap=formats.number(abs(gap)))
    return say(lang, "quality.files.balance", read=formats.number(sums["read"]), parts=parts, said=said)


def cadence(hours: int | None, lang: str) -> str:
    """How often a source should deliver: `every day`, `every 6 hours`."""
    if hours is None:
        return say(lang, "state.not_provided")
    if hours in HOURS:
        return say(lang, f"quality.every.{HOURS[hours]}")
    return say(lang, "quality.every.hours", hours=hours) if hours < 48 or hours % 24 else say(lang, "quality.every.days", days=hours // 24)


def reason_word(reason: str, lang: str) -> str:
    """Why rows were set aside: the code in words, with the column that it names."""
    code, _, column = reason.partition(":")
    key = f"quality.reason.{code}"
    said = say(lang, key) if has_word(lang, key) else code
    return say(lang, "quality.reason.of_column", reason=said, column=column) if column else said


def flag_word(flag: str, lang: str) -> str:
    """A flag in words; the flag itself where it is new."""
    key = f"quality.flag.{flag}"
    return say(lang, key) if has_word(lang, key) else flag


def feed_name(feed: str | None, lang: str) -> str:
    """A feed in words."""
    return say(lang, f"feed.{feed}") if feed and has_word(lang, f"feed.{feed}") else feed or ""


def few(names: Sequence[str], lang: str, most: int = 4) -> str:
    """The first names, and how many more."""
    if len(names) <= most:
        return formats.listed(list(names), lang)
    return say(lang, "quality.and_more", names=say(lang, "quality.comma").join(names[:most]), more=len(names) - most)


def size(count: int, lang: str) -> str:
    """Bytes as people read them: `244 kB`, `3.1 MB`."""
    for step, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= step:
            return f"{formats.number(count / step, 1 if count < 100 * step else 0)}{formats.NARROW}{unit}"
    return f"{formats.number(count)}{formats.NARROW}B"
