"""Quantiles from bin counts, which can be summed over days and places, with a stated bound of the error that binning adds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from scipy.stats import binom

Bin = tuple[float, float | None, int]  # from (inclusive), to (exclusive; None: everything above), count


@dataclass(frozen=True)
class BinnedQuantile:
    """A quantile: the exact one lies within `error` of `value`. low, high: 95 % interval, binning included.

    value None: it lies above `above`, in the open last bin. high None: the interval is open upwards.
    """

    value: float | None
    error: float | None
    low: float | None
    high: float | None
    n: int
    above: float | None = None


def binned_quantile(bins: Iterable[Bin], q: float) -> BinnedQuantile:
    """The smallest value that at least a share q of all do not exceed, as the middle of its bin; the interval by order statistics.

    Bins may come in any order and repeat (sums of days); those of one table must not overlap.
    """
    if not 0 < q < 1:
        raise ValueError(f"A quantile lies between 0 and 1, not at {q}; the median is 0.5.")
    ordered = _merged(bins)
    n = sum(count for _, _, count in ordered)
    if n == 0:
        return BinnedQuantile(None, None, None, None, 0)
    start, end = _bin_of(ordered, max(1, _rank(q, n)))
    low, high = _interval(ordered, q, n)
    if end is None:
        return BinnedQuantile(None, None, low, high, n, above=start)
    return BinnedQuantile((start + end) / 2, (end - start) / 2, low, high, n)


def _merged(bins: Iterable[Bin]) -> list[Bin]:
    counts: dict[tuple[float, float | None], int] = {}
    for start, end, count in bins:
        counts[start, end] = counts.get((start, end), 0) + count
    ordered = sorted(((start, end, count) for (start, end), count in counts.items() if count), key=lambda row: row[0])
    for (_, end, _), (start, _, _) in zip(ordered, ordered[1:], strict=False):
        if end is None or end > start:
            raise ValueError(f"Two bins overlap at {start}; sum only tables with the same bins.")
    return ordered


def _rank(q: float, n: int) -> int:
    """⌈q·n⌉ without the noise of floating point: 0.9 of 10 is the ninth."""
    return -int(-(q * n - 1e-9) // 1)


def _bin_of(ordered: list[Bin], rank: int) -> tuple[float, float | None]:
    """The bin that holds the rank-th smallest value."""
    reached = accumulate(count for _, _, count in ordered)
    return next((start, end) for (start, end, _), total in zip(ordered, reached, strict=True) if total >= rank)


def _interval(ordered: list[Bin], q: float, n: int) -> tuple[float | None, float | None]:
    """From the ranks between which the quantile lies with at least 95 %: the start of one's bin to the end of the other's."""
    below, above = int(binom.ppf(0.025, n, q)), int(binom.ppf(0.975, n, q)) + 1
    low = _bin_of(ordered, below)[0] if below >= 1 else None
    return low, _bin_of(ordered, above)[1] if above <= n else None
