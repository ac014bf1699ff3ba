"""Writing that outlives a power cut: a file appears whole under its name or not at all, and its name is on the disk before the call returns."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move(path: Path, target: Path) -> None:
    """Give a file that is already on the disk its name, replacing what had it."""
    os.replace(path, target)
    sync(target.parent)


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a text file whole: aside first, then under its name."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    move(aside, path)
