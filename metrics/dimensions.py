"""The dimensions of a question: which column of a mart each one is, how periods are cut from a date, how a caller's value is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache

from metrics.marts import mart_columns
from metrics.spec import QueryRefused
from warehouse.contract import tables

DIVISION_COLUMNS = ("province_code", "city_code", "district_code", "town_code", "division_code")


@dataclass(frozen=True)
class Dimension:
    """One dimension. kind: period (cut from the anchor date), division, many (a list column), or code."""

    name: str
    kind: str
    column: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Period:
    """How a period is cut from a date: `key` groups (fast), `label` writes the key as the reader sees it, `grain` is the finest date it needs."""

    key: str
    label: str
    pattern: str
    example: str
    grain: str


PERIODS = {
    "year": Period("year({d})", "{k}", r"\d{4}", "2024", "month"),
    "quarter": Period("year({d}) * 10 + quarter({d})", "printf('%04d-Q%d', {k} // 10, {k} % 10)", r"\d{4}-Q[1-4]", "2024-Q1", "month"),
    "month": Period(
        "year({d}) * 100 + month({d})", "printf('%04d-%02d', {k} // 100, {k} % 100)", r"\d{4}-(0[1-9]|1[0-2])", "2024-02", "month"
    ),
    "week": Period("yearweek({d})", "printf('%04d-W%02d', {k} // 100, {k} % 100)", r"\d{4}-W(0[1-9]|[1-4]\d|5[0-3])", "2024-W06", "day"),
    "day": Period("{d}", "{k}::varchar", r"\d{4}-\d{2}-\d{2}", "2024-02-08", "day"),
    "weekday": Period("isodow({d})", "{k}", r"[1-7]", "1 (Monday) to 7", "day"),
}
NUMBERS = {"year", "hour", "weekday", "grade"}
_CODES = {
    "hour": "issued_hour", "department": "dept_id", "function": "function_code", "item": "item_id", "item_type": "item_type", "theme": "theme",
    "case_type": "case_type", "channel": "channel", "channel_group": "channel_group", "site": "site_id", "queue": "queue_code",
    "point": "window_point_id", "outcome": "outcome", "grade": "grade", "licence_type": "licence_type", "material": "material_code",
}  # fmt: skip
_ORDER = ("year", "quarter", "month", "week", "day", "hour", "weekday", "province", "city", "district", "town", "department", "function", "item",
          "item_type", "audience", "theme", "case_type", "channel", "channel_group", "site", "queue", "point", "outcome", "grade", "licence_type",
          "material")  # fmt: skip
STOCK_PERIODS = ("year", "quarter", "month", "week", "day")  # the state at the end of each


def _dimension(name: str) -> Dimension:
    number = name in NUMBERS
    if name in PERIODS:
        return Dimension(name, "period", is_number=number)
    if name in ("province", "city", "district", "town"):
        return Dimension(name, "division", f"{name}_code")
    if name == "audience":
        return Dimension(name, "many", "audience")
    return Dimension(name, "code", _CODES[name], number)


DIMENSIONS = {name: _dimension(name) for name in _ORDER}


def offered(mart: str, *, stock: bool) -> tuple[str, ...]:
    """The dimensions that a mart has: those whose column it carries, and the periods."""
    columns = mart_columns(mart)
    periods = STOCK_PERIODS if stock else tuple(PERIODS)
    return tuple(
        name for name, dimension in DIMENSIONS.items() if (name in periods if dimension.kind == "period" else dimension.column in columns)
    )


@cache
def is_many(mart: str, name: str) -> bool:
    """Whether a row of the mart may have several values of a dimension: its column is a list. Its parts do not add up to the whole."""
    column = tables()[mart].columns.get(DIMENSIONS[name].column)
    return column is not None and column.type.endswith("[]")


def division_columns(mart: str) -> tuple[str, ...]:
    """The division columns of a mart, from province down."""
    return tuple(column for column in DIVISION_COLUMNS if column in mart_columns(mart))


def read_value(name: str, given: str | int) -> str | int:
    """A caller's value of a dimension, checked for its form."""
    text = str(given)
    if name in PERIODS:
        _check_period(name, text)
    if name not in NUMBERS:
        return text
    if not re.fullmatch(r"\d{1,6}", text):
        raise QueryRefused(f"{text!r} is not a value of {name}; give a whole number.")
    return int(text)


def _check_period(name: str, text: str) -> None:
    if not re.fullmatch(PERIODS[name].pattern, text):
        raise QueryRefused(f"{text!r} is not a {name}; write it like {PERIODS[name].example}.")
    try:
        period_start(name, text)
    except ValueError as error:
        raise QueryRefused(f"{text!r} is not a {name} of the calendar.") from error


def period_key(name: str, value: str | int) -> date | int:
    """The key that a period's label stands for: 2024-02 → 202402; a day is its date."""
    if name == "day":
        return date.fromisoformat(str(value))
    return int(re.sub(r"\D", "", str(value)))


def period_start(name: str, value: str | int) -> date | None:
    """First day of a period; None for a weekday, which has none."""
    parts = [int(part) for part in re.findall(r"\d+", str(value))]
    if name == "week":
        return date.fromisocalendar(parts[0], parts[1], 1)
    if name == "quarter":
        return date(parts[0], 3 * parts[1] - 2, 1)
    return date(*(parts + [1, 1])[:3]) if name in ("year", "month", "day") else None


def refuse_dimension(metric: str, name: str, available: tuple[str, ...]) -> QueryRefused:
    """The refusal of a dimension, by name, with what is there instead."""
    if name not in DIMENSIONS:
        close = get_close_matches(name, available, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        return QueryRefused(f"There is no dimension {name!r}.{hint} {metric} has {', '.join(available)}.")
    return QueryRefused(f"{metric} has no dimension {name!r}; it has {', '.join(available)}.")
