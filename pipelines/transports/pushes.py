"""What was pushed, remembered per source and Idempotency-Key: the bytes' fingerprint, the reply that was sent, and later what became of the file.

A record is written after the body is on the disk and before the body moves into the landing folder. It is the moment of acceptance: whoever finds a
record whose body still lies in the inbox moves it, so a process may die anywhere and a repeated request changes nothing. A lock beside the record,
which the kernel lets go when its process dies, keeps two requests with one key apart, in one process or in several.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.transports.inbox import forget_parts, land, read_json, write_json
from warehouse.crash_point import crash_point
from warehouse.settings import Settings

# moments at which tests kill the process: the body is on the disk, the delivery is remembered, the file has landed
CRASH_POINTS = BODY_KEPT, REMEMBERED, LANDED = ("push.body_kept", "push.remembered", "push.landed")
KEPT_SECONDS = 30 * 86_400  # how long a key is remembered after its file was loaded or refused


class InFlight(Exception):
    """Another request with the same key is being answered."""


@dataclass(frozen=True)
class Delivery:
    """One accepted body. `fingerprint` is what a repeated request must equal; `part` and `name` say where the file was and where it goes."""

    id: str
    source: str
    feed: str
    fingerprint: str
    sha256: str
    bytes: int
    part: str
    name: str
    received_at: str
    outcome: dict[str, Any] | None = None


def delivery_id(source: str, key: str) -> str:
    """The id of what a source delivers under a key."""
    return hashlib.sha256(f"{source}\0{key}".encode()).hexdigest()[:32]


@contextmanager
def locked(settings: Settings, source: str, identity: str) -> Iterator[None]:
    """Answer one request at a time for a delivery; InFlight when another one does."""
    path = _folder(settings, source, "open") / f"{identity}.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = _lock(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _lock(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise InFlight from error
        try:
            if os.stat(path).st_ino == os.fstat(handle).st_ino:
                return handle
        except FileNotFoundError:  # whoever held it has just removed it: ours is no longer the file that others lock
            pass
        os.close(handle)


def find(settings: Settings, source: str, identity: str) -> Delivery | None:
    """The record of a delivery. It moves once, from open to done, so done is looked at on both sides of open."""
    for state in ("done", "open", "done"):
        if body := read_json(_folder(settings, source, state) / f"{identity}.json"):
            return Delivery(**body)
    return None


def accept(settings: Settings, delivery: Delivery) -> None:
    """Remember a delivery whose body is on the disk, then let it land. From the first of the two on it is accepted."""
    record = _folder(settings, delivery.source, "open") / f"{delivery.id}.json"
    crash_point(BODY_KEPT)
    try:
        write_json(record, asdict(delivery))
    except OSError:
        if not record.exists():  # else it may be on the disk, and whoever finds it must find the body
            (settings.inbox_dir / delivery.part).unlink(missing_ok=True)
        raise
    crash_point(REMEMBERED)
    finish(settings, delivery)
    crash_point(LANDED)


def finish(settings: Settings, delivery: Delivery) -> None:
    """Land the body of an accepted delivery, unless that was done."""
    part = settings.inbox_dir / delivery.part
    if part.exists():
        land(settings, part, delivery.source, delivery.name)


def recover(settings: Settings) -> list[Delivery]:
    """Finish what a process that died had accepted, forget what it had not, and deliveries of long ago. Returns what was finished."""
    finished = []
    for part in settings.inbox_dir.glob("push-*.part"):
        identity = part.name.split("-")[1]
        for path in settings.inbox_dir.glob(f"push/*/open/{identity}.json"):
            delivery = Delivery(**(read_json(path) or {}))
            if delivery.part == part.name and _finish_alone(settings, delivery):
                finished.append(delivery)
    forget_parts(settings)
    for path in settings.inbox_dir.glob("push/*/done/*.json"):
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)
    return finished


def _finish_alone(settings: Settings, delivery: Delivery) -> bool:
    try:
        with locked(settings, delivery.source, delivery.id):
            finish(settings, delivery)
    except InFlight:
        return False
    return True


def opened(settings: Settings) -> list[Delivery]:
    """Deliveries of which it is not yet known what became of them."""
    bodies = [read_json(path) for path in sorted(settings.inbox_dir.glob("push/*/open/*.json"))]
    return [Delivery(**body) for body in bodies if body]


def close(settings: Settings, delivery: Delivery, outcome: dict[str, Any]) -> None:
    """Remember what became of a delivery."""
    write_json(_folder(settings, delivery.source, "done") / f"{delivery.id}.json", asdict(delivery) | {"outcome": outcome})
    (_folder(settings, delivery.source, "open") / f"{delivery.id}.json").unlink(missing_ok=True)


def _folder(settings: Settings, source: str, state: str) -> Path:
    return settings.inbox_dir / "push" / source / state
