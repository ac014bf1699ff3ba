"""A definition that is changed by a hair is caught: mutants of every definition against the golden city's hand values and the oracles.

A mutant is a Metric that differs in one place, put in the registry for the time of a question. It is caught when an answer is no longer what
was worked out by hand, or when it cannot be answered at all. What survives is listed; mutants that mean the same are named with the reason.
"""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from metrics.catalog import Catalog, filled_marts, table_names
from metrics.check import check_metric
from metrics.evaluate import Query, Store, answer_all
from metrics.marts import mart_columns
from metrics.registry import registry
from metrics.spec import DefinitionError, Form, Metric

BAR = 0.95
FRAGMENTS = ("numerator", "denominator", "n", "squares", "bound", "event", "age", "scope")
BOUNDARY = {
    exp.GTE: exp.GT,
    exp.GT: exp.GTE,
    exp.LTE: exp.LT,
    exp.LT: exp.LTE,
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.Add: exp.Sub,
    exp.Sub: exp.Add,
}

# Terms that say of a mart's rows what other terms of the same fragment imply: without them it means the same.
IMPLIED = {
    "mart_ticket": ("is_chain_head AND ", "NOT is_implausible AND "),  # a wait is kept for the head of a plausible chain only
    "mart_session": ("is_journey_start AND ", "is_contact AND "),  # followed up are journeys; a purpose makes a contact
    "mart_applicant_material": ("is_submitted AND ",),  # a repetition was handed in
}

IN_FORCE = "FILTER(WHERE status = 'in_force' AND legal_working_days > 0)"
# Mutants that say the same as the definition, with the reason: (metric, part of the mutant's name; its end, with $).
EQUIVALENT: dict[tuple[str, str], str] = {
    ("declared_depth_share", "'gd_2013?'"): "level 4 of gd_2013 is refused, and below it both schemes give an item the same",
    ("channel_mix", "swapped"): "both are count(*)",
    ("depth_gap", "COUNT(declared_level + observed_level)"): "a sum is missing where a difference is",
    ("depth_gap", "is_applied_online AND declared_level >= $level) -"): "a completed case has an observed level",
    ("observed_visit_share", "COALESCE(visits, 1)"): "the mart never leaves visits empty",
    ("observed_visit_share", "COALESCE(visits_upper, visits, 1)"): "the mart never leaves visits empty",
    ("observed_visits_mean", "COALESCE(visits_upper, visits, 1)"): "the mart never leaves visits empty",
    ("promised_limit_compression", f"SUM(promised_working_days) {IN_FORCE}"): "nothing adds nothing",
    ("promised_limit_compression", f"/ legal_working_days) {IN_FORCE}"): "nothing adds nothing",
    ("promised_limit_compression", "SUM(legal_working_days) FILTER(WHERE status = 'in_force' AND NOT"): "no legal days add nothing",
    (
        "promised_limit_compression",
        "SUM(legal_working_days) FILTER(WHERE status = 'in_force' AND legal_working_days >= 0",
    ): "no legal days add nothing",
    ("actual_time_cut", "SUM(legal_working_days) FILTER(WHERE case_type = 'commitment' AND NOT"): "no legal days add nothing",
    (
        "actual_time_cut",
        "SUM(legal_working_days) FILTER(WHERE case_type = 'commitment' AND legal_working_days >= 0",
    ): "no legal days add nothing",
    ("terminal_visits_mean", "COALESCE(terminal_visits, 1)"): "the mart never leaves visits empty",
    ("delivery_time", "time = moved_on"): "what was not dispatched has no days under way",
    ("revisit_satisfaction", "denominator = COUNT(*)$"): "a visit back is dated by its grade",
    ("materials_saved_yearly", "numerator = 4 * COUNT(*)$"): "what was not saved never begins",
    ("materials_saved_yearly", "n = COUNT(*)$"): "what was not saved never begins",
}


def is_implied(metric: Metric, name: str) -> bool:
    """Whether a mutant only leaves out, or only adds, what other terms imply."""
    changed = name.split(" = ", 1)
    choice, role = changed[0].split(": ")[0], changed[0].split(": ")[-1]
    if role not in FRAGMENTS or metric.mart not in IMPLIED:
        return False
    fragment = getattr(metric.forms["" if choice == "default" else choice], role)
    return _bare(metric, changed[1]) == _bare(metric, sqlglot.parse_one(fragment, read="duckdb").sql("duckdb"))


def _is_named(part: str, name: str) -> bool:
    return name.endswith(part[:-1]) if part.endswith("$") else part in name


