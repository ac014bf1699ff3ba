"""Ingest: files in, rows of feeds and receipts out. Rows, quarantine and ledger of a file commit in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.account import TABLES
from pipelines.adapters.batch import FileRefused, Tally
from pipelines.adapters.read import read_records
from pipelines.alerts import show_alerts
from pipelines.archive import Archived, archive, reject, shown
from pipelines.bookkeeping import Loaded, keep_books, note_refusal
from pipelines.conform import HeaderUnfit
from pipelines.corrections import DISMISSED, Decision, correction_profile, read_decisions, without_own
from pipelines.deliveries import DeliveryNote, write_note
from pipelines.doubt import settle_doubt
from pipelines.drift import columns_before
from pipelines.landing import is_unfinished, source_of
from pipelines.layouts import emissions_in
from pipelines.loading import Loader
from pipelines.personal import Hasher, hmac_key
from pipelines.receipts import COUNTS, IngestReport, Left, Receipt
from pipelines.source import CANONICAL, Emission, Source, by_id, feed_of, sources
from pipelines.transports.outcomes import note_outcomes
from warehouse.contract import feeds
from warehouse.crash_point import crash_point
from warehouse.disk_space import DiskFull, noticing_full_disk
from warehouse.engine.duckdb import writing
from warehouse.settings import Settings

Progress = Callable[[str], None]


class CallWrong(ValueError):
    """The call cannot be carried out; nothing was changed."""


@dataclass(frozen=True)
class Delivery:
    """One file, whose it is, and what its records become."""

    path: Path
    source: Source
    emits: tuple[Emission, ...]

    @property
    def feed(self) -> str:
        """The feed named on the receipt: the first that the records become."""
        return self.emits[0].feed.name


def ingest(
    settings: Settings,
    paths: Iterable[Path | str],
    *,
    source: str | None = None,
    feed: str | None = None,
    on_progress: Progress | None = None,
) -> IngestReport:
    """Load files and folders in the order given (folders by name). What lies in the landing folder is, unless told otherwise, of the source whose folder
    it is in. Raises CallWrong when a path or feed does not exist.
    """
    report = IngestReport()
    deliveries = list(_deliveries(settings, [Path(path) for path in paths], source, feed, report))
    say = on_progress or (lambda _: None)
    began, doubtful = datetime.now(UTC), None
    with noticing_full_disk(settings, "opening the store"), writing(settings, patience=settings.patience, say=say) as con:
        hasher = Hasher(con, hmac_key(settings))
        for number, delivery in enumerate(deliveries):
            say(f"{number + 1}/{len(deliveries)} {shown(delivery.path.name)}")
            try:
                with noticing_full_disk(settings, f"loading {shown(delivery.path.name)}"):
                    _one_file(con, settings, delivery, hasher, report)
            except DiskFull as error:  # what is loaded stays loaded; the rest can be given again
                report.refused += [Left(str(each.path), f"E_DISK_FULL: {error}") for each in deliveries[number:]]
                doubtful = delivery.path
                break
        _limits(report)
        _tell(con, settings, report, is_shaken=doubtful is not None)
    if doubtful:
        settle_doubt(settings, doubtful, began, report)
    return report


def _tell(con: duckdb.DuckDBPyConnection, settings: Settings, report: IngestReport, *, is_shaken: bool) -> None:
    """Show alerts and what became of pushes. The receipts count even where a full disk lets nothing more be written, or has shaken the connection."""
    with suppress(DiskFull, *([duckdb.Error] if is_shaken else [])), noticing_full_disk(settings, "telling of alerts"):
        show_alerts(con, settings)
        note_outcomes(con, settings, report)


def _deliveries(settings: Settings, paths: list[Path], source: str | None, feed: str | None, report: IngestReport) -> Iterator[Delivery]:
    if feed and feed not in feeds():
        raise CallWrong(f"No feed is called {feed}; feeds are {', '.join(feeds())}.")
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise CallWrong(f"{path} does not exist.")
    for path in paths:
        for file in _files(path):
            landed_for = source_of(settings.landing_dir, file)
            if landed_for and is_unfinished(file.name):
                report.ignored.append(Left(str(file), "its name says that it is still being written"))
            elif delivery := _claimed(file, source or landed_for, feed):
                yield delivery
            else:
                report.ignored.append(
                    Left(
                        str(file),
                        "no feed's name starts its name and no source claims it; say --feed or --source, or add a source definition",
                    )
                )


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir() and not path.is_symlink():
        for entry in sorted(path.iterdir()):
            yield from _files(entry)
    else:
        yield path


def _claimed(file: Path, source: str | None, feed: str | None) -> Delivery | None:
    """Whose file it is: the source that was named, a feed by the name, else the first source whose patterns fit."""
    if feed:
        return Delivery(file, by_id(source or CANONICAL), (Emission(feeds()[feed]),))
    if source and by_id(source).claims(file.name):
        return Delivery(file, by_id(source), by_id(source).emissions_for(file.name))
    found = feed_of(file)
    if found and not (source and (by_id(source).emits or by_id(source).tables)):
        return Delivery(file, by_id(source or CANONICAL), (Emission(found),))
    if source:
        return None
    claiming = next((each for each in sources().values() if each.claims(file.name)), None)
    return Delivery(file, claiming, claiming.emissions_for(file.name)) if claiming else None


def _one_file(con: duckdb.DuckDBPyConnection, settings: Settings, delivery: Delivery, hasher: Hasher, report: IngestReport) -> None:
    name = str(delivery.path)
    try:
        stored = archive(delivery.path, delivery.source.profile, settings)
        known = _known(con, delivery, stored)
        receipt = known or load_delivery(con, delivery, stored, hasher, report)
        report.receipts.append(receipt)
    except (FileRefused, HeaderUnfit) as error:
        note_refusal(con, delivery.path, reject(delivery.path, settings), (delivery.source, delivery.feed), str(error))
        report.refused.append(Left(name, str(error)))


def _known(con: duckdb.DuckDBPyConnection, delivery: Delivery, stored: Archived) -> Receipt | None:
    """The receipt of a file whose very bytes were loaded before by the same definition: everything in it is known."""
    row = con.execute(
        "select read, quarantined from ledger_file where sha256 = ? and source_id = ? and feed = ? and definition_hash = ? and status = 'loaded' limit 1",
        [stored.sha256, delivery.source.id, delivery.feed, delivery.source.fingerprint],
    ).fetchone()
    if row is None:
        return None
    read, quarantined = row
    return Receipt(str(delivery.path), delivery.source.id, delivery.feed, stored.sha256, read, 0, read - quarantined, 0, 0, quarantined)


def load_delivery(con: duckdb.DuckDBPyConnection, delivery: Delivery, stored: Archived, hasher: Hasher, report: IngestReport) -> Receipt:
    """Load an archived file in one transaction with its quarantine and its line in the ledger."""
    decisions = read_decisions(stored.path, hasher.key)
    delivery = decided(delivery, decisions)
    con.execute("begin transaction")
    try:
        file_id = stored.file_id or _next_id(con)
        crash_point("ingest.begun")
        loader = Loader(con, delivery.source, delivery.emits, hasher, file_id)
        tally = load_records(con, loader, stored.path, delivery.source, decisions)
        counts = loader.counts()
        crash_point("ingest.rows_stored")
        con.execute(
            "insert into ledger_file values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'loaded', null)",
            [file_id, stored.sha256, str(delivery.path), delivery.source.id, delivery.feed, delivery.source.fingerprint, stored.received_at,
             stored.size, tally.encoding, loader.read, *(counts[name] for name in COUNTS)],
        )  # fmt: skip
        keep_books(
            con, Loaded(file_id, str(delivery.path), stored.sha256, delivery.source, delivery.emits, tuple(decisions)), loader, tally
        )
        crash_point("ingest.ledger_written")
        if stored.file_id is None:
            _note(delivery, stored, file_id)
        con.execute("commit")
    except BaseException:
        with suppress(duckdb.Error):  # a disk that is full may have closed the connection, which undoes the transaction as well
            con.execute("rollback")
        raise
    crash_point("ingest.committed")
    report.notes += loader.notes(shown(delivery.path.name))
    return Receipt(str(delivery.path), delivery.source.id, delivery.feed, stored.sha256, loader.read, **counts)


def load_records(con: duckdb.DuckDBPyConnection, loader: Loader, path: Path, source: Source, decisions: Sequence[Decision] = ()) -> Tally:
    """Read a file into the loader; dismissals carry no records. Returns the account of its bytes."""
    tally = Tally()
    if decisions and decisions[0].decision == DISMISSED:
        return tally
    profile = correction_profile(source.profile) if decisions else source.profile
    loader.expect(columns_before(con, source, loader.emits))
    for batch in read_records(path, profile, tally):
        loader.take(without_own(batch) if decisions else batch, tally.format in TABLES)
    loader.finish()
    return tally


def decided(delivery: Delivery, decisions: Sequence[Decision]) -> Delivery:
    """A file of decisions is read as the file that its records came from was."""
    if not decisions:
        return delivery
    first = decisions[0]
    emits = emissions_in(delivery.source, first.layout, first.feed)
    if first.decision == DISMISSED:
        return replace(delivery, emits=emits or delivery.emits or (Emission(feeds()[first.feed]),))
    if not emits:
        raise FileRefused(
            "E_HEADER", f"The definition of {delivery.source.id} no longer reads {first.layout}; correct the record at its source."
        )
    return replace(delivery, emits=emits)


def _next_id(con: duckdb.DuckDBPyConnection) -> int:
    (file_id,) = con.execute("select nextval('ledger_file_id')").fetchone() or (0,)
    return file_id


def _note(delivery: Delivery, stored: Archived, file_id: int) -> None:
    source, own_columns = delivery.source, not delivery.emits[0].columns
    note = DeliveryNote(file_id, stored.path.name, stored.sha256, str(delivery.path), source.id, delivery.feed, own_columns, source.fingerprint,
                        stored.received_at, stored.size)  # fmt: skip
    write_note(stored.path, note)


def _limits(report: IngestReport) -> None:
    totals: dict[str, int] = {}
    for receipt in report.receipts:
        totals[receipt.source] = totals.get(receipt.source, 0) + receipt.quarantined
    report.over_limit = [source for source, count in totals.items() if count > by_id(source).quarantine_limit]
