"""Stocks: what is there at the end of a day. Answered from gains and losses: the stock at a cut is the sum of all changes up to it.

Cuts: the last day of the period, or of each month (year, quarter, week, day) that overlaps it; the last is the day before `to`, else the
release's date. Distinct counts and stocks with rows of their own do not add up, and look at the versions that each cut meets.
"""

from __future__ import annotations

from metrics.catalog import Catalog
from metrics.dimensions import DIMENSIONS, PERIODS, STOCK_PERIODS
from metrics.marts import FIRST_DAY, LAST_DAY, counted_rows, relation_of
from metrics.query import Question
from metrics.spec import Metric, spell_out
from metrics.statement import Bindings, Compiled, Source, conditions, in_period, keys, labelled, need_of, relation

STEP = {"year": "12 month", "quarter": "3 month", "month": "1 month", "week": "7 day", "day": "1 day"}


def compile_stock(question: Question, catalog: Catalog) -> Compiled:
    """The statement that answers a question about a stock."""
    bindings = Bindings(question.params)
    if question.metric.relation or question.form.kind == "stock_distinct":
        return _by_versions(question, bindings)
    return _by_changes(question, catalog, bindings)


def change_sql(metric: Metric, columns: list[str], roles: dict[str, str]) -> str:
    """Gains and losses of a stock by day: `columns` as they are, each role's aggregate, negative where rows leave."""
    rows, counted = relation_of(metric.mart), f"{counted_rows(metric.mart)} and {metric.since} < {metric.until}"
    kept = "".join(f", {column}" for column in columns)
    gains = "".join(f", coalesce({sql}, 0) as {role}" for role, sql in roles.items())
    losses = "".join(f", -coalesce({sql}, 0) as {role}" for role, sql in roles.items())
    return (
        f"select {metric.since} as day{kept}{gains} from {rows} where {counted} group by all"
        f" union all by name select {metric.until} as day{kept}{losses} from {rows} where {counted} and {metric.until} < date '{LAST_DAY}' group by all"
    )


def _by_changes(question: Question, catalog: Catalog, bindings: Bindings) -> Compiled:
    source = _change_source(question, catalog, bindings)
    roles = tuple(source.roles)
    steps = {"change": _changes(question, source, bindings)}
    if question.periods:
        steps |= {
            "bound": _bound(question, bindings, f"select min(day) from change where day > date '{FIRST_DAY}'"),
            "cut": _cuts(question, bindings),
        }
        steps |= {"step": _steps(question, roles), "running": _running(question, roles), "stock": _at_cuts(question, roles)}
    else:
        steps |= {"stock": _totals(question, roles)}
    return labelled(question, steps, roles, bindings, source.name)


def _change_source(question: Question, catalog: Catalog, bindings: Bindings) -> Source:
    metric, form = question.metric, question.form
    wanted = {role: spell_out(fragment, question.params) for role, fragment in form.fragments().items()}
    rollup = catalog.change(metric.mart, metric.since, need_of(question), set(wanted.values()))
    if rollup:
        return Source(rollup.name, "day", {role: f"sum({rollup.measures[fragment]})" for role, fragment in wanted.items()})
    roles = {role: bindings.fragment(fragment) for role, fragment in form.fragments().items()}
    changes = change_sql(metric, sorted(need_of(question).columns), roles)
    return Source(f"({changes})", "day", {role: f"sum({role})" for role in roles}, table=metric.mart)


def _places(question: Question) -> list[str]:
    """The dimensions of the breakdown that are not periods, quoted."""
    return [f'"{name}"' for name in question.by if DIMENSIONS[name].kind != "period"]


def _changes(question: Question, source: Source, bindings: Bindings) -> str:
    places = [f'{key} as "{name}"' for name, key in keys(question, source).items() if DIMENSIONS[name].kind != "period"]
    columns = ["day", *places, *(f"{sql} as {role}" for role, sql in source.roles.items())]
    where = f"{conditions(question, source, bindings, period=False)} and day <= {_last_cut(question, bindings)}"
    return f"select {', '.join(columns)} from {relation(question, source)} where {where} group by all"


def _totals(question: Question, roles: tuple[str, ...]) -> str:
    """Everything up to the one cut. A place that has lost all it had is no row; without a breakdown there is one row, whatever it says."""
    columns = [*_places(question), *(f"coalesce(sum({role}), 0) as {role}" for role in roles)]
    grouping = " group by all having sum(n) <> 0" if _places(question) else ""
    return f"select {', '.join(columns)} from change{grouping}"


