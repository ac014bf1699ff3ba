"""Which tables a column of a model rests on, from the models' own SQL: column by column, down to the tables that files are loaded into.

What decides the rows of a SELECT (FROM, inner joins, WHERE, GROUP BY) stands behind every column of it. A table that is joined from the left
stands only behind the columns that read it: models join by key, so such a join neither adds nor removes rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlglot import exp, parse_one
from sqlglot.optimizer.qualify import qualify

from warehouse.models.graph import models

Schema = Mapping[str, Mapping[str, str]]  # every table of a store: its columns with their types
Steps = Mapping[str, exp.Expr]  # the WITH queries in sight
DATES = ("build_as_of",)  # the day that everything speaks of is read from every table, and rests on none of them more than on another


class Lineage:
    """The models of a store, taken apart once."""

    def __init__(self, schema: Schema, statements: Mapping[str, str] | None = None) -> None:
        """`schema` of the store; `statements`: the models' SELECTs by name, this project's own unless given."""
        self._sql = {name: model.sql for name, model in models().items()} if statements is None else dict(statements)
        self._schema: dict[str, object] = {name: dict(columns) for name, columns in schema.items()}
        self._trees: dict[str, exp.Expr] = {}
        self._inputs: dict[tuple[str, frozenset[str]], dict[str, set[str]]] = {}

    def behind(self, wanted: Mapping[str, Iterable[str]]) -> frozenset[str]:
        """Every table that these columns of these tables rest on, the tables themselves among them."""
        seen: dict[str, set[str]] = {}
        waiting = [(table, frozenset(columns)) for table, columns in wanted.items()]
        while waiting:
            table, columns = waiting.pop()
            if table in seen and columns <= seen[table]:
                continue
            seen.setdefault(table, set()).update(columns)
            if table in self._sql and table not in DATES:
                waiting += [(name, frozenset(read)) for name, read in self._read_by(table, frozenset(seen[table])).items()]
        return frozenset(seen)

    def _read_by(self, model: str, columns: frozenset[str]) -> dict[str, set[str]]:
        """The columns of its inputs that these columns of a model are made of."""
        key = (model, columns)
        if key not in self._inputs:
            found: dict[str, set[str]] = {}
            _Reading(found).query(self._tree(model), columns, {})
            self._inputs[key] = found
        return self._inputs[key]

    def _tree(self, model: str) -> exp.Expr:
        """The model's SQL with every column under its table and every star spelled out."""
        if model not in self._trees:
            tree = parse_one(self._sql[model], read="duckdb")
            keys = _left_keys(tree)
            tree = qualify(tree, schema=self._schema, dialect="duckdb", validate_qualify_columns=False, quote_identifiers=False)
            self._trees[model] = _first_of_pairs(tree, keys)
        return self._trees[model]


def _left_keys(tree: exp.Expr) -> set[str]:
    """Columns by which something is joined from the left with USING."""
    joins = [join for join in tree.find_all(exp.Join) if join.side == "LEFT"]
    return {column.name for join in joins for column in join.args.get("using") or ()}


def _first_of_pairs(tree: exp.Expr, keys: set[str]) -> exp.Expr:
    """USING is spelled out as coalesce(a.x, b.x); after a join from the left that is a.x."""
    for pair in list(tree.find_all(exp.Coalesce)):
        parts = [pair.this, *pair.expressions]
        if all(isinstance(part, exp.Column) and part.name in keys for part in parts) and len({part.name for part in parts}) == 1:
            pair.replace(pair.this.copy())
    return tree


