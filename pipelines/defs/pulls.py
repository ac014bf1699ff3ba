"""Pulled sources on Dagster's clock: for each an asset of what is new, with a job and a schedule by its cadence, and one in days for backfills.

Both end in the landing folder, where the sensor finds what they brought, as it does with every file; a pull itself never opens the store. A run of days
asks again for what belongs to them; what was loaded before counts as duplicate.
"""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.defs.metadata import pull_metadata
from pipelines.defs.partitions import in_backfills, pull_days
from pipelines.source import Source, sources
from pipelines.transports.inbox import NotClaimed
from pipelines.transports.pull import PullUnset, Window, pull, unset_secrets
from warehouse.engine.duckdb import SESSION_ZONE
from warehouse.settings import Settings

GROUP = "pulls"
# the other side may be down, or another pull be running: again after half a minute, a minute, two … eight
PATIENCE = dg.RetryPolicy(max_retries=5, delay=30, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def pulled_sources() -> list[Source]:
    """Sources whose records are fetched."""
    return [source for source in sources().values() if source.fetched]


def pull_key(source_id: str) -> dg.AssetKey:
    """Asset key of what was fetched from a source because it was new."""
    return dg.AssetKey(["pull", source_id])


def day_key(source_id: str) -> dg.AssetKey:
    """Asset key of what was fetched from a source for single days."""
    return dg.AssetKey(["pull_day", source_id])


def pull_keys(source: Source) -> list[dg.AssetKey]:
    """What is fetched for a source."""
    return [*([pull_key(source.id)] if source.fetched else []), *([day_key(source.id)] if pull_days(source) else [])]


def pull_assets(source: Source) -> list[dg.AssetsDefinition]:
    """News and, where all that the source gives has a date, days."""
    return [pull_asset(source), *([day_asset(source)] if pull_days(source) else [])]


def pull_asset(source: Source) -> dg.AssetsDefinition:
    """What a source's last pull fetched."""

    @dg.asset(
        key=pull_key(source.id),
        description=f"What was new at {_title(source)}, in the landing folder.",
        group_name=GROUP,
        required_resource_keys={"settings"},
        retry_policy=PATIENCE,
        pool=_pool(source),
    )
    def fetch(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """Fetch what is new."""
        return _pulled(context, source, None)

    return fetch


def day_asset(source: Source) -> dg.AssetsDefinition:
    """The records of single days, fetched again."""

    @dg.asset(
        key=day_key(source.id),
        description=f"The records of single days of {_title(source)}, for backfills.",
        group_name=GROUP,
        required_resource_keys={"settings"},
        retry_policy=PATIENCE,
        pool=_pool(source),
        partitions_def=pull_days(source),
    )
    def fetch_days(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """Fetch the records of the run's days."""
        span = context.partition_time_window
        return _pulled(context, source, Window(span.start.date(), span.end.date()))

    return in_backfills(fetch_days)


def pull_job(source: Source) -> UnresolvedAssetJobDefinition:
    """The job that fetches what is new at one source."""
    return dg.define_asset_job(f"pull_{source.id}", dg.AssetSelection.assets(pull_key(source.id)), executor_def=dg.in_process_executor)


def pull_schedule(source: Source, job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """As often as the source should deliver; skipped, with the reason, while it is not set up here."""

    @dg.schedule(
        name=f"pull_{source.id}",
        job=job,
        cron_schedule=cron(source.cadence_hours),
        execution_timezone=SESSION_ZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        required_resource_keys={"settings"},
    )
    def due(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """Ask for a pull."""
        settings: Settings = context.resources.settings
        if missing := unset_secrets(settings, source):
            return dg.SkipReason(f"{source.id} is not set up here: {missing}")
        return dg.RunRequest()

    return due


def cron(cadence_hours: int) -> str:
    """The clock of a cadence: every so many hours where they divide a day, else once a day, an hour before the nightly build."""
    if cadence_hours < 24 and 24 % max(1, cadence_hours) == 0:
        return f"10 */{max(1, cadence_hours)} * * *"
    return "0 1 * * *"


def _pool(source: Source) -> str:
    """One pull of a source at a time."""
    return f"pull_{source.id}"


def _pulled(context: dg.AssetExecutionContext, source: Source, window: Window | None) -> dg.MaterializeResult:
    """Pull; what is set up wrongly does not get better by trying again."""
    try:
        return dg.MaterializeResult(metadata=pull_metadata(pull(context.resources.settings, source, window, context.log.info)))
    except (PullUnset, NotClaimed) as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def _title(source: Source) -> str:
    return source.title.get("en", source.id)
