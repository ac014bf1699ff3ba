"""Which rollups a store has and what each can answer, read from the table rollup_catalog; the choice among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import duckdb

LifeTable = tuple[str, str, str]  # event, age, scope


@dataclass(frozen=True)
class Rollup:
    """One rollup. kind: flow (sums per period), exact (distinct counts per period), change (what a stock gains and loses on a day), life (ends and censorings per age).

    `dimensions` are columns of its mart (and `weekday`); `measures` maps an aggregate, parameters spelled out, to the column that holds its sums.
    """

    name: str
    mart: str
    kind: str
    anchor: str
    grain: str
    dimensions: frozenset[str]
    measures: dict[str, str] = field(default_factory=dict)
    life_table: LifeTable | None = None
    rows: int = 0


@dataclass(frozen=True)
class Need:
    """What a question asks of a rollup: the columns it touches, its finest period, whether it begins and ends with a month, whether it tells weekdays."""

    columns: frozenset[str]
    grain: str
    on_month_borders: bool
    weekday: bool = False


@dataclass(frozen=True)
class Catalog:
    """The rollups of a store and its date; an empty one sends every question to the marts, and to build_as_of for the date."""

    rollups: tuple[Rollup, ...] = ()
    as_of: date | None = None

    def flow(self, mart: str, anchor: str, need: Need, fragments: set[str]) -> Rollup | None:
        """The smallest rollup that holds these sums."""
        return self._smallest(mart, "flow", anchor, need, lambda rollup: fragments <= set(rollup.measures))

    def exact(self, mart: str, anchor: str, grain: str, columns: frozenset[str], fragments: set[str]) -> Rollup | None:
        """The rollup of distinct counts by exactly this period and these columns: such counts cannot be added up to any other."""
        wanted = (mart, "exact", anchor, grain, columns)
        found = (each for each in self.rollups if (each.mart, each.kind, each.anchor, each.grain, each.dimensions) == wanted)
        return next((each for each in found if fragments <= set(each.measures)), None)

    def change(self, mart: str, anchor: str, need: Need, fragments: set[str]) -> Rollup | None:
        """The smallest rollup of a stock's gains and losses."""
        return self._smallest(mart, "change", anchor, need, lambda rollup: fragments <= set(rollup.measures))

    def life(self, mart: str, anchor: str, need: Need, life_table: LifeTable) -> Rollup | None:
        """The smallest rollup of a life table."""
        return self._smallest(mart, "life", anchor, need, lambda rollup: rollup.life_table == life_table)

    def _smallest(self, mart: str, kind: str, anchor: str, need: Need, holds) -> Rollup | None:
        fitting = [
            rollup
            for rollup in self.rollups
            if (rollup.mart, rollup.kind, rollup.anchor) == (mart, kind, anchor)
            and need.columns <= rollup.dimensions
            and holds(rollup)
            and _fine_enough(rollup, need)
        ]
        return min(fitting, key=lambda rollup: (rollup.rows, rollup.name), default=None)


def _fine_enough(rollup: Rollup, need: Need) -> bool:
    if rollup.grain == "day":
        return True
    return need.grain == "month" and need.on_month_borders and (not need.weekday or "weekday" in rollup.dimensions)


CATALOG_DDL = """create or replace table rollup_catalog (
    rollup varchar, mart varchar, kind varchar, anchor varchar, grain varchar, role varchar, column_name varchar, expression varchar, row_count bigint
)"""


def catalog_rows(rollup: Rollup) -> list[tuple[str, str, str, str, str, str, str, str, int]]:
    """A rollup as rows of rollup_catalog: one a column."""
    columns = [("dimension", name, name) for name in sorted(rollup.dimensions)]
    columns += [("measure", name, fragment) for fragment, name in rollup.measures.items()]
    if rollup.life_table:
        columns += [("life", name, expression) for name, expression in zip(("n_event", "age", "scope"), rollup.life_table, strict=True)]
    head = (rollup.name, rollup.mart, rollup.kind, rollup.anchor, rollup.grain)
    return [(*head, *column, rollup.rows) for column in columns]


def table_names(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Tables and views of the store itself, not of databases attached to it."""
    here = "where database_name = current_database()"
    return {
        name
        for (name,) in con.execute(
            f"select table_name from duckdb_tables() {here} union all select view_name from duckdb_views() {here}"
        ).fetchall()
    }


def filled_marts(con: duckdb.DuckDBPyConnection, tables: Collection[str]) -> frozenset[str]:
    """The marts among the tables that hold rows: what was loaded."""
    marts = sorted(name for name in tables if name.startswith("mart_"))
    filled = con.execute("select " + ", ".join(f"exists (from {name})" for name in marts)).fetchone() if marts else ()
    return frozenset(name for name, is_filled in zip(marts, filled or (), strict=True) if is_filled)


def read_catalog(con: duckdb.DuckDBPyConnection, tables: Collection[str], as_of: date | None = None) -> Catalog:
    """The rollups of a store that has these tables; none when it has no rollup_catalog."""
    if "rollup_catalog" not in tables:
        return Catalog((), as_of)
    rows = con.execute(
        "select rollup, mart, kind, anchor, grain, row_count, role, column_name, expression from rollup_catalog order by all"
    ).fetchall()
    grouped: dict[tuple, list[tuple[str, str, str]]] = defaultdict(list)
    for row in rows:
        grouped[row[:6]].append(row[6:])
    return Catalog(tuple(_rollup(head, columns) for head, columns in grouped.items()), as_of)


def _rollup(head: tuple, columns: list[tuple[str, str, str]]) -> Rollup:
    dimensions = frozenset(name for role, name, _ in columns if role == "dimension")
    measures = {expression: name for role, name, expression in columns if role == "measure"}
    life = {name: expression for role, name, expression in columns if role == "life"}
    life_table = (life["n_event"], life["age"], life["scope"]) if life else None
    return Rollup(*head[:5], dimensions=dimensions, measures=measures, life_table=life_table, rows=head[5])
