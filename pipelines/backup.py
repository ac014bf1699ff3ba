"""Backup and restore: the archive, the ledger, the key, what people set, and the newest release so that readers need not wait for the rebuild.

A backup is taken while the system runs. The archive only grows and its files never change, so it is copied first and again under the writer's lease,
which is held for the ledger and the small files alone. `backup.json` comes last and names every file with its checksum: what it does not name is not
part of the backup. The next backup into the same folder copies what is new. The folder holds the original records and the key: guard it like the installation.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.rebuild import DERIVED, RebuildReport, rebuild
from warehouse import durable
from warehouse.content_hash import CORE, SET_ASIDE, content_hash
from warehouse.disk_space import noticing_full_disk
from warehouse.engine.duckdb import writing
from warehouse.release import current
from warehouse.settings import Settings

Progress = Callable[[str], None]
MANIFEST = "backup.json"
REMADE = ("tmp", "releases", "dagster", "demo")  # what is made again, and the history of Dagster's runs
_SQLITE = b"SQLite format 3\0"


class BackupUnusable(RuntimeError):
    """A backup that is not what its manifest says, or a place that one cannot be brought back to."""


@dataclass(frozen=True)
class Entry:
    """A file of the backup: its path in it (and in the installation), its size, checksum and mode."""

    path: str
    bytes: int
    sha256: str
    mode: int


def backup(settings: Settings, folder: Path, *, on_progress: Progress | None = None) -> dict:
    """Bring the backup in `folder` up to date, read the copies back, and return its manifest."""
    say = on_progress or (lambda _: None)
    if folder.resolve().is_relative_to(settings.home.resolve()):
        raise BackupUnusable(f"{folder} lies inside the installation; give a folder on another disk.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = {entry.path: entry for entry in _entries(folder)}
    made_at = datetime.now(UTC)
    with noticing_full_disk(Settings(folder), "the backup"):
        say("Copying the archive …")
        entries = _copy(settings, _archive_files(settings), folder, known)
        shown = current(settings)
        entries |= _copy(settings, _files(shown.folder), folder, known) if shown else {}
        with writing(settings, patience=settings.patience, say=say) as con:
            say("Copying the ledger and what people set …")
            entries |= _copy(settings, _archive_files(settings), folder, {**known, **entries})
            entries |= _copy(settings, _own_files(settings), folder, {})
            ledger = folder / f"ledger-{made_at:%Y%m%dT%H%M%S%fZ}.duckdb"
            _export(con, ledger)
            hashed = content_hash(con, (*CORE, *SET_ASIDE))
        entries[ledger.name] = _entry(ledger, ledger.name)
        say("Reading the copies back …")
        _verify(folder, [entry for entry in entries.values() if known.get(entry.path) != entry])
    body = {"made_at": made_at.isoformat(), "release": shown.stamp if shown else None, "ledger": ledger.name, "core": hashed.core,
            "set_aside": hashed.set_aside, "files": [asdict(entry) for _, entry in sorted(entries.items())]}  # fmt: skip
    durable.write(folder / MANIFEST, json.dumps(body, ensure_ascii=False, indent=1))
    _drop_unnamed(folder, set(entries))
    return body


def restore(settings: Settings, folder: Path, *, on_progress: Progress | None = None) -> RebuildReport:
    """Make an installation from a backup in an empty home: checksums first, then the copies, then the warehouse from the archive."""
    say = on_progress or (lambda _: None)
    if settings.home.exists() and any(settings.home.iterdir()):
        raise BackupUnusable(f"{settings.home} is not empty; a backup is restored into an empty home, so that nothing there is lost.")
    if not (folder / MANIFEST).is_file():
        raise BackupUnusable(f"{folder} holds no {MANIFEST}: it is no backup, or one that was never finished.")
    body = json.loads((folder / MANIFEST).read_text("utf-8"))
    entries = _entries(folder)
    say("Checking the backup …")
    _verify(folder, entries)
    settings.prepare()
    with noticing_full_disk(settings, "the restore"):
        for entry in entries:
            if entry.path != body["ledger"]:
                _copied(folder / entry.path, settings.home / entry.path, entry.mode)
        if body["release"]:
            durable.write(settings.releases_dir / "current", body["release"] + "\n", 0o644)
        ledger = settings.tmp_dir / body["ledger"]
        _copied(folder / body["ledger"], ledger, 0o600)
        report = rebuild(settings, ledger=ledger, on_progress=say)
        ledger.unlink()
    if report.hashes and (report.hashes.core, report.hashes.set_aside) != (body["core"], body["set_aside"]):
        report.differing.append(f"the content hash: {report.hashes.core}, and the backup says {body['core']}")
    return report


def _archive_files(settings: Settings) -> Iterator[Path]:
    yield from _files(settings.archive_dir)


def _own_files(settings: Settings) -> Iterator[Path]:
    """Everything else at home that is not made again: secrets, maps, what has landed or was refused, what transports remember, settings of people."""
    for entry in sorted(settings.home.iterdir()):
        if entry.name in (*REMADE, settings.archive_dir.name) or entry.name.startswith("warehouse."):
            continue
        yield from _files(entry)


def _files(path: Path) -> Iterator[Path]:
    found = sorted(path.rglob("*")) if path.is_dir() and not path.is_symlink() else [path]
    yield from (each for each in found if each.is_file() and not each.is_symlink() and not each.name.endswith(".new"))


def _copy(settings: Settings, files: Iterator[Path], folder: Path, known: dict[str, Entry]) -> dict[str, Entry]:
    """Copy what the backup does not have yet; a file that is gone meanwhile was not to stay."""
    entries = {}
    for path in files:
        name = str(path.relative_to(settings.home))
        kept, target = known.get(name), folder / name
        if kept and target.exists() and kept.bytes == path.stat().st_size == target.stat().st_size:
            entries[name] = kept
            continue
        try:
            entries[name] = _entry(_copied(path, target, path.stat().st_mode & 0o777), name)
        except FileNotFoundError:
            target.unlink(missing_ok=True)
    return entries


def _copied(path: Path, target: Path, mode: int) -> Path:
    """A copy that is whole and on the disk before it has its name; databases of SQLite as of one moment."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = target.with_name(f".{target.name}.copy")
    aside.unlink(missing_ok=True)
    with path.open("rb") as source, os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as copy:
        if source.read(len(_SQLITE)) != _SQLITE:
            source.seek(0)
            shutil.copyfileobj(source, copy, 1 << 20)
    if aside.stat().st_size == 0 and path.stat().st_size:
        with sqlite3.connect(path) as source, sqlite3.connect(aside) as copy:
            source.backup(copy)
        source.close()
        copy.close()
    aside.chmod(mode)
    durable.sync(aside)
    durable.move(aside, target)
    return target


