"""The jobs, each in one process, since the store has one writer and its steps share the connection."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.storage.tags import RETRY_STRATEGY_TAG

from pipelines.defs.freshness import CHECK as FRESH
from pipelines.defs.quality import CHECK
from pipelines.defs.sources import all_sources, source_key
from pipelines.source import Source
from warehouse.contract import feeds

WHOLE = {RETRY_STRATEGY_TAG: "ALL_STEPS"}  # a run that died begins anew: what its steps hand on was in its process


def ingest_job_name(source: Source) -> str:
    """The job that loads a source's files: one for all, and one for each source that is kept apart by day."""
    return f"ingest_{source.id}" if source.partition_from else "ingest_landing"


def ingest_jobs() -> list[UnresolvedAssetJobDefinition]:
    """The jobs that load what lies in the landing folder; those of one job must have the same days."""
    names: dict[str, list[dg.AssetKey]] = {}
    for source in all_sources().values():
        names.setdefault(ingest_job_name(source), []).append(source_key(source.id))
    return [
        dg.define_asset_job(
            name,
            dg.AssetSelection.assets(*keys),
            executor_def=dg.in_process_executor,
            tags=WHOLE,
        )
        for name, keys in names.items()
    ]


def build_release() -> UnresolvedAssetJobDefinition:
    """The job that brings models up to date, checks them, sums the rollups and publishes."""
    built = dg.AssetSelection.groups("models", "rollups", "quality", "release")
    core = dg.AssetSelection.checks(*(dg.AssetCheckKey(dg.AssetKey(feed.table), CHECK) for feed in feeds().values()))
    return dg.define_asset_job("build_release", built | core, executor_def=dg.in_process_executor, tags=WHOLE)


def check_freshness() -> UnresolvedAssetJobDefinition:
    """The job that looks how long ago each source delivered."""
    checks = dg.AssetSelection.checks(*(dg.AssetCheckKey(source_key(source), FRESH) for source in all_sources()))
    return dg.define_asset_job("check_freshness", checks, executor_def=dg.in_process_executor)
