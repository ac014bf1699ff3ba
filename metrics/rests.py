"""What each metric rests on: the columns that its definition reads, and every table behind them.

A number is also cut by place, so the columns of places count; other breakdowns rest on their own lists besides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from metrics.dimensions import DIMENSIONS
from metrics.marts import counted_rows, mart_columns
from metrics.registry import registry
from metrics.spec import Form, Metric
from warehouse.contract import tables
from warehouse.lineage import Lineage

PLACES = ("province", "city", "district", "town")
_WORD = re.compile(r"[a-z_][a-z0-9_]*")
Needs = dict[str, set[str]]


def all_rests(lineage: Lineage, targeted: Collection[str] = ()) -> dict[str, frozenset[str]]:
    """Every table behind each metric. `targeted`: the metrics that targets are set for."""
    return {metric.id: lineage.behind(needs_of(metric, targeted)) for metric in registry().values()}


def needs_of(metric: Metric, targeted: Collection[str] = ()) -> Needs:
    """The columns of marts that a metric reads, by mart."""
    needs: Needs = {metric.mart: _named(_texts(metric), metric.mart) | _places(metric)}
    for form in metric.forms.values():
        for mart in form.requires:
            needs.setdefault(mart, set())
    for mart in sorted(tables().keys() & set(_WORD.findall(metric.relation))):
        needs.setdefault(mart, set()).update(_named([metric.relation], mart))
    for other in _others(metric, targeted):
        for mart, columns in needs_of(registry()[other]).items():
            needs.setdefault(mart, set()).update(columns)
    return needs


def _texts(metric: Metric) -> Iterable[str]:
    yield from (metric.time, metric.since, metric.until, metric.relation, counted_rows(metric.mart))
    for form in metric.forms.values():
        yield from (form.numerator, form.denominator, form.n, form.squares, form.bound, form.event, form.age, form.scope)


def _named(texts: Iterable[str], mart: str) -> set[str]:
    """The columns of a mart that these fragments name."""
    return {word for text in texts for word in _WORD.findall(text)} & mart_columns(mart)


def _places(metric: Metric) -> set[str]:
    return {DIMENSIONS[name].column for name in metric.dimensions if name in PLACES} & mart_columns(metric.mart)


def _others(metric: Metric, targeted: Collection[str]) -> list[str]:
    """Metrics whose answers a derived one is worked out from."""
    evaluators = {form.evaluator for form in metric.forms.values()}
    if "standardised_ratio" in evaluators:
        return [str(choice) for choice in metric.params["metric"].choices]
    if "target_attainment" in evaluators:
        return sorted(set(targeted) & registry().keys() - {metric.id})
    return sorted(_published()) if "revision_size" in evaluators else []


def _published() -> list[str]:
    """The shares whose months are noted at every publication."""
    return [name for name, one in registry().items() if is_noted(one) and one.mart != "mart_source_day"]


def is_noted(metric: Metric) -> bool:
    """Whether its months are noted at every publication (see snapshot.py)."""
    form: Form = metric.default_form
    return form.kind == "ratio" and "month" in metric.dimensions
