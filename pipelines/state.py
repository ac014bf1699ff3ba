"""What the store knows about itself: freshness of sources, checks, alerts, sizes. Reads only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from pipelines.alerts import open_alerts
from pipelines.source import cadences
from warehouse.engine.duckdb import reading
from warehouse.freshness import freshness_query
from warehouse.release import current
from warehouse.settings import Settings


def status(settings: Settings) -> dict[str, Any]:
    """The contract's status document."""
    release = current(settings)
    as_of = release.as_of if release else None
    with reading(settings) as con:
        listed = _sources(con) if con else []
        checks = _checks(con) if con else {}
        alerts = open_alerts(con) if con else []
    sizes = {
        "warehouse": _bytes(settings.warehouse_path),
        "archive": _bytes(settings.archive_dir),
        "releases": _bytes(settings.releases_dir),
    }
    return {
        "release": release.stamp if release else None,
        "as_of": as_of.isoformat() if as_of else None,
        "sources": listed,
        "checks": checks,
        "alerts": alerts,
        "bytes": sizes,
    }


def _sources(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    received = con.execute(
        """select source_id, feed, max(received_at)::varchar, sum(accepted), sum(quarantined) from ledger_file
        where status = 'loaded' group by all order by all"""
    ).fetchall()
    late = _late(con)
    names = ("source", "feed", "last_received", "rows", "quarantined", "late")
    return [
        dict(zip(names, (source, feed, last, int(rows), int(aside), (source, feed) in late), strict=True))
        for source, feed, last, rows, aside in received
    ]


def _late(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Sources and feeds whose newest record is older than their cadence allows; none before the first build."""
    if not con.execute("select 1 from duckdb_tables() where table_name = 'build_as_of'").fetchone():
        return set()
    found = con.execute(f"select source_id, feed from ({freshness_query(cadences())}) where is_late").fetchall()
    return {(source, feed) for source, feed in found}


def _checks(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    if not con.execute("select 1 from duckdb_tables() where table_name = 'quality_outcome'").fetchone():
        return {}
    last = "select * from quality_outcome where run_id = (select arg_max(run_id, ran_at) from quality_outcome)"
    names = ("passed", "warned", "failed", "errored")
    counts = con.execute(
        f"""select count(*) filter (result = 'passed'), count(*) filter (result = 'failed' and severity = 'warn'),
        count(*) filter (result = 'failed' and severity = 'block'), count(*) filter (result = 'errored') from ({last})"""
    ).fetchone()
    return dict(zip(names, counts or (0,) * 4, strict=True))


def _bytes(path: Path) -> int:
    if path.is_dir():
        return sum(entry.stat().st_size for entry in path.rglob("*") if entry.is_file())
    return path.stat().st_size if path.exists() else 0
