"""An asset for each source: what arrived for it in the landing folder, loaded by the same ingest as the command line's."""

from pathlib import Path

import dagster as dg

from pipelines.defs.metadata import load_metadata
from pipelines.defs.partitions import delivery_days, files_of_days, in_backfills
from pipelines.defs.pulls import pull_keys
from pipelines.ingest import ingest
from pipelines.instance import STORE_POOL
from pipelines.receipts import IngestReport
from pipelines.source import CANONICAL, Source, sources
from warehouse.contract import feeds
from warehouse.disk_space import DiskFull
from warehouse.settings import Settings

CHECK = "all_rows_accepted"
CONFIG = {
    "paths": dg.Field(
        [str], default_value=[], description="Files or folders; none means the source's landing folder, or its files of the run's days."
    ),
    "source": dg.Field(
        str, is_required=False, description="Whose files they are, when the asset stands for any source without a definition."
    ),
}
# another process may be writing to the store, or the disk may be full: again after 15 s, 30 s, 1 min … 8 min
PATIENCE = dg.RetryPolicy(max_retries=6, delay=15, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def source_key(source_id: str) -> dg.AssetKey:
    """Asset key of a source."""
    return dg.AssetKey(["source", source_id])


def all_sources() -> dict[str, Source]:
    """The defined sources, and the one that stands for files in the feeds' own columns."""
    return {**sources(), CANONICAL: Source(CANONICAL, title={"en": "Files in the feeds' own columns"})}


def source_keys_by_feed() -> dict[str, list[dg.AssetKey]]:
    """The source assets that fill each feed."""
    keys: dict[str, list[dg.AssetKey]] = {feed: [source_key(CANONICAL)] for feed in feeds()}
    for source in sources().values():
        entries = (*source.emits, *(entry for _, emits in source.tables for entry in emits))
        for feed in {entry.feed.name for entry in entries}:
            keys[feed].append(source_key(source.id))
    return {feed: sorted(found) for feed, found in keys.items()}


def source_asset(source: Source) -> dg.AssetsDefinition:
    """The asset of one source."""
    key = source_key(source.id)
    check = dg.AssetCheckSpec(CHECK, asset=key, description="No file was refused and no row quarantined.")
    days = delivery_days(source)

    @dg.asset(
        key=key,
        deps=pull_keys(source),
        group_name="sources",
        description=source.title.get("en"),
        required_resource_keys={"settings"},
        config_schema=CONFIG,
        check_specs=[check],
        retry_policy=PATIENCE,
        pool=STORE_POOL,
        partitions_def=days,
    )
    def load(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """Load what arrived."""
        settings: Settings = context.resources.settings
        config = context.op_execution_context.op_config
        folder = settings.prepare().landing_dir / source.id
        chosen = files_of_days(source, folder, list(context.partition_keys)) if days else [folder]
        there = [path for path in [Path(path) for path in config["paths"]] or chosen if path.exists()]
        report = ingest(settings, there, source=config.get("source", source.id), on_progress=context.log.info) if there else IngestReport()
        _require_whole(report)
        return dg.MaterializeResult(metadata=load_metadata(settings, report), check_results=[_verdict(report)])

    return in_backfills(load) if days else load


def _require_whole(report: IngestReport) -> None:
    """Files that a full disk kept out are no result: the step fails and is tried again."""
    left = [each.reason for each in report.refused if each.reason.startswith("E_DISK_FULL")]
    if left:
        raise DiskFull(f"{len(left)} files wait for room on the disk. {left[0]}")


def _verdict(report: IngestReport) -> dg.AssetCheckResult:
    quarantined = sum(receipt.quarantined for receipt in report.receipts)
    metadata = {"quarantined": quarantined, "refused": len(report.refused)}
    return dg.AssetCheckResult(
        check_name=CHECK, passed=not (quarantined or report.refused), severity=dg.AssetCheckSeverity.WARN, metadata=metadata
    )
