"""Build the models: in the order that their SQL implies, skipping what did not change, case by case where only cases changed.

An incremental build gives exactly the rows of a full one. A model is skipped when no input changed; a model whose rows belong to cases is rebuilt for
the changed cases only, by its own SQL over the changed rows, and one whose rows belong to parts that know nothing of one another (days, say) for the
touched parts; anything else is built in full. Each model is replaced together with its build state.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from warehouse.contract import tables
from warehouse.crash_point import crash_point
from warehouse.engine.duckdb import transaction
from warehouse.models.changes import (
    ALIAS,
    KIN,
    LINKS_BEFORE,
    MOVED,
    PARTS,
    TOUCHED,
    belongs_to,
    case_inputs,
    case_tables,
    find_moved_cases,
    find_touched_cases,
    find_touched_parts,
    fingerprint,
    keep_case_parts,
    keep_links,
    last_file,
    rows_of,
)
from warehouse.models.graph import Model, follows_as_of, models, needed
from warehouse.models.noted import LEAVING, end_notes, note_change, noted_marts
from warehouse.reference.codes import install_codes
from warehouse.working_days import install_calendar

Progress = Callable[[str], None]
LARGE_SHARE = 0.3  # of all cases: from here on, building in full is quicker
_TYPE_NAMES = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}


class ContractBroken(RuntimeError):
    """A model's columns are not those of its contract."""


@dataclass(frozen=True)
class BuildReport:
    """Rows of every mart and dimension, the models that were rebuilt, the day that the figures speak of, and whether everything was to be built anew."""

    rows: dict[str, int]
    rebuilt: list[str]
    as_of: date | None
    is_full: bool = False


def model_graph() -> dict[str, frozenset[str]]:
    """Every model and the tables that it reads."""
    return {name: model.inputs for name, model in models().items()}


def build_models(
    con: duckdb.DuckDBPyConnection, *, full: bool = False, only: Iterable[str] | None = None, on_progress: Progress | None = None
) -> BuildReport:
    """Bring every model up to date, or `only` those named and what they rest on; `full` rebuilds them."""
    install_calendar(con)
    install_codes(con)
    build, wanted = _Build(con, full), needed(models() if only is None else only)
    try:
        for number, model in enumerate(wanted.values(), start=1):
            if on_progress:
                on_progress(f"{number}/{len(wanted)} {model.name}")
            build.bring_up_to_date(model)
    finally:
        build.forget_changes()
    rows = {name: _one(con, f"select count(*) from {name}") for name, model in wanted.items() if model.contract}
    return BuildReport(rows, build.rebuilt, _one(con, "select as_of_on from build_as_of"), full)