def _bare(metric: Metric, fragment: str) -> str:
    for term in IMPLIED[metric.mart]:
        fragment = fragment.replace(term, "")
    return fragment


pytestmark = pytest.mark.filterwarnings("ignore:The confidence interval is undefined:RuntimeWarning")


def mutants(metric: Metric) -> Iterator[tuple[str, Metric]]:
    """Every mutant of a definition that is a definition still, with a name that says what was changed."""
    for name, mutant in (*_of_forms(metric), *_of_metric(metric)):
        try:
            check_metric(mutant)
        except DefinitionError:
            continue
        yield name, mutant


def _of_forms(metric: Metric) -> Iterator[tuple[str, Metric]]:
    """Mutants of each form that a question can reach; a fragment that two of them share is changed in the first."""
    choices = metric.params[metric.picker].choices if metric.picker else ()
    seen: set[tuple[str, str, str]] = set()
    for choice, form in metric.forms.items():
        if (not choice and choices and set(map(str, choices)) <= set(metric.forms)) or (choice and form == metric.forms[""]):
            continue
        for name, changed in (*_of_fragments(form, seen), *_of_arithmetic(form)):
            yield f"{choice or 'default'}: {name}", replace(metric, forms=metric.forms | {choice: changed})


def _of_fragments(form: Form, seen: set[tuple[str, str, str]]) -> Iterator[tuple[str, Form]]:
    for role in FRAGMENTS:
        fragment = getattr(form, role)
        if fragment and _reads(form, role) and (role, fragment, form.kind) not in seen:
            seen.add((role, fragment, form.kind))
            for text in sorted({*_rewritten(fragment)} - {fragment}):
                yield f"{role} = {text}", replace(form, **{role: text})


def _reads(form: Form, role: str) -> bool:
    """Whether a form of this kind looks at a fragment at all."""
    if form.kind == "survival_quantile":
        return role in ("event", "age", "scope")
    wanted = {"squares": ("t", "wilson_weighted"), "bound": ("bounds",)}.get(role)
    return form.interval in wanted if wanted else role in ("numerator", "denominator", "n")


def _of_arithmetic(form: Form) -> Iterator[tuple[str, Form]]:
    if form.kind == "survival_quantile":
        yield "another quantile", replace(form, quantile=round(1.25 - form.quantile, 2))
    elif form.denominator and form.kind.removeprefix("stock_") in ("ratio", "mean"):
        yield "numerator and denominator swapped", replace(form, numerator=form.denominator, denominator=form.numerator)
        yield "complement", replace(form, complement=not form.complement)
        yield "scale", replace(form, scale=form.scale * 100)


def _of_metric(metric: Metric) -> Iterator[tuple[str, Metric]]:
    dates = sorted(column for column in mart_columns(metric.mart) if column.endswith("_on") and not column.startswith(("aged_", "zombie_")))
    for other in dates:
        if metric.time and other != metric.time:
            yield f"time = {other}", replace(metric, time=other)
    if metric.since and not metric.relation and metric.until != "date '9999-12-31'":
        yield "never ends", replace(metric, until="date '9999-12-31'")
    if metric.across:
        yield "shares of each part", replace(metric, across=())
    if metric.ends_at_release:
        yield "counts what has not happened yet", replace(metric, ends_at_release=False)


def _rewritten(fragment: str) -> Iterator[str]:
    """The fragment with one node changed, for every node and change that there is."""
    tree = sqlglot.parse_one(fragment, read="duckdb")
    for number, node in enumerate(tree.walk()):
        for changed in _changes(node):
            copy = tree.copy()
            place = next(each for index, each in enumerate(copy.walk()) if index == number)
            if place is copy:
                yield changed.sql("duckdb")
            else:
                place.replace(changed.copy())
                yield copy.sql("duckdb")


