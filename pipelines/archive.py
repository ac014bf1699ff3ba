"""The archive: every source file under its SHA-256, readable by its owner alone; and copies of files that were refused."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from pipelines.adapters.batch import FileRefused
from warehouse.settings import Settings

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Archived:
    """A file in the archive."""

    path: Path
    sha256: str
    size: int


def archive(path: Path, settings: Settings) -> Archived:
    """Copy the file into the archive (once) and return its place there. Links and anything that is no plain file are refused."""
    with os.fdopen(_open_plain(path), "rb") as source:
        temporary = settings.tmp_dir / f"archive-{os.getpid()}"
        digest, size = _copy(source, temporary)
    target = settings.archive_dir / digest[:2] / digest
    if target.exists():
        temporary.unlink()
    else:
        target.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(temporary, target)
    return Archived(target, digest, size)


def reject(path: Path, settings: Settings) -> None:
    """Keep a copy of a refused file, when it can be read at all."""
    try:
        with os.fdopen(_open_plain(path), "rb") as source:
            temporary = settings.tmp_dir / f"rejected-{os.getpid()}"
            digest, _ = _copy(source, temporary)
    except (FileRefused, OSError):
        return
    os.replace(temporary, settings.rejected_dir / f"{digest}-{shown(path.name)[-80:]}")


def shown(name: str) -> str:
    """A file name with everything that could mislead a reader or a shell made visible."""
    return re.sub(r"[^\w.\- ]", "_", name)


def _open_plain(path: Path) -> int:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise FileRefused("E_LINK", f"{path.name} cannot be read ({error.strerror}); links are not followed") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileRefused("E_LINK", f"{path.name} is not a plain file")
    return handle


def _copy(source, temporary: Path) -> tuple[str, int]:
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
