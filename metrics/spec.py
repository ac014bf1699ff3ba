"""The shape of one metric's definition, typed: what a YAML file under definitions/ may say. Nothing here reads a file or a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

PLACEHOLDER = re.compile(r"\$([a-z_]+)")
KINDS = ("count", "distinct", "ratio", "mean", "survival_quantile", "design_effect", "stock_count", "stock_ratio", "stock_mean", "stock_distinct", "derived")  # fmt: skip
INTERVALS = ("wilson", "wilson_weighted", "t", "greenwood", "bounds", "none")
UNITS = ("share", "per_100k", "per_10k", "cases", "items", "departments", "tickets", "calls", "persons", "materials", "copies", "visits",
         "bundles", "levels", "points", "service_points", "minutes", "working_days", "calendar_days", "seconds", "hours", "organisations",
         "sites", "uses", "accounts", "hits", "contacts", "payments", "licences", "licence_types", "datasets", "records", "documents",
         "yuan", "ratio", "percentage_points", "figures")  # fmt: skip
EVALUATORS = (
    "standardised_ratio",
    "target_attainment",
    "late_share",
    "late_hours_p95",
    "sources_delivering",
    "revision_size",
    "grim_failures",
)
BETTER = ("higher", "lower", "neutral")
EVIDENCE = ("declared", "approved", "observed", "surveyed", "estimated", "target")
PICKERS = ("variant", "stat")  # parameters that choose a form of the metric

Value = int | str
Words = dict[str, str]


class QueryRefused(ValueError):
    """A question that a metric does not answer; the message says why and what to ask instead."""


class DefinitionError(ValueError):
    """A definition that contradicts itself or the contract of its mart; the message names the file's metric and the fault."""


@dataclass(frozen=True)
class Param:
    """A parameter: its default and the values that it may take, as a list of choices or a range of whole numbers.

    `rolled` are the values of a range that rollups keep columns for; any other value is still answered, from bins or from the mart.
    """

    name: str
    default: Value
    choices: tuple[Value, ...] = ()
    range: tuple[int, int] | None = None
    rolled: tuple[Value, ...] = ()

    def read(self, given: Value) -> Value:
        """The parameter's own value for what a caller wrote, or a refusal that lists what is possible."""
        if self.range is None:
            known = {str(choice): choice for choice in self.choices}
            if str(given) in known:
                return known[str(given)]
            raise QueryRefused(f"Parameter {self.name} cannot be {given!r}; choose one of {', '.join(known)}.")
        low, high = self.range
        text = str(given)
        if re.fullmatch(r"-?\d{1,9}", text) and low <= int(text) <= high:
            return int(text)
        raise QueryRefused(f"Parameter {self.name} cannot be {given!r}; give a whole number from {low} to {high}.")

    @property
    def expanded(self) -> tuple[Value, ...]:
        """The values that rollups hold."""
        return self.choices or self.rolled

    def to_json(self) -> dict[str, Any]:
        """For the catalogue: default and choices, or default and range."""
        allowed = {"choices": list(self.choices)} if self.range is None else {"range": list(self.range)}
        return {"default": self.default, **allowed}


@dataclass(frozen=True)
class Form:
    """What a metric computes, for one choice of its variant or stat: SQL fragments over one mart, and how they become a value.

    numerator, denominator, n, squares, bound: aggregates that can be summed. event, age, scope: row expressions of a life table.
    """

    kind: str
    unit: str
    interval: str = "none"
    numerator: str = ""
    denominator: str = ""
    n: str = ""
    squares: str = ""
    bound: str = ""
    event: str = ""
    age: str = ""
    scope: str = "true"
    quantile: float = 0.5
    scale: float = 1
    complement: bool = False
    missing_without_n: bool = False  # a sum of no rows is not provided, and no zero
    binned_numerator: str = ""
    binned_denominator: str = ""
    requires: tuple[str, ...] = ()
    evaluator: str = ""  # of a derived form: who computes it (metrics/derived.py)

    @property
    def is_stock(self) -> bool:
        """A state at a date, not a flow over a period."""
        return self.kind.startswith("stock_")

    @property
    def has_floor(self) -> bool:
        """A percentage: nothing is shown below ten in the denominator."""
        return self.kind in ("ratio", "stock_ratio")

    def fragments(self) -> dict[str, str]:
        """The aggregates that answer this form, by the role that they play; none where a life table answers it."""
        if self.kind in ("survival_quantile", "derived"):
            return {}
        roles = {"numerator": self.numerator, "denominator": self.denominator, "n": self.n or self.denominator or self.numerator,
                 "squares": self.squares, "bound": self.bound}  # fmt: skip
        return {role: fragment for role, fragment in roles.items() if fragment}

    @property
    def life_table(self) -> tuple[str, str, str] | None:
        """Event, age and scope of the life table that can answer this form, if one can."""
        binned = self.kind == "survival_quantile" or self.binned_numerator
        return (self.event, self.age, self.scope) if binned else None


