"""The asset graph as a snapshot: a change of it is seen in review. `python tests/pipelines/test_dagster_graph.py` writes it again."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

from data_quality.catalogue import suites
from pipelines.definitions import defs, onegate_definitions
from pipelines.source import sources
from warehouse.build import model_graph
from warehouse.contract import feeds

ROOT = Path(__file__).parents[2]
SNAPSHOT = Path(__file__).with_name("asset_graph.txt")


def graph_text() -> str:
    """One line for each asset: what it waits for, and its checks (blocking ones with an exclamation mark)."""
    graph = onegate_definitions().resolve_asset_graph()
    lines = []
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        parents = " ".join(sorted(parent.to_user_string() for parent in node.parent_keys))
        checks = " ".join(
            sorted(f"{check.name}{'!' if graph.get(check).blocking else ''}" for check in graph.get_check_keys_for_assets({key}))
        )
        days = f"   ▦ {node.partitions_def}" if node.partitions_def else ""
        lines.append(f"{node.group_name:8} {key.to_user_string()} ← {parents or '-'}{days}" + (f"   ✓ {checks}" if checks else ""))
    return "\n".join(sorted(lines)) + "\n"


def test_the_asset_graph_is_the_one_that_was_reviewed():
    assert graph_text() == SNAPSHOT.read_text("utf-8"), f"If the change is meant, run: python {SNAPSHOT.with_name(Path(__file__).name)}"


def test_every_source_model_and_rollup_set_is_an_asset_and_every_suite_a_check():
    graph = onegate_definitions().resolve_asset_graph()
    names = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert {f"source/{name}" for name in (*sources(), "canonical")} <= names
    assert set(model_graph()) | {feed.table for feed in feeds().values()} <= names
    assert {"rollup/case", "rollup/ticket", "quality_outcome", "release"} <= names
    assert {key.asset_key.to_user_string() for key in graph.asset_check_keys if key.name == "rules"} == set(suites())


def test_nothing_is_published_before_it_was_checked():
    graph = onegate_definitions().resolve_asset_graph()
    release = graph.get(dg.AssetKey("release"))
    assert dg.AssetKey("quality_outcome") in release.parent_keys
    publishable = dg.AssetCheckKey(dg.AssetKey("quality_outcome"), "publishable")
    assert graph.get(publishable).blocking
    assert graph.get(dg.AssetCheckKey(dg.AssetKey("mart_case"), "rules")).blocking


def test_jobs_run_in_one_process_and_start_by_themselves():
    repository = defs().get_repository_def()
    jobs = {job.name: job.executor_def.name for job in repository.get_all_jobs() if not job.name.startswith("__")}
    assert jobs == dict.fromkeys(("ingest_landing", "build_release", "check_freshness", "pull_open311"), "in_process")
    assert [
        (s.name, s.cron_schedule, s.execution_timezone, s.default_status.value)
        for s in sorted(repository.schedule_defs, key=lambda s: s.name)
    ] == [
        ("freshness", "45 * * * *", "Asia/Shanghai", "RUNNING"),
        ("nightly", "0 2 * * *", "Asia/Shanghai", "RUNNING"),
        ("pull_open311", "0 1 * * *", "Asia/Shanghai", "RUNNING"),
    ]
    assert [(sensor.name, sensor.default_status.value) for sensor in repository.sensor_defs] == [("landing", "RUNNING")]


def test_whatever_writes_to_the_store_waits_in_one_pool_and_pulls_wait_for_none_but_their_own():
    repository = defs().get_repository_def()
    pools = {job.name: {pool for op in job.graph.node_defs for pool in op.pools} for job in repository.get_all_jobs()}
    assert pools["ingest_landing"] == pools["build_release"] == pools["check_freshness"] == {"store"}
    assert pools["pull_open311"] == {"pull_open311"}
    steps = {op.name: op.pools for job in repository.get_all_jobs() for op in job.graph.node_defs}
    assert all(len(found) == 1 for found in steps.values())  # no step without one


def test_steps_that_others_can_keep_waiting_are_tried_again_ever_later():
    steps = {op.name: op for job in defs().get_repository_def().get_all_jobs() for op in job.graph.node_defs}
    policies = [steps[name].retry_policy for name in ("source__canonical", "freshness", "pull__open311", "pull_day__open311")]
    assert all(policy.backoff == dg.Backoff.EXPONENTIAL and policy.max_retries >= 5 and policy.delay >= 15 for policy in policies)


def test_dagster_loads_the_workspace(tmp_path):
    environment = {**os.environ, "DAGSTER_HOME": str(tmp_path), "ONEGATE_HOME": str(tmp_path / "home"), "DAGSTER_DISABLE_TELEMETRY": "1"}
    command = [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert "Validation successful for code location onegate" in ran.stdout + ran.stderr


if __name__ == "__main__":
    SNAPSHOT.write_text(graph_text(), "utf-8")
