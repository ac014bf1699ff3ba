"""The written-down model of a demo city: its YAML files, and how a path over time is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from pipelines.demo.days import number, year_of

GROUPS = ("city", "chancheng", "nanhai", "shunde", "sanshui", "gaoming")
Spec = dict[Any, Any]


@dataclass(frozen=True)
class Model:
    """A city's behaviour, places, matters and targets, as written in its YAML files."""

    name: str
    behaviour: Spec
    places: Spec
    matters: Spec
    targets: list[list[Any]]

    def __getitem__(self, section: str) -> Any:
        return self.behaviour[section]

    @property
    def first(self) -> int:
        """First day of the cases."""
        return number(self["period"]["first"])

    @property
    def last(self) -> int:
        """Last day of the cases: the demo's today."""
        return number(self["period"]["last"])

    def division_code(self, group: str) -> str:
        """Return the code of a group of divisions: the city's own, or a district's."""
        return self.places["city"]["code"] if group == "city" else self.places["districts"][group]["code"]


@cache
def load(name: str) -> Model:
    """Read the model of a city."""
    behaviour, places, matters, targets = (_read(f"{name}{part}.yaml") for part in ("", "_places", "_matters", "_targets"))
    return Model(name, behaviour, places, matters, targets["targets"])


def path(points: Spec | float, days: np.ndarray | int) -> np.ndarray:
    """Read a path {2014.7: a, 2018.8: b} on days: straight lines between its points, flat outside."""
    if not isinstance(points, dict):
        return np.full(np.shape(days), float(points))
    return np.interp(year_of(days), np.array(list(points), dtype=float), np.array(list(points.values()), dtype=float))


def by_group(spec: Spec | float, groups: np.ndarray) -> np.ndarray:
    """Read a value that may differ by division for rows of division numbers."""
    if not isinstance(spec, dict):
        return np.full(len(groups), float(spec))
    return np.array([spec.get(group, 0.0) for group in GROUPS], dtype=float)[groups]


def path_by_group(spec: Spec, groups: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Read paths that differ by division, each row on its own day; a division without a path reads 0."""
    table = np.stack([path(spec.get(group, 0.0), days) for group in GROUPS])
    return table[groups, np.arange(len(groups))]


def _read(name: str) -> Spec:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C where it was built: five times faster
    return yaml.load((files("pipelines.demo") / name).read_text("utf-8"), Loader=loader)
