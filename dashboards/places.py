"""Names and order of places, departments and sites in the current release, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dashboards.gate import Gate

CITY, DISTRICT = 3, 4
_DIVISIONS = "select division_code as code, name_zh, name_en, level, city_code, district_code from dim_division order by division_code"
_DEPARTMENTS = "select dept_id as code, name_zh, name_en from dim_department order by dept_id"
_SITES = "select site_id as code, name_zh, name_en from dim_site order by site_id"


@dataclass(frozen=True)
class Place:
    """A city or district: its code and both names."""

    code: str
    name_zh: str
    name_en: str

    def name(self, lang: str) -> str:
        """Its name in a language; the other one where that is missing, else its code."""
        first, second = (self.name_zh, self.name_en) if lang == "zh" else (self.name_en, self.name_zh)
        return first or second or self.code


def divisions(gate: Gate) -> pl.DataFrame:
    """All divisions."""
    return gate.table(_DIVISIONS)


def cities(gate: Gate) -> list[Place]:
    """Cities, those with districts of their own first, then by code."""
    rows = divisions(gate)
    peopled = set(rows.filter(pl.col("level") == DISTRICT)["city_code"].to_list())
    found = [_place(row) for row in rows.filter(pl.col("level") == CITY).iter_rows(named=True)]
    return sorted(found, key=lambda place: (place.code not in peopled, place.code))


def districts(gate: Gate, city: str) -> list[Place]:
    """The districts of a city, by code."""
    chosen = divisions(gate).filter((pl.col("level") == DISTRICT) & (pl.col("city_code") == city))
    return [_place(row) for row in chosen.iter_rows(named=True)]


def district_at(gate: Gate, code: str) -> tuple[Place, str] | None:
    """A district and the code of its city, if the release knows it."""
    chosen = divisions(gate).filter((pl.col("level") == DISTRICT) & (pl.col("code") == code))
    return None if chosen.is_empty() else (_place(chosen.row(0, named=True)), chosen["city_code"][0] or "")


def part_names(gate: Gate, dimension: str) -> dict[str, Place]:
    """Departments or sites by code."""
    rows = gate.table(_SITES if dimension == "site" else _DEPARTMENTS)
    return {row["code"]: _place(row) for row in rows.iter_rows(named=True)}


def _place(row: dict) -> Place:
    return Place(row["code"], row["name_zh"] or "", row["name_en"] or "")
