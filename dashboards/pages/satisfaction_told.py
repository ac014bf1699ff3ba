"""What the page of satisfaction says in words: sentences made from readings, none of which claims more than the answers support."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards import formats
from dashboards.readings import Reading
from dashboards.words import say


@dataclass(frozen=True)
class Silence:
    """Shares of all completed cases: known to be satisfied, known not to be, and silent. They add up to 1."""

    satisfied: float
    dissatisfied: float
    silent: float
    cases: float

    @property
    def most(self) -> float:
        """How many would be satisfied if everybody silent were."""
        return self.satisfied + self.silent


def silence_of(bounds: Reading) -> Silence | None:
    """What the bounds of satisfaction say of those who did not answer; None without a value."""
    if bounds.value is None or bounds.low is None or bounds.high is None:
        return None
    return Silence(bounds.low, max(1 - bounds.high, 0.0), max(bounds.high - bounds.low, 0.0), bounds.n or 0.0)


def silence_sentence(found: Silence | None, lang: str) -> str:
    """How little is known of those who did not answer, for the headline; empty without a value."""
    if found is None:
        return ""
    return say(lang, "satisfaction.silence.sentence", silent=formats.share(found.silent, lang), **_ends(found, lang))


def silence_finding(found: Silence | None, lang: str) -> str:
    """Title of the bounds."""
    return say(lang, "satisfaction.silence.title" if found else "satisfaction.silence.question", **(_ends(found, lang) if found else {}))


def silence_text(found: Silence, lang: str) -> str:
    """The three shares and what follows, in a sentence or two."""
    shares = {
        "satisfied": formats.share(found.satisfied, lang),
        "dissatisfied": formats.share(found.dissatisfied, lang, 2 if 0 < found.dissatisfied < 0.01 else 1),
        "silent": formats.share(found.silent, lang),
    }
    return say(lang, "satisfaction.silence.text", count=formats.count(found.cases, lang), **shares, **_ends(found, lang))


def _ends(found: Silence, lang: str) -> dict[str, str]:
    return {"low": formats.share(found.satisfied, lang), "high": formats.share(found.most, lang)}


def grades_finding(default: Reading, lang: str) -> str:
    """How many of the ratings nobody gave."""
    if default.value is None:
        return say(lang, "satisfaction.grades.question")
    if default.value == 0:
        return say(lang, "satisfaction.grades.no_default")
    return say(lang, "satisfaction.grades.default", share=formats.share(default.value, lang))


def funnel_finding(verdicts: list[str], what: str, lang: str) -> str:
    """How many points lie outside what chance gives. `what`: a key of what is compared (department, item, channel …)."""
    named = say(lang, f"satisfaction.units.{what}")
    outside = {side: sum(verdict == side for verdict in verdicts) for side in ("low", "high")}
    if not verdicts:
        return say(lang, "satisfaction.funnel.empty", what=named)
    if not any(outside.values()):
        return say(lang, "satisfaction.funnel.none", what=named, count=formats.count(len(verdicts), lang))
    counts = {side: formats.count(count, lang) for side, count in outside.items()}
    return say(lang, "satisfaction.funnel.some", what=named, count=formats.count(len(verdicts), lang), **counts)


def stages_finding(counts: dict[str, int], lang: str) -> str:
    """How many bad ratings were contacted and put right."""
    if not counts.get("bad"):
        return say(lang, "satisfaction.stages.none")
    texts = {name: formats.count(counts[name], lang) for name in ("bad", "contacted", "justified", "rectified")}
    return say(lang, "satisfaction.stages.title", **texts)
