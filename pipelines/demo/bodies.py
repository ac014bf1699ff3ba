"""The demo city's divisions and departments: a city, its districts, their towns, and who works there."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines.demo.model import GROUPS, Model

LISTED = "2010-01-01"


def divisions(model: Model) -> pl.DataFrame:
    """List province, city, districts and towns."""
    places = model.places
    province, city = places["province"], places["city"]
    rows = [_division(province, 2, None), _division(city, 3, province["code"])]
    for group, district in places["districts"].items():
        rows.append(_division(district, 4, city["code"]))
        rows += [_division(town_spec(town), 5, district["code"]) for town in places["towns"][group]]
    return pl.DataFrame(rows, infer_schema_length=None)


def town_spec(town: list[Any]) -> dict[str, Any]:
    """Name the parts of a town's row."""
    return dict(zip(("code", "zh", "en", "lat", "lon"), town, strict=True))


def departments(model: Model) -> pl.DataFrame:
    """List every department: the city's, each district's, and each town's service centre."""
    rows = []
    for group in GROUPS:
        rows += [_department(model, group, function) for function in own_functions(model, group)]
        rows += [_centre(model, group, town_spec(town)) for town in model.places["towns"].get(group, [])]
    return pl.DataFrame(rows, infer_schema_length=None)


def own_functions(model: Model, group: str) -> list[str]:
    """List the functions that have a department of their own in a group."""
    level = "city" if group == "city" else "district"
    return [function for function, spec in model.places["functions"].items() if isinstance(spec[level], list)]


def performer(model: Model, group: str, function: str) -> str | None:
    """Name the function whose department does a function's work in a group; None where nobody does."""
    spec = model.places["functions"][function]["city" if group == "city" else "district"]
    return function if isinstance(spec, list) else spec.get("via")


def dept_id(code: str, function: str) -> str:
    """Make a department's id from its division and function."""
    return f"{code}-{function}"


def _department(model: Model, group: str, function: str) -> dict[str, Any]:
    place = model.places["city"] if group == "city" else model.places["districts"][group]
    zh, en = model.places["functions"][function]["city" if group == "city" else "district"]
    own = {"dept_id": dept_id(place["code"], function), "name_zh": place["zh"] + zh, "name_en": f"{place['en']} {en}"}
    parent = dept_id(model.places["city"]["code"], function) if group != "city" else None
    return own | {"division_code": place["code"], "function_code": function, "parent_dept_id": parent, "valid_from": LISTED}


def _centre(model: Model, group: str, town: dict[str, Any]) -> dict[str, Any]:
    zh, en = model.places["town_body"]
    own = {"dept_id": dept_id(town["code"], "centre"), "name_zh": town["zh"] + zh, "name_en": f"{town['en']} {en}"}
    return own | {"division_code": town["code"], "function_code": "centre", "parent_dept_id": None, "valid_from": LISTED}


def _division(place: dict[str, Any], level: int, parent: str | None) -> dict[str, Any]:
    row = {
        "division_code": place["code"],
        "parent_code": parent,
        "level": level,
        "kind": "statutory",
        "name_zh": place["zh"],
        "name_en": place["en"],
    }
    rest = {name: place.get(name) for name in ("population", "lat", "lon")}
    return row | rest | {"calendar_id": "CN", "valid_from": LISTED}
