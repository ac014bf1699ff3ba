"""A town made of literal files: they are received, built and asked, as a city's would be. One town a test; the empty store is made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from metrics.evaluate import Query, answer
from pipelines.ingest import ingest
from pipelines.receipts import IngestReport
from warehouse.build import build_models
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings

COMMON = {
    "divisions": "division_code,parent_code,level,name_zh\n440600,,3,佛山市\n440604,440600,4,禅城区\n440608,440600,4,高明区\n",
    "departments": "dept_id,name_zh,division_code,function_code\nD1,禅城局,440604,F\nD2,高明局,440608,F\n",
    "service_points": "point_id,site_id,kind,name_zh,division_code\nW1,S1,window,一号窗,440604\n",
}
ITEM = """item_id,version,name_zh,item_type,dept_id,division_code,case_type,legal_limit,legal_unit,promised_limit,promised_unit,online_steps,visits_max,status,valid_from,valid_to
A1,1,许可,01,D1,440604,commitment,20,working_day,10,working_day,info|submit,1,in_force,2023-01-01,
"""
EVENTS = "event_id,case_id,event_type,occurred_at,channel,item_id,outcome"


class Town:
    """One installation: files in, a build, questions."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.settings, self.deliveries = folder, Settings(folder / "home"), 0
        self.con: duckdb.DuckDBPyConnection | None = None

    def receive(self, source: str | None = None, **feeds: str) -> IngestReport:
        """Take one file a feed, given as CSV text, all of it."""
        report = self.deliver(source, **feeds)
        assert not report.needs_a_person, (report.refused, report.receipts)
        return report

    def deliver(self, source: str | None = None, **feeds: str) -> IngestReport:
        """The same, whatever becomes of it."""
        self.close()
        self.deliveries += 1
        paths = [self.folder / f"{feed}-{self.deliveries:02}.csv" for feed in feeds]
        for path, content in zip(paths, feeds.values(), strict=True):
            path.write_text(content)
        return ingest(self.settings, paths, source=source)

    def events(self, *lines: str) -> None:
        """Take case events, as lines of case_id,event_type,occurred_at,channel,item_id,outcome."""
        numbered = (f"{self.deliveries}-{number},{line}" for number, line in enumerate(lines))
        self.receive(case_events="\n".join([EVENTS, *numbered]) + "\n")

    def build(self) -> None:
        """Bring the marts up to date."""
        self.close()
        self.con = open_store(self.settings)
        self.con.execute("set threads = 1")  # for a handful of rows, a second one only costs
        build_models(self.con)

    def row(self, metric: str, /, where: dict[str, str] | None = None, end: date | None = None, **params: Any) -> dict[str, Any]:
        """The one row that answers a metric."""
        (row,) = self.rows(metric, "", where, end, **params)
        return row

    def rows(self, metric: str, by: str, /, where: dict[str, str] | None = None, end: date | None = None, **params: Any) -> list[dict]:
        """The rows that answer a metric."""
        assert self.con is not None, "build first"
        named = tuple((name, str(value)) for name, value in params.items())
        return answer(self.con, Query(metric, tuple(filter(None, by.split(","))), tuple((where or {}).items()), None, end, named)).rows

    def parts(self, metric: str, /, **options: Any) -> tuple[float, float]:
        """Numerator and denominator, whatever the display floor says of the quotient."""
        row = self.row(metric, **options)
        return row["numerator"], row["denominator"]

    def sql(self, statement: str) -> Any:
        """The first field of a statement of one's own: the naive number."""
        assert self.con is not None, "build first"
        found = self.con.execute(statement).fetchone()
        return found[0] if found else None

    def close(self) -> None:
        """Let go of the store."""
        if self.con is not None:
            self.con.close()
            self.con = None


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a catalogue of one item, two districts and a window, built: what a test adds is brought up to date."""
    town = Town(tmp_path_factory.mktemp("empty"))
    open_store(town.settings).close()
    town.receive(service_items=ITEM, **COMMON)
    town.build()
    town.close()
    return town.settings.home


@pytest.fixture
def town(empty_home: Path, tmp_path: Path) -> Iterator[Town]:
    """A town of its own for a test."""
    shutil.copytree(empty_home, tmp_path / "home")
    made = Town(tmp_path)
    made.deliveries = 1
    yield made
    made.close()
