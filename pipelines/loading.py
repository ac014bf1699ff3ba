"""Loading one file: batches are conformed, resolved and counted. A record is accounted once, however many rows of feeds it becomes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import duckdb
import polars as pl

from pipelines.adapters.batch import Batch
from pipelines.choosing import chosen
from pipelines.conform import conform
from pipelines.corrections import OF
from pipelines.direction import Direction
from pipelines.drift import MISSING, NEW, Before, Header, side_json
from pipelines.headers import match_headers
from pipelines.personal import MASK, Hasher, mask_text
from pipelines.receipts import COUNTS
from pipelines.resolve import NOT_ACCEPTED, store
from pipelines.source import Emission, Source

AT_ONCE = 1_000_000  # rows that are stored together: looking for known keys costs a scan of all that are stored, however few are looked for
_QUARANTINE = {
    "file_id": pl.Int64, "source_id": pl.String, "feed": pl.String, "row_no": pl.Int64,
    "byte_offset": pl.Int64, "byte_length": pl.Int64, "reasons": pl.List(pl.String), "record": pl.String,
}  # fmt: skip


class Loader:
    """Takes the batches of one file into the store, inside the caller's transaction."""

    def __init__(self, con: duckdb.DuckDBPyConnection, source: Source, emits: tuple[Emission, ...], hasher: Hasher, file_id: int) -> None:
        self._con, self._source, self.emits, self._hasher, self._file_id = con, source, emits, hasher, file_id
        self.header = Header(emits, Before())
        self.quarantined = 0
        self.rejected_bytes = 0
        self._waiting: dict[str, list[pl.DataFrame]] = {}
        self._emitted: list[pl.DataFrame] = []
        self._settled: list[pl.DataFrame] = []
        self._occurrences: Counter[str] = Counter()
        self._direction = Direction()
        self.read = 0

    def expect(self, before: Before) -> None:
        """Say what columns the files before had; without it the file is the first of its kind."""
        self.header = Header(self.emits, before)

    def take(self, batch: Batch, is_whole: bool = True) -> None:
        """Load one batch: what fits is stored, what does not is set aside with its reasons. `is_whole`: every batch has all columns of the file."""
        self.read += batch.frame.height + len(batch.rejects)
        self._set_aside(self._rejected(batch))
        new = self.header.see(batch, is_whole)
        if batch.frame.width and any(not name.startswith("_") for name in batch.frame.columns):
            self._store(self._complete(batch.frame), new)

    def finish(self) -> None:
        """Write down which columns came and went. A file without one required column in any record is refused here at the latest."""
        if self.header.names:
            self.header.check(self.header.names)
        drifted = [(NEW, name) for name in self.header.new()] + [(MISSING, name) for name in self.header.missing()]
        rows = [(self._file_id, self._source.id, self.emits[0].feed.name, kind, name) for kind, name in drifted]
        if rows:
            self._con.executemany("insert into ledger_drift values (?, ?, ?, ?, ?)", rows)

    def counts(self) -> dict[str, int]:
        """Store what still waits, and say how many records ended as what; the sum is `read`. A file that turns its codes round is refused here."""
        self._direction.check()
        for emission in self.emits:
            self._store_waiting(emission)
        settled = pl.concat(self._settled) if self._settled else pl.DataFrame(schema=NOT_ACCEPTED)
        several = len(self.emits) > 1
        settled = self._per_record(settled) if several else settled.unique("row_no", keep="last", maintain_order=True)
        found = dict(settled.group_by("status").len().iter_rows())
        counts = {name: int(found.get(name, 0)) for name in COUNTS}
        counts["quarantined"] = self.quarantined
        counts["accepted"] = self.read - sum(counts.values()) + counts["accepted"]
        return counts

    def notes(self, name: str) -> list[str]:
        """What a person should know about the file: columns that nothing reads, and columns that are not there any more."""
        new, missing = self.header.new(), self.header.missing()
        told = [f"{name}: new columns, which nothing reads yet, are kept beside the rows (ledger_extra): {', '.join(new)}"] if new else []
        return told + ([f"{name}: columns that are not there any more are empty: {', '.join(missing)}"] if missing else [])

    def _complete(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Optional columns that the batch does not have as nulls, and the hash of each record where it is the id."""
        wanted = {name for emission in self.emits for name in emission.inputs}
        absent = sorted(wanted - set(frame.columns))
        frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
        if any(mapping.row_hash for emission in self.emits for mapping in emission.columns.values()):
            frame = frame.with_columns(pl.Series("_row_hash", self._hashes(frame)))
        return frame

    def _hashes(self, frame: pl.DataFrame) -> list[str]:
        """A stable id of each record: the hash of its content and how often that content came before in the file."""
        names = sorted(name for name in frame.columns if not name.startswith("_") or name == OF)
        ids = []
        for values in frame.select(names).iter_rows():
            digest = hashlib.sha256(json.dumps(values).encode()).hexdigest()[:24]
            self._occurrences[digest] += 1
            ids.append(f"{digest}-{self._occurrences[digest]}")
        return ids

    def _store(self, frame: pl.DataFrame, new: list[str]) -> None:
        made = [
            (emission, conform(chosen(frame, emission.when, self._source.null_tokens), emission, self._source)) for emission in self.emits
        ]
        faults = pl.concat([result.faults for _, result in made])
        used = pl.concat([result.rows["row_no"] for _, result in made]).unique()
        unused = (
            frame.filter(~pl.col("_row").is_in(used.implode()) & ~pl.col("_row").is_in(faults["row_no"].implode()))["_row"]
            if self.emits[0].columns
            else []
        )
        if len(unused):
            faults = pl.concat(
                [faults, pl.DataFrame({"row_no": unused, "reason": ["E_UNUSED: no rule of the source reads this record"] * len(unused)})]
            )
        if not faults.is_empty():
            self._set_aside(self._faulty(frame, faults))
        if new:
            self._keep_beside(frame.filter(~pl.col("_row").is_in(faults["row_no"].implode())), new)
        for emission, result in made:
            self._direction.take(emission, result.rows)
            self._store_rows(
                emission, result.rows.filter(~pl.col("row_no").is_in(faults["row_no"].implode())) if not faults.is_empty() else result.rows
            )

    def _keep_beside(self, frame: pl.DataFrame, new: list[str]) -> None:
        extra = side_json(frame, new, self._hasher)  # noqa: F841  (read by DuckDB under its name)
        self._con.execute(
            "insert into ledger_extra select $1, $2, $3, row_no, extra from extra",
            [self._file_id, self._source.id, self.emits[0].feed.name],
        )

    def _store_rows(self, emission: Emission, rows: pl.DataFrame) -> None:
        if emission.distinct:
            rows = rows.unique([name for name in rows.columns if name != "row_no"], keep="first", maintain_order=True)
        if rows.is_empty():
            return
        keys = [name for name, kind in emission.feed.columns.items() if kind == "key"]
        rows = rows.with_columns(self._hasher.replace(rows[name]) for name in keys)
        if len(self.emits) > 1:
            self._emitted.append(rows.select("row_no"))
        waiting = self._waiting.setdefault(emission.feed.name, [])
        waiting.append(rows)
        if sum(frame.height for frame in waiting) >= AT_ONCE:
            self._store_waiting(emission)

    def _store_waiting(self, emission: Emission) -> None:
        if waiting := self._waiting.pop(emission.feed.name, []):
            settled = store(self._con, emission.feed, pl.concat(waiting, how="diagonal"), self._source.id, self._file_id)
            if not settled.is_empty():
                self._settled.append(settled)

    def _per_record(self, settled: pl.DataFrame) -> pl.DataFrame:
        """One status a record that became several rows: accepted when any of them was, else deleted, superseded, duplicate."""
        emitted = pl.concat(self._emitted).group_by("row_no").len("rows")
        per = settled.group_by("row_no").agg(
            pl.len().alias("settled"), *[(pl.col("status") == name).any().alias(name) for name in ("deleted", "superseded", "duplicate")]
        )
        whole = per.join(emitted, on="row_no").filter(pl.col("settled") >= pl.col("rows"))
        status = pl.when("deleted").then(pl.lit("deleted")).when("superseded").then(pl.lit("superseded")).otherwise(pl.lit("duplicate"))
        return whole.select("row_no", status=status)

    def _rejected(self, batch: Batch) -> pl.DataFrame:
        delimiter = self._source.profile.delimiter
        lines = [
            (each.row, each.offset, each.length, [each.code], json.dumps({"raw": mask_text(each.text, delimiter)}, ensure_ascii=False))
            for each in batch.rejects
        ]
        return (
            pl.DataFrame(lines, schema=["row_no", "byte_offset", "byte_length", "reasons", "record"], orient="row")
            if lines
            else pl.DataFrame()
        )

    def _faulty(self, frame: pl.DataFrame, faults: pl.DataFrame) -> pl.DataFrame:
        reasons = faults.group_by("row_no", maintain_order=True).agg(pl.col("reason").unique(maintain_order=True).alias("reasons"))
        rows = frame.rename({"_row": "row_no"}).join(reasons, on="row_no", how="inner")
        hidden = hidden_columns(self.emits, [name for name in frame.columns if not name.startswith("_")])
        shown = [
            pl.when(pl.col(name).is_not_null()).then(pl.lit(MASK)).alias(name) if name in hidden else pl.col(name)
            for name in frame.columns
            if not name.startswith("_")
        ]
        return rows.select(
            "row_no",
            pl.col("_offset").alias("byte_offset"),
            pl.col("_length").alias("byte_length"),
            "reasons",
            pl.struct(shown).struct.json_encode().alias("record"),
        )

    def _set_aside(self, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        self.quarantined += rows.height
        self.rejected_bytes += int(rows["byte_length"].sum() or 0) if "byte_length" in rows.columns else 0
        aside = rows.with_columns(  # noqa: F841  (read by DuckDB under its name)
            file_id=pl.lit(self._file_id), source_id=pl.lit(self._source.id), feed=pl.lit(self.emits[0].feed.name)
        ).select(pl.col(name).cast(kind) for name, kind in _QUARANTINE.items())
        self._con.execute("insert into ledger_quarantine by name select * from aside")


def hidden_columns(emits: tuple[Emission, ...], names: list[str]) -> set[str]:
    """Columns that may hold something personal: keys of any feed that they become, and columns that nothing is known about."""
    shown: set[str] = set()
    personal: set[str] = set()
    for emission in emits:
        inputs = {name: mapping.inputs for name, mapping in emission.columns.items()}
        inputs = inputs or {column: (header,) for header, column in match_headers(names, emission.feed).items()}
        for column, read in inputs.items():
            (personal if emission.feed.columns.get(column) == "key" else shown).update(read)
    return (set(names) - shown) | personal
