"""Releases: built aside, read back by another process, sealed, and shown by replacing one pointer file.

A release never changes once it has a name, so a reader that has one open is never disturbed; the next one has another path.
A crash at any point leaves the pointer on the last whole release; what it left behind is cleared by the next publication.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from warehouse import durable
from warehouse.crash_point import crash_point
from warehouse.disk_space import noticing_full_disk, require_room
from warehouse.engine.duckdb import open_readonly, transaction
from warehouse.read_back import Fingerprint, fingerprint
from warehouse.release_content import analyst_queries, board_queries, in_order, release_info
from warehouse.settings import Settings

KEPT = 5
STAMP = "%Y%m%dT%H%M%SZ"
Progress = Callable[[str], None]


class ReleaseRefused(RuntimeError):
    """What was built does not read back as it was written; nothing was published."""


@dataclass(frozen=True)
class Release:
    """A published release; `as_of` is the last local day that its data cover."""

    stamp: str
    folder: Path
    as_of: date | None
    settings: Settings = field(repr=False, compare=False)

    def connect(self, threads: int | None = None) -> duckdb.DuckDBPyConnection:
        """A hardened read-only connection on board.duckdb; `threads` that one statement may take, where not as many as the settings say."""
        return open_readonly(self.folder / "board.duckdb", replace(self.settings, threads=threads or self.settings.threads))

    def connect_records(self) -> duckdb.DuckDBPyConnection:
        """A hardened read-only connection on analyst.duckdb, which holds the single records."""
        return open_readonly(self.folder / "analyst.duckdb", self.settings)


@dataclass(frozen=True)
class Draft:
    """A release that nobody sees yet: its folder aside, and the fingerprints that its tables must have."""

    stamp: str
    folder: Path
    wanted: dict[str, dict[str, Fingerprint]]
    published_at: datetime


def current(settings: Settings) -> Release | None:
    """The release that readers should open; None when nothing has been published."""
    try:
        stamp = _pointer(settings).read_text("ascii").strip()
    except FileNotFoundError:
        return None
    found = find(settings, stamp)
    if found is None:
        raise ReleaseRefused(f"The pointer names the release {stamp}, which is not there; run onegate build to publish anew.")
    return found


def find(settings: Settings, stamp: str) -> Release | None:
    """A release that is still kept, by its stamp."""
    folder = settings.releases_dir / stamp
    if stamp not in stamps(settings):
        return None
    as_of = json.loads((folder / "manifest.json").read_text("utf-8"))["as_of"]
    return Release(stamp, folder, date.fromisoformat(as_of) if as_of else None, settings)


def stamps(settings: Settings) -> list[str]:
    """Stamps of the releases that are kept, oldest first."""
    if not settings.releases_dir.is_dir():
        return []
    return sorted(entry.name for entry in settings.releases_dir.iterdir() if (entry / "manifest.json").is_file())


def publish(
    con: duckdb.DuckDBPyConnection, settings: Settings, *, extra: Mapping[str, str] | None = None, on_progress: Progress | None = None
) -> Release:
    """Publish what the store holds. `extra`: further tables of board.duckdb, name to query. Raises ReleaseRefused; the last release then stays."""
    say = on_progress or (lambda _: None)
    clear_leftovers(settings)
    require_room(settings, _expected_size(settings), "a release")
    with noticing_full_disk(settings, "a release"):
        say("Building the release aside …")
        draft = build_aside(con, settings, extra or {})
        say("Reading the release back …")
        verify(draft)
        crash_point("release.verified")
        release = show(draft, settings)
    prune(settings)
    return release


def clear_leftovers(settings: Settings) -> None:
    """Remove what publications that were broken off left under tmp/."""
    for leftover in settings.tmp_dir.glob("release-*"):
        shutil.rmtree(leftover)


def build_aside(con: duckdb.DuckDBPyConnection, settings: Settings, extra: Mapping[str, str]) -> Draft:
    """Write both files of a new release under tmp/, closed and without a write-ahead log."""
    clear_leftovers(settings)
    published_at = datetime.now(UTC)
    stamp = next_stamp(settings, published_at)
    folder = settings.tmp_dir / f"release-{stamp}"
    folder.mkdir(mode=0o700)
    info = {"release_info": release_info(stamp, published_at)}
    contents = {"board.duckdb": board_queries(con, extra) | info, "analyst.duckdb": analyst_queries(con) | info}
    for name, queries in contents.items():
        _write(con, folder / name, queries)
        crash_point("release.written")
    prints = {query: fingerprint(con, query) for query in {query for queries in contents.values() for query in queries.values()}}
    wanted = {name: {table: prints[query] for table, query in queries.items()} for name, queries in contents.items()}
    return Draft(stamp, folder, wanted, published_at)


def verify(draft: Draft) -> None:
    """Have another process read every column back and compare it with what the build queries gave."""
    files = [str(draft.folder / name) for name in draft.wanted]
    ran = subprocess.run([sys.executable, "-m", "warehouse.read_back", *files], capture_output=True, text=True, check=False)
    if ran.returncode:
        reason = (ran.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        raise ReleaseRefused(f"The release {draft.stamp} cannot be read back ({reason}); nothing was published.")
    found = json.loads(ran.stdout)
    differing = sorted({f"{name}:{table}" for name in draft.wanted for table in _differing(draft.wanted[name], found[name])})
    if differing:
        raise ReleaseRefused(f"The release {draft.stamp} reads back differently in {', '.join(differing)}; nothing was published.")


def show(draft: Draft, settings: Settings) -> Release:
    """Seal a verified draft, give it its name, and point readers to it."""
    _seal(draft)
    crash_point("release.sealed")
    folder = settings.releases_dir / draft.stamp
    os.rename(draft.folder, folder)
    durable.sync(settings.releases_dir)
    crash_point("release.named")
    _point(settings, draft.stamp)
    crash_point("release.shown")
    release = find(settings, draft.stamp)
    if release is None:
        raise ReleaseRefused(f"The release {draft.stamp} vanished while it was published; run onegate build again.")
    return release


def prune(settings: Settings) -> None:
    """Remove all but the newest KEPT releases; never the current one."""
    now = current(settings)
    for stamp in stamps(settings)[:-KEPT]:
        if now is None or stamp != now.stamp:
            shutil.rmtree(settings.releases_dir / stamp)


def next_stamp(settings: Settings, now: datetime) -> str:
    """A stamp later than every earlier one, even when the clock has been set back."""
    known = stamps(settings)
    latest = datetime.strptime(known[-1], STAMP).replace(tzinfo=UTC) if known else None
    moment = now.replace(microsecond=0)
    return (max(moment, latest + timedelta(seconds=1)) if latest else moment).strftime(STAMP)


def _write(con: duckdb.DuckDBPyConnection, path: Path, queries: Mapping[str, str]) -> None:
    con.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as draft (storage_version 'latest')")
    try:
        _fill(con, queries)
        con.execute("checkpoint draft")
    finally:
        con.execute("detach draft")


def _fill(con: duckdb.DuckDBPyConnection, queries: Mapping[str, str]) -> None:
    """Make every table in one transaction: a commit for each would wait for the disk each time."""
    with transaction(con):
        for name, query in queries.items():
            con.execute(f'create table draft."{name}" as {in_order(name, query)}')


def _differing(wanted: Mapping[str, Fingerprint], found: Mapping[str, Fingerprint]) -> list[str]:
    return [name for name in {*wanted, *found} if wanted.get(name) != found.get(name)]


def _seal(draft: Draft) -> None:
    manifest = {
        "stamp": draft.stamp,
        "as_of": _as_of(draft),
        "published_at": draft.published_at.isoformat(),
        "duckdb": duckdb.__version__,
        "files": {
            name: {
                "bytes": (draft.folder / name).stat().st_size,
                "tables": {table: dict(zip(("columns", "rows", "hash"), print_, strict=True)) for table, print_ in tables.items()},
            }
            for name, tables in draft.wanted.items()
        },
    }
    (draft.folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    for path in draft.folder.iterdir():
        durable.sync(path)
        path.chmod(0o444)
    durable.sync(draft.folder)


def _as_of(draft: Draft) -> str | None:
    with duckdb.connect(str(draft.folder / "board.duckdb"), read_only=True) as con:
        row = con.execute("select as_of::varchar from release_info").fetchone()
    return row[0] if row else None


def _point(settings: Settings, stamp: str) -> None:
    aside = settings.releases_dir / ".current.new"
    aside.write_text(stamp + "\n", "ascii")
    durable.sync(aside)
    crash_point("release.pointer_written")
    durable.move(aside, _pointer(settings))


def _pointer(settings: Settings) -> Path:
    return settings.releases_dir / "current"


def _expected_size(settings: Settings) -> int:
    """Twice the newest release; for the first one, twice the working store."""
    known = stamps(settings)
    files = (settings.releases_dir / known[-1]).iterdir() if known else [settings.warehouse_path]
    return 2 * sum(path.stat().st_size for path in files if path.exists())
