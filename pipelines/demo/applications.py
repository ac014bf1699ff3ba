"""Applications of some months: which item, by whom, on which channel, when and where."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipelines.demo.city import City
from pipelines.demo.days import DAY, number, working_days
from pipelines.demo.model import GROUPS, path, path_by_group
from pipelines.demo.streams import pick, pick_rows
from pipelines.demo.waiting import day_weight, spring_festival

CHANNELS = ("window", "web", "app", "wechat", "terminal", "agent_station", "courier", "cross_region_window")
WINDOW, WEB, APP, WECHAT, TERMINAL, STATION, COURIER, CROSS = range(len(CHANNELS))


@dataclass(frozen=True)
class Applications:
    """Applications of some months as arrays; times are seconds of local time since 1970, -1 where there is none."""

    start: int  # first day of the first month
    item: np.ndarray
    group: np.ndarray
    channel: np.ndarray
    at: np.ndarray  # arrival at the site, or submission
    site: np.ndarray  # home site of the item that day
    place: np.ndarray  # number of the terminal or station, -1 elsewhere
    person: np.ndarray
    is_firm: np.ndarray
    agent: np.ndarray  # number of the agent, -1 where the applicant comes
    is_assisted: np.ndarray
    bundle: np.ndarray  # number of the bundle, -1
    review: np.ndarray
    level: np.ndarray
    is_spot: np.ndarray
    promised: np.ndarray  # working days
    legal: np.ndarray

    def __len__(self) -> int:
        return len(self.item)

    @property
    def day(self) -> np.ndarray:
        return self.at // DAY

    @property
    def is_online(self) -> np.ndarray:
        return np.isin(self.channel, (WEB, APP, WECHAT))

    @property
    def is_staffed(self) -> np.ndarray:
        return np.isin(self.channel, (WINDOW, CROSS))


def applications(city: City, spans: list[tuple[int, int]]) -> Applications:
    """Draw the applications of some months, each given as [first day, first day of the next)."""
    start = spans[0][0]
    rng = city.rng("applications", start)
    items = [_items(city, rng, *span) for span in spans]
    item = np.concatenate(items)
    channel = np.concatenate([_channels(city, rng, mine, first) for mine, (first, _) in zip(items, spans, strict=True)])
    counts = np.cumsum([len(mine) for mine in items])[:-1]
    at = np.concatenate([_times(city, rng, mine, span) for mine, span in zip(np.split(channel, counts), spans, strict=True)])
    order = np.argsort(city.group[item], kind="stable")
    return _bundled(city, rng, _described(city, rng, start, (item[order], channel[order], at[order])))


def _described(city: City, rng: np.random.Generator, start: int, what: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Applications:
    """Add to items, channels and times who comes, where to, and how the catalogue stands that day."""
    item, channel, at = what
    day, evolution = at // DAY, city.evolution
    review = evolution.at(day)
    promised = np.where(evolution.is_natural[item], np.floor(evolution.promised[review, item] * 5 / 7), evolution.promised[review, item])
    site = np.where(evolution.window_from[item] <= day, city.home_site[item], city.counter_site[item])
    person, agent = _people(city, rng, item, (channel, day))
    assisted = rng.random(len(item)) < _assisted(city, channel, day)
    return Applications(
        start, item, city.group[item], channel, at, np.where(channel == CROSS, 0, site), _place(city, rng, channel, (item, day)),
        person, city.is_firm[item], agent, assisted, np.full(len(item), -1), review, evolution.level[review, item],
        evolution.is_spot[review, item], promised, evolution.legal[item],
    )  # fmt: skip


def _items(city: City, rng: np.random.Generator, start: int, end: int) -> np.ndarray:
    """How many applications for each division, and for which items."""
    spec, days = city.model["demand"], np.arange(start, end)
    month = (np.datetime64("1970-01-01", "D") + start).astype("datetime64[M]").astype(int) % 12
    volume = (
        spec["per_year"]
        / 249.5
        * day_weight(city.model, days).sum()
        * spec["month"][month]
        * float(path(spec["growth"], start))
        * city.scale
    )
    out = []
    for group, name in enumerate(GROUPS):
        mine = np.flatnonzero(city.group == group)
        n = rng.poisson(volume * spec["share"][name])
        out.append(mine[pick(rng, _weights(city, mine, month), n)])
    return np.concatenate(out)


def _weights(city: City, mine: np.ndarray, month: int) -> np.ndarray:
    """How much each item of a division is asked for in a month of the year."""
    key = (int(mine[0]), month)
    if key not in city.weights:
        city.weights[key] = _demand(city, mine, month)
    return city.weights[key]


def _demand(city: City, mine: np.ndarray, month: int) -> np.ndarray:
    spec = city.model["demand"]
    of_division = spec["theme_division"].get(GROUPS[city.items[mine[0]].group], {})
    towns = max(len(city.model.places["towns"].get(GROUPS[city.items[mine[0]].group], [])), 1)
    shared = {city.items[at].catalog_code for at in mine if city.items[at].town}
    out = np.empty(len(mine))
    for row, at in enumerate(mine):
        item = city.items[at]
        share = spec["town_share"] / towns if item.town else 1 - spec["town_share"] * (item.catalog_code in shared)
        season = spec["theme_month"].get(item.theme)
        out[row] = item.demand * share * of_division.get(item.theme, 1.0) * (season[month] if season else 1.0)
    return out


def _channels(city: City, rng: np.random.Generator, item: np.ndarray, day: int) -> np.ndarray:
    """Choose among the channels that an item has, by the model's weights."""
    spec, evolution = city.model["channels"], city.evolution
    level, group = evolution.level[evolution.at(np.array([day]))[0], item], city.group[item]
    on_app = (evolution.app_from[item] <= day) & (level >= 2)
    weights = np.empty((len(item), len(CHANNELS)))
    days = np.full(len(item), day)
    deep = np.where(level >= 3, spec["deep_item"], 1.0)
    weights[:, WINDOW] = 1.0
    weights[:, WEB] = path_by_group(spec["web"], group, days) * deep * (level >= 2)
    weights[:, APP] = path(spec["app"], day) * deep * on_app
    weights[:, WECHAT] = path(spec["wechat"], day) * deep * on_app
    weights[:, TERMINAL] = path(spec["terminal"], day) * (evolution.terminal_from[item] <= day)
    weights[:, STATION] = path(spec["agent_station"], day) * (city.first_station[item] >= 0)
    weights[:, COURIER] = path(spec["courier"], day) * (level >= 2)
    weights[:, CROSS] = path(spec["cross_region_window"], day)
    return pick_rows(rng.random(len(item)), weights)


