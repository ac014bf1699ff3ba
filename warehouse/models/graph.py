"""The models as objects, in the order in which they can be built."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files

import duckdb

from warehouse.contract import Table, tables


@dataclass(frozen=True)
class Model:
    """One model: its SELECT and the tables that it reads."""

    name: str
    sql: str
    inputs: frozenset[str]

    @property
    def digest(self) -> str:
        """Changes with the SQL, the contract and DuckDB, whose hash() may come out otherwise in another version."""
        return hashlib.sha256(f"{self.sql}{self.contract}{duckdb.__version__}".encode()).hexdigest()

    @property
    def contract(self) -> Table | None:
        """The contract of its table; intermediate models (int_*) have none."""
        return tables().get(self.name)

    @property
    def follows_cases(self) -> bool:
        """Its rows belong to one case each (column case_id), so they can be rebuilt case by case."""
        return self.name.startswith("int_case_") or bool(self.contract and self.contract.incremental and not self.contract.part)

    @property
    def follows_parts(self) -> bool:
        """Its rows belong to parts that depend on nothing else (days, say), so they can be rebuilt part by part."""
        return bool(self.contract and self.contract.part)


@cache
def models() -> dict[str, Model]:
    """Every model by name, each after those that it reads."""
    folder = files("warehouse") / "models" / "mart"
    texts = {entry.name.removesuffix(".sql"): entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".sql")}
    with duckdb.connect() as parser:  # its parser names the tables that a statement reads; WITH queries are not among them
        found = {name: Model(name, sql, frozenset(parser.get_table_names(sql))) for name, sql in texts.items()}
    edges = {name: sorted(found[name].inputs & found.keys()) for name in sorted(found)}
    return {name: found[name] for name in TopologicalSorter(edges).static_order()}


def needed(names: Iterable[str]) -> dict[str, Model]:
    """The models of these names and all that they rest on, in the order of building; the as-of date is always among them."""
    found, waiting = {"build_as_of"}, [name for name in names if name in models()]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(models()[name].inputs & models().keys())
    return {name: model for name, model in models().items() if name in found}


@cache
def follows_as_of(name: str) -> bool:
    """Whether the rows of a case model move with the as-of date: it reads the date, or another case model that does."""
    model = models()[name]
    return "build_as_of" in model.inputs or any(
        follows_as_of(other) for other in model.inputs if other in models() and models()[other].follows_cases
    )
