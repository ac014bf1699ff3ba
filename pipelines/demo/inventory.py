"""Which items the demo city offers: kinds of matters x forms x bodies, cut to the size that the model states.

The size is an inventory (input). What is cut is what is asked for least; every department keeps at least one item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pipelines.demo.bodies import dept_id, performer, town_spec
from pipelines.demo.model import GROUPS, Model
from pipelines.demo.streams import stream

_AUDIENCE = {"p": "person", "e": "enterprise", "b": "person|enterprise", "o": "social_organisation|public_institution"}
_ASKED = {"p": "person", "e": "enterprise", "b": "both", "o": "organisation"}


class Item(NamedTuple):
    """One item as a body lists it."""

    item_id: str
    catalog_code: str
    name_zh: str
    name_en: str
    item_type: str
    dept_id: str
    division_code: str
    group: int
    town: str
    function: str
    performer: str
    audience: str
    asked: str
    theme: str
    legal: float
    spot: float
    depth_shift: float
    demand: float
    is_marriage: bool
    is_endorsement: bool


@dataclass(frozen=True)
class _Matter:
    code: str
    function: str
    row: list[Any]
    kind: list[str]
    kinds: int
    form: list[Any]
    form_no: int


def items(model: Model, seed: int) -> list[Item]:
    """Choose the items; the order is that of the divisions, then of the catalogue."""
    matters = list(_matters(model))
    out: list[Item] = []
    for group in range(len(GROUPS)):
        out += _of_group(model, group, matters, stream(seed, "inventory", GROUPS[group]))
    return out


def _of_group(model: Model, group: int, matters: list[_Matter], rng: np.random.Generator) -> list[Item]:
    name, wanted = GROUPS[group], model["catalogue"]["items"][GROUPS[group]]
    extra = _ex_officio(model, group)
    towns: list[Item] = []
    for town in model.places["towns"].get(name, []):
        candidates = [_item(model, group, matter, town_spec(town)["code"]) for matter in matters if "t" in matter.row[3]]
        towns += _keep(candidates, model["catalogue"]["per_town"][name], rng)
    level = "c" if group == 0 else "d"
    own = [_item(model, group, matter, "") for matter in matters if level in matter.row[3] and performer(model, name, matter.function)]
    return _keep(own, wanted - len(towns) - len(extra), rng) + towns + extra


def _keep(candidates: list[Item], wanted: int, rng: np.random.Generator) -> list[Item]:
    """Keep the most asked-for candidates (with some chance), and of every department its first."""
    if wanted > len(candidates):
        raise ValueError(f"The catalogue wants {wanted} items where the matters give {len(candidates)}: add matters, kinds or forms.")
    score = np.log([item.demand for item in candidates]) + 0.8 * rng.standard_normal(len(candidates))
    departments = [item.dept_id for item in candidates]
    first = [departments.index(name) for name in dict.fromkeys(departments)]
    score[first] = np.inf
    return [candidates[at] for at in sorted(np.argsort(-score, kind="stable")[:wanted])]


def _matters(model: Model) -> Any:
    forms = model.matters["forms"]
    for function, rows in model.matters["matters"].items():
        for at, row in enumerate(rows):
            kinds = row[9] if len(row) > 9 else [["", ""]]
            for kind_no, kind in enumerate(kinds):
                for form_no, form in enumerate(forms[row[5]]):
                    code = f"{list(model.places['functions']).index(function) + 1:02d}{at + 1:02d}{kind_no + 1:02d}{form_no + 1}"
                    yield _Matter(code, function, row, kind, len(kinds), form, form_no)


def _item(model: Model, group: int, matter: _Matter, town: str) -> Item:
    row, form, name = matter.row, matter.form, GROUPS[group]
    body = performer(model, name, matter.function) or ""
    division = town or model.division_code(name)
    zh = row[0] + (f"（{matter.kind[0]}）" if matter.kind[0] else "") + (f"·{form[0]}" if form[0] and not row[0].endswith(form[0]) else "")
    en = row[1] + (f" ({matter.kind[1]})" if matter.kind[1] else "") + (f": {form[1]}" if form[1] and form[1] not in row[1].lower() else "")
    return Item(
        f"{division}-{matter.code}", matter.code, zh, en, row[2], dept_id(division, "centre" if town else body), division, group, town,
        matter.function, body, _AUDIENCE[row[4]], _ASKED[row[4]], model.places["functions"][matter.function]["theme"],
        float(np.ceil(row[6] * form[5])), row[7] + form[3], form[4], row[8] * form[2] / matter.kinds,
        row[0] == "婚姻登记", row[0] == "往来港澳签注",
    )  # fmt: skip


def _ex_officio(model: Model, group: int) -> list[Item]:
    out = []
    for no, (zh, en, kind, function, where) in enumerate(model.matters["ex_officio"]):
        if where == GROUPS[group]:
            division, body = model.division_code(where), performer(model, where, function) or ""
            theme = model.places["functions"][function]["theme"]
            rest = (function, body, "enterprise", "enterprise", theme, 0.0, 0.0, -9.0, 0.0, False, False)
            out.append(Item(f"{division}-X{no + 1}", f"X{no + 1}", zh, en, kind, dept_id(division, body), division, group, "", *rest))
    return out
