"""What a child does in the accident tests: load what is not acknowledged yet, file by file; then build and publish. Run by its path, with its JOB."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from metrics.rollup import build_rollups
from pipelines.ingest import ingest
from warehouse.build import build_models
from warehouse.engine.duckdb import writing
from warehouse.release import publish
from warehouse.settings import Settings


def acknowledged(book: Path) -> list[dict[str, Any]]:
    """Receipts and releases, as far as their lines were written to the end."""
    lines = book.read_text("utf-8").split("\n")[:-1] if book.exists() else []
    return [json.loads(line) for line in lines]


def acknowledge(book: Path, entry: dict[str, Any]) -> None:
    """Write one down, on the disk before the work goes on."""
    with book.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
        file.flush()
        os.fsync(file.fileno())


def work(home: str, book: str, files: list[str], crash_at: str, then: str) -> None:
    """Do what is left to do; `then`: nothing, build, or build whole (with the rollups)."""
    if crash_at:
        os.environ["ONEGATE_CRASH_AT"] = crash_at
    settings, kept = Settings(Path(home), low_water=0, threads=1), Path(book)
    done = {entry["file"] for entry in acknowledged(kept) if "file" in entry}
    for path in files:
        if path not in done:
            [receipt] = ingest(settings, [path]).receipts
            acknowledge(kept, {"file": path, "sha256": receipt.sha256, "read": receipt.read, "quarantined": receipt.quarantined})
    if then:
        with writing(settings) as con:
            build_models(con)
            if then == "build whole":
                build_rollups(con)
            made = publish(con, settings)
        acknowledge(kept, {"release": made.stamp})


if job := globals().get("JOB"):
    work(**job)
