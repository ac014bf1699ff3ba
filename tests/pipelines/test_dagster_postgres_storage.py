"""Dagster's runs and events in a real PostgreSQL database, where the operator gives its address."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.instance import STORAGE_FILE, STORAGE_VARIABLE, instance_environment, instance_folder, storage_url
from warehouse.settings import Settings


@pytest.fixture
def url(server: str) -> str:
    """The test server's address as SQLAlchemy writes it."""
    parts = dict(part.split("=", 1) for part in server.split())
    return f"postgresql://{parts['user']}:{parts['password']}@/{parts['dbname']}?host={parts['host']}"


def test_runs_are_kept_in_the_database_and_its_address_in_no_file(url, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("dagster_postgres", reason="!!! dagster-postgres is not installed, so keeping runs in PostgreSQL is NOT tested")
    settings = Settings(tmp_path / "home").prepare()
    (settings.secrets_dir / STORAGE_FILE).write_text(url, "utf-8")
    (settings.secrets_dir / STORAGE_FILE).chmod(0o600)
    for name, value in instance_environment(settings).items():
        monkeypatch.setenv(name, value)

    @dg.asset
    def count():
        return dg.MaterializeResult(metadata={"rows": 3})

    with dg.DagsterInstance.get() as first:
        assert type(first.run_storage).__module__.startswith("dagster_postgres")
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        assert dg.materialize([count], instance=first, run_config=quiet).success
    with dg.DagsterInstance.get() as second:
        assert [run.status for run in second.get_runs()] == [dg.DagsterRunStatus.SUCCESS]
        event = second.get_latest_materialization_event(count.key)
        assert event and event.asset_materialization and event.asset_materialization.metadata["rows"].value == 3
    folder = instance_folder(settings)
    assert "never-shown" not in (folder / "dagster.yaml").read_text("utf-8")
    assert not list(folder.rglob("*.db"))


def test_without_an_address_runs_are_kept_in_the_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(STORAGE_VARIABLE, raising=False)
    settings = Settings(tmp_path / "home").prepare()
    assert storage_url(settings) is None
    text = (instance_folder(settings) / "dagster.yaml").read_text("utf-8")
    assert "sqlite" in text and "postgres" not in text
    monkeypatch.setenv(STORAGE_VARIABLE, "postgresql://somewhere/dagster")
    text = (instance_folder(settings) / "dagster.yaml").read_text("utf-8")
    assert "sqlite" not in text and f"env: {STORAGE_VARIABLE}" in text and "somewhere" not in text
