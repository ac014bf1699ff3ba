"""A build through the Dagster job: it publishes, or stops and leaves the last release, and says which."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.definitions import onegate_definitions
from pipelines.instance import instance_folder
from pipelines.run import BuildResult, build
from warehouse import release
from warehouse.engine.duckdb import StoreBusy, open_store
from warehouse.settings import Settings

EVENTS = """
event_id,case_id,event_type,occurred_at,channel,outcome,applicant_key
e1,c1,submitted,2024-02-08T09:00:00+08:00,web,,CANARY
e2,c1,completed,2024-02-21T10:00:00+08:00,window,granted,CANARY
e3,c2,submitted,2024-02-09T09:00:00+08:00,window,,
""".lstrip()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home").prepare()


def change(settings: Settings, statement: str) -> None:
    with open_store(settings) as con:
        con.execute(statement)


def run_job(name: str, settings: Settings, config: dict | None = None, assets: list[str] | None = None) -> dg.ExecuteInProcessResult:
    """Run a job with the resources that a scheduled run has."""
    job = onegate_definitions().resolve_job_def(name)
    resources = {"settings": {"config": {"home": str(settings.home)}}}
    loggers = {"console": {"config": {"log_level": "CRITICAL"}}}
    keys = [dg.AssetKey(["source", source]) for source in assets] if assets else None
    with dg.DagsterInstance.ephemeral() as instance:
        run_config = {"resources": resources, "loggers": loggers, **(config or {})}
        return job.execute_in_process(run_config=run_config, instance=instance, asset_selection=keys)


@pytest.fixture
def loaded(settings: Settings) -> Iterator[Settings]:
    """An installation into which the landing folder's file was loaded by the job."""
    folder = settings.landing_dir / "canonical"
    folder.mkdir()
    (folder / "case_events.csv").write_text(EVENTS, "utf-8")
    result = run_job("ingest_landing", settings, assets=["canonical"])
    event = result.asset_materializations_for_node("source__canonical")[0]
    assert (event.metadata["read"].value, event.metadata["accepted"].value, event.metadata["quarantined"].value) == (3, 3, 0)
    sha256 = hashlib.sha256(EVENTS.encode()).hexdigest()
    assert (event.metadata["bytes"].value, event.metadata["sha256"].value) == (len(EVENTS.encode()), sha256)
    [receipt] = event.metadata["receipts"].records
    assert receipt.data == {
        "file": str(folder / "case_events.csv"), "feed": "case_events", "read": 3, "accepted": 3, "duplicate": 0, "superseded": 0, "deleted": 0,
        "quarantined": 0, "bytes": len(EVENTS.encode()), "sha256": sha256,
    }  # fmt: skip
    yield settings


def test_a_build_publishes_and_a_fault_keeps_the_last_release(loaded):
    said: list[str] = []
    first = build(loaded, on_progress=said.append)
    now = release.current(loaded)
    assert now is not None
    assert (first.published, first.release, first.as_of, first.blocking) == (True, now.stamp, "2024-02-21", [])
    assert first.checks["passed"] > 40 and first.checks["failed"] == first.checks["errored"] == 0
    assert first.rows["mart_case"] == 2
    assert set(first.to_json()) == {"release", "as_of", "published", "checks", "seconds", "rows"}
    assert any("quality" in line for line in said) and any("release" in line for line in said)
    with now.connect() as con:
        assert con.execute("select case_id, is_completed from mart_case order by all").fetchall() == [("c1", True), ("c2", False)]
        assert con.execute("select count(*) > 20 from metric_definition where json_valid(definition)").fetchone() == (True,)
        assert con.execute("select count(*) filter (result <> 'passed') from quality_outcome").fetchone() == (0,)

    change(loaded, "update core_case_event set channel = 'fax', file_id = 99 where event_id = 'e3'")
    blocked = build(loaded)
    assert (blocked.published, blocked.release, blocked.checks["failed"]) == (False, first.release, 1)
    assert [line.split(" ")[0] for line in blocked.blocking] == ["core_case_event.channel_codes"]
    assert release.current(loaded) == now
    note = json.loads((loaded.releases_dir / "last_build.json").read_text("utf-8"))
    assert (note["published"], note["current"], len(note["blocking"])) == (None, first.release, 1)

    change(loaded, "update core_case_event set channel = 'window' where event_id = 'e3'")
    change(loaded, "insert into mart_case by name select * replace ('c3' as case_id) from mart_case where case_id = 'c1'")
    stopped = build(loaded)  # a fault in a built table stops the rollups too
    assert [line.split(" ")[0] for line in stopped.blocking] == ["mart_case.one_row_per_case"]
    assert not [name for name in stopped.rows if name.startswith("rollup_")]

    mended = build(loaded, full=True)
    assert mended.published and mended.release > first.release


