"""Days as partitions: which day a delivery belongs to, runs of a source's days, sources that can be pulled by day, and how often each should come."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import onegate_definitions
from pipelines.defs.freshness import verdict
from pipelines.defs.landing import requests_for
from pipelines.defs.partitions import delivery_days, pull_days
from pipelines.defs.pulls import cron, day_asset
from pipelines.defs.sources import all_sources, source_asset
from pipelines.delivery_day import delivery_day
from pipelines.source import FIRST_DAY, Source, SourceInvalid, load, sources
from warehouse.settings import Settings

HALL = Source("hall", zone="Asia/Shanghai", partition_from=date(2024, 1, 1), cadence_hours=24)
EVENT = "event_id,case_id,event_type,occurred_at,channel\n{0},c,submitted,2024-03-01T09:00:00+08:00,web\n"


def put(path: Path, text: str, at: datetime) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("case_events-2024-03-01.csv", "2024-03-01"),
        ("case_events_20240301.csv", "2024-03-01"),
        ("20240301T231500-case_events.csv", "2024-03-01"),
        ("事项办结2024年3月1日.csv", "2024-03-01"),
        ("2024-03-01/case_events-2.csv", "2024-03-01"),
        ("2024/03/01/case_events.csv", "2024-03-01"),
        ("2024-03-02/case_events-2024-03-01.csv", "2024-03-01"),
        ("case_events-2024-03-01_2024-03-02-20240501T010203-00112233aabbccdd.ndjson", "2024-03-01"),
        ("case_events.csv", "2024-05-06"),  # the local day on which it came: 22:00 UTC is the next morning in Shanghai
        ("case_events-2024-13-45.csv", "2024-05-06"),
        ("case_events-1999-01-01.csv", "2024-05-06"),  # before the first day of the source
        ("case_events-2999-01-01.csv", "2024-05-06"),
        ("case_events-12024030155.csv", "2024-05-06"),
    ],
)
def test_the_day_of_a_delivery_is_the_one_that_its_name_says(tmp_path, name, day):
    path = put(tmp_path / name, "x", datetime(2024, 5, 5, 22, tzinfo=UTC))
    assert delivery_day(HALL, path, tmp_path).isoformat() == day
    assert delivery_days(HALL).has_partition_key(day)


def test_what_came_before_the_first_day_belongs_to_the_first(tmp_path):
    path = put(tmp_path / "case_events.csv", "x", datetime(2020, 1, 1, tzinfo=UTC))
    assert delivery_day(HALL, path, tmp_path) == date(2024, 1, 1)


def test_a_definition_says_whether_its_deliveries_are_kept_apart(tmp_path):
    def read(more: str) -> Source:
        path = tmp_path / "hall.yaml"
        path.write_text(f"source: hall\n{more}", "utf-8")
        return load(path)

    assert read("").partition_from is None
    assert read("partition: day\n").partition_from == FIRST_DAY
    assert read("partition: day\npartition_from: 2024-02-29\n").partition_from == date(2024, 2, 29)
    assert read("partition: day\n").fingerprint == read("").fingerprint  # known files stay known
    for wrong in ("partition: hour\n", "partition_from: 2024-02-29\n", "partition: day\npartition_from: someday\n"):
        with pytest.raises(SourceInvalid, match="partition"):
            read(wrong)


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Source:
    """The hall among the defined sources."""
    monkeypatch.setitem(sources(), "hall", HALL)
    return HALL


def test_the_sensor_asks_for_a_run_a_day(tmp_path, hall):
    first = put(tmp_path / "hall" / "case_events-2024-03-01.csv", "x", datetime(2024, 5, 5, tzinfo=UTC))
    put(tmp_path / "hall" / "2024-03-02" / "case_events.csv", "y", datetime(2024, 5, 5, tzinfo=UTC))
    put(tmp_path / "hall" / "2024-03-02" / "ratings.csv", "z", datetime(2024, 5, 5, tzinfo=UTC))
    result, _ = requests_for(tmp_path, {}, datetime(2024, 6, 1, tzinfo=UTC).timestamp(), lambda key: "done")
    asked = [
        (request.job_name, request.partition_key, request.run_config["ops"]["source__hall"]["config"]["paths"])
        for request in result.run_requests
    ]
    assert [(job, day, len(paths)) for job, day, paths in asked] == [("ingest_hall", "2024-03-01", 1), ("ingest_hall", "2024-03-02", 2)]
    assert asked[0][2] == [str(first)]


def test_a_backfill_loads_the_files_of_its_days_and_no_others(tmp_path):
    settings = Settings(tmp_path / "home").prepare()
    for day in (1, 2, 3, 4):
        put(settings.landing_dir / "hall" / f"case_events-2024-03-0{day}.csv", EVENT.format(day), datetime(2024, 5, 5, tzinfo=UTC))
    asset = source_asset(HALL)
    tags = {"dagster/asset_partition_range_start": "2024-03-02", "dagster/asset_partition_range_end": "2024-03-03"}
    with dg.DagsterInstance.ephemeral() as instance:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        done = dg.materialize([asset], instance=instance, resources={"settings": settings}, tags=tags, run_config=quiet)
        events = [event.materialization for event in done.get_asset_materialization_events()]
        assert sorted(event.partition for event in events) == ["2024-03-02", "2024-03-03"]
        assert [Path(row.data["file"]).name for row in events[0].metadata["receipts"].records] == [
            "case_events-2024-03-02.csv",
            "case_events-2024-03-03.csv",
        ]


def test_a_run_of_one_day_loads_that_day(tmp_path):
    settings = Settings(tmp_path / "home").prepare()
    for day in (1, 2):
        put(settings.landing_dir / "hall" / f"case_events-2024-03-0{day}.csv", EVENT.format(day), datetime(2024, 5, 5, tzinfo=UTC))
    with dg.DagsterInstance.ephemeral() as instance:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        done = dg.materialize(
            [source_asset(HALL)], instance=instance, resources={"settings": settings}, partition_key="2024-03-02", run_config=quiet
        )
        [event] = done.get_asset_materialization_events()
    assert event.partition == "2024-03-02" and event.materialization.metadata["read"].value == 1


def test_definitions_hold_sources_with_days_beside_others(hall):
    repository = onegate_definitions().get_repository_def()
    assert {"ingest_landing", "ingest_hall", "build_release"} <= {job.name for job in repository.get_all_jobs()}
    assert repository.get_job("ingest_hall").partitions_def == delivery_days(hall)
    assert repository.get_job("ingest_landing").partitions_def is None


def test_pulled_sources_with_dates_have_days(tmp_path):
    open311 = sources()["open311"]
    days = pull_days(open311)
    assert days and days.get_first_partition_key() == "2024-01-01" and str(days.timezone) == "America/New_York"
    assert pull_days(HALL) is None
    asset = day_asset(open311)
    assert asset.backfill_policy == dg.BackfillPolicy.multi_run(30)
    with dg.DagsterInstance.ephemeral() as instance:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        done = dg.materialize(
            [asset], instance=instance, resources={"settings": Settings(tmp_path).prepare()}, partition_key="2024-03-01", run_config=quiet,
            raise_on_error=False,
        )  # fmt: skip
        [failure] = [event for event in done.all_events if event.event_type_value == "STEP_FAILURE"]
    assert not done.success  # at once: what is not set up does not get better by waiting
    assert "ONEGATE_OPEN311_URL" in str(failure.step_failure_data.error) + str(failure.step_failure_data.user_failure_data)


def test_the_clock_follows_the_cadence():
    assert [cron(hours) for hours in (1, 6, 24, 168, 7)] == ["10 */1 * * *", "10 */6 * * *", "0 1 * * *", "0 1 * * *", "0 1 * * *"]


def test_a_source_is_late_when_its_last_file_is_older_than_its_cadence():
    now = datetime(2024, 3, 2, 12, tzinfo=UTC)
    hourly, daily = replace(HALL, id="hourly", cadence_hours=1), replace(HALL, id="daily", cadence_hours=24)
    received = {"hourly": datetime(2024, 3, 2, 10, tzinfo=UTC), "daily": datetime(2024, 3, 1, 13, tzinfo=UTC)}
    assert not verdict(hourly, received, now).passed and verdict(daily, received, now).passed
    assert "hourly: 2024-03-02 10:00 UTC" in verdict(hourly, received, now).metadata["late"].value
    assert verdict(replace(HALL, id="never_came"), received, now).passed  # not used here
    canonical = verdict(all_sources()["canonical"], {**received, "old_hall": datetime(2024, 1, 1, tzinfo=UTC)}, now)
    assert not canonical.passed and "old_hall" in canonical.metadata["late"].value
