"""H1: a unit's observed events against those that its own mix of cases would give at the city's rates of the last twelve months (T1)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from metrics.derived import Desk, Rows
from metrics.judge import Verdict
from metrics.query import Query, Question
from metrics.states import FLOOR, INSUFFICIENT_N, NOT_APPLICABLE, VALUE
from metrics.statistics.poisson import Method
from metrics.statistics.standardise import standardise
from metrics.verdicts import Columns

STRATA = ("item_type", "case_type", "channel_group")
LEVELS = (STRATA, STRATA[:2], STRATA[:1])
SEPARATOR, NOTHING = "\x1f", "\x00"
RARE = ("bad_rating_rate_per_100k",)  # Poisson fits rare events; other shares vary less than Poisson says


def rows(question: Question, desk: Desk) -> Rows:
    """One row a unit (or one of the whole city)."""
    compared = compare(question, desk)
    if compared is None:
        return [] if question.by else [Verdict(NOT_APPLICABLE).to_row()]
    return [_row(question, found) for found in compared.iter_rows(named=True)]


def compare(question: Question, desk: Desk) -> pl.DataFrame | None:
    """O, E, O/E and limits, crude and adjusted rate, the share in pooled strata and `sign_reverses`, a row a unit; None without cases."""
    end = question.end or (desk.as_of + timedelta(days=1) if desk.as_of else date.max)
    where = tuple((name, str(value)) for name, values in question.where.items() for value in values)
    base = str(question.params["metric"])
    unit = _frame(desk.ask(Query(base, (*question.by, *STRATA), where, question.start, end)), question.by)
    reference = _frame(desk.ask(Query(base, STRATA, (), _year_before(end), end)), ())
    if unit.is_empty() or not reference["cases"].sum():
        return None
    method: Method = "exact" if base in RARE else "binomial"
    return standardise(unit, "unit", [list(level) for level in LEVELS], reference, method)


def _year_before(end: date) -> date:
    return end.replace(year=end.year - 1, day=28 if (end.month, end.day) == (2, 29) else end.day)


def _frame(columns: Columns, by: tuple[str, ...]) -> pl.DataFrame:
    """Cases and events by unit and stratum; the unit is its dimensions' values joined, for there may be two of them."""
    places = zip(*(columns[name] for name in by), strict=True) if by else [()] * len(columns["denominator"])
    units = [SEPARATOR.join(NOTHING if part is None else str(part) for part in place) for place in places]
    values = {**{name: columns[name] for name in STRATA}, "unit": units, "cases": columns["denominator"], "events": columns["numerator"]}
    schema = {**dict.fromkeys((*STRATA, "unit"), pl.String()), "cases": pl.Int64(), "events": pl.Int64()}
    return pl.DataFrame(values, schema=schema).filter(pl.col("cases") > 0)


def _row(question: Question, found: dict[str, Any]) -> dict[str, Any]:
    parts = str(found["unit"]).split(SEPARATOR) if question.by else []
    unit = dict(zip(question.by, (None if part == NOTHING else part for part in parts), strict=True))
    return unit | _verdict(found).to_row()


def _verdict(found: dict[str, Any]) -> Verdict:
    observed, expected, cases = found["observed"], found["expected"], found["cases"]
    if found["ratio"] is None:
        return Verdict(NOT_APPLICABLE, None, observed, expected, cases)
    if cases < FLOOR:
        return Verdict(INSUFFICIENT_N, None, observed, expected, cases)
    return Verdict(VALUE, found["ratio"], observed, expected, cases, found["ratio_low"], found["ratio_high"])
