"""The twelve months that end with the page's period: bad ratings are too few for a month to say anything about what became of them."""

from __future__ import annotations

from datetime import date

from dashboards import formats
from dashboards.course import Scope
from dashboards.periods import Period
from dashboards.words import say


def year_span(scope: Scope) -> tuple[date, date]:
    """The first day of the twelve months, and the day after their last."""
    return Period.holding(scope.period.last_day).shifted(-11).start, scope.period.end


def year_name(scope: Scope, lang: str) -> str:
    """`twelve months to October 2018`."""
    return say(lang, "satisfaction.year", period=formats.period(Period.holding(scope.period.last_day), lang))
