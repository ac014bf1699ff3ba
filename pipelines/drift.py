"""Schema drift: the columns of a file against what its feed or definition reads and what the files before it had.

A column that is new goes into side JSON (ledger_extra), one that is missing is null; both are told. A missing required column, or one of a type
that cannot become the feed's, refuses the file whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.adapters.batch import PLACE, Batch
from pipelines.conform import check_header, check_types
from pipelines.corrections import OF
from pipelines.headers import match_headers, unknown_headers
from pipelines.layouts import layout_of
from pipelines.personal import Hasher, looks_personal, named_personally
from pipelines.source import Emission, Source

NEW, MISSING = "new_column", "missing_column"


@dataclass(frozen=True)
class Before:
    """Columns of earlier files of the same layout: of the first under this definition, and of the latest. None: there was none."""

    first: tuple[str, ...] | None = None
    latest: tuple[str, ...] | None = None


def columns_before(con: duckdb.DuckDBPyConnection, source: Source, emits: tuple[Emission, ...]) -> Before:
    """What the files loaded so far say about the columns of the next."""
    found = con.execute(
        """select arg_min(header, file_id) filter (definition_hash = $1), arg_max(header, file_id)
        from ledger_account join ledger_file using (file_id) where source_id = $2 and feed = $3 and layout = $4 and len(header) > 0""",
        [source.fingerprint, source.id, emits[0].feed.name, layout_of(source, emits)],
    ).fetchone()
    first, latest = found or (None, None)
    return Before(tuple(first) if first else None, tuple(latest) if latest else None)


class Header:
    """The columns of one file, as its batches bring them."""

    def __init__(self, emits: tuple[Emission, ...], before: Before) -> None:
        self._emits, self._before = emits, before
        self._names: dict[str, None] = {}

    @property
    def names(self) -> list[str]:
        """The columns seen so far, in the order of the file."""
        return list(self._names)

    def see(self, batch: Batch, is_whole: bool) -> list[str]:
        """Take in a batch; return its columns that nothing reads and no earlier file had. `is_whole`: a table, whose first batch has every column."""
        names = [name for name in batch.frame.columns if name not in (*PLACE, OF)]
        if is_whole and names and not self._names:
            self.check(names)
            for emission in self._emits:
                check_types(batch.types, emission)
        self._names.update(dict.fromkeys(names))
        return self._unread(names)

    def check(self, names: list[str]) -> None:
        """Refuse the file if its columns cannot give what is required."""
        for emission in self._emits:
            check_header(names, emission)

    def new(self) -> list[str]:
        """Columns that nothing reads, and that no file had when the definition was made."""
        return sorted(self._unread(self.names))

    def missing(self) -> list[str]:
        """Columns that the definition reads, or that the file before had, and that this one does not have."""
        names = set(self._names)
        if not names:
            return []
        if self._emits[0].columns:
            lacking = {name for emission in self._emits for mapping in emission.columns.values() for name in mapping.missing(self.names)}
            return sorted(lacking | ({condition.column for emission in self._emits for condition in emission.when} - names))
        feed = self._emits[0].feed
        had = set(match_headers(list(self._before.latest or ()), feed).values())
        return sorted(had - set(match_headers(self.names, feed).values()))

    def _unread(self, names: list[str]) -> list[str]:
        if not self._emits[0].columns:
            return unknown_headers(names, self._emits[0].feed)
        known = _read(self._emits) | set(self._before.first if self._before.first is not None else names)
        return [name for name in names if name not in known]


def _read(emits: tuple[Emission, ...]) -> set[str]:
    """Columns of the file that the definition reads."""
    wanted = {name for emission in emits for mapping in emission.columns.values() for name in mapping.inputs}
    return wanted | {condition.column for emission in emits for condition in emission.when}


def side_json(frame: pl.DataFrame, names: list[str], hasher: Hasher) -> pl.DataFrame:
    """The named columns as one JSON text a row (row_no, extra), rows that have none of them left out; what may tell a person is hashed."""
    filled = frame.select("_row", *names).filter(pl.any_horizontal(pl.col(name).is_not_null() for name in names))
    shown = [_shown(filled[name], hasher) for name in names]
    return filled.select(pl.col("_row").alias("row_no"), pl.struct(shown).struct.json_encode().alias("extra"))


def _shown(values: pl.Series, hasher: Hasher) -> pl.Series:
    if named_personally(values.name):
        return hasher.replace(values)
    personal = looks_personal(values)
    return values.zip_with(~personal, hasher.replace(values)) if personal.any() else values
