"""What a target is called: its figure with its parameters, its place, who answers for it, its unit."""

from __future__ import annotations

from dashboards import formats
from dashboards.gate import Gate
from dashboards.indicators import TILES
from dashboards.places import Tree, part_names
from dashboards.shell import whole_name
from dashboards.words import has_word, say
from metrics.registry import registry
from metrics.spec import Metric, QueryRefused, Value
from metrics.target import Target, query_of


def figure_of(target: Target) -> tuple[Metric | None, dict[str, Value]]:
    """The metric of a target with its parameters resolved; without them where the definition refuses them."""
    metric = registry().get(target.metric)
    if metric is None:
        return None, {}
    try:
        return metric, metric.resolve(query_of(target).params)
    except QueryRefused:
        return metric, metric.resolve(())


def unit_of(target: Target) -> str:
    """The unit of a target's value."""
    metric, params = figure_of(target)
    return metric.form(params).unit if metric else "cases"


def target_name(target: Target, lang: str) -> str:
    """`Online depth, level 3 or more`; a figure without a short name reads as in the catalogue, with what it was asked for."""
    metric, params = figure_of(target)
    if metric is None:
        return target.metric
    query = query_of(target)
    narrowed = [(name, value) for name, value in query.where if has_word(lang, f"targets.narrowed.{name}")]
    tile = next((one for one in TILES if one.main.metric == metric.id and metric.resolve(one.main.params) == params), None)
    if tile is not None and not narrowed:
        return say(lang, f"tile.{tile.key}")
    if has_word(lang, f"targets.figure.{metric.id}") and not narrowed:
        return say(lang, f"targets.figure.{metric.id}", **{key: _value(str(value), lang) for key, value in params.items()})
    said = [
        say(lang, f"targets.param.{key}", value=_value(str(value), lang))
        for key, value in query.params
        if has_word(lang, f"targets.param.{key}")
    ]
    said += [say(lang, f"targets.narrowed.{name}", value=_type(value, lang)) for name, value in narrowed]
    return say(lang, "targets.form", name=metric.name[lang], form=formats.listed(said, lang)) if said else metric.name[lang]


def _value(text: str, lang: str) -> str:
    return say(lang, f"targets.param_value.{text}") if has_word(lang, f"targets.param_value.{text}") else text


def _type(code: str, lang: str) -> str:
    return say(lang, f"targets.item_type.{code}") if has_word(lang, f"targets.item_type.{code}") else code


def place_name(target: Target, found: Tree, lang: str) -> str:
    """The place that a target is set for; the whole where it names none."""
    code = target.division_code
    place = found.place(code) if code else None
    if place is not None:
        return place.name(lang)
    return whole_name(found, lang) if not code or code == found.top else code


def owner_name(gate: Gate, target: Target, set_by: str | None, lang: str) -> str:
    """The department that answers for it, else who set it."""
    if target.dept_id:
        known = part_names(gate, "department").get(target.dept_id)
        return known.name(lang) if known else target.dept_id
    return say(lang, "targets.set_by", name=set_by) if set_by else say(lang, "targets.no_owner")
