"""Contracts as data: the feeds that come in and the tables that are built from them.

A feed's columns become the columns of its core table: each instant `x_at` brings its local date `x_on` (made once, in the source's zone),
and every row carries META: where it came from. Mart contracts name the grain, key, columns and units of a model in warehouse/models.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

DUCKDB_TYPES = {
    "text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
    "instant": "TIMESTAMPTZ", "list": "VARCHAR[]", "key": "VARCHAR", "json": "VARCHAR",
}  # fmt: skip
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, ten times as fast
META = {"source_id": "VARCHAR", "source_version": "BIGINT", "file_id": "BIGINT", "row_no": "BIGINT"}


@dataclass(frozen=True)
class Feed:
    """One feed of the input contract. `codes` maps a column to the values that it may hold."""

    name: str
    table: str
    key: tuple[str, ...]
    required: tuple[str, ...]
    columns: dict[str, str]
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: str = ""

    @property
    def history(self) -> str:
        """The table of overtaken and retracted rows of this feed."""
        return self.table.replace("core_", "history_", 1)

    @property
    def core_columns(self) -> dict[str, str]:
        """Columns of the core table with their DuckDB types, without META."""
        out: dict[str, str] = {}
        for name, kind in self.columns.items():
            out[name] = DUCKDB_TYPES[kind]
            if kind == "instant":
                out[local_date(name)] = "DATE"
        return out


@dataclass(frozen=True)
class Column:
    """A column of a built table: DuckDB type, what it means, its unit, whether it may be null."""

    name: str
    type: str
    meaning: str
    unit: str = ""
    nullable: bool = True
    codes: tuple[str, ...] = ()
    personal: bool = False


@dataclass(frozen=True)
class Table:
    """Contract of a built table: one row per `grain`, identified by `key`. `incremental` maps an input table to the column that names the row it feeds.

    `together`: the column whose equal values say which rows of different cases depend on one another, and are built together.
    `part`: the column whose rows of one value depend on rows of the same value only; `incremental` says what it is in each input, `through` maps further
    inputs to the column that they share with those; of an input that is built by case the part is that of each row. `matures`: true of rows that differ when the as-of date has come from as_of_before (of cases only)
    to as_of_on.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    incremental: dict[str, str] = field(default_factory=dict)
    together: str = ""
    part: str = ""
    through: dict[str, str] = field(default_factory=dict)
    matures: str = ""


def local_date(instant: str) -> str:
    """Name of the local-date column beside an instant: occurred_at → occurred_on."""
    return instant.removesuffix("_at") + "_on"


@cache
def feeds() -> dict[str, Feed]:
    """All feeds by name, in the contract's order."""
    raw = _read("feeds.yaml")
    codes = {name: tuple(str(value) for value in values) for name, values in raw["codes"].items()}
    return {name: _feed(name, body, codes) for name, body in raw["feeds"].items()}


@cache
def code_list(name: str) -> tuple[str, ...]:
    """The values of one code list, in the contract's order."""
    return tuple(str(value) for value in _read("feeds.yaml")["codes"][name])


@cache
def tables() -> dict[str, Table]:
    """Contracts of the built tables by name."""
    folder = files("warehouse") / "contracts"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.startswith(("mart_", "dim_")))
    return {table.name: table for table in (_table(_read(name)) for name in names)}


def _feed(name: str, body: dict[str, Any], codes: dict[str, tuple[str, ...]]) -> Feed:
    allowed = {column: codes[code] for column, code in body.get("codes", {}).items()}
    return Feed(name, body["table"], tuple(body["key"]), tuple(body["required"]), dict(body["columns"]), allowed, body.get("notes", ""))


def _table(body: dict[str, Any]) -> Table:
    columns = {name: _column(name, spec) for name, spec in body["columns"].items()}
    ways = (body.get("incremental", {}), body.get("together", ""), body.get("part", ""), body.get("through", {}), body.get("matures", ""))
    return Table(body["table"], body["grain"], tuple(body["key"]), columns, *ways)


def _column(name: str, spec: dict[str, Any]) -> Column:
    return Column(
        name,
        spec["type"],
        spec["meaning"],
        spec.get("unit", ""),
        spec.get("nullable", True),
        tuple(spec.get("codes", ())),
        spec.get("personal", False),
    )


def _read(name: str) -> dict[str, Any]:
    return yaml.load((files("warehouse") / "contracts" / name).read_text("utf-8"), Loader=LOADER)
