"""The archive: every source file under its SHA-256, readable by its owner alone; and copies of files that were refused."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipelines.adapters.batch import Profile
from pipelines.adapters.source import open_source
from warehouse.settings import Settings

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Archived:
    """A file in the archive."""

    path: Path
    sha256: str
    size: int


def archive(path: Path, profile: Profile, settings: Settings) -> Archived:
    """Copy the file into the archive (once) and return its place there. Links, pipes and files that are not what their name says are refused."""
    temporary = settings.tmp_dir / f"archive-{os.getpid()}"
    with open_source(path, profile) as source:
        source.handle.seek(0)
        digest, size = _copy(source.handle, temporary)
    target = settings.archive_dir / digest[:2] / (digest + _suffix(path))
    if target.exists():
        temporary.unlink()
    else:
        target.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(temporary, target)
    return Archived(target, digest, size)


def reject(path: Path, settings: Settings) -> None:
    """Keep a copy of a refused file, when it is a plain file at all."""
    temporary = settings.tmp_dir / f"rejected-{os.getpid()}"
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as source:
            digest, _ = _copy(source, temporary)
    except OSError:
        return
    os.replace(temporary, settings.rejected_dir / f"{digest[:16]}-{shown(path.name)[-80:]}")


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
