"""The demo cities on offer, and the one call that writes a city's channel files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pipelines.demo.city import build_city
from pipelines.demo.months import write_months
from pipelines.demo.standing import write_standing

CITIES: Mapping[str, dict[str, str]] = MappingProxyType({"foshan": {"en": "Foshan, 2014–2018 (demo)", "zh": "佛山，2014–2018（演示）"}})


def make_city(name: str, folder: Path | str, *, scale: float = 1.0, seed: int = 2014) -> list[Path]:
    """Write the channel files of a demo city into a folder, one sub-folder per sending system; the same seed and scale give the same bytes."""
    if name not in CITIES:
        raise ValueError(f"There is no demo city called {name!r}; choose one of: {', '.join(sorted(CITIES))}.")
    if not scale > 0:
        raise ValueError(f"The scale of a demo city must be above 0, not {scale}; 1 makes about 206,000 cases.")
    city = build_city(name, seed, scale)
    return [*write_standing(city, Path(folder)), *write_months(city, Path(folder))]
