"""Rows of the catalogue feeds: service_items with their versions, item_channels, targets."""

from __future__ import annotations

import json

import numpy as np
import polars as pl

from pipelines.demo.city import City
from pipelines.demo.evolution import NEVER
from pipelines.demo.model import Model
from pipelines.demo.writing import lookup, words

STEPS = (
    "consult", "info|consult", "info|consult|submit", "info|consult|submit|precheck|accept", "info|consult|submit|precheck|accept|decide|result|elicence",
)  # fmt: skip
VISITS_MIN, VISITS_MAX = (1, 1, 1, 0, 0), (3, 3, 2, 1, 0)  # by depth under gd_4
_REASONS = ("", "", "核验原件", "核验原件或领取结果", "")


def service_items(city: City) -> pl.DataFrame:
    """Every version of every item: one row per review that changed something."""
    state = city.evolution
    now = np.stack([state.level, state.is_spot, state.promised, state.on_hall])
    changed = np.ones(state.level.shape, dtype=bool)
    changed[1:] = (now[:, 1:] != now[:, :-1]).any(axis=0)
    item, review = np.nonzero(changed.T)
    version = np.cumsum(changed, axis=0)[review, item]
    until = np.append(np.where(item[1:] == item[:-1], review[1:], -1), -1)
    fixed = pl.DataFrame([_fixed(city, at) for at in range(len(city.items))], infer_schema_length=None)
    return pl.concat([fixed[item], _changing(city, (item, review), (version, until))], how="horizontal")


def _fixed(city: City, at: int) -> dict[str, object]:
    item, legal = city.items[at], float(city.evolution.legal[at])
    own = {
        name: getattr(item, name)
        for name in ("item_id", "catalog_code", "name_zh", "name_en", "item_type", "dept_id", "division_code", "audience", "theme")
    }
    unit = "natural_day" if city.evolution.is_natural[at] else "working_day"
    limits = {"legal_limit": int(legal) if legal else None, "legal_unit": unit if legal else None, "promised_unit": unit}
    is_person = item.asked in ("person", "both")
    flags = {
        "id_only": is_person and item.spot >= 0.95,
        "supports_epay": bool(city.has_fee[at]),
        "supports_courier": item.item_type != "02",
        "has_fee": bool(city.has_fee[at]),
    }
    return (
        own
        | limits
        | flags
        | {"supports_appointment": not item.town, "steps_count": 3 + int(item.spot < 0.3) + int(legal >= 30), "status": "in_force"}
    )


def _changing(city: City, where: tuple[np.ndarray, np.ndarray], version: tuple[np.ndarray, np.ndarray]) -> pl.DataFrame:
    (item, review), (number, until), state = where, version, city.evolution
    level, is_spot = state.level[review, item], state.is_spot[review, item]
    application = city.of(lambda one: one.item_type in ("02", "03", "04", "06"))[item]
    declared = np.minimum(level + state.overstated[item], 4)
    start = state.days[review]
    promised = pl.Series(state.promised[review, item].astype(np.int64))
    frame = {
        "version": pl.Series(number.astype(np.int64)), "case_type": words(("commitment", "on_the_spot", "other"), np.where(application, 2, is_spot.astype(int))),
        "promised_limit": promised.set(pl.Series(application), None), "online_steps": words(STEPS, level), "visits_min": pl.Series(np.array(VISITS_MIN)[level]),
        "visits_max": pl.Series(np.array(VISITS_MAX)[level]), "visit_reason": words([reason or None for reason in _REASONS], level),
        "depth_scheme": pl.repeat("gd_4", len(item), eager=True), "declared_depth": pl.Series(declared.astype(np.int64)), "approved_depth": pl.Series(level.astype(np.int64)),
        "declared_on": dates(start - 20), "approved_on": dates(start - 6), "is_on_online_hall": pl.Series(state.on_hall[review, item]),
        "valid_from": dates(start), "valid_to": dates(np.where(until >= 0, state.days[until], NEVER)),
    }  # fmt: skip
    return pl.DataFrame(frame)


def item_channels(city: City) -> pl.DataFrame:
    """What can be done with an item on which channel, from which day."""
    state = city.evolution
    reached = {level: _first_day(state.level >= level, state.days) for level in (1, 2, 4)}
    on_app = np.maximum(state.app_from, reached[2])
    fee = np.where(city.has_fee, 0, NEVER)
    offers = [
        ("web", "info", reached[1]), ("web", "form", reached[1]), ("web", "apply", reached[2]), ("web", "progress", reached[2]), ("web", "result", reached[4]),
        ("window", "apply", state.window_from), ("window", "consult", state.window_from), ("app", "apply", state.app_from), ("app", "progress", state.app_from),
        ("wechat", "appoint", np.maximum(state.window_from, _day(2015, 300))), ("wechat", "apply", np.maximum(on_app, _day(2015, 360))),
        ("terminal", "apply", state.terminal_from), ("terminal", "pay", np.maximum(state.terminal_from, fee)), ("terminal", "progress", state.terminal_from),
        ("web", "pay", np.maximum(reached[2], fee)), ("agent_station", "apply", np.where(city.first_station >= 0, state.days[0], NEVER)),
    ]  # fmt: skip
    parts = [_offers(city, channel, func, start) for channel, func, start in offers]
    return pl.concat(parts).sort("item_id", "channel", "func")


def _first_day(holds: np.ndarray, days: np.ndarray) -> np.ndarray:
    return np.where(holds.any(axis=0), days[holds.argmax(axis=0)], NEVER)


def _day(year: int, of_year: int) -> int:
    return int((np.datetime64(f"{year}-01-01") - np.datetime64(0, "D")).astype(int)) + of_year


def _offers(city: City, channel: str, func: str, start: np.ndarray) -> pl.DataFrame:
    rows = np.flatnonzero(start <= city.model.last)
    n = len(rows)
    frame = {"item_id": lookup(city.item_ids, rows), "channel": pl.repeat(channel, n, eager=True), "func": pl.repeat(func, n, eager=True)}
    return pl.DataFrame(frame | {"valid_from": dates(start[rows])})


def targets(model: Model) -> pl.DataFrame:
    """What the demo city has set out to reach."""
    rows = []
    for target_id, metric, params, where, op, value, baseline, baseline_on, due, set_on in model.targets:
        place = (
            {"division_code": None, "dept_id": where["department"]}
            if isinstance(where, dict)
            else {"division_code": where and model.division_code(where), "dept_id": None}
        )
        own = {
            "target_id": target_id,
            "metric_id": metric,
            "params": json.dumps(params) if params else None,
            **place,
            "op": op,
            "value": float(value),
        }
        rows.append(
            own | {"baseline_value": baseline, "baseline_on": baseline_on, "due_on": due, "set_by": "Foshan (demo)", "set_on": set_on}
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def dates(days: np.ndarray) -> pl.Series:
    """Turn day numbers into dates; NEVER becomes missing."""
    values = np.where(days >= NEVER, 0, days).astype("datetime64[D]")
    values[days >= NEVER] = np.datetime64("NaT")
    return pl.Series(values)
