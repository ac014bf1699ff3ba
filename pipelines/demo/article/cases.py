"""The course of a batch of cases: what, where and when is asked, how long it takes, how it ends. Instants are seconds of local time, -1: never."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.demo.article.flow import Batch, day_weights
from pipelines.demo.article.stage import CHANNELS, ELSEWHERE, TERMINAL, WINDOW
from pipelines.demo.days import DAY, working_days
from pipelines.demo.model import path
from pipelines.demo.streams import pick, pick_at, pick_rows
from pipelines.demo.writing import numbered

OUTCOMES = ("granted", "refused", "not_accepted", "withdrawn")
GRANTED, REFUSED, NOT_ACCEPTED, WITHDRAWN = range(4)


@dataclass
class Cases:
    """Arrays by case."""

    batch: Batch
    item: np.ndarray
    channel: np.ndarray
    outcome: np.ndarray
    net_days: np.ndarray  # working days on the clock
    pause_days: np.ndarray
    is_late: np.ndarray
    is_checked: np.ndarray  # an online case that is asked in before acceptance
    site: np.ndarray
    at: dict[str, np.ndarray] = field(
        default_factory=dict
    )  # applied, accepted, asked, brought, ended, issued, called, started, finished, …

    def __len__(self) -> int:
        return len(self.item)

    @property
    def ids(self) -> pl.Series:
        """Case ids."""
        return numbered(f"{self.batch.label.upper()}-", 1, len(self), 7)

    @property
    def is_window(self) -> np.ndarray:
        return (self.channel == WINDOW) | (self.channel == ELSEWHERE)

    @property
    def is_online(self) -> np.ndarray:
        return ~self.is_window & (self.channel != TERMINAL)

    @property
    def is_spot(self) -> np.ndarray:
        return self.batch.flow.stage.of("case_type")[self.item] == "on_the_spot"

    @property
    def is_twin(self) -> np.ndarray:
        """Cases handed in together with the one before."""
        return (np.arange(len(self)) % 2 == 1) & bool(self.batch.flow.spec.get("bundle"))


def draw(batch: Batch) -> Cases:
    """Draw a batch up to the times of its days; tickets, papers and the rest follow from it."""
    flow, rng, habits, n = batch.flow, batch.rng("cases"), batch.flow.habits, batch.cases
    middle = (batch.start + batch.end) // 2
    item = _items(batch, rng)
    channel = _channels(batch, rng, item, middle)
    spot = flow.stage.of("case_type")[item] == "on_the_spot"
    outcome = pick(rng, np.array([habits["outcomes"][name] for name in OUTCOMES]), n)
    net, late = _net_days(batch, rng, item, spot)
    least, most = habits["supplement_days"]
    pause = np.where(~spot & (rng.random(n) < habits["supplement"]), rng.integers(least, most + 1, n), 0)
    net, pause = (np.where(outcome == NOT_ACCEPTED, 0, days) for days in (net, pause))
    cases = Cases(batch, item, channel, outcome, net, pause, late, _checked(batch, rng, item, channel), _sites(batch, rng, item))
    if batch.cut is not None:
        _calibrate(cases, batch.cut, rng)
    if flow.spec.get("bundle"):
        _pair(cases)
    return cases


def _items(batch: Batch, rng: np.random.Generator) -> np.ndarray:
    """By demand; the first cases of a batch that can afford it take one item of every department, so that none is idle."""
    flow, n = batch.flow, batch.cases
    item = flow.chosen[pick(rng, flow.weights, n)]
    if flow.spec.get("bundle"):
        return flow.chosen[np.arange(n) % 2]
    depts = flow.stage.dept_ids.to_numpy()[flow.chosen]
    first = flow.chosen[np.unique(depts, return_index=True)[1]]
    if n >= 2 * len(first):
        item[: len(first)] = first
    return item


def _channels(batch: Batch, rng: np.random.Generator, item: np.ndarray, day: int) -> np.ndarray:
    weight = np.array([float(path(batch.flow.habits["channels"].get(name, 0.0), day)) for name in CHANNELS])
    able = batch.flow.stage.open_from[item] <= batch.start
    rows = weight * able
    rows[rows.sum(axis=1) == 0, WINDOW] = 1.0
    return pick_rows(rng.random(len(item)), rows)


def _net_days(batch: Batch, rng: np.random.Generator, item: np.ndarray, spot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    promised, habits, n = batch.flow.stage.of("promised_limit")[item], batch.flow.habits, len(item)
    a, b = habits["effort"]
    used = np.maximum(np.round(promised * rng.beta(a, b, n)), 1)
    late = ~spot & (rng.random(n) < habits["late"])
    used = np.where(late, promised + rng.geometric(0.3, n), used)
    return np.where(spot, 0, used).astype(np.int64), late


def _calibrate(cases: Cases, cut: float, rng: np.random.Generator) -> None:
    """Shorten or lengthen single cases by a day, at random, until the days used undercut the legal limits by the cut that the article states."""
    stage = cases.batch.flow.stage
    legal, promised = stage.of("legal_limit")[cases.item], stage.of("promised_limit")[cases.item]
    counted = ~cases.is_spot & (cases.outcome <= REFUSED) & ~cases.is_late
    clocked = ~cases.is_spot & (cases.outcome <= REFUSED)
    wanted = round((1 - cut) * legal[clocked].sum())
    while (gap := int(wanted - cases.net_days[clocked].sum())) != 0:
        room = np.flatnonzero(counted & ((cases.net_days < promised) if gap > 0 else (cases.net_days > 0)))
        if not len(room):
            raise ValueError(f"{cases.batch.label}: a cut of {cut} does not fit the promised limits; change `promised` of its items.")
        cases.net_days[rng.permutation(room)[: abs(gap)]] += 1 if gap > 0 else -1


def _checked(batch: Batch, rng: np.random.Generator, item: np.ndarray, channel: np.ndarray) -> np.ndarray:
    """Online cases asked in: by what the item declares, and some beyond it."""
    habits, visits = batch.flow.habits, batch.flow.stage.of("visits_max")[item]
    chance = np.array([habits["original_check"][k] for k in range(4)])[visits]
    chance = np.where(visits <= 1, 1 - (1 - chance) * (1 - habits["over_claim"]), chance)
    online = (channel != WINDOW) & (channel != TERMINAL) & (channel != ELSEWHERE)
    return online & (rng.random(len(item)) < chance)


def _sites(batch: Batch, rng: np.random.Generator, item: np.ndarray) -> np.ndarray:
    """One of the item's places."""
    places = batch.flow.stage.sites_of
    counts = np.array([len(one) for one in places])
    padded = np.stack([np.resize(one, counts.max()) for one in places])
    return padded[item, (rng.random(len(item)) * counts[item]).astype(int)]


