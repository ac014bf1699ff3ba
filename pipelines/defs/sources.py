"""An asset for each source: what arrived for it in the landing folder, loaded by the same ingest as the command line's."""

from pathlib import Path

import dagster as dg

from pipelines.ingest import ingest
from pipelines.receipts import IngestReport
from pipelines.source import CANONICAL, Source, sources
from warehouse.contract import feeds
from warehouse.settings import Settings

CHECK = "all_rows_accepted"
CONFIG = {
    "paths": dg.Field([str], default_value=[], description="Files or folders; none means the source's landing folder."),
    "source": dg.Field(
        str, is_required=False, description="Whose files they are, when the asset stands for any source without a definition."
    ),
}


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

    @dg.asset(
        key=key,
        group_name="sources",
        description=source.title.get("en"),
        required_resource_keys={"settings"},
        config_schema=CONFIG,
        check_specs=[check],
        retry_policy=dg.RetryPolicy(max_retries=10, delay=30),  # another process may be writing to the store
    )
    def load(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """Load what arrived."""
        settings: Settings = context.resources.settings
        config = context.op_execution_context.op_config
        paths = [Path(path) for path in config["paths"]] or [settings.prepare().landing_dir / source.id]
        there = [path for path in paths if path.exists()]
        report = ingest(settings, there, source=config.get("source", source.id), on_progress=context.log.info) if there else IngestReport()
        return dg.MaterializeResult(metadata=_metadata(report), check_results=[_verdict(report)])

    return load


def _metadata(report: IngestReport) -> dict[str, dg.MetadataValue | int]:
    body = report.to_json()
    counts = {name: sum(receipt[name] for receipt in body["receipts"]) for name in ("read", "accepted", "quarantined")}
    return {**counts, "receipts": dg.MetadataValue.json(body)}


def _verdict(report: IngestReport) -> dg.AssetCheckResult:
    quarantined = sum(receipt.quarantined for receipt in report.receipts)
    metadata = {"quarantined": quarantined, "refused": len(report.refused)}
    return dg.AssetCheckResult(
        check_name=CHECK, passed=not (quarantined or report.refused), severity=dg.AssetCheckSeverity.WARN, metadata=metadata
    )
