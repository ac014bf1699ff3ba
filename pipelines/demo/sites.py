"""Where the demo city serves people: halls with their windows, departments' counters, stations, terminals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from pipelines.demo.bodies import town_spec
from pipelines.demo.days import day_of, number
from pipelines.demo.model import GROUPS, Model
from pipelines.demo.streams import stream

_LISTED = "2014-01-01"


@dataclass(frozen=True)
class Site:
    """A physical place with windows. `town` is "" for a district's own hall; `audience` "" for everyone."""

    site_id: str
    kind: str
    zh: str
    en: str
    group: int
    division: str
    town: str
    audience: str
    windows: int
    lat: float
    lon: float


@dataclass
class Sites:
    """All places: sites with windows by number, points for stations and terminals."""

    sites: list[Site]
    stations: list[dict[str, Any]] = field(default_factory=list)
    terminals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def group(self) -> np.ndarray:
        return np.array([site.group for site in self.sites])

    @property
    def windows(self) -> np.ndarray:
        return np.array([site.windows for site in self.sites])

    def ids(self) -> pl.Series:
        """Site ids by number."""
        return pl.Series([site.site_id for site in self.sites])

    def find(self, group: int, kind: str, town: str = "", audience: str = "") -> int:
        """Return the number of the site of a kind that serves a town (or the district itself) and an audience."""
        for at, site in enumerate(self.sites):
            if site.group == group and site.kind == kind and site.town == town and site.audience in ("", audience):
                return at
        return self.find(group, kind, "", audience) if town else -1


def sites(model: Model, seed: int) -> Sites:
    """Lay out the city's places."""
    out = Sites([])
    for group, name in enumerate(GROUPS):
        out.sites += _halls(model, group)
        out.sites.append(_counter(model, group))
        if name == model.places["marriage_hall"]["district"]:
            out.sites.append(_marriage_hall(model, group))
    out.stations = _stations(model)
    out.terminals = _terminals(model, stream(seed, "terminals"))
    return out


def points(model: Model, places: Sites) -> pl.DataFrame:
    """List every service point: sites, their windows, stations, terminals as planned and as installed."""
    rows = [row for site in places.sites for row in _site_rows(model, site)]
    rows += [_point(station, "station") for station in places.stations]
    for terminal in places.terminals:
        rows += _terminal_rows(model, terminal)
    return pl.DataFrame(rows, infer_schema_length=None)


def _halls(model: Model, group: int) -> list[Site]:
    name, out = GROUPS[group], []
    kind = "hall"
    for key, zh, en, town, audience, windows in model.places["halls"][name]:
        lat, lon = _where(model, group, town)
        out.append(
            Site(f"FS-{name}-{key}", kind, zh, en, group, town or model.division_code(name), town or "", audience or "", windows, lat, lon)
        )
    spec = model.places["town_halls"]
    for town in map(town_spec, model.places["towns"].get(name, []) if name in spec["districts"] else []):
        zh, en = f"{town['zh']}行政服务中心大厅", f"{town['en']} Service Hall"
        site_id = f"FS-{name}-{town['code'][6:]}"
        out.append(Site(site_id, "branch_hall", zh, en, group, town["code"], town["code"], "", spec["windows"], town["lat"], town["lon"]))
    return out


def _counter(model: Model, group: int) -> Site:
    spec, name = model.places["counters"], GROUPS[group]
    place = model.places["city"] if group == 0 else model.places["districts"][name]
    code, lat, lon = place["code"], place["lat"] + 0.01, place["lon"] + 0.01
    return Site(
        f"FS-{name}-counter",
        "counter",
        place["zh"] + spec["zh"],
        f"{place['en']}: {spec['en']}",
        group,
        code,
        "",
        "",
        spec["windows"],
        lat,
        lon,
    )


def _marriage_hall(model: Model, group: int) -> Site:
    spec = model.places["marriage_hall"]
    lat, lon = _where(model, group, spec["town"])
    return Site(f"FS-{GROUPS[group]}-marriage", "marriage", spec["zh"], spec["en"], group, spec["town"], "", "", spec["windows"], lat, lon)


