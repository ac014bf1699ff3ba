"""Days of the demo as numbers (days since 1970) with China's official working days: holidays, moved weekends and all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import chinese_calendar
import numpy as np

DAY = 86_400
_EPOCH = date(1970, 1, 1)
_FIRST, _LAST = date(2014, 1, 1), date(2019, 12, 31)
SPRING_FESTIVALS = tuple(date.fromisoformat(day) for day in ("2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05"))


def number(day: date) -> int:
    """Return the day's number."""
    return (day - _EPOCH).days


def day_of(value: int) -> date:
    """Return the date of a day's number."""
    return _EPOCH + timedelta(days=int(value))


def year_of(days: np.ndarray | int) -> np.ndarray:
    """Return years with fractions, as the paths of a model are written (2014.7)."""
    return 1970 + np.asarray(days, dtype=float) / 365.2425


@dataclass(frozen=True)
class WorkingDays:
    """Working days between two dates: which days work, and the running count of them."""

    first: int
    is_working: np.ndarray
    count: np.ndarray

    def works(self, days: np.ndarray) -> np.ndarray:
        """Tell which days are working days."""
        return self.is_working[self._at(days)]

    def onward(self, days: np.ndarray) -> np.ndarray:
        """Return each day, or the first working day after it."""
        return self.add(np.asarray(days) - 1, 1)

    def add(self, days: np.ndarray, steps: np.ndarray | int) -> np.ndarray:
        """Count working days onwards, the day itself not counted; no steps: the day itself if it works, else the next one that does."""
        at = self._at(days)
        wanted = np.where(np.asarray(steps) <= 0, self.count[at] + ~self.is_working[at], self.count[at] + steps)
        return np.searchsorted(self.count, np.minimum(wanted, self.count[-1]), side="left") + self.first

    def between(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Count the working days after `start` up to `end`."""
        return self.count[self._at(end)] - self.count[self._at(start)]

    def _at(self, days: np.ndarray) -> np.ndarray:
        """Position of days; days outside the calendar are held at its edges (rows that do not apply carry such days)."""
        return np.clip(np.asarray(days) - self.first, 0, len(self.count) - 1)


@cache
def working_days() -> WorkingDays:
    """Return the State Council's calendar of the demo's years."""
    span = [_FIRST + timedelta(days=offset) for offset in range((_LAST - _FIRST).days + 1)]
    works = np.array([chinese_calendar.is_workday(day) for day in span])
    return WorkingDays(number(_FIRST), works, np.cumsum(works))


def weekday(days: np.ndarray) -> np.ndarray:
    """Return 0 for Monday to 6 for Sunday."""
    return (np.asarray(days) + 3) % 7


def months(first: date, last: date) -> list[tuple[int, int]]:
    """List the months of a period as [first day, first day of the next month)."""
    starts = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)]
    inside = [day for day in starts if (first.year, first.month) <= (day.year, day.month) <= (last.year, last.month)]
    return [(max(number(day), number(first)), min(number((day + timedelta(days=32)).replace(day=1)), number(last) + 1)) for day in inside]
