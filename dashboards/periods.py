"""Months, quarters and years as values: their bounds, neighbours and keys as the metric layer writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

MONTHS = {"month": 1, "quarter": 3, "year": 12}
_PATTERN = re.compile(r"^(\d{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?$")


@dataclass(frozen=True, order=True)
class Period:
    """One calendar month, quarter or year; `start` is its first day. Key and end are kept: a page asks for thousands of them."""

    start: date
    grain: str = "month"

    @classmethod
    def parse(cls, text: str) -> Period | None:
        """`2018-10`, `2018-Q4` or `2018`; None for anything else."""
        match = _PATTERN.match(text)
        if not match or int(match[1]) < 1:
            return None
        if match[2]:
            return cls(date(int(match[1]), int(match[2]), 1), "month")
        if match[3]:
            return cls(date(int(match[1]), 3 * int(match[3]) - 2, 1), "quarter")
        return cls(date(int(match[1]), 1, 1), "year")

    @classmethod
    def holding(cls, day: date, grain: str = "month") -> Period:
        """The period of this grain that holds `day`."""
        step = MONTHS[grain]
        return cls(date(day.year, (day.month - 1) // step * step + 1, 1), grain)

    @classmethod
    def latest_complete(cls, as_of: date, grain: str = "month") -> Period:
        """The last period that had ended by the end of `as_of`."""
        holding = cls.holding(as_of, grain)
        return holding if holding.is_complete(as_of) else holding.shifted(-1)

    @classmethod
    def latest_before(cls, day: date, grain: str = "month") -> Period:
        """The last period that had ended when `day` began."""
        return cls.latest_complete(day - timedelta(days=1), grain)

    @cached_property
    def key(self) -> str:
        """The key that the metric layer uses for it."""
        if self.grain == "month":
            return self.start.isoformat()[:7]
        if self.grain == "quarter":
            return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
        return str(self.start.year)

    @cached_property
    def end(self) -> date:
        """The first day after it."""
        return self.shifted(1).start

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    def shifted(self, steps: int) -> Period:
        """The period `steps` later (earlier when negative)."""
        months = self.start.year * 12 + self.start.month - 1 + steps * MONTHS[self.grain]
        return Period(date(months // 12, months % 12 + 1, 1), self.grain)

    @property
    def previous(self) -> Period:
        """The one before it."""
        return self.shifted(-1)

    @property
    def year_before(self) -> Period:
        """The same one a year earlier."""
        return self.shifted(-12 // MONTHS[self.grain])

    def is_complete(self, as_of: date) -> bool:
        """Whether the data reach its last day."""
        return self.end <= as_of + timedelta(days=1)

    def run_up(self, count: int) -> list[Period]:
        """The `count` periods that end with this one, oldest first."""
        return [self.shifted(-step) for step in range(count - 1, -1, -1)]