def test_the_scheduled_job_publishes_by_itself(loaded):
    result = run_job("build_release", loaded, {"ops": {"models": {"config": {"full": True}}}})
    assert result.success
    stamp = result.asset_materializations_for_node("release")[0].metadata["stamp"].value
    now = release.current(loaded)
    assert now is not None and now.stamp == stamp
    release_said = result.asset_materializations_for_node("release")[0].metadata
    assert release_said["sha256"].value == hashlib.sha256((now.folder / "manifest.json").read_bytes()).hexdigest()
    assert {"file": "board.duckdb", "table": "mart_case", "rows": 2}.items() <= next(
        row.data for row in release_said["tables"].records if row.data["table"] == "mart_case" and row.data["file"] == "board.duckdb"
    ).items()
    assert "one_row_per_case" in (loaded.data_docs_dir / "mart_case.html").read_text("utf-8")
    checks = {evaluation.asset_key.to_user_string(): evaluation.passed for evaluation in result.get_asset_check_evaluations()}
    assert checks["quality_outcome"] and checks["mart_case"] and checks["core_case_event"]
    rows = {event.asset_key.to_user_string(): event.metadata for event in result.asset_materializations_for_node("models")}
    assert rows["mart_case"]["dagster/row_count"].value == 2


def test_an_installation_without_data_publishes_nothing(settings):
    result = build(settings)
    assert result == BuildResult(None, None, False, result.checks, result.seconds, result.rows, result.blocking)
    assert len(result.blocking) == 1 and "load files first" in result.blocking[0]


def test_an_error_in_a_step_is_raised_as_it_is(loaded):
    (loaded.releases_dir / ".current.new").mkdir()  # where the pointer is prepared
    with pytest.raises(IsADirectoryError):
        build(loaded)
    assert release.current(loaded) is None
    with open_store(loaded) as con:  # and the store is let go
        assert con.execute("select count(*) from mart_case").fetchone() == (2,)


HOLDER = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_a_second_writer_is_told_to_wait(settings):
    change(settings, "select 1")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(settings.warehouse_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        with pytest.raises(StoreBusy, match="wait"):
            build(settings)
        holder.communicate("")


def test_a_configured_dagster_keeps_the_run(settings, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", str(instance_folder(settings)))
    build(settings)
    with dg.DagsterInstance.get() as instance:
        assert [run.job_name for run in instance.get_runs()] == ["build_release"]
        assert not instance.telemetry_enabled
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 3


def test_rows_set_aside_show_on_the_source(settings):
    path = settings.home / "case_events.csv"
    path.write_text(EVENTS + "e4,c3,submitted,2024-02-08T09:00:00+08:00,pigeon,,\n", "utf-8")
    config = {"ops": {"source__canonical": {"config": {"paths": [str(path)], "source": "hall"}}}}
    result = run_job("ingest_landing", settings, config, assets=["canonical"])
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert (checks["all_rows_accepted"].passed, checks["all_rows_accepted"].metadata["quarantined"].value) == (False, 1)
    assert checks["fresh"].passed
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as con:
        assert con.execute("select distinct source_id from core_case_event").fetchall() == [("hall",)]