def _changes(node: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(node, (exp.Filter, exp.Not)):
        yield node.this
    elif isinstance(node, exp.And):
        yield from (node.left, node.right, exp.Or(this=node.left, expression=node.right))
    elif isinstance(node, exp.Or):
        yield from (node.left, node.right, exp.And(this=node.left, expression=node.right))
    elif isinstance(node, exp.Distinct) and len(node.expressions) == 1:
        yield node.expressions[0]
    elif isinstance(node, exp.Literal):
        yield (
            exp.Literal.string(f"{node.this}?")
            if node.is_string
            else exp.Literal.number(int(node.this) + 1 if node.this.isdigit() else float(node.this) + 1)
        )
    elif isinstance(node, exp.Column) and isinstance(node.parent, (exp.And, exp.Where)):
        yield exp.Not(this=node)
    elif type(node) in BOUNDARY:
        yield BOUNDARY[type(node)](this=node.left, expression=node.right)


class Oracles:
    """Everything known by hand about a metric: the golden city's lines, and the oracle queries over the random city."""

    def __init__(self, golden: duckdb.DuckDBPyConnection, expectations: list, city: duckdb.DuckDBPyConnection) -> None:
        self.golden, self.city = (golden, _marts_of(golden)), (city, _marts_of(city))
        self.lines = defaultdict(list)
        for each in expectations:
            self.lines[each.metric].append(each)
        self.module = _module()
        self.queries = self.module.ORACLES
        self.by_choice = {
            "test_quantiles_against_scipy": self.module.SURVIVAL,
            "test_means_and_their_intervals_against_scipy": self.module.MEANS,
        }
        self.told: dict[str, tuple] = {}

    def __contains__(self, metric: str) -> bool:
        return metric in self.lines or metric in self.queries

    def catch(self, metric: str) -> bool:
        """Whether anything known by hand contradicts what the registry now says of a metric."""
        try:
            return any(line.fault(*self.golden) for line in self.lines[metric]) or self._contradicts(metric)
        except (duckdb.Error, ValueError, TypeError, ArithmeticError):
            return True

    def _agrees_with_scipy(self, test: str, metric: str, choice: str) -> bool:
        try:
            getattr(self.module, test)(self.city[0], metric, choice)
        except AssertionError:
            return False
        return True

    def _contradicts(self, metric: str) -> bool:
        for test, choices in self.by_choice.items():
            if any(name == metric and not self._agrees_with_scipy(test, name, choice) for name, choice in choices):
                return True
        if metric not in self.queries:
            return False
        if metric not in self.told:
            self.told[metric] = self.city[0].execute(self.queries[metric]).fetchone()
        value, n = self.told[metric]
        (row,) = answer_all(self.city[0], [Query(metric, start=date(2024, 2, 1), end=date(2024, 5, 1))], self.city[1])[0].rows
        return row["value"] != pytest.approx(value) or row["n"] != (value if metric == "catalogue_departments" else n)


def _marts_of(con: duckdb.DuckDBPyConnection) -> Store:
    """A store without rollups: what is changed is not in them."""
    (as_of,) = con.execute("select as_of_on from build_as_of").fetchone() or (None,)
    return Store(Catalog((), as_of), None, as_of, filled_marts(con, table_names(con)))


def _module() -> ModuleType:
    path = Path(__file__).with_name("test_metric_oracles.py")
    spec = importlib.util.spec_from_file_location("oracle_queries", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def oracles(golden_city, expectations, city) -> Oracles:
    return Oracles(golden_city, expectations, city)


def test_definitions_as_they_stand_contradict_nothing(oracles):
    assert [metric for metric in registry() if metric in oracles and oracles.catch(metric)] == []


def test_a_changed_definition_is_caught(oracles, monkeypatch):
    caught, survivors = 0, []
    for original in list(registry().values()):
        for name, mutant in mutants(original) if original.id in oracles else ():
            if is_implied(original, name) or any(original.id == metric and _is_named(part, name) for metric, part in EQUIVALENT):
                continue
            monkeypatch.setitem(registry(), original.id, mutant)
            if oracles.catch(original.id):
                caught += 1
            else:
                survivors.append(f"{original.id}: {name}")
        monkeypatch.setitem(registry(), original.id, original)
    share = caught / (caught + len(survivors))
    assert share >= BAR, f"{share:.1%} of mutants were caught; these were not:\n" + "\n".join(survivors)


def test_most_definitions_are_known_by_hand(oracles):
    """The others have oracles that build a mart of their own, elsewhere."""
    unknown = [metric for metric in registry() if metric not in oracles]
    assert len(unknown) <= 0.4 * len(registry()), f"give the golden city a line for some of these: {', '.join(unknown)}"


def test_every_equivalent_mutant_is_still_one(oracles, monkeypatch):
    for (metric, part), reason in EQUIVALENT.items():
        matching = [mutant for name, mutant in mutants(registry()[metric]) if _is_named(part, name)]
        assert matching, f"{metric} has no mutant {part!r} any more ({reason})"
        original = registry()[metric]
        for mutant in matching:
            monkeypatch.setitem(registry(), metric, mutant)
            assert not oracles.catch(metric), f"{metric}, {part}: not the same after all ({reason})"
        monkeypatch.setitem(registry(), metric, original)
