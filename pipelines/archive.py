"""The archive: every source file under its SHA-256, readable by its owner alone; and copies of files that were refused."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pipelines.adapters.batch import Profile
from pipelines.adapters.source import open_source
from warehouse import durable
from warehouse.crash_point import crash_point
from warehouse.disk_space import require_room
from warehouse.settings import Settings

_CHUNK = 1 << 20
_ROOM = 3  # times the file's size: its copy, its rows, and the engine's log of them


@dataclass(frozen=True)
class Archived:
    """A file in the archive. `file_id` is the ledger's number of a delivery that is loaded again, None for a new one."""

    path: Path
    sha256: str
    size: int
    received_at: datetime
    file_id: int | None = None


def archive(path: Path, profile: Profile, settings: Settings) -> Archived:
    """Copy the file into the archive (once) and return its place there. Links, pipes and files that are not what their name says are refused.

    When this returns, the copy has reached the disk. Raises DiskFull before anything is written when there is too little room.
    """
    received_at = datetime.now(UTC)
    temporary = settings.tmp_dir / f"archive-{os.getpid()}"
    with open_source(path, profile) as source:
        require_room(settings, _ROOM * source.size, f"loading {shown(path.name)}")
        source.handle.seek(0)
        digest, size = _copy(source.handle, temporary)
    crash_point("archive.copied")
    target = settings.archive_dir / digest[:2] / (digest + _suffix(path))
    if target.exists():
        temporary.unlink()
    else:
        if not target.parent.exists():
            target.parent.mkdir(mode=0o700)
            durable.sync(settings.archive_dir)
        durable.move(temporary, target)
    crash_point("archive.stored")
    return Archived(target, digest, size, received_at)


def reject(path: Path, settings: Settings) -> str:
    """Keep a copy of a refused file, when it is a plain file at all; return its SHA-256, or nothing."""
    temporary = settings.tmp_dir / f"rejected-{os.getpid()}"
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return ""
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as source:
            digest, _ = _copy(source, temporary)
    except OSError:
        return ""
    os.replace(temporary, settings.rejected_dir / f"{digest[:16]}-{shown(path.name)[-80:]}")
    return digest


def shown(name: str) -> str:
    """A file name with everything that could mislead a reader or a shell made visible."""
    return re.sub(r"[^\w.\- ]", "_", name)


def _suffix(path: Path) -> str:
    """The endings that say a file's format, kept so that the archive can be read again."""
    name = path.name.lower()
    packed = name.endswith(".gz")
    inner = Path(name.removesuffix(".gz")).suffix
    return (inner if re.fullmatch(r"\.[a-z]{1,8}", inner) else "") + (".gz" if packed else "")


def _copy(source: BinaryIO, temporary: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400)
    with os.fdopen(handle, "wb") as target:
        while block := source.read(_CHUNK):
            digest.update(block)
            target.write(block)
            size += len(block)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest(), size
