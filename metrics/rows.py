"""The rows behind an answer: every row of the mart that the question looks at, with its part in numerator and denominator.

Made from the definition's own fragments, filters and period, never written by hand, so that adding up the rows gives the answer.
Rows only: what the columns are called is row_columns.py, how a page of them is cut out row_page.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from metrics.marts import counted_rows
from metrics.query import Query, Question, read_query
from metrics.row_terms import adds, is_plain_count, takes_part
from metrics.spec import QueryRefused
from metrics.statement import Bindings, Source, conditions
from metrics.stock import present_rows
from warehouse.contract import tables

FLAGS = ("in_numerator", "in_denominator", "numerator_part", "denominator_part")


class RowsRefused(QueryRefused):
    """A figure that no list of rows adds up to; the message says why, `parts` are the figures that it is computed from."""

    def __init__(self, message: str, parts: tuple[Query, ...] = ()) -> None:
        super().__init__(message)
        self.parts = parts


@dataclass(frozen=True)
class Looked:
    """How a figure that is worked out in several steps looks at a table: the date of its rows and what it adds up of them."""

    time: str
    numerator: str = ""
    denominator: str = ""


# Evaluators that read a table of their own: the rows they look at are listed, and `whole` says which of the two sums they give.
LOOKED_AT = {
    "late_share": Looked("day_on", denominator="sum(records)"),
    "late_hours_p95": Looked("day_on", denominator="sum(records) filter (where delay_hours is not null)"),
    "sources_delivering": Looked("day_on", numerator="count(distinct (source_id, feed))"),
    "grim_failures": Looked("stated_on", denominator="count(*) filter (where is_checkable)"),
}


@dataclass(frozen=True)
class Opened:
    """A question's rows as statements: `steps` end in `opened`, the rows of the mart with FLAGS; amounts are parts other than one each."""

    question: Question
    steps: dict[str, str]
    parameters: dict[str, object]
    has_numerator: bool
    has_denominator: bool
    amounts: tuple[str, ...] = ()
    fragments: tuple[tuple[str, str], ...] = ()  # role and SQL, as the definition has it

    @property
    def mart(self) -> str:
        """The mart whose rows these are."""
        return self.question.metric.mart

    @property
    def key(self) -> tuple[str, ...]:
        """What names a row."""
        return tables()[self.mart].key

    def statement(self, query: str) -> str:
        """A query on `opened` as one statement."""
        steps = ",\n     ".join(f"{name} as ({sql})" for name, sql in self.steps.items())
        return f"with {steps}\n{query}"


def open_rows(query: Query, as_of: date | None) -> Opened:
    """The rows behind the answer to a query without a breakdown; QueryRefused where the metric does not answer it, RowsRefused where it has none."""
    question = read_query(query)
    if question.by:
        raise QueryRefused(
            f"The rows of one number are listed, not of a breakdown by {', '.join(question.by)}; give its values as filters."
        )
    form = question.form
    if form.kind == "derived":
        return _of_table(question, as_of)
    if form.kind == "survival_quantile":
        return _life(question, as_of)
    return _opened(question, as_of, form.numerator, form.denominator)


def _opened(question: Question, as_of: date | None, numerator: str, denominator: str, age: str = "") -> Opened:
    bindings = Bindings(question.params, as_of)
    steps = _scope(question, bindings)
    key = tables()[question.metric.mart].key
    fragments = {role: bindings.fragment(sql) for role, sql in (("numerator", numerator), ("denominator", denominator)) if sql}
    flags = []
    for role in ("numerator", "denominator"):
        inside = "is_inside and " if role == "numerator" else ""
        sql = fragments.get(role)
        flags.append(f"{inside}{takes_part(sql)} as in_{role}" if sql else f"false as in_{role}")
        flags.append(f"case when {inside}true then {adds(sql, key)} else 0 end as {role}_part" if sql else f"0 as {role}_part")
    flags += [f"{bindings.fragment(age)} as age"] if age else []
    steps |= {"opened": f"select * exclude (is_inside), {', '.join(flags)} from seen"}
    amounts = tuple(role for role, sql in fragments.items() if not is_plain_count(sql))
    return Opened(question, steps, dict(bindings.bound), bool(numerator), bool(denominator), amounts, tuple(fragments.items()))


def _life(question: Question, as_of: date | None) -> Opened:
    """Rows of a life table: in the denominator when observed, in the numerator when the event was seen; the others are censored."""
    form = question.form
    observed = f"({form.scope}) and ({form.event}) is not null"
    seen, all_ = f"count(*) filter (where {observed} and ({form.event}))", f"count(*) filter (where {observed})"
    opened = _opened(question, as_of, seen, all_, f"case when {form.scope} then {form.age} end")
    return replace(opened, amounts=("age",), fragments=(("event", form.event), ("age", form.age), ("scope", form.scope)))


def _scope(question: Question, bindings: Bindings) -> dict[str, str]:
    """Steps that end in `seen`: the rows of the period and the place. The denominator does not know the dimensions that a share runs across."""
    metric = question.metric
    across = {name: values for name, values in question.where.items() if name in metric.across}
    whole = replace(question, where={name: values for name, values in question.where.items() if name not in across})
    inside = conditions(replace(question, where=across), Source("", "", {}), bindings, period=False)
    if question.form.is_stock:
        where = conditions(whole, Source("present", "cut_on", {}), bindings, period=False)
        return present_rows(question, bindings) | {"seen": f"select *, {inside} as is_inside from present where {where}"}
    source = Source(metric.mart, metric.time, {}, (counted_rows(metric.mart), f"{metric.time} is not null"))
    return {"seen": f"select *, {inside} as is_inside from {metric.mart} where {conditions(whole, source, bindings)}"}


def is_partial(opened: Opened) -> bool:
    """Whether the rows give only one of the answer's two sums, the other being worked out in a way that no row shows."""
    return opened.question.form.kind == "derived"


def _of_table(question: Question, as_of: date | None) -> Opened:
    form, metric = question.form, question.metric
    if form.evaluator not in LOOKED_AT:
        raise RowsRefused(_why_none(form.evaluator), _parts(question, as_of))
    looked = LOOKED_AT[form.evaluator]
    flow = replace(question, metric=replace(metric, time=looked.time))
    return _opened(flow, as_of, looked.numerator, looked.denominator)


def _why_none(evaluator: str) -> str:
    return {
        "standardised_ratio": "This figure compares a unit's observed cases with those that its mix would give at the city's rates; open the figure that it compares.",
        "target_attainment": "This figure divides another figure by its target; open that figure.",
    }.get(evaluator, "This figure compares what was published at different times; it has no rows of its own.")


def _parts(question: Question, as_of: date | None) -> tuple[Query, ...]:
    """The figures that a derived one is computed from, for the same place and period."""
    base = str(question.params.get("metric", ""))
    where = tuple((name, str(value)) for name, values in question.where.items() for value in values)
    own = (Query(base, (), where, question.start, question.end),) if base else ()
    if question.form.evaluator != "standardised_ratio":
        return own
    end = question.end or (as_of + timedelta(days=1) if as_of else None)
    begin = end.replace(year=end.year - 1, day=28 if (end.month, end.day) == (2, 29) else end.day) if end else None
    return (*own, Query(base, (), (), begin, end))
