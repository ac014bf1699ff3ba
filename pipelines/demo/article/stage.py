"""What a flow of cases plays on: the items as arrays, the channels that they have, the halls and terminals that serve them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.demo.article.catalogue import items
from pipelines.demo.article.offers import exempt_from, offered, papers_of
from pipelines.demo.article.points import service_points
from pipelines.demo.article.town import Spec, Town
from pipelines.demo.days import number

CHANNELS = ("window", "web", "wechat", "app", "terminal", "cross_region_window")
WINDOW, WEB, WECHAT, APP, TERMINAL, ELSEWHERE = range(6)
FOREVER = 10**6


@dataclass(frozen=True)
class Stage:
    """A city with its catalogue and places."""

    town: Town
    items: list[Spec]
    points: pl.DataFrame

    @cached_property
    def item_ids(self) -> pl.Series:
        return pl.Series([item["item_id"] for item in self.items])

    @cached_property
    def dept_ids(self) -> pl.Series:
        return pl.Series([item["dept_id"] for item in self.items])

    @cached_property
    def division_codes(self) -> pl.Series:
        return pl.Series([item["division_code"] for item in self.items])

    def of(self, name: str) -> np.ndarray:
        """One thing about every item."""
        return np.array([item[name] for item in self.items])

    @cached_property
    def open_from(self) -> np.ndarray:
        """Day from which each item can be applied for on each channel, as [item, channel]."""
        out = np.full((len(self.items), len(CHANNELS)), FOREVER)
        for row, item in enumerate(self.items):
            for channel, start in offered(self.town, item).items():
                out[row, CHANNELS.index(channel)] = number(date.fromisoformat(start))
            for channel in self.town["items"][item["group"]].get("own_platform", ()):  # there before the common portal lists it
                out[row, CHANNELS.index(channel)] = 0
        out[:, ELSEWHERE] = np.where([bool(item.get("cross_scope")) for item in self.items], out[:, WINDOW], FOREVER)
        return out

    @cached_property
    def site_ids(self) -> pl.Series:
        """Places with windows."""
        return self.points.filter(pl.col("kind") == "window")["site_id"].unique(maintain_order=True)

    @cached_property
    def window_counts(self) -> np.ndarray:
        """Windows of each place."""
        rows = self.points.filter(pl.col("kind") == "window").group_by("site_id", maintain_order=True).len()
        return rows["len"].to_numpy()

    @cached_property
    def sites_of(self) -> list[np.ndarray]:
        """Places at which each item may be handled: its own, those of its division, else of what lies above."""
        halls = self.points.filter(pl.col("kind").is_in(["hall", "branch_hall", "station"])).unique(
            "site_id", keep="first", maintain_order=True
        )
        position = {site: at for at, site in enumerate(self.site_ids)}
        by_division: dict[str, list[int]] = defaultdict(list)
        for site, code, dept in halls.select("site_id", "division_code", "owner_dept_id").iter_rows():
            if site in position and dept is None:
                by_division[code].append(position[site])
        own = {dept: position[site] for site, dept in halls.select("site_id", "owner_dept_id").iter_rows() if dept}
        return [self._places(item, by_division, own) for item in self.items]

    def _places(self, item: Spec, by_division: dict[str, list[int]], own: dict[str, int]) -> np.ndarray:
        if item.get("site"):
            return np.array([list(self.site_ids).index(item["site"])])
        if item["dept_id"] in own:
            return np.array([own[item["dept_id"]]])
        spread = self.town["items"][item["group"]].get("sites")
        if spread:
            return np.array([list(self.site_ids).index(site) for site in spread])
        for code in self.town.above(item["division_code"]):
            if by_division.get(code):
                return np.array(by_division[code])
        return np.array([0])

    @cached_property
    def terminal_ids(self) -> pl.Series:
        """Terminals that stand there."""
        return self.points.filter((pl.col("kind") == "terminal") & ~pl.col("planned"))["point_id"]

    @cached_property
    def papers(self) -> pl.DataFrame:
        """Papers by item: position, code, licence type, days between which it is asked for, day from which it is exempt."""
        rows = []
        for position, item in enumerate(self.items):
            for paper, start, end in papers_of(self.town, item):
                spared = exempt_from(self.town, item, paper)
                days = (number(date.fromisoformat(day)) if day else FOREVER for day in (start, end, spared))
                rows.append((position, paper, self.town.bodies["papers"][paper][2], *days))
        names = ["item", "material_code", "licence_type", "start", "end", "spared"]
        return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)


def build_stage(town: Town) -> Stage:
    """Set up the catalogue and places of a city."""
    return Stage(town, items(town), service_points(town))
