"""Pulled sources from the command line and from Dagster, against a server that gives literal pages."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from onegate.cli import app
from pipelines.defs.pulls import cron, day_asset, day_key, pull_job, pull_schedule
from pipelines.ingest import CallWrong
from pipelines.source import SourceInvalid, by_id, load
from pipelines.transports.section import PostgresSection, Relation, Secret
from warehouse.settings import Settings

PAGE = b'[{"service_request_id": "1", "status": "open", "service_code": "7", "service_name": "Pothole", "requested_datetime": "2024-03-01T09:00:00-05:00"}]'
OPEN311 = by_id("open311")
DAY = {"start": "2024-03-01", "end": "2024-03-02"}


class Page(BaseHTTPRequestHandler):
    """One request of one day; the second page is empty, and later years are not for us."""

    def do_GET(self) -> None:
        body = PAGE if "page=1" in self.path and "start_date=2024-03-01" in self.path else b"[]"
        self.send_response(403 if "start_date=2025" in self.path else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("ONEGATE_OPEN311_URL", f"http://127.0.0.1:{server.server_address[1]}")
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home", low_water=0).prepare()


def onegate(*arguments: str) -> tuple[int, str, str]:
    ran = CliRunner().invoke(app, arguments)
    if isinstance(ran.exception, CallWrong):
        return 2, "", str(ran.exception)
    return ran.exit_code, ran.stdout, ran.stderr


@pytest.mark.usefixtures("city")
def test_the_command_lands_a_day_that_ingest_loads(settings: Settings):
    window = ["--from", DAY["start"], "--to", DAY["end"]]
    status, out, _ = onegate("pull", "open311", *window, "--home", str(settings.home), "--json")
    [landed] = json.loads(out)["landed"]
    assert status == 0 and landed["rows"] == 1 and Path(landed["file"]).read_bytes() == PAGE[1:-1] + b"\n"
    status, out, _ = onegate("ingest", str(settings.landing_dir), "--source", "open311", "--home", str(settings.home), "--json")
    [receipt] = json.loads(out)["receipts"]
    assert (status, receipt["read"], receipt["accepted"], receipt["sha256"]) == (0, 1, 1, landed["sha256"])


def test_the_command_says_what_is_wrong(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ONEGATE_OPEN311_URL", raising=False)
    home = ["--home", str(settings.home)]
    assert onegate("pull", "open311", *home)[::2] == (
        2,
        "The address (url) of open311 is not set: put it into the environment variable ONEGATE_OPEN311_URL.",
    )
    assert onegate("pull", "open311", "--from", "2024-03-01", *home)[::2] == (2, "A window needs both --from and --to.")
    assert "has no day" in onegate("pull", "open311", "--from", "2024-03-01", "--to", "2024-03-01", *home)[2]
    assert "section postgres or open311" in onegate("pull", "warsaw_queues", *home)[2]
    assert onegate("pull", "../x", *home)[0] == 2


@pytest.mark.usefixtures("city")
def test_a_server_that_refuses_needs_a_person(settings: Settings):
    status, _, error = onegate("pull", "open311", "--from", "2025-03-01", "--to", "2025-03-02", "--home", str(settings.home))
    assert status == 1 and "answered 403" in error


def test_keys_are_made_listed_and_removed(settings: Settings):
    home = ["--home", str(settings.home)]
    made = json.loads(onegate("key", "push", "new_hall", *home, "--json")[1])
    assert made["address"] == "/api/ingest/new_hall" and made["key"].startswith("ogp_") and len(made["key"]) > 40
    assert onegate("key", "push", "new_hall", *home)[1].startswith("ogp_")
    assert json.loads(onegate("key", "push", *home, "--json")[1]) == {"sources": {"new_hall": 2}}
    assert json.loads(onegate("key", "push", "new_hall", "--remove", *home, "--json")[1]) == {"source": "new_hall", "removed": 2}


@pytest.mark.usefixtures("city")
def test_dagster_pulls_a_day_and_says_what_landed(settings: Settings):
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        ran = dg.materialize(
            [day_asset(OPEN311)], instance=instance, resources={"settings": settings}, partition_key=DAY["start"], run_config=quiet
        )
        [made] = ran.asset_materializations_for_node("pull_day__open311")
    assert made.asset_key == day_key("open311")
    assert made.metadata["dagster/row_count"].value == 1
    assert [path.read_bytes() for path in (settings.landing_dir / "open311").iterdir()] == [PAGE[1:-1] + b"\n"]


def test_a_schedule_waits_until_the_source_is_set_up(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    schedule = pull_schedule(OPEN311, pull_job(OPEN311))

    def tick() -> dg.ScheduleExecutionData:
        with dg.DagsterInstance.ephemeral() as instance:
            return schedule.evaluate_tick(dg.build_schedule_context(instance=instance, resources={"settings": settings}))

    monkeypatch.delenv("ONEGATE_OPEN311_URL", raising=False)
    assert tick().run_requests == [] and "ONEGATE_OPEN311_URL" in (tick().skip_message or "")
    monkeypatch.setenv("ONEGATE_OPEN311_URL", "http://127.0.0.1:1")
    assert len(tick().run_requests or []) == 1


@pytest.mark.parametrize(
    ("hours", "clock"), [(1, "10 */1 * * *"), (6, "10 */6 * * *"), (24, "0 1 * * *"), (168, "0 1 * * *"), (7, "0 1 * * *")]
)
def test_the_clock_of_a_cadence(hours: int, clock: str):
    assert cron(hours) == clock


POSTGRES = "postgres: {dsn: {env: HALL}, statement_timeout: 60, relations: [{name: case_events, table: hall.events, cursor: changed_at, overlap: 60, date: day}]}"


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("postgres: {dsn: postgresql://city:secret@host/db, relations: [{name: a, table: b}]}", "dsn is not written down here but named"),
        ("postgres: {dsn: {file: ../hmac.key}, relations: [{name: a, table: b}]}", "is not the name of a file"),
        ("postgres: {dsn: {env: HALL}, relations: [{name: a, table: b}, {name: a, table: c}]}", "a name of its own"),
        ("postgres: {dsn: {env: HALL}, relations: []}", "a name of its own"),
        ("postgres: {dsn: {env: HALL}, relations: [{name: a/b, table: b}]}", "letters, digits and _"),
        ("postgres: {dsn: {env: HALL}, tables: []}", "unknown setting"),
        ("open311: {url: http://x, by: whenever}", "requested or updated"),
        ("open311: {url: http://x, window_days: 365}", "at most 90"),
        ("open311: {url: http://x, start: soon}", "is a date"),
        (f"{POSTGRES}\nopen311: {{url: http://x}}", "fetched in one way"),
    ],
)
def test_a_section_that_cannot_work_is_refused_when_it_is_read(tmp_path: Path, section: str, sentence: str):
    file = tmp_path / "hall.yaml"
    file.write_text(f"source: hall\n{section}\n")
    with pytest.raises(SourceInvalid, match=sentence):
        load(file)


def test_how_records_are_fetched_says_nothing_about_how_they_are_read(tmp_path: Path):
    file = tmp_path / "hall.yaml"
    file.write_text("source: hall\n")
    plain = load(file)
    file.write_text(f"source: hall\n{POSTGRES}\n")
    fetched = load(file)
    assert fetched.fetched == PostgresSection(
        Secret(env="HALL"), (Relation("case_events", "hall.events", "", "changed_at", 60, "day"),), 60
    )
    assert fetched.fingerprint == plain.fingerprint