def _pair(cases: Cases) -> None:
    """Two matters handed in at once: same place and channel, one visit."""
    lead = np.arange(len(cases)) // 2 * 2
    for values in (cases.channel, cases.site, cases.net_days, cases.pause_days, cases.outcome):
        values[:] = values[lead]


def day_and_second(cases: Cases, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Day and second of the day on which a case is filed (flows by receipt) or ends (flows by completion)."""
    batch, habits, n = cases.batch, cases.batch.flow.habits, len(cases)
    days = np.arange(batch.start, batch.end)
    staffed = cases.is_window | batch.flow.is_by_completion
    day = np.where(
        staffed,
        days[pick(rng, day_weights(batch.flow, days, is_staffed=True), n)],
        days[pick(rng, day_weights(batch.flow, days, is_staffed=False), n)],
    )
    hours = np.array(list(habits["hour_staffed"])), np.arange(24)
    loads = np.array(list(habits["hour_staffed"].values())), np.array(habits["hour_online"], dtype=float)
    u = rng.random(n)
    hour = np.where(cases.is_window, hours[0][pick_at(u, loads[0])], hours[1][pick_at(u, loads[1])])
    second = hour * 3600 + rng.integers(0, 3600, n)
    second = np.where(cases.is_window, np.maximum(second, 8 * 3600 + 1800 + second % 1500), second)
    return (day[np.arange(n) // 2 * 2], second[np.arange(n) // 2 * 2]) if batch.flow.spec.get("bundle") else (day, second)


def working_back(day: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """The working day so many working days before a working day."""
    calendar = working_days()
    count = calendar.count[np.clip(day - calendar.first, 0, len(calendar.count) - 1)] - steps
    return np.searchsorted(calendar.count, np.maximum(count, 1), side="left") + calendar.first


def after_last(seconds: np.ndarray, last: int) -> np.ndarray:
    """Which instants lie beyond the last day, or nowhere."""
    return (seconds < 0) | (seconds >= (last + 1) * DAY)
