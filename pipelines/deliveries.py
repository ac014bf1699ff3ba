"""The archive describes itself: beside every archived file lies a note of each delivery of it, on the disk before the ledger knows of it.

With the notes alone the warehouse can be made again when the ledger is lost too. A note says whose file it was, under what name and when it was
received, and the number that the ledger gave it, which is the order of loading. A note of a delivery whose loading was cut off may stay behind;
where the ledger is there it is believed, and where it is not, of two notes with one number the later is the one that was loaded.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from warehouse import durable
from warehouse.crash_point import crash_point
from warehouse.settings import Settings

SUFFIX = ".delivery"


@dataclass(frozen=True)
class DeliveryNote:
    """One delivery of one archived file. `own_columns`: the file had the feed's own columns, and no definition mapped them."""

    file_id: int
    file: str
    sha256: str
    name: str
    source: str
    feed: str
    own_columns: bool
    definition: str
    received_at: datetime
    bytes: int


def write_note(stored: Path, note: DeliveryNote) -> None:
    """Put the note beside the archived file."""
    body = json.dumps({**asdict(note), "received_at": note.received_at.isoformat()}, ensure_ascii=False, indent=1)
    durable.write(stored.with_name(f"{note.sha256}.{note.file_id:012}{SUFFIX}"), body, 0o400)
    crash_point("archive.noted")


def read_notes(settings: Settings) -> list[DeliveryNote]:
    """Every note in the order of loading, one for each number."""
    notes = [_note(path) for path in settings.archive_dir.glob(f"*/*{SUFFIX}")]
    latest = {note.file_id: note for note in sorted(notes, key=lambda note: note.received_at)}
    return [latest[number] for number in sorted(latest)]


def _note(path: Path) -> DeliveryNote:
    body = json.loads(path.read_text("utf-8"))
    return DeliveryNote(**{**body, "received_at": datetime.fromisoformat(body["received_at"])})
