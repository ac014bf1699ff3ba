"""Every metric's definition, read from definitions/<family>/<id>.yaml and checked: a fault in a file is a sentence that names it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from metrics.check import check_metric
from metrics.dimensions import offered
from metrics.spec import DefinitionError, Form, Metric, Param, QueryRefused, override

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same reader, in C where PyYAML was built with it
FAMILIES = ("catalogue", "volume", "visits", "time", "queues", "materials", "satisfaction", "money", "comparison", "quality")
FORM_FIELDS = frozenset(each.name for each in fields(Form))
METRIC_FIELDS = frozenset(each.name for each in fields(Metric)) - {"family", "forms"} | {"variants", "dimensions_except"}
PARAM_FIELDS = frozenset(("default", "choices", "range", "rolled"))


@cache
def registry() -> dict[str, Metric]:
    """Every metric by id, family by family."""
    found: dict[str, Metric] = {}
    for family, name, body in _files():
        metric = read_metric(family, body)
        if f"{metric.id}.yaml" != name:
            raise DefinitionError(f"{family}/{name}: the file's name must be its id, {metric.id}.yaml.")
        found[metric.id] = metric
    return found


def metric_named(name: str) -> Metric:
    """The metric of that id, or a refusal that suggests one."""
    metrics = registry()
    if name in metrics:
        return metrics[name]
    close = get_close_matches(name, metrics, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else "`onegate metrics` lists them all."
    raise QueryRefused(f"There is no metric {name!r}. {hint}")


def read_metric(family: str, body: dict[str, Any]) -> Metric:
    """One definition as a Metric, validated."""
    name = str(body.get("id", "?"))
    try:
        metric = _metric(family, body)
    except (KeyError, TypeError) as error:
        raise DefinitionError(f"{name}: the definition lacks or misuses {error}.") from error
    check_metric(metric)
    return metric


def _metric(family: str, body: dict[str, Any]) -> Metric:
    _only(body, FORM_FIELDS | METRIC_FIELDS, body["id"])
    forms = _forms(body)
    available = offered(body["mart"], stock=forms[""].is_stock)
    unknown = set(body.get("dimensions_except", ())) - set(available)
    if unknown:
        raise DefinitionError(f"{body['id']}: dimensions_except names {', '.join(sorted(unknown))}, which {body['mart']} does not have.")
    chosen = body.get("dimensions") or [name for name in available if name not in body.get("dimensions_except", ())]
    plain = {key: body[key] for key in ("id", "version", "name", "meaning", "formula", "mart", "better", "evidence", "source")}
    optional = {key: body[key] for key in ("time", "since", "until", "relation", "zero_is_missing_above", "ends_at_release") if key in body}
    return Metric(
        **plain,
        **optional,
        family=family,
        forms=forms,
        dimensions=tuple(chosen),
        across=tuple(body.get("across", ())),
        params={name: _param(body["id"], name, given) for name, given in body.get("params", {}).items()},
        refuses=tuple(body.get("refuses", ())),
        edge_cases=tuple(body.get("edge_cases", ())),
    )


def _forms(body: dict[str, Any]) -> dict[str, Form]:
    base = Form(**_form_fields(body))
    variants = {str(choice): changes or {} for choice, changes in body.get("variants", {}).items()}
    for choice, changes in variants.items():
        _only(changes, FORM_FIELDS, f"{body['id']}, variant {choice}")
    return {"": base} | {choice: override(base, _form_fields(changes)) for choice, changes in variants.items()}


def _form_fields(body: dict[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in body.items() if key in FORM_FIELDS}
    if "requires" in found:
        found["requires"] = tuple(found["requires"])
    return {key: " ".join(value.split()) if isinstance(value, str) else value for key, value in found.items()}


def _param(metric: str, name: str, given: dict[str, Any]) -> Param:
    _only(given, PARAM_FIELDS, f"{metric}, parameter {name}")
    low_high = tuple(given["range"]) if "range" in given else None
    return Param(name, given["default"], tuple(given.get("choices", ())), low_high, tuple(given.get("rolled", ())))


def _only(body: dict[str, Any], allowed: frozenset[str], where: str) -> None:
    unknown = set(body) - allowed
    if unknown:
        raise DefinitionError(f"{where}: unknown entry {', '.join(sorted(map(str, unknown)))}; known are {', '.join(sorted(allowed))}.")


def _files() -> Iterator[tuple[str, str, dict[str, Any]]]:
    root = files("metrics") / "definitions"
    for family in FAMILIES:
        entries = (root / family).iterdir() if (root / family).is_dir() else ()
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.endswith(".yaml"):
                yield family, entry.name, yaml.load(entry.read_text("utf-8"), Loader=LOADER)
