"""Outlines of areas from GeoJSON features: rings as one line with gaps, and points inside on which a name can stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Ring = Sequence[Sequence[float]]
ROWS = 24  # horizontal cuts on which the middle of an area is looked for
NAME_HEIGHT = 0.11  # of a name with its value, as a part of the map's height
NAME_WIDTH = 2.2  # times its height
PROPERTIES = ("code", "adcode", "gb", "id")  # where codes stand in files from different makers


@dataclass(frozen=True)
class Area:
    """One area: its code, its rings with None between them (holes run the other way round and stay open).

    spots: places for its name, the best first.
    """

    code: str
    x: list[float | None]
    y: list[float | None]
    spots: list[Spot]

    @property
    def height(self) -> float:
        """Degrees of latitude between its ends."""
        known = [y for y in self.y if y is not None]
        return max(known) - min(known)


def areas_of(features: Sequence[dict[str, Any]], code: str = "code") -> list[Area]:
    """The areas among the features: Polygon and MultiPolygon with a code under `code` or, failing that, under a usual name."""
    found = []
    for feature in features:
        polygons = polygons_of(feature)
        if polygons and (own := code_of(feature, code)):
            x, y = _line(polygons)
            found.append(Area(own, x, y, spots_of(polygons)))
    return found


def code_of(feature: dict[str, Any], code: str = "code") -> str:
    """A feature's code as text; empty when it has none."""
    properties = {"id": feature.get("id"), **(feature.get("properties") or {})}
    for name in (code, *PROPERTIES):
        if properties.get(name) not in (None, ""):
            return str(properties[name])
    return ""


def polygons_of(feature: dict[str, Any]) -> list[list[Ring]]:
    """The polygons of a feature, each as its rings, the outer one first; nothing for other kinds of geometry."""
    geometry = feature.get("geometry") or {}
    kind, coordinates = geometry.get("type"), geometry.get("coordinates") or []
    polygons = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else []
    kept = [[ring for ring in polygon if len(ring) > 2] for polygon in polygons]
    return [rings for rings in kept if rings]


def _line(polygons: list[list[Ring]]) -> tuple[list[float | None], list[float | None]]:
    """All rings as one path; holes against the sense of their polygon, so that the fill leaves them out."""
    x: list[float | None] = []
    y: list[float | None] = []
    for rings in polygons:
        for at, ring in enumerate(rings):
            turned = ring if (_size(ring) > 0) == (at == 0) else ring[::-1]
            closed = [*turned, turned[0]]
            gap = [None] if x else []
            x += [*gap, *(point[0] for point in closed)]
            y += [*gap, *(point[1] for point in closed)]
    return x, y


def _size(ring: Ring) -> float:
    """Area of a ring in square degrees, positive when it runs counter-clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


@dataclass(frozen=True)
class Spot:
    """A place for a name inside an area, and how wide the area is there."""

    x: float
    y: float
    width: float


def spots_of(polygons: list[list[Ring]]) -> list[Spot]:
    """Middles of the stretches inside the largest polygon, cut at several heights; the best first: wide, and near the middle height.

    Never outside, unlike a mean of corners.
    """
    rings = max(polygons, key=lambda found: abs(_size(found[0])))
    heights = [point[1] for point in rings[0]]
    low, high = min(heights), max(heights)
    cuts = [low + (high - low) * (row + 0.5) / ROWS for row in range(ROWS)]
    spots = [Spot((left + right) / 2, y, right - left) for y in cuts for left, right in _inside(rings, y)]
    if not spots:
        return [Spot(rings[0][0][0], rings[0][0][1], 0.0)]
    widest, middle, half = max(spot.width for spot in spots), (low + high) / 2, (high - low) / 2
    return sorted(spots, key=lambda spot: abs(spot.y - middle) / half - 1.5 * min(spot.width / widest, 0.8))


def _inside(rings: list[Ring], y: float) -> Iterator[tuple[float, float]]:
    """Stretches of the horizontal line at `y` that lie inside."""
    crossings = sorted(
        a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        for ring in rings
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
        if (a[1] > y) != (b[1] > y)
    )
    return zip(crossings[::2], crossings[1::2], strict=False)


def spots_for_names(areas: Sequence[Area], taken: Sequence[tuple[float, float]] = ()) -> dict[str, Spot]:
    """For each area a spot clear of the other names and of the points `taken`; the smallest, which have the least choice, go first."""
    if not areas:
        return {}
    known = [y for area in areas for y in area.y if y is not None]
    line = (max(known) - min(known)) * NAME_HEIGHT
    placed = [(x, y, 0.75) for x, y in taken]
    found: dict[str, Spot] = {}
    for area in sorted(areas, key=lambda each: each.height):
        spot = next((spot for spot in area.spots if _is_clear(spot, placed, line)), area.spots[0])
        found[area.code] = spot
        placed.append((spot.x, spot.y, 1.0))
    return found


def _is_clear(spot: Spot, placed: Sequence[tuple[float, float, float]], line: float) -> bool:
    return all(abs(spot.y - y) > line * size or abs(spot.x - x) > line * NAME_WIDTH * size for x, y, size in placed)
