"""What stands in the box over a mark: name, value, interval, n — or, in words, why there is no value."""

from __future__ import annotations

from typing import Any

from dashboards import formats
from dashboards.figures.look import Look, plain
from dashboards.periods import Period
from dashboards.sentences import state_word
from dashboards.words import say

BOX = "%{hovertext}<extra></extra>"


def reading(name: str, row: dict[str, Any], look: Look) -> str:
    """Name and value, with interval and n where the row has them."""
    if row.get("value") is None:
        state = row.get("state") or ""
        return f"<b>{plain(name)}</b><br>{state_word(state, look.lang) if state != 'value' else say(look.lang, 'drawing.untold')}"
    return "<br>".join([f"<b>{look.text(row['value'])}</b>  {plain(name)}", *surety(row, look)])


def surety(row: dict[str, Any], look: Look) -> list[str]:
    """Interval and n, as far as the row has them."""
    lines = []
    if row.get("low") is not None and row.get("high") is not None:
        lines.append(say(look.lang, "figure.interval", interval=formats.interval(row["low"], row["high"], look.unit, look.lang)))
    if row.get("n") is not None:
        lines.append(f"n = {formats.count(row['n'], look.lang)}")
    return lines


def period_name(key: str, look: Look, *, short: bool = False) -> str:
    """A period's key as people write it."""
    period = Period.parse(key)
    return formats.period(period, look.lang, short=short) if period else plain(key)
