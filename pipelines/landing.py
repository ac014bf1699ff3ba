"""What lies in the landing folder: whole files, by the source whose folder they are in."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from pipelines.source import CANONICAL

SETTLED_SECONDS = 5  # a file that changed more recently may still be written
UNFINISHED = (".part", ".tmp", ".crdownload")

Marks = dict[str, list[int]]  # path → size, time of last change


def landed(folder: Path, now: float | None = None) -> Marks:
    """Files under `folder` that nobody is still writing, with size and time of change."""
    moment = time.time() if now is None else now
    found: Marks = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or is_unfinished(path.name) or path.is_symlink() or not path.is_file():
            continue
        state = path.stat()
        if moment - state.st_mtime >= SETTLED_SECONDS:
            found[str(path)] = [state.st_size, state.st_mtime_ns]
    return found


def is_unfinished(name: str) -> bool:
    """Whether a file's name says that somebody is still writing it."""
    return name.startswith(".") or name.endswith(UNFINISHED)


def source_of(folder: Path, path: Path) -> str | None:
    """The source in whose folder of the landing folder a file lies."""
    root, inner = (Path(os.path.abspath(each)) for each in (folder, path))  # links are not followed: where the file was put counts
    parts = inner.relative_to(root).parts if inner.is_relative_to(root) else ()
    return parts[0] if len(parts) > 1 else None


def by_source(folder: Path, paths: Iterable[Path]) -> dict[str, list[Path]]:
    """Files by the folder of their source; those that lie in none belong to the canonical one."""
    grouped: dict[str, list[Path]] = {}
    for path in paths:
        parts = path.relative_to(folder).parts
        grouped.setdefault(parts[0] if len(parts) > 1 else CANONICAL, []).append(path)
    return grouped
