"""Stocks: what is there at the end of a day. Answered from gains and losses: the stock at a cut is the sum of all changes up to it.

Cuts: the last day of the period, or of each month (year, quarter, week, day) that overlaps it; the last is the day before `to`, else the
release's date. Distinct counts and stocks with rows of their own do not add up, and look at the versions that each cut meets.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from metrics.catalog import Catalog
from metrics.dimensions import DIMENSIONS, PERIODS, STOCK_PERIODS, is_many
from metrics.marts import FIRST_DAY, LAST_DAY, counted_rows, mart_columns, relation_of
from metrics.query import Question
from metrics.spec import Metric, spell_out
from metrics.statement import Bindings, Compiled, Source, conditions, in_period, keys, labelled, need_of, relation

STEP = {"year": "12 month", "quarter": "3 month", "month": "1 month", "week": "7 day", "day": "1 day"}


def compile_stock(question: Question, catalog: Catalog) -> Compiled:
    """The statement that answers a question about a stock."""
    if question.metric.relation or question.form.kind == "stock_distinct":
        return _by_versions(question, Bindings(question.params, catalog.as_of))
    source = _rolled_up(question, catalog)
    return _by_kept_changes(question, catalog.as_of, source) if source else _by_changes(question, catalog)


def change_sql(metric: Metric, columns: list[str], roles: dict[str, str], on: str = "true", rows: str = "") -> str:
    """Gains and losses of a stock by day: `columns` as they are, each role's aggregate, negative where rows leave.

    `on`: of which days, a condition on {day}; `rows`: a step that holds the mart's rows, where not all of them are looked at.
    """
    rows, counted = rows or relation_of(metric.mart), f"{counted_rows(metric.mart)} and {metric.since} < {metric.until}"
    kept = "".join(f", {column}" for column in columns)
    gains = "".join(f", coalesce({sql}, 0) as {role}" for role, sql in roles.items())
    losses = "".join(f", -coalesce({sql}, 0) as {role}" for role, sql in roles.items())
    return (
        f"select {metric.since} as day{kept}{gains} from {rows} where {counted} and {on.format(day=metric.since)} group by all"
        f" union all by name select {metric.until} as day{kept}{losses} from {rows} where {counted} and {metric.until} < date '{LAST_DAY}'"
        f" and {on.format(day=metric.until)} group by all"
    )


def _rolled_up(question: Question, catalog: Catalog) -> Source | None:
    metric, form = question.metric, question.form
    wanted = {role: spell_out(fragment, question.params) for role, fragment in form.fragments().items()}
    rollup = catalog.change(metric.mart, metric.lifetime, need_of(question), set(wanted.values()))
    return Source(rollup.name, "day", {role: f"sum({rollup.measures[fragment]})" for role, fragment in wanted.items()}) if rollup else None


def _by_kept_changes(question: Question, as_of: date | None, source: Source) -> Compiled:
    """From a rollup; stocks of one rollup and one scope can be one statement."""
    compiled = _summed_up(question, source, Bindings(question.params, as_of))
    return replace(compiled, source=source, summed=partial(_by_kept_changes, question, as_of))


def _by_changes(question: Question, catalog: Catalog) -> Compiled:
    """From the mart itself. The rows of the places asked for are picked out first, by few columns: gains and losses are two looks at them."""
    metric, form, bindings = question.metric, question.form, Bindings(question.params, catalog.as_of)
    roles = {role: bindings.fragment(fragment) for role, fragment in form.fragments().items()}
    columns = sorted(need_of(question).columns)
    is_plain = not any(is_many(metric.mart, name) for name in question.by)  # else the rows are multiplied before they are picked
    where = conditions(question, Source("", "", {}), bindings, period=False) if is_plain else "true"
    picked = {"picked": _picked(metric, columns, roles, where)} if where != "true" else {}
    changes = change_sql(metric, columns, roles, rows=next(iter(picked), ""))
    source = Source(f"({changes})", "day", {role: f"sum({role})" for role in roles}, table=metric.mart)
    return _summed_up(question, source, bindings, picked)


def _picked(metric: Metric, columns: list[str], roles: dict[str, str], where: str) -> str:
    """The mart's rows that meet `where`, with the columns that their gains and losses are made of."""
    words = set(re.findall(r"\w+", " ".join((metric.since, metric.until, counted_rows(metric.mart), *roles.values()))))
    read = sorted({*columns, *(words & mart_columns(metric.mart))})
    return f"select {', '.join(read)} from {relation_of(metric.mart)} where {where}"


def _summed_up(question: Question, source: Source, bindings: Bindings, before: dict[str, str] | None = None) -> Compiled:
    """`before`: steps that the source reads."""
    roles = tuple(source.roles)
    steps = {**(before or {}), "change": _changes(question, source, bindings)}
    if question.periods:
        steps |= {"cut": _cuts(question, bindings, f"select min(starts_on) from change where starts_on > date '{FIRST_DAY}'")}
    steps |= {"stock": _stock(question, roles)}
    return labelled(question, steps, roles, bindings, source.name)


