"""Assets of the models and rollups: one for each SQL model, with the dependencies that its SQL states, and one for each mart's set of rollups."""

from collections.abc import Iterator

import dagster as dg

from data_quality.gate import importing_ahead
from metrics.rollup import build_rollups
from pipelines.instance import STORE_POOL
from pipelines.source import sources
from pipelines.workshop import Workshop
from warehouse.build import build_models, model_graph
from warehouse.contract import feeds, tables
from warehouse.reference.codes import install_source_priority


def core_specs(source_keys: dict[str, list[dg.AssetKey]]) -> list[dg.AssetSpec]:
    """The core tables, as the sources fill them: `source_keys` names the source assets of each feed."""
    return [
        dg.AssetSpec(feed.table, deps=source_keys.get(feed.name, []), group_name="core", kinds={"duckdb"}, description=feed.notes or None)
        for feed in feeds().values()
    ]


def models() -> dg.AssetsDefinition:
    """All models as one step: an incremental build passes the touched cases from model to model."""
    graph = model_graph()
    known = {*graph, *(feed.table for feed in feeds().values())}
    specs = [
        dg.AssetSpec(name, deps=sorted(reads & known), group_name="models", kinds={"sql", "duckdb"}, description=_grain(name))
        for name, reads in graph.items()
    ]

    @dg.multi_asset(
        specs=specs,
        name="models",
        can_subset=False,
        required_resource_keys={"workshop"},
        pool=STORE_POOL,
        config_schema={"full": dg.Field(bool, default_value=False)},
    )
    def build(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        """Bring every model up to date with the core tables."""
        shop: Workshop = context.resources.workshop
        install_source_priority(shop.con, {source.id: source.priority for source in sources().values()})
        with importing_ahead():
            shop.models = build_models(shop.con, full=context.op_execution_context.op_config["full"], on_progress=shop.say)
        for name in graph:
            metadata = {"dagster/row_count": shop.models.rows.get(name, 0), "rebuilt": name in shop.models.rebuilt}
            yield dg.MaterializeResult(asset_key=name, metadata=metadata)

    return build


def rollups() -> dg.AssetsDefinition:
    """The sums per grain that answer every metric, one asset for the rollups of each mart; they wait for the quality gate."""
    marts = [name for name in tables() if name.startswith("mart_")]
    specs = [
        dg.AssetSpec(rollup_key(mart), deps=[mart], group_name="rollups", kinds={"duckdb"}, description=f"Sums of {mart} per grain.")
        for mart in marts
    ]

    @dg.multi_asset(specs=specs, name="rollups", can_subset=False, required_resource_keys={"workshop"}, pool=STORE_POOL)
    def build(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        """Sum every metric's parts."""
        shop: Workshop = context.resources.workshop
        shop.say("Summing the rollups …")
        shop.rollups = build_rollups(shop.con, full=shop.is_full)
        found = dict(
            shop.con.execute(
                "select mart, sum(row_count) from (select distinct mart, rollup, row_count from rollup_catalog) group by mart"
            ).fetchall()
        )
        for mart in marts:
            yield dg.MaterializeResult(asset_key=rollup_key(mart), metadata={"dagster/row_count": int(found.get(mart, 0))})

    return build


def rollup_key(mart: str) -> dg.AssetKey:
    """Asset key of the rollups of one mart."""
    return dg.AssetKey(["rollup", mart.removeprefix("mart_")])


def _grain(name: str) -> str | None:
    table = tables().get(name)
    return f"One row: {table.grain}." if table else None
