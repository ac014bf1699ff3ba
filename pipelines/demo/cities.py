"""The demo cities on offer, and the one call that writes a city's channel files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pipelines.demo.article.writer import write_city
from pipelines.demo.city import build_city
from pipelines.demo.months import write_months
from pipelines.demo.standing import write_standing

CITIES: Mapping[str, dict[str, str]] = MappingProxyType({
    "foshan": {"en": "Foshan, 2014–2018 (demo)", "zh": "佛山，2014–2018（演示）"},
    "guangzhou": {"en": "Guangzhou, 2015–2017 (demo)", "zh": "广州，2015–2017（演示）"},
    "zhejiang": {"en": "Zhejiang, 2017–2018 (demo)", "zh": "浙江，2017–2018（演示）"},
    "shanghai": {"en": "Shanghai with Pudong, 2017–2018 (demo)", "zh": "上海与浦东，2017–2018（演示）"},
    "chancheng": {"en": "Chancheng, 2014–2017 (demo)", "zh": "禅城，2014–2017（演示）"},
})  # fmt: skip


def make_city(name: str, folder: Path | str, *, scale: float = 1.0, seed: int = 2014) -> list[Path]:
    """Write the channel files of a demo city into a folder, one sub-folder per sending system; the same seed and scale give the same bytes."""
    if name not in CITIES:
        raise ValueError(f"There is no demo city called {name!r}; choose one of: {', '.join(sorted(CITIES))}.")
    if not scale > 0:
        raise ValueError(f"The scale of a demo city must be above 0, not {scale}; 1 makes some 200,000 to 300,000 cases.")
    if name != "foshan":
        return write_city(name, Path(folder), scale=scale, seed=seed)
    city = build_city(name, seed, scale)
    return [*write_standing(city, Path(folder)), *write_months(city, Path(folder))]
