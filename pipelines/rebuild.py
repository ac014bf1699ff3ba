"""The warehouse made again from the archive: the same files in the same order, each with the number and the moment of receipt that it had.

The ledger says which; where it is lost too, the notes beside the archived files do. The new store is made aside and replaces the old one whole.
What no file can bring back (alerts, refused files, what past releases said, outcomes of the quality gate) is taken over from the old ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.archive import Archived
from pipelines.deliveries import DeliveryNote, read_notes
from pipelines.ingest import Delivery, load_delivery
from pipelines.personal import Hasher, hmac_key
from pipelines.receipts import COUNTS, IngestReport
from pipelines.source import Emission, by_id, sources
from warehouse import durable
from warehouse.build import build_models
from warehouse.content_hash import ContentHash, content_hash
from warehouse.contract import feeds
from warehouse.crash_point import crash_point
from warehouse.disk_space import noticing_full_disk, require_room
from warehouse.engine.duckdb import open_tables
from warehouse.engine.lease import StoreBusy, busy_sentence, writer_lease
from warehouse.reference.codes import install_source_priority
from warehouse.settings import Settings

Progress = Callable[[str], None]
DERIVED = ("core_", "history_", "mart_", "dim_", "int_", "ref_", "rollup_", "build_")
REPLAYED = ("ledger_file", "ledger_quarantine", "ledger_account", "ledger_extra", "ledger_drift", "ledger_resolution")
_LOADED = """select file_id, '' as file, sha256, name, source_id, feed, null as own_columns, definition_hash, received_at, bytes
    from old.ledger_file where status = 'loaded' order by file_id"""


class RebuildFailed(RuntimeError):
    """The warehouse cannot be made again from what is there; the old one, if any, is untouched."""


@dataclass
class RebuildReport:
    """What was made again. `differing`: files whose records come out otherwise than the ledger says; `redefined`: files whose source was defined otherwise."""

    files: int = 0
    rows: int = 0
    from_ledger: bool = False
    differing: list[str] = field(default_factory=list)
    redefined: list[str] = field(default_factory=list)
    hashes: ContentHash | None = None


def rebuild(settings: Settings, *, ledger: Path | None = None, new_key: bool = False, on_progress: Progress | None = None) -> RebuildReport:
    """Make the working store again from the archive. `ledger`: a store with the ledger to go by; without it that of the store to be replaced."""
    say = on_progress or (lambda _: None)
    settings.prepare()
    with writer_lease(settings, patience=settings.patience, say=say), noticing_full_disk(settings, "the rebuild"):
        _require_key(settings, new_key)
        old = _readable(settings, ledger or settings.warehouse_path, say)
        aside = settings.warehouse_path.with_name("warehouse.new.duckdb")
        for leftover in (aside, _wal(aside)):
            leftover.unlink(missing_ok=True)
        require_room(settings, settings.warehouse_path.stat().st_size if settings.warehouse_path.exists() else 0, "the rebuild")
        report = _made(settings, aside, old, say)
        _wal(settings.warehouse_path).unlink(
            missing_ok=True
        )  # of a store that could not be read; the log of another must never meet this one
        durable.sync(aside)
        durable.move(aside, settings.warehouse_path)
        crash_point("rebuild.replaced")
    return report


def _made(settings: Settings, aside: Path, old: Path | None, say: Progress) -> RebuildReport:
    """The new store, complete and closed."""
    con = open_tables(settings, aside)
    try:
        if old:
            con.execute(f"attach '{str(old).replace(chr(39), chr(39) * 2)}' as old (read_only)")
        notes = _deliveries(con, settings, old)
        report = RebuildReport(from_ledger=old is not None)
        _replay(con, settings, notes, report, say)
        if old:
            _take_over(con, report)
            con.execute("detach old")
        say("Building the models …")
        install_source_priority(con, {source.id: source.priority for source in sources().values()})
        build_models(con, full=True, on_progress=say)
        report.hashes = content_hash(con)
        con.execute("checkpoint")
    finally:
        con.close()
    crash_point("rebuild.replayed")
    return report


def _replay(con: duckdb.DuckDBPyConnection, settings: Settings, notes: list[DeliveryNote], report: RebuildReport, say: Progress) -> None:
    hasher, again = Hasher(con, hmac_key(settings)), IngestReport()
    for number, note in enumerate(notes, 1):
        say(f"{number}/{len(notes)} {Path(note.name).name}")
        source, path = by_id(note.source), _archived(settings, note)
        emits = (Emission(feeds()[note.feed]),) if note.own_columns else source.emissions_for(Path(note.name).name)
        stored = Archived(path, note.sha256, note.bytes, note.received_at, note.file_id)
        receipt = load_delivery(con, Delivery(Path(note.name), source, emits), stored, hasher, again)
        report.rows += receipt.accepted
        if source.fingerprint != note.definition:
            report.redefined.append(note.name)
    report.files = len(notes)
    _continue(con, "ledger_file", "file_id")


def _take_over(con: duckdb.DuckDBPyConnection, report: RebuildReport) -> None:
    """Bring what files cannot bring back, and compare what they did bring with the old ledger."""
    con.execute("insert into ledger_file by name select * from old.ledger_file where status <> 'loaded'")
    _continue(con, "ledger_file", "file_id")
    kept = con.execute("select table_name from duckdb_tables() where database_name = 'old' order by 1").fetchall()
    there = {name for (name,) in con.execute("select table_name from duckdb_tables() where database_name = current_database()").fetchall()}
    for (name,) in kept:
        if name.startswith(DERIVED) or name in REPLAYED:
            continue
        if name in there:
            con.execute(f'delete from "{name}"')
            con.execute(f'insert into "{name}" by name select * from old."{name}"')
        else:
            con.execute(f'create table "{name}" as from old."{name}"')
    _continue(con, "ledger_alert", "alert_id")
    counts = ", ".join(f"now.{name} is distinct from old.{name}" for name in ("read", *COUNTS)).replace(", ", " or ")
    found = con.execute(
        f"select old.name from old.ledger_file old left join ledger_file now using (file_id) where {counts} order by file_id"
    )
    report.differing = [name for (name,) in found.fetchall()]


def _continue(con: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    """Have the numbers of a ledger table (sequence ledger_<column>) go on after the highest one that is taken."""
    (highest,) = con.execute(f"select coalesce(max({column}), 0) from {table}").fetchone() or (0,)
    con.execute(f"create or replace sequence ledger_{column} start {highest + 1}")


def _deliveries(con: duckdb.DuckDBPyConnection, settings: Settings, old: Path | None) -> list[DeliveryNote]:
    """Every delivery that was loaded, in order: by the old ledger, completed from the notes, or by the notes alone."""
    notes = read_notes(settings)
    if old is None:
        if not notes:
            raise RebuildFailed(
                "There is no ledger and the archive has no notes of deliveries; restore a backup, or ingest the files anew."
            )
        return notes
    by_file = {(note.file_id, note.sha256): note for note in notes}
    listed = [DeliveryNote(*row) for row in con.execute(_LOADED).fetchall()]
    return [by_file.get((each.file_id, each.sha256)) or _inferred(each) for each in listed]


def _inferred(listed: DeliveryNote) -> DeliveryNote:
    """A line of a ledger older than the notes: the feed's own columns, unless the source's definition reads files of that name as that feed."""
    source, name = by_id(listed.source), Path(listed.name).name
    mapped = source.emissions_for(name) if source.claims(name) else ()
    own_columns = not (mapped and mapped[0].feed.name == listed.feed)
    return DeliveryNote(**{**listed.__dict__, "own_columns": own_columns})


def _archived(settings: Settings, note: DeliveryNote) -> Path:
    """The archived file, which must be what it was."""
    folder = settings.archive_dir / note.sha256[:2]
    found = [path for path in folder.glob(f"{note.sha256}*") if path.suffix != ".delivery"]
    named = [path for path in found if path.name == note.file] or found
    if not named:
        raise RebuildFailed(f"The archive lacks {note.name} ({note.sha256}); bring it back from a backup, then say onegate rebuild again.")
    with named[0].open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != note.sha256:
            raise RebuildFailed(
                f"The archived {named[0].name} is not what was loaded; bring it back from a backup, then say onegate rebuild again."
            )
    return named[0]


def _readable(settings: Settings, path: Path, say: Progress) -> Path | None:
    """The store with the ledger to go by, if it can be read; opened once for writing, so that its log is worked in."""
    if not path.exists():
        say("There is no ledger; the notes in the archive are gone by.")
        return None
    try:
        with duckdb.connect(str(path)) as con:
            con.execute("select count(*) from ledger_file").fetchall()
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise StoreBusy(busy_sentence(settings)) from error
        say(f"{path.name} cannot be read; the notes in the archive are gone by.")
        return None
    return path


def _require_key(settings: Settings, new_key: bool) -> None:
    if not new_key and not (settings.secrets_dir / "hmac.key").exists():
        raise RebuildFailed(
            f"{settings.secrets_dir / 'hmac.key'} is not there: with a new key every personal identifier comes out otherwise, and decisions about "
            "quarantined records no longer count. Bring the key back from a backup, or say --new-key."
        )


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
