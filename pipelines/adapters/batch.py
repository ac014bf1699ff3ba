"""What a reader hands over: batches of text records, the records that could not be read, and the tally that accounts for every byte."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

PLACE = {"_row": pl.Int64, "_offset": pl.Int64, "_length": pl.Int64}  # where a record stood in its file
TYPES = ("text", "integer", "number", "boolean", "date", "instant", "time", "duration", "binary", "nested", "null")
MAX_RECORD = 1_000_000  # bytes; a longer record is a fault of the file, not a record


@dataclass(frozen=True)
class Profile:
    """How a source writes its files. What is None is found out from the file itself."""

    format: str | None = None
    delimiter: str = ","
    encoding: str | None = None
    decimal: str = "."  # for conform; readers hand numbers over as they stand
    sheet: str | None = None
    object_type: str | None = None  # of an OCEL log: which objects are the cases
    null_values: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Reject:
    """One record that could not be read: its number, its place in bytes (line end included), why, and its text."""

    row: int
    offset: int | None
    length: int | None
    code: str
    text: str


@dataclass(frozen=True)
class Batch:
    """Text records under the file's own column names, plus `_row`, `_offset` and `_length`; and what stood between them unreadable.

    `types`: what kind of value each column holds, where the format says so (a Parquet file); TYPES are the words for it.
    """

    frame: pl.DataFrame
    rejects: list[Reject] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)


class FileRefused(Exception):
    """A file of which nothing is loaded: a reason code, and a sentence that says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence


@dataclass
class Tally:
    """The account of one file, kept while it is read. In text formats `accounted_bytes` ends equal to `file_bytes`, unpacked."""

    format: str | None = None
    encoding: str | None = None
    records: int = 0
    file_bytes: int | None = None
    bom_bytes: int = 0
    header_bytes: int = 0
    blank_bytes: int = 0  # blank lines: no records, but bytes
    record_bytes: int = 0  # accepted and rejected records with their line ends

    @property
    def accounted_bytes(self) -> int:
        """Return the bytes that are explained so far."""
        return self.bom_bytes + self.header_bytes + self.blank_bytes + self.record_bytes
