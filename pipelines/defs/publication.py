"""The release as an asset: it waits for the rollups and for the gate, and is all or nothing."""

import json
from datetime import UTC, datetime

import dagster as dg
import duckdb

from metrics.registry import registry
from metrics.snapshot import forget_snapshot, record_snapshot
from pipelines.defs.metadata import release_metadata
from pipelines.defs.models import rollup_key
from pipelines.defs.quality import GATE
from pipelines.instance import STORE_POOL
from pipelines.release_quality import quality_tables
from pipelines.source import cadences, lags
from pipelines.target_outlook import outlook_query
from pipelines.workshop import Workshop
from warehouse.contract import tables
from warehouse.freshness import completeness_query, freshness_query
from warehouse.release import publish


def release() -> dg.AssetsDefinition:
    """What readers see."""
    marts = [rollup_key(name) for name in tables() if name.startswith("mart_")]

    @dg.asset(
        key="release", deps=[*marts, GATE], group_name="release", kinds={"duckdb"}, required_resource_keys={"workshop"}, pool=STORE_POOL
    )
    def publish_release(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """Build, read back, seal and show a release."""
        shop: Workshop = context.resources.workshop
        moment = datetime.now(UTC)
        record_snapshot(shop.con, moment)
        try:
            made = shop.release = publish(shop.con, shop.settings, extra=extra_tables(shop.con), on_progress=shop.say)
        except Exception:
            forget_snapshot(shop.con, moment)
            raise
        return dg.MaterializeResult(metadata=release_metadata(made))

    return publish_release


def extra_tables(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Tables of a release that only this room can make: the catalogue as it is now, how new each source's records are, where targets are going."""
    freshness = freshness_query(cadences(), lags())
    completeness = completeness_query(freshness)
    return {
        "metric_definition": definitions_query(),
        "source_freshness": freshness,
        "completeness_by_mart": completeness,
        "target_outlook": outlook_query(con, completeness),
        "published_snapshot": "select * from published_snapshot",
    } | quality_tables(con)


def definitions_query() -> str:
    """Query for the catalogue of metrics as it is at this release, one row a metric."""
    rows = [
        f"({_text(metric.id)}, {_text(json.dumps(metric.to_json(), ensure_ascii=False, default=str))})" for metric in registry().values()
    ]
    if not rows:
        return "select null::varchar as metric_id, null::varchar as definition limit 0"
    return f"select * from (values {', '.join(rows)}) as metrics (metric_id, definition)"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
