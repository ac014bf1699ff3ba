"""Whether each source delivers as often as it should: a check on its asset, by the ledger, so that files given on the command line count too."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import duckdb

from pipelines.defs.sources import PATIENCE, all_sources, source_key
from pipelines.instance import STORE_POOL
from pipelines.source import CANONICAL, Source, sources
from warehouse.engine.duckdb import reading
from warehouse.settings import Settings

CHECK = "fresh"


def freshness_checks() -> dg.AssetChecksDefinition:
    """One check for each source; they read the store once. A load is followed by its source's own."""
    specs = [
        dg.AssetCheckSpec(
            CHECK, asset=source_key(source.id), description=f"Its last file came no longer than {source.cadence_hours} hours ago."
        )
        for source in all_sources().values()
    ]

    # the pool: while a run writes to the store, nobody can read it
    @dg.multi_asset_check(
        specs=specs, name="freshness", can_subset=True, required_resource_keys={"settings"}, pool=STORE_POOL, retry_policy=PATIENCE
    )
    def check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        """Compare the last receipt of each source with its cadence."""
        settings: Settings = context.resources.settings
        with reading(settings) as con:
            received = last_received(con) if con else {}
        now = datetime.now(UTC)
        asked = {key.asset_key for key in context.selected_asset_check_keys}
        for source in all_sources().values():
            if source_key(source.id) in asked:
                yield verdict(source, received, now)

    return check


def last_received(con: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """When a file of each source was last loaded."""
    return dict(con.execute("select source_id, max(received_at) from ledger_file where status = 'loaded' group by source_id").fetchall())


def verdict(source: Source, received: dict[str, datetime], now: datetime) -> dg.AssetCheckResult:
    """A source that never delivered is not used here, and not late. The canonical asset stands for all sources without a definition."""
    ids = (
        [each for each in received if each not in sources()] if source.id == CANONICAL else [each for each in received if each == source.id]
    )
    late = sorted(each for each in ids if now - received[each] > timedelta(hours=source.cadence_hours))
    last = max((received[each] for each in ids), default=None)
    metadata: dict[str, dg.MetadataValue] = {
        "cadence_hours": dg.MetadataValue.int(source.cadence_hours),
        "late": dg.MetadataValue.text(", ".join(f"{each}: {received[each].astimezone(UTC):%Y-%m-%d %H:%M} UTC" for each in late) or "none"),
        **({"last_received": dg.MetadataValue.timestamp(last.timestamp())} if last else {}),
    }
    return dg.AssetCheckResult(
        asset_key=source_key(source.id), check_name=CHECK, passed=not late, severity=dg.AssetCheckSeverity.WARN, metadata=metadata
    )
