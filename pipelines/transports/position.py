"""How far the pulls of a source have come, and the lock that lets one pull of a source run at a time.

A position is written after the rows behind it have landed. A process that dies between the two pulls the same rows again, which ingest counts as
duplicates; the other order could lose them.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.transports.inbox import read_json, write_json
from warehouse.settings import Settings


class PullBusy(RuntimeError):
    """Another pull of the source is running."""


@contextmanager
def pulling(settings: Settings, source: str) -> Iterator[None]:
    """Hold the source's lock; the kernel lets go of it when the process dies."""
    path = _folder(settings, source) / "lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise PullBusy(f"{source} is being pulled by another process; wait until it is done.") from error
    finally:
        os.close(handle)


def position(settings: Settings, source: str, name: str) -> dict[str, Any]:
    """How far it has come; empty before the first pull."""
    return read_json(_path(settings, source, name)) or {}


def advance(settings: Settings, source: str, name: str, reached: dict[str, Any]) -> None:
    """Remember how far it has come, durably."""
    write_json(_path(settings, source, name), reached)


def _folder(settings: Settings, source: str) -> Path:
    return settings.inbox_dir / "pull" / source


def _path(settings: Settings, source: str, name: str) -> Path:
    return _folder(settings, source) / f"{name}.json"
