"""Service points of an article city: halls and their windows, stations, terminals installed and planned."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines.demo.article.town import Spec, Town


def service_points(town: Town) -> pl.DataFrame:
    """List every point, in the order of the YAML."""
    where = {row["division_code"]: row for row in town.divisions.iter_rows(named=True)}
    rows: list[Spec] = []
    for hall in town["halls"]:
        rows += _hall(hall, where[hall["at"]])
    for line in town["small_halls"]:
        rows += _small_halls(town, line, where)
    for line in town["terminals"]:
        rows += _terminals(town, line, where)
    return pl.DataFrame(rows, infer_schema_length=None)


def _point(point_id: str, site_id: str, kind: str, names: tuple[str, str], place: Spec) -> Spec:
    own = {
        "point_id": point_id,
        "site_id": site_id,
        "kind": kind,
        "name_zh": names[0],
        "name_en": names[1],
        "division_code": place["division_code"],
    }
    rest = {"lat": place["lat"], "lon": place["lon"], "crs": "WGS84", "open_24h": False, "commissioned_on": "2014-01-01", "planned": False}
    return own | rest | {"parent_point_id": None, "window_mode": None, "owner_dept_id": None, "valid_from": "2014-01-01", "valid_to": None}


def _hall(hall: Spec, place: Spec) -> list[Spec]:
    """A hall and its windows: {id, at, zh, en, kind, windows: {mode: count}, opened, dept}."""
    own = {
        "commissioned_on": str(hall.get("opened", "2014-01-01")),
        "valid_from": str(hall.get("opened", "2014-01-01")),
        "owner_dept_id": hall.get("dept"),
    }
    out = [_point(hall["id"], hall["id"], hall.get("kind", "hall"), (hall["zh"], hall["en"]), place) | own]
    no = 0
    for mode, count in hall["windows"].items():
        for _ in range(count):
            no += 1
            names = f"{hall['zh']}{no}号窗口", f"{hall['en']}, window {no}"
            point = _point(f"{hall['id']}-W{no:02d}", hall["id"], "window", names, place)
            out.append(point | own | {"parent_point_id": hall["id"], "window_mode": mode})
    return out


def _small_halls(town: Town, line: Spec, where: dict[str, Any]) -> list[Spec]:
    """One place with one window in each of many divisions: {at, kind, zh, en, first, mode, opened}."""
    out = []
    for code in town.at(line["at"])[: line.get("first", 10**9)]:
        place = where[code]
        hall = {"id": f"{line['prefix']}-{code}", "zh": place["name_zh"] + line["zh"], "en": f"{place['name_en']} {line['en']}"}
        out += _hall(
            hall | {"kind": line["kind"], "windows": {line["mode"]: line.get("windows", 1)}, "opened": line.get("opened", "2014-01-01")},
            place,
        )
    return out


def _terminals(town: Town, line: Spec, where: dict[str, Any]) -> list[Spec]:
    """So many machines at so many sites, dealt to divisions in turn; planned ones have no day of opening yet."""
    codes, out = town.at(line["at"]), []
    sites, is_planned = line.get("sites", line["count"]), line.get("planned", False)
    for no in range(line["count"]):
        site = no % sites
        place, prefix = where[codes[site % len(codes)]], line["prefix"]
        names = f"{place['name_zh']}自助终端{no + 1:03d}", f"{place['name_en']} terminal {no + 1:03d}"
        point = _point(f"{prefix}-{no + 1:03d}", f"{prefix}-S{site + 1:03d}", "terminal", names, place)
        opened = _opened(line, no)
        day = {
            "commissioned_on": None if is_planned else opened,
            "valid_from": opened,
            "planned": is_planned,
            "open_24h": line.get("open_24h", True),
        }
        out.append(point | day)
    return out


def _opened(line: Spec, no: int) -> str:
    """The n-th machine's day: evenly between the first and last of `from`, or the one day that is given."""
    days = line["from"]
    if not isinstance(days, list):
        return str(days)
    first, last = days
    return str(first + (last - first) * no // max(line["count"] - 1, 1))
