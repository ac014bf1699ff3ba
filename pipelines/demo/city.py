"""A demo city put together: its model, catalogue, places and queues, ready for cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.demo.days import number
from pipelines.demo.evolution import NEVER, Evolution, evolve
from pipelines.demo.inventory import Item, items
from pipelines.demo.model import GROUPS, Model, load
from pipelines.demo.sites import Sites, sites
from pipelines.demo.streams import stream
from pipelines.demo.waiting import Waiting, waiting
from pipelines.demo.writing import numbered

QUEUES = {"business": 1, "tax": 1, "investment": 1, "land": 2, "housing": 2, "environment": 2, "transport": 2}
MARGIN = 200  # days after the last one for which queues are known: visits planned beyond the end are drawn, then cut off


@dataclass(frozen=True)
class City:
    """Everything that stands still while cases come and go."""

    model: Model
    seed: int
    scale: float
    items: list[Item]
    evolution: Evolution
    places: Sites
    queues: Waiting
    weights: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)  # demand of items by division and month of the year, as needed

    def rng(self, *names: object) -> np.random.Generator:
        """Return the generator of one purpose."""
        return stream(self.seed, *names)

    @cached_property
    def group(self) -> np.ndarray:
        return np.array([item.group for item in self.items])

    @cached_property
    def item_ids(self) -> pl.Series:
        return pl.Series([item.item_id for item in self.items])

    @cached_property
    def dept_ids(self) -> pl.Series:
        return pl.Series([item.dept_id for item in self.items])

    @cached_property
    def division_codes(self) -> pl.Series:
        return pl.Series([item.division_code for item in self.items])

    @cached_property
    def district_codes(self) -> pl.Series:
        """Six digits of each item's district (or the city)."""
        return self.division_codes.str.slice(0, 6)

    @cached_property
    def person_keys(self) -> pl.Series:
        """Keys of persons from the front, of firms from the back."""
        spec = self.model["people"]
        persons, firms = (int(spec[name] * self.scale) + 2 for name in ("persons", "firms"))
        return pl.concat([numbered("P", 0, persons, 7), numbered("F", 0, firms, 7).reverse()])

    @cached_property
    def agent_keys(self) -> pl.Series:
        return numbered("A", 0, int(3000 * self.scale) + 2, 6)

    @cached_property
    def window_ids(self) -> pl.Series:
        """Windows in the order of their sites."""
        return pl.Series([f"{site.site_id}-W{no:02d}" for site in self.places.sites for no in range(1, site.windows + 1)])

    @cached_property
    def queue_letter(self) -> np.ndarray:
        """Number of the queue letter of each item (A, B, C) where a hall's windows are split by department."""
        return self.of(lambda item: QUEUES.get(item.theme, 0))

    @cached_property
    def is_endorsement(self) -> np.ndarray:
        """Hong Kong and Macao endorsements: seconds at a terminal."""
        return self.of(lambda item: item.is_endorsement)

    @cached_property
    def point_ids(self) -> pl.Series:
        """Points by number: sites, then terminals in order of installation, then stations."""
        live = sorted((point for point in self.places.terminals if point["live"] is not None), key=lambda point: point["live"])
        return pl.Series([*self.places.ids(), *(point["point_id"] for point in [*live, *self.places.stations])])

    @cached_property
    def is_firm(self) -> np.ndarray:
        """Items for which a firm or another body applies."""
        return self.of(lambda item: item.asked in ("enterprise", "organisation"))

    def of(self, test: Callable[[Item], float | bool]) -> np.ndarray:
        """Read something off every item."""
        return np.array([test(item) for item in self.items])

    @cached_property
    def is_licence(self) -> np.ndarray:
        return self.of(lambda item: item.item_type == "01")

    @cached_property
    def is_service(self) -> np.ndarray:
        """Public services: they grant nothing, they are closed."""
        return self.of(lambda item: item.item_type == "20")

    @cached_property
    def lateness(self) -> np.ndarray:
        """How much more (or less) often than others an item's function is late."""
        factors = self.model["course"]["late_functions"]
        return self.of(lambda item: factors.get(item.function, 1.0))

    @cached_property
    def first_station(self) -> np.ndarray:
        """Number of the first station of an item's town, for what people may ask there; -1 where there is none."""
        first = {station["town"]: at for at, station in reversed(list(enumerate(self.places.stations)))}
        return self.of(lambda item: first.get(item.town, -1) if item.asked == "person" else -1)

    @cached_property
    def live_terminals(self) -> np.ndarray:
        """Days on which terminals went live, in order."""
        return np.sort([terminal["live"] for terminal in self.places.terminals if terminal["live"] is not None])

    @cached_property
    def home_site(self) -> np.ndarray:
        """Site at which an item is handled once it is in a hall."""
        return self.of(self._home)

    @cached_property
    def counter_site(self) -> np.ndarray:
        """Site at which an item is handled before: the departments' own counter (towns have none)."""
        counters = np.array([self.places.find(group, "counter") for group in range(len(GROUPS))])
        in_town = self.of(lambda item: bool(item.town))
        return np.where(in_town, self.home_site, counters[self.group])

    @cached_property
    def over_claim(self) -> np.ndarray:
        """Day from which an item's department over-claims (NEVER: it does not), and how often, as [2, item]."""
        out = np.stack([np.full(len(self.items), float(NEVER)), np.zeros(len(self.items))])
        for spec in self.model["over_claim"]["places"]:
            wanted, group = spec["functions"], GROUPS.index(spec["district"])
            inside = [item.group == group and (wanted == "all" or item.function in wanted) for item in self.items]
            out[:, inside] = [[number(spec["from"])], [spec["share"]]]
        return out

    @cached_property
    def has_fee(self) -> np.ndarray:
        """Items that cost a fee."""
        spec = self.model["fees"]
        able = self.of(lambda item: item.function in spec["functions"] and item.item_type in ("01", "07", "20"))
        return able & (self.rng("fees").random(len(self.items)) < spec["share"] * len(able) / max(able.sum(), 1))

    def _home(self, item: Item) -> int:
        if item.is_marriage and not item.town:
            marriage = self.places.find(item.group, "marriage")
            if marriage >= 0:
                return marriage
        kind = "branch_hall" if item.town and GROUPS[item.group] in self.model.places["town_halls"]["districts"] else "hall"
        audience = "enterprise" if item.asked in ("enterprise", "organisation") else "person"
        return self.places.find(item.group, kind, item.town, audience)


def build_city(name: str, seed: int, scale: float) -> City:
    """Put a city together from its written-down model."""
    model = load(name)
    catalogue, places = items(model, seed), sites(model, seed)
    return City(model, seed, scale, catalogue, evolve(model, catalogue, seed), places, waiting(model, places, model.last + MARGIN))
