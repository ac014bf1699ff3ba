"""Quarantined records as they were delivered, read again from the archive: the store keeps them masked, a correction needs what was sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import duckdb
import polars as pl

from pipelines.adapters.batch import PLACE, Batch, Profile, Reject
from pipelines.adapters.delimited import delimiter_of, split_record
from pipelines.adapters.read import read_records, sniff_format
from pipelines.corrections import correction_profile, read_decisions, without_own
from pipelines.layouts import FEED, SOURCE, emissions_in
from pipelines.source import Emission, Source, by_id
from warehouse.settings import Settings

_WHOLE = {"E_ENCODING", "E_CTRL"}  # faults of a record whose fields can still be told apart


class OriginalLost(RuntimeError):
    """A quarantined record whose file is not in the archive any more."""


@dataclass(frozen=True)
class Original:
    """A quarantined record: where it stands, why it was set aside, its columns and values. `raw`: its text, where it could not be taken apart."""

    file_id: int
    row_no: int
    sha256: str
    file: str
    source: Source
    feed: str
    layout: str
    reasons: tuple[str, ...]
    header: tuple[str, ...] = ()
    values: dict[str, str | None] | None = None
    raw: str | None = None

    @property
    def id(self) -> str:
        """How people name it."""
        return f"{self.file_id}:{self.row_no}"

    @property
    def emits(self) -> tuple[Emission, ...]:
        """What it is to become."""
        return emissions_in(self.source, self.layout, self.feed)


def originals(con: duckdb.DuckDBPyConnection, settings: Settings, ids: Iterable[tuple[int, int]], key: bytes) -> list[Original]:
    """The records of these places that are still in quarantine, in their order; places that are not there are left out."""
    wanted = pl.DataFrame(list(ids), schema={"file_id": pl.Int64, "row_no": pl.Int64}, orient="row")  # noqa: F841  (read by DuckDB)
    found = con.execute(
        f"""select q.file_id, q.row_no, f.sha256, f.name, f.source_id, f.feed, a.layout, q.reasons
        from ({OPEN}) q semi join wanted w using (file_id, row_no) join ledger_file f using (file_id) left join ledger_account a using (file_id)
        order by q.file_id, q.row_no"""
    ).fetchall()
    places = [_place(row) for row in found]
    read = [each for _, group in groupby(places, key=lambda place: place.file_id) for each in _read(settings, list(group), key)]
    return sorted(read, key=lambda record: (record.file_id, record.row_no))


OPEN = """select q.* from ledger_quarantine q
    where not exists (select 1 from ledger_resolution r where r.file_id = q.file_id and r.row_no = q.row_no)"""


def _place(row: tuple) -> Original:
    file_id, row_no, sha256, name, source_id, feed, layout, reasons = row
    source = by_id(source_id)
    guessed = SOURCE if source.emits else FEED  # files that were loaded before the ledger kept the layout
    return Original(file_id, row_no, sha256, name, source, feed, layout or guessed, tuple(reasons))


def _read(settings: Settings, places: list[Original], key: bytes) -> Iterator[Original]:
    """Read one file of the archive until every wanted record has come."""
    path = archived_path(settings, places[0].sha256)
    source, is_own = places[0].source, bool(read_decisions(path, key))
    profile = correction_profile(source.profile) if is_own else source.profile
    rest, header = {place.row_no: place for place in places}, ()
    for batch in read_records(path, profile):
        batch = without_own(batch) if is_own else batch
        header = tuple(name for name in batch.frame.columns if name not in PLACE and not name.startswith("_onegate")) or header
        yield from _found(batch, header, rest, (path, profile))
        if not rest:
            return


def archived_path(settings: Settings, sha256: str) -> Path:
    """Where the archive keeps the file of that content."""
    found = [path for path in (settings.archive_dir / sha256[:2]).glob(f"{sha256}*") if path.suffix != ".delivery"]
    if not found:
        raise OriginalLost(f"The archive does not hold the file {sha256} any more; restore the archive first.")
    return found[0]


def _found(batch: Batch, header: tuple[str, ...], rest: dict[int, Original], how: tuple[Path, Profile]) -> Iterator[Original]:
    names = [name for name in header if name in batch.frame.columns]
    for row in batch.frame.filter(pl.col("_row").is_in(list(rest))).to_dicts():
        yield _with(rest.pop(row["_row"]), header, {name: row[name] for name in names}, None)
    for reject in batch.rejects:
        if reject.row in rest:
            yield _with(rest.pop(reject.row), header, _taken_apart(reject, header, how), reject.text)


def _with(place: Original, header: tuple[str, ...], values: dict[str, str | None] | None, raw: str | None) -> Original:
    return Original(**{**place.__dict__, "header": header, "values": values, "raw": raw})


def _taken_apart(reject: Reject, header: tuple[str, ...], how: tuple[Path, Profile]) -> dict[str, str | None] | None:
    """The values of a record that was rejected, where its text still tells them apart."""
    delimiter = delimiter_of(*how)
    if delimiter is None:
        return None if (how[1].format or sniff_format(how[0])) == "jsonl" else _object(reject.text)
    fields = split_record(reject.text, delimiter) if reject.code in _WHOLE else []
    return {name: text or None for name, text in zip(header, fields, strict=True)} if len(fields) == len(header) else None


def _object(text: str) -> dict[str, str | None] | None:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    return {
        name: value if isinstance(value, str) or value is None else json.dumps(value, ensure_ascii=False) for name, value in body.items()
    }
