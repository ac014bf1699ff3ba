"""The writer's lease: one process writes to an installation at a time, and the others can say which one and since when.

The lock on `warehouse.lease` decides; what is written in the file only tells. The lock falls with its process, however that ends: the next writer
takes over and says so. The boot id and the start time of the process tell a holder that lives from another process that has its number by now.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock

from warehouse.settings import Settings

_POLL_SECONDS = 0.1
_turns: dict[Path, RLock] = {}  # within this process, threads take turns
_held: dict[Path, int] = {}  # how often the thread whose turn it is holds the lease


class StoreBusy(RuntimeError):
    """Another process writes to the working store."""


@dataclass(frozen=True)
class Holder:
    """Who writes: a process, known beyond its number by the boot and its start, its command, and since when."""

    pid: int
    command: str
    since: str
    boot: str
    started: str

    @property
    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        return self.boot == _boot() and self.started == _started(self.pid)

    def __str__(self) -> str:
        """As a person is told."""
        return f"{self.command} (process {self.pid}, since {self.since})"


def holder(settings: Settings) -> Holder | None:
    """Who holds the lease as far as the file tells; None when nobody does or the holder has died."""
    found = _recorded(_path(settings))
    return found if found and found.is_alive else None


def busy_sentence(settings: Settings) -> str:
    """What to tell a person who has to wait."""
    return f"{holder(settings) or 'Another process'} is writing to {settings.warehouse_path.name}; wait until it is done and try again."


@contextmanager
def writer_lease(settings: Settings, *, patience: float = 0, say: Callable[[str], None] | None = None) -> Iterator[None]:
    """Be the one writer. Waits up to `patience` seconds for another, then raises StoreBusy, which names it. The same thread may hold it twice."""
    path, until = _path(settings), time.monotonic() + patience
    turn = _turns.setdefault(path, RLock())
    if not turn.acquire(timeout=max(0, patience)):
        raise StoreBusy(busy_sentence(settings))
    try:
        if _held.get(path):
            yield
            return
        with _locked(settings, until, say or (lambda _: None)):
            _held[path] = 1
            try:
                yield
            finally:
                del _held[path]
    finally:
        turn.release()


@contextmanager
def _locked(settings: Settings, until: float, say: Callable[[str], None]) -> Iterator[None]:
    handle = os.open(_path(settings), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(handle, settings, until, say)
        died = _recorded(_path(settings))
        if died:
            say(f"The last writer, {died}, ended without letting go; what it had not finished is undone, and its lease is taken over.")
        _record(handle, json.dumps(asdict(_myself())))
        try:
            yield
        finally:
            _record(handle, "")
    finally:
        os.close(handle)


def _lock(handle: int, settings: Settings, until: float, say: Callable[[str], None]) -> None:
    told = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise StoreBusy(busy_sentence(settings)) from None
        if not told:
            say(f"Waiting for {holder(settings) or 'another process'} …")
            told = True
        time.sleep(_POLL_SECONDS)


def _record(handle: int, text: str) -> None:
    """Say who writes, for others to read. On a full disk nobody is told; the lock holds all the same."""
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, text.encode(), 0)


def _recorded(path: Path) -> Holder | None:
    try:
        return Holder(**json.loads(path.read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _myself() -> Holder:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
    return Holder(os.getpid(), command, datetime.now(UTC).isoformat(timespec="seconds"), _boot(), _started(os.getpid()))


def _boot() -> str:
    return _read("/proc/sys/kernel/random/boot_id")


def _started(pid: int) -> str:
    """When a process was started, in the kernel's ticks; empty when there is none. The name before it may hold spaces and brackets."""
    return (_read(f"/proc/{pid}/stat").rpartition(")")[2].split() or [""] * 20)[19]


def _read(name: str) -> str:
    try:
        return Path(name).read_text("utf-8").strip()
    except OSError:
        return ""


def _path(settings: Settings) -> Path:
    return settings.home / "warehouse.lease"
