"""Working days: which dates count, by calendar, from 1990 to 2060.

CN follows the State Council's holidays and make-up workdays as the `chinesecalendar` package keeps them; in years that it does not cover, CN is Monday to
Friday and the days are marked as not published. WEEKDAYS is Monday to Friday, always. Further calendars come from reference/local_days.yaml.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import yaml

from warehouse.engine.duckdb import transaction

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2060, 12, 31)
STATE_KEY = "ref_working_day"
COLUMNS = ("calendar_id", "day", "is_working", "working_day_no", "is_published")


@dataclass(frozen=True)
class LocalCalendar:
    """A calendar that differs from its base on the listed days."""

    id: str
    base: str
    holidays: frozenset[date] = field(default_factory=frozenset)
    workdays: frozenset[date] = field(default_factory=frozenset)


def calendar_frame(local: list[LocalCalendar] | None = None) -> pl.DataFrame:
    """One row per calendar and day; working_day_no counts the working days from the first day to `day`, `day` included."""
    days = _weekdays()
    frames = {"CN": _official(days), "WEEKDAYS": _marked(days, "WEEKDAYS", pl.col("is_weekday"), pl.lit(True))}
    for calendar in local_calendars() if local is None else local:
        frames[calendar.id] = _local(frames, calendar)
    return pl.concat(frames.values())


def local_calendars(path: Path | None = None) -> list[LocalCalendar]:
    """Calendars of the YAML file at `path`, else of the one that is shipped."""
    text = path.read_text("utf-8") if path else (files("warehouse") / "reference" / "local_days.yaml").read_text("utf-8")
    return [_parse(entry) for entry in (yaml.safe_load(text) or {}).get("calendars") or []]


def install_calendar(con: duckdb.DuckDBPyConnection, local: list[LocalCalendar] | None = None) -> bool:
    """Write ref_working_day when it is missing or differs from the calendars of today; True when it was written."""
    frame = calendar_frame(local)
    wanted = hashlib.sha256(frame.write_csv().encode()).hexdigest()
    found = con.execute("select value from build_state where name = ?", [STATE_KEY]).fetchone()
    exists = con.execute("select count(*) from duckdb_tables() where table_name = 'ref_working_day' and not temporary").fetchone()
    if found == (wanted,) and exists != (0,):
        return False
    con.register("calendar_frame", frame.to_arrow())
    with transaction(con):
        con.execute(f"create or replace table ref_working_day as select {', '.join(COLUMNS)} from calendar_frame")
        con.execute("insert or replace into build_state values (?, ?)", [STATE_KEY, wanted])
    con.unregister("calendar_frame")
    return True


def _weekdays() -> pl.DataFrame:
    return pl.DataFrame({"day": pl.date_range(FIRST_DAY, LAST_DAY, eager=True)}).with_columns(is_weekday=pl.col("day").dt.weekday() <= 5)


def _official(days: pl.DataFrame) -> pl.DataFrame:
    holidays, workdays, first, last = _state_council()
    working = (pl.col("is_weekday") & ~pl.col("day").is_in(holidays)) | pl.col("day").is_in(workdays)
    return _marked(days, "CN", working, pl.col("day").dt.year().is_between(first, last))


@cache
def _state_council() -> tuple[list[date], list[date], int, int]:
    """Days off and make-up workdays, first and last year that is covered. Imported late: the package builds its tables on import."""
    from chinese_calendar.constants import holidays, workdays

    years = [day.year for day in holidays]
    return sorted(holidays), sorted(workdays), min(years), max(years)


def _marked(days: pl.DataFrame, calendar_id: str, working: pl.Expr, published: pl.Expr) -> pl.DataFrame:
    marked = days.select(pl.lit(calendar_id).alias("calendar_id"), "day", is_working=working, is_published=published)
    return marked.with_columns(working_day_no=pl.col("is_working").cast(pl.Int64).cum_sum()).select(COLUMNS)


def _local(frames: dict[str, pl.DataFrame], calendar: LocalCalendar) -> pl.DataFrame:
    if calendar.base not in frames:
        raise ValueError(
            f"Calendar {calendar.id} in local_days.yaml rests on {calendar.base}, which is not defined before it; known: {', '.join(frames)}."
        )
    working = (pl.col("is_working") | pl.col("day").is_in(sorted(calendar.workdays))) & ~pl.col("day").is_in(sorted(calendar.holidays))
    return _marked(frames[calendar.base], calendar.id, working, pl.col("is_published"))


def _parse(entry: dict[str, Any]) -> LocalCalendar:
    for key in ("holidays", "workdays"):
        for day in entry.get(key) or []:
            if type(day) is not date:
                raise ValueError(f"Calendar {entry.get('id')} in local_days.yaml lists {day!r} under {key}; write dates as YYYY-MM-DD.")
    return LocalCalendar(
        entry["id"], entry.get("base", "CN"), frozenset(entry.get("holidays") or ()), frozenset(entry.get("workdays") or ())
    )
