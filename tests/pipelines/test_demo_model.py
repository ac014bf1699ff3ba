"""The demo city as a model: the same seed gives the same bytes, another seed another city, and queues follow the windows that are open."""

from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import chinese_calendar
import numpy as np

from pipelines.demo.cities import make_city
from pipelines.demo.city import build_city
from pipelines.demo.standing import write_standing

SCALE = 0.002


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    one, again = (content(make_city("foshan", tmp_path / name, scale=SCALE, seed=2014)) for name in ("one", "again"))
    assert again == one


def test_another_seed_gives_another_city(tmp_path: Path) -> None:
    one, other = (content(write_standing(build_city("foshan", seed, SCALE), tmp_path / str(seed))) for seed in (2014, 2015))
    assert {name for name in other if other[name] != one[name]} >= {"catalogue/service_items.csv", "portal/accounts.csv"}


def content(paths: list[Path]) -> dict[str, str]:
    return {f"{path.parent.name}/{path.name}": sha256(path.read_bytes()).hexdigest() for path in paths}


def test_gaoming_s_expected_wait_rises_in_the_last_three_months() -> None:
    """From the queues themselves: a month of a small demo has too few tickets in Gaoming to show it."""
    city = build_city("foshan", 2014, SCALE)
    sites = np.flatnonzero(city.places.group == 5)
    expected = (city.queues.chance * city.queues.mean + city.queues.backlog)[sites]
    busy = {month: days_of(2018, month, city.queues.first) for month in (5, 6, 7, 8, 9, 10)}
    mean = {month: expected[:, days][:, :, 1:9].mean() for month, days in busy.items()}
    assert max(mean[5], mean[6], mean[7]) < mean[8] < mean[9] < mean[10]


def days_of(year: int, month: int, first: int) -> list[int]:
    """Positions of a month's working days, `first` being day 0."""
    day, out = date(year, month, 1), []
    while day.month == month:
        if chinese_calendar.is_workday(day):
            out.append((day - date(1970, 1, 1)).days - first)
        day += timedelta(days=1)
    return out
