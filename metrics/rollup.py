"""Rollups: every metric's sums, kept per day or month and place, so that a page is answered by adding up few rows.

What columns there are follows from the registry: one for each distinct aggregate, parameters spelled out. What each rollup is kept by
stands in SHAPES. Kinds: flow (sums per period), change (what a stock gains and loses on a day), life (ends and censorings per age), exact
(distinct things counted per month or year and place; a million rows with 400,000 persons take 0.6 s to count, so pages cannot wait for it).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import duckdb

from metrics.catalog import CATALOG_DDL, LifeTable, Rollup, catalog_rows, filled_marts, table_names
from metrics.compile import EXACT_GRAINS
from metrics.dimensions import DIMENSIONS, DIVISION_COLUMNS
from metrics.marts import mart_columns
from metrics.registry import registry
from metrics.rollup_months import Family, changed_months, families, from_mart, marks_before, marks_now, remember_months, within
from metrics.spec import Metric, expansions, placeholders
from metrics.summed import sums_of
from warehouse.engine.duckdb import transaction
from warehouse.models.noted import begin_notes, noted_marts

EXACT_BY = ("province_code", "city_code", "district_code", "dept_id", "channel", "channel_group", "site_id", "licence_type")
CHANNEL = ("channel", "channel_group")
OFFICE = (*DIVISION_COLUMNS, "dept_id", "function_code")
KIND = ("item_type", "audience", "theme", "case_type")
ITEM = ("item_id", *KIND)


@dataclass(frozen=True)
class Shape:
    """What a rollup is kept by: a name, a grain and columns. Months come before days where they are added up from finer months."""

    name: str
    grain: str
    columns: tuple[str, ...]


PLACE = Shape("month_place", "month", DIVISION_COLUMNS)
BY_ITEM = Shape("month_item", "month", (*OFFICE, *ITEM, *CHANNEL, "outcome", "grade"))
MONTH_OFFICE = Shape("month_office", "month", OFFICE)
BY_OFFICE = (
    Shape("month_department", "month", (*OFFICE, *CHANNEL, "case_type", "item_type", "site_id")),
    MONTH_OFFICE,
    PLACE,
    Shape("day", "day", (*DIVISION_COLUMNS, *CHANNEL)),
)
WITH_ITEMS = ("completed_on", "rated_on")  # elsewhere a rollup by item is as long as its mart, and the mart answers as fast
FLOW_SHAPES = {
    "mart_case": (
        Shape("month_department", "month", (*OFFICE, *KIND, *CHANNEL, "outcome")),
        Shape("month", "month", (*DIVISION_COLUMNS, *CHANNEL, "case_type", "item_type", "outcome")),
        MONTH_OFFICE,
        PLACE,
        Shape("day", "day", (*DIVISION_COLUMNS, *CHANNEL, "outcome")),
    ),
    "mart_rating": (
        Shape("month_department", "month", (*OFFICE, *CHANNEL, "grade")),
        MONTH_OFFICE,
        PLACE,
        Shape("day", "day", (*DIVISION_COLUMNS, *CHANNEL, "grade")),
    ),
    "mart_material": (
        Shape("month_item", "month", (*DIVISION_COLUMNS, "item_id", "material_code")),
        Shape("month_material", "month", (*OFFICE, "licence_type", "material_code")),
        Shape("month_department", "month", (*OFFICE, *CHANNEL, "case_type", "item_type", "licence_type")),
        MONTH_OFFICE,
        Shape("month", "month", (*DIVISION_COLUMNS, *CHANNEL, "licence_type")),
        PLACE,
        Shape("day", "day", (*DIVISION_COLUMNS, *CHANNEL)),
    ),
    "mart_ticket": (
        Shape("month_hour", "month", (*DIVISION_COLUMNS, "site_id", "queue_code", "issued_hour", "weekday")),
        Shape("month", "month", (*DIVISION_COLUMNS, "site_id", "queue_code")),
        Shape("day", "day", (*DIVISION_COLUMNS, "site_id", "queue_code")),
    ),
    "mart_queue_snapshot": (Shape("day", "day", (*DIVISION_COLUMNS, "site_id", "queue_code")),),
    "mart_channel_volume": (Shape("day", "day", (*OFFICE, *ITEM, *CHANNEL)),),
    "mart_interaction": (Shape("day", "day", (*OFFICE, *ITEM)),),
    "mart_service_standard": (Shape("day", "day", (*OFFICE, *ITEM, *CHANNEL)),),
    "mart_session": BY_OFFICE,
    "mart_payment": BY_OFFICE,
    "mart_visit": BY_OFFICE,
    "mart_appointment": BY_OFFICE,
    "mart_delivery": BY_OFFICE,
    "mart_applicant_material": (Shape("month_material", "month", (*OFFICE, "licence_type", "material_code")), *BY_OFFICE),
    "mart_terminal_day": (Shape("month", "month", (*DIVISION_COLUMNS, "site_id")), PLACE, Shape("day", "day", DIVISION_COLUMNS)),
}
LIFE_SHAPES = {
    "mart_case": (
        Shape("month_department", "month", (*OFFICE, *CHANNEL, "case_type", "item_type")),
        MONTH_OFFICE,
        Shape("month", "month", (*DIVISION_COLUMNS, *CHANNEL)),
        PLACE,
    ),
    "mart_ticket": (
        Shape("month_hour", "month", (*DIVISION_COLUMNS, "site_id", "queue_code", "issued_hour", "weekday")),
        Shape("month", "month", (*DIVISION_COLUMNS, "site_id", "queue_code")),
    ),
    "mart_session": (Shape("month_department", "month", (*OFFICE, *CHANNEL, "item_type", "site_id")), PLACE),
    "mart_delivery": (Shape("month_department", "month", (*OFFICE, *CHANNEL, "case_type", "item_type")), PLACE),
}
# Other marts are kept by day and every dimension that they have.
EVERY = tuple(dict.fromkeys((*DIVISION_COLUMNS, *(each.column for each in DIMENSIONS.values() if each.column))))
BY_DAY = (Shape("day", "day", EVERY),)
BY_CHANGE = (Shape("change", "day", EVERY),)
CHANGE_OFFICE = Shape("change_office", "day", OFFICE)
CHANGE_PLACE = Shape("change_place", "day", DIVISION_COLUMNS)
CHANGE_CHANNEL = Shape("change_channel", "day", (*DIVISION_COLUMNS, *CHANNEL))
CHANGE_SHAPES = {
    "mart_item": (Shape("change", "day", (*OFFICE, *ITEM)), CHANGE_OFFICE, CHANGE_PLACE),
    "mart_item_channel": (
        Shape("change", "day", (*OFFICE, *KIND, "channel")),
        Shape("change_place", "day", (*DIVISION_COLUMNS, "channel")),
    ),
    "mart_item_guide": (Shape("change", "day", (*OFFICE, *KIND)), CHANGE_PLACE),
    "mart_depth_evidence": (
        Shape("change", "day", (*OFFICE, *KIND)),
        CHANGE_OFFICE,
        CHANGE_PLACE,
    ),
    "mart_case": (
        Shape("change", "day", (*DIVISION_COLUMNS, *CHANNEL, "case_type", "item_type")),
        CHANGE_OFFICE,
        CHANGE_PLACE,
        CHANGE_CHANNEL,
    ),
    "mart_open_case": (
        Shape("change", "day", (*DIVISION_COLUMNS, *CHANNEL, "case_type", "item_type")),
        CHANGE_OFFICE,
        CHANGE_PLACE,
        CHANGE_CHANNEL,
    ),
    "mart_material": (Shape("change", "day", (*DIVISION_COLUMNS, "licence_type")), CHANGE_CHANNEL),
    "mart_first_delivery": (Shape("change", "day", ("dept_id", "function_code")),),
}


def build_rollups(con: duckdb.DuckDBPyConnection, *, full: bool = False) -> dict[str, int]:
    """Bring every rollup of the marts that hold rows up to date, and rollup_catalog; rows by table. `full`: sum all months anew, changed or not."""
    tables = table_names(con)
    present = filled_marts(con, tables)
    wanted = [rollup for rollup in planned() if rollup.mart in present]
    _drop_others(con, tables, {"rollup_catalog", *(rollup.name for rollup in wanted)})
    noted, done = noted_marts(con), {}
    for mart in dict.fromkeys(rollup.mart for rollup in wanted):
        with transaction(con):
            for family in families(rollup for rollup in wanted if rollup.mart == mart):
                done |= {rollup.name: rollup for rollup in _bring_up_to_date(con, family, tables, is_full=full, is_noted=mart in noted)}
            begin_notes(con, mart)
    built = [done[rollup.name] for rollup in wanted]
    con.execute(CATALOG_DDL)
    columns = list(zip(*(row for rollup in built for row in catalog_rows(rollup)), strict=True))
    if columns:
        con.execute(f"insert into rollup_catalog select {', '.join('unnest(?)' for _ in columns)}", [list(column) for column in columns])
    return {rollup.name: rollup.rows for rollup in built}


def planned() -> Iterator[Rollup]:
    """Every rollup that the registry calls for, finer ones first."""
    yield from _flows()
    yield from _exacts()
    yield from _changes()
    yield from _lives()


def _flows() -> Iterator[Rollup]:
    for mart, anchor in _anchors(lambda metric: metric.time if not metric.default_form.is_stock else ""):
        measures = _measures([metric for metric in registry().values() if (metric.mart, metric.time) == (mart, anchor)])
        for shape in (*((BY_ITEM,) if anchor in WITH_ITEMS else ()), *FLOW_SHAPES.get(mart, BY_DAY)) if measures else ():
            yield Rollup(f"{_stem(mart, anchor)}_{shape.name}", mart, "flow", anchor, shape.grain, _kept(mart, shape), measures)


def _exacts() -> Iterator[Rollup]:
    for mart, anchor in _anchors(lambda metric: metric.time):
        measures = _measures([metric for metric in registry().values() if (metric.mart, metric.time) == (mart, anchor)], distinct=True)
        for grain in EXACT_GRAINS if measures else ():
            for column in ("", *EXACT_BY):
                if not column or column in mart_columns(mart):
                    name = f"{_stem(mart, anchor)}_distinct_{grain}{f'_{column}' if column else ''}"
                    yield Rollup(name, mart, "exact", anchor, grain, frozenset({column} - {""}), measures)


def _changes() -> Iterator[Rollup]:
    seen: dict[str, int] = {}
    for mart, lifetime in _anchors(lambda metric: metric.lifetime):
        stocks = [metric for metric in registry().values() if (metric.mart, metric.lifetime) == (mart, lifetime) and not metric.relation]
        measures = _measures(stocks)
        seen[mart] = seen.get(mart, 0) + bool(measures)
        number = f"_{seen[mart]}" if seen[mart] > 1 else ""
        for shape in CHANGE_SHAPES.get(mart, BY_CHANGE) if measures else ():
            yield Rollup(f"rollup_{_entity(mart)}_{shape.name}{number}", mart, "change", lifetime, "day", _kept(mart, shape), measures)


def _lives() -> Iterator[Rollup]:
    seen: set[tuple[str, str, LifeTable]] = set()
    for metric in registry().values():
        for form in metric.forms.values():
            if form.life_table and (metric.mart, metric.time, form.life_table) not in seen:
                number = sum(table in seen for table in _life_tables(metric))
                seen.add((metric.mart, metric.time, form.life_table))
                for shape in LIFE_SHAPES.get(metric.mart, BY_DAY):
                    name = f"rollup_{metric.id}_{shape.name}{f'_{number + 1}' if number else ''}"
                    yield Rollup(name, metric.mart, "life", metric.time, shape.grain, _kept(metric.mart, shape), life_table=form.life_table)


def _life_tables(metric: Metric) -> set[tuple[str, str, LifeTable]]:
    return {(metric.mart, metric.time, form.life_table) for form in metric.forms.values() if form.life_table}


def _anchors(of) -> dict[tuple[str, str], None]:
    return {(metric.mart, of(metric)): None for metric in registry().values() if of(metric)}


def _measures(metrics: list[Metric], *, distinct: bool = False) -> dict[str, str]:
    """A column for every aggregate that adds up (or of those that count distinct things), named after the first metric and role that need it."""
    columns: dict[str, str] = {}
    for metric in metrics:
        for choice, form in metric.forms.items():
            wanted = "distinct" if distinct else ""
            counts = form.kind if form.kind.endswith("distinct") else ""
            for role, fragment in form.fragments().items() if counts == wanted else ():
                for number, text in enumerate(expansions(fragment, metric.params)):
                    suffix = f"_{number}" if placeholders(fragment) else ""
                    columns.setdefault(text, "_".join(part for part in (metric.id, choice, role) if part) + suffix)
    return columns


def _kept(mart: str, shape: Shape) -> frozenset[str]:
    return frozenset(column for column in shape.columns if column in mart_columns(mart) or column == "weekday")


def _entity(mart: str) -> str:
    return mart.removeprefix("mart_")


def _stem(mart: str, anchor: str) -> str:
    return f"rollup_{_entity(mart)}_{anchor.removesuffix('_on')}"


def _bring_up_to_date(con: duckdb.DuckDBPyConnection, family: Family, tables: set[str], *, is_full: bool, is_noted: bool) -> list[Rollup]:
    """Sum the months of a family that changed, all of them where few are left over; the rollups with their numbers of rows."""
    built: list[Rollup] = []
    before = marks_before(con, family) if not is_full and tables >= {rollup.name for rollup in family.rollups} else {}
    marks = marks_now(con, family, before, is_noted=is_noted)
    changed = changed_months(before, marks)
    for rollup in family.rollups:
        finer = min((other for other in built if _adds_up_to(other, rollup)), key=lambda other: other.rows, default=None)
        if changed is None:
            sql = _from_finer(rollup, finer) if finer else from_mart(rollup)
            con.execute(f"create or replace table {rollup.name} as {_whole_numbers(con, sql)}")
        elif changed:
            on = within(rollup.grain, changed)
            con.execute(f"delete from {rollup.name} where {on.format(day=rollup.grain)}")
            con.execute(f"insert into {rollup.name} by name {_from_finer(rollup, finer, on) if finer else from_mart(rollup, on)}")
        rows = con.execute(f"select count(*) from {rollup.name}").fetchone()
        built.append(replace(rollup, rows=rows[0] if rows else 0))
    remember_months(con, family, marks)
    return built


def _adds_up_to(finer: Rollup, rollup: Rollup) -> bool:
    """Whether sums of the one, of the same family, add up to those of the other."""
    return rollup.kind in ("flow", "life") and rollup.dimensions <= finer.dimensions and finer.grain in (rollup.grain, "day")


def _from_finer(rollup: Rollup, finer: Rollup, on: str = "true") -> str:
    day = finer.grain if finer.grain == rollup.grain else "date_trunc('month', day)::date"
    keys = [f"{day} as {rollup.grain}", *sorted(rollup.dimensions), *["age"] * bool(rollup.life_table)]
    sums = (f"sum({name}) as {name}" for name in sums_of(rollup))
    return f"select {', '.join((*keys, *sums))} from {finer.name} where {on.format(day=finer.grain)} group by all"


def _whole_numbers(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Sums of whole numbers come out 128 bits wide; none of ours needs more than 64."""
    described = con.execute(f"describe {sql}").fetchall()
    wide = [name for name, kind, *_ in described if kind == "HUGEINT"]
    casts = ", ".join(f"{name}::bigint as {name}" for name in wide)
    return f"select * replace ({casts}) from ({sql})" if wide else sql


def _drop_others(con: duckdb.DuckDBPyConnection, tables: set[str], wanted: set[str]) -> None:
    for name in sorted(tables - wanted):
        if name.startswith("rollup_"):
            con.execute(f"drop table {name}")
