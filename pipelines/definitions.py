"""The Dagster code location: every asset, check, job, sensor and schedule of OneGate. `dagster dev -w workspace.yaml` loads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import dagster as dg

from pipelines.defs import freshness, jobs, landing, models, publication, pulls, quality, schedules, sources
from pipelines.workshop import Workshop
from warehouse.settings import Settings

PATIENCE = 600  # seconds that a scheduled run waits for the store


def settings_resource(home: str | None) -> Settings:
    """The installation that a run works on."""
    return Settings.load(home)


@dg.resource(
    config_schema={"home": dg.Field(str, is_required=False, description="Folder of the installation; $ONEGATE_HOME or ./var by default.")}
)
def _settings(context: dg.InitResourceContext) -> Settings:
    return settings_resource(context.resource_config.get("home"))


@dg.resource(required_resource_keys={"settings"})
def _workshop(context: dg.InitResourceContext) -> Iterator[Workshop]:
    """The store, open for one run: all its steps share the connection."""
    log = context.log
    with Workshop(context.resources.settings, log.info if log else print, PATIENCE) as shop:
        yield shop


def onegate_definitions(resources: Mapping[str, object] | None = None) -> dg.Definitions:
    """All definitions; `resources` replaces those that a scheduled run makes for itself."""
    loaded = [sources.source_asset(source) for source in sources.all_sources().values()]
    pulled = [asset for source in pulls.pulled_sources() for asset in pulls.pull_assets(source)]
    built = [
        *models.core_specs(sources.source_keys_by_feed()),
        models.models(),
        models.rollups(),
        quality.outcomes(),
        publication.release(),
    ]
    ingests, build_release, check_freshness = jobs.ingest_jobs(), jobs.build_release(), jobs.check_freshness()
    pulling = {source.id: (source, pulls.pull_job(source)) for source in pulls.pulled_sources()}
    return dg.Definitions(
        assets=[*loaded, *built, *pulled],
        asset_checks=[quality.table_checks(), freshness.freshness_checks()],
        jobs=[*ingests, build_release, check_freshness, *(job for _, job in pulling.values())],
        schedules=[
            schedules.nightly(build_release),
            schedules.hourly(check_freshness),
            *(pulls.pull_schedule(*each) for each in pulling.values()),
        ],
        sensors=[landing.landing(ingests)],
        resources={"settings": _settings, "workshop": _workshop, **(resources or {})},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads."""
    return onegate_definitions()
