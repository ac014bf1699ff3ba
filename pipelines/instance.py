"""Dagster's own configuration in an installation: where runs are recorded, how many run at once, what happens to those that die.

`<home>/dagster/dagster.yaml` is written anew with every version as long as its first line stands; without that line it is the operator's own.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from warehouse.settings import Settings

OURS = "# Written by OneGate. Remove this line to keep changes of your own."
STORAGE_VARIABLE, STORAGE_FILE = "ONEGATE_DAGSTER_POSTGRES", "dagster.url"
DRIVER = "postgresql+psycopg2://"  # the one that Dagster's statements are written for; SQLAlchemy would choose another
STORE_POOL = "store"  # of runs that write to the working store
NOTICED_SECONDS = 10  # how often runs are looked after


def instance_folder(settings: Settings) -> Path:
    """The installation's DAGSTER_HOME, with its dagster.yaml in place."""
    folder = settings.home / "dagster"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "dagster.yaml"
    if not path.exists() or path.read_text("utf-8").startswith(OURS):
        path.write_text(_text(folder, storage_url(settings) is not None), "utf-8")
    return folder


def storage_url(settings: Settings) -> str | None:
    """The address of the PostgreSQL database that keeps runs and events, where the operator gave one."""
    url = settings.secret(variable=STORAGE_VARIABLE) or settings.secret(file=STORAGE_FILE)
    return re.sub(r"^postgres(ql)?://", DRIVER, url) if url else None


def instance_environment(settings: Settings) -> dict[str, str]:
    """Variables for processes of Dagster that work on the installation. The address of its database stands in none of its files."""
    url = storage_url(settings)
    return {
        "ONEGATE_HOME": str(settings.home),
        "DAGSTER_HOME": str(instance_folder(settings)),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        **({STORAGE_VARIABLE: url} if url else {}),
    }


def configuration(folder: Path, in_postgres: bool = False) -> dict[str, Any]:
    """What dagster.yaml says."""
    storage = (
        {"postgres": {"postgres_url": {"env": STORAGE_VARIABLE}}} if in_postgres else {"sqlite": {"base_dir": str(folder / "storage")}}
    )
    return {
        "storage": storage,
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        "run_launcher": {"module": "pipelines.run_launcher", "class": "ProcessRunLauncher"},
        # one writer: runs of the pool wait in the queue for each other; pulls write to the landing folder alone and may run beside it
        "concurrency": {"runs": {"max_concurrent_runs": 3}, "pools": {"default_limit": 1, "granularity": "run"}},
        "run_monitoring": {
            "enabled": True,
            "poll_interval_seconds": NOTICED_SECONDS,
            "start_timeout_seconds": 180,
            "cancel_timeout_seconds": 60,
            "max_resume_run_attempts": 0,
            "free_slots_after_run_end_seconds": 30,
        },
        # a step that fails is tried again by its own policy; this is for runs that died
        "run_retries": {"enabled": True, "max_retries": 3, "retry_on_asset_or_op_failure": False},
        "retention": {name: {"purge_after_days": {"skipped": 7, "success": 90, "failure": 90}} for name in ("sensor", "schedule")},
    }


def _text(folder: Path, in_postgres: bool) -> str:
    body = json.loads(json.dumps(configuration(folder, in_postgres)))
    return f"{OURS}\n{yaml.safe_dump(body, sort_keys=False)}"
