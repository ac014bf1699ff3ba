"""The way into a landing folder: a file is written aside, reaches the disk, and appears whole under its name or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.source import Source, by_id
from warehouse.contract import feeds
from warehouse.settings import Settings

FORGOTTEN_SECONDS = 86_400  # a part that nobody has written to for so long belongs to a process that died
SOURCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class NotClaimed(ValueError):
    """A file would lie in the landing folder and nothing would read it; the sentence says what to change, `code` and `values` which one it is."""

    def __init__(self, sentence: str, code: str, **values: str) -> None:
        super().__init__(sentence)
        self.code, self.values = code, values


@dataclass(frozen=True)
class Landed:
    """A file in a landing folder, on the disk."""

    path: Path
    rows: int
    size: int
    sha256: str


class Part:
    """A file on its way. As a context it leaves nothing behind unless it was landed or kept."""

    def __init__(self, settings: Settings, prefix: str = "") -> None:
        """Open an empty one in the inbox, readable by its owner alone."""
        self._settings = settings
        self.path = settings.inbox_dir / f"{prefix}{uuid.uuid4().hex}.part"
        self._handle = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb", buffering=1 << 20)
        self._digest, self._kept = hashlib.sha256(), False
        self.size = self.rows = 0

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._handle.closed:
            self._handle.close()
        if not self._kept:
            self.path.unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._digest.hexdigest()

    def write(self, block: bytes) -> None:
        """Append; lines are counted as rows."""
        self._handle.write(block)
        self._digest.update(block)
        self.size += len(block)
        self.rows += block.count(b"\n")

    def keep(self) -> None:
        """Bring it to the disk and leave it in the inbox."""
        self._handle.flush()
        os.fsync(self._handle.fileno())
        self._handle.close()
        fsync_folder(self.path.parent)
        self._kept = True

    def land(self, source: str, name: str) -> Landed:
        """Bring it to the disk and into the landing folder of its source."""
        self.keep()
        path = land(self._settings, self.path, source, name)
        return Landed(path, self.rows, self.size, self.sha256)


def land(settings: Settings, part: Path, source: str, name: str) -> Path:
    """Move a part that is on the disk into the landing folder; when this returns, it is there after any crash."""
    folder = settings.landing_dir / source
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fsync_folder(folder.parent)
    os.replace(part, folder / name)
    fsync_folder(folder)
    fsync_folder(part.parent)
    return folder / name


def landing_name(source: Source, feed: str, rest: str) -> str:
    """A name that ingest will read as the source's: `rest` behind the source's id or, where files come in a feed's own columns, the feed's name."""
    if source.emits or source.tables:
        name = f"{source.id}-{rest}"
        if not source.claims(name):
            sentence = f"The definition of {source.id} does not claim a file called {name}; add a pattern such as {source.id}-* to `files`."
            raise NotClaimed(sentence, "not_claimed", source=source.id, name=name)
        return name
    if feed not in feeds():
        listed = ", ".join(feeds())
        raise NotClaimed(f"Nothing says what records of {source.id} are; feeds are {listed}.", "no_feed", source=source.id, feeds=listed)
    return f"{feed}-{rest}"


def known_source(source_id: str) -> Source:
    """The source of an id that may stand in a path; any other is refused."""
    if not SOURCE_ID.fullmatch(source_id):
        raise NotClaimed("A source's id is made of letters, digits, _ and -, and starts with a letter or digit.", "bad_source")
    return by_id(source_id)


def write_json(path: Path, body: Mapping[str, Any]) -> None:
    """Replace a small JSON file so that after any crash it is the old or the new one."""
    write_text(path, json.dumps(body, ensure_ascii=False))


def write_text(path: Path, text: str) -> None:
    """Replace a small file, readable by its owner alone, so that after any crash it is the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)


def read_json(path: Path) -> dict[str, Any] | None:
    """What `write_json` wrote, or None where there is nothing."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None


def forget_parts(settings: Settings, now: float | None = None) -> None:
    """Remove parts whose writers died long ago; nobody was told that they arrived."""
    before = (time.time() if now is None else now) - FORGOTTEN_SECONDS
    for part in settings.inbox_dir.glob("*.part"):
        try:
            if part.stat().st_mtime < before:
                part.unlink()
        except FileNotFoundError:  # landed meanwhile
            continue


def fsync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
