"""What the page on targets says in sentences: how many stand how, which are in danger, and why each stands as it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards import formats
from dashboards.pages.targets_named import figure_of, unit_of
from dashboards.periods import Period
from dashboards.words import say
from metrics.targets import TargetStatus

ORDER = ("missed", "at_risk", "not_evaluable", "on_track", "met")
NAMED = 3  # how many figures a sentence names before it counts the rest


@dataclass(frozen=True)
class Stand:
    """How one target stands: its status, and the names of its figure and place."""

    status: str
    figure: str
    place: str


def finding(found: Sequence[Stand], place: str, lang: str) -> str:
    """`20 of 28 targets are met or on track; 7 at risk: …; 1 missed: …`."""
    if not found:
        return say(lang, "targets.told.none", place=place)
    good = sum(one.status in ("met", "on_track") for one in found)
    key = ("one_good" if good else "one_bad") if len(found) == 1 else "all" if good == len(found) else "good"
    said = say(lang, f"targets.told.{key}", good=formats.count(good, lang), all=formats.count(len(found), lang))
    parts = [said, *(_named(status, found, lang) for status in ("at_risk", "missed"))]
    return say(lang, "targets.told.sentence", parts=say(lang, "targets.told.joint").join(part for part in parts if part))


def qualifier(found: Sequence[Stand], lang: str) -> str:
    """For how many nothing can be said."""
    open_ = sum(one.status == "not_evaluable" for one in found)
    if not open_:
        return ""
    return say(lang, "targets.told.open_one" if open_ == 1 else "targets.told.open", count=formats.count(open_, lang))


def _named(status: str, found: Sequence[Stand], lang: str) -> str:
    """Figures with the places where they stand like that: `Waiting (Gaoming, Nanhai)`."""
    places: dict[str, list[str]] = {}
    for one in found:
        if one.status == status:
            places.setdefault(one.figure, []).append(one.place)
    if not places:
        return ""
    comma = say(lang, "targets.told.comma")
    names = [say(lang, "targets.named", name=figure, place=comma.join(dict.fromkeys(where))) for figure, where in places.items()]
    rest = sum(map(len, list(places.values())[NAMED:]))
    shown = names if len(names) <= NAMED + 1 else [*names[:NAMED], say(lang, "targets.told.more", count=formats.count(rest, lang))]
    return say(lang, f"targets.told.{status}", count=formats.count(sum(map(len, places.values())), lang), names=formats.listed(shown, lang))


def reason_words(status: TargetStatus, day_shown: Period, lang: str) -> str:
    """Why a target stands as it does, with the month that it was measured in where that is not the page's."""
    unit = unit_of(status.target)
    path = "" if status.expected is None else formats.amount(status.expected, unit, lang)
    chance = "" if status.probability is None else formats.chance(status.probability, lang)
    metric, params = figure_of(status.target)
    is_full = metric is not None and metric.form(params).is_stock
    reason = "full_count" if is_full and status.reason == "surely_met" else status.reason
    said = say(lang, f"target_because.{reason}", path=path, chance=chance)
    if status.measured_on is None or day_shown.start <= status.measured_on < day_shown.end:
        return said
    return said + say(lang, "target.measured", period=formats.period(Period.holding(status.measured_on), lang, short=True))


def forecast_words(status: TargetStatus, lang: str) -> str:
    """Where the figure is going by the due date and how likely it is to get there, or why nothing is forecast."""
    target, unit = status.target, unit_of(status.target)
    last = status.forecast[-1] if status.forecast else None
    if last is None or last.value is None or status.probability is None:
        key = status.no_forecast or ("no_value" if status.now is None else "not_asked")
        return say(lang, f"targets.no_forecast.{key}") if key in ("due", "no_value") else say(lang, f"no_forecast.{key}")
    span = "" if last.low is None or last.high is None else formats.interval(last.low, last.high, unit, lang)
    words = {"value": formats.amount(last.value, unit, lang), "interval": span, "target": formats.amount(target.value, unit, lang)}
    return say(lang, "forecast.sentence", date=formats.day(target.due_on, lang), chance=formats.chance(status.probability, lang), **words)
