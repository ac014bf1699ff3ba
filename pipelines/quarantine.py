"""Quarantined records: looked at, corrected and released, or dismissed. The receipt of their file never changes; what was decided stands beside it.

Released records are loaded as a file of their own, which the archive keeps, so that a rebuild from the archive comes to the same rows and decisions.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb

from pipelines.alerts import show_alerts
from pipelines.archive import archive
from pipelines.corrections import DISMISSED, RELEASED, Decision, correction_profile, write_decisions
from pipelines.headers import match_headers
from pipelines.ingest import CallWrong, Delivery, load_delivery, load_records
from pipelines.layouts import FEED
from pipelines.loading import Loader
from pipelines.originals import OPEN, Original, originals
from pipelines.personal import Hasher, hmac_key
from pipelines.receipts import IngestReport, Receipt
from pipelines.source import Emission
from warehouse.contract import feeds
from warehouse.engine.duckdb import reading, writing
from warehouse.settings import Settings

_TRIAL = 1 << 62  # number of a file that is loaded only to see whether it would be accepted


@dataclass(frozen=True)
class Decider:
    """Who decides, and why."""

    by: str
    why: str = ""


@dataclass
class Outcome:
    """What became of the records asked for: `released` or `dismissed` ids, the receipts, and why others stay where they are (id, reasons)."""

    decided: list[str] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    kept: dict[str, list[str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As one JSON document."""
        kept = [{"id": record, "reasons": reasons} for record, reasons in self.kept.items()]
        return {"decided": self.decided, "receipts": [receipt.__dict__ for receipt in self.receipts], "kept": kept}


def quarantined(settings: Settings, source: str | None = None, *, everything: bool = False) -> list[dict[str, Any]]:
    """Every refused record with its file, number, reasons and masked record; those that were decided upon only when `everything` is asked for."""
    names = ("source", "feed", "file", "row", "reasons", "record", "id", "state")
    with reading(settings) as con:
        if con is None or not _has_resolutions(con):
            return []
        found = con.execute(
            """select q.source_id, q.feed, f.name, q.row_no, q.reasons, q.record, q.file_id || ':' || q.row_no, coalesce(r.decision, 'open')
            from ledger_quarantine q join ledger_file f using (file_id) left join ledger_resolution r using (file_id, row_no)
            where ($1 is null or q.source_id = $1) and ($2 or r.decision is null) order by q.file_id, q.row_no""",
            [source, everything],
        ).fetchall()
    return [dict(zip(names, (*row[:5], json.loads(row[5]), *row[6:]), strict=True)) for row in found]


def _has_resolutions(con: duckdb.DuckDBPyConnection) -> bool:
    return con.execute("select 1 from duckdb_tables() where table_name = 'ledger_resolution'").fetchone() is not None


def delivered(settings: Settings, source: str | None = None) -> list[Original]:
    """The open records as they were delivered, read again from the archive. They hold personal data in clear."""
    with writing(settings, patience=settings.patience) as con:
        ids = con.execute(f"select file_id, row_no from ({OPEN}) where $1 is null or source_id = $1", [source]).fetchall()
        return originals(con, settings, ids, hmac_key(settings))


def release(settings: Settings, ids: Iterable[str], changes: Mapping[str, str], decider: Decider) -> Outcome:
    """Load records again with some columns changed (by the file's header or the feed's name); those that still do not fit stay in quarantine."""
    why = decider.why or ", ".join(f"{name}={value}" for name, value in changes.items()) or "released as delivered"
    with _desk(settings) as desk:
        corrected = [(record, _changed(record, changes)) for record in desk.find(ids)]
        return desk.submit(corrected, Decider(decider.by, why))


def submit(settings: Settings, corrected: Mapping[str, Mapping[str, str | None]], decider: Decider) -> Outcome:
    """Load corrected records, by id: each a whole record by column, in which a column that is left out keeps the value that was delivered."""
    with _desk(settings) as desk:
        found = desk.open_of(corrected)
        made = [(record, {**(record.values or {}), **_by_header(record, corrected[record.id])}) for record in found]
        outcome = desk.submit(made, Decider(decider.by, decider.why or "corrected"))
        absent = sorted(corrected.keys() - {record.id for record in found})
        outcome.kept |= dict.fromkeys(absent, ["not in quarantine, or decided upon already"])
        return outcome


def dismiss(settings: Settings, ids: Iterable[str], decider: Decider) -> Outcome:
    """Put records aside for good; they stay in the ledger with the reason."""
    if not decider.why.strip():
        raise CallWrong("A record is dismissed with a reason; say --reason.")
    with _desk(settings) as desk:
        outcome = Outcome()
        for group in _groups(desk.find(ids)):
            desk.decide([(record, {}) for record in group], decider, DISMISSED)
            outcome.decided += [record.id for record in group]
        return outcome


@contextmanager
def _desk(settings: Settings) -> Iterator[_Desk]:
    with writing(settings, patience=settings.patience) as con:
        yield _Desk(con, settings)
        show_alerts(con, settings)


