"""The parts of a statement that flows and stocks share: keys of the breakdown, conditions, bound parameters, labels and order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from metrics.catalog import Need
from metrics.dimensions import DIMENSIONS, PERIODS, division_columns, is_many, period_key
from metrics.query import Question, columns_of
from metrics.spec import Value, placeholders
from metrics.summed import Edges


@dataclass(frozen=True)
class Source:
    """Where to sum: a relation, its date, an aggregate for each role, the conditions on its rows, period columns that it stores, days that it does not tell apart."""

    relation: str
    date: str
    roles: dict[str, str]
    scope: tuple[str, ...] = ()
    stored: frozenset[str] = frozenset()
    table: str = ""
    edges: Edges | None = None

    @property
    def name(self) -> str:
        """The table that it reads."""
        return self.table or self.relation


@dataclass(frozen=True)
class Compiled:
    """A statement, its parameters, the table that it mostly reads, and what its columns are: dimensions first, then roles."""

    sql: str
    parameters: dict[str, object]
    source_table: str
    question: Question
    roles: tuple[str, ...]
    source: Source | None = None  # of plain sums: they can share a statement with others over the same rows
    summed: Callable[[Source], Compiled] | None = None  # the statement with that source in place of its own


@dataclass
class Bindings:
    """Collects the parameters of a statement: the metric's own by their names, a caller's values as p0, p1, …"""

    params: dict[str, Value]
    as_of: date | None = None
    bound: dict[str, object] = field(default_factory=dict)

    def fragment(self, sql: str) -> str:
        """A definition's SQL as it stands; the parameters that it mentions are bound."""
        self.bound |= {name: self.params[name] for name in placeholders(sql)}
        return sql

    def value(self, value: object) -> str:
        """A placeholder for one value."""
        name = f"p{sum(key.startswith('p') and key[1:].isdigit() for key in self.bound)}"
        self.bound[name] = value
        return f"${name}"

    def named(self, name: str, value: object) -> str:
        """A placeholder of that name."""
        self.bound[name] = value
        return f"${name}"


def need_of(question: Question) -> Need:
    """What the question asks of a rollup."""
    fine = any(PERIODS[name].grain == "day" for name in question.periods if name != "weekday")
    columns = columns_of(question, division_columns(question.metric.mart))
    borders = all(edge is None or edge.day == 1 for edge in (question.start, question.end))
    return Need(columns, "day" if fine else "month", borders, "weekday" in question.dimensions)


def keys(question: Question, source: Source) -> dict[str, str]:
    """The expressions to group by, one a dimension of the breakdown; periods as numbers or dates, for speed."""
    return {name: _key(question, name, source) for name in question.by}


def _key(question: Question, name: str, source: Source) -> str:
    dimension = DIMENSIONS[name]
    if is_many(question.metric.mart, name):
        return _one(name)
    if dimension.kind != "period":
        return dimension.column
    return name if name in source.stored else PERIODS[name].key.format(d=source.date)


def relation(question: Question, source: Source) -> str:
    """The relation, with one row for every value of a row where the breakdown is by a many-valued dimension."""
    rows = source.edges.relation(source.roles.values()) if source.edges else source.relation
    for name in (name for name in question.by if is_many(question.metric.mart, name)):
        column = DIMENSIONS[name].column
        one = f"unnest(case when len({column}) > 0 then list_distinct({column}) else [null::varchar] end)"
        rows = f"(select *, {one} as {_one(name)} from {rows})"
    return rows


def _one(name: str) -> str:
    """The column that holds one value of a many-valued dimension."""
    return f"{DIMENSIONS[name].column}_one"


def conditions(question: Question, source: Source, bindings: Bindings, *, period: bool = True) -> str:
    """Everything that a row must satisfy, as one condition; without `period`, whatever concerns time is left to the caller."""
    parts = [part for part in source.scope if part != "true"]
    if period and question.start:
        parts.append(f"{source.date} >= {bindings.named('start', question.start)}")
    if period and question.end:
        parts.append(f"{source.date} < {bindings.named('end', question.end)}")
    elif period and question.metric.ends_at_release:
        parts.append(f"{source.date} <= (select as_of_on from build_as_of)")
    for name, values in question.where.items():
        if DIMENSIONS[name].kind != "period":
            parts.append(_matches(question, name, values, bindings))
        elif period:
            parts.append(in_period(name, _key(question, name, source), values, bindings))
    return " and ".join(parts) or "true"


def in_period(name: str, key: str, values: tuple[str | int, ...], bindings: Bindings) -> str:
    """Condition that a date lies in one of some periods."""
    return f"{key} in ({', '.join(bindings.value(period_key(name, value)) for value in values)})"


def _matches(question: Question, name: str, values: tuple[str | int, ...], bindings: Bindings) -> str:
    placeholders_ = ", ".join(bindings.value(value) for value in values)
    dimension = DIMENSIONS[name]
    if dimension.kind == "division":
        levels = (f"{column} in ({placeholders_})" for column in division_columns(question.metric.mart))
        return f"({' or '.join(levels)})"
    if is_many(question.metric.mart, name):
        return f"{_one(name)} in ({placeholders_})" if name in question.by else f"list_has_any({dimension.column}, [{placeholders_}])"
    return f"{dimension.column} in ({placeholders_})"


def labelled(question: Question, steps: dict[str, str], roles: tuple[str, ...], bindings: Bindings, table: str) -> Compiled:
    """The whole statement: the steps, then the last one's rows with their periods written out, in order.

    Keys of periods are in the order of their labels, and are sorted sooner than text.
    """
    last = next(reversed(steps))
    columns = [f'{_label(name)} as "{name}"' for name in question.by] + list(roles)
    order = [f'{last}."{name}" nulls last' for name in question.by] + (["age"] if "age" in roles else [])
    with_ = ",\n     ".join(f"{name} as ({sql})" for name, sql in steps.items())
    order_by = f"\norder by {', '.join(order)}" if order else ""
    return Compiled(f"with {with_}\nselect {', '.join(columns)} from {last}{order_by}", dict(bindings.bound), table, question, roles)


def _label(name: str) -> str:
    return PERIODS[name].label.format(k=f'"{name}"') if name in PERIODS else f'"{name}"'