@dataclass(frozen=True)
class Metric:
    """One metric: what it is called and means, where it is computed, its parameters, and its forms ("" is the only or default one)."""

    id: str
    family: str
    version: int
    name: Words
    meaning: Words
    formula: Words
    mart: str
    better: str
    evidence: str
    source: str
    forms: dict[str, Form]
    dimensions: tuple[str, ...]
    time: str = ""
    since: str = ""
    until: str = ""
    across: tuple[str, ...] = ()
    relation: str = ""
    zero_is_missing_above: int = 0
    ends_at_release: bool = False  # without an end, the period ends at the release's date: what is dated later has not happened yet
    params: dict[str, Param] = field(default_factory=dict)
    refuses: tuple[dict[str, Any], ...] = ()
    edge_cases: tuple[Words, ...] = ()

    @property
    def lifetime(self) -> str:
        """Of a stock, when a row is there: what its rollup of gains and losses is kept for. Empty for a flow."""
        return f"from {self.since} until {self.until}" if self.since else ""

    @property
    def picker(self) -> str | None:
        """The parameter that chooses the form."""
        return next((name for name in PICKERS if name in self.params), None)

    @property
    def default_form(self) -> Form:
        """The form without any parameter given."""
        return self.form(self.resolve(()))

    def form(self, params: dict[str, Value]) -> Form:
        """The form that these (resolved) parameters choose."""
        chosen = str(params[self.picker]) if self.picker else ""
        return self.forms.get(chosen, self.forms[""])

    def resolve(self, given: tuple[tuple[str, Value], ...]) -> dict[str, Value]:
        """Every parameter with its value: as given, else the default."""
        for name, _ in given:
            if name not in self.params:
                raise QueryRefused(f"{self.id} has no parameter {name!r}; it has {', '.join(self.params) or 'none'}.")
        values = {name: param.default for name, param in self.params.items()}
        values |= {name: self.params[name].read(value) for name, value in given}
        for rule in self.refuses:
            if all(values.get(name) == value for name, value in rule["when"].items()):
                raise QueryRefused(rule["because"])
        return values

    def to_json(self) -> dict[str, Any]:
        """The catalogue entry that the outside sees."""
        form = self.default_form
        return {
            "id": self.id, "name": dict(self.name), "unit": form.unit, "better": self.better, "kind": form.kind, "meaning": self.meaning["en"],
            "dimensions": list(self.dimensions), "params": {name: param.to_json() for name, param in self.params.items()},
            "source": self.source, "version": self.version,
        }  # fmt: skip


def placeholders(fragment: str) -> tuple[str, ...]:
    """Names of the parameters that a fragment mentions, in order, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(fragment)))


def spell_out(fragment: str, params: dict[str, Value]) -> str:
    """The fragment with its parameters written as literals: the key under which rollups keep it. Values come from definitions, never from callers."""
    return " ".join(PLACEHOLDER.sub(lambda found: literal(params[found.group(1)]), fragment).split())


def literal(value: Value) -> str:
    """A definition's own value as SQL."""
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def expansions(fragment: str, params: dict[str, Param]) -> Iterator[str]:
    """The fragment once for every combination of the values that rollups hold."""
    names = placeholders(fragment)
    for values in product(*(params[name].expanded for name in names)):
        yield spell_out(fragment, dict(zip(names, values, strict=True)))


def override(form: Form, changes: dict[str, Any]) -> Form:
    """A form that differs from another in what is given."""
    return replace(form, **changes)
