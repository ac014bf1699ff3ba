"""A run whose process is killed is noticed and begun again; nothing is loaded twice."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from logging import getLogger
from pathlib import Path
from typing import TypeVar

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster._daemon.monitoring.run_monitoring import execute_run_monitoring_iteration

from pipelines.instance import instance_environment, instance_folder
from pipelines.run_launcher import TAG, ProcessRunLauncher, RunProcess
from warehouse.engine.duckdb import open_store
from warehouse.engine.lease import writer_lease
from warehouse.settings import Settings

EVENTS = """event_id,case_id,event_type,occurred_at,channel
e1,c1,submitted,2024-02-08T09:00:00+08:00,web
e2,c1,completed,2024-02-21T10:00:00+08:00,window
"""
T = TypeVar("T")


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Dagster as an installation configures it."""
    monkeypatch.setenv("DAGSTER_HOME", str(instance_folder(Settings(tmp_path / "home").prepare())))
    with dg.DagsterInstance.get() as found:
        yield found


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen]:
    """Stands for the process of a run."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def started(instance: dg.DagsterInstance, process: RunProcess) -> dg.DagsterRun:
    @dg.job
    def load(): ...

    run = instance.create_run_for_job(load, status=dg.DagsterRunStatus.STARTING, tags={TAG: json.dumps(asdict(process))})
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job_name="load")
    instance.report_dagster_event(event, run.run_id)
    return run


def look_after_runs(instance: dg.DagsterInstance) -> None:
    with WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as context:
        assert [error for error in execute_run_monitoring_iteration(context, getLogger("quiet")) if error] == []


def test_a_run_whose_process_was_killed_fails_and_will_be_retried(instance, sleeper):
    assert isinstance(instance.run_launcher, ProcessRunLauncher)
    run = started(instance, RunProcess.of(sleeper.pid))
    look_after_runs(instance)
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.STARTED
    os.kill(sleeper.pid, signal.SIGKILL)
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has collected it
    look_after_runs(instance)
    failed = instance.get_run_by_id(run.run_id)
    assert failed.status == dg.DagsterRunStatus.FAILURE
    assert failed.tags["dagster/will_retry"] == "true"


def test_another_process_with_the_number_of_a_dead_one_is_not_taken_for_it(instance, sleeper):
    process = RunProcess.of(sleeper.pid)
    assert process.is_alive
    for other in (RunProcess(process.pid, process.boot, "1"), RunProcess(process.pid, "another boot", process.started)):
        assert not other.is_alive
        run = started(instance, other)
        look_after_runs(instance)
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE


def test_the_configuration_limits_writers_and_notices_within_half_a_minute(instance):
    pools = instance.get_concurrency_config().pool_config
    assert (pools.default_pool_limit, pools.pool_granularity.value) == (1, "run")
    assert instance.run_monitoring_enabled and instance.run_monitoring_poll_interval_seconds <= 15
    assert instance.run_retries_enabled and instance.run_retries_max_retries == 3
    assert not instance.run_retries_retry_on_asset_or_op_failure  # steps have their own policies
    assert not instance.telemetry_enabled and not instance.nux_enabled


def test_an_operators_own_configuration_is_left_alone(tmp_path):
    settings = Settings(tmp_path / "home").prepare()
    path = instance_folder(settings) / "dagster.yaml"
    first = path.read_text("utf-8")
    path.write_text(first + "# older\n", "utf-8")
    instance_folder(settings)
    assert path.read_text("utf-8") == first
    path.write_text("telemetry: {enabled: false}\n", "utf-8")
    instance_folder(settings)
    assert path.read_text("utf-8") == "telemetry: {enabled: false}\n"


class Scheduled:
    """An installation with a file in its landing folder, and `onegate schedule` on it."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(folder / "home").prepare()
        landed = self.settings.landing_dir / "canonical" / "case_events.csv"
        landed.parent.mkdir()
        landed.write_text(EVENTS, "utf-8")
        os.utime(landed, (1000, 1000))
        self.environment = {**os.environ, **instance_environment(self.settings)}

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen]:
        """The command in a process group of its own; interrupted at the end, which must end everything."""
        command = [sys.executable, "-m", "onegate", "schedule", "--port", str(_free_port()), "--home", str(self.settings.home)]
        with subprocess.Popen(command, env=self.environment, start_new_session=True) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGINT)
                    process.wait(120)

    def loaded(self) -> tuple[list[tuple], tuple]:
        """Events in the store, and how many files were loaded."""
        with open_store(self.settings) as con:
            events = con.execute("select event_id from core_case_event order by 1").fetchall()
            return events, con.execute("select count(*) from ledger_file").fetchone() or ()


@pytest.fixture
def scheduled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Scheduled, dg.DagsterInstance]]:
    found = Scheduled(tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", found.environment["DAGSTER_HOME"])
    with dg.DagsterInstance.get() as instance:
        yield found, instance


@pytest.mark.soak
def test_a_run_of_a_real_daemon_is_killed_noticed_and_done_by_the_next(scheduled):
    home, instance = scheduled
    with home.running():
        with writer_lease(home.settings):  # so that the run has to wait, and lives until it is killed
            run = _until(lambda: _run(instance, dg.DagsterRunStatus.STARTED), 180)
            os.kill(json.loads(run.tags[TAG])["pid"], signal.SIGKILL)
            killed = time.time()
            failed = _until(lambda: _run(instance, dg.DagsterRunStatus.FAILURE), 60)
        again = _until(lambda: _run(instance, dg.DagsterRunStatus.SUCCESS), 180)
    noticed = instance.get_run_record_by_id(failed.run_id).end_time - killed
    retried = instance.get_run_record_by_id(again.run_id).create_timestamp.timestamp() - killed
    print(f"noticed after {noticed:.1f} s, retried after {retried:.1f} s")
    assert again.parent_run_id == run.run_id
    assert noticed <= 30 and retried <= 60
    assert home.loaded() == ([("e1",), ("e2",)], (1,))


@pytest.mark.soak
def test_everything_is_killed_at_once_and_the_next_daemon_goes_on(scheduled):
    home, instance = scheduled
    with writer_lease(home.settings), home.running() as process:
        run = _until(lambda: _run(instance, dg.DagsterRunStatus.STARTED), 180)
        os.killpg(process.pid, signal.SIGKILL)  # daemon, web server, code server and run alike
        process.wait(60)
    with home.running():
        _until(lambda: _run(instance, dg.DagsterRunStatus.FAILURE), 180)
        again = _until(lambda: _run(instance, dg.DagsterRunStatus.SUCCESS), 180)
    assert again.parent_run_id == run.run_id
    assert home.loaded() == ([("e1",), ("e2",)], (1,))


def _run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> dg.DagsterRun | None:
    return next((run for run in instance.get_runs(dg.RunsFilter(statuses=[status])) if TAG in run.tags), None)


def _until(found: Callable[[], T | None], seconds: float) -> T:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (result := found()) is not None:
            return result
        time.sleep(0.1)
    raise AssertionError(f"nothing after {seconds} s")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
