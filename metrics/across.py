"""Shares of a stock whose denominator neither splits nor filters by the dimensions that the metric runs across: the items on each channel ÷ all items.

Compiled as two stocks, one of the part and one of the whole, put side by side.
"""

from __future__ import annotations

import re
from dataclasses import replace

from metrics.catalog import Catalog
from metrics.query import Question
from metrics.statement import Compiled
from metrics.stock import compile_stock

ROLES = ("numerator", "denominator", "n")


def runs_across(question: Question) -> bool:
    """Whether the question splits or filters a stock by a dimension that its denominator does not know."""
    return question.form.is_stock and any(name in question.metric.across for name in question.dimensions)


def compile_share(question: Question, catalog: Catalog) -> Compiled:
    """The statement that answers such a question. Where the split is not by such a dimension, a place without any part is a row all the same."""
    part, whole = compile_stock(_part(question), catalog), _renamed(compile_stock(_whole(question), catalog))
    kept = [name for name in question.by if name not in question.metric.across]
    match = " and ".join(f'part."{name}" is not distinct from whole."{name}"' for name in kept) or "true"
    left, join = ("part", "join whole") if len(kept) < len(question.by) else ("whole", "left join part")
    columns = [f'{"whole" if name in kept else "part"}."{name}"' for name in question.by]
    columns += ["coalesce(part.numerator, 0) as numerator", "whole.numerator as denominator", "whole.n as n"]
    order = ", ".join(f"{place} nulls last" for place in range(1, len(question.by) + 1))
    sql = f"with part as ({part.sql}), whole as ({whole.sql})\nselect {', '.join(columns)} from {left} {join} on {match}"
    return Compiled(f"{sql}{f' order by {order}' if order else ''}", part.parameters | whole.parameters, part.source_table, question, ROLES)


def _part(question: Question) -> Question:
    form = replace(question.form, kind="stock_count", denominator="", n=question.form.numerator)
    return replace(question, form=form)


def _whole(question: Question) -> Question:
    form = question.form
    count = replace(form, kind="stock_count", numerator=form.denominator, denominator="", n=form.n or form.denominator)
    across = question.metric.across
    by = tuple(name for name in question.by if name not in across)
    where = {name: values for name, values in question.where.items() if name not in across}
    return replace(question, form=count, by=by, where=where)


def _renamed(compiled: Compiled) -> Compiled:
    """The same statement, its numbered parameters under names of their own."""
    parameters = {re.sub(r"^p(\d+)$", r"whole_p\1", name): value for name, value in compiled.parameters.items()}
    return replace(compiled, sql=re.sub(r"\$p(\d+)", r"$whole_p\1", compiled.sql), parameters=parameters)