def _times(city: City, rng: np.random.Generator, channel: np.ndarray, span: tuple[int, int]) -> np.ndarray:
    """Day and time of day: staffed channels follow working days and office hours, online ones people's days and evenings."""
    spec, days, n = city.model["demand"], np.arange(*span), len(channel)
    staffed = day_weight(city.model, days)
    online = np.where(working_days().works(days), 1.0, spec["online_rest_day"]) * spring_festival(city.model, days)
    by_office = np.isin(channel, (WINDOW, STATION, CROSS))
    day = np.where(by_office, days[pick(rng, staffed, n)], days[pick(rng, online, n)])
    hours = np.array([spec["hour_staffed"].get(hour, 0.0) for hour in range(24)])
    second = np.where(by_office, arrival_seconds(rng, hours, n), arrival_seconds(rng, np.array(spec["hour_online"]), n))
    return day * DAY + np.where(by_office, np.clip(second, 8.5 * 3600, 17.3 * 3600).astype(int), second)


def arrival_seconds(rng: np.random.Generator, hours: np.ndarray, n: int) -> np.ndarray:
    """Draw seconds of the day by weights of the hours."""
    return pick(rng, hours, n) * 3600 + rng.integers(0, 3600, n)


def _assisted(city: City, channel: np.ndarray, day: np.ndarray) -> np.ndarray:
    spec = city.model["assisted"]
    return np.select([channel == WINDOW, channel == TERMINAL, channel == STATION], [path(spec["window"], day), spec["terminal"], 1.0], 0.0)


def _people(city: City, rng: np.random.Generator, item: np.ndarray, how: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of applicant and agent. Whoever applies online is registered by then; accounts are numbered by registration."""
    spec, (channel, day), n = city.model["people"], how, len(item)
    firm, online = city.is_firm[item], np.isin(channel, (WEB, APP, WECHAT, TERMINAL))
    pool = np.where(firm, spec["firms"], spec["persons"]) * city.scale
    known = path(spec["registered"], day) * city.scale
    known = np.where(firm, known * spec["registered_firms"] * spec["firms"] / list(spec["registered"].values())[-1], known)
    number = np.floor(rng.random(n) ** 1.25 * np.where(online, known, pool)).astype(int)
    comes = (rng.random(n) < city.model["agent"]) | (channel == STATION)
    return number, np.where(comes, rng.integers(0, max(int(3000 * city.scale), 1), n), -1)


def _place(city: City, rng: np.random.Generator, channel: np.ndarray, what: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Number of the terminal (one that is live) or of the station (one of the item's town)."""
    item, day = what
    terminal = np.floor(rng.random(len(item)) * np.searchsorted(city.live_terminals, day, side="right")).astype(int)
    first = city.first_station[item]
    per_town = city.model.places["stations"]["per_town"]
    return np.select([channel == TERMINAL, channel == STATION], [terminal, first + rng.integers(0, per_town, len(item))], -1)


def _bundled(city: City, rng: np.random.Generator, made: Applications) -> Applications:
    """Let some firms file two matters at once: the second takes day, place and applicant of the first."""
    spec = city.model["demand"]["bundle"]
    able = made.is_firm & (made.channel == WINDOW) & (made.day >= number(spec["from"]))
    first = np.flatnonzero(able[:-1] & able[1:] & (made.group[:-1] == made.group[1:]) & (rng.random(len(made) - 1) < spec["share"]))
    first = first[np.diff(first, prepend=-9) > 1]
    bundle, same = made.bundle.copy(), {}
    bundle[first] = bundle[first + 1] = np.arange(len(first))
    for name in ("at", "site", "person", "agent"):
        column = getattr(made, name).copy()
        column[first + 1] = column[first]
        same[name] = column
    return replace(made, bundle=bundle, **same)
