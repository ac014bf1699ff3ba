"""Fixtures: golden files of a source and the real records where they are at hand, and a bench for malformed files; each in a fresh installation."""

from __future__ import annotations

import csv
import gzip
import io
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.demo.cities import make_city
from pipelines.ingest import ingest
from pipelines.receipts import IngestReport
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings

EVENT_COLUMNS = ["event_id", "case_id", "event_type", "occurred_at", "channel", "item_id", "applicant_key", "reason"]
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


def event_rows(count: int, start: int = 1) -> list[list[str]]:
    return [
        [
            f"E{n:05}",
            f"C{n:05}",
            "received",
            f"2026-01-{n % 28 + 1:02}T09:00:00+08:00",
            "window",
            f"I{n % 7}",
            f"person-{n}",
            f"第{n}号申请",
        ]
        for n in range(start, start + count)
    ]


def event_text(rows: list[list[str]], header: list[str] | None = EVENT_COLUMNS, end: str = "\n", delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, delimiter=delimiter)
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


class Bench:
    """An installation into which tests put files of case events."""

    columns = EVENT_COLUMNS
    base = staticmethod(event_rows)
    text = staticmethod(event_text)

    def __init__(self, folder: Path) -> None:
        self.folder, self.settings = folder, Settings(folder / "home")
        self.report = IngestReport()

    def put(self, content: bytes | str, name: str = "case_events.csv", **options: str) -> IngestReport:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.report = ingest(self.settings, [path], **options)
        if self.report.receipts:
            self.audit(self.report.receipts[0].sha256, path)
        return self.report

    def audit(self, sha256: str, path: Path) -> None:
        """Every byte of a file of text is accounted for, and what was set aside stands where the ledger says."""
        content = path.read_bytes()
        content = gzip.decompress(content) if path.name.endswith(".gz") else content
        ((file_id, text, *parts),) = self.sql(
            f"""select file_id, bytes_text, bytes_header, bytes_records, bytes_rejected, bytes_between
            from ledger_account join ledger_file using (file_id) where sha256 = '{sha256}' order by file_id desc limit 1"""
        )
        if not path.name.removesuffix(".gz").endswith((".csv", ".tsv", ".jsonl")):
            assert [text, *parts] == [None] * 5
            return
        assert text == len(content) == sum(parts)
        spans = self.sql(f"select byte_offset, byte_length from ledger_quarantine where file_id = {file_id} order by 1")
        assert sum(length for _, length in spans) == parts[2]
        assert all(
            offset >= before for (offset, _), before in zip(spans, [parts[0], *(start + length for start, length in spans)], strict=False)
        )
        assert not spans or spans[-1][0] + spans[-1][1] <= len(content)

    def counts(self) -> tuple[int, int, int]:
        """Read, accepted and quarantined of the only receipt."""
        (receipt,) = self.report.receipts
        return receipt.read, receipt.accepted, receipt.quarantined

    def sql(self, statement: str) -> list[tuple]:
        with duckdb.connect(str(self.settings.warehouse_path)) as con:
            return con.execute(statement).fetchall()

    def reasons(self) -> list[list[str]]:
        return [row[0] for row in self.sql("select reasons from ledger_quarantine order by row_no")]


VERSIONS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
MISSING = "!!! PostgreSQL is not installed here, so pulling from it and keeping Dagster's runs in it are NOT tested. Install it: apt-get install postgresql (initdb and pg_ctl)"


def _program(name: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, VERSIONS)]))
    if not found:
        pytest.skip(MISSING)
    return found


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The connection string of a server of our own: a socket in a folder, no port, no password."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="onegate-pg-"))
    as_user: dict = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def run(*command: str) -> None:
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=120, **as_user)

    try:
        run(initdb, "-D", str(folder / "data"), "-U", "city", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c log_timezone=UTC"
        run(pg_ctl, "-D", str(folder / "data"), "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"host={folder} user=city dbname=postgres password=never-shown"
        finally:
            run(pg_ctl, "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(scope="module")
def city_files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float], Callable[[str, str], pl.DataFrame]]:
    """city_files(scale)(city, feed): all rows of a feed of a demo city, as text; each city is made once."""

    def made(scale: float) -> Callable[[str, str], pl.DataFrame]:
        @cache
        def files(city: str) -> tuple[Path, ...]:
            return tuple(make_city(city, tmp_path_factory.mktemp(city), scale=scale))

        def read(city: str, feed: str) -> pl.DataFrame:
            found = [pl.read_csv(path, infer_schema=False) for path in files(city) if path.name.startswith((f"{feed}.", f"{feed}-"))]
            return pl.concat(found, how="diagonal")

        return read

    return made
