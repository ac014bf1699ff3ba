"""The day that a delivery belongs to: the one in the name of its file or of a folder above it, else the day on which it arrived."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.source import Source

# 2024-03-01, 2024_03_01, 2024.03.01, 20240301, 2024年3月1日; more digits beside it make it another number, such as a hash
WRITTEN = re.compile(r"(?<!\d)(\d{4})(?:([-_.]?)(\d{2})\2(\d{2})|年(\d{1,2})月(\d{1,2})日)(?!\d)")


def delivery_day(source: Source, path: Path, folder: Path) -> date:
    """The day of a file under `folder`; one before the source's first day or still to come is not believed."""
    first, last = source.partition_from or date.min, today(source)
    for day in _written(path, folder):
        if first <= day <= last:
            return day
    return min(max(datetime.fromtimestamp(path.stat().st_mtime, ZoneInfo(source.zone)).date(), first), last)


def today(source: Source) -> date:
    """The local date where the source is."""
    return datetime.now(ZoneInfo(source.zone)).date()


def _written(path: Path, folder: Path) -> Iterator[date]:
    """Days in the file's name, then in its folders' names from the inside out. One that spans days, as a pull's does, begins with its first."""
    for name in reversed(path.relative_to(folder).parts):
        for year, _, month, day, month_zh, day_zh in WRITTEN.findall(name):
            try:
                yield date(int(year), int(month or month_zh), int(day or day_zh))
            except ValueError:  # a number that is no date
                continue
    yield from _year_month_day(path.relative_to(folder).parts[:-1])


def _year_month_day(folders: tuple[str, ...]) -> Iterator[date]:
    """A day as three folders, 2024/03/01."""
    for parts in zip(folders, folders[1:], folders[2:], strict=False):
        if all(part.isdigit() for part in parts) and len(parts[0]) == 4:
            try:
                yield date(int(parts[0]), int(parts[1]), int(parts[2]))
            except ValueError:
                continue
