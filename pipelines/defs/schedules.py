"""When it runs: a sensor that loads what lands, and a build every night. One writer, so every job runs in one process."""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.defs.quality import CHECK
from pipelines.defs.sources import all_sources, source_key
from pipelines.source import CANONICAL
from warehouse.contract import feeds
from warehouse.engine.duckdb import SESSION_ZONE

SETTLED_SECONDS = 5  # a file that changed more recently may still be written
UNFINISHED = (".part", ".tmp", ".crdownload")

Seen = dict[str, list[int]]  # path → size, time of last change


def ingest_landing() -> UnresolvedAssetJobDefinition:
    """The job that loads what lies in the landing folder."""
    return dg.define_asset_job("ingest_landing", dg.AssetSelection.groups("sources"), executor_def=dg.in_process_executor)


def build_release() -> UnresolvedAssetJobDefinition:
    """The job that brings models up to date, checks them, sums the rollups and publishes."""
    built = dg.AssetSelection.groups("models", "rollups", "quality", "release")
    core = dg.AssetSelection.checks(*(dg.AssetCheckKey(dg.AssetKey(feed.table), CHECK) for feed in feeds().values()))
    return dg.define_asset_job("build_release", built | core, executor_def=dg.in_process_executor)


def nightly(job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """A build every night."""
    return dg.ScheduleDefinition(
        "nightly", job=job, cron_schedule="0 2 * * *", execution_timezone=SESSION_ZONE, default_status=dg.DefaultScheduleStatus.RUNNING
    )


def landing(job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """The sensor on the landing folder."""

    @dg.sensor(
        name="landing",
        job=job,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"settings"},
    )
    def sense(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        """Ask for a run for each source that has new files; the same files never ask twice."""
        return requests_for(context.resources.settings.landing_dir, json.loads(context.cursor or "{}"), time.time())

    return sense


def requests_for(folder: Path, seen: Seen, now: float) -> dg.SensorResult:
    """Runs for the files in `folder` that are not `seen`, and the new memory of what was seen."""
    there = landed(folder, now)
    fresh = {path: mark for path, mark in there.items() if seen.get(path) != mark}
    requests = [_request(source, paths) for source, paths in _by_source(folder, list(fresh))]
    kept = {path: mark for path, mark in {**seen, **fresh}.items() if Path(path).exists()}
    return dg.SensorResult(run_requests=requests, cursor=json.dumps(kept))


def landed(folder: Path, now: float) -> Seen:
    """Files in the landing folder that nobody is still writing, with size and time of change."""
    found: Seen = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or path.suffix in UNFINISHED or path.is_symlink() or not path.is_file():
            continue
        state = path.stat()
        if now - state.st_mtime >= SETTLED_SECONDS:
            found[str(path)] = [state.st_size, state.st_mtime_ns]
    return found


def _by_source(folder: Path, paths: list[str]) -> Iterator[tuple[str, list[Path]]]:
    """Files by the folder of their source; those that lie in none belong to the canonical one."""
    grouped: dict[str, list[Path]] = {}
    for path in map(Path, paths):
        parts = path.relative_to(folder).parts
        grouped.setdefault(parts[0] if len(parts) > 1 else CANONICAL, []).append(path)
    yield from grouped.items()


def _request(source: str, paths: list[Path]) -> dg.RunRequest:
    """A run for these files of a source; its key is the hash of their names and contents."""
    key = source_key(source if source in all_sources() else CANONICAL)
    digest = hashlib.sha256(source.encode())
    for path in paths:
        with path.open("rb") as file:
            digest.update(b"\0" + path.name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
    config = {"paths": [str(path) for path in paths], "source": source}
    return dg.RunRequest(
        run_key=digest.hexdigest(), asset_selection=[key], run_config={"ops": {key.to_python_identifier(): {"config": config}}}
    )
