"""The points of a course over time, as rows: which of them are known, which are settled, and where intervals stand without a gap.

Rows rather than frames: a course has some dozens of points, and polars takes longer to begin a question than to answer it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Point = dict[str, Any]


def column(points: Sequence[Point], name: str) -> list[Any]:
    """One value of every point."""
    return [point[name] for point in points]


def known(points: Sequence[Point]) -> list[Point]:
    """Those with a value."""
    return [point for point in points if point["value"] is not None]


def settled(points: Sequence[Point]) -> list[Point]:
    """Those that will not change any more."""
    return [point for point in points if not point.get("is_provisional")]


def unfinished(points: Sequence[Point]) -> list[Point]:
    """What is provisional, with the last settled point that it goes on from; nothing where all is settled."""
    late = [point for point in known(points) if point.get("is_provisional")]
    return [*settled(known(points))[-1:], *late] if late else []


def runs(points: Sequence[Point]) -> list[list[Point]]:
    """Stretches of points with an interval, parted where a lower end is missing."""
    found: list[list[Point]] = [[]]
    for point in points:
        if point.get("low") is None:
            found.append([])
        elif point.get("high") is not None:
            found[-1].append(point)
    return [run for run in found if run]
