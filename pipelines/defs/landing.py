"""The sensor on the landing folder: a run for each source, and each of its days, that has new files. A load that failed is asked for again.

A run's key is the hash of the names and contents of its files, so that Dagster starts the same load once. What was asked for is remembered until its run
has succeeded: one that failed for good, its retries included, is asked for again under the next key, first after five minutes, then after ever longer
times up to an hour, for as long as the files lie there.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.storage.tags import RUN_KEY_TAG, WILL_RETRY_TAG

from pipelines.defs.jobs import ingest_job_name
from pipelines.defs.sources import all_sources, source_key
from pipelines.delivery_day import delivery_day
from pipelines.landing import by_source, landed
from pipelines.source import CANONICAL

FIRST_WAIT, LONGEST_WAIT = 300, 3600  # seconds until a failed load is asked for again

Outcome = Literal["done", "running", "failed"]


@dataclass(frozen=True)
class Load:
    """A load that was asked for: whose files, of which day, and how often and when it was asked for."""

    source: str
    paths: list[str]
    day: str | None
    key: str
    asked: int = 1
    at: float = 0

    @classmethod
    def of(cls, source: str, paths: list[Path], day: str | None, now: float) -> "Load":
        """A load of new files; its key is that of their names and contents."""
        digest = hashlib.sha256(f"{source}\0{day}".encode() if day else source.encode())
        for path in paths:
            with path.open("rb") as file:
                digest.update(b"\0" + path.name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
        return cls(source, [str(path) for path in paths], day, digest.hexdigest(), at=now)

    @property
    def run_key(self) -> str:
        """Of the run that it asks for now."""
        return self.key if self.asked == 1 else f"{self.key}#{self.asked}"

    def is_due(self, now: float) -> bool:
        """Whether it has waited long enough to be asked for again."""
        return now - self.at >= min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self.asked - 1))

    def again(self, now: float) -> "Load":
        """The same, with what is left of its files."""
        return replace(self, paths=[path for path in self.paths if Path(path).exists()], asked=self.asked + 1, at=now)

    def request(self) -> dg.RunRequest:
        """As Dagster is asked."""
        owner = self.source if self.source in all_sources() else CANONICAL
        key = source_key(owner)
        config = {"paths": self.paths, "source": self.source}
        return dg.RunRequest(
            run_key=self.run_key,
            job_name=ingest_job_name(all_sources()[owner]),
            asset_selection=[key],
            partition_key=self.day,
            run_config={"ops": {key.to_python_identifier(): {"config": config}}},
        )


def landing(jobs: list[UnresolvedAssetJobDefinition]) -> dg.SensorDefinition:
    """The sensor on the landing folder."""

    @dg.sensor(
        name="landing",
        jobs=jobs,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"settings"},
    )
    def sense(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        """Ask for a run for each source that has new files, and again for those that failed."""
        result, said = requests_for(
            context.resources.settings.landing_dir,
            json.loads(context.cursor or "{}"),
            time.time(),
            lambda key: outcome(context.instance, key),
        )
        for sentence in said:
            context.log.warning(sentence)
        return result

    return sense


def requests_for(
    folder: Path, memory: dict[str, Any], now: float, outcome_of: Callable[[str], Outcome]
) -> tuple[dg.SensorResult, list[str]]:
    """Runs for the files in `folder` that the memory has not seen and for loads that failed, with the new memory; and what a person should know."""
    seen = memory.get("seen", {})
    there = landed(folder, now)
    fresh = {path: mark for path, mark in there.items() if seen.get(path) != mark}
    asked = [Load(**load) for load in memory.get("asked", [])]
    waiting, repeated, said = _followed(asked, now, outcome_of)
    loads = [*_new_loads(folder, [Path(path) for path in fresh], now), *repeated]
    kept = {path: mark for path, mark in {**seen, **fresh}.items() if Path(path).exists()}
    cursor = json.dumps({"seen": kept, "asked": [asdict(load) for load in (*waiting, *loads)]})
    return dg.SensorResult(run_requests=[load.request() for load in loads], cursor=cursor), said


def outcome(instance: dg.DagsterInstance, run_key: str) -> Outcome:
    """What became of the runs of a key, automatic retries included. Runs that somebody deleted are nobody's concern any more."""
    runs = instance.get_runs(dg.RunsFilter(tags={RUN_KEY_TAG: run_key}))
    if not runs or any(run.status == dg.DagsterRunStatus.SUCCESS for run in runs):
        return "done"
    will_go_on = any(not run.is_finished for run in runs) or runs[0].tags.get(WILL_RETRY_TAG) == "true"  # the newest comes first
    return "running" if will_go_on else "failed"


def _followed(asked: list[Load], now: float, outcome_of: Callable[[str], Outcome]) -> tuple[list[Load], list[Load], list[str]]:
    """Of the loads that were asked for: those to wait for, those to ask for again, and a sentence for each that failed."""
    waiting, repeated, said = [], [], []
    for load in asked:
        became = outcome_of(load.run_key)
        if became == "done" or (became == "failed" and not load.again(now).paths):
            continue
        if became == "failed" and load.is_due(now):
            repeated.append(load.again(now))
            said.append(f"{len(load.paths)} files of {load.source} could not be loaded in {load.asked} runs; a run is asked for again.")
        else:
            waiting.append(load)
    return waiting, repeated, said


def _new_loads(folder: Path, paths: list[Path], now: float) -> Iterator[Load]:
    for source_id, found in by_source(folder, paths).items():
        source = all_sources().get(source_id)
        if source is None or source.partition_from is None:
            yield Load.of(source_id, found, None, now)
            continue
        days: dict[str, list[Path]] = {}
        for path in found:
            days.setdefault(delivery_day(source, path, folder / source_id).isoformat(), []).append(path)
        for day in sorted(days):
            yield Load.of(source_id, days[day], day, now)
