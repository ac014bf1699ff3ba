"""A city of the articles as written down: its YAML with the habits beneath it, its divisions and departments, its random streams."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
import yaml

from pipelines.demo.days import number
from pipelines.demo.streams import stream

LISTED = "2010-01-01"
Spec = dict[Any, Any]


@dataclass(frozen=True)
class Town:
    """Everything that a city's YAML says, at a seed and scale. Registers do not depend on either; volumes follow the scale."""

    name: str
    spec: Spec
    bodies: Spec
    seed: int
    scale: float

    def __getitem__(self, section: str) -> Any:
        return self.spec.get(section, {})

    @property
    def first(self) -> int:
        """First day of the records."""
        return number(self.spec["period"]["first"])

    @property
    def last(self) -> int:
        """Last day of the records: the demo's today."""
        return number(self.spec["period"]["last"])

    def rng(self, *names: object) -> np.random.Generator:
        """Return the generator of one purpose."""
        return stream(self.seed, self.name, *names)

    def volume(self, stated: float, one_in: int | None = None) -> int:
        """Return what a stated volume is at this scale: scale 1 makes one case in `one_in` of the real ones."""
        return round(stated * self.scale / (one_in or self.spec["one_in"]))

    @property
    def account_holders(self) -> int:
        """How many of the persons have an account: those with the lowest numbers."""
        return sum(self.volume(line["count"], line.get("one_in")) for line in self["accounts"])

    @cached_property
    def divisions(self) -> pl.DataFrame:
        """Every division: those written down, then numbered towns and villages."""
        rows = _written(self)
        by_code = {row["division_code"]: row for row in rows}
        for code, count in self["towns"].items():
            rows += [_numbered(by_code[code], no, 5) for no in range(1, count + 1)]
        towns = [row for row in rows if row["level"] == 5]
        for code, count in self["villages"].items():
            near = [town for town in towns if town["parent_code"] == code]
            sizes = [(count * (no + 1)) // len(near) - (count * no) // len(near) for no in range(len(near))]
            rows += [_numbered(town, no, 6) for town, size in zip(near, sizes, strict=True) for no in range(1, size + 1)]
        return pl.DataFrame(rows, infer_schema_length=None)

    @cached_property
    def parents(self) -> dict[str, str | None]:
        """The division above each."""
        return dict(self.divisions.select("division_code", "parent_code").rows())

    def at(self, where: Any) -> list[str]:
        """Codes of divisions: one code, a list, or {level: 4, in: code, outside: code, but: codes}."""
        if not isinstance(where, dict):
            return [where] if isinstance(where, str) else list(where)
        inside, outside, skipped = where.get("in"), where.get("outside"), set(where.get("but", ()))
        rows = self.divisions.filter(pl.col("level") == where["level"])["division_code"].to_list()
        kept = [code for code in rows if code not in skipped and (inside is None or inside in self.above(code))]
        return [code for code in kept if outside is None or outside not in self.above(code)]

    def above(self, code: str | None) -> list[str]:
        """A division and everything that it lies in, from below."""
        out = []
        while code is not None:
            out.append(code)
            code = self.parents.get(code)
        return out

    @cached_property
    def departments(self) -> pl.DataFrame:
        """The first n functions of the list, for each division that has departments of its own."""
        names = {row["division_code"]: row for row in self.divisions.filter(pl.col("level") < 5).iter_rows(named=True)}
        rows = []
        for code, count in self["departments"].items():
            rows += [_department(self, names[code], function) for function in list(self.bodies["functions"])[:count]]
        return pl.DataFrame(rows, infer_schema_length=None)


def load(name: str, seed: int, scale: float) -> Town:
    """Read a city's YAML; what it does not say about behaviour, the habits do."""
    habits, spec = _read("habits"), _read(name)
    return Town(name, {**spec, "habits": merged(habits, spec.get("habits", {}))}, _read("bodies"), seed, scale)


def merged(base: Spec, over: Spec) -> Spec:
    """Lay one section over another; what is overruled is replaced whole."""
    return {**base, **over}


def _read(name: str) -> Spec:
    return yaml.safe_load(files("pipelines.demo.article").joinpath(f"{name}.yaml").read_text(encoding="utf-8"))


def _written(town: Town) -> list[Spec]:
    """Divisions in the order of the YAML: each belongs to the nearest one before it of a higher rank."""
    rows: list[Spec] = []
    above: dict[int, str] = {}
    for level, code, zh, en, *rest in town.spec["divisions"]:
        population, lat, lon = (*rest, None, None, None)[:3]
        parent = next((above[rank] for rank in range(level - 1, 1, -1) if rank in above), None)
        above[level] = code
        kind = "functional_zone" if code in town["zones"] else "statutory"
        rows.append(_division((code, parent, level, kind), (zh, en), (population, lat, lon)))
    return rows


def _numbered(parent: Spec, no: int, level: int) -> Spec:
    zh, en, width = ("镇街", "town", 3) if level == 5 else ("村居", "village", 3)
    names = f"{parent['name_zh']}{no:02d}号{zh}", f"{parent['name_en']} {en} {no:02d}"
    angle, far = no * 2.399963, (0.05 if level == 5 else 0.012) * (0.4 + 0.6 * (no * 0.618034 % 1))  # spread like the seeds of a sunflower
    where = (
        None if parent["lat"] is None else round(parent["lat"] + far * np.sin(angle), 4),
        None if parent["lon"] is None else round(parent["lon"] + far * np.cos(angle), 4),
    )
    return _division((f"{parent['division_code']}{no:0{width}d}", parent["division_code"], level, "statutory"), names, (None, *where))


def _division(where: tuple[str, str | None, int, str], names: tuple[str, str], rest: tuple[Any, Any, Any]) -> Spec:
    own = dict(zip(("division_code", "parent_code", "level", "kind"), where, strict=True))
    more = dict(zip(("name_zh", "name_en", "population", "lat", "lon"), (*names, *rest), strict=True))
    return own | more | {"calendar_id": "CN", "valid_from": LISTED}


def _department(town: Town, place: Spec, function: str) -> Spec:
    zh, en = town.bodies["functions"][function][:2]
    code, above = place["division_code"], town.above(place["parent_code"])
    parent = next((over for over in above if function in list(town.bodies["functions"])[: town["departments"].get(over, 0)]), None)
    own = {"dept_id": f"{code}-{function}", "name_zh": place["name_zh"] + zh, "name_en": f"{place['name_en']} {en}"}
    return own | {
        "division_code": code,
        "function_code": function,
        "parent_dept_id": parent and f"{parent}-{function}",
        "valid_from": LISTED,
    }
