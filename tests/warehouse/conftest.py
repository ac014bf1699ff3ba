"""A working store that tests fill row by row, and read after a build."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from warehouse.build import BuildReport, build_models
from warehouse.contract import Feed, feeds
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings


class City:
    """Rows go straight into core tables; instants are local times of Shanghai, and bring their dates as ingestion would.

    After `build` a table and what it rests on are built when it is first read, by `one` or `all`; `build_all` builds everything at once.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.rows = 0
        self.file_id = 1
        self.unread = False
        self.is_current = False

    def add(self, feed: str, *rows: dict[str, Any]) -> None:
        """Insert rows of a feed into its core table."""
        if self.unread:
            self.build_all()
        self.is_current = False
        spec = feeds()[feed]
        for row in rows:
            self.rows += 1
            full = {"source_id": "canonical", "source_version": 1, "file_id": self.file_id, "row_no": self.rows} | _with_dates(spec, row)
            marks = ", ".join("?" for _ in full)
            self.con.execute(f"insert into {spec.table} ({', '.join(full)}) values ({marks})", list(full.values()))

    def events(self, case_id: str, *events: tuple, **common: Any) -> None:
        """Add events of one case: (type, local time[, columns])."""
        for kind, at, *rest in events:
            row = {"event_id": f"{self.rows + 1:06}", "case_id": case_id, "event_type": kind, "occurred_at": at, "channel": "web"}
            self.add("case_events", row | common | (rest[0] if rest else {}))

    def item(self, item_id: str = "A1", **columns: Any) -> None:
        """Add one version of an item: five promised working days unless said otherwise."""
        row = {"item_id": item_id, "version": 1, "name_zh": item_id, "item_type": "01", "dept_id": "D1", "division_code": "440604"}
        row |= {"case_type": "commitment", "status": "in_force", "promised_limit": 5, "promised_unit": "working_day"}
        self.add("service_items", row | columns)

    def receive(self, file_id: int, at: str) -> None:
        """Say when a file was received."""
        self.con.execute(
            "insert into ledger_file select ?, 'x', 'f', 'canonical', 'case_events', 'd', ?, 0, 'utf-8', 0, 0, 0, 0, 0, 0, 'loaded', null",
            [file_id, at],
        )

    def build(self) -> None:
        """Bring up to date what is read from here on."""
        if self.unread:
            self.build_all()
        self.unread = self.is_current = True

    def build_all(self, *, full: bool = False) -> BuildReport:
        """Bring every model up to date."""
        self.unread = self.is_current = False
        return build_models(self.con, full=full)

    def one(self, table: str, where: str = "true") -> dict[str, Any]:
        """The only row of a table that fulfils the condition."""
        found = self.all(table, where)
        assert len(found) == 1, found
        return found[0]

    def all(self, table: str, where: str = "true") -> list[dict[str, Any]]:
        """The rows of a table that fulfil the condition, by their first columns."""
        if self.is_current:
            build_models(self.con, only=[table])
            self.unread = False
        reply = self.con.execute(f"select * from {table} where {where} order by all")
        names = [column[0] for column in reply.description]
        return [dict(zip(names, row, strict=True)) for row in reply.fetchall()]


def _with_dates(spec: Feed, row: dict[str, Any]) -> dict[str, Any]:
    full = dict(row)
    for name, kind in spec.columns.items():
        if kind == "instant" and row.get(name) is not None:
            full.setdefault(name.removesuffix("_at") + "_on", row[name][:10])
    if spec.table == "core_queue_ticket":
        full["issued_hour"] = int(row["issued_at"][11:13])
    return full


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_store(Settings(tmp_path_factory.mktemp("home")))
    yield con
    con.close()


@pytest.fixture
def city(store: duckdb.DuckDBPyConnection) -> City:
    """An empty city. The store is opened once; its rows, and what the build remembers, go before each test."""
    tables = store.execute(
        "select table_name from duckdb_tables() where split_part(table_name, '_', 1) in ('core', 'history', 'ledger')"
    ).fetchall()
    for (table,) in tables:
        store.execute(f"delete from {table}")
    store.execute("delete from build_state where name like 'model:%'; drop table if exists ref_source_priority")
    return City(store)
