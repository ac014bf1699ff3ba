"""Rows of a rollup as they are summed from its mart: all of them when it is built, those of some days where a period cuts a month in two."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.catalog import Rollup
from metrics.marts import counted_rows

Days = tuple[date, date]  # the first, and the one after the last


def summed(
    rollup: Rollup,
    columns: Collection[str] | None = None,
    measures: Collection[str] | None = None,
    days: Days | None = None,
    where: str = "true",
) -> str:
    """SELECT over the mart, of a flow, a life table or distinct counts, of the rows that meet `where`.

    By these of its columns, with these of its measures, of these days of one month, dated by the first.
    """
    day = (
        f"date '{days[0]}'" if days else rollup.anchor if rollup.grain == "day" else f"date_trunc('{rollup.grain}', {rollup.anchor})::date"
    )
    keys = [f"{day} as {rollup.grain}", *(_key(rollup, name) for name in sorted(rollup.dimensions if columns is None else columns))]
    conditions = [counted_rows(rollup.mart), f"{rollup.anchor} is not null", where]
    if rollup.life_table:
        event, age, scope = rollup.life_table
        keys.append(f"({age})::bigint as age")
        conditions.append(f"({scope})")
    sums = [f"{sql} as {name}" for name, sql in sums_of(rollup).items() if measures is None or name in measures]
    if days:
        conditions.append(f"{rollup.anchor} >= date '{days[0]}' and {rollup.anchor} < date '{days[1]}'")
    return f"select {', '.join((*keys, *sums))} from {rollup.mart} where {' and '.join(conditions)} group by all"


def sums_of(rollup: Rollup) -> dict[str, str]:
    """The columns that add up, with their aggregates."""
    if rollup.life_table:
        event = rollup.life_table[0]
        return {"n_event": f"count(*) filter (where {event})", "n_censored": f"count(*) filter (where not ({event}))"}
    return {name: f"coalesce({fragment}, 0)" for fragment, name in rollup.measures.items()}


def _key(rollup: Rollup, name: str) -> str:
    return f"isodow({rollup.anchor}) as weekday" if name == "weekday" else name


@dataclass(frozen=True)
class Edges:
    """A period that begins or ends within a month: `first` and `end` as asked for (either may be open), and the columns that the question needs.

    The running year is such a period on most days, and what people look at most; its whole months are in rollups.
    """

    rollup: Rollup
    columns: frozenset[str]
    first: date | None
    end: date | None

    def relation(self, aggregates: Collection[str]) -> str:
        """Whole months from the rollup and the days before and after them from the mart, with the columns that these aggregates mention."""
        rollup, text = self.rollup, " ".join(aggregates)
        measures = [name for name in sums_of(rollup) if name in text]
        kept = [rollup.grain, *sorted(self.columns), *["age"] * bool(rollup.life_table), *measures]
        since, until = self._whole
        within = [f"{rollup.grain} >= date '{since}'"] * bool(since) + [f"{rollup.grain} < date '{until}'"] * bool(until)
        months = f"select {', '.join(kept)} from {rollup.name} where {' and '.join(within)}"
        return f"({' union all '.join((months, *(summed(rollup, self.columns, measures, days) for days in self._days)))})"

    @property
    def has_whole_months(self) -> bool:
        """Whether there is anything to gain."""
        since, until = self._whole
        return since is None or until is None or since < until

    @property
    def _whole(self) -> tuple[date | None, date | None]:
        """The first day of the first whole month, and the one after the last."""
        since = self.first if self.first is None or self.first.day == 1 else _next_month(self.first)
        return since, self.end.replace(day=1) if self.end else None

    @property
    def _days(self) -> list[Days]:
        since, until = self._whole
        before = [(self.first, since)] if self.first and since and self.first < since else []
        after = [(until, self.end)] if self.end and until and until < self.end else []
        return before + after


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
