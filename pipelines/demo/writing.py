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
    """Files of one feed from one sender, one per `every` (month, quarter or year)."""

    folder: Path
    feed: str
    time: str
    every: str
    last: int  # the last day of the demo: later rows are never sent
    order: tuple[str, ...] = ()
    stamp: str = LOCAL
    _rows: list[pl.DataFrame] = field(default_factory=list)
    _label: str = ""

    def add(self, frame: pl.DataFrame, day: int) -> list[Path]:
        """Take in rows made for the month of `day`; write the period before it once it is over."""
        label, written = period_label(day_of(day), self.every), []
        if self._label and label != self._label:
            written = self._write(day)
        self._label = label
        self._rows.append(frame)
        return written

    def close(self) -> list[Path]:
        """Write what is left, up to the last day."""
        return self._write(self.last + 1)

    def _write(self, until: int) -> list[Path]:
        frame = pl.concat(self._rows)
        is_over = before(pl.col(self.time), until)
        now, self._rows = frame.filter(is_over), [frame.filter(~is_over)]
        return [write(now.sort(self.time, *self.order), self.folder / f"{self.feed}-{self._label}.csv", self.stamp)]


def before(column: pl.Expr, day: int) -> pl.Expr:
    """Tell which instants lie before the start of a day."""
    return column < pl.lit(datetime(1970, 1, 1) + timedelta(days=day))


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
