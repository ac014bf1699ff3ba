"""When it runs by itself: a build every night, a look at each source's freshness every hour."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from warehouse.engine.duckdb import SESSION_ZONE


def nightly(job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """A build every night."""
    return dg.ScheduleDefinition(
        "nightly", job=job, cron_schedule="0 2 * * *", execution_timezone=SESSION_ZONE, default_status=dg.DefaultScheduleStatus.RUNNING
    )


def hourly(job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """A look at the freshness of sources every hour."""
    return dg.ScheduleDefinition(
        "freshness", job=job, cron_schedule="45 * * * *", execution_timezone=SESSION_ZONE, default_status=dg.DefaultScheduleStatus.RUNNING
    )
