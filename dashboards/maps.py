"""Areas of the city from its own GeoJSON files (`<home>/maps/*.geojson`), matched to division codes. None is shipped: boundaries are the city's.

A map is read once for each version of its file. Coordinates are laid on a grid finer than a screen shows, so that borders which two areas
share stay shared and a detailed survey does not travel to every reader.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.gate import Gate
from dashboards.words import say

LARGEST = 50_000_000  # bytes of a file that is still read
GRID = 600  # steps across the longer side of a map: twice what a card shows


class MapRefused(ValueError):
    """A file that cannot serve as a map. `key`: its words under maps.refused; `values` fill them in."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(say("en", f"maps.refused.{key}", **values))
        self.key, self.values = key, values

    def sentence(self, lang: str) -> str:
        """What to do, in the reader's language."""
        return say(lang, f"maps.refused.{self.key}", **self.values)


@dataclass(frozen=True)
class CityMap:
    """Features of a city and the property of theirs that holds the division's code ("id": the feature's own)."""

    features: Sequence[dict[str, Any]]
    code: str


@dataclass(frozen=True)
class Found:
    """The map that holds the places asked for, if there is one, and what is wrong with files that cannot be read."""

    map: CityMap | None = None
    problems: tuple[MapRefused, ...] = ()


def map_of(gate: Gate, codes: Collection[str]) -> Found:
    """The map with the most of these places; none without at least half of them, for a map of a part would mislead."""
    read = [_read_once(gate, path) for path in sorted(gate.maps_dir.glob("*.geojson"))]
    problems = tuple(one for one in read if isinstance(one, MapRefused))
    matched = [
        (_hits(features, name, codes), name, features) for features in read if isinstance(features, list) for name in _names(features)
    ]
    best = max(matched, key=lambda found: found[0], default=(0, "", []))
    if not codes or best[0] * 2 < len(codes):
        return Found(None, problems)
    shown = [feature for feature in best[2] if _code(feature, best[1]) in codes]
    return Found(CityMap(shown, best[1]), problems)


def _read_once(gate: Gate, path: Path) -> list[dict] | MapRefused:
    stat = path.stat()
    return gate.once(("map", path.name, stat.st_mtime_ns, stat.st_size), lambda: _read_or_refusal(path))


def _read_or_refusal(path: Path) -> list[dict] | MapRefused:
    try:
        return read_features(path)
    except MapRefused as refusal:
        return refusal


def read_features(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON file on a grid, areas only; raise MapRefused with a sentence that says what to do."""
    size = path.stat().st_size
    if size > LARGEST:
        raise MapRefused("large", file=path.name, megabytes=round(size / 1e6), most=LARGEST // 1_000_000)
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as fault:
        raise MapRefused("unreadable", file=path.name) from fault
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        raise MapRefused("not_a_collection", file=path.name)
    if content.get("UTF8Encoding"):
        raise MapRefused("compressed", file=path.name)
    areas = [feature for feature in content["features"] if _is_area(feature)]
    if not areas:
        raise MapRefused("no_areas", file=path.name)
    return _on_grid(areas, path)


def _is_area(feature: Any) -> bool:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return (
        isinstance(geometry, dict) and geometry.get("type") in ("Polygon", "MultiPolygon") and isinstance(geometry.get("coordinates"), list)
    )


def _on_grid(areas: list[dict], path: Path) -> list[dict]:
    try:
        shapes = [_polygons(feature) for feature in areas]
        points = [point for shape in shapes for polygon in shape for ring in polygon for point in ring]
        xs, ys = [float(point[0]) for point in points], [float(point[1]) for point in points]
    except (TypeError, ValueError, IndexError) as fault:
        raise MapRefused("unreadable", file=path.name) from fault
    if not xs or not (-180 <= min(xs) <= max(xs) <= 180 and -90 <= min(ys) <= max(ys) <= 90):
        raise MapRefused("not_degrees", file=path.name)
    step = max(max(xs) - min(xs), max(ys) - min(ys)) / GRID or 1.0
    return [_snapped(feature, shape, step) for feature, shape in zip(areas, shapes, strict=True)]


def _polygons(feature: dict) -> list:
    geometry = feature["geometry"]
    return geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]


def _snapped(feature: dict, shape: list, step: float) -> dict:
    polygons = [[snapped for ring in polygon if len(snapped := _ring(ring, step)) > 3] for polygon in shape]
    kept = [polygon for polygon in polygons if polygon]
    geometry = {"type": "MultiPolygon", "coordinates": kept}
    return {"type": "Feature", "id": feature.get("id"), "properties": feature.get("properties") or {}, "geometry": geometry}


def _ring(ring: Iterable[Sequence[float]], step: float) -> list[list[float]]:
    """The ring's points on the grid, each once in a row."""
    found: list[list[float]] = []
    for point in ring:
        x, y = round(round(point[0] / step) * step, 4), round(round(point[1] / step) * step, 4)
        if not found or found[-1] != [x, y]:
            found.append([x, y])
    return found


def _names(features: list[dict]) -> list[str]:
    return list(dict.fromkeys(["id", *(str(name) for feature in features for name in feature["properties"])]))


def _code(feature: dict, name: str) -> str:
    value = feature.get("id") if name == "id" else feature["properties"].get(name)
    return "" if value is None else str(value)


def _hits(features: list[dict], name: str, codes: Collection[str]) -> int:
    return len({_code(feature, name) for feature in features} & set(codes))
