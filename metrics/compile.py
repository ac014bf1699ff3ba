"""A query becomes one SQL statement with bound parameters. Touches no data: what there is to read from stands in the catalog.

A flow is summed over the smallest rollup that holds its sums and dimensions, else over the mart; stocks are in stock.py.
Only names that stand in definitions and contracts become SQL text; whatever a caller wrote is a bound parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from metrics.across import compile_share, runs_across
from metrics.catalog import Catalog, Need, Rollup
from metrics.dimensions import DIMENSIONS, PERIODS
from metrics.marts import counted_rows
from metrics.query import Query, Question, read_query
from metrics.spec import QueryRefused, placeholders, spell_out
from metrics.statement import Bindings, Compiled, Source, conditions, keys, labelled, need_of, relation
from metrics.stock import compile_stock
from metrics.summed import Edges

__all__ = ["LIFE_TABLE", "Compiled", "Query", "compile_query"]

EXACT_GRAINS = ("month", "year")
LIFE_TABLE = ("age", "n_event", "n_censored")


def compile_query(query: Query, catalog: Catalog) -> Compiled:
    """The statement that answers a query; raise QueryRefused if the metric does not answer it."""
    question = read_query(query)
    if question.form.kind == "derived":
        raise QueryRefused(
            f"{query.metric} is computed from other figures' answers and has no statement of its own; its definition says how."
        )
    if runs_across(question):
        return compile_share(question, catalog)
    if question.form.is_stock:
        return compile_stock(question, catalog)
    if question.form.kind == "survival_quantile":
        return _life_table(question, catalog)
    source = _flow_source(question, catalog)
    return _shares(question, source) if question.metric.across else sums(question, source)


def _flow_source(question: Question, catalog: Catalog) -> Source:
    metric, form, edges = question.metric, question.form, None
    wanted = {role: spell_out(fragment, question.params) for role, fragment in form.fragments().items()}
    if form.kind == "distinct":
        rollup = _exact(question, catalog, set(wanted.values()))
    else:
        rollup, edges = _kept(question, lambda need: catalog.flow(metric.mart, metric.time, need, set(wanted.values())))
    if rollup:
        return _of_rollup(rollup, {role: f"sum({rollup.measures[fragment]})" for role, fragment in wanted.items()}, edges)
    rollup, edges = _of_lives(question, catalog)
    if rollup:
        roles = {"numerator": form.binned_numerator, "denominator": form.binned_denominator, "n": form.binned_denominator}
        return _of_rollup(rollup, roles, edges)
    return Source(metric.mart, metric.time, form.fragments(), (counted_rows(metric.mart), f"{metric.time} is not null"))


def _kept(question: Question, find: Callable[[Need], Rollup | None]) -> tuple[Rollup | None, Edges | None]:
    """The rollup that answers; where a period cuts months in two and no rollup by day is there, one by month and what it leaves to the mart."""
    need = need_of(question)
    rollup = find(need)
    if rollup or need.on_month_borders:
        return rollup, None
    rollup = find(replace(need, on_month_borders=True))
    columns = need.columns | ({"weekday"} if need.weekday else set())
    edges = Edges(rollup, columns, question.start, question.end) if rollup else None
    return (rollup, edges) if edges and edges.has_whole_months else (None, None)


def _of_lives(question: Question, catalog: Catalog) -> tuple[Rollup | None, Edges | None]:
    """The rollup of the life table that can answer the question, if one can."""
    metric, life_table = question.metric, question.form.life_table
    return _kept(question, lambda need: catalog.life(metric.mart, metric.time, need, life_table)) if life_table else (None, None)


def _exact(question: Question, catalog: Catalog, fragments: set[str]) -> Rollup | None:
    """Distinct things are counted beforehand by whole month or year and one place: they cannot be added up over several."""
    periods = [name for name in question.by if DIMENSIONS[name].kind == "period"]
    added_up = any(len(values) > 1 and name not in question.by for name, values in question.where.items() if name not in PERIODS)
    by_level = any(DIMENSIONS[name].kind == "division" for name in question.where)  # a division's code does not say which column holds it
    if len(periods) != 1 or periods[0] not in EXACT_GRAINS or added_up or by_level or question.metric.ends_at_release:
        return None
    [grain] = periods
    edges = [edge for edge in (question.start, question.end) if edge]
    if any(edge.day != 1 or (grain == "year" and edge.month != 1) for edge in edges) or (PERIODS.keys() & question.where) - {"year", grain}:
        return None
    columns = frozenset(DIMENSIONS[name].column for name in question.dimensions if DIMENSIONS[name].kind != "period")
    return catalog.exact(question.metric.mart, question.metric.time, grain, columns, fragments)


def _of_rollup(rollup: Rollup, roles: dict[str, str], edges: Edges | None) -> Source:
    stored = frozenset({"weekday"} & rollup.dimensions)
    return Source(rollup.name, rollup.grain, roles, (), stored, edges=edges)


def sums(question: Question, source: Source) -> Compiled:
    """The statement that sums every role of a source."""
    bindings = Bindings(question.params)
    grouped = _grouped(question, source, tuple(source.roles), bindings)
    compiled = labelled(question, {"grouped": grouped}, tuple(source.roles), bindings, source.name)
    bound_by_name = any(placeholders(sql) for sql in source.roles.values())
    return compiled if bound_by_name else replace(compiled, source=source, summed=partial(sums, question))


def _grouped(question: Question, source: Source, roles: tuple[str, ...], bindings: Bindings) -> str:
    columns = [f'{key} as "{name}"' for name, key in keys(question, source).items()]
    columns += [f"coalesce({bindings.fragment(source.roles[role])}, 0) as {role}" for role in roles]
    grouping = " group by all" if question.by else ""
    return f"select {', '.join(columns)} from {relation(question, source)} where {conditions(question, source, bindings)}{grouping}"


def _shares(question: Question, source: Source) -> Compiled:
    """Shares of a whole: the denominator neither splits nor filters by the dimensions that the metric runs across."""
    across, bindings = question.metric.across, Bindings(question.params)
    part = _grouped(question, source, ("numerator",), bindings)
    kept = tuple(name for name in question.by if name not in across)
    where = {name: values for name, values in question.where.items() if name not in across}
    everything = Question(question.metric, question.form, question.params, kept, where, question.start, question.end)
    whole = _grouped(everything, source, ("denominator", "n"), bindings)
    match = " and ".join(f'part."{name}" is not distinct from whole."{name}"' for name in kept) or "true"
    joined = f"select part.*, whole.denominator, whole.n from part join whole on {match}"
    steps = {"part": part, "whole": whole, "joined": joined}
    return labelled(question, steps, ("numerator", "denominator", "n"), bindings, source.name)


def _life_table(question: Question, catalog: Catalog) -> Compiled:
    """How many ended and how many were censored at each age; the quantile is read from it afterwards (survival.py)."""
    metric, form, bindings = question.metric, question.form, Bindings(question.params)
    rollup, edges = _of_lives(question, catalog)
    if rollup:
        source = _of_rollup(rollup, {"age": "age", "n_event": "sum(n_event)::bigint", "n_censored": "sum(n_censored)::bigint"}, edges)
    else:
        counts = {
            "age": form.age,
            "n_event": f"count(*) filter (where {form.event})",
            "n_censored": f"count(*) filter (where not ({form.event}))",
        }
        source = Source(metric.mart, metric.time, counts, (counted_rows(metric.mart), f"{metric.time} is not null", f"({form.scope})"))
    columns = [f'{key} as "{name}"' for name, key in keys(question, source).items()]
    columns += [f"{bindings.fragment(sql)} as {role}" for role, sql in source.roles.items()]
    bins = f"select {', '.join(columns)} from {relation(question, source)} where {conditions(question, source, bindings)} group by all"
    return labelled(question, {"bins": bins}, LIFE_TABLE, bindings, source.name)
