"""What became of pushed files, noted where the service can read it without opening the store: loaded with its counts, or refused and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from pipelines.receipts import COUNTS, IngestReport
from pipelines.transports.pushes import Delivery, close, find, opened
from warehouse.settings import Settings

TRIED_AGAIN = "E_DISK_FULL"  # no verdict on the file: it is loaded when there is room


def note_outcomes(con: duckdb.DuckDBPyConnection, settings: Settings, report: IngestReport) -> None:
    """Note the outcome of every pushed file that this ingest read, and of those that an ingest read which died before it could say so."""
    if not (settings.inbox_dir / "push").is_dir():
        return
    told = _told(settings, report)
    for delivery, outcome in told.values():
        if not delivery.outcome or delivery.outcome["status"] != "loaded":
            close(settings, delivery, outcome)
    for delivery in opened(settings):
        if delivery.id not in told and (outcome := _from_ledger(con, delivery)):
            close(settings, delivery, outcome)


def _told(settings: Settings, report: IngestReport) -> dict[str, tuple[Delivery, dict[str, Any]]]:
    """What the report says of pushed files."""
    left = [each for each in (*report.refused, *report.ignored) if not each.reason.startswith(TRIED_AGAIN)]
    said: dict[str, dict[str, Any]] = {each.file: {"status": "refused", "reason": each.reason} for each in left}
    said |= {each.file: {"status": "loaded", **{name: getattr(each, name) for name in ("read", *COUNTS)}} for each in report.receipts}
    found = {}
    for file, outcome in said.items():
        path = Path(file).absolute()
        source, name = path.parent.name, path.name
        if path.parent.parent != settings.landing_dir:
            continue
        identity = name.split(".")[0].rpartition("-")[2]
        delivery = find(settings, source, identity) if len(identity) == 32 and identity.isalnum() else None
        if delivery and delivery.name == name:
            found[identity] = (delivery, outcome)
    return found


def _from_ledger(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> dict[str, Any] | None:
    """What the ledger knows of these bytes."""
    row = con.execute(
        f"select status, reason, read, {', '.join(COUNTS)} from ledger_file where sha256 = ? and source_id = ? order by file_id limit 1",
        [delivery.sha256, delivery.source],
    ).fetchone()
    if row is None:
        return None
    if row[0] == "refused":
        return {"status": "refused", "reason": row[1]}
    return {"status": "loaded", **dict(zip(("read", *COUNTS), row[2:], strict=True))}
