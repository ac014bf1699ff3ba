"""How the catalogue changes at its reviews: depth, on-the-spot handling, promised limits, halls, apps.

State of every item after every review, as arrays [review, item]; review 0 is the inventory of September 2014.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.demo.days import number
from pipelines.demo.inventory import Item
from pipelines.demo.model import GROUPS, Model, by_group
from pipelines.demo.streams import stream

APPLICATION_TYPES = frozenset({"01", "05", "07", "08", "09", "10", "20"})
NEVER = 10**6  # a day beyond every day of the demo


@dataclass(frozen=True)
class Evolution:
    """The catalogue's state after each review; `*_from` are the days from which an item is offered there (NEVER: not at all)."""

    days: np.ndarray  # first day of each state
    level: np.ndarray
    is_spot: np.ndarray
    legal: np.ndarray
    promised: np.ndarray
    is_natural: np.ndarray
    on_hall: np.ndarray  # listed on the online hall
    overstated: np.ndarray
    window_from: np.ndarray
    app_from: np.ndarray
    terminal_from: np.ndarray

    def at(self, day: np.ndarray) -> np.ndarray:
        """Return the review in force on days."""
        return np.maximum(np.searchsorted(self.days, day, side="right") - 1, 0)


@dataclass(frozen=True)
class _Context:
    model: Model
    seed: int
    group: np.ndarray
    demand: np.ndarray  # log, 0 for an average item
    is_applied: np.ndarray

    def rng(self, *names: object) -> np.random.Generator:
        return stream(self.seed, "evolution", *names)


def evolve(model: Model, items: list[Item], seed: int) -> Evolution:
    """Take the catalogue through its reviews."""
    ctx = _context(model, items, seed)
    days = np.array([number(model["catalogue"]["listed_on"]), *(number(day) for day in model["reviews"]["days"])])
    is_spot = _spots(ctx, items, len(days))
    legal, promised = _limits(ctx, items, is_spot)
    return Evolution(
        days, _levels(ctx, items, len(days)), is_spot, legal, promised, _natural(ctx), _hall(ctx, items, len(days)), _overstated(ctx),
        _window(ctx, days), _app(ctx, days), _inventoried(ctx, "terminal"),
    )  # fmt: skip


def _context(model: Model, items: list[Item], seed: int) -> _Context:
    demand = np.log(np.maximum([item.demand for item in items], 0.01))
    applied = np.array([item.item_type in APPLICATION_TYPES for item in items])
    return _Context(model, seed, np.array([item.group for item in items]), demand - demand.mean(), applied)


def _levels(ctx: _Context, items: list[Item], reviews: int) -> np.ndarray:
    levels = [_first_levels(ctx, items)]
    up, effect = ctx.model["reviews"]["level_up"], ctx.model["reviews"]["demand_effect"]
    for review in range(1, reviews):
        now = levels[-1]
        chance = np.select([now == level for level in range(4)], [by_group(up[level], ctx.group) for level in range(4)], 0.0)
        chance = chance * np.exp(effect * ctx.demand) * ctx.is_applied
        levels.append(now + (ctx.rng("level", review).random(len(now)) < chance))
    return np.stack(levels)


def _first_levels(ctx: _Context, items: list[Item]) -> np.ndarray:
    """Give the readiest items the depth that the inventory of 2014 counted."""
    ready, counts = ctx.model["catalogue"]["readiness"], ctx.model["catalogue"]["depth_at_least"]
    score = by_group(ready["division"], ctx.group) + np.array(
        [ready["function"].get(item.function, 0.0) + item.depth_shift for item in items]
    )
    score = score + ready["demand"] * ctx.demand + ready["noise"] * ctx.rng("readiness").standard_normal(len(items))
    score[~ctx.is_applied] = -np.inf
    rank = np.empty(len(items), dtype=int)
    rank[np.argsort(-score, kind="stable")] = np.arange(len(items))
    return np.sum([rank < count for count in counts.values()], axis=0)


