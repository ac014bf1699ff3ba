"""What the public may see of an answer (R6): small counts of persons and cases hidden, and others with them, so that sums do not give them back.

Decided on one fixed cube per metric and year (district × month, with totals), never on the question, so that no filter changes what is
hidden; whatever the cube does not hold is refused. Denominators are protected first and alike for all metrics over the same cases; then
each share on top of that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl

from metrics.privacy.cube import Dimension, build_cube
from metrics.privacy.protect import Protected, protect
from metrics.privacy.ratios import PART, protect_ratios, ratios_at
from metrics.query import Query, Question
from metrics.spec import QueryRefused
from metrics.states import SUPPRESSED

Rows = list[dict[str, Any]]
Ask = Callable[[Query], Rows]
Cell = tuple[str | None, str]  # district (ALL: the total) and period

ALL = "*"
CUBE = ("year", "month", "district")
# marts whose rows are no persons and no cases: published totals, catalogues, places
OPEN_MARTS = frozenset(("mart_item", "mart_channel_volume", "mart_interaction", "mart_service_standard", "mart_queue_snapshot", "mart_elicence",
                        "mart_data_holding", "mart_data_share", "mart_point", "mart_population_cell", "mart_target", "mart_declared_figure", "mart_source_day",
                        "mart_cost", "mart_terminal_day"))  # fmt: skip
PLACE = Dimension("place", ("district",))
CUBE_DIMENSIONS = (PLACE, Dimension("time", ("month",)))


def for_public(question: Question, rows: Rows, ask: Ask, as_of: date | None) -> Rows:
    """The rows as the public may see them; refuses a question that the fixed cube does not hold. `ask` gives a query's rows for insiders."""
    if question.metric.mart in OPEN_MARTS:
        return rows
    _refuse_beyond_cube(question)
    cells = [_cell(question, row, as_of) for row in rows]
    hidden = {cell for period in {_year(cell[1]) for cell in cells} for cell in _hidden(question, period, ask)}
    return [_withheld(question, row) if cell in hidden else row for row, cell in zip(rows, cells, strict=True)]


def _withheld(question: Question, row: dict[str, Any]) -> dict[str, Any]:
    nothing = dict.fromkeys(("value", "state", "numerator", "denominator", "n", "low", "high")) | {"state": SUPPRESSED}
    return {name: row[name] for name in question.by} | nothing


def _refuse_beyond_cube(question: Question) -> None:
    name = question.metric.id
    beyond = [each for each in question.dimensions if each not in CUBE]
    if beyond:
        raise QueryRefused(
            f"In public {name} is given by district and by month or year, not by {', '.join(beyond)}: small groups could be told."
        )
    if question.params != question.metric.resolve(()):
        raise QueryRefused(f"In public {name} is given with its default parameters only: two forms of one figure could be subtracted.")
    if question.form.kind.endswith("distinct") and "district" in question.dimensions:
        raise QueryRefused(
            f"In public {name} is given for all districts together: distinct persons of districts do not add up, so none can be hidden."
        )
    several = [each for each, values in question.where.items() if len(values) > 1 and each not in question.by]
    if several:
        raise QueryRefused(f"In public {name} is not summed over some of {several[0]}; break it down by {several[0]} instead.")


def _cell(question: Question, row: dict[str, Any], as_of: date | None) -> Cell:
    """The cell of the cube that a row shows."""
    given = {name: values[0] for name, values in question.where.items() if len(values) == 1} | {name: row[name] for name in question.by}
    district = None if given.get("district", ALL) is None else str(given.get("district", ALL))
    if "month" in given:
        return district, str(given["month"])
    return district, _period(question, given.get("year"), as_of)


def _period(question: Question, year: Any, as_of: date | None) -> str:
    """The year or the month that the question's dates are, or a refusal."""
    start, end = question.start, question.end
    if question.form.is_stock and year is None:
        day = end - timedelta(days=1) if end else as_of
        if day and (end is None or end.day == 1):
            return f"{day:%Y-%m}"
    elif year is not None and all(edge is None or (edge.month, edge.day) == (1, 1) for edge in (start, end)):
        return str(year)
    elif start and end and start.day == end.day == 1:
        months = (end.year - start.year) * 12 + end.month - start.month
        if months == 1:
            return f"{start:%Y-%m}"
        if months == 12 and start.month == 1:
            return str(start.year)
    raise QueryRefused(
        f"In public {question.metric.id} is given for whole months or calendar years: add --by month or year, or the dates of one."
    )


def _year(period: str) -> str:
    return period[:4]


def _hidden(question: Question, year: str, ask: Ask) -> set[Cell]:
    """The hidden cells of one year."""
    start, end = date(int(year), 1, 1), date(int(year) + 1, 1, 1)
    if question.form.kind.endswith("distinct"):
        totals = {
            "month": ask(Query(question.metric.id, ("month",), (), start, end)),
            "year": ask(Query(question.metric.id, ("year",), (), start, end)),
        }
        return {(ALL, str(row[name])) for name, rows in totals.items() for row in rows if 0 < (row["value"] or 0) < 5}
    rows = ask(Query(question.metric.id, ("district", "month"), (), start, end))
    if not question.form.is_stock:
        return _of_table(question, rows, year)
    months = sorted({row["month"] for row in rows})  # months of a stock do not add up to its year, which is its last month
    found = {cell for month in months for cell in _of_table(question, [row for row in rows if row["month"] == month], month)}
    return found | {(district, year) for district, month in found if month == months[-1]}


def _of_table(question: Question, rows: Rows, period: str) -> set[Cell]:
    parts = [_counts(row) for row in rows]
    frame = pl.DataFrame(
        {"district": [row["district"] for row in rows], "month": [row["month"] for row in rows], "numerator": [part[0] for part in parts], "denominator": [part[1] for part in parts]},
        schema={"district": pl.String, "month": pl.String, "numerator": pl.Int64, "denominator": pl.Int64},
    ).filter(pl.col("denominator") > 0).sort("district", "month", nulls_last=True)  # fmt: skip
    if frame.is_empty():
        return set()
    base = protect(build_cube(frame.select("district", "month", count="denominator"), CUBE_DIMENSIONS))
    is_share = question.form.has_floor and all(0 <= numerator <= denominator for numerator, denominator in parts)
    if not is_share:
        return _cells_of(base, period)
    wholes = base.cells.with_columns(pl.lit(None, dtype=pl.String).alias("part"), pl.lit(1, dtype=pl.Int32).alias(PART.mark))
    return _cells_of(protect_ratios(frame, CUBE_DIMENSIONS, earlier=[wholes]), period)


def _counts(row: dict[str, Any]) -> tuple[int, int]:
    """The counts that a row rests on: of a share both; else how many cases there were."""
    numerator, denominator, n = (row[name] or 0 for name in ("numerator", "denominator", "n"))
    whole = all(float(each).is_integer() for each in (numerator, denominator))
    return (int(numerator), int(denominator)) if denominator and whole and denominator == n else (0, int(n))


def _cells_of(protected: Protected, period: str) -> set[Cell]:
    """Hidden cells by district and period; where a hidden one could still be worked out, all of them."""
    everything = bool(protected.pinned())
    is_share = any(dimension is PART for dimension in protected.cube.dimensions)
    found = set()
    for place, time in ((0, 0), (0, 1), (1, 0), (1, 1)):
        shown = ratios_at(protected, place=place, time=time) if is_share else protected.at(place=place, time=time)
        for row in shown.iter_rows(named=True):
            if row["is_hidden"] or everything:
                found.add((ALL if place else row["district"], period if time else row["month"]))
    return found
