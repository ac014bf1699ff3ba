"""Counts freed of the calendar (T23): per working day, and January with February, between which Spring Festival moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Rate:
    """A count and its working days; `first` is the month, or January for January and February together."""

    first: date
    count: float
    working_days: int

    @property
    def per_working_day(self) -> float | None:
        """The daily rate; None where there was no working day."""
        return self.count / self.working_days if self.working_days else None


def daily_rates(counts: Mapping[date, float], working_days: Mapping[date, int], *, join_spring: bool = True) -> list[Rate]:
    """One rate a month, by its first day; January and February as one where both are there (else neither can be compared, and both are left out)."""
    rates = [Rate(first, counts[first], working_days[first]) for first in sorted(counts) if not join_spring or first.month > 2]
    for january in sorted(first for first in counts if join_spring and first.month == 1):
        february = january.replace(month=2)
        if february in counts:
            rates.append(Rate(january, counts[january] + counts[february], working_days[january] + working_days[february]))
    return sorted(rates, key=lambda rate: rate.first)


def year_on_year(rates: list[Rate]) -> dict[date, float]:
    """Change of the daily rate against the same month a year before, as a share; only where both are known and the earlier is not zero."""
    by_first = {rate.first: rate.per_working_day for rate in rates}
    changes = {}
    for first, now in by_first.items():
        before = by_first.get(first.replace(year=first.year - 1))
        if now is not None and before:
            changes[first] = now / before - 1
    return changes