class _Desk:
    """The store, open for decisions."""

    def __init__(self, con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
        self._con, self._settings = con, settings
        self._hasher = Hasher(con, hmac_key(settings))

    def open_of(self, ids: Iterable[str]) -> list[Original]:
        """Those of the records that are open and that their source's definition still reads."""
        found = originals(self._con, self._settings, [_numbers(each) for each in dict.fromkeys(ids)], self._hasher.key)
        return [record for record in found if record.emits]

    def find(self, ids: Iterable[str]) -> list[Original]:
        """The open records of these ids; raises CallWrong for one that is not there."""
        wanted = list(dict.fromkeys(ids))
        found = originals(self._con, self._settings, [_numbers(each) for each in wanted], self._hasher.key)
        if absent := sorted(set(wanted) - {record.id for record in found}):
            raise CallWrong(f"Not in quarantine, or decided upon already: {', '.join(absent[:10])}; onegate quarantine lists what is open.")
        if undefined := [record.id for record in found if not record.emits]:
            raise CallWrong(
                f"The definition of their source reads these no longer: {', '.join(undefined[:10])}; dismiss them, with a reason."
            )
        return found

    def submit(self, corrected: list[tuple[Original, dict[str, str | None]]], decider: Decider) -> Outcome:
        """Load the corrected records that fit; the others stay where they are, with what is still wrong."""
        outcome = Outcome()
        values = {record.id: made for record, made in corrected}
        for group in _groups(record for record, _ in corrected):
            pairs = [(record, values[record.id]) for record in group]
            wrong = self._trial(pairs, decider)
            outcome.kept |= wrong
            if fit := [pair for pair in pairs if pair[0].id not in wrong]:
                outcome.receipts.append(self.decide(fit, decider, RELEASED))
                outcome.decided += [record.id for record, _ in fit]
        return outcome

    def decide(self, pairs: list[tuple[Original, dict[str, str | None]]], decider: Decider, decision: str) -> Receipt:
        """Archive and load one file of decisions."""
        first, at = pairs[0][0], datetime.now(UTC)
        with self._written(pairs, decider, (decision, at)) as path:
            stored = archive(path, correction_profile(first.source.profile), self._settings)
            delivery = Delivery(Path("quarantine") / path.name, first.source, first.emits or (Emission(feeds()[first.feed]),))
            return load_delivery(self._con, delivery, stored, self._hasher, IngestReport())

    def _trial(self, pairs: list[tuple[Original, dict[str, str | None]]], decider: Decider) -> dict[str, list[str]]:
        """Load the records and undo it; return which would be set aside again, and why."""
        first = pairs[0][0]
        with self._written(pairs, decider, (RELEASED, datetime.now(UTC))) as path:
            self._con.execute("begin transaction")
            try:
                loader = Loader(self._con, first.source, first.emits, self._hasher, _TRIAL)
                load_records(self._con, loader, path, first.source, [_decision(first, {}, decider, (RELEASED, datetime.now(UTC)))])
                found = self._con.execute(
                    "select row_no, reasons from ledger_quarantine where file_id = ? order by row_no", [_TRIAL]
                ).fetchall()
            finally:
                self._con.execute("rollback")
        return {pairs[row_no - 1][0].id: reasons for row_no, reasons in found}

    @contextmanager
    def _written(self, pairs: list[tuple[Original, dict[str, str | None]]], decider: Decider, what: tuple[str, datetime]) -> Iterator[Path]:
        """A file of decisions in a folder of its own, gone afterwards."""
        folder = Path(mkdtemp(prefix="decisions-", dir=self._settings.tmp_dir))
        path = folder / f"{pairs[0][0].source.id}-{what[1].strftime('%Y%m%dT%H%M%S%f')}.{what[0]}.jsonl"
        try:
            write_decisions(path, (_decision(record, values, decider, what) for record, values in pairs), self._hasher.key)
            yield path
        finally:
            shutil.rmtree(folder)


def _decision(record: Original, values: dict[str, str | None], decider: Decider, what: tuple[str, datetime]) -> Decision:
    decision, at = what
    place = f"{record.sha256}:{record.row_no}"
    return Decision(place, record.source.id, record.feed, record.layout, decision, decider.by, at.isoformat(), decider.why, values)


def _groups(records: Iterable[Original]) -> list[list[Original]]:
    """Records that can go into one file: of one source, read the same way."""
    groups: dict[tuple[str, str, str], list[Original]] = {}
    for record in records:
        groups.setdefault((record.source.id, record.layout, record.feed), []).append(record)
    return list(groups.values())


def _numbers(record: str) -> tuple[int, int]:
    file_id, _, row = record.partition(":")
    if not (file_id.isdecimal() and row.isdecimal()):
        raise CallWrong(f"{record} is no quarantined record; its id is two numbers with a colon, as onegate quarantine lists it.")
    return int(file_id), int(row)


def _changed(record: Original, changes: Mapping[str, str]) -> dict[str, str | None]:
    if not record.emits:
        raise CallWrong(
            f"The definition of source {record.source.id} does not read record {record.id} any more; dismiss it, with a reason."
        )
    if record.values is None and not changes:
        raise CallWrong(
            f"Record {record.id} could not be taken apart ({', '.join(record.reasons)}); give its columns, or export and correct it."
        )
    return {**(record.values or {}), **_by_header(record, changes)}


def _by_header(record: Original, changes: Mapping[str, str | None]) -> dict[str, str | None]:
    """The changes under the headers of the record's own file; raises CallWrong for a column that neither the file nor the feed has."""
    feed = record.emits[0].feed
    headers = {column: header for header, column in match_headers(list(record.header), feed).items()} if record.layout == FEED else {}
    known = {*feed.columns, "source_version", "deleted"} if record.layout == FEED else set()
    made = {}
    for name, value in changes.items():
        header = name if name in record.header else headers.get(name, name)
        if header not in record.header and name not in known:
            raise CallWrong(f"Record {record.id} has no column {name}; it has {', '.join(record.header)}.")
        made[header] = value or None
    return made
