"""The quality gate as checks and an asset: it runs once over all tables, and one check for each table shows what it found there.

Checks of built tables block what follows them. Those of the core tables cannot, since the gate runs after the models that read them; what they find is
told by the blocking check on the table of outcomes, on which the release waits.
"""

from collections.abc import Iterator

import dagster as dg

from data_quality.catalogue import suites
from data_quality.data_docs import write_data_docs
from data_quality.gate import run_gate
from data_quality.outcomes import GateReport, Outcome
from pipelines.instance import STORE_POOL
from pipelines.workshop import Workshop
from warehouse.build import model_graph

CHECK = "rules"
GATE = "quality_outcome"


def table_checks() -> dg.AssetChecksDefinition:
    """Runs the gate; one check for each table that has rules."""
    built = set(model_graph())
    specs = [
        dg.AssetCheckSpec(CHECK, asset=table, blocking=table in built, description=f"{len(rules)} rules from contract and suite.")
        for table, rules in suites().items()
    ]

    @dg.multi_asset_check(specs=specs, name="quality_gate", required_resource_keys={"workshop"}, pool=STORE_POOL)
    def check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        """Judge every rule on core and built tables."""
        shop: Workshop = context.resources.workshop
        shop.say("Checking the quality of the data …")
        report = shop.gate = run_gate(shop.con, full=shop.is_full)
        write_data_docs(shop.settings.data_docs_dir, report)
        for table in suites():
            yield _verdict(table, report)

    return check


def outcomes() -> dg.AssetsDefinition:
    """The table of outcomes, with the check on which the release waits."""
    built = sorted(set(model_graph()) & set(suites()))
    check = dg.AssetCheckSpec("publishable", asset=GATE, blocking=True, description="No blocking rule failed or could not be judged.")

    @dg.asset(
        key=GATE,
        deps=built,
        group_name="quality",
        kinds={"great_expectations"},
        required_resource_keys={"workshop"},
        pool=STORE_POOL,
        check_specs=[check],
    )
    def quality_outcome(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """What became of each rule."""
        shop: Workshop = context.resources.workshop
        report = shop.gate = shop.gate or run_gate(shop.con, full=shop.is_full)
        verdict = dg.AssetCheckResult(check_name="publishable", passed=not report.blocking, metadata={"blocking": _list(report.blocking)})
        return dg.MaterializeResult(metadata={**report.counts}, check_results=[verdict])

    return quality_outcome


def _verdict(table: str, report: GateReport) -> dg.AssetCheckResult:
    outcomes = [outcome for outcome in report.outcomes if outcome.rule.table == table]
    bad = [outcome for outcome in outcomes if outcome.result != "passed"]
    blocks = any(outcome.is_blocking for outcome in bad)
    severity = dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN
    metadata = {"rules": len(outcomes), "failing": _list(bad)}
    return dg.AssetCheckResult(asset_key=table, check_name=CHECK, passed=not bad, severity=severity, metadata=metadata)


def _list(outcomes: list[Outcome]) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md("\n".join(f"- {outcome.sentence}" for outcome in outcomes) or "none")
