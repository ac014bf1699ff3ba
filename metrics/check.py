"""Whether a definition makes sense: known words, parameters that exist, SQL that is an aggregate over columns that the mart has."""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

from metrics.marts import mart_columns, mart_names
from metrics.spec import BETTER, EVALUATORS, EVIDENCE, INTERVALS, KINDS, UNITS, DefinitionError, Form, Metric, placeholders

BIN_COLUMNS = frozenset(("age", "n_event", "n_censored"))


def check_metric(metric: Metric) -> None:
    """Raise DefinitionError with a sentence if a definition does not hold together."""
    _words(metric)
    _one_of(metric, "better", metric.better, BETTER)
    _one_of(metric, "evidence", metric.evidence, EVIDENCE)
    _one_of(metric, "mart", metric.mart, mart_names())
    _params(metric)
    for choice, form in metric.forms.items():
        _form(metric, form, f"{metric.id}, {choice}" if choice else metric.id)


def _words(metric: Metric) -> None:
    for entry in ("name", "meaning", "formula"):
        words = getattr(metric, entry)
        if set(words) != {"en", "zh"} or not all(words.values()):
            raise DefinitionError(f"{metric.id}: {entry} needs a text in en and in zh (quote a text that holds a comma or a colon).")
    if any(set(words) != {"en", "zh"} for words in metric.edge_cases):
        raise DefinitionError(f"{metric.id}: every edge case needs a text in en and in zh (quote a text that holds a comma or a colon).")


def _one_of(metric: Metric, entry: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise DefinitionError(f"{metric.id}: {entry} is {given!r}; it must be one of {', '.join(allowed)}.")


def _params(metric: Metric) -> None:
    for param in metric.params.values():
        if param.range is None and param.default not in param.choices:
            raise DefinitionError(f"{metric.id}: the default of {param.name} is not one of its choices.")
        if param.range is not None and not all(param.range[0] <= int(value) <= param.range[1] for value in (param.default, *param.rolled)):
            raise DefinitionError(f"{metric.id}: the default or a rolled value of {param.name} is outside its range.")
    if metric.picker and set(metric.forms) - {""} > set(map(str, metric.params[metric.picker].choices)):
        raise DefinitionError(f"{metric.id}: a variant is not among the choices of {metric.picker}.")
    if set(metric.forms) != {""} and not metric.picker:
        raise DefinitionError(f"{metric.id}: variants need a parameter called variant or stat that chooses among them.")


def _form(metric: Metric, form: Form, where: str) -> None:
    _one_of(metric, "kind", form.kind, KINDS)
    _one_of(metric, "unit", form.unit, UNITS)
    _one_of(metric, "interval", form.interval, INTERVALS)
    if form.kind == "derived":
        _one_of(metric, "evaluator", form.evaluator, EVALUATORS)
        return
    if form.is_stock != metric.default_form.is_stock:
        raise DefinitionError(f"{where}: a metric is a stock or a flow in all its forms.")
    if not form.is_stock and metric.time not in mart_columns(metric.mart):
        raise DefinitionError(f"{where}: time must name a date column of {metric.mart}.")
    if form.is_stock and not metric.relation and not (metric.since and metric.until):
        raise DefinitionError(f"{where}: a stock needs since and until.")
    _needs(form, where)
    _fragments(metric, form, where)


def _needs(form: Form, where: str) -> None:
    wanted = {"ratio": ("numerator", "denominator"), "mean": ("numerator", "denominator"), "survival_quantile": ("event", "age"),
              "design_effect": ("numerator", "denominator", "n")}  # fmt: skip
    for entry in wanted.get(form.kind.removeprefix("stock_"), ("numerator",)):
        if entry == "numerator" and form.kind == "survival_quantile":
            continue
        if not getattr(form, entry):
            raise DefinitionError(f"{where}: a {form.kind} needs {entry}.")
    if form.interval in ("t", "wilson_weighted") and not form.squares:
        raise DefinitionError(f"{where}: a {form.interval} interval needs squares.")
    if form.interval == "bounds" and not form.bound:
        raise DefinitionError(f"{where}: an interval of bounds needs bound.")


def _fragments(metric: Metric, form: Form, where: str) -> None:
    columns = mart_columns(metric.mart)
    for role, fragment in form.fragments().items():
        extra = frozenset(("is_tested",)) if metric.relation else frozenset()
        _aggregate(metric, fragment, columns | extra, f"{where}, {role}")
    for role in ("binned_numerator", "binned_denominator"):
        if getattr(form, role):
            _aggregate(metric, getattr(form, role), BIN_COLUMNS, f"{where}, {role}")
    for role in ("event", "age", "scope"):
        if getattr(form, role):
            _columns(metric, getattr(form, role), columns, f"{where}, {role}")
    for role in ("since", "until"):
        if getattr(metric, role):
            _columns(metric, getattr(metric, role), columns, f"{where}, {role}")


def _aggregate(metric: Metric, fragment: str, columns: frozenset[str], where: str) -> None:
    tree = _columns(metric, fragment, columns, where)
    if not any(tree.find_all(exp.AggFunc)):
        raise DefinitionError(f"{where}: {fragment!r} is not an aggregate.")


@lru_cache(maxsize=4096)
def _parsed(fragment: str) -> exp.Expr:
    """A fragment taken apart; many definitions share one."""
    return sqlglot.parse_one(fragment, read="duckdb")


def _columns(metric: Metric, fragment: str, columns: frozenset[str], where: str) -> exp.Expr:
    try:
        tree = _parsed(fragment)
    except sqlglot.ParseError as error:
        raise DefinitionError(f"{where}: {fragment!r} cannot be read as SQL.") from error
    unknown = {column.name for column in tree.find_all(exp.Column)} - columns
    if unknown:
        raise DefinitionError(f"{where}: {metric.mart} has no column {', '.join(sorted(unknown))}.")
    undeclared = set(placeholders(fragment)) - set(metric.params)
    if undeclared:
        raise DefinitionError(f"{where}: ${', $'.join(sorted(undeclared))} is not among the parameters.")
    return tree