def _spots(ctx: _Context, items: list[Item], reviews: int) -> np.ndarray:
    spec = ctx.model["reviews"]["on_the_spot"]
    score = np.array([item.spot for item in items]) + by_group(spec["division"], ctx.group)
    score = score + spec["noise"] * ctx.rng("spot").standard_normal(len(items))
    gain = by_group(spec["per_review"], ctx.group)
    return np.stack([(score + review * gain > spec["threshold"]) & ctx.is_applied for review in range(reviews)])


def _limits(ctx: _Context, items: list[Item], is_spot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Legal limits (0: none) and promised limits in days: on the spot 0, else at least 1 and never above the legal limit."""
    spec, rng = ctx.model["reviews"]["promised"], ctx.rng("promised")
    legal = np.array([item.legal for item in items])
    basis = np.where(legal > 0, legal, 5.0)
    raw = [basis * _uniform(rng, spec["first"], len(items))]
    for _ in range(1, len(is_spot)):
        cut = np.where(rng.random(len(items)) < spec["cut_chance"], _uniform(rng, spec["cut"], len(items)), 1.0)
        raw.append(raw[-1] * cut)
    promised = np.clip(np.round(np.stack(raw)), 1, basis)
    return legal, np.where(is_spot, 0.0, promised)


def _uniform(rng: np.random.Generator, bounds: list[float], size: int) -> np.ndarray:
    return rng.uniform(bounds[0], bounds[1], size)


def _natural(ctx: _Context) -> np.ndarray:
    return ctx.rng("natural").random(len(ctx.group)) < ctx.model["reviews"]["natural_days"]


def _hall(ctx: _Context, items: list[Item], reviews: int) -> np.ndarray:
    spec, rng = ctx.model["reviews"]["public_service_online"], ctx.rng("hall")
    is_service = np.array([item.item_type == "20" for item in items])
    listed = [~is_service | (rng.random(len(items)) < spec["start"])]
    for _ in range(1, reviews):
        listed.append(listed[-1] | (rng.random(len(items)) < spec["per_review"]))
    return np.stack(listed)


def _overstated(ctx: _Context) -> np.ndarray:
    return (ctx.rng("overstated").random(len(ctx.group)) < ctx.model["reviews"]["overstated"]) & ctx.is_applied


def _window(ctx: _Context, days: np.ndarray) -> np.ndarray:
    """First day at the one-stop hall's windows: some from the start, others join at reviews."""
    spec, rng = ctx.model["reviews"]["join_hall"], ctx.rng("window")
    start = _inventoried(ctx, "window")
    counted = ctx.group == GROUPS.index("chancheng")
    now = ~counted & (rng.random(len(start)) < by_group(spec["start"], ctx.group)) & ctx.is_applied
    start[now] = days[0]
    for day in days[1:]:
        joins = (start == NEVER) & ctx.is_applied & (rng.random(len(start)) < spec["per_review"])
        start[joins] = day
    return start


def _app(ctx: _Context, days: np.ndarray) -> np.ndarray:
    start, rng = _inventoried(ctx, "app"), ctx.rng("app")
    chance = by_group(ctx.model["reviews"]["join_app"], ctx.group)
    for day in days[3:]:
        joins = (start == NEVER) & ctx.is_applied & (rng.random(len(start)) < chance)
        start[joins] = day
    return start


def _inventoried(ctx: _Context, channel: str) -> np.ndarray:
    """Days from which the counted items of a channel are offered there; which ones: the more asked-for, with some chance."""
    start = np.full(len(ctx.group), NEVER)
    for spec in ctx.model["catalogue"]["channels"]:
        if spec["channel"] == channel:
            inside = np.flatnonzero((ctx.group == GROUPS.index(spec["district"])) & ctx.is_applied)
            score = ctx.demand[inside] + ctx.rng("inventoried", channel).standard_normal(len(inside))
            start[inside[np.argsort(-score, kind="stable")[: spec["items"]]]] = number(spec["from"])
    return start