def _last_cut(question: Question, bindings: Bindings) -> str:
    return f"({bindings.named('end', question.end)}::date - 1)" if question.end else "(select as_of_on from build_as_of)"


def _bound(question: Question, bindings: Bindings, first_known: str) -> str:
    first = f"{bindings.named('start', question.start)}::date" if question.start else f"({first_known})"
    last = _last_cut(question, bindings)
    return f"select coalesce({first}, {last}) as first_day, {last} as last_cut"


def _cuts(question: Question, bindings: Bindings) -> str:
    """The last day of each period of the finest grain asked for; where the breakdown is coarser, the last of its cuts counts."""
    if not question.periods:
        return "select last_cut as cut_on from bound"
    grain = max(question.periods, key=STOCK_PERIODS.index)
    starts = f"unnest(generate_series(date_trunc('{grain}', first_day)::timestamp, last_cut::timestamp, interval {STEP[grain]}))"
    ends = f"select least((starts_at + interval {STEP[grain]})::date - 1, last_cut) as cut_on from (select last_cut, {starts} as starts_at from bound)"
    asked = [in_period(name, _of_cut(name), values, bindings) for name, values in question.where.items() if name in PERIODS]
    periods = ", ".join(_of_cut(name) for name in question.by if name in PERIODS)
    where = f" where {' and '.join(asked)}" if asked else ""
    return f"select cut_on from ({ends}){where} qualify row_number() over ({f'partition by {periods} ' if periods else ''}order by cut_on desc) = 1"


def _of_cut(period: str) -> str:
    return PERIODS[period].key.format(d="cut_on")


def _steps(question: Question, roles: tuple[str, ...]) -> str:
    """The changes between one cut and the next, at the cut that first shows them."""
    columns = ["cut.cut_on", *_places(question), *(f"sum({role}) as {role}" for role in roles)]
    return f"select {', '.join(columns)} from change asof join cut on change.day <= cut.cut_on group by all"


def _running(question: Question, roles: tuple[str, ...]) -> str:
    """At every cut and place, all changes so far."""
    places = _places(question)
    grid = f"(select distinct {', '.join(places)} from change) as place cross join cut" if places else "cut"
    match = " and ".join(["step.cut_on = cut.cut_on", *(f"step.{name} is not distinct from place.{name}" for name in places)])
    of_place = f"partition by {', '.join(f'place.{name}' for name in places)} " if places else ""
    window = f"over ({of_place}order by cut.cut_on)"
    columns = [
        "cut.cut_on",
        *(f"place.{name}" for name in places),
        *(f"sum(coalesce(step.{role}, 0)) {window} as {role}" for role in roles),
    ]
    return f"select {', '.join(columns)} from {grid} left join step on {match}"


def _at_cuts(question: Question, roles: tuple[str, ...]) -> str:
    columns = [f'{_of_cut(name)} as "{name}"' if name in PERIODS else f'"{name}"' for name in question.by]
    where = " where n <> 0" if _places(question) else ""
    return f"select {', '.join([*columns, *roles])} from running{where}"


def _by_versions(question: Question, bindings: Bindings) -> Compiled:
    """Look at every version that a cut meets: for counts of distinct things and for stocks with rows of their own."""
    metric, form = question.metric, question.form
    since, until = metric.since, metric.until
    met = f"select cut.cut_on, item_version.* from cut join item_version on {since} <= cut_on and {until} > cut_on"
    source = Source("present", "cut_on", form.fragments())
    columns = [f'{key} as "{name}"' for name, key in keys(question, source).items()]
    columns += [f"coalesce({bindings.fragment(sql)}, 0) as {role}" for role, sql in source.roles.items()]
    where = conditions(question, source, bindings, period=False)
    grouping = " group by all" if question.by else ""
    steps = {
        "item_version": f"select * from {relation_of(metric.mart)}",
        "bound": _bound(question, bindings, f"select min({since}) from item_version where {since} > date '{FIRST_DAY}'"),
        "cut": _cuts(question, bindings),
        "present": metric.relation or met,
        "stock": f"select {', '.join(columns)} from {relation(question, source)} where {where}{grouping}",
    }
    return labelled(question, steps, tuple(source.roles), bindings, metric.mart)
