"""Build and publish through the same Dagster job that the schedule runs, in this process."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.workshop import Workshop
from warehouse.release import current
from warehouse.settings import Settings

if TYPE_CHECKING:
    import dagster as dg


@dataclass(frozen=True)
class BuildResult:
    """How a build ended. `release` and `as_of` are what readers see now; `published` says whether this build made it."""

    release: str | None
    as_of: str | None
    published: bool
    checks: dict[str, int]
    seconds: float
    rows: dict[str, int]
    blocking: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The document of `onegate build --json`."""
        return {name: value for name, value in asdict(self).items() if name != "blocking"}


def build(settings: Settings, *, full: bool = False, on_progress: Callable[[str], None] | None = None) -> BuildResult:
    """Bring models and rollups up to date, run the gate, publish. A blocked release is a result; an error in a step is raised as it is."""
    began = time.monotonic()
    shop = Workshop(settings, on_progress or (lambda _: None))
    with shop:
        _run_job(shop, full)
    now = current(settings)
    return BuildResult(
        release=now.stamp if now else None,
        as_of=str(now.as_of) if now and now.as_of else None,
        published=shop.release is not None,
        checks=shop.gate.counts if shop.gate else {},
        seconds=round(time.monotonic() - began, 3),
        rows={**(shop.models.rows if shop.models else {}), **shop.rollups},
        blocking=shop.blocking,
    )


def _run_job(shop: Workshop, full: bool) -> None:
    """Run build_release; only a failed blocking check is no error."""
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    from dagster._core.errors import DagsterAssetCheckFailedError  # not exported; what a failed blocking check raises

    from pipelines.definitions import onegate_definitions

    definitions = onegate_definitions({"settings": shop.settings, "workshop": shop})
    config = {"ops": {"models": {"config": {"full": full}}}, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    job = definitions.resolve_job_def("build_release")
    with _quiet(), _instance() as instance:
        try:
            job.execute_in_process(run_config=config, instance=instance)
        except DagsterAssetCheckFailedError:
            if not shop.blocking:
                raise


def _instance() -> dg.DagsterInstance:
    """Where the run is recorded: in the installation's own Dagster when it has one, else nowhere."""
    from dagster import DagsterInstance

    if os.environ.get("DAGSTER_HOME"):
        return DagsterInstance.get()
    return DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}})


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Dagster's own log for the time of a run; what people should see comes through on_progress."""
    logger = logging.getLogger("dagster")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
