"""A commit that ended in an error is in doubt: the engine may have made it durable all the same. The ledger, opened anew, says which."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.receipts import COUNTS, IngestReport, Receipt
from warehouse.engine.duckdb import reading
from warehouse.engine.lease import StoreBusy
from warehouse.settings import Settings


def settle_doubt(settings: Settings, path: Path, began: datetime, report: IngestReport) -> None:
    """Give the file its receipt if it was loaded after all. Where the store cannot be read it stays refused; giving it again is safe."""
    columns = ("source_id", "feed", "sha256", "read", *COUNTS)
    try:
        with reading(settings) as con:
            row = con.execute(
                f"select {', '.join(columns)} from ledger_file where name = ? and received_at >= ? and status = 'loaded'", [str(path), began]
            ).fetchone() if con else None  # fmt: skip
    except (StoreBusy, duckdb.Error):
        return
    if row:
        report.refused = [left for left in report.refused if left.file != str(path)]
        report.receipts.append(Receipt(str(path), *row))
