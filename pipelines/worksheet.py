"""The CSV file in which quarantined records are corrected by hand: written from the archive, read back when a person is done.

Cells that may hold something personal are masked unless asked for in clear, and a masked cell that comes back keeps the value that was delivered.
A cell that a spreadsheet would take for a formula gets an apostrophe in front, which is taken off again when the file comes back.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

from pipelines.adapters.batch import PLACE, FileRefused, Profile
from pipelines.adapters.read import read_records
from pipelines.ingest import CallWrong
from pipelines.loading import hidden_columns
from pipelines.originals import Original
from pipelines.personal import MASK, mask_text
from pipelines.quarantine import Decider, Outcome, delivered, submit
from warehouse.settings import Settings

_ABOUT = ("id", "source", "feed", "file", "row", "reasons", "raw")  # each as quarantine_<name>; the record's own columns follow
_TRIGGERS = tuple("=+-@\t\r＝＋－＠'")


def export(settings: Settings, path: Path, source: str | None = None, *, clear: bool = False) -> int:
    """Write the open records of a source, or of all, readable by the owner alone; return how many."""
    records = delivered(settings, source)
    columns = list(dict.fromkeys(name for record in records for name in record.header))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(f"quarantine_{name}" for name in _ABOUT), *columns])
        writer.writerows([*_about(record, clear), *_cells(record, columns, clear)] for record in records)
    return len(records)


def resubmit(settings: Settings, path: Path, decider: Decider) -> Outcome:
    """Load the records of a corrected file. Records that were taken out of it stay in quarantine."""
    return submit(settings, _corrected(path), decider)


def _about(record: Original, clear: bool) -> list[str]:
    raw = record.raw or ""
    shown = raw if clear else mask_text(raw, record.source.profile.delimiter)
    about = (record.id, record.source.id, record.feed, Path(record.file).name, str(record.row_no), "; ".join(record.reasons), shown)
    return [_harmless(text) for text in about]


def _cells(record: Original, columns: list[str], clear: bool) -> list[str]:
    values = record.values or {}
    hidden = set() if clear else hidden_columns(record.emits, list(record.header)) if record.emits else set(record.header)
    return [MASK if name in hidden and values.get(name) else _harmless(values.get(name) or "") for name in columns]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_TRIGGERS) else text


def _corrected(path: Path) -> dict[str, dict[str, str | None]]:
    """The records of the file by id; masked cells are left out."""
    records: dict[str, dict[str, str | None]] = {}
    try:
        for batch in read_records(path, Profile(format="csv")):
            if batch.rejects:
                raise CallWrong(
                    f"Row {batch.rejects[0].row} of {path.name} cannot be read ({batch.rejects[0].code}); correct it and try again."
                )
            if "quarantine_id" not in batch.frame.columns:
                raise CallWrong(f"{path.name} has no column quarantine_id; correct a file that onegate quarantine export wrote.")
            for row in batch.frame.drop(PLACE).to_dicts():
                records[row["quarantine_id"] or ""] = {name: _typed(text) for name, text in row.items() if _is_given(name, text)}
    except FileRefused as error:
        raise CallWrong(f"{path.name} cannot be read: {error.sentence}") from error
    return records


def _is_given(name: str, text: str | None) -> bool:
    return not name.startswith("quarantine_") and text != MASK


def _typed(text: str | None) -> str | None:
    return text.removeprefix("'") or None if text else None
