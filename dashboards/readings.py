"""One figure as it was read: value, state, interval, counts; and what two of them say together. Pure values, no data access."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

MEASURES = {
    "value": pl.Float64,
    "state": pl.String,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "n": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


@dataclass(frozen=True)
class Reading:
    """A metric's value for one place and period, or the state that stands in its stead."""

    state: str = "not_provided"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: float | None = None
    cases: float | None = None  # the denominator of a share or rate

    @property
    def has_interval(self) -> bool:
        """Whether its uncertainty is known."""
        return self.value is not None and self.low is not None and self.high is not None


@dataclass(frozen=True)
class Change:
    """now − before. `is_clear`: more than chance (or a full count that changed), None where no interval tells; `sign`: better 1, worse −1, neither 0."""

    delta: float
    is_clear: bool | None
    sign: int


class Figures:
    """An answer's figures column by column: dimensions as text, measures as they came. A frame is made of them when somebody wants one."""

    def __init__(self, columns: Mapping[str, Sequence[Any]], by: Sequence[str]) -> None:
        """`columns` of an answer, broken down `by` these dimensions."""
        self.places = {name: [_as_text(value) for value in columns[name]] for name in by}
        self.measures = {name: columns[name] for name in MEASURES}
        self._frame: pl.DataFrame | None = None
        self._rows: dict[tuple[str, str], dict[str, dict[str, int]]] = {}

    @property
    def frame(self) -> pl.DataFrame:
        """Dimensions as text, measures as numbers."""
        if self._frame is None:
            places = [pl.Series(name, values, dtype=pl.String) for name, values in self.places.items()]
            measures = [pl.Series(name, self.measures[name], dtype=kind, strict=False) for name, kind in MEASURES.items()]
            self._frame = pl.DataFrame([*places, *measures])
        return self._frame

    def rows(self, by: str, grain: str) -> dict[str, dict[str, int]]:
        """Number of the row by code of a dimension (the whole, without one: "") and by period; rows without a code are left out. Sorted out once."""
        if (by, grain) not in self._rows:
            sorted_out: dict[str, dict[str, int]] = {}
            periods = self.places[grain]
            for row, (code, period) in enumerate(zip(self.places[by] if by else [""] * len(periods), periods, strict=True)):
                if code is not None and period is not None:
                    sorted_out.setdefault(code, {})[period] = row
            self._rows[by, grain] = sorted_out
        return self._rows[by, grain]

    def reading(self, row: int) -> Reading:
        """The reading of a row."""
        return read_row({name: _as_number(values[row]) for name, values in self.measures.items()})


def _as_text(value: Any) -> str | None:
    return value if value is None or type(value) is str else str(value)


def _as_number(value: Any) -> Any:
    """Numbers as floats, whatever the statement counted in; a state stays what it is."""
    return value if value is None or type(value) in (float, str) else float(value)


def read_row(row: Mapping[str, Any]) -> Reading:
    """One answer row as a reading; only the state `value` carries a number, and only a finite one."""
    value = row["value"] if row["state"] == "value" else None
    if value is not None and not math.isfinite(value):
        return Reading()
    return Reading(row["state"] or "not_provided", value, row["low"], row["high"], row["n"], row.get("denominator"))


class Readings(Mapping[str, Reading]):
    """Readings by period, each made when somebody looks: of most places nobody looks at every period."""

    def __init__(self, found: Mapping[str, Any], read: Callable[[Any], Reading]) -> None:
        """`read` makes the reading of what was found for a period."""
        self._found, self._read = found, read
        self._made: dict[str, Reading] = {}

    def __getitem__(self, period: str) -> Reading:
        """The reading of a period."""
        if period not in self._made:
            self._made[period] = self._read(self._found[period])
        return self._made[period]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def change_between(now: Reading, before: Reading, better: str, *, is_full_count: bool) -> Change | None:
    """The change from `before` to `now`; None when either has no value. Interval of the difference by MOVER (Zou & Donner 2008)."""
    if now.value is None or before.value is None:
        return None
    delta = now.value - before.value
    is_clear = delta != 0 if is_full_count else _is_apart(now, before)
    direction = {"higher": 1, "lower": -1}.get(better, 0)
    return Change(delta, is_clear, direction * ((delta > 0) - (delta < 0)) if is_clear else 0)


def _is_apart(one: Reading, other: Reading) -> bool | None:
    """Whether the 95 % interval of the difference of two independent estimates leaves out 0; None when an interval is not known."""
    if not (one.has_interval and other.has_interval):
        return None
    delta = one.value - other.value  # type: ignore[operator]
    low = delta - math.hypot(one.value - one.low, other.high - other.value)  # type: ignore[operator]
    high = delta + math.hypot(one.high - one.value, other.value - other.low)  # type: ignore[operator]
    return low > 0 or high < 0
