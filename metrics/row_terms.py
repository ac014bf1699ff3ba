"""What one row adds to an aggregate, read from the definition's own SQL: count(*) filter (where p) → 1 where p, sum(x) filter (where p) → x where p.

An aggregate may be several such terms added, subtracted or multiplied by a number; of different things each counts at its first row only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp

from metrics.spec import DefinitionError


@dataclass(frozen=True)
class Term:
    """One aggregate: the rows that it looks at, what it adds up of them, and of what it counts only different values."""

    condition: str
    amount: str = "1"
    distinct: str = ""
    factor: int = 1

    def adds(self, key: tuple[str, ...]) -> str:
        """What a row adds, as SQL; `key` orders the rows of one thing, so that the first of them is always the same."""
        condition = self.condition
        if self.distinct:
            order = f" order by {', '.join(key)}" if key else ""
            condition += f" and row_number() over (partition by {self.distinct}, ({self.condition}){order}) = 1"
        amount = self.amount if self.factor == 1 else f"{self.factor} * ({self.amount})"
        return f"case when {condition} then {amount} else 0 end"


@cache
def terms_of(fragment: str) -> tuple[Term, ...]:
    """The terms of an aggregate; DefinitionError where a row's part in it cannot be told."""
    return tuple(_terms(sqlglot.parse_one(fragment, read="duckdb"), 1, fragment))


def adds(fragment: str, key: tuple[str, ...]) -> str:
    """What a row adds to an aggregate, as SQL."""
    return " + ".join(term.adds(key) for term in terms_of(fragment))


def takes_part(fragment: str) -> str:
    """Whether a row has a part in an aggregate, as SQL: the condition of its term; of several terms, that they do not cancel out."""
    terms = terms_of(fragment)
    if len(terms) == 1:
        return f"coalesce({terms[0].condition}, false)"
    return f"({adds(fragment, ())}) <> 0"


def is_plain_count(fragment: str) -> bool:
    """Whether every row that has a part in it adds one."""
    terms = terms_of(fragment)
    return len(terms) == 1 and (terms[0].amount, terms[0].factor, terms[0].distinct) == ("1", 1, "")


@cache
def columns_in(sql: str) -> tuple[str, ...]:
    """The columns that a piece of SQL mentions, in order, each once."""
    found = sqlglot.parse_one(sql, read="duckdb").find_all(exp.Column, bfs=False)
    return tuple(dict.fromkeys(column.name for column in found))


def _terms(tree: exp.Expr, factor: int, whole: str) -> list[Term]:
    if isinstance(tree, exp.Paren):
        return _terms(tree.this, factor, whole)
    if isinstance(tree, exp.Add | exp.Sub):
        sign = -1 if isinstance(tree, exp.Sub) else 1
        return [*_terms(tree.this, factor, whole), *_terms(tree.expression, sign * factor, whole)]
    if isinstance(tree, exp.Mul):
        number, rest = (tree.this, tree.expression) if isinstance(tree.this, exp.Literal) else (tree.expression, tree.this)
        if isinstance(number, exp.Literal) and number.is_int:
            return _terms(rest, factor * int(number.name), whole)
    return [_term(tree, factor, whole)]


def _term(tree: exp.Expr, factor: int, whole: str) -> Term:
    condition = "true"
    if isinstance(tree, exp.Filter):
        condition, tree = f"({tree.expression.this.sql('duckdb')})", tree.this
    if isinstance(tree, exp.Count) and isinstance(tree.this, exp.Star):
        return Term(condition, factor=factor)
    if isinstance(tree, exp.Count) and isinstance(tree.this, exp.Distinct):
        thing = ", ".join(each.sql("duckdb") for each in tree.this.expressions)
        return Term(_with(condition, f"({thing}) is not null"), distinct=thing, factor=factor)
    if isinstance(tree, exp.Count):
        return Term(_with(condition, f"({tree.this.sql('duckdb')}) is not null"), factor=factor)
    if isinstance(tree, exp.Sum):
        amount = tree.this.sql("duckdb")
        return Term(_with(condition, f"({amount}) is not null"), amount, factor=factor)
    raise DefinitionError(f"{whole!r} is not made of count and sum, so it cannot be told what one row adds to it.")


def _with(condition: str, further: str) -> str:
    return further if condition == "true" else f"{condition} and {further}"
