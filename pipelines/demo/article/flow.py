"""Flows of cases: which items, how many, in which months, by which habits; a long flow is dealt to quarters so that it fits into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from pipelines.demo.article.stage import Stage
from pipelines.demo.article.town import Spec, merged
from pipelines.demo.days import months, number, weekday, working_days
from pipelines.demo.model import path


@dataclass(frozen=True)
class Flow:
    """One flow as the YAML gives it."""

    name: str
    spec: Spec
    stage: Stage

    @cached_property
    def habits(self) -> Spec:
        """The city's habits with those of the flow laid over them."""
        return merged(self.stage.town["habits"], self.spec.get("habits", {}))

    @property
    def is_by_completion(self) -> bool:
        """The number stated counts completed cases (else received ones)."""
        return self.spec.get("by") == "completed"

    @cached_property
    def chosen(self) -> np.ndarray:
        """Positions of the items, in order."""
        only, groups = self.spec.get("only"), self.spec.get("items", [])
        return np.array([at for at, item in enumerate(self.stage.items) if (item["item_id"] in only if only else item["group"] in groups)])

    @cached_property
    def weights(self) -> np.ndarray:
        """Demand of the chosen items; `share` of the flow tells how it is split over divisions (1 for one not named; without any, by demand alone)."""
        items = [self.stage.items[at] for at in self.chosen]
        share = self.spec.get("share", {})
        scope = [
            next((code for code in self.stage.town.above(item["division_code"]) if code in share), item["division_code"] if share else "")
            for item in items
        ]
        demand = np.array([item["demand"] for item in items], dtype=float)
        for code in set(scope):
            inside = np.array([one == code for one in scope])
            demand[inside] *= share.get(code, 1.0) / demand[inside].sum()
        return demand


@dataclass(frozen=True)
class Batch:
    """A part of a flow: [start, end) and the number of cases in it."""

    flow: Flow
    start: int
    end: int
    cases: int
    cut: float | None

    @property
    def label(self) -> str:
        """Name of the batch, also the beginning of its ids: pudong-1802."""
        return f"{self.flow.name}-{np.datetime64(self.start, 'D').astype(object):%y%m}"

    def rng(self, purpose: str) -> np.random.Generator:
        """Return the generator of one purpose in this batch."""
        return self.flow.stage.town.rng(purpose, self.label)


def flows(stage: Stage) -> list[Flow]:
    """The flows of a city, in the order of the YAML."""
    return [Flow(name, spec, stage) for name, spec in stage.town["flows"].items()]


def batches(flow: Flow) -> Iterator[Batch]:
    """Deal the stated numbers to quarters in proportion to growth and days; the parts add up exactly."""
    town = flow.stage.town
    for period in flow.spec["periods"]:
        spans = _quarters(period["from"], period["to"])
        volume = period["cases"] if flow.spec.get("unscaled") else town.volume(period["cases"])
        loads = np.array([day_weights(flow, np.arange(*span), is_staffed=True).sum() for span in spans])
        each = 2 if flow.spec.get("bundle") else 1  # pairs stay together
        for span, cases in zip(spans, apportioned(volume // each, loads) * each, strict=True):
            if cases:
                yield Batch(flow, *span, int(cases), period.get("cut"))


def day_weights(flow: Flow, days: np.ndarray, *, is_staffed: bool) -> np.ndarray:
    """How many cases a day gets against another: weekday, rest days, growth, season."""
    habits, works = flow.habits, working_days().works(days)
    base = np.array(habits["weekday"])[weekday(days)]
    season = np.array(habits.get("month", [1.0] * 12))[days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12]
    return np.where(works, base, 0.0 if is_staffed else habits["online_rest_day"]) * season * path(habits["growth"], days)


def apportioned(total: int, weights: np.ndarray) -> np.ndarray:
    """Split a whole number in proportion to weights: largest remainders."""
    share = np.asarray(weights, dtype=float) / np.sum(weights) * total
    out = np.floor(share).astype(np.int64)
    out[np.argsort(out - share, kind="stable")[: total - out.sum()]] += 1
    return out


def _quarters(first: date, last: Any) -> list[tuple[int, int]]:
    """Quarters between two days, the second not included."""
    spans = [span for span in months(first, date.fromordinal(last.toordinal() - 1))]
    out: list[tuple[int, int]] = []
    for start, end in spans:
        quarter = (np.datetime64(start, "D").astype(object).month - 1) // 3
        if out and (np.datetime64(out[-1][0], "D").astype(object).month - 1) // 3 == quarter and out[-1][1] == start:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return [(start, min(end, number(last))) for start, end in out]
