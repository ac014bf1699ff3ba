"""How cells of a workbook look: number formats by unit, widths by what is written, names that sheets may have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from dashboards.formats import MINUS

DAY_FORMAT = "yyyy-mm-dd"
INSTANT_FORMAT = "yyyy-mm-dd hh:mm"
TWO_DECIMALS = {"visits", "levels"}
ONE_DECIMAL = {
    "minutes", "points", "working_days", "calendar_days", "days", "per_100k", "per_10k", "hours", "seconds", "yuan", "percentage_points",
}  # fmt: skip
NARROWEST, WIDEST = 8, 60
SHEET_NAME = 31  # characters that Excel allows


def number_format(kind: str, values: Iterable[Any]) -> str:
    """The format of a column of numbers; a share that is not 0 does not read as 0."""
    known = [value for value in values if value is not None]
    if kind == "share":
        return "0.00%" if any(0 < abs(value) < 0.0005 for value in known) else "0.0%"
    if kind in TWO_DECIMALS:
        return "#,##0.00"
    if kind in ONE_DECIMAL or any(not float(value).is_integer() for value in known):
        return "#,##0.0"
    return "#,##0"


def width(texts: Sequence[str]) -> float:
    """The width of a column for what is written in it; a Chinese character counts as two."""
    longest = max((_breadth(line) for text in texts for line in text.splitlines() or [""]), default=0)
    return min(max(longest + 2, NARROWEST), WIDEST)


def _breadth(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def drawn(value: Any) -> str:
    """About what a cell shows, for its width."""
    if isinstance(value, datetime):
        return INSTANT_FORMAT
    if isinstance(value, date):
        return DAY_FORMAT
    if isinstance(value, float):
        return f"{value:,.2f}".replace("-", MINUS)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def sheet_name(title: str, taken: Iterable[str]) -> str:
    """A title as the name of a sheet: without the characters that Excel refuses, short enough, and not yet taken."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip().strip("'").strip() or "Sheet"
    used = {name.casefold() for name in taken} | {"history"}
    name, number = clean[:SHEET_NAME].rstrip(), 2
    while name.casefold() in used:
        suffix = f" ({number})"
        name, number = clean[: SHEET_NAME - len(suffix)].rstrip() + suffix, number + 1
    return name
