"""Rows of the feeds of stocks: accounts, elicence_stock, data_share_calls, data_holdings, costs."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from pipelines.demo.bodies import dept_id, performer
from pipelines.demo.city import City
from pipelines.demo.days import day_of, months, number, year_of
from pipelines.demo.model import GROUPS, Spec, path
from pipelines.demo.registers import dates
from pipelines.demo.streams import pick
from pipelines.demo.writing import numbered, words

_VERIFICATION = ("real_name", "id_card", "bank_card", "face", "basic")


def accounts(city: City) -> pl.DataFrame:
    """Accounts in the order of registration: persons, then firms."""
    return pl.concat([_accounts(city, "P", 1.0), _accounts(city, "F", _firm_factor(city))])


def _firm_factor(city: City) -> float:
    spec = city.model["people"]
    return spec["registered_firms"] * spec["firms"] / list(spec["registered"].values())[-1]


def _accounts(city: City, letter: str, factor: float) -> pl.DataFrame:
    """Account number k was opened on the day on which the path of registrations passes k."""
    spec, rng = city.model["people"]["registered"], city.rng("accounts", letter)
    days = np.arange(city.model.first - 400, city.model.last + 1)
    known = np.maximum.accumulate(path(spec, days) * city.scale * factor)
    known[:400] = np.linspace(0, known[400], 400)
    n = int(known[-1])
    opened = days[np.minimum(np.searchsorted(known, np.arange(n), side="right"), len(days) - 1)]
    closed = np.where(rng.random(n) < 0.01, opened + rng.integers(60, 1500, n), 10**6)
    shares = np.array([city.model["demand"]["share"][group] for group in GROUPS[1:]])
    codes = [city.model.division_code(group) for group in GROUPS[1:]]
    frame = {
        "account_key": numbered(letter, 0, n, 7), "kind": pl.repeat("person" if letter == "P" else "organisation", n, eager=True),
        "verification": words(_VERIFICATION, pick(rng, np.array([0.4, 0.3, 0.1, 0.1, 0.1]), n)), "division_code": words(codes, pick(rng, shares, n)),
        "registered_on": dates(opened), "closed_on": dates(np.where(closed <= city.model.last, closed, 10**6)),
        "id_check_ok": words(("false", "true"), (rng.random(n) < 0.97).astype(int)),
    }  # fmt: skip
    return pl.DataFrame(frame)


def elicence_stock(city: City) -> pl.DataFrame:
    """Licences in the library at the end of each month, by type, source and division."""
    rows = []
    for kind, (_, _, function, since, cover, full) in city.model["licences"].items():
        for group, name in enumerate(GROUPS[1:], 1):
            source = performer(city.model, name, function)
            district = city.model.places["districts"][name]
            share = district["population"] / city.model.places["city"]["population"]
            for end in _month_ends(city):
                if end >= number(since) and source:
                    lag = 1.0 - 0.06 * (group - 1)  # districts joined one after the other
                    count = int(full * share * lag * float(path(cover, end)))
                    rows.append((day_of(end), kind, dept_id(district["code"], source), district["code"], count))
    return pl.DataFrame(rows, schema=["stock_on", "licence_type", "source_dept_id", "division_code", "valid_count"], orient="row")


def data_holdings(city: City) -> pl.DataFrame:
    """Records on the shared platform at the end of each quarter."""
    spec, rows = city.model["holdings"], []
    for name in spec["divisions"]:
        code = city.model.division_code(name)
        for dataset, (_, _, function, first, records, growth) in spec["sets"].items():
            owner = performer(city.model, name, function)
            for end in _quarter_ends(city):
                if end >= number(first):
                    years = float(year_of(end) - year_of(number(first)))
                    rows.append(
                        (
                            day_of(end),
                            dataset,
                            dept_id(code, owner or ""),
                            code,
                            int(records * spec["weight"][name] * (1 + growth) ** years),
                        )
                    )
    return pl.DataFrame(rows, schema=["held_on", "dataset_code", "owner_dept_id", "division_code", "records"], orient="row")


def data_share_calls(city: City) -> pl.DataFrame:
    """Calls of the shared data by other departments: the first of each month stands for the month."""
    rng, rows = city.rng("share_calls"), []
    for dataset, (_, _, function, first, _, growth) in city.model["holdings"]["sets"].items():
        users = [at for at, item in enumerate(city.items) if item.function != function and item.group in (1, 2)]
        for at in rng.choice(users, 12, replace=False):
            item = city.items[at]
            provider = dept_id(city.model.division_code(GROUPS[item.group]), performer(city.model, GROUPS[item.group], function) or "")
            rows += _calls(city, rng, (dataset, provider, item.dept_id, item.item_id), (number(first), growth))
    return pl.DataFrame(
        rows,
        schema=["called_on", "dataset_code", "provider_dept_id", "consumer_dept_id", "item_id", "calls", "hits", "failures"],
        orient="row",
    )


def _calls(city: City, rng: np.random.Generator, key: tuple[str, str, str, str], pace: tuple[int, float]) -> list[tuple[object, ...]]:
    first, growth = pace
    out = []
    for start, _ in months(day_of(city.model.first), day_of(city.model.last)):
        if start >= first:
            calls = int(rng.poisson(40 * (1 + growth) ** float(year_of(start) - year_of(first))))
            hits = int(rng.binomial(calls, 0.9))
            out.append((day_of(start), *key, calls, hits, int(rng.binomial(calls - hits, 0.3))))
    return out


def costs(city: City) -> pl.DataFrame:
    """Quarterly cost of windows (by the windows that a division runs) and of online service."""
    spec, rows = city.model["costs"], []
    for name in GROUPS:
        group = GROUPS.index(name)
        windows = sum(site.windows for site in city.places.sites if site.group == group)
        owner = dept_id(city.model.division_code(name), "civil")
        for end in _quarter_ends(city):
            first = _quarter_start(day_of(end))
            rows.append(_cost(spec, (first, day_of(end), owner), "window", windows * spec["staff_per_window_quarter"]))
            rows.append(_cost(spec, (first, day_of(end), owner), "web", spec["online_quarter"][name]))
    names = ["period_start", "period_end", "dept_id", "item_id", "channel", "cost_kind", "amount", "allocation_method"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _cost(spec: Spec, where: tuple[date, date, str], channel: str, amount: float) -> tuple[object, ...]:
    return (*where, "*", channel, "running", int(amount), "windows" if channel == "window" else "budget")


def _quarter_start(end: date) -> date:
    return date(end.year, end.month - 2, 1)


def _month_ends(city: City) -> list[int]:
    return [end - 1 for _, end in months(day_of(city.model.first), day_of(city.model.last))]


def _quarter_ends(city: City) -> list[int]:
    return [end for end in _month_ends(city) if day_of(end).month % 3 == 0]
