"""CSV files of the sending systems: rows are cut into periods by their own time; what lies after a period waits for its own file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.demo.days import day_of

LOCAL = "%Y-%m-%dT%H:%M:%S"
_MISSING = pl.Series([None], dtype=pl.String)


def instant(seconds: np.ndarray) -> pl.Series:
    """Turn seconds of local time into instants; -1 becomes missing."""
    values = np.asarray(seconds, dtype=np.int64)
    micros = (values * 1_000_000).astype("datetime64[us]")
    micros[values < 0] = np.datetime64("NaT")
    return pl.Series(micros)


def words(values: Iterable[str | None], codes: np.ndarray) -> pl.Series:
    """Turn codes into words; -1 becomes missing."""
    return lookup(pl.Series([*values], dtype=pl.String), codes)


def lookup(table: pl.Series, rows: np.ndarray) -> pl.Series:
    """Take rows of a table of words; -1 becomes missing."""
    return pl.concat([table, _MISSING])[np.where(rows < 0, len(table), rows)]


def numbered(prefix: str, first: int, count: int, width: int) -> pl.Series:
    """Make running numbers with a prefix: Q1603-0000001, …"""
    return pl.select(pl.lit(prefix) + pl.int_range(first, first + count).cast(pl.String).str.zfill(width)).to_series()


@dataclass
class Shelf:
    """Files of one feed from one sender, one per period (month, quarter or year): [first day, first day of the next)."""

    folder: Path
    feed: str
    time: str
    every: str
    spans: list[tuple[int, int]]  # the months of the demo
    order: tuple[str, ...] = ()
    stamp: str = LOCAL
    _rows: list[pl.DataFrame] = field(default_factory=list)
    _written: int = 0

    def add(self, frame: pl.DataFrame, until: int) -> list[Path]:
        """Take in rows; `until` is the day before which no more will come: the periods that end by then are written."""
        self._rows.append(frame)
        due = [period for period in periods(self.spans, self.every) if self._written < period[1] <= until]
        self._written = max(self._written, until)
        return [path for period in due for path in self._write(*period)]

    def _write(self, start: int, end: int) -> list[Path]:
        frame = pl.concat(self._rows)
        is_over = before(pl.col(self.time), end)
        now, self._rows = frame.filter(is_over), [frame.filter(~is_over)]
        path = self.folder / f"{self.feed}-{period_label(day_of(start), self.every)}.csv"
        return [write(now.sort(self.time, *self.order), path, self.stamp)] if now.height else []


def before(column: pl.Expr, day: int) -> pl.Expr:
    """Tell which instants lie before the start of a day."""
    return column < pl.lit(datetime(1970, 1, 1) + timedelta(days=day))


def periods(spans: list[tuple[int, int]], every: str) -> list[tuple[int, int]]:
    """Put months together to months, quarters or years."""
    groups: dict[str, list[tuple[int, int]]] = {}
    for span in spans:
        groups.setdefault(period_label(day_of(span[0]), every), []).append(span)
    return [(group[0][0], group[-1][1]) for group in groups.values()]


def period_label(day: date, every: str) -> str:
    """Name the month, quarter or year of a day."""
    return {"month": f"{day:%Y-%m}", "quarter": f"{day:%Y}Q{(day.month + 2) // 3}", "year": f"{day:%Y}"}[every]


def write(frame: pl.DataFrame, path: Path, stamp: str = LOCAL) -> Path:
    """Write one CSV file; columns without any value are left out, and so are those that only the generator uses (`_name`)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    empty = [name for name in frame.columns if frame.height and frame[name].null_count() == frame.height]
    frame = frame.drop(set(empty) | {name for name in frame.columns if name.startswith("_")})
    frame.write_csv(path, datetime_format=stamp)
    return path
