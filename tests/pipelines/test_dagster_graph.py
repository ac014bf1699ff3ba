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
        lines.append(f"{node.group_name:8} {key.to_user_string()} ← {parents or '-'}" + (f"   ✓ {checks}" if checks else ""))
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
    assert jobs == {"ingest_landing": "in_process", "build_release": "in_process", "pull_open311": "in_process"}
    assert [(s.name, s.cron_schedule, s.execution_timezone, s.default_status.value) for s in repository.schedule_defs] == [
        ("nightly", "0 2 * * *", "Asia/Shanghai", "RUNNING"),
        ("pull_open311", "0 1 * * *", "Asia/Shanghai", "RUNNING"),
    ]
    assert [(sensor.name, sensor.default_status.value) for sensor in repository.sensor_defs] == [("landing", "RUNNING")]


def test_dagster_loads_the_workspace(tmp_path):
    environment = {**os.environ, "DAGSTER_HOME": str(tmp_path), "ONEGATE_HOME": str(tmp_path / "home"), "DAGSTER_DISABLE_TELEMETRY": "1"}
    command = [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert "Validation successful for code location onegate" in ran.stdout + ran.stderr


if __name__ == "__main__":
    SNAPSHOT.write_text(graph_text(), "utf-8")
