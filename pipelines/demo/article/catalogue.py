"""The catalogue of an article city: groups of items as the YAML counts them, and their versions."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines.demo.article.town import Spec, Town

STEPS = {
    0: "info|consult|submit|precheck|accept|decide|result|elicence",
    1: "info|consult|submit|precheck|accept",
    2: "info|consult|submit",
    3: "info|consult",
}
DEPTH = {0: 4, 1: 3, 2: 2, 3: 1}  # level under gd_4, by the visits that an item declares
_OWN = ("id_only", "cross_scope", "steps_count", "theme", "item_type", "audience", "demand", "has_fee", "yuan", "fixed_papers", "visits_max",
        "case_type", "legal_limit", "promised_limit", "supports_epay")  # fmt: skip
_WRITTEN = ("item_id", "version", "catalog_code", "name_zh", "name_en", "item_type", "dept_id", "division_code", "audience", "theme", "case_type",
            "legal_limit", "legal_unit", "promised_limit", "promised_unit", "online_steps", "visits_min", "visits_max", "visit_reason", "depth_scheme",
            "declared_depth", "approved_depth", "declared_on", "approved_on", "is_on_online_hall", "id_only", "supports_epay", "supports_courier",
            "supports_appointment", "has_fee", "steps_count", "cross_scope", "status", "valid_from", "valid_to")  # fmt: skip


def items(town: Town) -> list[Spec]:
    """Every item as it was when first listed; `group`, `at` (its place in the group) and `functions` serve the generator only."""
    return [item for name, group in town["items"].items() for item in _group(town, name, group)]


def _group(town: Town, name: str, group: Spec) -> list[Spec]:
    out: list[Spec] = []
    for no, code in enumerate(town.at(group["at"])):
        named = group.get("named", [])
        rows = [_item(town, (name, group), (code, no, at), named[at] if at < len(named) else None) for at in range(group["count"])]
        out += rows
    return out


def _part(value: float) -> float:
    return value % 1


def _item(town: Town, which: tuple[str, Spec], where: tuple[str, int, int], named: list[Any] | None) -> Spec:
    (name, group), (code, no, at) = which, where
    functions = _functions(town, group)
    function = named[0] if named else functions[at % len(functions)]
    owner = group.get("owner", code)
    visits = _visits(group["visits"], at)
    is_spot = _part((at + 1) * 0.618034) < group.get("spot", 0.5)
    low, high = group.get("legal", [10, 40])
    legal = round(low + (high - low) * _part((at + 1) * 0.754878))
    kinds = group.get("type", ["01", "07", "20"])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    zh, en = (named[1], named[2]) if named else _name(town, function, at // len(functions))
    item = {
        "item_id": f"{code}-{name}-{at + 1:03d}", "catalog_code": f"{name}-{at + 1:03d}", "name_zh": zh, "name_en": en, "item_type": kinds[at % len(kinds)],
        "dept_id": f"{owner}-{function}", "division_code": code, "audience": group.get("audience", "person" if at % 2 else "enterprise"),
        "theme": town.bodies["functions"][function][2], "case_type": "on_the_spot" if is_spot else "commitment", "legal_limit": legal,
        "promised_limit": max(1, round(legal * group.get("promised", 0.45))), "visits_max": visits, "is_on_online_hall": group.get("online_hall", True),
        "steps_count": 3 + at % 4, "has_fee": _part((at + 1) * 0.569840) < group.get("fee", 0.0), "demand": 1 / (1 + at * 0.37) ** 0.7,
        "valid_from": str(group.get("listed_on", "2014-01-01")), "group": name, "at": at, "place": no, "function": function,
    }  # fmt: skip
    firsts = [rule["set"] for rule in group.get("first", []) if at < rule["count"]]
    for own in (group.get("set", {}), *firsts, named[3] if named and len(named) > 3 else {}):
        item |= own
    return item


def _functions(town: Town, group: Spec) -> list[str]:
    chosen = first_functions(town, group.get("functions", 10))
    return [name for name in chosen if name not in group.get("not", ())]


def first_functions(town: Town, given: int | list[str]) -> list[str]:
    """A list as it is given, or the first so many of bodies.yaml."""
    return list(town.bodies["functions"])[:given] if isinstance(given, int) else given


def _visits(counts: Spec, at: int) -> int:
    """Items in order: so many with no visit, so many with one, …; the last kind goes on."""
    for visits, count in counts.items():
        if at < count:
            return visits
        at -= count
    return list(counts)[-1]


def _name(town: Town, function: str, turn: int) -> tuple[str, str]:
    matters, forms = town.bodies["functions"][function][3], town.bodies["forms"]
    (zh, en), rest = matters[turn % len(matters)], turn // len(matters)
    form, kind = forms[rest % len(forms)], rest // len(forms) + 1
    return f"{zh}·{form[0]}" + (f"（{kind}类）" if kind > 1 else ""), f"{en}: {form[1]}" + (f" (kind {kind})" if kind > 1 else "")


def service_items(town: Town, every: list[Spec]) -> pl.DataFrame:
    """Every version of every item: the first, and one per change that the YAML dates."""
    rows = [row for item in every for row in _versions(town["items"][item["group"]].get("changes", []), item)]
    return pl.DataFrame(rows, infer_schema_length=None).select(_WRITTEN)


def _versions(changes: list[Spec], item: Spec) -> list[Spec]:
    states, dates = [item], [item["valid_from"]]
    for change in changes:
        if item["at"] < change.get("first", 10**9):
            states.append(states[-1] | _changed(states[-1], change))
            dates.append(str(change["day"]))
    ends = [*dates[1:], None]
    return [
        _full(state) | {"version": no, "valid_from": start, "valid_to": end}
        for no, (state, start, end) in enumerate(zip(states, dates, ends, strict=True), 1)
    ]


def _changed(state: Spec, change: Spec) -> Spec:
    """New values as they stand; `steps_times` multiplies the steps."""
    steps = {"steps_count": round(state["steps_count"] * change["steps_times"])} if "steps_times" in change else {}
    return change.get("set", {}) | steps


def _full(item: Spec) -> Spec:
    visits, is_spot = item["visits_max"], item["case_type"] == "on_the_spot"
    has_limit = item["legal_limit"] is not None
    return item | {
        "legal_unit": "working_day" if has_limit else None, "promised_limit": 0 if is_spot else item["promised_limit"], "promised_unit": "working_day",
        "online_steps": STEPS[visits], "visits_min": 1 if visits > 1 else 0, "visit_reason": "核验原件" if visits else None, "depth_scheme": "gd_4",
        "declared_depth": DEPTH[visits], "approved_depth": DEPTH[visits], "declared_on": item["valid_from"], "approved_on": item["valid_from"],
        "id_only": item.get("id_only", False), "supports_epay": item.get("supports_epay", False), "supports_courier": not is_spot,
        "supports_appointment": True, "cross_scope": item.get("cross_scope"), "status": "in_force",
    }  # fmt: skip