@dataclass
class _Select:
    """One SELECT: its sources by alias, how they come in, and the columns of each that are read."""

    tree: exp.Select
    sources: dict[str, exp.Expr] = field(default_factory=dict)
    joins: dict[str, exp.Join] = field(default_factory=dict)

    def __post_init__(self) -> None:
        start = self.tree.args.get("from_")
        for source in [start.this] if start else []:
            self.sources[source.alias_or_name] = source
        for join in self.tree.args.get("joins") or ():
            self.sources[join.this.alias_or_name] = join.this
            self.joins[join.this.alias_or_name] = join

    def is_optional(self, alias: str) -> bool:
        """Joined from the left, so that it decides no rows."""
        return alias in self.joins and self.joins[alias].side == "LEFT"

    @cached_property
    def deciding(self) -> list[exp.Expr]:
        """Clauses that decide which rows there are."""
        names = ("where", "having", "qualify", "group", "limit", "distinct")
        clauses = [clause for name in names if (clause := self.tree.args.get(name))]
        group = self.tree.args.get("group")
        is_whole = self.tree.args.get("distinct") or (group and group.args.get("all"))
        return clauses + ([one for one in self.tree.expressions if not one.find(exp.AggFunc)] if is_whole else [])


class _Reading:
    """Walks a query and notes what it reads."""

    def __init__(self, found: dict[str, set[str]]) -> None:
        self.found = found

    def query(self, tree: exp.Expr, wanted: frozenset[str] | None, steps: Steps) -> None:
        """Note what these columns of a query (None: all of them) are made of."""
        own = {step.alias: step.this for step in (tree.args.get("with_") or exp.With()).expressions}
        steps = {**steps, **own}
        if isinstance(tree, exp.Subquery):
            self.query(tree.this, wanted, steps)
        elif isinstance(tree, exp.SetOperation):
            for side, names in zip((tree.this, tree.expression), _sides(tree, wanted), strict=True):
                self.query(side, names, steps)
        elif isinstance(tree, exp.Select):
            self._select(_Select(tree), wanted, steps)

    def _select(self, select: _Select, wanted: frozenset[str] | None, steps: Steps) -> None:
        shown = [one for one in select.tree.expressions if wanted is None or one.alias_or_name in wanted]
        read: list[exp.Expr] = [*shown, *select.deciding]
        kept: set[str] = set()
        while fresh := [alias for alias in select.sources if alias not in kept and _is_kept(select, alias, read)]:
            kept.update(fresh)
            read += [join.args["on"] for alias in fresh if (join := select.joins.get(alias)) and join.args.get("on")]
            read += [select.sources[alias] for alias in fresh if not isinstance(select.sources[alias], exp.Table | exp.Subquery)]
        for inner in (query for part in read for query in _inner_queries(part)):
            self.query(inner, None, steps)
        for alias in kept:
            self._source(select.sources[alias], {column.name for column in _columns(read) if column.table == alias}, steps)

    def _source(self, source: exp.Expr, columns: set[str], steps: Steps) -> None:
        if isinstance(source, exp.Table) and source.name in steps:
            without = {name: tree for name, tree in steps.items() if name != source.name}
            self.query(steps[source.name], frozenset(columns), without)
        elif isinstance(source, exp.Table) and source.name:
            self.found.setdefault(source.name, set()).update(columns)
        elif isinstance(source, exp.Subquery):
            self.query(source, frozenset(columns), steps)
        else:
            for inner in _inner_queries(source):
                self.query(inner, None, steps)


def _is_kept(select: _Select, alias: str, read: Iterable[exp.Expr]) -> bool:
    return not select.is_optional(alias) or any(column.table == alias for column in _columns(read))


def _columns(parts: Iterable[exp.Expr]) -> Iterator[exp.Column]:
    return (column for part in parts for column in part.find_all(exp.Column))


def _inner_queries(part: exp.Expr) -> Iterator[exp.Expr]:
    """Queries inside an expression, outermost only."""
    if isinstance(part, exp.Query):
        yield part
        return
    for child in part.iter_expressions():
        yield from _inner_queries(child)


def _sides(tree: exp.SetOperation, wanted: frozenset[str] | None) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """The wanted columns of both sides: by name, or by their places in the first one; all where equal rows are dropped."""
    if wanted is None or tree.args.get("distinct") is not False:
        return None, None
    if tree.args.get("by_name"):
        return wanted, wanted
    first, second = tree.this.named_selects, tree.expression.named_selects
    return wanted, frozenset(other for name, other in zip(first, second, strict=True) if name in wanted)
