"""What the page of an item says in sentences: its declared depth, what its cases say of it, and why people came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import formats
from dashboards.pages.depth_evidence import ALLOWED, FEWEST
from dashboards.pages.depth_told import cause_words
from dashboards.words import say

REACHED = ("n", "k2", "k3", "k4")  # of the evidence, by level


def reached(verdict: dict[str, Any], level: int) -> int:
    """Online cases with few enough visits for a level."""
    return int(verdict[REACHED[level - 1]])


def depth_sentence(verdict: dict[str, Any], lang: str) -> str:
    """`Declared at level 4; its cases contradict that: 5 of 10 online cases reached it (95 %: 24–76 %).`"""
    if not verdict:
        return say(lang, "item.told.not_judged")
    level, said = verdict["declared_level"], verdict["verdict"]
    if said is None or not level:
        return say(lang, "item.told.undeclared")
    words = {"level": level, "allowed": say(lang, f"depth.level_means.{level}"), "n": formats.count(verdict["n"], lang)}
    if said == "untested":
        return say(lang, "item.told.untested", **words)
    low, high = max(verdict["low"][level - 1], 0.0), verdict["high"][level - 1]
    words |= {
        "reached": formats.count(reached(verdict, level), lang),
        "interval": formats.interval(low, high, "share", lang),
        "fewest": FEWEST,
    }
    return say(lang, f"item.told.{said}", **words)


def cause_sentence(verdict: dict[str, Any], causes: Sequence[tuple[str, int]], lang: str) -> str:
    """What the visits beyond the declared ones were for; nothing where there were none."""
    if not causes or (verdict.get("declared_level") or 0) not in ALLOWED:
        return ""
    return say(lang, "item.told.causes", causes=cause_words(causes, lang))
