"""Room on the disk: a low-water mark below which nothing is begun, and one error for a disk that is full all the same."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.settings import Settings

_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PHRASES = ("no space left on device", "disk quota exceeded", "file too large", "could not write all bytes", "out of disk space")


class DiskFull(RuntimeError):
    """There is no room for what was to be written; nothing of it counts, and it can be tried again when there is."""


def low_water(settings: Settings) -> int:
    """Bytes that must stay free: the settings' mark, on a small disk a tenth of it."""
    return min(settings.low_water, shutil.disk_usage(_existing(settings.home)).total // 10)


def require_room(settings: Settings, needed: int, purpose: str) -> None:
    """Refuse to begin what would leave less than the low-water mark."""
    mark, free = low_water(settings), shutil.disk_usage(_existing(settings.home)).free
    if free < needed + mark:
        raise DiskFull(
            f"The disk of {settings.home} has {_mb(free)} free, and {purpose} needs about {_mb(needed)} beside the {_mb(mark)} that stay free; "
            "nothing was changed. Make room and try again."
        )


@contextmanager
def noticing_full_disk(settings: Settings, purpose: str) -> Iterator[None]:
    """Turn what the system and the engine say of a full disk into DiskFull; other errors pass."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        if not is_full(error):
            raise
        raise DiskFull(
            f"The disk of {settings.home} filled up while {purpose} was under way; what was accepted before is safe. Make room and try again."
        ) from error


def is_full(error: BaseException) -> bool:
    """Whether an error, or one that it came from, says that the disk is full."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _ERRNOS:
            return True
        if isinstance(seen, duckdb.Error) and any(phrase in str(seen).lower() for phrase in _PHRASES):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _mb(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
