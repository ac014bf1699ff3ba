"""Waiting as it follows from arrivals and windows.

Every hour of a working day, each queue of a hall is an M/M/c queue (Erlang C); what its windows cannot take in an hour spills into the next
(a fluid backlog within the day). Cases are a sample of all visitors, so loads are stated in the model and do not depend on the demo's scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.demo.days import SPRING_FESTIVALS, number, weekday, working_days
from pipelines.demo.model import GROUPS, Model, path
from pipelines.demo.sites import Sites

OPENS, CLOSES = 8, 18  # hours that a hall is open; arrivals from 8:30


@dataclass(frozen=True)
class Waiting:
    """Per site, day and hour: chance to wait at all, mean minutes of the random part, minutes of backlog."""

    first: int
    chance: np.ndarray
    mean: np.ndarray
    backlog: np.ndarray
    call: tuple[float, float]

    def draw(self, rng: np.random.Generator, site: np.ndarray, day: np.ndarray, hour: np.ndarray) -> np.ndarray:
        """Draw waits in minutes for arrivals at sites."""
        at = (site, day - self.first, np.clip(hour, OPENS, CLOSES - 1) - OPENS)
        random = np.where(rng.random(len(site)) < self.chance[at], rng.exponential(self.mean[at]), 0.0)
        return self.backlog[at] * rng.uniform(0.7, 1.3, len(site)) + random + rng.uniform(*self.call, len(site))


def waiting(model: Model, places: Sites, last: int) -> Waiting:
    """Compute the queues of every site from the first day to `last`."""
    days = np.arange(model.first, last + 1)
    arrivals, windows, queues, rate = _demand(model, places, days)
    ratio = np.minimum(arrivals / np.maximum(windows * rate[:, :, None], 1e-9), 3.0)
    per_queue = np.maximum(windows / queues[:, :, None], 1)
    whole = np.floor(per_queue)
    fewer, more = (_erlang(model, size, np.minimum(ratio, 0.97), rate) for size in (whole, whole + 1))
    share = per_queue - whole  # of the queues that have one window more
    chance, mean = ((1 - share) * few + share * many for few, many in zip(fewer, more, strict=True))
    return Waiting(model.first, chance, mean, _backlog(arrivals, windows * rate[:, :, None]), tuple(model["waiting"]["call_minutes"]))


def _erlang(model: Model, servers: np.ndarray, ratio: np.ndarray, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chance to wait, and mean minutes of those who do, with so many windows to a queue."""
    free = servers * rate[:, :, None] * (1 - ratio)
    return _erlang_c(servers.astype(int), ratio), np.minimum(60.0 / np.maximum(free, 1e-9), model["waiting"]["longest_minutes"])


def day_weight(model: Model, days: np.ndarray) -> np.ndarray:
    """Weigh working days against an average one: weekdays, days after holidays, Spring Festival; other days weigh 0."""
    spec, calendar = model["demand"], working_days()
    weights = np.array(spec["weekday"])[weekday(days)] * spring_festival(model, days)
    off = [~calendar.works(days - back) for back in (1, 2, 3)]
    weights = np.where(off[0] & off[1] & off[2], weights * spec["after_holiday"], weights)
    return np.where(calendar.works(days), weights, 0.0)


def spring_festival(model: Model, days: np.ndarray) -> np.ndarray:
    """Return the factor by which demand falls around Spring Festival."""
    spec, factor = model["demand"]["spring_festival"], np.ones(len(days))
    for festival in map(number, SPRING_FESTIVALS):
        factor[(days >= festival - spec["days_before"]) & (days < festival)] = spec["before"]
        factor[(days >= festival) & (days <= festival + spec["days_after"])] = spec["after"]
    return factor


def _demand(model: Model, places: Sites, days: np.ndarray) -> tuple[np.ndarray, ...]:
    """Arrivals and open windows per site, day, hour; separate queues and service rate (per hour) per site and day."""
    spec, group = model["waiting"], places.group
    hours = np.arange(OPENS, CLOSES)
    table = {
        name: np.stack([path(spec[name].get(place, 1.0), days) for place in GROUPS])[group]
        for name in ("load", "queues", "windows", "service_minutes")
    }
    open_share = np.where(np.isin(hours, spec["lunch"]["hours"]), spec["lunch"]["open"], 1.0)
    windows = np.maximum(places.windows[:, None] * table["windows"], 1)[:, :, None] * open_share
    rate = 60.0 / table["service_minutes"]
    shape = np.array([model["demand"]["hour_staffed"].get(int(hour), 0.0) for hour in hours])
    full_day = places.windows[:, None] * rate * 7.5  # what the windows of 2014 can take in a day
    arrivals = (full_day * table["load"] * day_weight(model, days))[:, :, None] * (shape / shape.sum())
    queues = np.minimum(table["queues"], np.maximum(places.windows[:, None] / 2, 1))
    return arrivals, windows, queues, rate


def _erlang_c(servers: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Chance to wait in an M/M/c queue with utilisation `ratio`, by the recursion of Erlang's B formula."""
    offered = ratio * servers
    blocking = np.ones(ratio.shape)
    for server in range(1, int(servers.max()) + 1):
        step = offered * blocking / (server + offered * blocking)
        blocking = np.where(server <= servers, step, blocking)
    return blocking / (1 - ratio * (1 - blocking))


def _backlog(arrivals: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Minutes of work ahead in the middle of each hour, carried over within the day."""
    left, out = np.zeros(arrivals.shape[:2]), np.empty(arrivals.shape)
    for hour in range(arrivals.shape[2]):
        after = np.maximum(left + arrivals[:, :, hour] - capacity[:, :, hour], 0.0)
        out[:, :, hour] = 60.0 * (left + after) / 2 / capacity[:, :, hour]
        left = after
    return out
