"""Days as partitions: of sources whose deliveries are kept apart by day, and of those that can be pulled by day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import dagster as dg

from pipelines.delivery_day import delivery_day
from pipelines.landing import landed
from pipelines.source import FIRST_DAY, Source
from pipelines.transports.section import Open311Section, PostgresSection

DAYS_A_RUN = 30  # of a backfill; one that dies begins its run again


def days_from(first: date, zone: str) -> dg.DailyPartitionsDefinition:
    """Local days from the first one on, today included."""
    return dg.DailyPartitionsDefinition(first.isoformat(), timezone=zone, end_offset=1)


def delivery_days(source: Source) -> dg.DailyPartitionsDefinition | None:
    """The days of a source whose deliveries are kept apart."""
    return days_from(source.partition_from, source.zone) if source.partition_from else None


def pull_days(source: Source) -> dg.DailyPartitionsDefinition | None:
    """The days by which a source can be pulled: where all that it gives has a date."""
    section = source.fetched
    if isinstance(section, Open311Section):
        return days_from(section.start or source.partition_from or FIRST_DAY, source.zone)
    if isinstance(section, PostgresSection) and all(relation.date for relation in section.relations):
        return days_from(source.partition_from or FIRST_DAY, source.zone)
    return None


def in_backfills(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """The asset, of which a backfill does many days in a run."""
    return asset.with_attributes(backfill_policy=dg.BackfillPolicy.multi_run(DAYS_A_RUN))


def files_of_days(source: Source, folder: Path, days: list[str]) -> list[Path]:
    """The files in a source's landing folder that belong to these days."""
    return [path for path in map(Path, landed(folder)) if delivery_day(source, path, folder).isoformat() in days]