@dataclass
class _Build:
    """One run over all models."""

    con: duckdb.DuckDBPyConnection
    full: bool
    rebuilt: list[str] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    shadows: set[str] = field(default_factory=set)
    marks: dict[str, str] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    links_mark: str = ""
    noted: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        found = self.con.execute("select name, value from build_state where name like 'model:%'").fetchall()
        self.states = {name.removeprefix("model:"): json.loads(value) for name, value in found}
        self.tables = {name for (name,) in self.con.execute("select table_name from duckdb_tables() where not temporary").fetchall()}
        self.noted = frozenset(noted_marts(self.con))
        keep_links(self.con)
        self.links_mark = fingerprint(self.con, LINKS_BEFORE)

    def bring_up_to_date(self, model: Model) -> None:
        """Skip, rebuild for the changed cases, or rebuild in full."""
        marks = {name: self._mark(name) for name in sorted(model.inputs)}
        state = self.states.get(model.name)
        if self.full or state is None or state["digest"] != model.digest or model.name not in self.tables:
            return self._replace(model, marks)
        changed = {name: state["marks"].get(name) for name in marks if marks[name] != state["marks"].get(name)}
        if not changed:
            return None
        if (
            model.follows_cases
            and all(self._is_by_case(name, marks[name], before) for name, before in changed.items())
            and self._is_small(model)
        ):
            return self._replace_changed(model, marks)
        if model.follows_parts and all(self._is_by_part(model, name, marks[name], before) for name, before in changed.items()):
            return self._replace_parts(model, marks, state["marks"])
        return self._replace(model, marks)

    def forget_changes(self) -> None:
        """Drop the temporary tables of this run."""
        for name in (*sorted(self.shadows), TOUCHED, MOVED, LINKS_BEFORE, LEAVING):
            self.con.execute(f"drop table if exists temp.{name}")

    def _mark(self, name: str) -> str:
        """The fingerprint of an input, taken once for as long as this run leaves it alone."""
        if name in models() and models()[name].follows_cases:
            return json.dumps(self.states[name]["built"])
        if name not in self.marks:
            self.marks[name] = fingerprint(self.con, name)
        return self.marks[name]

    def _is_by_case(self, name: str, mark: str, before: str | None) -> bool:
        """Whether the change of an input concerns changed cases only."""
        if before is None:
            return False
        if name in models() and models()[name].follows_cases:
            return json.loads(mark)["full"] == json.loads(before)["full"]
        if name == ALIAS:
            return before == self.links_mark  # else a build was broken off, and what its links were is forgotten
        if name == "build_as_of":
            return self._is_later_than("mart_case")
        return name in case_tables()

    def _is_later_than(self, model: str) -> bool:
        """Whether the as-of date has gone on since a model was built, not back."""
        earlier, now = self.states.get(model, {}).get("as_of"), self._as_of()
        return earlier is not None and now is not None and earlier <= now

    def _is_by_part(self, model: Model, name: str, mark: str, before: str | None) -> bool:
        """Whether the change of an input concerns touched parts only."""
        contract = tables()[model.name]
        if name in models() and models()[name].follows_cases:
            return bool(case_inputs(contract)) and self._is_by_case(name, mark, before)
        if name == ALIAS and name in contract.through:
            return before == self.links_mark
        if name == "build_as_of" and contract.matures:
            return self._is_later_than(model.name)
        return before is not None and (name in contract.incremental or name in contract.through)

    def _is_small(self, model: Model) -> bool:
        """Whether few enough cases changed; they are found on the first call, before any model is rebuilt for them."""
        self.shares = self.shares or self._find_changes()
        return self.shares[_cases(model)] <= LARGE_SHARE

    def _find_changes(self) -> dict[str, float]:
        """The shares of all cases that were touched and that moved."""
        followers = [name for name, model in models().items() if model.follows_cases]
        if any(name not in self.states or name not in self.tables for name in followers):
            return {TOUCHED: 1.0, MOVED: 1.0}
        states = [self.states[name] for name in followers]
        since = {
            table: min(last_file(state["marks"][table]) for state in states if table in state["marks"]) for table in sorted(case_tables())
        }
        before = min((state["as_of"] for state in states if state["as_of"]), default=None)
        touched, moved = find_touched_cases(self.con, since), find_moved_cases(self.con, before if before != self._as_of() else None)
        self.shadows.update(keep_case_parts(self.con))
        cases = max(1, _one(self.con, "select count(*) from mart_case"))
        return {TOUCHED: touched / cases, MOVED: moved / cases}

    def _replace(self, model: Model, marks: dict[str, str]) -> None:
        columns = self._checked_columns(model, model.sql)
        with transaction(self.con):
            self.con.execute(f"create or replace table {model.name} as select {columns} from ({model.sql})")
            end_notes(self.con, model.name)
            self._remember(model, marks, is_full=True)
            crash_point("build.model_written")
        crash_point("build.model_committed")

    def _replace_changed(self, model: Model, marks: dict[str, str]) -> None:
        cases = self._with_kin(model, _cases(model))
        self._replace_rows(model, marks, self._over(model, cases), belongs_to(cases))

    def _replace_parts(self, model: Model, marks: dict[str, str], before: dict[str, str]) -> None:
        contract = tables()[model.name]
        if case_inputs(contract) and not self._is_small(model):
            return self._replace(model, marks)
        find_touched_parts(self.con, contract, {name: last_file(mark) for name, mark in before.items() if name.startswith("core_")})
        self.shadows.add(PARTS)
        touched = _one(self.con, f"select count(*) from {PARTS}")
        if touched > LARGE_SHARE * _one(self.con, f"select count(distinct {contract.part}) from {model.name}"):
            return self._replace(model, marks)
        sql = model.sql
        for name, column in contract.incremental.items():
            sql = re.sub(rf"\b(from|join) {name}\b", rf"\1 (from {name} where {column} in (from {PARTS}))", sql)
        self._replace_rows(model, marks, sql, f"{contract.part} in (from {PARTS})")

    def _replace_rows(self, model: Model, marks: dict[str, str], sql: str, where: str) -> None:
        """Put the rows of a SELECT in the place of those that the condition names."""
        columns = self._checked_columns(model, sql)
        self.con.execute(f"create or replace temp table changed_{model.name} as select {columns} from ({sql})")
        self.shadows.add(f"changed_{model.name}")
        with transaction(self.con):
            if model.name in self.noted:
                where = note_change(self.con, model.name, where, f"changed_{model.name}")
            self.con.execute(f"delete from {model.name} where {where}")
            self.con.execute(f"insert into {model.name} by name select * from changed_{model.name}")
            self._remember(model, marks, is_full=False)
            crash_point("build.model_written")
        crash_point("build.model_committed")

    def _with_kin(self, model: Model, cases: str) -> str:
        """The temporary table of these cases and of those whose rows depend on theirs, as they were and as they will be."""
        column = model.contract.together if model.contract else ""
        if not column:
            return cases
        now, before = f"select {column} from ({self._over(model, cases)})", f"select {column} from {model.name} where {belongs_to(cases)}"
        self.con.execute(
            f"create or replace temp table {KIN} as from {cases} union select case_id from {model.name} where {column} in ({now} union {before})"
        )
        self.shadows.add(KIN)
        return KIN

    def _over(self, model: Model, cases: str) -> str:
        """The model's SQL over the rows of these cases."""
        sql = model.sql
        for name in sorted(model.inputs):
            if name in case_tables() or (name in models() and models()[name].follows_cases):
                sql = re.sub(rf"\b(from|join) {name}\b", rf"\1 {self._changed_part(name, cases)}", sql)
        return sql

    def _changed_part(self, name: str, cases: str) -> str:
        """What to read instead of an input. Rows of touched cases are few and read by several models: they are kept; the others are filtered in place."""
        if cases != TOUCHED:
            return f"({rows_of(name, cases)})"
        if f"changed_{name}" not in self.shadows:
            self.con.execute(f"create or replace temp table changed_{name} as {rows_of(name, TOUCHED)}")
            self.shadows.add(f"changed_{name}")
        return f"changed_{name}"

    def _checked_columns(self, model: Model, sql: str) -> str:
        """The columns of the contract, in its order; refuses a SELECT that gives others."""
        if model.contract is None:
            return "*"
        wanted = {column.name: column.type for column in model.contract.columns.values()}
        given = {row[0]: _TYPE_NAMES.get(row[1], row[1]) for row in self.con.execute(f"describe {sql}").fetchall()}
        faults = [f"{name} is missing" for name in wanted if name not in given]
        faults += [f"{name} is not in the contract" for name in given if name not in wanted]
        faults += [
            f"{name} is {given[name]} and should be {kind}" for name, kind in wanted.items() if name in given and given[name] != kind
        ]
        if faults:
            raise ContractBroken(
                f"Model {model.name} does not keep its contract: {'; '.join(faults)}. Change the model's SQL or its contract."
            )
        return ", ".join(wanted)

    def _remember(self, model: Model, marks: dict[str, str], *, is_full: bool) -> None:
        stamp = uuid.uuid4().hex
        built = {"full": stamp if is_full else self.states[model.name]["built"]["full"], "last": stamp}
        state = {"digest": model.digest, "marks": marks, "built": built, "as_of": self._as_of()}
        self.con.execute("insert or replace into build_state values (?, ?)", [f"model:{model.name}", json.dumps(state)])
        self.states[model.name] = state
        self.marks.pop(model.name, None)
        self.rebuilt.append(model.name)
        self.tables.add(model.name)

    def _as_of(self) -> str | None:
        return _one(self.con, "select as_of_on::varchar from build_as_of")


def _cases(model: Model) -> str:
    """The temporary table of the cases that a model is rebuilt for."""
    return MOVED if follows_as_of(model.name) else TOUCHED


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    row = con.execute(sql).fetchone()
    return row[0] if row else None
