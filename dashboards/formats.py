"""Numbers and dates as people write them, in English and Chinese. Text in, text out; words themselves live in words.py."""

from __future__ import annotations

import math
from datetime import date, datetime

from dashboards.periods import Period
from dashboards.words import say

NARROW = "\u202f"  # narrow space that does not break
MINUS = "\u2212"
DASH = "\u2013"
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def number(value: float, decimals: int = 0) -> str:
    """`1,234.5` with a real minus sign."""
    text = f"{abs(value):,.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) != 0 else text


def share(value: float, lang: str, decimals: int = 1) -> str:
    """A share of 0 to 1 in per cent: `27.3 %`, `27.3%`. Only a real 0 or 1 reads as 0 or 100."""
    return f"{share_digits(value, decimals)}{'' if lang == 'zh' else NARROW}%"


def share_digits(value: float, decimals: int = 1) -> str:
    """The digits of a share in per cent."""
    for places in range(decimals, 5):
        text = number(value * 100, places)
        if value in (0, 1) or float(text.replace(",", "").replace(MINUS, "-")) not in (0, 100):
            return text
    return "99.9999" if value > 0.5 else "0.0001"


def chance(value: float, lang: str) -> str:
    """A probability in whole per cent; never 0 or 100, for a forecast cannot know: `82 %`, `over 99 %`."""
    if value < 0.01 or value > 0.99:
        return say(lang, "forecast.under" if value < 0.5 else "forecast.over")
    return f"{number(value * 100)}{'' if lang == 'zh' else NARROW}%"


def count(value: float, lang: str) -> str:
    """A count: `5,344`, `5.79 million` or `579 万`."""
    if lang == "zh":
        if abs(value) >= 1e8:
            return f"{_significant(value / 1e8)} 亿"
        return f"{_significant(value / 1e4)} 万" if abs(value) >= 1e5 else _few(value)
    if abs(value) >= 1e9:
        return f"{_significant(value / 1e9)} billion"
    return f"{_significant(value / 1e6)} million" if abs(value) >= 1e6 else _few(value)


def _few(value: float) -> str:
    """A count below the large ones. Means of counts (uses a day, papers a case) keep two significant digits: 0.0027 uses are not 0."""
    if abs(value) >= 100 or float(value).is_integer():
        return number(value)
    return number(value, 1 if abs(value) >= 1 else min(1 - math.floor(math.log10(abs(value))), 6))


def _significant(value: float) -> str:
    """Three significant digits."""
    return number(value, 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0)


def amount(value: float, unit: str, lang: str) -> str:
    """A metric's value with its unit."""
    digits, suffix = parts(value, unit, lang)
    return f"{digits}{suffix}"


def parts(value: float, unit: str, lang: str) -> tuple[str, str]:
    """Digits and unit of a metric's value apart, so that a tile can set the unit smaller."""
    if unit == "share":
        return share_digits(value), "%" if lang == "zh" else f"{NARROW}%"
    if unit in _COUNTS:
        return count(value, lang), ""
    return number(value, _decimals(value, unit)), f"{NARROW}{say(lang, f'unit.{unit}')}"


def difference(value: float, unit: str, lang: str) -> str:
    """How far apart two values are, unsigned: points for shares, the unit itself otherwise."""
    size = abs(value)
    if unit == "share":
        return f"{number(size * 100, 1 if size >= 0.0005 else 2)}{NARROW}{say(lang, 'unit.points')}"
    return amount(size, unit, lang)


def interval(low: float, high: float, unit: str, lang: str) -> str:
    """`27.0–27.6 %`. What cannot be negative is not shown as if it could, whatever the method's lower end."""
    low = max(low, 0.0) if unit not in SIGNED else low
    suffix = parts(high, unit, lang)[1]
    return f"{parts(low, unit, lang)[0]}{DASH}{parts(high, unit, lang)[0]}{suffix}"


SIGNED = {"share", "levels", "points", "percentage_points"}
_COUNTS = {
    "cases",
    "items",
    "departments",
    "tickets",
    "calls",
    "persons",
    "materials",
    "copies",
    "bundles",
    "service_points",
    "organisations",
    "sites",
    "uses",
    "accounts",
    "hits",
    "contacts",
    "payments",
    "licences",
    "licence_types",
    "datasets",
    "records",
    "documents",
    "figures",
}


def _decimals(value: float, unit: str) -> int:
    if unit in {"visits", "levels"}:
        return 2
    return 1 if abs(value) < 1000 else 0


def day(value: date, lang: str, *, short: bool = False) -> str:
    """`31 October 2018`, `31 Oct 2018`, `2018年10月31日`."""
    if lang == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1][: 3 if short else None]} {value.year}"


def period(value: Period, lang: str, *, short: bool = False) -> str:
    """`October 2018`, `Oct 2018`, `Q4 2018`, `2018`; `2018年10月`, `2018年第4季度`, `2018年`."""
    year, month, quarter = value.start.year, value.start.month, (value.start.month + 2) // 3
    if lang == "zh":
        return {"month": f"{year}年{month}月", "quarter": f"{year}年第{quarter}季度", "year": f"{year}年"}[value.grain]
    name = _MONTHS[month - 1][:3] if short else _MONTHS[month - 1]
    return {"month": f"{name} {year}", "quarter": f"Q{quarter} {year}", "year": str(year)}[value.grain]


def month_name(month: int, lang: str) -> str:
    """`Oct`, `10月`."""
    return f"{month}月" if lang == "zh" else _MONTHS[month - 1][:3]


def ordinal(value: int, lang: str) -> str:
    """`1st`, `第1`."""
    if lang == "zh":
        return f"第{value}"
    suffix = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{suffix}"


def ranks(written: str, lang: str) -> str:
    """`2` → `2nd`, `第2`; `2–4` → `2nd–4th`, `第2–4`."""
    if lang == "zh":
        return f"第{written}"
    return DASH.join(ordinal(int(place), lang) for place in written.split(DASH))


def listed(names: list[str], lang: str) -> str:
    """`a, b and c`, `a、b和c`."""
    if len(names) < 2:
        return "".join(names)
    comma, last = ("、", "和") if lang == "zh" else (", ", " and ")
    return comma.join(names[:-1]) + last + names[-1]


def instant(value: datetime, lang: str) -> str:
    """A local date and time: `31 Oct 2018, 14:05`, `2018年10月31日 14:05`. The caller has put it in its zone."""
    return f"{day(value.date(), lang, short=True)}{' ' if lang == 'zh' else ', '}{value:%H:%M}"