def _where(model: Model, group: int, town: str | None) -> tuple[float, float]:
    name = GROUPS[group]
    place = model.places["city"] if group == 0 else model.places["districts"][name]
    for spec in map(town_spec, model.places["towns"].get(name, [])):
        if spec["code"] == town:
            return spec["lat"], spec["lon"]
    return place["lat"], place["lon"]


def _stations(model: Model) -> list[dict[str, Any]]:
    spec, out = model.places["stations"], []
    for name in spec["districts"]:
        for town in map(town_spec, model.places["towns"][name]):
            for no in range(1, spec["per_town"] + 1):
                names = {"name_zh": f"{town['zh']}社区服务站{no}", "name_en": f"{town['en']} community station {no}"}
                where = {"lat": round(town["lat"] + 0.008 * no, 3), "lon": round(town["lon"] - 0.006 * no, 3)}
                point = f"FS-ST-{town['code']}-{no}"
                out.append(
                    {"point_id": point, "division_code": town["code"], "group": GROUPS.index(name), "town": town["code"]} | names | where
                )
    return out


def _terminals(model: Model, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Terminals with the day on which they went live (None: still planned)."""
    spec = model.places["terminals"]
    towns = [town_spec(town) for town in model.places["towns"][spec["district"]]]
    first = [(number(day), code) for day, code in spec["first"]]
    rest = spec["planned"] - len(first) - spec["never"]
    pace = np.linspace(first[-1][0] + 20, number(spec["live_by"]), rest).astype(int)
    days: list[int | None] = [day for day, _ in first] + [int(day) for day in pace] + [None] * spec["never"]
    codes = [code for _, code in first] + [towns[at]["code"] for at in rng.integers(0, len(towns), spec["planned"] - len(first))]
    shift = rng.uniform(-0.02, 0.02, (spec["planned"], 2)).round(4)
    by_code = {town["code"]: town for town in towns}
    return [_terminal(no, by_code[code], day, shift[no - 1]) for no, (code, day) in enumerate(zip(codes, days, strict=True), 1)]


def _terminal(no: int, town: dict[str, Any], day: int | None, shift: np.ndarray) -> dict[str, Any]:
    names = {"name_zh": f"{town['zh']}自助终端{no:03d}", "name_en": f"{town['en']} terminal {no:03d}"}
    where = {"lat": round(float(town["lat"] + shift[0]), 4), "lon": round(float(town["lon"] + shift[1]), 4)}
    return {"point_id": f"FS-T-{no:03d}", "division_code": town["code"], "live": day} | names | where


def _site_rows(model: Model, site: Site) -> list[dict[str, Any]]:
    kind = {"counter": "branch_hall", "marriage": "branch_hall"}.get(site.kind, site.kind)
    own = {
        "point_id": site.site_id,
        "division_code": site.division,
        "name_zh": site.zh,
        "name_en": site.en,
        "lat": site.lat,
        "lon": site.lon,
    }
    mode = {"window_mode": "universal" if GROUPS[site.group] == "chancheng" and site.kind == "hall" else "department"}
    windows = [
        own | mode | {"point_id": f"{site.site_id}-W{no:02d}", "name_zh": f"{site.zh}{no}号窗口", "name_en": f"{site.en}, window {no}"}
        for no in range(1, site.windows + 1)
    ]
    hall = _point(own, kind)
    return [hall, *(_point(window, "window", site.site_id) for window in windows)]


def _point(spec: dict[str, Any], kind: str, parent: str | None = None) -> dict[str, Any]:
    names = ("point_id", "name_zh", "name_en", "division_code", "lat", "lon")
    own = {name: spec[name] for name in names} | {"site_id": parent or spec["point_id"], "parent_point_id": parent, "kind": kind}
    rest = {"window_mode": spec.get("window_mode"), "crs": "WGS84", "open_24h": False, "commissioned_on": _LISTED, "planned": False}
    return own | rest | {"valid_from": _LISTED, "valid_to": None}


def _terminal_rows(model: Model, terminal: dict[str, Any]) -> list[dict[str, Any]]:
    planned_on, live = str(model.places["terminals"]["planned_on"]), terminal["live"]
    row = _point(terminal, "terminal") | {"open_24h": True, "planned": True, "commissioned_on": None, "valid_from": planned_on}
    if live is None:
        return [row]
    day = str(day_of(live))
    return [row | {"valid_to": day}, row | {"planned": False, "commissioned_on": day, "valid_from": day}]
