"""Visits to sites: the appointment or the ticket, the wait, the time at the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.demo.city import City
from pipelines.demo.days import DAY
from pipelines.demo.model import path_by_group
from pipelines.demo.streams import lognormal

MINUTE = 60


@dataclass(frozen=True)
class Visits:
    """Visits with their times in seconds of local time; -1 where there is none."""

    case: np.ndarray  # row of the application
    site: np.ndarray
    issued: np.ndarray
    slot: np.ndarray  # appointment slot
    called: np.ndarray
    started: np.ndarray
    ended: np.ndarray
    gave_up: np.ndarray  # a first try was given up after so many seconds: -1 not
    has_ticket: np.ndarray

    @property
    def wait_minutes(self) -> np.ndarray:
        return (self.called - np.maximum(self.issued, self.slot)).clip(0) / MINUTE


def visit(city: City, rng: np.random.Generator, case: np.ndarray, where: tuple[np.ndarray, np.ndarray]) -> Visits:
    """Draw what happens on visits: `where` holds their sites and the moments of arrival."""
    site, at = where
    n, group, day = len(case), city.places.group[site], at // DAY
    slot = _slots(city, rng, group, at)
    issued = np.where(slot >= 0, slot - rng.integers(0, 15 * MINUTE, n), at)
    wait = city.queues.draw(rng, site, day, at % DAY // 3600) * MINUTE
    patience = lognormal(rng, city.model["waiting"]["patience"], n) * MINUTE
    gave_up = np.where((wait > patience) & (slot < 0), patience, -1).astype(int)
    wait = np.where(gave_up >= 0, np.minimum(wait, patience), wait)  # the second time they stay as long as that
    by_slot = slot + rng.exponential(city.model["appointments"]["wait_minutes"] * MINUTE, n)
    called = np.where(slot >= 0, by_slot, issued + wait).astype(int)
    started = called + rng.integers(5, 60, n)
    ended = started + np.maximum(service_seconds(city, rng, group, day), 45).astype(int)
    return Visits(case, site, issued, slot, called, started, ended, gave_up, rng.random(n) < city.model["waiting"]["ticket"])


def service_seconds(city: City, rng: np.random.Generator, group: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Draw times at the window."""
    spec = city.model["waiting"]
    mean = path_by_group(spec["service_minutes"], group, day) * MINUTE
    return rng.gamma(spec["service_shape"], 1.0, len(group)) / spec["service_shape"] * mean


def join(parts: list[Visits]) -> Visits:
    """Put lists of visits together."""
    return Visits(*(np.concatenate([getattr(part, name) for part in parts]) for name in Visits.__dataclass_fields__))


def _slots(city: City, rng: np.random.Generator, group: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Half-hour slots of those who come by appointment, -1 for walk-ins."""
    share = path_by_group(city.model["appointments"]["share"], group, at // DAY)
    return np.where(rng.random(len(at)) < share, at // 1800 * 1800, -1)
