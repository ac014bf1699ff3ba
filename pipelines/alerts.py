"""Alerts: what a person has to look at, until it is put right or cleared. They stand in the store, and in alerts.json for those who cannot open it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

import duckdb

from warehouse.alerts import Alert
from warehouse.settings import Settings

REFUSED, UNREADABLE = "refused", "all_quarantined"
_COLUMNS = ("id", "raised_at", "source", "feed", "kind", "subject", "file", "sentence")


def raise_alert(con: duckdb.DuckDBPyConnection, alert: Alert) -> None:
    """Raise an alert, unless the same one is open."""
    con.execute(
        """insert into ledger_alert select nextval('ledger_alert_id'), now(), $1, $2, $3, $4, $5, $6, null, null where not exists (
            select 1 from ledger_alert where source_id = $1 and feed is not distinct from $2 and kind = $3 and subject = $4 and sentence = $6
            and cleared_at is null)""",
        [alert.source, alert.feed, alert.kind, alert.subject, alert.file, alert.sentence],
    )


def settle_alerts(con: duckdb.DuckDBPyConnection, source: str, right: list[tuple[str, str]], by: str) -> None:
    """Close the alerts of a source that are put right, by kind and subject."""
    found = con.execute("select alert_id, kind, subject from ledger_alert where source_id = ? and cleared_at is null", [source]).fetchall()
    if numbers := [number for number, kind, subject in found if (kind, subject) in right]:
        clear_alerts(con, numbers, by)


def clear_alerts(con: duckdb.DuckDBPyConnection, numbers: list[int], by: str) -> int:
    """Close alerts by number; return how many were open."""
    closed = con.execute(
        "update ledger_alert set cleared_at = now(), cleared_by = $2 where list_contains($1, alert_id) and cleared_at is null returning alert_id",
        [numbers, by],
    ).fetchall()
    return len(closed)


def open_alerts(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Alerts that are open, the oldest first; none in a store that was made before there were any."""
    if not con.execute("select 1 from duckdb_tables() where table_name = 'ledger_alert'").fetchone():
        return []
    found = con.execute(
        """select alert_id, raised_at, source_id, feed, kind, subject, file, sentence from ledger_alert where cleared_at is null order by alert_id"""
    ).fetchall()
    return [dict(zip(_COLUMNS, (row[0], row[1].astimezone(UTC).isoformat(timespec="seconds"), *row[2:]), strict=True)) for row in found]


def show_alerts(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Write the open alerts to alerts.json, whole or not at all."""
    body = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "alerts": open_alerts(con)}
    aside = settings.home / f".alerts.{os.getpid()}.new"
    aside.write_text(json.dumps(body, ensure_ascii=False, indent=1), "utf-8")
    os.replace(aside, settings.alerts_path)