def _entry(path: Path, name: str) -> Entry:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if name.startswith("archive/") and not name.endswith(".delivery") and not path.name.startswith(digest):
        raise BackupUnusable(
            f"The archived {path.name} is not what was loaded: it has the checksum {digest}. Bring it back from an earlier backup."
        )
    return Entry(name, path.stat().st_size, digest, path.stat().st_mode & 0o777)


def _export(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The ledger, and every other table that no file can bring back, as a store of its own."""
    found = con.execute(
        "select table_name from duckdb_tables() where database_name = current_database() and not temporary order by 1"
    ).fetchall()
    con.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as copy")
    try:
        for (name,) in found:
            if not name.startswith(DERIVED):
                con.execute(f'create table copy."{name}" as from "{name}"')
        con.execute("checkpoint copy")
    finally:
        con.execute("detach copy")
    path.chmod(0o600)
    durable.sync(path)


def _entries(folder: Path) -> list[Entry]:
    path = folder / MANIFEST
    return [Entry(**entry) for entry in json.loads(path.read_text("utf-8"))["files"]] if path.is_file() else []


def _verify(folder: Path, entries: list[Entry]) -> None:
    """Read files back and compare them with their checksums."""
    wrong = [entry.path for entry in entries if not _is_as_said(folder / entry.path, entry)]
    if wrong:
        raise BackupUnusable(
            f"In {folder} {', '.join(wrong[:5])}{' and others' if wrong[5:] else ''} is missing or damaged; nothing was changed."
        )


def _is_as_said(path: Path, entry: Entry) -> bool:
    if not path.is_file() or path.stat().st_size != entry.bytes:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == entry.sha256


def _drop_unnamed(folder: Path, named: set[str]) -> None:
    """Remove what an earlier backup left in the folder's own places: ledgers and releases that the manifest does not name any more."""
    stale = [*folder.glob("ledger-*.duckdb*"), *(path for path in folder.glob("releases/*/*"))]
    for path in stale:
        if str(path.relative_to(folder)) not in named:
            path.unlink()
    for path in folder.glob("releases/*"):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
