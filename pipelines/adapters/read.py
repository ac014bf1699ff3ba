"""The door to all readers: one file in, batches of text records out, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.adapters.batch import Batch, FileRefused, Profile, Reject, Tally
from pipelines.adapters.columns import with_nulls
from pipelines.adapters.delimited import read_delimited
from pipelines.adapters.isolated import read_isolated
from pipelines.adapters.jsonl import read_jsonl
from pipelines.adapters.source import open_source, sniff_format

__all__ = ["Batch", "FileRefused", "Profile", "Reject", "Tally", "read_records", "sniff_format"]

READERS = {
    "csv": read_delimited,
    "tsv": read_delimited,
    "jsonl": read_jsonl,
    "parquet": read_isolated,
    "xlsx": read_isolated,
    "xes": read_isolated,
    "ocel": read_isolated,
}


def read_records(path: Path, profile: Profile | None = None, tally: Tally | None = None) -> Iterator[Batch]:
    """Read a file. Yields at least one batch; raises FileRefused, at the latest while iterating, if nothing of it may be loaded."""
    profile, tally = profile or Profile(), tally or Tally()
    with open_source(Path(path), profile) as source:
        tally.format = source.format
        for batch in READERS[source.format](source, profile, tally):
            yield with_nulls(batch, profile.null_values)