def _changes(question: Question, source: Source, bindings: Bindings) -> str:
    """All changes up to the last cut, by the period that they fall in."""
    places = [f'{key} as "{name}"' for name, key in keys(question, source).items() if DIMENSIONS[name].kind != "period"]
    starts = [f"date_trunc('{_grain(question)}', day)::date as starts_on"] if question.periods else []
    columns = [*starts, *places, *(f"{sql} as {role}" for role, sql in source.roles.items())]
    where = f"{conditions(question, source, bindings, period=False)} and day <= {_last_cut(question, bindings)}"
    return f"select {', '.join(columns)} from {relation(question, source)} where {where}{' group by all' if starts or places else ''}"


def _stock(question: Question, roles: tuple[str, ...]) -> str:
    """The sum of all changes up to each cut. Summed for several metrics (whose roles have other names), rows are left to who picks each one's."""
    columns = [f'{_of_cut(name)} as "{name}"' if name in PERIODS else f'"{name}"' for name in question.by]
    columns += [f"coalesce(sum({role}), 0) as {role}" for role in roles]
    rows = "cut left join change on change.starts_on <= cut.starts_on" if question.periods else "change"
    having = " having sum(n) <> 0" if is_sparse(question) and "n" in roles else ""
    return f"select {', '.join(columns)} from {rows}{' group by all' if question.by else ''}{having}"


def _grain(question: Question) -> str:
    return max(question.periods, key=STOCK_PERIODS.index)


def _last_cut(question: Question, bindings: Bindings) -> str:
    """The day before `to`, else the release's date (bound where the catalog knows it)."""
    last = question.end - timedelta(days=1) if question.end else bindings.as_of
    return bindings.named("last", last) if last else "(select as_of_on from build_as_of)"


def _cuts(question: Question, bindings: Bindings, first_known: str) -> str:
    """The last day of each period of the finest grain asked for; where the breakdown is coarser, the last of its cuts counts."""
    last = _last_cut(question, bindings)
    if not question.periods:
        return f"select {last} as cut_on"
    first = bindings.named("start", question.start) if question.start else f"coalesce(({first_known}), {last})"
    step = f"interval {STEP[_grain(question)]}"
    starts = f"select unnest(generate_series(date_trunc('{_grain(question)}', {first}), {last}, {step}))::date as starts_on"
    cuts = f"select starts_on, least((starts_on + {step})::date - 1, {last}) as cut_on from ({starts})"
    asked = [in_period(name, _of_cut(name), values, bindings) for name, values in question.where.items() if name in PERIODS]
    where = f" where {' and '.join(asked)}" if asked else ""
    return f"select * from ({cuts}){where}{_last_of_each(question)}"


def _last_of_each(question: Question) -> str:
    periods = [name for name in question.by if name in PERIODS]
    if _grain(question) in periods:
        return ""  # one cut a period already
    partition = f"partition by {', '.join(_of_cut(name) for name in periods)} " if periods else ""
    return f" qualify row_number() over ({partition}order by cut_on desc) = 1"


def _of_cut(period: str) -> str:
    return PERIODS[period].key.format(d="cut_on")


def is_sparse(question: Question) -> bool:
    """Whether a stock that is empty is no row: a place that has lost all it had. Without places every cut is a row, whatever it says."""
    return question.form.is_stock and any(DIMENSIONS[name].kind != "period" for name in question.by)


def _by_versions(question: Question, bindings: Bindings) -> Compiled:
    """Look at every version that a cut meets: for counts of distinct things and for stocks with rows of their own."""
    metric, form = question.metric, question.form
    source = Source("present", "cut_on", form.fragments())
    columns = [f'{key} as "{name}"' for name, key in keys(question, source).items()]
    columns += [f"coalesce({bindings.fragment(sql)}, 0) as {role}" for role, sql in source.roles.items()]
    where = conditions(question, source, bindings, period=False)
    grouping = " group by all" if question.by else ""
    steps = present_rows(question, bindings) | {
        "stock": f"select {', '.join(columns)} from {relation(question, source)} where {where}{grouping}"
    }
    return labelled(question, steps, tuple(source.roles), bindings, metric.mart)


def present_rows(question: Question, bindings: Bindings) -> dict[str, str]:
    """Steps of a statement, of which the last, `present`, has a row for every row of the stock that a cut meets, with its `cut_on`."""
    metric, since, until = question.metric, question.metric.since, question.metric.until
    met = f"select cut.cut_on, item_version.* from cut join item_version on {since} <= cut_on and {until} > cut_on"
    counted = counted_rows(metric.mart)
    return {
        "item_version": f"select * from {relation_of(metric.mart)}{'' if counted == 'true' else f' where {counted}'}",
        "cut": _cuts(question, bindings, f"select min({since}) from item_version where {since} > date '{FIRST_DAY}'"),
        "present": metric.relation or met,
    }
