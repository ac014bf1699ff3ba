"""Pulled sources on Dagster's clock: an asset for each, what it last fetched into the landing folder, with a job and a schedule by its cadence.

The landing sensor loads what a pull landed, as it does with every file; a pull itself never opens the store.
"""

from datetime import date

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.source import Source, sources
from pipelines.transports.position import PullBusy
from pipelines.transports.pull import Pulled, PullFailed, PullUnset, Window, pull, unset_secrets
from warehouse.engine.duckdb import SESSION_ZONE
from warehouse.settings import Settings

GROUP = "pulls"
CONFIG = {
    "start": dg.Field(str, is_required=False, description="First day of a backfill (inclusive); without it, what is new."),
    "end": dg.Field(str, is_required=False, description="Day after the last one (exclusive)."),
}


def pulled_sources() -> list[Source]:
    """Sources whose records are fetched."""
    return [source for source in sources().values() if source.fetched]


def pull_key(source_id: str) -> dg.AssetKey:
    """Asset key of what was fetched from a source."""
    return dg.AssetKey(["pull", source_id])


def pull_asset(source: Source) -> dg.AssetsDefinition:
    """What a source's last pull fetched."""

    @dg.asset(
        key=pull_key(source.id),
        group_name=GROUP,
        description=f"Records fetched from {source.title.get('en', source.id)} into the landing folder.",
        required_resource_keys={"settings"},
        config_schema=CONFIG,
        retry_policy=dg.RetryPolicy(max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL),
    )
    def fetch(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """Fetch what is new, or the days of a backfill."""
        config = context.op_execution_context.op_config
        try:
            pulled = pull(context.resources.settings, source, _window(config), context.log.info)
        except PullUnset as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        except (PullBusy, PullFailed) as error:
            raise dg.Failure(str(error)) from error
        return dg.MaterializeResult(metadata=_metadata(pulled))

    return fetch


def pull_job(source: Source) -> UnresolvedAssetJobDefinition:
    """The job that fetches one source."""
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


def _window(config: dict[str, str]) -> Window | None:
    if not config:
        return None
    if set(config) != {"start", "end"}:
        raise dg.Failure("A backfill needs both start and end.", allow_retries=False)
    return Window(date.fromisoformat(config["start"]), date.fromisoformat(config["end"]))


def _metadata(pulled: Pulled) -> dict[str, dg.MetadataValue | int]:
    size = sum(each.size for each in pulled.landed)
    files = dg.MetadataValue.json(pulled.to_json()["landed"])
    notes = dg.MetadataValue.md("\n".join(f"- {note}" for note in pulled.notes) or "none")
    return {"dagster/row_count": pulled.rows, "bytes": size, "files": files, "notes": notes}
