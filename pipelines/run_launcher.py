"""Starts each Dagster run as a process of its own, and can say whether that process still lives.

Dagster's own default launcher cannot: a run whose process was killed stays "started" for ever. Here whoever launched a run waits for its process, and
tells at once when that ended without a word. The run's tags carry the process too, known beyond its number by the boot and its start, so that Dagster's
run monitoring finds a dead one after the launcher itself was restarted. Run retries then start it again.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, RunLauncher, WorkerStatus
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, ConfigurableClassData, serialize_value

TAG = "onegate/process"


@dataclass(frozen=True)
class RunProcess:
    """The process of a run."""

    pid: int
    boot: str
    started: str

    @classmethod
    def of(cls, pid: int) -> RunProcess:
        """A process that runs now."""
        return cls(pid, _boot(), _state(pid)[1])

    @property
    def is_alive(self) -> bool:
        """Whether that very process runs; one that ended and was not yet collected does not."""
        state, started = _state(self.pid)
        return self.boot == _boot() and started == self.started != "" and state not in "ZX"


class ProcessRunLauncher(RunLauncher, ConfigurableClass):
    """Launches a run as `dagster api execute_run` in a process of its own."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        """As Dagster makes it from dagster.yaml."""
        self._inst_data = inst_data
        self._watchers: list[threading.Thread] = []
        super().__init__()

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """Where its configuration came from."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """There is nothing to configure."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> ProcessRunLauncher:
        """As Dagster makes it from dagster.yaml."""
        return cls(inst_data=inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the process and note it on the run."""
        run, code = context.dagster_run, context.job_code_origin
        if code is None:
            raise RuntimeError(
                f"Run {run.run_id} has no code to be loaded from; start it from the web server or the daemon of onegate schedule."
            )
        arguments = ExecuteRunArgs(job_origin=code, run_id=run.run_id, instance_ref=self._instance.get_ref())
        command = [sys.executable, "-m", "dagster", "api", "execute_run", serialize_value(arguments)]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # errors go where ours go
        process = RunProcess.of(child.pid)
        self._instance.add_run_tags(run.run_id, {TAG: json.dumps(asdict(process))})
        self._instance.report_engine_event(f"Started as process {child.pid}.", run)
        watcher = threading.Thread(target=_watch, args=(self._instance, run.run_id, child), daemon=True)
        watcher.start()
        self._watchers = [each for each in self._watchers if each.is_alive()] + [watcher]

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process lives."""
        process = _process(run)
        if process is None:
            return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "its process is not known")
        if process.is_alive:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, f"process {process.pid} ended without a word")

    @property
    def supports_check_run_worker_health(self) -> bool:
        """It does; that is what it is for."""
        return True

    def terminate(self, run_id: str) -> bool:
        """Interrupt the run's process; Dagster then notes the run as cancelled."""
        run = self._instance.get_run_by_id(run_id)
        process = _process(run) if run and not run.is_finished else None
        if run is None or process is None or not process.is_alive:
            return False
        self._instance.report_run_canceling(run)
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGINT)
        return True

    def join(self, timeout: int = 30) -> None:
        """Wait for the runs that were started here."""
        for watcher in self._watchers:
            watcher.join(timeout)


def _watch(instance: DagsterInstance, run_id: str, child: subprocess.Popen[bytes]) -> None:
    """Wait for a run's process; one that ends before its run did was killed."""
    code = child.wait()
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return
    how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
    if run.status == DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, f"Its process {how}.")
    else:
        instance.report_run_failed(run, f"Its process {how} before the run was done.")


def _process(run: DagsterRun) -> RunProcess | None:
    noted = run.tags.get(TAG)
    return RunProcess(**json.loads(noted)) if noted else None


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()


def _state(pid: int) -> tuple[str, str]:
    """The kernel's letter for what a process does, and when it was started; empty when there is none. The name before them may hold anything."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return "", ""
    return fields[0], fields[19]
