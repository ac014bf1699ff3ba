"""Fixtures for tests of sources: golden files of a source, and the real records where they are at hand, ingested into a fresh installation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest import ingest
from pipelines.receipts import IngestReport
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings

GOLDEN = Path(__file__).parent / "golden"
REAL = Path(__file__).resolve().parents[3] / "shared" / "data"


class Loaded:
    """Files of one source, ingested into a fresh installation, and its store open for questions."""

    def __init__(self, source: str, home: Path, files: list[Path]) -> None:
        self.settings, self.source, self.files = Settings(home).prepare(), source, files
        self.report: IngestReport = ingest(self.settings, files, source=source)
        self.con: duckdb.DuckDBPyConnection = open_store(self.settings)

    def __enter__(self) -> Loaded:
        return self

    def __exit__(self, *exc: object) -> None:
        self.con.close()

    def again(self, files: list[Path]) -> IngestReport:
        """Ingest more files of the source into the same installation."""
        self.con.close()
        try:
            return ingest(self.settings, files, source=self.source)
        finally:
            self.con = open_store(self.settings)

    def rows(self, query: str) -> list[tuple]:
        """Answer a query with all its rows."""
        return self.con.execute(query).fetchall()

    def row(self, query: str) -> tuple:
        """Answer a query that has one row."""
        (row,) = self.rows(query)
        return row

    def counts(self) -> list[tuple[str, int, int, int]]:
        """Feed, records read, accepted and quarantined of every receipt."""
        return [(each.feed, each.read, each.accepted, each.quarantined) for each in self.report.receipts]

    def reasons(self) -> list[tuple[int, list[str]]]:
        """What was set aside, and why."""
        return self.rows("select row_no, reasons from ledger_quarantine order by file_id, row_no")

    def content(self) -> dict[str, list[tuple]]:
        """Every row of every core and history table."""
        tables = self.rows("select table_name from information_schema.tables where table_name like 'core_%' or table_name like 'history_%'")
        return {name: self.rows(f"select * from {name} order by all") for (name,) in tables}


@pytest.fixture(scope="session")
def golden() -> Callable[[str, Path], Loaded]:
    """Ingest the golden files of a source into a home."""
    return lambda source, home: Loaded(source, home, sorted(GOLDEN.glob(f"{source}*.csv")))


@pytest.fixture(scope="session")
def real() -> Callable[[str, str, Path], Loaded]:
    """Ingest a folder of real records into a home; skips where the records are not at hand."""

    def load(source: str, folder: str, home: Path) -> Loaded:
        path = REAL / folder
        if not path.is_dir():
            pytest.skip(f"the real records {folder} are not beside the repository (../shared/data/{folder})")
        return Loaded(source, home, [path])

    return load
