"""Which metrics the pages show, as data: the six tiles, each a main figure and the ones that must stand beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Indicator:
    """One metric with its parameters, as a page shows it; `key` names its words."""

    key: str
    metric: str
    params: tuple[tuple[str, str | int], ...] = ()

    @property
    def define(self) -> str:
        """What an address calls it when it asks for its definition: the key of a tile's figure, else `metric:parameter:value`."""
        is_known = any(self == one for tile in TILES for one in tile.all)
        return self.key if is_known else ":".join([self.metric, *(str(part) for pair in self.params for part in pair)])

    @classmethod
    def defined(cls, written: str) -> Indicator:
        """The figure that an address asks to define; a metric's id means the metric as it stands."""
        known = next((one for tile in TILES for one in tile.all if one.key == written), None)
        metric, *rest = written.split(":")
        pairs = zip(rest[::2], rest[1::2], strict=False)
        return known or cls(written, metric, tuple((name, int(value) if value.isdecimal() else value) for name, value in pairs))


@dataclass(frozen=True)
class Tile:
    """A main figure and its companions; `parts`: what a district's page breaks it into; `watch`: companions that may stand out by themselves."""

    key: str
    main: Indicator
    companions: tuple[Indicator, ...] = ()
    parts: str = "department"
    watch: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[Indicator, ...]:
        """Main figure first."""
        return (self.main, *self.companions)

    @property
    def watched(self) -> tuple[Indicator, ...]:
        """The figures that the lists of what stands out look at."""
        return (self.main, *(one for one in self.companions if one.key in self.watch))

    @property
    def by_place(self) -> tuple[Indicator, ...]:
        """The figures that a page of several places needs for each of them."""
        return tuple(dict.fromkeys((*self.watched, *(one for one in self.companions if one.key == "depth_observed"))))


TILES: tuple[Tile, ...] = (
    Tile(
        "depth",
        Indicator("depth", "declared_depth_share", (("level", 3),)),
        (Indicator("depth_observed", "observed_depth_share", (("level", 3),)),),
    ),
    Tile(
        "wait",
        Indicator("wait", "queue_wait", (("stat", "mean"),)),
        (Indicator("wait_p90", "queue_wait", (("stat", "p90"),)), Indicator("abandoned", "queue_abandonment")),
        parts="site",
    ),
    Tile("spot", Indicator("spot", "on_the_spot_completion_rate")),
    Tile("promise", Indicator("promise", "promise_kept_rate")),
    # Σ ÷ Σ and the mean of the cases' own ratios are easily confused, so both stand there
    Tile("cut", Indicator("cut", "actual_time_cut"), (Indicator("cut_mean", "actual_time_cut", (("variant", "item_mean"),)),)),
    Tile(
        "satisfaction",
        Indicator("satisfaction", "active_good_rating_rate"),
        (Indicator("response", "response_rate"), Indicator("bad", "bad_rating_rate_per_100k")),
        watch=("response", "bad"),
    ),
)


def tile_named(key: str) -> Tile:
    """The tile of this key, else the first."""
    return next((tile for tile in TILES if tile.key == key), TILES[0])
