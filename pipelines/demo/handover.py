"""How results reach people: in the session, electronically, by courier, or by coming again to pick them up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.demo.city import City
from pipelines.demo.course import CLOSED, FORWARDED, GRANTED, OPEN, SHUT, Course
from pipelines.demo.days import DAY, working_days
from pipelines.demo.model import path
from pipelines.demo.streams import lognormal, pick_rows

MODES = ("elicence", "download", "courier", "pickup_window", "pickup_terminal", "pickup_locker")
ELICENCE, DOWNLOAD, COURIER_MODE, PICKUP, AT_TERMINAL, LOCKER = range(len(MODES))


@dataclass(frozen=True)
class Handover:
    """Result of each case; times in seconds of local time, -1 where there is none."""

    at_once: np.ndarray
    ready: np.ndarray
    mode: np.ndarray
    dispatched: np.ndarray
    delivered: np.ndarray


def hand_over(city: City, course: Course) -> Handover:
    """Draw how and when each result is handed over."""
    rng, n = city.rng("handover", course.made.start), len(course.made)
    spec = city.model["delivery"]
    has_result = np.isin(course.outcome, (GRANTED, CLOSED, FORWARDED))
    at_once = has_result & course.in_session & (rng.random(n) < spec["at_once"])
    ready = np.where(has_result & ~at_once, course.completed + rng.integers(60, 3 * 3600, n) * ~course.is_automatic, -1)
    mode = np.where(ready >= 0, _modes(city, course, rng), -1)
    arrives = _arrival(city, course, rng, (ready, mode))
    sent = np.where(np.isin(mode, (ELICENCE, DOWNLOAD)), ready, _next_morning(rng, ready))
    return Handover(at_once, ready, mode, np.where(mode == COURIER_MODE, sent, np.where(mode >= 0, ready, -1)), arrives)


def _modes(city: City, course: Course, rng: np.random.Generator) -> np.ndarray:
    """Mode by the item's level, channel and year; who has already come for a one-visit item is spared the pick-up."""
    made, spec = course.made, city.model["delivery"]
    names = np.select([made.is_online & (made.level >= 4), made.is_online & (made.level == 3), made.is_online], [0, 1, 2], 3)
    tables = [spec["online"][4], spec["online"][3], spec["online"][2], spec["staffed"]]
    shares = np.stack([_shares(table, made.start) for table in tables])[names]
    came = np.isin(np.arange(len(made)), np.concatenate([visits.case for visits in course.visits.values()]))
    spare = made.is_online & (made.level == 3) & came
    shares[spare, 1] += 0.95 * shares[spare, 2]
    shares[spare, 2] *= 0.05
    rest = np.column_stack([shares, np.clip(1 - shares.sum(axis=1), 0, None)])
    drawn = pick_rows(rng.random(len(made)), rest)
    download = rng.random(len(made)) < 0.4
    return np.select([(drawn == 0) & download, drawn == 0, drawn == 1, drawn == 2], [DOWNLOAD, ELICENCE, COURIER_MODE, PICKUP], AT_TERMINAL)


def _shares(table: dict[float, list[float]], day: int) -> np.ndarray:
    return np.array([float(path({year: row[at] for year, row in table.items()}, day)) for at in range(3)])


def _arrival(city: City, course: Course, rng: np.random.Generator, what: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Moment of receipt: at once electronically, days later by courier, office hours at a window."""
    (ready, mode), n, spec = what, len(course.made), city.model["delivery"]
    wait = np.maximum(np.round(lognormal(rng, spec["pickup_days"], n)), 1).astype(int)
    pickup = working_days().add(ready // DAY, wait) * DAY + rng.integers(OPEN, SHUT, n)
    courier = (ready // DAY + rng.integers(spec["courier_days"][0], spec["courier_days"][1] + 1, n)) * DAY + rng.integers(
        9 * 3600, 20 * 3600, n
    )
    anywhen = (ready // DAY + wait) * DAY + rng.integers(7 * 3600, 22 * 3600, n)
    return np.select([mode < 0, mode <= DOWNLOAD, mode == COURIER_MODE, mode == PICKUP], [-1, ready + 5, courier, pickup], anywhen)


def _next_morning(rng: np.random.Generator, ready: np.ndarray) -> np.ndarray:
    return np.where(ready >= 0, ready + rng.integers(600, 5400, len(ready)), -1)
